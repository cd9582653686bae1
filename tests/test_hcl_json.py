"""Terraform's JSON syntax gives the blocks that HCL gives, with true places."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iac_keycheck.source import InputError, Span
from iac_keycheck.terraform.hcl import parse_body
from iac_keycheck.terraform.json_syntax import parse_blocks, parse_values
from iac_keycheck.terraform.json_text import Json, JsonArray, JsonConstant, JsonObject, JsonString, read_json
from iac_keycheck.terraform.syntax import Block, Expression, Template
from iac_keycheck.terraform.text import Text
from tests.hcl_trees import bare


def _blocks(**members: object) -> tuple[Block, ...]:
    return parse_blocks(json.dumps(members), "x.tf.json")


def _hcl(source: str) -> dict[str, Expression]:
    return {name: bare(a.expression) for name, a in parse_body(Text.of("x.tf", source)).attributes.items()}


def _bare(block: Block) -> dict[str, Expression]:
    return {name: bare(attribute.expression) for name, attribute in block.body.attributes.items()}


def test_each_kind_of_block_has_its_labels() -> None:
    found = _blocks(
        resource={"aws_iam_user": {"a": {"name": "x"}, "b": [{"name": "y"}]}},
        data=[{"aws_iam_user": {"c": {}}}],
        module={"d": {}}, variable={"e": {}}, output={"f": {}}, locals={"g": 1}, provider={"aws": [{}, {}]},
        terraform={}, moved=[{}, {}], check={"h": {}}, removed=None,
    )  # fmt: skip
    assert [(block.type, *block.labels) for block in found] == [
        ("resource", "aws_iam_user", "a"), ("resource", "aws_iam_user", "b"), ("data", "aws_iam_user", "c"),
        ("module", "d"), ("variable", "e"), ("output", "f"), ("locals",), ("provider", "aws"), ("provider", "aws"),
        ("terraform",), ("moved",), ("moved",), ("check", "h"),
    ]  # fmt: skip
    assert all(block.from_json for block in found)


def test_members_mean_what_they_mean_in_hcl() -> None:
    resource, module, variable, moved = _blocks(
        resource={"aws_iam_user": {"a": {
            "name": "x-${var.n ~} !", "tags": {"${var.k}": "$${v}"}, "count": 2, "force_destroy": None,
            "provider": "aws.west", "depends_on": ["module.m"],
            "lifecycle": {"ignore_changes": ['tags["a"]', "*"], "replace_triggered_by": ["a.b[count.index]"]},
        }}},
        module={"m": {"source": "./${x}", "providers": {"aws": "aws.west"}, "users": "${local.u}"}},
        variable={"v": {"type": "list(string)", "default": ["${no}"]}},
        moved={"from": "a.b", "to": "a.c[0]"},
    )  # fmt: skip
    assert _bare(resource) == _hcl(
        'name = "x-${var.n ~} !"\ntags = { "${var.k}" = "$${v}" }\ncount = 2\nforce_destroy = null\n'
        'provider = aws.west\ndepends_on = [module.m]\n'
        'lifecycle = { "ignore_changes" = [tags["a"], "*"], "replace_triggered_by" = [a.b[count.index]] }\n'
    )
    assert _bare(module) == _hcl('source = "./$${x}"\nproviders = { "aws" = aws.west }\nusers = "${local.u}"\n')
    assert _bare(variable) == _hcl('type = list(string)\ndefault = ["$${no}"]\n')
    assert _bare(moved) == _hcl("from = a.b\nto = a.c[0]\n")


def test_values_are_plain_text() -> None:
    body = parse_values('{"a": "${b}", "c": [1, 2.5, true, null], "//": "x"}', "x.tfvars.json")
    values = {name: bare(a.expression) for name, a in body.attributes.items()}
    assert values == _hcl('a = "$${b}"\nc = [1, 2.5, true, null]\n')


def test_members_can_be_asked_for_as_nested_blocks() -> None:
    (block,) = parse_blocks(
        '{"resource": {"t": {"n": {"one": {"a": 1}, "many": [{"a": 1}, {"a": 2}], "many": {"a": 3}, "text": "x",\n'
        '  "dynamic": {"d": {"for_each": "${x}", "//": "why"}, "//": "no block"}}}}}',
        "x.tf.json",
    )
    body = block.body
    assert [_bare(one) for one in body.nested("one")] == [_hcl("a = 1\n")]
    assert [_bare(one) for one in body.nested("many")] == [_hcl(f"a = {number}\n") for number in (1, 2, 3)]
    assert body.nested("text") == body.nested("missing") == ()
    (dynamic,) = body.nested("dynamic", labels=1)
    assert (dynamic.labels, list(dynamic.body.attributes)) == (("d",), ["for_each"])
    assert [comment.text for comment in dynamic.body.comments] == ["why"]
    assert dynamic.header == Span("x.tf.json", 2, 15, 2, 18)


def test_places_are_those_in_the_file_through_escapes() -> None:
    source = '\ufeff{"output": {"o": {\r\n  "value": "\\u00e9\\n\\ud83d\\ude00${\\"a\\"}", "//": ["one", "two"]\r\n}}}'
    (block,) = parse_blocks(source, "x.tf.json")
    assert (block.header, block.span) == (Span("x.tf.json", 1, 13, 1, 16), Span("x.tf.json", 1, 13, 3, 2))
    value = block.body.attributes["value"]
    assert (value.name_span, value.span) == (Span("x.tf.json", 2, 3, 2, 10), Span("x.tf.json", 2, 3, 2, 42))
    assert isinstance(value.expression, Template)
    text, inner = value.expression.parts
    assert text == "é\n😀"
    assert isinstance(inner, Template)
    assert (inner.span, inner.parts) == (Span("x.tf.json", 2, 35, 2, 40), ("a",))
    assert [(comment.text, comment.span.column) for comment in block.body.comments] == [("one", 51), ("two", 58)]


@pytest.mark.parametrize(
    ("source", "message", "place"),
    [
        ("", "expected a value, found the end of the file", "1:1"),
        ('{"a": 1,}', "expected a name in double quotes, found “}”", "1:9"),
        ('{"a"\n1}', "expected “:”, found “1”", "2:1"),
        ("[1 2]", "expected “,” or “]”, found “2”", "1:4"),
        ('{"a": tru}', "expected a value, found “tru”", "1:7"),
        ("{} {}", "expected the end of the file, found “{”", "1:4"),
        ('{"a": 01}', "expected “,” or “}”, found “1”", "1:8"),
        ('{"a": "\\q"}', "“\\q” is no escape sequence of JSON", "1:8"),
        ('{"a": "\n"}', "the string that begins here is not closed, or holds a control character", "1:7"),
        ("// a\n{}", "JSON has no comments; a member named “//” can take their place", "1:1"),
        ('{"resource": {"a": 1}}', "“a” has to be an object here, or a list of objects", "1:20"),
        ("[1]", "a Terraform file in JSON is an object", "1:2"),
        ('{"locals": {"a": "b ${c"}}', "the “${” that begins here is never closed", "1:21"),
        ('{"locals": {"a": "\\u00e9${1 2}"}}', "expected “}”, found “2”", "1:29"),
    ],
)
def test_what_is_wrong_is_a_syntax_problem_with_its_place(source: str, message: str, place: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_blocks(source, "x.tf.json")
    span = caught.value.problem.span
    assert (caught.value.problem.kind, caught.value.problem.message) == ("syntax", message)
    assert f"{span.line}:{span.column}" == place


@pytest.mark.parametrize("source", ["[" * 50_000, '{"a":' * 50_000, '"' + "\\" * 50_000, '{"a": ' + "9" * 50_000 + "}"])
def test_hostile_nesting_is_a_problem_and_no_crash(source: str) -> None:
    with pytest.raises(InputError):
        parse_blocks(source, "x.tf.json")


def test_a_merge_conflict_is_called_by_its_name() -> None:
    with pytest.raises(InputError) as caught:
        parse_blocks('{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> b\n}', "x.tf.json")
    assert caught.value.problem.kind == "merge-conflict"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=15,
)


@settings(deadline=None)
@given(_JSON, st.sampled_from((None, 1)), st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(value: object, indent: int | None, ascii_only: bool) -> None:  # noqa: FBT001
    source = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert _plain(read_json(Text.of("x.json", source))) == value


def _plain(node: Json) -> object:
    match node:
        case JsonString(text):
            return text.text
        case JsonConstant(constant):
            return constant
        case JsonArray(items):
            return [_plain(item) for item in items]
        case JsonObject(members):
            return {name.value.text: _plain(value) for name, value in members}
