"""The analyzer's evaluation of a single expression, in Terraform's JSON forms of values and types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from iac_keycheck.shapes import ListOf, MapOf, ObjectOf, Primitive, SetOf, TupleOf, Type
from iac_keycheck.source import InputError
from iac_keycheck.terraform.conversions import convert
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.functions import Files
from iac_keycheck.terraform.hcl import parse_expression
from iac_keycheck.terraform.text import Text
from iac_keycheck.terraform.type_constraints import type_constraint
from iac_keycheck.values import Entries, Input, Items, Refused, Unknown, Value, plain, type_of


class NotDecided(Exception):
    """The analyzer gives no known value."""


@dataclass(frozen=True, slots=True)
class _NoFiles:
    """Functions that read files find none."""

    module_path: str = "."
    root_path: str = "."
    cwd: str = "."

    def contains(self, path: str) -> bool:
        return bool(path) and False

    def exists(self, path: str) -> bool:
        return bool(path) and False

    def read(self, path: str) -> NoReturn:
        raise Refused(f"no file {path}")

    def glob(self, directory: str, pattern: str) -> list[str]:
        raise Refused(f"no files {directory} {pattern}")

    def render(self, template_text: str, variables: Entries, name: str) -> Value:
        """Only `templatestring` comes here."""
        frame = Frame(_Names(Entries("object", {})), dict(variables.entries))
        from iac_keycheck.terraform.hcl import parse_template  # noqa: PLC0415 - rarely needed

        return evaluate(parse_template(Text.of(name, template_text)), frame)


@dataclass(frozen=True, slots=True)
class _Names:
    """The roots of traversals: only `var` means something."""

    variables: Entries
    files: Files = field(default_factory=_NoFiles)

    def root(self, name: str, frame: Frame) -> Value:
        if name != "var":
            raise Refused(f"{name} means nothing in {frame.each}", static=True)
        return self.variables

    def part(self, source: Input, path: tuple[str, ...], type_: Type) -> Value:
        raise Refused(f"no input {source} {path} {type_}")


def evaluate_text(expression: str, variables: Mapping[str, tuple[str, Any]]) -> tuple[Any, Any] | str:
    """Value and type of the expression, or the error; ``variables`` are type constraints and values."""
    frame = Frame(_Names(Entries("object", {name: _variable(*given) for name, given in variables.items()})))
    try:
        value = evaluate(parse_expression(Text.of("expression", expression)), frame)
        return _json(value), _type(value)
    except Refused as refused:
        return refused.message
    except InputError as error:
        return error.problem.message


def _variable(constraint: str, value: Any) -> Value:  # noqa: ANN401 - JSON
    return convert(_value(value), type_constraint(parse_expression(Text.of("type", constraint)), _constant))


def _constant(node: Any) -> Value:  # noqa: ANN401 - the default of an optional attribute
    return evaluate(node, Frame(_Names(Entries("object", {}))))


def _value(value: Any) -> Value:  # noqa: ANN401 - JSON
    from decimal import Decimal  # noqa: PLC0415

    match value:
        case float():
            return Decimal(str(value))
        case list():
            return Items("tuple", tuple(map(_value, value)))
        case dict():
            return Entries("object", {key: _value(item) for key, item in sorted(value.items())})
        case _:
            known: Value = value
            return known


def _json(value: Value) -> Any:  # noqa: ANN401 - JSON
    match plain(value):
        case Unknown() as unknown:
            raise NotDecided(str(unknown.term))
        case Items(items=items):
            return [_json(item) for item in items]
        case Entries(entries=entries):
            return {key: _json(entries[key]) for key in entries}
        case known:
            return known


def _type(value: Value) -> Any:  # noqa: ANN401 - JSON
    return _type_json(type_of(value))


def _type_json(type_: Type) -> Any:  # noqa: ANN401 - JSON
    match type_:
        case Primitive(name="any"):
            return "dynamic"
        case Primitive(name=name):
            return name
        case ListOf(element=element):
            return ["list", _type_json(element)]
        case SetOf(element=element):
            return ["set", _type_json(element)]
        case MapOf(element=element):
            return ["map", _type_json(element)]
        case TupleOf(elements=elements):
            return ["tuple", [_type_json(element) for element in elements]]
        case ObjectOf(attributes=attributes):
            return ["object", {name: _type_json(item) for name, item in attributes.items()}]
