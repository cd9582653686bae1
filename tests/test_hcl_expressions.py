"""HCL expressions and bodies: what they are parsed to, and that each node stands where its span says."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iac_keycheck.source import InputError, Span
from iac_keycheck.terraform.hcl import parse_block, parse_body, parse_expression
from iac_keycheck.terraform.syntax import (
    Attribute,
    Binary,
    Body,
    Conditional,
    Expression,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectCons,
    Splat,
    Spread,
    Template,
    TemplateFor,
    TemplateIf,
    TupleCons,
    Unary,
)
from iac_keycheck.terraform.text import Text
from tests.hcl_trees import NOWHERE, Layout, bare, expressions

A, B, C = (Name(name, NOWHERE) for name in "abc")


def _expression(source: str) -> Any:  # noqa: ANN401 - any node without places
    return bare(parse_expression(Text.of("x.tf", source)))


def _number(value: int) -> Literal:
    return Literal(value, NOWHERE)


def _string(text: str) -> Template:
    return Template((text,), NOWHERE)


def _splat(*steps: str | Expression | Spread, full: bool = True) -> Splat:
    return Splat(A, steps, full, NOWHERE)


@settings(deadline=None)
@given(expressions(), st.randoms(use_true_random=False))
def test_an_expression_survives_being_written_in_any_layout(node: Expression, choices: random.Random) -> None:
    source = Layout(choices).text(node)
    for text in (f"x = {source}\n", f"x {{\r\n  # é\n\tx = {source} // end\n}}\n"):
        body = parse_body(Text.of("x.tf", text))
        attribute = [*body.attributes.values(), *(a for b in body.blocks for a in b.body.attributes.values())][0]
        assert bare(attribute.expression) == node
    assert _expression(source) == node


@settings(deadline=None)
@given(expressions(), st.randoms(use_true_random=False))
def test_a_node_stands_where_its_span_says(node: Expression, choices: random.Random) -> None:
    source = f"x = {Layout(choices).text(node)}\n"
    parsed = parse_body(Text.of("x.tf", source)).attributes["x"].expression
    for part in _parts(parsed):
        assert bare(parse_expression(Text.of("x.tf", _under(source, part.span)))) == bare(part)


def _parts(node: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever the fields of nodes hold
    if isinstance(node, tuple):
        for item in node:
            yield from _parts(item)
    elif dataclasses.is_dataclass(node) and not isinstance(node, Span):
        if not isinstance(node, TemplateIf | TemplateFor | Spread):
            yield node
        for field in dataclasses.fields(node):
            yield from _parts(getattr(node, field.name))


def _under(text: str, span: Span) -> str:
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("-a.b", Unary("-", GetAttr(A, "b", NOWHERE), NOWHERE)),
        ("!!a", Unary("!", Unary("!", A, NOWHERE), NOWHERE)),
        ("a - - b", Binary("-", A, Unary("-", B, NOWHERE), NOWHERE)),
        ("a - b - c", Binary("-", Binary("-", A, B, NOWHERE), C, NOWHERE)),
        ("a || b && c", Binary("||", A, Binary("&&", B, C, NOWHERE), NOWHERE)),
        ("a ? b : a ? b : c", Conditional(A, B, Conditional(A, B, C, NOWHERE), NOWHERE)),
        ("1e3", Literal(Decimal("1E+3"), NOWHERE)),
        ("00.10", Literal(Decimal("0.10"), NOWHERE)),
        ("a.0.b", GetAttr(Index(A, _number(0), NOWHERE), "b", NOWHERE)),
        ("a.0.1", Index(Index(A, _number(0), NOWHERE), _number(1), NOWHERE)),
        ("a[*]", _splat()),
        ("a[*].b[0]", _splat("b", _number(0))),
        ("a.*.b.0", _splat("b", _number(0), full=False)),
        ("a.*.b[0]", Index(_splat("b", full=False), _number(0), NOWHERE)),
        ("a.*.b[*]", Splat(_splat("b", full=False), (), full=True, span=NOWHERE)),
        ("(a[*]).b", GetAttr(_splat(), "b", NOWHERE)),
        ("a[*].b[*].c", _splat("b", Spread(("c",), full=True, span=NOWHERE))),
        ("a[*].b.*.c[0]", _splat("b", Spread(("c",), full=False, span=NOWHERE), _number(0))),
        ('{ b = 1, "c" : 2 }', ObjectCons(((_string("b"), _number(1)), (_string("c"), _number(2))), NOWHERE)),
        ("{\n true = 1\n null = 2\n}",
         ObjectCons(((_string("true"), _number(1)), (_string("null"), _number(2))), NOWHERE)),
        ("{ (b) = 1 }", ObjectCons(((B, _number(1)),), NOWHERE)),
        ("{ a.b = c }", ObjectCons(((GetAttr(A, "b", NOWHERE), C),), NOWHERE)),
        ("{\n b = 1 + 2\n -1 = 2\n}",
         ObjectCons(((_string("b"), Binary("+", _number(1), _number(2), NOWHERE)),
                     (Unary("-", _number(1), NOWHERE), _number(2))), NOWHERE)),
        ("[\n<<X\nb\nX\n, 1]", TupleCons((_string("b\n"), _number(1)), NOWHERE)),
    ],
)  # fmt: skip
def test_an_expression_is_read_as_terraform_reads_it(source: str, expected: Expression) -> None:
    assert _expression(source) == expected


def test_the_legal_ways_to_write_a_block_are_read() -> None:
    source = (
        '\ufeffa {}\r\nb x "y" { c = 1 }\nin "é\\"" { // here\n\tfor = [1, # one\n\t2]\n\n  if {\n  }\n}'
    )
    body = parse_body(Text.of("x.tf", source))
    assert [(block.type, block.labels) for block in body.blocks] == [("a", ()), ("b", ("x", "y")), ("in", ('é"',))]
    last = body.blocks[-1]
    assert last.span == Span("x.tf", 3, 1, 9, 2)
    assert last.header == Span("x.tf", 3, 1, 3, 9)
    assert last.body.attributes["for"].span == Span("x.tf", 4, 2, 5, 4)
    assert last.body.attributes["for"].name_span == Span("x.tf", 4, 2, 4, 5)
    assert last.body.nested("if") == last.body.blocks
    assert body.blocks[0].span == Span("x.tf", 1, 1, 1, 5)


def test_columns_count_characters() -> None:
    attribute: Attribute = parse_body(Text.of("x.tf", 'a = ["😀é", b]\n')).attributes["a"]
    assert isinstance(attribute.expression, TupleCons)
    assert [item.span.column for item in attribute.expression.items] == [6, 12]


def test_a_block_out_of_the_middle_of_a_file_keeps_its_places() -> None:
    source = "a {\n}\nb {\n  c = 1\n}\n"
    block = parse_block(Text.of("x.tf", source), 6, 19)
    assert (block.type, block.span) == ("b", Span("x.tf", 3, 1, 5, 2))
    assert block.body.attributes["c"].span == Span("x.tf", 4, 3, 4, 8)


def test_an_empty_file_is_an_empty_body() -> None:
    for source in ("", "\n", "# only a comment", "/* one */ // two"):
        assert parse_body(Text.of("x.tf", source)) == Body({}, ())


@pytest.mark.parametrize(
    ("source", "message", "place"),
    [
        ("a = [1 2]\n", "expected “,” or “]”, found “2”", "1:8-1:9"),
        ("a = {b = 1 c = 2}\n", "expected a new line or a comma before this", "1:12-1:13"),
        ("a = {b}\n", "expected “=” or “:”, found “}”", "1:7-1:8"),
        ("a = {b = 1\n, c = 2}\n", "expected an expression, found “,”", "2:1-2:2"),
        ("a b\n", "expected “{”, found the end of the line", "1:4-2:1"),
        ("a\n{\n}\n", "expected “{” on the same line as the block's type and labels", "1:2-2:1"),
        ("a {\n b = 1\n", "the “{” that begins here is never closed", "1:3-1:4"),
        ("a {\n b = [1,\n}\n", "found “}”, expected “]” to close the “[” of line 2", "3:1-3:2"),
        ("}\n", "found “}”, but nothing is open here that it closes", "1:1-1:2"),
        ("a = x ? 1\n", "expected “:”, found the end of the line", "1:10-2:1"),
        ("a = [for x y : z]\n", "expected “for NAME in …” or “for NAME, NAME in …”", "1:6-1:7"),
        ("a = {for x in y : z}\n", "expected “=>”, found “}”", "1:20-1:21"),
        ("a.b = 1\n", "expected “=” or “{”, found “.”", "1:2-1:3"),
        ('"a" = 1\n', "the name of an argument or block must not be quoted", "1:1-1:4"),
        ("1 = 2\n", "expected the name of an argument or block, found “1”", "1:1-1:2"),
        ("a =\n1\n", "expected an expression after “=”, found the end of the line", "1:4-2:1"),
        ("a = 1\n+ 2\n", "a line cannot begin with “+” outside of parentheses", "2:1-2:2"),
        ("a = 1 +\n2\n", "expected an expression after “+”, found the end of the line", "1:8-2:1"),
        ("a = 1 b = 2\n", "expected a new line before this", "1:7-1:8"),
        ("a {\n} b {\n}\n", "expected a new line before this", "2:3-2:4"),
        ("a {\n b = 1}\n", "expected a new line before this", "2:7-2:8"),
        ("a { b = 1\n}\n", "a block on one line holds one argument and no block; put each on its own line", "1:1-1:2"),
        ("a = 1\na = 2\n", "“a” is set twice in this block, first in line 1", "2:1-2:2"),
        ('a = "b\n', "the string that begins here is not closed on its line", "1:5-1:6"),
        ("a = 'b'\n", 'single quotes are not valid; use double quotes (") around a string', "1:5-1:6"),
        ("a = <<X\nb\n", "the heredoc that begins here has no closing line “X”", "1:5-1:8"),
        ("a = <<X b\n", "expected an expression, found “<”", "1:5-1:6"),
        ('a = "${b"\n', "the string that begins here is not closed on its line", "1:9-1:10"),
        ('a = "\\q"\n', "“\\q” is no escape sequence", "1:6-1:8"),
        ('a = "%{ if b }"\n', "this if directive has no endif", "1:6-1:15"),
        ('a = "%{ endif }"\n', "this endif directive belongs to no open if or for", "1:6-1:16"),
        ('a = "%{ while }"\n', "expected if, else, endif, for or endfor after “%{”", "1:6-1:8"),
        ('a "${b}" {\n}\n', "a block's label is plain text, without templates", "1:3-1:9"),
        ("a = b::c\n", "“::” belongs in the names of functions only", "1:5-1:9"),
        ("a = b.*.c.*.d\n", "a splat cannot be used inside an attribute-only splat (“.*”)", "1:10-1:12"),
        ("a = 1; b = 2\n", "“;” is no character of the language", "1:6-1:7"),
        ("a = \u200b1\n", "U+200B is no character of the language", "1:5-1:6"),
        ("/* a\n", "the comment that begins here is never closed", "1:1-1:3"),
        ("a = 1e99999999\n", "a number too large to be worked with", "1:5-1:15"),
    ],
)
def test_what_terraform_refuses_is_a_syntax_problem_with_its_place(source: str, message: str, place: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_body(Text.of("x.tf", source))
    span = caught.value.problem.span
    found = f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"
    assert (caught.value.problem.kind, caught.value.problem.message, found) == ("syntax", message, place)


def test_a_merge_conflict_is_called_by_its_name() -> None:
    with pytest.raises(InputError) as caught:
        parse_body(Text.of("x.tf", "a {\n  b = 1\n<<<<<<< HEAD\n  c = 1\n=======\n  c = 2\n>>>>>>> other\n}\n"))
    problem = caught.value.problem
    assert (problem.kind, problem.span) == ("merge-conflict", Span("x.tf", 3, 1, 3, 13))


_MANY = 5_000


@pytest.mark.parametrize(
    "source",
    [
        "a = " + "[" * _MANY, "a = " + "(" * _MANY + "1" + ")" * _MANY, "a {\n" * _MANY, 'a = "' + "${" * _MANY,
        "a = " + '"${' * _MANY, "a = b" + ".b" * _MANY, "a = 1" + "+1" * _MANY, "a = " + "!" * _MANY + "b",
        "a = " + "b ? " * _MANY + "1" + " : 1" * _MANY, "a = b" + "[0]" * _MANY, "a = b" + "[*]" * _MANY,
        "a = b" + "[*].c.*.d" * _MANY, 'a = "' + "%{if b}" * _MANY + "%{endif}" * _MANY + '"', "/*" * _MANY,
        'a = "' + "$" * _MANY, "a = " + "[for b in " * _MANY, "a = " + "-" * _MANY + "1", "a = " + "9" * _MANY,
    ],
)  # fmt: skip
def test_hostile_nesting_is_a_problem_and_no_crash(source: str) -> None:
    with pytest.raises(InputError):
        parse_body(Text.of("x.tf", source))
