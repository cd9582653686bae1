"""The parts of a file found without parsing are those that parsing finds; so are its comments."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iac_keycheck.source import InputError
from iac_keycheck.terraform.comments import comments
from iac_keycheck.terraform.entries import block_at
from iac_keycheck.terraform.flat_blocks import flat_block
from iac_keycheck.terraform.hcl import parse_body
from iac_keycheck.terraform.slices import AttributeSlice, BlockSlice, slices
from iac_keycheck.terraform.syntax import Expression
from iac_keycheck.terraform.text import Text
from tests.hcl_trees import Layout, expressions

_BETWEEN = ("", "\n", "# a {\n", '// "\n', "/* } <<X\n*/ ", "\r\n\t")
_MEMBERS = (
    'a = <<X\n}\n ${ "}" }\n /* # X\nX\n', "b = <<-Y\n\tY Y\n \tY\n", 'c = "${"}${1}{"} $${ %%{ \\" {"\n',
    "d { e = 1 }\n",
    'f "g" {\n  h = "#{"\n}\n', "i = {\n j = [\n{}]}\n", "k = 1 / 2 // {\n", "l = 1 < 2 /* { */\n", "# {\n", "",
)  # fmt: skip


def _file() -> st.SearchStrategy[str]:
    member = st.sampled_from(_MEMBERS)
    header = st.sampled_from(("a ", 'resource "b" "c" ', "x y ", 'é"z"'))
    block = st.tuples(header, st.lists(member, max_size=4, unique=True)).map(lambda b: f"{b[0]}{{\n{''.join(b[1])}}}\n")
    parts = st.tuples(st.sampled_from(_BETWEEN), block | member)
    return st.lists(parts, max_size=6).map(lambda lines: "".join(f"{gap}{part}" for gap, part in lines))


def _plain_block() -> st.SearchStrategy[str]:
    """Blocks of plain arguments, and such as are nearly that."""
    name = st.sampled_from(("a", "b-c", "_d", "true", "null", "for", "e1", "\u00e9"))
    value = st.sampled_from(
        (
            '"x"',
            '""',
            "12",
            "007",
            "1.5",
            "true",
            "null",
            "v",
            "v.w",
            "v.w-x.y",
            "v.0",
            "v.*",
            "-1",
            '"${x}"',
            '"\\n"',
            "[]",
            "{}",
            "a b",
        )
    )
    gap = st.sampled_from(("", " ", "\t ", "  "))
    end = st.sampled_from(("\n", "\n", " \n", "\n\n", "\r\n", " # c\n", "\n// d\n", ""))
    line = st.tuples(gap, name, gap, st.sampled_from("==:"), gap, value, end).map("".join)
    label = st.sampled_from(("", ' "l"', ' "l" "m"', " l", ' ""'))
    opening = st.sampled_from(("{\n", " {\n", "{", " { \n", "{ # c\n", "\n{\n"))
    body = st.lists(line, max_size=4).map("".join)
    return st.tuples(name, label, opening, body, gap, st.just("}")).map("".join)


def _check(source: str) -> None:
    """What is found equals what is parsed, or nothing is found in what cannot be read."""
    text, found = Text.of("x.tf", source), slices(source)
    try:
        body = parse_body(text)
    except InputError:
        return
    assert found is not None
    blocks = [part for part in found if isinstance(part, BlockSlice)]
    attributes = [part for part in found if isinstance(part, AttributeSlice)]
    parsed = [(block.type, block.labels, block.span) for block in body.blocks]
    assert [(block.type, block.labels, text.span(block.start, block.end)) for block in blocks] == parsed
    assert [block_at(text, block.start, block.end) for block in blocks] == list(body.blocks)
    spans = [(attribute.name, attribute.span) for attribute in body.attributes.values()]
    assert [(part.name, text.span(part.start, part.end)) for part in attributes] == spans


@settings(deadline=None)
@given(_file())
def test_slices_are_the_parts_that_parsing_finds(source: str) -> None:
    _check(source)


@settings(deadline=None)
@given(st.lists(expressions(), max_size=3), st.randoms(use_true_random=False))
def test_slices_are_the_parts_that_parsing_finds_around_any_expression(
    nodes: list[Expression], choices: random.Random
) -> None:
    layout = Layout(choices)
    lines = [f"a{index} = {layout.text(node)}\n" for index, node in enumerate(nodes)]
    text = Text.of("x.tf", "".join(lines) + f"b {{\n{''.join(lines)}}}\n")
    found = slices(text.text)
    if found is not None:
        _check(text.text)


def test_slices_are_the_parts_that_parsing_finds_in_the_fixtures() -> None:
    for path in sorted(Path(__file__).with_name("fixtures").rglob("*.tf")):
        _check(path.read_text(encoding="utf-8", errors="replace"))


@pytest.mark.skipif("REAL_CODE" not in os.environ, reason="REAL_CODE names no directory with Terraform code")
def test_slices_are_the_parts_that_parsing_finds_in_real_code() -> None:
    seen: set[str] = set()
    followed = 0
    for path in sorted(Path(os.environ["REAL_CODE"]).rglob("*.tf")):
        if path.is_file() and (text := path.read_text(encoding="utf-8", errors="replace")) not in seen:
            seen.add(text)
            _check(text)
            followed += slices(text) is not None
    # what is not followed is parsed as a whole, which is slow: it must be rare
    assert followed > 0.99 * len(seen)


@settings(deadline=None)
@given(_plain_block())
def test_plain_blocks_are_read_as_the_grammar_reads_them(source: str) -> None:
    text = Text.of("x.tf", f"# one\n  {source}\n")
    start = text.text.index(source)
    found = flat_block(text, start, start + len(source))
    try:
        body = parse_body(text)
    except InputError:
        assert found is None
    else:
        assert found is None or [found] == list(body.blocks)


def test_plain_blocks_do_not_take_the_long_way() -> None:
    source = (
        'variable "a" "b" {\n  type = string\n\n  # c\n  d=true\n e = 12\n f = ""\n g = var.h.i\n  default = "x"\n }'
    )
    text = Text.of("x.tf", source)
    found = flat_block(text, 0, len(source))
    assert found is not None
    assert [found] == list(parse_body(text).blocks)


@pytest.mark.parametrize(
    "source", ["a {", "a {}}", "a", 'a = "', "a {\n b = <<X\n}\n", "/*", 'a "${b}" {}', "= 1", "<<<<<<< a\n", "a = }"]
)
def test_what_cannot_be_followed_is_left_to_the_parser(source: str) -> None:
    assert slices(source) is None


@pytest.mark.parametrize(
    "source", ['a = "' + "$" * 50_000, "a {" + "{" * 50_000, "/* " * 50_000, "a = <<X\n" + "<<X\n" * 50_000]
)
def test_hostile_text_costs_no_more_than_its_length(source: str) -> None:
    assert slices(source) is None
    assert comments(Text.of("x.tf", source)) == ()


def test_comments_are_found_where_they_are_comments() -> None:
    source = (
        'a = "# no" # one\n/* two\n  lines */ b = <<X\n# no\n${ 1 /* in */ }\nX\n//three\n'
        'c = 1 / 2 < 3 # "\n#\nd = "${ "#" # in\n}" //last'
    )
    found = [(comment.text, comment.span.line, comment.span.column) for comment in comments(Text.of("x.tf", source))]
    assert found == [("one", 1, 12), ("two\n  lines", 2, 1), ("three", 7, 1), ('"', 8, 15), ("", 9, 1), ("last", 11, 4)]
