"""``iac-keycheck graph``: users with what is theirs, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

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
        "user that is not known",
        "key aws_iam_access_key.b[*] (depends on var.both) main.tf:17",
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
