"""JSON as Terraform writes and reads it."""

from __future__ import annotations

import json
from decimal import Decimal

from iac_keycheck.deciding.shapes import ANY, Primitive
from iac_keycheck.deciding.values import Entries, Items, Refused, Unknown, Value, plain
from iac_keycheck.terraform import number
from iac_keycheck.terraform.functions.arguments import normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SPACES = " \t\n\r"
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def json_text(value: Value) -> str:
    """The JSON text of a known value: attributes in order, no white space, HTML's characters escaped."""
    match plain(value):
        case None:
            return "null"
        case bool(truth):
            return "true" if truth else "false"
        case int() | Decimal() as amount:
            return number.text(amount)
        case str(text):
            return _quoted(text)
        case Items(items=items):
            return "[" + ",".join(map(json_text, items)) + "]"
        case Entries(entries=entries):
            return "{" + ",".join(f"{_quoted(key)}:{json_text(entries[key])}" for key in sorted(entries)) + "}"
        case _:
            raise AssertionError(value)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    for char, escaped in _ESCAPED.items():
        if char in quoted:
            quoted = quoted.replace(char, escaped)
    return quoted


def json_value(text: str) -> Value:
    """The value of a JSON text; raises `Refused` where it is none."""
    decoder = json.JSONDecoder(parse_int=_number, parse_float=_number, parse_constant=_no_constant)
    begin = len(text) - len(text.lstrip(_SPACES))
    try:
        read, end = decoder.raw_decode(text, begin)
    except json.JSONDecodeError as error:
        raise Refused(f"invalid JSON: {error.msg} at offset {error.pos}") from error
    except RecursionError as error:
        raise Refused("the JSON is nested too deep") from error
    # Terraform overlooks what begins with a closing bracket
    if text[end:].lstrip(_SPACES)[:1] not in {"", "]", "}"}:
        raise Refused(f"invalid JSON: extraneous data at offset {end}")
    return from_plain(read)


def from_plain(read: Any) -> Value:  # noqa: ANN401 — JSON enters here
    """A tree of Python's own values as one of the language's: lists are tuples, mappings are objects."""
    match read:
        case str():
            return normal(_without_surrogates(read))
        case list() | tuple():
            return Items("tuple", tuple(map(from_plain, read)))
        case dict():
            entries = {normal(_without_surrogates(key)): from_plain(value) for key, value in read.items()}
            return Entries("object", dict(sorted(entries.items())))
        case None | bool() | int() | Decimal():
            return read
        case _:
            raise AssertionError(read)


def _without_surrogates(text: str) -> str:
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def _number(digits: str) -> object:
    parsed = number.parse(digits)
    if parsed is None:
        raise Refused(f"invalid JSON: {digits} is no number")
    return parsed


def _no_constant(name: str) -> object:
    raise Refused(f"invalid JSON: {name} is no value")


def through_json(value: Value) -> Value:
    """What a value is once it is written as JSON and read again. Unknown parts stay; a collection's type is lost."""
    match plain(value):
        case Items(items=items):
            return Items("tuple", tuple(map(through_json, items)))
        case Entries(entries=entries):
            return Entries("object", {key: through_json(entries[key]) for key in sorted(entries)})
        case Unknown(type=kind) as unknown:
            return unknown if isinstance(kind, Primitive) else Unknown(unknown.term, ANY, unknown.not_null)
        case other:
            return other
