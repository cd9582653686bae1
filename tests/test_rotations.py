"""What the real `terraform` does when the period of a `time_rotating` ends, and what is said of it beforehand.

The stub of the time provider does as the real one: it forgets an expired `time_rotating` when it is read, so that the
plan creates it anew. All else, what is replaced, updated or left because of that, is decided by Terraform.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from iac_keycheck.records import dataclass
from tests.oracle.terraform_program import Terraform, missing, running
from tests.running import scan

LONG_AGO: Final = "2020-01-02T03:04:05Z"
CLOCK: Final = 'resource "time_rotating" "r" {\n  rotation_days = 30\n}\n'
CHANGING: Final = ("id", "rfc3339", "rotation_rfc3339", "unix", "year", "minute")
# What may lie between clock and key: the block, of which {value} is what it takes of the clock as text, {name} its
# name and {more} what else it says; and its attributes that a trigger may name.
RELAYS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "terraform_data": ("  triggers_replace = {value}\n{more}", ("", ".id", ".triggers_replace", ".output")),
    "terraform_data#input": ("  input = {value}\n{more}", ("", ".id", ".input", ".output")),
    "null_resource": ("  triggers = {{ at = {value} }}\n{more}", ("", ".id", ".triggers", ".triggers.at")),
    "random_id": ("  byte_length = 8\n  keepers = {{ at = {value} }}\n{more}", ("", ".hex", ".keepers")),
    "random_string": ("  length = 8\n  keepers = {{ at = {value} }}\n{more}", ("", ".result", ".length")),
    "random_pet": ("  keepers = {{ at = {value} }}\n{more}", ("", ".id")),
    "random_integer": ("  min = 1\n  max = 9\n  keepers = {{ at = {value} }}\n{more}", ("", ".result")),
    "random_uuid": ("  keepers = {{ at = {value} }}\n{more}", ("", ".result")),
    "random_shuffle": ('  input = ["a"]\n  keepers = {{ at = {value} }}\n{more}', ("", ".result")),
    "time_static": ("  triggers = {{ at = {value} }}\n{more}", ("", ".id", ".unix")),
    "time_offset": ("  offset_days = 1\n  triggers = {{ at = {value} }}\n{more}", ("", ".rfc3339")),
    "time_sleep": ("  triggers = {{ at = {value} }}\n{more}", ("", ".id")),
    "time_rotating": (
        "  rotation_days = 90\n  triggers = {{ at = {value} }}\n{more}",
        ("", ".id", ".rotation_days", ".rotation_rfc3339"),
    ),
    "random_password": ("  length = 8\n  keepers = {{ at = {value} }}\n{more}", ("", ".id", ".upper")),
}
IGNORING: Final = "  lifecycle {{\n    ignore_changes = [{ignored}]\n  }}\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A key, by what its user is called, with what lies between it and the clock."""

    name: str
    blocks: str


def key(name: str, trigger: str = "", more: str = "") -> str:
    lifecycle = f"  lifecycle {{\n    replace_triggered_by = [{trigger}]\n{more}  }}\n" if trigger else more
    return f'resource "aws_iam_access_key" "{name}" {{\n  user = "{name}"\n{lifecycle}}}\n'


def relay(kind: str, name: str, value: str, more: str = "") -> str:
    return f'resource "{kind.partition("#")[0]}" "{name}" {{\n{RELAYS[kind][0].format(value=value, more=more)}}}\n'


EACH: Final = relay("null_resource", "NAME", "each.value", '  for_each = { a = "fixed", b = time_rotating.r.id }\n')


def cases() -> Iterator[Case]:
    """Keys with every relay, trigger and value of the clock; all can be planned together."""
    number = 0

    def named(blocks: str) -> Case:
        nonlocal number
        number += 1
        return Case(f"k{number}", blocks.replace("NAME", f"k{number}"))

    yield named(key("NAME", "time_rotating.r"))
    for attribute in (*CHANGING, "rotation_days"):
        yield named(key("NAME", f"time_rotating.r.{attribute}"))
        value = f'"${{time_rotating.r.{attribute}}}"'
        for kind in ("terraform_data", "terraform_data#input", "null_resource"):
            yield named(relay(kind, "NAME", value) + key("NAME", f"{kind.partition('#')[0]}.NAME"))
        yield named(key("NAME").replace('user = "NAME"', f'user = "NAME-{value[1:-1]}"').replace(":", ""))
    for kind, (body, attributes) in RELAYS.items():
        type_ = kind.partition("#")[0]
        taking = next(word for word in ("triggers_replace", "triggers", "keepers", "input") if f"{word} = " in body)
        for attribute in attributes:
            yield named(relay(kind, "NAME", "time_rotating.r.id") + key("NAME", f"{type_}.NAME{attribute}"))
        for ignored in (f"[{taking}]", "all"):
            more = IGNORING.format(ignored=ignored).replace("[[", "[").replace("]]", "]").replace("[all]", "all")
            yield named(relay(kind, "NAME", "time_rotating.r.id", more) + key("NAME", f"{type_}.NAME"))
    for value in ("time_rotating.r", "[time_rotating.r.id, 1]", "{ at = time_rotating.r.unix, days = 30 }"):
        yield named(relay("terraform_data", "NAME", value) + key("NAME", "terraform_data.NAME"))
    for value in ("jsonencode(time_rotating.r)", "sha1(time_rotating.r.id)", 'timeadd(time_rotating.r.id, "1h")'):
        yield named(relay("null_resource", "NAME", value) + key("NAME", "null_resource.NAME.id"))
    two = relay("null_resource", "NAME", 'time_rotating.r.id, other = "fixed"')
    for path in (".triggers", '.triggers["at"]', '.triggers["other"]', ".triggers.other"):
        yield named(two + key("NAME", f"null_resource.NAME{path}"))
    inputs = {
        "{ at = time_rotating.r.id, days = 30 }": ("", ".at", ".days", '["at"]'),
        "[time_rotating.r.id, 1]": ("", "[0]", "[1]"),
        'tomap({ at = time_rotating.r.id, days = "30" })': ("", ".at", '["at"]', '["days"]'),
        "tolist([time_rotating.r.id, 1])": ("[0]", "[1]"),
        '"fixed"\n  triggers_replace = time_rotating.r.id': ("",),
        "null\n  triggers_replace = time_rotating.r.id": ("",),
    }
    for value, paths in inputs.items():
        for path in (f".{word}{path}" for word in ("input", "output") for path in paths):
            yield named(relay("terraform_data#input", "NAME", value) + key("NAME", f"terraform_data.NAME{path}"))
    for path in ("[0]", "[1]"):
        listed = relay("terraform_data", "NAME", "[time_rotating.r.id, 1]")
        yield named(listed + key("NAME", f"terraform_data.NAME.triggers_replace{path}"))
    for first, second in (("terraform_data", "id"), ("terraform_data#input", "id"), ("terraform_data#input", "output")):
        chain = relay(first, "NAMEa", "time_rotating.r.id") + relay(
            "null_resource", "NAME", f"terraform_data.NAMEa.{second}"
        )
        yield named(chain + key("NAME", "null_resource.NAME"))
    yield named(
        relay("time_static", "NAMEa", "1").replace("triggers = { at = 1 }", "rfc3339 = time_rotating.r.rfc3339")
        + key("NAME", "time_static.NAMEa.unix")
    )
    local = "locals {\n  NAME = time_rotating.r.id\n}\n"
    yield named(local + relay("null_resource", "NAME", "local.NAME") + key("NAME", "null_resource.NAME"))
    counted = relay("null_resource", "NAME", "time_rotating.r.id", "  count = 2\n")
    for trigger in ("null_resource.NAME", "null_resource.NAME[1]", "null_resource.NAME[0].id"):
        yield named(counted + key("NAME", trigger))
    for trigger in ("null_resource.NAME", 'null_resource.NAME["a"]', 'null_resource.NAME["b"].id'):
        yield named(EACH + key("NAME", trigger))
    yield named(
        relay("null_resource", "NAME", "time_rotating.r.id", "  count = 2\n")
        + key("NAME", "null_resource.NAME[count.index]").replace("  user", "  count = 2\n  user")
    )
    yield named(key("NAME", more="  depends_on = [time_rotating.r]\n"))
    yield named(
        relay("null_resource", "NAME", "time_rotating.r.id") + key("NAME", more="  depends_on = [null_resource.NAME]\n")
    )
    yield named(
        relay("null_resource", "NAME", "time_rotating.r.id")
        + key("NAME", "null_resource.NAME", "    create_before_destroy = true\n")
    )
    yield named(
        relay("null_resource", "NAME", "time_rotating.r.id")
        + key("NAME", "null_resource.NAME", "    ignore_changes = all\n")
    )
    named_by_clock = 'user = "NAME-${time_rotating.r.unix}"'
    for ignored in ("user", "pgp_key", "status"):
        more = f"  lifecycle {{\n    ignore_changes = [{ignored}]\n  }}\n"
        yield named(key("NAME", more=more).replace('user = "NAME"', named_by_clock))
    yield named(key("NAME", more="  pgp_key = time_rotating.r.id\n"))
    # nothing in between, and a relay of which nothing tells the time
    yield named(key("NAME"))
    yield named(relay("null_resource", "NAME", '"fixed"') + key("NAME", "null_resource.NAME"))


@pytest.fixture(scope="module")
def terraform() -> Iterator[Terraform]:
    lacking = missing()
    if lacking:
        pytest.skip(f"this machine lacks {lacking}")
    with running() as program:
        yield program


def applied_and_expired(terraform: Terraform, folder: Path, code: str) -> None:
    """Apply the code, and let the period of its first clock have ended."""
    (folder / "main.tf").write_text(code)
    applied = terraform.run(folder, "apply", "-auto-approve", "-input=false", "-no-color", all_known=False)
    assert not applied.returncode, applied.stderr
    path = folder / "terraform.tfstate"
    state = json.loads(path.read_text())
    for resource in state["resources"]:
        if (resource["type"], resource["name"]) == ("time_rotating", "r"):
            for instance in resource["instances"]:
                instance["attributes"]["rotation_rfc3339"] = LONG_AGO
    path.write_text(json.dumps(state))


def planned(terraform: Terraform, folder: Path) -> set[str] | None:
    """The keys that Terraform would replace now; None where it refuses to."""
    made = terraform.run(folder, "plan", "-input=false", "-no-color", "-out=.plan", all_known=False)
    if made.returncode:
        assert "prevent_destroy" in made.stderr or "Instance cannot be destroyed" in made.stderr, made.stderr
        return None
    shown = json.loads(terraform.run(folder, "show", "-json", ".plan", all_known=False).stdout)
    clock = [one["change"]["actions"] for one in shown["resource_changes"] if one["address"] == "time_rotating.r"]
    assert clock == [["create"]]
    return {
        change["name"]
        for change in shown["resource_changes"]
        if change["type"] == "aws_iam_access_key" and set(change["change"]["actions"]) == {"create", "delete"}
    }


def said(folder: Path) -> tuple[set[str], set[str]]:
    """The keys whose rotation is said not to fire, and those that are said to be replaced by nothing or by hand."""
    dead: set[str] = set()
    none: set[str] = set()
    report = scan(folder, ("--rule", "IKC_AWS_0001", "--rule", "AWS_IAM_50")).report
    assert not report["problems"]
    assert not report["undecided"]
    for finding in report["findings"]:
        for instance in finding["instances"]:
            for address in instance["keys"]:
                name = address.rpartition("aws_iam_access_key.")[2].partition("[")[0]
                (dead if finding["rule_id"] == "IKC_AWS_0001" else none).add(name)
    return dead, none


def test_a_key_is_said_to_be_rotated_where_terraform_replaces_it_and_nowhere_else(
    terraform: Terraform, tmp_path: Path
) -> None:
    every = {case.name: case for case in cases()}
    code = CLOCK + "".join(case.blocks for case in every.values())
    applied_and_expired(terraform, tmp_path, code)
    replaced = planned(terraform, tmp_path)
    assert replaced is not None
    (tmp_path / "code").mkdir()
    (tmp_path / "code/main.tf").write_text(code)
    dead, none = said(tmp_path / "code")
    not_replaced = set(every) - replaced
    assert len(replaced) > 60
    assert len(not_replaced) > 20
    wrong = {name: every[name].blocks for name in (dead | none) ^ not_replaced}
    assert not wrong, "\n".join(f"{name} replaced={name in replaced}\n{blocks}" for name, blocks in wrong.items())
    # where nothing but what is fixed is named, nobody meant to rotate
    assert {every[name].blocks.replace(name, "NAME") for name in none} == {
        key("NAME"),
        key("NAME").replace('"NAME"\n', '"NAME-${time_rotating.r.rotation_days}"\n'),
        relay("null_resource", "NAME", '"fixed"') + key("NAME", "null_resource.NAME"),
        EACH + key("NAME", 'null_resource.NAME["a"]'),
    }


@pytest.mark.parametrize(
    "code",
    [
        relay("terraform_data", "k", "time_rotating.r.id")
        + key("k", "terraform_data.k", "    prevent_destroy = true\n"),
        relay("terraform_data", "k", "time_rotating.r.id", "  lifecycle {\n    prevent_destroy = true\n  }\n")
        + key("k", "terraform_data.k"),
        key("k", more="  lifecycle {\n    prevent_destroy = true\n  }\n").replace(
            'user = "k"', 'user = "k-${time_rotating.r.unix}"'
        ),
    ],
    ids=["the key", "the relay", "a key named by the clock"],
)
def test_what_must_not_be_destroyed_keeps_a_key_from_being_replaced(
    terraform: Terraform, tmp_path: Path, code: str
) -> None:
    applied_and_expired(terraform, tmp_path, CLOCK + code)
    assert planned(terraform, tmp_path) is None
    (tmp_path / "code").mkdir()
    (tmp_path / "code/main.tf").write_text(CLOCK + code)
    assert said(tmp_path / "code") == ({"k"}, set())


def test_an_update_that_must_not_destroy_is_still_an_update(terraform: Terraform, tmp_path: Path) -> None:
    lasting = "  lifecycle {\n    prevent_destroy = true\n  }\n"
    code = CLOCK + relay("terraform_data#input", "k", "time_rotating.r.id", lasting) + key("k", "terraform_data.k")
    applied_and_expired(terraform, tmp_path, code)
    assert planned(terraform, tmp_path) == {"k"}
    (tmp_path / "code").mkdir()
    (tmp_path / "code/main.tf").write_text(code)
    assert said(tmp_path / "code") == (set(), set())
