"""What is secret in plans and states appears nowhere: not in reports, not in errors, however broken the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
