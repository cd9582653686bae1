"""``iac-keycheck graph``: users with what is theirs, as text, as JSON and as pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from iac_keycheck.report.graphs import drawn
from tests.running import run

CODE = """\
variable "both" {
  type = bool
}

resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_user_login_profile" "ci" {
  user = "CI"
}

resource "aws_iam_access_key" "a" {
  user = aws_iam_user.ci.name
}

resource "aws_iam_access_key" "b" {
  count = var.both ? 1 : 0
  user  = aws_iam_user.ci.name
}

resource "aws_iam_access_key" "c" {
  user   = "other"
  status = "Inactive"
}
"""


def test_the_text_has_the_users_with_their_keys_and_logins(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE, "utf-8")
    lines = [" ".join(line.split()) for line in run("graph", cwd=tmp_path).stdout.splitlines()]
    assert lines == [
        ". (terraform)",
        'user aws_iam_user.ci "ci" main.tf:5',
        "login aws_iam_user_login_profile.ci main.tf:9",
        "key aws_iam_access_key.a (Active) main.tf:13",
        "key aws_iam_access_key.b[0] (Active, depends on var.both) main.tf:17",
        'user "other", not declared here',
        "key aws_iam_access_key.c (Inactive) main.tf:22",
    ]


def test_an_input_decides_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE, "utf-8")
    shown = run("graph", "--var", "both=true", cwd=tmp_path).stdout
    assert "key aws_iam_access_key.b[0] (Active)" in shown


def test_the_json_has_the_resources_of_each_deployment(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE, "utf-8")
    graph = json.loads(run("graph", "--format", "json", cwd=tmp_path).stdout)
    (deployment,) = graph["deployments"]
    assert [resource["address"] for resource in deployment["resources"]][:2] == [
        "aws_iam_user.ci",
        "aws_iam_user_login_profile.ci",
    ]


def test_the_pictures_have_users_keys_and_what_decides(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE, "utf-8")
    for format_ in ("mermaid", "dot", "svg"):
        picture = run("graph", "--format", format_, cwd=tmp_path).stdout
        for word in ("aws_iam_user.ci", "aws_iam_access_key.a", "aws_iam_user_login_profile.ci", "depends on var.both"):
            assert word in picture, format_
        assert picture == run("graph", "--format", format_, cwd=tmp_path).stdout


def test_an_absent_key_is_drawn_with_what_decides(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE, "utf-8")
    picture = run("graph", "--format", "mermaid", "--var", "both=false", cwd=tmp_path).stdout
    assert '["aws_iam_access_key.b#91;0#93;<br/>absent key"]:::absent' in picture
    assert "not there by default" in picture


def test_a_key_that_inputs_decide_about_is_drawn_beside_its_user(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE, "utf-8")
    rows = run("graph", "--format", "mermaid", cwd=tmp_path).stdout.splitlines()
    (key,) = (row.split("[")[0].strip() for row in rows if '["aws_iam_access_key.b#91;0#93;<br/>open key"]' in row)
    (user,) = (row.split("(")[0].strip() for row in rows if '(["aws_iam_user.ci' in row)
    assert f"    {user} --> {key}" in rows
    assert f'    {key}_if{{{{"depends on var.both#44; if main.tf:18"}}}}' in rows


def test_only_users_that_are_known_are_marked_for_two_active_keys(tmp_path: Path) -> None:
    keys = """
resource "aws_iam_access_key" "{0}" {{
  user = {1}
}}
"""
    users = {"a": '"ci"', "b": '"CI"', "c": "data.aws_iam_user.one.user_name", "d": "data.aws_iam_user.two.user_name"}
    (tmp_path / "main.tf").write_text("".join(keys.format(*one) for one in users.items()), "utf-8")
    picture = run("graph", "--format", "svg", cwd=tmp_path).stdout
    marked = re.findall(r'<g class="user stranger crowded"><title>(.*?)</title>', picture)
    assert marked == ["&quot;ci&quot; \u00b7 not declared here"]


SECRETS = """
resource "aws_ssm_parameter" "plain" {
  name  = "/ci"
  type  = "String"
  value = aws_iam_access_key.a.secret
}

resource "aws_ssm_parameter" "kept" {
  name  = "/ci"
  type  = "SecureString"
  value = aws_iam_access_key.a.secret
}
"""


def test_secrets_are_drawn_to_where_they_end_in_clear(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE + SECRETS, "utf-8")
    (deployment,) = json.loads(run("graph", "--format", "json", cwd=tmp_path).stdout)["deployments"]
    (secret,) = deployment["secrets"]
    assert secret["keys"] == ["aws_iam_access_key.a"]
    assert secret["certainty"] == "always"
    assert secret["location"]["line"] == 30
    for format_ in ("mermaid", "dot", "svg"):
        picture = run("graph", "--format", format_, cwd=tmp_path).stdout
        assert "aws_ssm_parameter.plain" in picture, format_
        assert "aws_ssm_parameter.kept" not in picture, format_


HOSTILE = """]:::x ##vso[task.setvariable]"\\n</title><script>alert(1)</script>&\x1b\u202e--> end %%{init}%% #quot;"""


@pytest.mark.parametrize("format_", ["mermaid", "dot", "svg"])
def test_nothing_that_was_scanned_breaks_out_of_a_picture(format_: str) -> None:
    location = {"path": HOSTILE, "line": 1}
    key = {
        "address": HOSTILE,
        "kind": "aws_iam_access_key",
        "location": location,
        "condition": location,
        "instances": [{"address": HOSTILE, "attributes": {"user": HOSTILE, "status": "Active"}}],
    }
    secret = {"keys": [HOSTILE], "sink": HOSTILE, "certainty": "always", "location": location}
    deployment = {"name": HOSTILE, "language": "terraform", "resources": [key], "secrets": [secret]}
    text = drawn({"deployments": [deployment]}, format_)
    assert not {"\x1b", "\u202e"} & set(text)
    assert "##vso[" not in text
    match format_:
        case "svg":
            root = ET.fromstring(text)  # noqa: S314 — our own text
            assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
                "svg", "style", "g", "title", "rect", "text", "path"
            }  # fmt: skip
        case "mermaid":
            assert "%%{" not in text
            assert "<script" not in text
            assert all(line.count('"') in {0, 2} for line in text.splitlines())
        case _:
            assert all(len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) in {0, 2} for line in text.splitlines()[3:])


def test_what_is_left_out_of_a_scan_is_left_out_here(tmp_path: Path) -> None:
    for name in ("app", "old", "generated"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(CODE, "utf-8")
    (tmp_path / ".gitignore").write_text("generated/\n", "utf-8")

    def names(*options: str) -> list[str]:
        graph = json.loads(run("graph", "--format", "json", *options, cwd=tmp_path).stdout)
        return [deployment["name"] for deployment in graph["deployments"]]

    assert names() == ["app", "old"]
    assert names("--exclude", "old") == ["app"]
    assert names("--exclude", "old", "--no-gitignore") == ["app", "generated"]
    (tmp_path / "other.yaml").write_text("exclude: [app]\n", "utf-8")
    assert names("--config", "other.yaml") == ["old"]
    (tmp_path / "other.yaml").rename(tmp_path / ".iac-keycheck.yaml")
    assert names() == ["old"]


def test_what_cannot_be_read_is_said_and_is_not_an_empty_graph(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(CODE, "utf-8")
    (tmp_path / "more.tf").write_text('resource "aws_iam_access_key" "d" {\n', "utf-8")
    result = run("graph", cwd=tmp_path)
    assert result.exit_code == 2
    assert "aws_iam_access_key.a" in result.stdout
    assert "more.tf:1: " in result.stderr
