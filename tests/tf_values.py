"""Values of single Terraform expressions, in which names stand for values of a test's own."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from iac_keycheck.deciding.shapes import ANY, ListOf, MapOf, Primitive, SetOf, TupleOf, Type
from iac_keycheck.deciding.values import Entries, Input, Items, Leaf, Origin, Refused, Unknown, Value, plain
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.hcl import parse_expression, parse_template
from iac_keycheck.terraform.text import Text


@dataclass(frozen=True, slots=True)
class KnownFiles:
    """The files of a scan, by path."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    module_path: str = "."
    root_path: str = "."
    cwd: str = "/work"

    def contains(self, path: str) -> bool:
        """What does not lead upwards lies within the scan."""
        return not posixpath.normpath(path).startswith(("..", "/"))

    def exists(self, path: str) -> bool:
        """Whether it is one of the files."""
        return path in self.files

    def read(self, path: str) -> bytes:
        """Its bytes."""
        return self.files[path]

    def glob(self, directory: str, pattern: str) -> list[str]:
        """Only patterns like ``*.txt`` are understood here."""
        prefix = "" if directory == "." else f"{directory}/"
        suffix = pattern.removeprefix("*")
        within = (path.removeprefix(prefix) for path in self.files if path.startswith(prefix))
        return sorted(path for path in within if path.endswith(suffix))

    def render(self, template_text: str, variables: Entries, name: str) -> Value:
        """A template, in which the variables are the only names."""
        return evaluate(parse_template(Text.of(name, template_text)), Frame(Names(self), dict(variables.entries)))


@dataclass(frozen=True, slots=True)
class Names:
    """No name means anything but those that the frame binds."""

    files: KnownFiles

    def root(self, name: str, _frame: Frame) -> Value:
        """What is not bound is an error."""
        raise Refused(f"nothing is named {name}", static=True)

    def part(self, source: Input, path: tuple[str, ...], type_: Type) -> Value:
        """A part of an unknown is one."""
        return Unknown(Leaf(source, path), type_)


def value_of(expression: str, variables: Mapping[str, Value] | None = None, files: KnownFiles | None = None) -> Value:
    """What an expression evaluates to."""
    frame = Frame(Names(files or KnownFiles()), variables or {})
    return evaluate(parse_expression(Text.of("test.tf", expression)), frame)


def unknown(name: str, type_: Type = ANY, *, nullable: bool = False) -> Unknown:
    """A variable of which nothing is known but its type."""
    leaf = Leaf(Input(f"var.{name}", Origin.VARIABLE, type_, nullable=nullable))
    return Unknown(leaf, type_, not_null=not nullable)


def shape_of(value: Value) -> object:
    """The value with all its types, in a form that compares: ``1`` is not ``true``, and a list no tuple."""
    match plain(value):
        case Items(kind, items, element):
            return kind, [shape_of(item) for item in items], None if kind == "tuple" else _named(element)
        case Entries(kind, entries, element):
            shapes = {str(key): shape_of(entries[key]) for key in sorted(entries)}
            return kind, shapes, None if kind == "object" else _named(element)
        case str(text):
            return str(text)
        case bool(truth):
            return "bool", truth
        case other:
            return other


def _named(type_: Type) -> str:
    match type_:
        case Primitive(name):
            return name
        case ListOf(element):
            return f"list({_named(element)})"
        case SetOf(element):
            return f"set({_named(element)})"
        case MapOf(element):
            return f"map({_named(element)})"
        case TupleOf(elements):
            return f"tuple({', '.join(map(_named, elements))})"
        case _:
            return f"object({', '.join(f'{name}={_named(inner)}' for name, inner in sorted(type_.attributes.items()))})"
