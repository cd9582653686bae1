"""``scan --diff`` and ``--fix``: the smallest edit, confirmed by a second scan; none where a person must decide."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from iac_keycheck.findings import Edit
from iac_keycheck.fixing.edits import edited
from iac_keycheck.source import Span
from tests.running import run, scan
from tests.test_cli_scan import MAYBE, TWO, key, written

TEMPLATE = """\
Resources:
  A:
    Type: AWS::IAM::AccessKey
    Properties: {UserName: ci}
  B:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: ci  # the other
      # Serial comes next
      Serial: 1
"""
JSON = """\
{
  "Resources": {
    "A": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": "ci"}},
    "B": {
      "Type": "AWS::IAM::AccessKey",
      "Properties": {
        "UserName": "ci"
      }
    }
  }
}
"""


def block(*lines: str) -> str:
    """A key of the user ``ci`` with these lines, after another key."""
    body = "".join(f"{line}\n" for line in lines)
    return key("a") + f'resource "aws_iam_access_key" "b" {{\n{body}}}\n'


MENDED = [
    ("main.tf", block('  user = "ci"'), block('  user   = "ci"', '  status = "Inactive"')),
    (
        "main.tf",
        block('  user = "ci" # theirs', "", "  lifecycle { prevent_destroy = true }"),
        block('  user   = "ci" # theirs', '  status = "Inactive"', "", "  lifecycle { prevent_destroy = true }"),
    ),
    (
        "main.tf",
        block('  user    = "ci"', '  pgp_key = "keybase:x"'),
        block('  user    = "ci"', '  status  = "Inactive"', '  pgp_key = "keybase:x"'),
    ),
    (
        "main.tf",
        block('  status = "Active" // why', '  user = "ci"'),
        block('  status = "Inactive" // why', '  user = "ci"'),
    ),
    (
        "main.tf",
        key("a") + 'resource "aws_iam_access_key" "b" { user = "ci" }\n',
        block('  user = "ci"', '  status = "Inactive"'),
    ),
    ("main.tf", TWO.replace("\n", "\r\n"), None),
    ("main.tf", "\ufeff" + TWO, None),
    ("main.tf", TWO + key("c"), None),
    (
        "main.tf.json",
        '{"resource": {"aws_iam_access_key": {"a": {"user": "ci"}, "b": {"user": "ci"}}}}\n',
        '{"resource": {"aws_iam_access_key": {"a": {"user": "ci"}, "b": {"status": "Inactive", "user": "ci"}}}}\n',
    ),
    (
        "t.yaml",
        TEMPLATE,
        TEMPLATE.replace("      UserName: ci  #", "      Status: Inactive\n      UserName: ci  #"),
    ),
    (
        "t.yaml",
        TEMPLATE.replace("Serial: 1", "Status: 'Active' # for now"),
        TEMPLATE.replace("Serial: 1", "Status: 'Inactive' # for now"),
    ),
    ("t.json", JSON, JSON.replace('        "UserName"', '        "Status": "Inactive",\n        "UserName"')),
]


@pytest.mark.parametrize(("name", "text", "after"), MENDED)
def test_a_surplus_key_is_made_inactive_and_nothing_else_changes(
    name: str, text: str, after: str | None, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(text.encode())
    (tmp_path / name).chmod(0o640)
    shown = run("scan", "--diff", "--rule", "AC_AWS_0554", cwd=tmp_path)
    assert shown.exit_code == 1
    assert (tmp_path / name).read_bytes() == text.encode()
    fixed = run("scan", "--fix", "--rule", "AC_AWS_0554", cwd=tmp_path)
    assert fixed.exit_code == 0, fixed.stdout
    assert f"Fixed {name}:" in fixed.stderr
    new = (tmp_path / name).read_bytes().decode()
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o640
    if after is not None:
        assert new == after
    assert new.startswith("\ufeff") is text.startswith("\ufeff")
    assert new.count("\r\n") == (new.count("\n") if "\r\n" in text else 0)
    (tmp_path / name).write_bytes(text.encode())
    if "\r\n" in text:
        return  # click's runner reads them as line feeds
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, check=True, input=shown.stdout.encode())
    assert (tmp_path / name).read_bytes().decode().split() == new.split()


LEFT = [
    MAYBE,
    block('  user = "ci"', "  count = 2"),
    block('  user = "ci"', '  for_each = toset(["x"])'),
    'variable "s" { default = "Active" }\n' + block('  user = "ci"', "  status = var.s"),
    key("a") + 'resource "aws_iam_access_key" "b" {\n  user = "ci"\n  status = lower("Active")\n',
    "# iac-keycheck: ignore[AC_AWS_0554] both\n" + TWO,
]


@pytest.mark.parametrize("text", LEFT)
def test_what_a_person_must_decide_is_left(text: str, tmp_path: Path) -> None:
    written(tmp_path, text)
    assert run("scan", "--diff", "--rule", "AC_AWS_0554", cwd=tmp_path).stdout == ""
    run("scan", "--fix", "--rule", "AC_AWS_0554", cwd=tmp_path)
    assert (tmp_path / "main.tf").read_text("utf-8") == text


def test_a_key_in_a_module_that_others_may_call_is_left(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    written(tmp_path / "m", TWO)
    written(tmp_path, 'module "m" {\n  source = "./m"\n}\n')
    assert run("scan", "--diff", "--rule", "AC_AWS_0554", cwd=tmp_path).stdout == ""


def test_an_anchor_that_others_use_is_left(tmp_path: Path) -> None:
    text = (
        "Resources:\n  A:\n    Type: AWS::IAM::AccessKey\n    Properties: &same\n      UserName: ci\n"
        "  B:\n    Type: AWS::IAM::AccessKey\n    Properties: *same\n"
    )
    written(tmp_path, text, "t.yaml")
    assert scan(tmp_path, ("--rule", "AC_AWS_0554")).report["findings"]
    assert run("scan", "--diff", "--rule", "AC_AWS_0554", cwd=tmp_path).stdout == ""


def test_an_output_is_made_sensitive(tmp_path: Path) -> None:
    output = 'output "secret" {\n  value = aws_iam_access_key.a.secret\n}\n'
    written(tmp_path, key("a") + output)
    result = run("scan", "--fix", "--rule", "IKC_AWS_0002", cwd=tmp_path)
    assert "Fixed main.tf:" in result.stderr
    assert (tmp_path / "main.tf").read_text("utf-8") == key("a") + (
        'output "secret" {\n  value     = aws_iam_access_key.a.secret\n  sensitive = true\n}\n'
    )


OUTPUT = '"secret": {"value": "${aws_iam_access_key.a.secret}"}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OUTPUT, OUTPUT.replace('{"value"', '{"sensitive": true, "value"')),
        (OUTPUT.replace('"}', '", "sensitive": false}'), OUTPUT.replace('"}', '", "sensitive": true}')),
    ],
)
def test_an_output_in_json_is_made_sensitive(before: str, after: str, tmp_path: Path) -> None:
    text = '{"resource": {"aws_iam_access_key": {"a": {"user": "ci"}}}, "output": {%s}}\n'
    written(tmp_path, text % before, "main.tf.json")
    result = run("scan", "--fix", "--rule", "IKC_AWS_0002", cwd=tmp_path)
    assert "Fixed main.tf.json:" in result.stderr
    assert (tmp_path / "main.tf.json").read_text("utf-8") == text % after


CLOCK = """\
resource "time_rotating" "monthly" { # the period
  rotation_days = 30
}
"""
RELAY = """
resource "terraform_data" "monthly" {
  triggers_replace = time_rotating.monthly.id
}
"""


def rotated(name: str, trigger: str) -> str:
    """A key of its own user with a trigger."""
    return (
        f'resource "aws_iam_access_key" "{name}" {{\n  user = "{name}"\n  lifecycle {{\n'
        f"    replace_triggered_by = [{trigger}] # each month\n  }}\n}}\n"
    )


RELAYED = [
    (CLOCK + rotated("a", "time_rotating.monthly.id"), CLOCK + RELAY + rotated("a", "terraform_data.monthly")),
    (
        rotated("a", "time_rotating.monthly") + CLOCK + rotated("b", "time_rotating.monthly.rotation_rfc3339"),
        rotated("a", "terraform_data.monthly") + CLOCK + RELAY + rotated("b", "terraform_data.monthly"),
    ),
    (
        CLOCK + RELAY + rotated("a", "time_rotating.monthly.id"),
        CLOCK + RELAY + rotated("a", "terraform_data.monthly"),
    ),
    (
        CLOCK + 'resource "terraform_data" "monthly" {}\n' + rotated("a", "time_rotating.monthly.id"),
        CLOCK
        + RELAY.replace('"monthly"', '"monthly_relay"')
        + 'resource "terraform_data" "monthly" {}\n'
        + rotated("a", "terraform_data.monthly_relay"),
    ),
    (
        CLOCK + RELAY.replace("triggers_replace", "input") + rotated("a", "terraform_data.monthly.id"),
        CLOCK + RELAY.replace("triggers_replace", "input") + rotated("a", "terraform_data.monthly"),
    ),
    # the period is too long, and says so once the rotation fires
    (
        (CLOCK + rotated("a", "time_rotating.monthly.id")).replace("30", "300"),
        (CLOCK + RELAY + rotated("a", "terraform_data.monthly")).replace("30", "300"),
    ),
]


@pytest.mark.parametrize(("text", "after"), RELAYED)
def test_a_rotation_that_does_not_fire_gets_its_relay(text: str, after: str, tmp_path: Path) -> None:
    written(tmp_path, text)
    result = run("scan", "--fix", "--rule", "IKC_AWS_0001", "--rule", "AWS_IAM_50", cwd=tmp_path)
    assert (tmp_path / "main.tf").read_text("utf-8") == after
    assert result.exit_code == 0, result.stdout
    assert not [one for one in scan(tmp_path).report["findings"] if one["rule_id"] == "IKC_AWS_0001"]


LIFECYCLE = '"lifecycle": {"replace_triggered_by": ["%s"]}'
IN_JSON = """\
{
  "resource": {
    "aws_iam_access_key": {"a": {"user": "a", "lifecycle": {"replace_triggered_by": ["TRIGGER"]}}},
    "time_rotating": {
      "monthly": {"rotation_days": 30}
    }MORE
  }
}
"""
RELAY_IN_JSON = """,
    "terraform_data": {
      "monthly": {
        "triggers_replace": "${time_rotating.monthly.id}"
      }
    }"""
IN_A_LINE = """\
{"resource": [{"aws_iam_access_key": {"a": {"user": "a", "lifecycle": {"replace_triggered_by": ["TRIGGER"]}}}},
  {"time_rotating": {"monthly": [{"rotation_days": 30}]}MORE}]}
"""


def in_json(text: str, trigger: str, more: str) -> str:
    """A key with a trigger, and a clock with what stands below it."""
    return text.replace("TRIGGER", trigger).replace("MORE", more)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (in_json(IN_JSON, "time_rotating.monthly.id", ""), in_json(IN_JSON, "terraform_data.monthly", RELAY_IN_JSON)),
        (
            in_json(IN_JSON, "time_rotating.monthly", RELAY_IN_JSON),
            in_json(IN_JSON, "terraform_data.monthly", RELAY_IN_JSON),
        ),
        (
            in_json(IN_JSON, "time_rotating.monthly", ',\n    "terraform_data": {"monthly": {}}'),
            in_json(
                IN_JSON,
                "terraform_data.monthly_relay",
                ',\n    "terraform_data": {"monthly": {}, '
                '"monthly_relay": {"triggers_replace": "${time_rotating.monthly.id}"}}',
            ),
        ),
        (
            in_json(IN_A_LINE, "time_rotating.monthly.id", ""),
            in_json(
                IN_A_LINE,
                "terraform_data.monthly",
                ', "terraform_data": {"monthly": {"triggers_replace": "${time_rotating.monthly.id}"}}',
            ),
        ),
    ],
    ids=["one is made", "one is there", "its name is taken", "in one line"],
)
def test_a_rotation_in_json_gets_its_relay(text: str, after: str, tmp_path: Path) -> None:
    written(tmp_path, text, "main.tf.json")
    result = run("scan", "--fix", "--rule", "IKC_AWS_0001", "--rule", "AWS_IAM_50", cwd=tmp_path)
    assert (tmp_path / "main.tf.json").read_text("utf-8") == after
    assert result.exit_code == 0, result.stdout


def test_two_relays_in_json_share_the_object_of_their_type(tmp_path: Path) -> None:
    # An object that has a name twice is what no two readers of JSON agree on (RFC 8259, section 4).
    keys = (f'"{one}": {{"user": "{one}", {LIFECYCLE % f"time_rotating.{one}"}}}' for one in "ab")
    clocks = (f'"{one}": {{"rotation_days": 30}}' for one in "ab")
    resources = {"aws_iam_access_key": ", ".join(keys), "time_rotating": ", ".join(clocks)}
    within = ", ".join(f'"{name}": {{{members}}}' for name, members in resources.items())
    written(tmp_path, f'{{"resource": {{{within}}}}}\n', "main.tf.json")
    run("scan", "--fix", "--rule", "IKC_AWS_0001", "--rule", "AWS_IAM_50", cwd=tmp_path)
    pairs: list[list[tuple[str, object]]] = []
    json.loads((tmp_path / "main.tf.json").read_text("utf-8"), object_pairs_hook=pairs.append)
    assert all(len(one) == len(dict(one)) for one in pairs)
    assert scan(tmp_path).report["findings"] == [
        one for one in scan(tmp_path).report["findings"] if one["rule_id"] not in {"IKC_AWS_0001", "AWS_IAM_50"}
    ]


@pytest.mark.parametrize("odd", ['["x"]', '{"resource": {"terraform_data": {[1]: {[2]: 3}}}}'])
def test_a_file_that_is_no_configuration_beside_a_rotation_is_no_fault(odd: str, tmp_path: Path) -> None:
    written(tmp_path, CLOCK + rotated("a", "time_rotating.monthly"))
    written(tmp_path, odd, "odd.tf.json")
    result = run("scan", "--diff", "--rule", "IKC_AWS_0001", cwd=tmp_path)
    assert "Traceback" not in result.stderr
    assert "terraform_data" in result.stdout


def test_a_relay_stands_beside_its_clock_in_another_syntax(tmp_path: Path) -> None:
    written(tmp_path, CLOCK, "clock.tf")
    text = '{"resource": {"aws_iam_access_key": {"a": {"user": "a", %s}}}}\n'
    written(tmp_path, text % LIFECYCLE % "time_rotating.monthly", "main.tf.json")
    run("scan", "--fix", cwd=tmp_path)
    assert (tmp_path / "clock.tf").read_text("utf-8") == CLOCK + RELAY
    assert (tmp_path / "main.tf.json").read_text("utf-8") == text % LIFECYCLE % "terraform_data.monthly"


def test_a_relay_stands_beside_its_clock_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "clock.tf").write_bytes(CLOCK.rstrip().replace("\n", "\r\n").encode())
    written(tmp_path, rotated("a", "time_rotating.monthly.id"))
    run("scan", "--fix", cwd=tmp_path)
    assert (tmp_path / "clock.tf").read_bytes() == (CLOCK + RELAY).rstrip().replace("\n", "\r\n").encode()
    assert (tmp_path / "main.tf").read_text("utf-8") == rotated("a", "terraform_data.monthly")


@pytest.mark.parametrize(
    "text",
    [
        CLOCK.replace("{ #", "{\n  count = 1 #") + rotated("a", "time_rotating.monthly[0].id"),
        CLOCK.replace("{ #", "{\n  count = 1 #") + rotated("a", "time_rotating.monthly"),
        CLOCK + RELAY.replace(".id", ".rotation_days") + rotated("a", "terraform_data.monthly"),
    ],
)
def test_a_rotation_that_a_person_must_understand_is_left(text: str, tmp_path: Path) -> None:
    written(tmp_path, text)
    assert run("scan", "--diff", "--rule", "IKC_AWS_0001", cwd=tmp_path).stdout == ""


def test_a_file_that_cannot_be_written_leaves_the_findings_reported(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    written(folder, TWO)
    subprocess.run(["chattr", "+i", str(folder)], check=False, capture_output=True)
    try:
        if _writable(folder):
            pytest.skip("nothing can be made unwritable here")
        result = run("scan", "--fix", "--rule", "AC_AWS_0554", cwd=folder)
    finally:
        subprocess.run(["chattr", "-i", str(folder)], check=False, capture_output=True)
    assert result.exit_code == 2
    assert "2 active access keys" in result.stdout
    assert "main.tf: cannot be written" in result.stderr


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({"main.tf": TWO}, "AC_AWS_0554"),
        ({"t.yaml": TEMPLATE}, "AC_AWS_0554"),
        ({"main.tf": CLOCK + rotated("a", "time_rotating.monthly") + RELAY.replace("monthly", "x")}, "IKC_AWS_0001"),
        ({"clock.tf": CLOCK, "main.tf": rotated("a", "time_rotating.monthly.id")}, "IKC_AWS_0001"),
        ({"main.tf": key("a") + 'output "s" {\n  value = aws_iam_access_key.a.secret\n}\n'}, "IKC_AWS_0002"),
    ],
)
def test_sarif_has_the_same_edit(files: dict[str, str], rule: str, tmp_path: Path) -> None:
    for name, text in files.items():
        written(tmp_path, text, name)
    written(tmp_path, MAYBE.replace('"ci"', '"other"').replace('"a"', '"x"').replace('"b"', '"y"'), "maybe.tf")
    log = json.loads(run("scan", "--format", "sarif", "--rule", rule, cwd=tmp_path).stdout)
    jsonschema.validate(log, json.loads((Path(__file__).parent / "schemas/sarif-2.1.0.json").read_text("utf-8")))
    fixes = [fix for result in log["runs"][0]["results"] for fix in result.get("fixes", ())]
    (fix,) = fixes
    assert sorted(one["artifactLocation"]["uri"] for one in fix["artifactChanges"]) == sorted(files)
    by_hand = {}
    for change in fix["artifactChanges"]:
        regions = [(one["deletedRegion"], one["insertedContent"]["text"]) for one in change["replacements"]]
        edits = [
            Edit(Span("", at["startLine"], at["startColumn"], at["endLine"], at["endColumn"]), new)
            for at, new in regions
        ]
        name = change["artifactLocation"]["uri"]
        by_hand[name] = edited((tmp_path / name).read_text("utf-8"), edits)
    assert run("scan", "--fix", "--rule", rule, cwd=tmp_path).exit_code == 0
    assert {name: (tmp_path / name).read_text("utf-8") for name in files} == by_hand


def test_what_an_edit_cannot_mend_keeps_no_other_from_its_edit(tmp_path: Path) -> None:
    """A plan shows two keys until somebody makes a new one, whatever the code says meanwhile."""
    for folder in range(30):
        (tmp_path / f"d{folder}").mkdir()
        written(tmp_path / f"d{folder}", TWO)
    changes = [
        {
            "address": f"aws_iam_access_key.{name}",
            "mode": "managed",
            "type": "aws_iam_access_key",
            "name": name,
            "change": {"actions": ["create"], "after": {"user": "ci", "status": "Active"}},
        }
        for name in "ab"
    ]
    plan = {"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {}, "resource_changes": changes}
    (tmp_path / "d7/plan.json").write_text(json.dumps(plan), "utf-8")
    log = json.loads(run("scan", "--format", "sarif", "--rule", "AC_AWS_0554", cwd=tmp_path).stdout)
    found = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: "fixes" in one
        for one in log["runs"][0]["results"]
    }
    assert {path for path, has_edit in found.items() if not has_edit} == {"d7/main.tf"}
    assert len(found) == 30


def _writable(folder: Path) -> bool:
    try:
        (folder / "x").touch()
        (folder / "x").unlink()
    except OSError:
        return False
    return True
