"""Defaults of variables that are told by their text are those that the parser tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from iac_keycheck.choices import Choices
from iac_keycheck.scan import scan

_MANY = "".join(f'variable "v{number}" {{\n  default = "v{number}"\n}}\n' for number in range(40))
_USER = 'resource "aws_iam_user" "u" {\n  name = var.name\n}\nresource "aws_iam_access_key" "k" {\n  user = aws_iam_user.u.name\n}\n'  # fmt: skip  # noqa: E501 — as it is written


@pytest.mark.parametrize(
    "written",
    [
        'default = "ci"',
        'type = string\n  default = "ci"',
        'description = "default = ci, type = number"\n\n  type    = string\n  default = "ci"',
        '# default = "no"\n  default = "ci"',
        'default = "ci" # "no"',
        'default = "c${"i"}"',
        'default = "\\u0063i"',
        'type = any\n  default = "ci"',
        "default = <<-E\n    ci\n    E\n  type = string\n  sensitive = false",
    ],
)
def test_a_default_is_told_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.tf").write_text(_MANY, "utf-8")
    Path("main.tf").write_text(f'variable "name" {{\n  {written}\n}}\n{_USER}', "utf-8")
    names = {finding.first.user.name for finding in scan(["."], Choices()).findings}
    assert {str(name).strip() for name in names} == {"ci"}


def test_a_default_that_is_given_twice_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.tf").write_text(_MANY, "utf-8")
    Path("main.tf").write_text(
        f'variable "other" {{\n  default = "a"\n  default = "b"\n}}\nvariable "name" {{}}\n{_USER}', "utf-8"
    )
    # though nothing asks for it
    assert [problem.span.line for problem in scan(["."], Choices()).problems] == [3]
