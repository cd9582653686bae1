"""Values that code evaluates to: known, a reference to a user, or unknown with what is known about it.

Known primitives are Python's own: ``None`` (null), ``bool``, ``int`` and ``Decimal`` (numbers), ``str``. Collections
are `Items` and `Entries`. What depends on an input is an `Unknown` whose term says how, so that it can be evaluated
again once more is known of the input, compared with another unknown by origin, and followed to where it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from enum import Enum

from iac_keycheck.deciding.shapes import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    ListOf,
    MapOf,
    ObjectOf,
    SetOf,
    TupleOf,
    Type,
)
from iac_keycheck.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

Number = int | Decimal


class Origin(Enum):
    """Where the value of an input comes from, which decides how freely it may be chosen."""

    VARIABLE = "variable"
    PARAMETER = "parameter"
    PSEUDO = "pseudo parameter"
    WORKSPACE = "workspace"
    DATA = "data source"
    COMPUTED = "attribute known after apply"
    OPAQUE = "output of a module that could not be read"


@dataclass(frozen=True, slots=True)
class Input:
    """Something that the code does not fix. ``name`` is the one name it is printed by (``var.x``, ``Parameter X``).

    ``mentions`` are values that the code or its committed files name for it, in order; ``closed`` means that it has no
    others (``AllowedValues``). ``entropy`` counts the bits of a random value that differs between any two instances.
    ``length`` is the fixed number of characters of such a value. ``reason`` says why an opaque input cannot be read.
    ``samples`` are values that it may have, to choose from where a witness needs just any.
    """

    name: str
    origin: Origin
    type: Type = ANY
    nullable: bool = False
    sensitive: bool = False
    mentions: tuple[Value, ...] = ()
    closed: bool = False
    entropy: int = 0
    length: int | None = None
    reason: str = ""
    samples: tuple[Value, ...] = ()

    def __hash__(self) -> int:
        """By name: one deployment has one input of a name."""
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Leaf:
    """An input or a part of it: ``path`` holds attribute names, map keys and list indexes as text."""

    input: Input
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Concat:
    """Text with unknown parts. Neighbouring known parts are one, and nothing nests: equal texts have equal parts."""

    parts: tuple[str | Leaf | Apply, ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation that waits for its arguments: an operator, a function, ``if`` (condition, then, otherwise)."""

    function: str
    arguments: tuple[Value, ...]


Term = Leaf | Concat | Apply


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that depends on inputs, by its term.

    ``excluded`` are values it is known not to have, ``low`` and ``high`` exclusive bounds of a number.
    """

    term: Term
    type: Type = ANY
    not_null: bool = False
    excluded: tuple[Value, ...] = ()
    low: Number | None = None
    high: Number | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list, set or tuple. ``element`` is the element type of a list or set, needed where it is empty.

    Of a tuple that holds nulls it is the tuple's own type, where that is known.
    """

    kind: Literal["list", "set", "tuple"]
    items: tuple[Value, ...]
    element: Type = ANY


@dataclass(frozen=True, slots=True)
class Entries:
    """A map or object, in key order. ``element`` of an object that holds nulls is its own type, where that is known."""

    kind: Literal["map", "object"]
    entries: Mapping[str, Value] = field(default_factory=dict)
    element: Type = ANY


@dataclass(frozen=True, slots=True)
class Ref:
    """An attribute of a resource instance that names it: ``value`` is what it is, ``target`` whose it is.

    ``shown`` is the address of the target in reports, where members of a family are one (``[*]``).

    Only what leads to the identity of a user is a `Ref`; it is passed on by what passes values on (locals, variables,
    outputs, ``try``, ``[0]``), and any operation on the text takes ``value``.
    """

    target: str
    value: Value
    account: object = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Null:
    """A null of which the type is known, on its way through an expression: any, of the word ``null`` itself.

    Everywhere else, and where its type is not known, a null is ``None``.
    """

    type: Type


class Sample(str):
    """Text that stands for any text: a key or name chosen by the search and not by the code."""

    __slots__ = ()


Value = None | bool | int | Decimal | str | Items | Entries | Unknown | Ref


class Refused(Exception):
    """Raised by evaluation where Terraform or CloudFormation would refuse the input: such a world does not exist.

    ``static`` marks what no input can mend (an undeclared name, an unknown function, a cycle). ``bound`` marks what is
    too large to be worked with: whether the world exists is not known then.
    """

    def __init__(self, message: str, *, static: bool = False, bound: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.static = static
        self.bound = bound


def untyped(value: Value | Null) -> Value:
    """The value as it is everywhere but inside an expression."""
    return None if isinstance(value, Null) else value


def plain(value: Value) -> Value:
    """The value without the mark of whose it is."""
    return value.value if isinstance(value, Ref) else value


def is_known(value: Value) -> bool:
    """Whether no part of the value depends on an input."""
    match value:
        case Unknown():
            return False
        case Items(items=items):
            return all(map(is_known, items))
        case Entries(entries=entries):
            return all(map(is_known, entries.values()))
        case Ref(value=inner):
            return is_known(inner)
        case _:
            return True


def type_of(value: Value | Null) -> Type:
    """The type of a value; a null of which nothing else is known is of any type."""
    match value:
        case bool():
            return BOOL
        case int() | Decimal():
            return NUMBER
        case str():
            return STRING
        case Items("list", _, element):
            return ListOf(element)
        case Items("set", _, element):
            return SetOf(element)
        case Items(_, items, element):
            return element if isinstance(element, TupleOf) else TupleOf(tuple(map(type_of, items)))
        case Entries("map", _, element):
            return MapOf(element)
        case Entries(_, entries, element):
            if isinstance(element, ObjectOf):
                return element
            return ObjectOf({key: type_of(item) for key, item in entries.items()})
        case Unknown(type=type_) | Null(type_):
            return type_
        case Ref(value=inner):
            return type_of(inner)
        case _:
            return ANY


def mentioned(leaf: Leaf) -> Iterator[Value]:
    """The values that code and its files name for a part of an input: for a member of a collection, those of any."""
    for value in leaf.input.mentions:
        yield from _at(value, leaf.path)


def _at(value: Value, path: tuple[str, ...]) -> Iterator[Value]:
    if not path:
        yield value
        return
    match value:
        case Items(items=items):
            inner: Iterable[Value] = items
        case Entries(kind="object", entries=entries) if path[0] in entries:
            inner = (entries[path[0]],)
        case Entries(entries=entries):
            inner = entries.values()
        case _:
            return
    for one in inner:
        yield from _at(one, path[1:])


def parts_of(value: Value | Term) -> Iterable[Value | Term]:
    """What a value or a term is made of, one step down, in the order of evaluation."""
    match value:
        case Unknown(term=term):
            return (term,)
        case Concat(parts=parts) | Apply(arguments=parts) | Items(items=parts):
            return parts
        case Entries(entries=entries):
            return _evaluated(entries)
        case Ref(value=inner):
            return (inner,)
        case _:
            return ()


def _evaluated(entries: Mapping[str, Value]) -> Iterator[Value]:
    """What entries hold. An attribute that is computed only here, and is an error, holds nothing."""
    for name in entries:
        with suppress(Refused):
            yield entries[name]


def leaves(value: Value | Term) -> Iterator[Leaf]:
    """The inputs that a value depends on, in the order of evaluation, with repetitions."""
    match value:
        case Leaf():
            yield value
        case _:
            for part in parts_of(value):
                yield from leaves(part)
