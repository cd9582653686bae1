"""What strangers call things comes out harmless in every format, and secrets come out in none.

Text in the tree tries to move a cursor, to turn text round, to be a tag, a command of a pipeline or a formula. What is
allowed to appear literally differs by format; what must never appear is said here, format by format.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from iac_keycheck.report import FORMATS
from tests.running import run

GRAPH_FORMATS = ("text", "json", "mermaid", "dot", "svg")
NASTY = "\x1b[31m\x07\u202e\u2066<script>alert(1)</script>\n::error::x\r\n%0A::warning::y|`[z](javascript:1)&\"'"
FORMULA = "=HYPERLINK(1)"
# Not one of AWS's documented examples.
KEY_ID = "AKIAQ3EGUWXYZ7K2MNOP"
SECRET = "q8Zt4Lw1Xr7Vb2Nc9Md5Kf3Hj6Gs0Pa8Ye4Ui2Oo"  # noqa: S105 — looks like one, and is none


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree whose names, paths, values and comments are all nasty."""
    nasty = json.dumps(NASTY).replace("${", "$${").replace("%{", "%%{")
    folder = tmp_path / "a\x1b[31m\u202e<script>alert(1)<" / "::error::b\n::error::c%0A=1"
    folder.mkdir(parents=True)
    # the backslash forms of HCL and JSON agree on what stands in these names
    (folder / "main.tf").write_text(
        f'variable "v" {{\n  default = {nasty}\n}}\n'
        f'resource "aws_iam_user" "u" {{\n  name = {nasty}\n}}\n'
        'resource "aws_iam_access_key" "a" {\n  user = aws_iam_user.u.name\n}\n'
        "# iac-keycheck: ignore[AC_AWS_0554\u202e<script>alert(1)</script>] \x1b[31m<script>alert(1)</script> \u202e\n"
        'resource "aws_iam_access_key" "b" {\n  user = aws_iam_user.u.name\n}\n'
        f'resource "aws_iam_access_key" "c" {{\n  for_each = toset([{nasty}, "{FORMULA}"])\n  user = "{FORMULA}"\n}}\n'
        f'variable "w" {{}}\nresource "aws_iam_access_key" "d" {{\n  count = var.w == {nasty} ? 2 : 0\n  user = "d"\n}}\n',  # noqa: E501
        "utf-8",
    )
    (folder / "broken\u202e.tf").write_text(
        'resource "aws_iam_access_key" "\u202e\x1b[31m" {\n  user = <script>\n}\n', "utf-8"
    )
    (tmp_path / "t.yaml").write_text(
        f"Resources:\n  A: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: {json.dumps(NASTY)}}}}}\n"
        f"  B: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: {json.dumps(NASTY)}}}}}\n",
        "utf-8",
    )
    return tmp_path


def hidden(text: str) -> set[str]:
    """The characters of a text that do not simply show, line ends and tabs aside."""
    return {one for one in text if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"} and one not in "\n\t\r"}


def check_text(text: str) -> None:
    """On a terminal nothing but what shows; no line that a pipeline takes for a command."""
    assert not re.search(r"(?m)^::", text)


def check_markup(text: str) -> None:
    """No tag that the tree brought."""
    assert "<script>alert" not in text


def check_csv(text: str) -> None:
    """No cell that a spreadsheet takes for a formula."""
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def check_github(text: str) -> None:
    """Every command is one of ours, and has our title."""
    for line in text.splitlines():
        if line.startswith("::"):
            assert re.match(r"::(error|warning|notice) (file|title)=", line), line
    assert "\r" not in text


def check_markdown(text: str) -> None:
    """Read as Markdown, neither a tag nor a link that the tree brought."""
    todo = list(MarkdownIt("commonmark").enable("table").parse(text))
    for token in todo:
        todo += token.children or []
        assert not (token.type.startswith("html") and "<script" in token.content), token.content
        assert not str(token.attrs.get("href", "")).startswith("javascript")


CHECKS: Mapping[str, tuple[Callable[[str], object], ...]] = {
    "text": (check_text,),
    "json": (json.loads,),
    "sarif": (json.loads,),
    "gitlab-quality": (json.loads,),
    "gitlab-sast": (json.loads,),
    "junit": (ET.fromstring,),
    "github": (check_github,),
    "markdown": (check_markdown,),
    "csv": (check_csv,),
    "html": (check_markup,),
}


@pytest.mark.parametrize("format_", sorted(FORMATS))
@pytest.mark.parametrize("detail", ["-q", "-v", "--no-ignores"])
def test_reports_are_harmless(format_: str, detail: str, tree: Path) -> None:
    result = run("scan", "--format", format_, detail, ".", cwd=tree)
    assert "script" in result.stdout, "the names are in it"
    assert hidden(result.stdout) == set()
    for check in CHECKS[format_]:
        check(result.stdout)


@pytest.mark.parametrize("format_", GRAPH_FORMATS)
def test_graphs_are_harmless(format_: str, tree: Path) -> None:
    result = run("graph", "--format", format_, ".", cwd=tree)
    assert hidden(result.stdout) == set()
    if format_ == "svg":
        ET.fromstring(result.stdout)  # noqa: S314 — our own text
    if format_ in ("svg", "mermaid"):
        check_markup(result.stdout)
    if format_ == "dot":
        # each quoted name ends where it began: no line has an odd number of quotes that are not escaped
        assert all(len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2 == 0 for line in result.stdout.splitlines())


@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_secrets_are_in_no_report(format_: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        f'provider "aws" {{\n  access_key = "{KEY_ID}"\n  secret_key = "{SECRET}"\n}}\n'
        f'variable "s" {{\n  sensitive = true\n  default   = "{SECRET}"\n}}\n'
        'resource "aws_iam_access_key" "a" {\n  user  = var.s\n}\n'
        'resource "aws_iam_access_key" "b" {\n  count = var.s == "x" ? 0 : 1\n  user  = var.s\n}\n'
        # of the values that are tried for what is not committed, only these lead to two keys
        'variable "t" {\n  type      = string\n  sensitive = true\n}\n'
        f'resource "aws_iam_access_key" "c" {{\n  count = var.t == "{SECRET}" ? 2 : 0\n  user  = "d"\n}}\n',
        "utf-8",
    )
    (tmp_path / "t.yaml").write_text(
        f"Parameters:\n  P: {{Type: String, NoEcho: true, AllowedValues: [x, {SECRET}]}}\n"
        f"Conditions:\n  C: !Equals [!Ref P, {SECRET}]\nResources:\n"
        "  A: {Type: AWS::IAM::AccessKey, Condition: C, Properties: {UserName: e}}\n"
        "  B: {Type: AWS::IAM::AccessKey, Condition: C, Properties: {UserName: e}}\n",
        "utf-8",
    )
    (tmp_path / "s.tfstate").write_text(
        json.dumps(
            {
                "version": 4,
                "terraform_version": "1.5.0",
                "serial": 1,
                "lineage": "x",
                "resources": [
                    {
                        "mode": "managed",
                        "type": "aws_iam_access_key",
                        "name": name,
                        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                        "instances": [
                            {"attributes": {"user": "u", "status": "Active", "id": KEY_ID, "secret": SECRET}}
                        ],
                    }
                    for name in "ab"
                ],
            }
        ),
        "utf-8",
    )
    for detail in ("-q", "-v"):
        result = run("scan", "--format", format_, detail, ".", cwd=tmp_path)
        assert result.exit_code in (1, 2)
        assert format_ != "json" or result.stdout.count('"(sensitive)"') >= 4, "both findings, and their instances"
        assert SECRET not in result.stdout
        assert SECRET not in result.stderr
