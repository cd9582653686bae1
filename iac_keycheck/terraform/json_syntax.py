"""Terraform's JSON syntax to the same blocks as HCL: `.tf.json` and `.tfvars.json`.

What a string means depends on where it stands: an expression template, plain text, or a reference in its own right.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.source import InputError
from iac_keycheck.terraform.hcl import parse_expression, parse_template
from iac_keycheck.terraform.json_text import Json, JsonArray, JsonConstant, JsonObject, JsonString, read_json
from iac_keycheck.terraform.syntax import (
    Block,
    Body,
    Expression,
    Literal,
    ObjectCons,
    Template,
    TupleCons,
    json_body,
)
from iac_keycheck.terraform.templates import literal
from iac_keycheck.terraform.text import Text, wrong


class _Meaning(Enum):
    """What the strings of a value are."""

    EXPRESSION = "a template"
    TEXT = "plain text"
    REFERENCE = "an expression without ${}"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of block: how many labels it has and what its members mean, by name and otherwise."""

    labels: int
    members: Mapping[str, _Meaning | _Kind] = field(default_factory=dict)
    others: _Meaning = _Meaning.EXPRESSION


_LIFECYCLE = _Kind(0, {"ignore_changes": _Meaning.REFERENCE, "replace_triggered_by": _Meaning.REFERENCE})
_RESOURCE_MEMBERS: Mapping[str, _Meaning | _Kind] = {
    "depends_on": _Meaning.REFERENCE,
    "provider": _Meaning.REFERENCE,
    "lifecycle": _LIFECYCLE,
}
_RESOURCE = _Kind(2, _RESOURCE_MEMBERS)
_MODULE = _Kind(
    1,
    {
        "depends_on": _Meaning.REFERENCE,
        "providers": _Meaning.REFERENCE,
        "source": _Meaning.TEXT,
        "version": _Meaning.TEXT,
    },
)
_VARIABLE = _Kind(1, {"type": _Meaning.REFERENCE, "validation": _Meaning.EXPRESSION}, others=_Meaning.TEXT)
_MOVE = _Kind(0, {"from": _Meaning.REFERENCE, "to": _Meaning.REFERENCE, "provider": _Meaning.REFERENCE})

_KINDS: Mapping[str, _Kind] = {
    "resource": _RESOURCE,
    "data": _RESOURCE,
    "ephemeral": _RESOURCE,
    "module": _MODULE,
    "variable": _VARIABLE,
    "output": _Kind(1, {"depends_on": _Meaning.REFERENCE}),
    "locals": _Kind(0),
    "provider": _Kind(1, {"alias": _Meaning.TEXT, "version": _Meaning.TEXT}),
    "terraform": _Kind(0, others=_Meaning.TEXT),
    "moved": _MOVE,
    "import": _MOVE,
    "removed": _MOVE,
    "check": _Kind(1, {"data": _RESOURCE}),
}


def parse_blocks(text: str, path: str) -> tuple[Block, ...]:
    """The top-level blocks of a ``.tf.json`` file in source order; raises `InputError` where it cannot be read."""
    root = read_json(Text.of(path, text))
    blocks: list[Block] = []
    for part in root.items if isinstance(root, JsonArray) else (root,):
        if not isinstance(part, JsonObject):
            raise wrong("a Terraform file in JSON is an object", part.span)
        for name, value in part.members:
            if name.value.text == "//":
                continue
            kind = _KINDS.get(name.value.text, _Kind(0))
            _check_levels(value, kind.labels, name)
            pair = (_text(name), _member(value, kind))
            blocks += json_body(ObjectCons((pair,), part.span)).nested(name.value.text, kind.labels)
    return tuple(blocks)


def parse_values(text: str, path: str) -> Body:
    """The variables that a ``.tfvars.json`` file sets; its strings are plain text. Raises `InputError`."""
    root = read_json(Text.of(path, text))
    if not isinstance(root, JsonObject):
        raise wrong("a file of values in JSON is an object", root.span)
    pairs = tuple((_text(name), _value(value, _Meaning.TEXT)) for name, value in root.members)
    return json_body(ObjectCons(pairs, root.span))


def _check_levels(value: Json, labels: int, name: JsonString) -> None:
    """Refuses what is no block: each level of names, and the block itself, is an object or a list of objects."""
    match value:
        case JsonArray(items):
            for item in items:
                _check_levels(item, labels, name)
        case JsonObject(members) if labels:
            for label, inner in members:
                if label.value.text != "//":
                    _check_levels(inner, labels - 1, label)
        case JsonObject() | JsonConstant(None):
            pass
        case _:
            raise wrong(f"“{name.value.text}” has to be an object here, or a list of objects", value.span)


def _member(value: Json, meaning: _Meaning | _Kind) -> Expression:
    if isinstance(meaning, _Meaning):
        return _value(value, meaning)
    return _blocks(value, meaning, meaning.labels)


def _blocks(value: Json, kind: _Kind, labels: int) -> Expression:
    """An object or list that stands for blocks of a kind, with so many levels of labels still to come."""
    match value:
        case JsonArray(items, span):
            return TupleCons(tuple(_blocks(item, kind, labels) for item in items), span)
        case JsonObject(members, span) if labels:
            return ObjectCons(tuple((_text(name), _blocks(inner, kind, labels - 1)) for name, inner in members), span)
        case JsonObject(members, span):
            pairs = (
                (_text(name), _member(inner, kind.members.get(name.value.text, kind.others)))
                for name, inner in members
            )
            return ObjectCons(tuple(pairs), span)
        case _:
            return _value(value, kind.others)


def _value(value: Json, meaning: _Meaning) -> Expression:
    match value:
        case JsonConstant(constant, span):
            return Literal(constant, span)
        case JsonArray(items, span):
            return TupleCons(tuple(_value(item, meaning) for item in items), span)
        case JsonObject(members, span):
            return ObjectCons(tuple((_key(name, meaning), _value(item, meaning)) for name, item in members), span)
        case JsonString():
            return _string(value, meaning)


def _key(name: JsonString, meaning: _Meaning) -> Expression:
    return _string(name, meaning) if meaning is _Meaning.EXPRESSION else _text(name)


def _string(value: JsonString, meaning: _Meaning) -> Expression:
    text = value.value.text
    if meaning is _Meaning.REFERENCE and "${" not in text:
        try:
            return parse_expression(value.value)
        except InputError:
            # such as the old `ignore_changes = ["*"]`: whoever expects a reference says what is wrong
            return _text(value)
    if meaning is _Meaning.TEXT or ("${" not in text and "%{" not in text):
        return _text(value)
    return replace(parse_template(value.value), span=value.span)


def _text(value: JsonString) -> Template:
    text = value.value.text
    return Template((literal(text),) if text else (), value.span)
