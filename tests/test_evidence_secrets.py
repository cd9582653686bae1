"""What is secret in plans and states appears nowhere: not in reports, not in errors, however broken the file."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iac_keycheck.report import FORMATS
from tests.running import run

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYZsecretzz"  # noqa: S105 — made up
FIXTURES = Path(__file__).with_name("fixtures") / "evidence"
COMMANDS = (
    ("scan", "--format", "text", "-v"),
    ("scan", "--format", "json"),
    ("scan", "--format", "sarif"),
    ("graph", "--format", "json"),
    ("graph", "--format", "text"),
)


def state(secret: str) -> str:
    def key(index: int) -> dict[str, object]:
        attributes = {"id": f"AKIA{index}", "user": "ci", "secret": secret, "ses_smtp_password_v4": secret}
        paths = [[{"type": "get_attr", "value": "secret"}]]
        return {"index_key": index, "attributes": attributes, "sensitive_attributes": paths, "private": secret}

    resource = {"mode": "managed", "type": "aws_iam_access_key", "name": "k", "instances": [key(0), key(1)]}
    outputs = {"secret": {"value": secret, "type": "string"}}
    return json.dumps(
        {"version": 4, "terraform_version": "1", "lineage": "x", "outputs": outputs, "resources": [resource]}
    )


def plan(secret: str) -> str:
    def change(name: str) -> dict[str, object]:
        after = {"user": "ci", "status": "Active", "secret": secret, "id": "AKIA1"}
        return {
            "address": f"aws_iam_access_key.{name}",
            "mode": "managed",
            "type": "aws_iam_access_key",
            "name": name,
            "change": {"actions": ["no-op"], "before": after, "after": after, "after_unknown": {}},
        }

    return json.dumps(
        {
            "format_version": "1.2",
            "variables": {"secret": {"value": secret}},
            "planned_values": {"outputs": {"secret": {"value": secret}}},
            "resource_changes": [change("a"), change("b")],
            "configuration": {
                "provider_config": {"aws": {"expressions": {"secret_key": {"constant_value": secret}}}},
                "root_module": {"variables": {"secret": {"default": secret}}},
            },
        }
    )


def everything(folder: Path) -> str:
    """All that the program says of a folder, in every form."""
    said = [
        run(*command, "--no-color", ".", cwd=folder) if command[0] == "scan" else run(*command, ".", cwd=folder)
        for command in COMMANDS
    ]
    return "".join(one.stdout + one.stderr for one in said)


@pytest.mark.parametrize("text", [state(SECRET), plan(SECRET)], ids=["state", "plan"])
def test_secrets_are_not_in_any_report(tmp_path: Path, text: str) -> None:
    (tmp_path / "evidence.json").write_text(text)
    said = everything(tmp_path)
    assert "2 active access keys" in said
    assert SECRET not in said


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_secrets_are_not_in_any_error(tmp_path: Path, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([state(SECRET), plan(SECRET)]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 40, len(text))))
    put = data.draw(st.sampled_from(["", '"', "{", "]", "null", "\\", "1", ",", "\ud7ff", "[[[["]))
    (tmp_path / "evidence.json").write_text(text[:start] + put + text[end:], "utf-8")
    result = run("scan", "--format", "text", "-v", "--no-color", ".", cwd=tmp_path)
    said = result.stdout + result.stderr
    assert "internal" not in said
    assert SECRET[8:] not in said


def test_a_sensitive_name_is_used_and_not_printed() -> None:
    said = everything(FIXTURES / "a-sensitive-name")
    assert "one IAM user has 2 active access keys" in said
    assert "hidden-name" not in said
    assert "other-name" not in said
    assert "never-shown" not in said


class Marks:
    """Secrets that tell where they were planted."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        """A new secret, planted there."""
        secret = f"wJalrXUtnFEMI/K7MDENG/bPxRfiCY{len(self.places):04}{len(self.places) * 7919:06}"
        self.places[secret] = place
        return secret


def marked(mark: Marks, place: str, more: Mapping[str, object] | None = None) -> dict[str, object]:
    """The attributes of a key, and others that no key has, with a secret in each that can hold one."""
    names = ("secret", "ses_smtp_password_v4", "encrypted_secret", "key_fingerprint", "pgp_key", "password", "token")
    known = {"user": "ci", "status": "Active", "create_date": "2026-01-02T03:04:05Z"}
    return {**known, **{name: mark(f"{name} of {place}") for name in names}, **(more or {})}


def every_kind(mark: Marks) -> Iterator[tuple[str, str]]:
    """A file of each kind of evidence, with secrets wherever it may hold some, and few that it may not."""
    other = {"mode": "managed", "type": "aws_db_instance", "name": "db"}
    keys = [{"mode": "managed", "type": "aws_iam_access_key", "name": name} for name in "ab"]
    paths = [[{"type": "get_attr", "value": "secret"}]]

    def instance(name: str) -> dict[str, object]:
        attributes = marked(mark, f"a state, {name}", {"id": f"AKIA{name}"})
        return {"attributes": attributes, "sensitive_attributes": paths, "private": mark(f"private of {name}")}

    yield (
        "state.tfstate",
        json.dumps(
            {
                "version": 4,
                "terraform_version": "1",
                "lineage": "x",
                "outputs": {"secret": {"value": mark("an output of a state"), "type": "string"}},
                "resources": [
                    *({**one, "instances": [instance(str(one["name"]))]} for one in keys),
                    {**other, "instances": [instance("another resource")]},
                    {**other, "mode": "data", "instances": [instance("a data source")]},
                ],
                "check_results": [{"message": mark("a check")}],
            }
        ),
    )

    def shown(place: str) -> dict[str, object]:
        resources = [{**one, "values": marked(mark, f"{place}, {one['name']}")} for one in (*keys, other)]
        return {
            "outputs": {"secret": {"sensitive": True, "value": mark(f"an output of {place}")}},
            "root_module": {"resources": resources},
        }

    yield (
        "shown.json",
        json.dumps({"format_version": "1.0", "terraform_version": "1", "values": shown("a shown state")}),
    )

    def change(one: Mapping[str, object]) -> dict[str, object]:
        sides = {side: marked(mark, f"{side} of a plan, {one['name']}") for side in ("before", "after")}
        change = {"actions": ["update"], **sides, "after_unknown": {}, "after_sensitive": {"secret": True}}
        return {**one, "address": f"{one['type']}.{one['name']}", "change": change}

    expressions = {name: {"constant_value": mark(f"{name} of a configuration")} for name in ("secret_key", "token")}
    yield (
        "plan.json",
        json.dumps(
            {
                "format_version": "1.2",
                "variables": {"secret": {"value": mark("a variable of a plan")}},
                "planned_values": shown("planned values"),
                "prior_state": {"format_version": "1.0", "values": shown("a prior state")},
                "resource_drift": [change(one) for one in keys],
                "resource_changes": [change(one) for one in (*keys, other)],
                "output_changes": {"secret": {"actions": ["create"], "after": mark("a change of an output")}},
                "configuration": {
                    "provider_config": {"aws": {"name": "aws", "expressions": expressions}},
                    "root_module": {
                        "variables": {"secret": {"default": mark("a default")}},
                        "outputs": {"secret": {"expression": {"constant_value": mark("an expression")}}},
                        "resources": [
                            {**one, "expressions": {"pgp_key": {"constant_value": mark("an argument")}}} for one in keys
                        ],
                    },
                },
            }
        ),
    )
    made = "2026-01-02T03:04:05+00:00"
    columns = (
        "user,arn,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated,note"
    )
    row = f"ci,arn:aws:iam::123456789012:user/ci,true,{made},true,{made},{mark('a column of a report')}"
    yield "report.csv", f"{columns}\n{row}\nhalf,a,row,{mark('half a row')}"
    report = base64.b64encode(f"{columns}\n{row}".encode()).decode()
    yield "answer.json", json.dumps({"Content": report, "GeneratedTime": made, "Note": mark("an answer")})
    metadata = [
        {
            "UserName": "ci",
            "AccessKeyId": f"AKIA{number}",
            "Status": "Active",
            "SecretAccessKey": mark("a list of keys"),
        }
        for number in range(2)
    ]
    yield "keys.json", json.dumps({"AccessKeyMetadata": metadata, "Marker": mark("a marker")})
    policy = {"PolicyName": "p", "PolicyDocument": {"Statement": [{"Resource": mark("a policy of a user")}]}}
    details = [{"UserName": "ci", "CreateDate": made, "UserPolicyList": [policy], "Tags": [{"Value": mark("a tag")}]}]
    yield "details.json", json.dumps({"UserDetailList": details, "Policies": [{"Description": mark("a policy")}]})


RAISING = '''"""Raises with all that a rule can get hold of.

## What it finds
## Why
## Fails
## Passes
## Remediation
## References
"""

from iac_keycheck.findings import Meta, Severity

META = Meta(id="RAISING", name="raising", summary="raises", severity=Severity.LOW)


def check(graph):
    said = [repr(graph), repr(graph.to_json())]
    for deployment in graph.deployments:
        for declaration in deployment.declarations:
            for one in declaration.expand():
                said.append(repr([one, [one.attribute(name) for name in ("secret", "password", "token", "pgp_key")]]))
    raise RuntimeError(" ".join(said))
'''


@pytest.mark.parametrize("kind", [name for name, _ in every_kind(Marks())])
def test_no_secret_of_any_evidence_is_in_any_report(tmp_path: Path, kind: str) -> None:
    mark = Marks()
    text = dict(every_kind(mark))[kind]
    (tmp_path / kind).write_text(text)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/raising.py").write_text(RAISING)
    commands: list[tuple[str, ...]] = [("scan", "-v", "-v", "--strict", "--format", form) for form in FORMATS]
    commands += [("graph", "--format", form) for form in ("text", "json", "svg", "mermaid", "dot")]
    commands.append(("scan", "-v", "--rules-dir", "rules"))
    said = ""
    for command in commands:
        result = run(*command, kind, cwd=tmp_path)
        assert result.stdout or result.stderr, command
        said += result.stdout + result.stderr
    assert "RuntimeError" in said
    assert [place for secret, place in mark.places.items() if secret in said or secret[30:] in said] == []


@pytest.mark.parametrize("kind", [name for name, _ in every_kind(Marks())])
def test_no_secret_of_broken_evidence_is_in_any_error(tmp_path: Path, kind: str) -> None:
    """The file ends in the middle of each of its secrets, and each is something else than a text."""
    mark = Marks()
    text = dict(every_kind(mark))[kind]
    for number, secret in enumerate(one for one in mark.places if one in text):
        at = text.index(secret)
        for name, broken in (("cut", text[: at + 36]), ("bare", text.replace(f'"{secret}"', secret))):
            folder = tmp_path / f"{number}{name}"
            folder.mkdir()
            (folder / kind).write_text(broken)
    result = run("scan", "-v", "-v", "--format", "text", "--no-color", ".", cwd=tmp_path)
    said = result.stdout + result.stderr
    assert "internal" not in said
    assert [place for secret, place in mark.places.items() if secret[:36] in said] == []
