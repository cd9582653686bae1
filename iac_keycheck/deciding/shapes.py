"""Types of values, as Terraform has them; CloudFormation uses the string, number and list types of the same set."""

from __future__ import annotations

from collections.abc import Mapping

from iac_keycheck.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True)
class Primitive:
    """``string``, ``number``, ``bool`` or ``any``."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """``list(element)``."""

    element: Type


@dataclass(frozen=True, slots=True)
class SetOf:
    """``set(element)``."""

    element: Type


@dataclass(frozen=True, slots=True)
class MapOf:
    """``map(element)``."""

    element: Type


@dataclass(frozen=True, slots=True)
class TupleOf:
    """``tuple([…])``."""

    elements: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class ObjectOf:
    """``object({…})``; ``optional`` names the attributes that may be left out, ``defaults`` what they are then."""

    attributes: Mapping[str, Type]
    optional: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)


Type = Primitive | ListOf | SetOf | MapOf | TupleOf | ObjectOf

STRING = Primitive("string")
NUMBER = Primitive("number")
BOOL = Primitive("bool")
ANY = Primitive("any")
