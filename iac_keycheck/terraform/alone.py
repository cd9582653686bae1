"""A single expression by itself, outside of any configuration: what it is worth when its names are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iac_keycheck.deciding.shapes import Type
from iac_keycheck.deciding.values import Entries, Input, Leaf, Refused, Unknown, Value
from iac_keycheck.records import dataclass
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.functions import Files
from iac_keycheck.terraform.hcl import parse_expression, parse_template
from iac_keycheck.terraform.text import Text
from iac_keycheck.terraform.type_constraints import type_constraint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

Part = Callable[[Input, tuple[str, ...], Type], Value]


def _unknown_part(source: Input, path: tuple[str, ...], type_: Type) -> Value:
    """A part of what is not known is not known either."""
    return Unknown(Leaf(source, path), type_)


def evaluate_text(text: str, names: Mapping[str, Value], files: Files | None = None, part: Part | None = None) -> Value:
    """The value of an expression in which these names mean something; functions find these files, or none.

    ``part`` tells parts of inputs that are not known. Raises `InputError` for what is no expression, `Refused` for what
    has no value.
    """
    around = _Names(names, files or NoFiles(), part or _unknown_part)
    return evaluate(parse_expression(Text.of("expression", text)), Frame(around))


def type_of_text(text: str) -> Type:
    """The type that a type constraint such as ``list(string)`` means."""

    def default(node: object) -> Value:
        return evaluate(node, Frame(_Names({}, NoFiles(), _unknown_part)))  # type: ignore[arg-type] # the default of an optional attribute

    return type_constraint(parse_expression(Text.of("type", text)), default)


@dataclass(frozen=True, slots=True)
class NoFiles:
    """Functions find no file."""

    module_path: str = "."
    root_path: str = "."
    cwd: str = "."

    def contains(self, _path: str) -> bool:
        """No path is within a scan."""
        return False

    def exists(self, _path: str) -> bool:
        """There is no file."""
        return False

    def read(self, path: str) -> NoReturn:
        """Nothing can be read."""
        raise Refused(f"there is no file {path}")

    def glob(self, _directory: str, _pattern: str) -> list[str]:
        """No file matches."""
        return []

    def render(self, template_text: str, variables: Entries, name: str) -> Value:
        """A template that is a text already, as that of ``templatestring``."""
        return evaluate(
            parse_template(Text.of(name, template_text)), Frame(_Names(variables.entries, self, _unknown_part))
        )


@dataclass(frozen=True, slots=True)
class _Names:
    """The given names, and no others."""

    values: Mapping[str, Value]
    files: Files
    tell: Part

    def root(self, name: str, _frame: Frame) -> Value:
        """The value of a name."""
        if name not in self.values:
            raise Refused(f'nothing is named "{name}"', static=True)
        return self.values[name]

    def part(self, source: Input, path: tuple[str, ...], type_: Type) -> Value:
        """A part of an input."""
        return self.tell(source, path, type_)
