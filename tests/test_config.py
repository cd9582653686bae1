"""``.iac-keycheck.yaml``, the environment, and which of them comes first."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from iac_keycheck.checked_yaml import schema
from iac_keycheck.command.cli import main
from tests.conftest import PROJECT
from tests.running import Run, run, scan
from tests.test_cli_scan import MAYBE, ONE, TWO, USER, key, written

REPORT = (
    "user,password_enabled,password_last_used,password_last_changed,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date\n"
    "ci,false,N/A,N/A,true,2026-09-01T00:00:00+00:00,2026-09-20T00:00:00+00:00,false,N/A,N/A\n"
)


def settings(folder: Path, text: str, name: str = ".iac-keycheck.yaml") -> Path:
    """The folder, with settings in it."""
    return written(folder, text, name)


def severities(result: Run) -> dict[str, set[str]]:
    """The severities of the findings by their rules."""
    found: dict[str, set[str]] = {}
    for one in result.report["findings"]:
        found.setdefault(one["rule_id"], set()).add(one["severity"])
    return found


@pytest.mark.parametrize(
    ("text", "said", "options", "env", "code"),
    [
        (TWO, "", (), {}, 1),
        (TWO, "# nothing\n", (), {}, 1),
        (TWO, "fail-on: never\n", (), {}, 0),
        (TWO, "fail-on: never\n", (), {"IAC_KEYCHECK_FAIL_ON": "default"}, 1),
        (TWO, "", (), {"IAC_KEYCHECK_FAIL_ON": "never"}, 0),
        (TWO, "", ("--fail-on", "default"), {"IAC_KEYCHECK_FAIL_ON": "never"}, 1),
        (TWO, "fail-on: never\n", ("--fail-on", "default"), {}, 1),
        (MAYBE, "fail-on: possible\n", (), {}, 1),
        (USER + ONE, "min-severity: low\n", (), {}, 1),
        (USER + ONE, "rules: {CIS_AWS_1_11: medium}\n", (), {}, 1),
        (USER + ONE, "rules: {iam_user_no_setup_initial_access_key: high}\n", (), {}, 1),
        (TWO, "rules: {AC_AWS_0554: low}\n", (), {}, 0),
        (TWO, "rules: {AC_AWS_0554: off}\n", (), {}, 0),
        (TWO, 'rules: {AVD-AWS-0167: "off"}\n', (), {}, 0),
        (TWO, "rules: {AC_AWS_0554: on}\n", (), {}, 1),
        (TWO, "rules: {AC_AWS_0554: off}\n", ("--rule", "AC_AWS_0554"), {}, 1),
        (TWO, "", (), {"IAC_KEYCHECK_SKIP_RULE": "AC_AWS_0554"}, 0),
        (TWO, "exclude: [main.tf]\n", (), {}, 0),
    ],
)
def test_the_command_line_comes_first_then_the_environment_then_the_settings(  # noqa: PLR0913, PLR0917 — the columns
    text: str, said: str, options: tuple[str, ...], env: dict[str, str], code: int, tmp_path: Path
) -> None:
    settings(written(tmp_path, text), said)
    result = run("scan", *options, cwd=tmp_path, env=env)
    assert result.exit_code == code, result.stdout + result.stderr


def test_a_severity_is_that_of_all_findings_of_a_rule(tmp_path: Path) -> None:
    settings(written(tmp_path, USER + TWO), "rules: {AC_AWS_0554: high, CIS_AWS_1_11: info}\n")
    found = severities(scan(tmp_path))
    assert (found["AC_AWS_0554"], found["CIS_AWS_1_11"]) == ({"high"}, {"info"})


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ("", {"AWS_IAM_50", "CIS_AWS_1_12"}),
        ("limits: {max-age-days: 90}\n", {"CIS_AWS_1_12"}),
        ("limits: {max-unused-days: 90}\n", {"AWS_IAM_50"}),
        ("limits: {max-age-days: 80, max-unused-days: 61}\n", {"CIS_AWS_1_12"}),
    ],
)
def test_limits_are_those_of_the_settings(said: str, rules: set[str], tmp_path: Path) -> None:
    settings(written(tmp_path, REPORT, "report.csv"), said)
    assert set(severities(scan(tmp_path, ("--as-of", "2026-11-20")))) == rules


def test_deployments_of_one_account_share_their_users(tmp_path: Path) -> None:
    for name in ("one", "two", "third"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, key("a"))
    assert "AC_AWS_0554" not in severities(scan(tmp_path))
    settings(tmp_path, 'accounts: {"t*": "111111111111", "one/": "111111111111", "third": "222222222222"}\n')
    (finding,) = [one for one in scan(tmp_path).report["findings"] if one["rule_id"] == "AC_AWS_0554"]
    assert {finding["location"]["path"], finding["related"][0]["path"]} == {"one/main.tf", "two/main.tf"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("fail-on: default\nfail_on: never\n", "yaml:2: fail_on is not known here. Did you mean fail-on?"),
        ("fail-on: sometimes\n", ":1: fail-on: 'sometimes' is none of always, default,"),
        ("min-severity: hihg\n", "Did you mean high?"),
        ("limits:\n  max-age-days: 9\n  max-age: 1\n", ":3: limits.max-age is not known here. Did you mean max-age-d"),
        ("limits: {max-age-days: soon}\n", "limits.max-age-days must be a whole number."),
        ("limits: {max-age-days: true}\n", "limits.max-age-days must be a whole number."),
        ("limits: {max-age-days: 0}\n", "limits.max-age-days must be at least 1."),
        ("exclude: examples\n", "exclude must be a list."),
        ("exclude: [1]\n", "exclude[0] must be text."),
        ("rules: {AC_AWS_0544: off}\n", "No rule has the id, name or alias 'AC_AWS_0544'. Did you mean AC_AWS_0554?"),
        ("rules: {AC_AWS_0544: low}\n", "No rule has the id, name or alias 'AC_AWS_0544'. Did you mean AC_AWS_0554?"),
        ("rules: {AC_AWS_0554: mild}\n", "rules.AC_AWS_0554: 'mild' is none of on, off, high, medium, low, info."),
        ("gitignore: 1\n", "gitignore must be true or false."),
        ("[]\n", "the file must be a mapping."),
        ("fail-on: never\nfail-on: never\n", ":2: fail-on is there twice."),
        ("a: [\n", "it is no YAML:"),
        ("rules-dir: [mine]\n", "rules-dir runs code, so it counts only in a file that you name"),
        ("baseline: no.json\n", "no.json: the baseline cannot be read: No such file or directory."),
        pytest.param(f"baseline: {'a' * 300}\n", "is no file of the checkout", id="a name too long for a file"),
        ("fail-on: !!python/object/apply:os.system [x]\n", "it is no YAML: could not determine a constructor"),
        ("&a fail-on: *a\n", "aliases (*a) are not read here"),
        ("fail-on: 2026-02-30\n", "it is no YAML: day is out of range for month"),
    ],
)
def test_a_slip_is_told_with_its_line(text: str, answer: str, tmp_path: Path) -> None:
    result = run("scan", cwd=settings(written(tmp_path, TWO), text))
    assert result.exit_code == 2
    assert answer in " ".join(result.stderr.split())


def test_settings_count_in_the_working_directory_only(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    settings(written(tmp_path / "below", TWO), "fail-on: never\n")
    assert run("scan", "below", cwd=tmp_path).exit_code == 1
    assert run("scan", cwd=tmp_path / "below").exit_code == 0
    assert run("scan", "--config", "below/.iac-keycheck.yaml", "below", cwd=tmp_path).exit_code == 0
    assert run("scan", "below", cwd=tmp_path, env={"IAC_KEYCHECK_CONFIG": "below/.iac-keycheck.yaml"}).exit_code == 0


def test_files_of_named_settings_lie_beside_them_and_may_be_rules(tmp_path: Path) -> None:
    (tmp_path / "org/mine").mkdir(parents=True)
    rule = (
        '"""Nothing."""\nfrom iac_keycheck.findings import Meta, Severity\n'
        'META = Meta("OWN_1", "own", "Own", Severity.LOW)\ndef check(graph):\n    return ()\n'
    )
    written(tmp_path / "org/mine", rule, "OWN_1.py")
    settings(tmp_path / "org", "rules-dir: [mine]\nbaseline: known.json\nrules: {OWN_1: high}\n", "all.yaml")
    written(tmp_path, TWO)
    run("baseline", "--update", "org/known.json", cwd=tmp_path)
    result = scan(tmp_path, ("--config", "org/all.yaml"))
    assert result.exit_code == 0, result.stderr


def test_a_setting_in_the_environment_that_does_not_exist_is_told(tmp_path: Path) -> None:
    result = run("scan", cwd=written(tmp_path, ONE), env={"IAC_KEYCHECK_FAILON": "never"})
    assert result.exit_code == 0
    assert "IAC_KEYCHECK_FAILON in the environment is no setting. Did you mean IAC_KEYCHECK_FAIL_ON?" in result.stderr


def test_the_published_schema_is_the_one_that_counts() -> None:
    assert (PROJECT / "docs/config.schema.json").read_bytes() == (
        PROJECT / "iac_keycheck/config.schema.json"
    ).read_bytes()
    jsonschema.Draft202012Validator.check_schema(schema("config"))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("rules: {A: off, B: high}\nlimits: {setup-window: 0}\nexclude: [a, b/**]\nfail-on: possible\n", True),
        ("limits: {setup-window: -1}\n", False),
        ("limits: {setup-window: 1.5}\n", False),
        ("rules: {A: 1}\n", False),
        ("rules: {A: 0}\n", False),
        ("rules: []\n", False),
        ("accounts: {a: 111111111111}\n", False),
        ('accounts: {a: "111111111111"}\nbaseline: x\ngitignore: no\n', True),
        ("exclude: {}\n", False),
        ("excludes: []\n", False),
    ],
)
def test_the_program_and_its_schema_agree(text: str, right: bool, tmp_path: Path) -> None:  # noqa: FBT001 — a column
    values: Any = yaml.safe_load(text)
    assert jsonschema.Draft202012Validator(schema("config")).is_valid(json.loads(json.dumps(values))) is right
    message = run("scan", cwd=settings(written(tmp_path, ONE), text)).stderr
    assert (".iac-keycheck.yaml:" in message) is not right


def test_the_page_has_every_variable_and_no_other() -> None:
    told = set(re.findall(r"`(IAC_KEYCHECK_[A-Z_]+)`", (PROJECT / "docs/ci.md").read_text("utf-8")))
    known = {str(option.envvar) for option in main.commands["scan"].params if option.envvar}
    assert told == known


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({"STRICT": "1"}, 1),
        ({"STRICT": "true"}, 1),
        ({"STRICT": "0"}, 0),
        ({"STRICT": ""}, 0),
        ({"FAIL_ON": "possible"}, 1),
        ({"FAIL_ON": ""}, 0),
        ({"FAIL_ON": "posible"}, 2),
        ({"FAIL_ON": "possible", "MIN_SEVERITY": "high"}, 0),
        ({"STRICT": "1", "RULE": "AC_AWS_0554 CIS_AWS_1_11"}, 1),
        ({"STRICT": "1", "SKIP_RULE": "AC_AWS_0554 CIS_AWS_1_11"}, 0),
        ({"STRICT": "1", "FRAMEWORK": "cis-aws-3.0", "RULE": ""}, 1),
        ({"STRICT": "1", "EXCLUDE": "x main.tf"}, 0),
        ({"VAR_FILE": "a.example.tfvars:b.example.tfvars"}, 1),
        ({"VAR_FILE": "b.example.tfvars:a.example.tfvars"}, 0),
        ({"BASELINE": "no.json"}, 2),
        ({"CHANGED_SINCE": "HEAD"}, 2),
        ({"AS_OF": "tomorrow"}, 2),
        ({"QUIET": "2"}, 0),
    ],
)
def test_a_variable_in_the_environment_means_its_option(env: dict[str, str], code: int, tmp_path: Path) -> None:
    for name, said in (("a", "false"), ("b", "true")):
        # by its name no world of its own
        written(tmp_path, f"both = {said}\n", f"{name}.example.tfvars")
    written(tmp_path, MAYBE)
    names = {f"IAC_KEYCHECK_{name}": value for name, value in env.items()}
    result = run("scan", cwd=tmp_path, env=names)
    assert result.exit_code == code, result.stdout + result.stderr
    if "QUIET" in env:
        assert len(result.stdout.splitlines()) == 1


def test_names_in_the_environment_are_those_of_the_options(tmp_path: Path) -> None:
    report = tmp_path / "out.json"
    env = {"IAC_KEYCHECK_FORMAT": "sarif", "IAC_KEYCHECK_REPORT": f"json={report}", "IAC_KEYCHECK_STRICT": "1"}
    result = run("scan", cwd=written(tmp_path, MAYBE), env=env)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["version"] == "2.1.0"
    assert json.loads(report.read_text("utf-8"))["schema_version"] == "1"


@pytest.mark.parametrize(("seconds", "together"), [(None, True), (59, False), (60, True)])
def test_the_window_of_setting_up_is_that_of_the_settings(
    seconds: int | None,
    together: bool,  # noqa: FBT001 — a column
    tmp_path: Path,
) -> None:
    report = (
        "user,user_creation_time,password_enabled,access_key_1_active,access_key_1_last_rotated,access_key_2_active,"
        "access_key_2_last_rotated\n"
        "ci,2026-11-01T08:00:00+00:00,false,true,2026-11-01T08:01:00+00:00,false,N/A\n"
    )
    said = "" if seconds is None else f"limits: {{setup-window: {seconds}}}\n"
    settings(written(tmp_path, report, "report.csv"), said)
    assert ("CIS_AWS_1_11" in severities(scan(tmp_path, ("--as-of", "2026-11-20")))) is together


def test_the_example_of_the_page_is_right(tmp_path: Path) -> None:
    text = (PROJECT / "docs/configuration.md").read_text("utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    settings(written(tmp_path, TWO), example)
    (tmp_path / "iac-keycheck-baseline.json").write_text('{"iac_keycheck_baseline": 1, "findings": []}', "utf-8")
    result = scan(tmp_path)
    assert (result.exit_code, severities(result)["AC_AWS_0554"]) == (1, {"high"}), result.stderr
    assert all(f"{name}:" in example for name in schema("config")["properties"] if name != "rules-dir")
