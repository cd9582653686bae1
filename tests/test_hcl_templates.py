"""Strings and heredocs: their values are those that Terraform 1.11.4 gives."""

from __future__ import annotations

from typing import Any

import pytest

from iac_keycheck.terraform.hcl import parse_body
from iac_keycheck.terraform.syntax import Literal, Template, TemplateFor, TemplateIf
from iac_keycheck.terraform.text import Text
from tests.hcl_trees import NOWHERE, bare

ONE, TRUE = Literal(1, NOWHERE), Literal(value=True, span=NOWHERE)


def _parts(source: str) -> Any:  # noqa: ANN401 - texts and nodes without places
    expression = parse_body(Text.of("x.tf", f"x = {source}\n")).attributes["x"].expression
    assert isinstance(expression, Template)
    return bare(expression).parts


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ('""', ()),
        ('"a"', ("a",)),
        ('"${1}"', (ONE,)),
        ('"${~ 1 ~}"', (ONE,)),
        ('" ${~ 1 ~} "', ("", ONE, "")),
        ('"a ${1} b"', ("a ", ONE, " b")),
        ('"$${1}"', ("${1}",)),
        ('"$$${1}"', ("$${1}",)),
        ('"%%{if}"', ("%{if}",)),
        ('"$%{if true}x%{endif}"', ("$", TemplateIf(TRUE, ("x",), (), NOWHERE))),
        ('"$$ % $"', ("$$ % $",)),
        ('"$  ${~ 1 ~} %"', ("$", ONE, "%")),
        (r'"\n\r\t\"\\é\U0001F600"', ('\n\r\t"\\é😀',)),
        (r'"a \n ${~ 1 ~} \t b"', ("a", ONE, "b")),
        ('"e\u0301"', ("é",)),
        ('"${"}"}"', (Template(("}",), NOWHERE),)),
        ('"${\n1 # }\n}"', (ONE,)),
        ('"%{ if true ~} y %{~ else ~} n %{~ endif }"', (TemplateIf(TRUE, ("y",), ("n",), NOWHERE),)),
        ('"%{for x in 1}%{for y, z in 1}.%{endfor}%{endfor}"',
         (TemplateFor(None, "x", ONE, (TemplateFor("y", "z", ONE, (".",), NOWHERE),), NOWHERE),)),
    ],
)  # fmt: skip
def test_a_quoted_string_has_its_value(source: str, parts: tuple[object, ...]) -> None:
    assert _parts(source) == parts


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("<<E\nE\n", ()),
        ("<<E\n  a\n  E  \n", ("  a\n",)),
        ("<<E-F\na\nE\nE-F\n", ("a\nE\n",)),
        ('<<E\na\\n "b" $${c} $ %\nE\n', ('a\\n "b" ${c} $ %\n',)),
        ("<<E\nx${1}E\nE\n", ("x", ONE, "E\n")),
        ("<<E\na ${1 ~}   \n  b\nE\n", ("a ", ONE, "  b\n")),
        ("<<E\n${1 ~}\nE\n", (ONE, "")),
        ("<<E\n${<<F\nE\nF\n}\nE\n", (Template(("E\n",), NOWHERE), "\n")),
        ("<<E\r\na\r\nE\r\n", ("a\r\n",)),
        ("<<-E\n    a\n\n      b ${1}\n   \n    E\n", ("a\n\n  b ", ONE, "\n   \n")),
        ("<<-E\n\t  a\n \u00a0\tb\n  E\n", ("a\nb\n",)),
        ("<<-E\n  ${1}\n    a\n  E\n", (ONE, "\n  a\n")),
        ("<<-E\n    %{ if true ~}\n    a\n    %{ endif ~}\n    b\n    E\n",
         (TemplateIf(TRUE, ("    a\n",), (), NOWHERE), "    b\n")),
    ],
)  # fmt: skip
def test_a_heredoc_has_its_value(source: str, parts: tuple[object, ...]) -> None:
    assert _parts(source) == parts


def test_expressions_in_strings_and_heredocs_know_their_places() -> None:
    body = parse_body(Text.of("x.tf", 'x = "é${\n  y}"\nz = <<-E\r\n  ${"${a}"}\r\nE\r\n'))
    first, second = (body.attributes[name].expression for name in "xz")
    assert isinstance(first, Template)
    assert isinstance(second, Template)
    assert [(part.span.line, part.span.column) for part in first.parts if not isinstance(part, str)] == [(2, 3)]
    inner = next(part for part in second.parts if not isinstance(part, str))
    assert isinstance(inner, Template)
    assert (inner.span.line, inner.span.column, inner.span.end_column) == (4, 5, 11)
    assert (second.span.line, second.span.end_line, second.span.end_column) == (3, 5, 2)
