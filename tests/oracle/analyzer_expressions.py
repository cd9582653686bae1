"""The analyzer's evaluation of a single expression, in Terraform's JSON forms of values and types."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from iac_keycheck.deciding.shapes import ListOf, MapOf, ObjectOf, Primitive, SetOf, TupleOf, Type
from iac_keycheck.deciding.values import Entries, Items, Refused, Unknown, Value, plain, type_of
from iac_keycheck.source import InputError
from iac_keycheck.terraform.alone import evaluate_text, type_of_text
from iac_keycheck.terraform.conversions import convert


class NotDecided(Exception):
    """The analyzer gives no known value."""


def answer(expression: str, variables: Mapping[str, tuple[str, Any]]) -> tuple[Any, Any] | str:
    """Value and type of the expression, or the error; ``variables`` are type constraints and values."""
    try:
        value = evaluate_text(expression, {"var": given(variables)})
        return json_value(value), json_type(type_of(value))
    except Refused as refused:
        if refused.bound:
            raise NotDecided(refused.message) from refused
        return refused.message
    except InputError as error:
        return error.problem.message


def given(variables: Mapping[str, tuple[str, Any]]) -> Value:
    """What ``var`` means."""
    types = {name: type_constraint(constraint) for name, (constraint, _) in variables.items()}
    values = {name: convert(known(value), types[name]) for name, (_, value) in variables.items()}
    return Entries("object", values, ObjectOf(types))


@cache
def type_constraint(text: str) -> Type:
    """The type that a constraint means."""
    return type_of_text(text)


def known(value: Any) -> Value:  # noqa: ANN401 - JSON
    """A value from JSON, which has no types but those of its parts."""
    match value:
        case float():
            return Decimal(str(value))
        case list():
            return Items("tuple", tuple(map(known, value)))
        case dict():
            return Entries("object", {key: known(item) for key, item in sorted(value.items())})
        case _:
            simple: Value = value
            return simple


def json_value(value: Value) -> Any:  # noqa: ANN401 - JSON
    """A value as JSON; raises `NotDecided`."""
    match plain(value):
        case Unknown() as unknown:
            raise NotDecided(str(unknown.term))
        case Items(items=items):
            return [json_value(item) for item in items]
        case Entries(entries=entries):
            return {key: json_value(entries[key]) for key in entries}
        case simple:
            return simple


def json_type(type_: Type) -> Any:  # noqa: ANN401 - JSON
    """A type as Terraform writes it in JSON."""
    match type_:
        case Primitive(name="any"):
            return "dynamic"
        case Primitive(name=name):
            return name
        case ListOf(element=element):
            return ["list", json_type(element)]
        case SetOf(element=element):
            return ["set", json_type(element)]
        case MapOf(element=element):
            return ["map", json_type(element)]
        case TupleOf(elements=elements):
            return ["tuple", [json_type(element) for element in elements]]
        case ObjectOf(attributes=attributes):
            return ["object", {name: json_type(item) for name, item in attributes.items()}]
