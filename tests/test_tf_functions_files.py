"""Functions that read files: those of the scan are read, all others are opaque."""

from __future__ import annotations

import pytest

from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Leaf, Origin, Refused, Unknown, Value
from tests.tf_values import KnownFiles, shape_of, unknown, value_of

FILES = KnownFiles(
    {
        "a.txt": b"hello\n",
        "users/ci.json": b'{"name": "ci"}',
        "users/ops.json": b'{"name": "ops"}',
        "users/readme.md": b"",
        "hi.tpl": b"hi ${name}%{ if loud }!%{ endif }\n",
        "bytes": b"\xff\xfe",
    }
)


def _value(expression: str, **variables: Value) -> Value:
    return value_of(expression, variables, FILES)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('file("a.txt")', '"hello\\n"'),
        ('filebase64("bytes")', '"//4="'),
        ('filemd5("a.txt")', 'md5("hello\\n")'),
        ('filesha1("a.txt")', 'sha1("hello\\n")'),
        ('filesha256("a.txt")', 'sha256("hello\\n")'),
        ('filesha512("a.txt")', 'sha512("hello\\n")'),
        ('filebase64sha256("a.txt")', 'base64sha256("hello\\n")'),
        ('filebase64sha512("a.txt")', 'base64sha512("hello\\n")'),
        ('fileexists("a.txt")', "true"),
        ('fileexists("b.txt")', "false"),
        ('fileset("users", "*.json")', 'toset(["ci.json", "ops.json"])'),
        ('[for f in fileset("users", "*.json") : jsondecode(file("users/${f}")).name]', '["ci", "ops"]'),
        ('templatefile("hi.tpl", {name = "you", loud = true})', '"hi you!\\n"'),
        ('abspath("x/../y")', '"/work/y"'),
        ('pathexpand("x")', '"x"'),
    ],
)
def test_a_file_of_the_scan_is_read(expression: str, expected: str) -> None:
    assert shape_of(_value(expression)) == shape_of(_value(expected))


@pytest.mark.parametrize(
    "expression",
    [
        'file("../secret")',
        'file("/etc/passwd")',
        'file("~/.ssh/id_rsa")',
        'filebase64("../x")',
        'filesha256("../x")',
        'fileexists("../x")',
        'fileset("..", "*")',
        'fileset("users", "../../*")',
        'templatefile("../x.tpl", {})',
        'pathexpand("~")',
    ],
)
def test_a_file_outside_of_the_scan_is_opaque_and_says_why(expression: str) -> None:
    value = _value(expression)
    assert isinstance(value, Unknown)
    assert isinstance(value.term, Leaf)
    assert value.term.input.origin is Origin.OPAQUE
    assert value.term.input.reason


def test_one_file_outside_of_the_scan_is_one_value() -> None:
    assert _value('file("../x") == file("../x")') is True
    assert isinstance(_value('file("../x") == file("../y")'), Unknown)


@pytest.mark.parametrize(
    "expression",
    [
        'file("none.txt")',
        'file("bytes")',
        'templatefile("none.tpl", {})',
        'templatefile("hi.tpl", {name = "you"})',
        'templatefile("hi.tpl", [])',
        'templatefile("hi.tpl", {"a b" = 1})',
        'pathexpand("~root/x")',
    ],
)
def test_a_file_that_is_missing_or_no_text_is_refused(expression: str) -> None:
    with pytest.raises(Refused):
        _value(expression)


def test_a_template_of_an_unknown_variable_is_a_text_with_an_unknown_part() -> None:
    value = _value('templatefile("hi.tpl", {name = x, loud = false}) == "hi ${x}\\n"', x=unknown("x", STRING))
    assert value is True


def test_a_path_that_is_not_known_is_waited_for() -> None:
    assert isinstance(_value("file(x)", x=unknown("x", STRING)), Unknown)
    assert isinstance(_value('fileset(x, "*")', x=unknown("x", STRING)), Unknown)
