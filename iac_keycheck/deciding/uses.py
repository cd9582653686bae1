"""Where an input stands in a term, and of what types a part of it may be there of which the code declares none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf, MapOf, ObjectOf, SetOf, TupleOf, Type
from iac_keycheck.deciding.terms import RESULTS
from iac_keycheck.deciding.values import Apply, Concat, Entries, Items, Leaf, Term, Unknown, Value, parts_of, type_of

LOGICAL = frozenset({"!", "&&", "||", "tobool"})
_NUMERIC = frozenset(
    {"<", ">", "<=", ">=", "+", "-", "*", "/", "%", "count", "min", "max", "range", "ceil", "floor", "abs"}
)
_MAPPING = frozenset({"keys", "values", "merge", "lookup", "attribute", "tomap"})
"""Operations on maps and objects; all but `merge` on their first argument."""
_LISTING = frozenset(
    {
        "splat", "toset", "tolist", "flatten", "concat", "setunion", "setproduct", "setintersection", "setsubtract",
        "distinct", "sort", "compact", "one", "join", "contains", "index", "slice", "reverse", "chunklist", "zipmap",
        "matchkeys", "coalescelist", "formatlist", "sum", "alltrue", "anytrue",
    }
)  # fmt: skip
"""Operations on lists, tuples and sets."""
_FLATTENING = frozenset({"flatten", "one", "coalescelist", "if", "try", "coalesce"})
"""Operations on lists whose elements may be lists."""
_COLLECTING = frozenset({"for", "length", "in some order", "template for"})
"""Operations on any collection."""
_UNTOLD = frozenset({"can", "try", "coalesce", "jsonencode", "yamlencode", "object", "error", "instances", "tostring"})
"""Operations that take a value of any type."""

_MAP: Type = MapOf(ANY)
_LIST: Type = ListOf(ANY)
_ANYTHING = (STRING, _MAP, _LIST)

Types = tuple[Type, ...]
"""Types that a value may have, the likeliest first."""
Occurrence = tuple[Leaf, Apply | None, Types]


def occurrences(term: Unknown) -> Iterator[Occurrence]:
    """Leaves with the operation they are an argument of, and the types that they may have by their use.

    Conditions come before branches: that is the order of evaluation.
    """
    return _occurrences(term, None, _ANYTHING)


def _occurrences(value: Value | Term, parent: Apply | None, used_as: Types) -> Iterator[Occurrence]:
    match value:
        case Leaf():
            declared = declared_type(value)
            yield value, parent, used_as if declared is None else (declared,)
        case Unknown(term=term):
            yield from _occurrences(term, parent, used_as if value.type == ANY else (value.type,))
        case Concat(parts=parts):
            for part in parts:
                yield from _occurrences(part, None, (STRING,))
        case Apply(function) if function == RESULTS:
            return
        case Apply(function, arguments):
            for index, argument in enumerate(arguments):
                passed = function in ("try", "coalesce") or (function == "if" and index > 0)
                yield from _occurrences(argument, value, used_as if passed else _used_as(value, index))
        case Items() | Entries():
            for inside in parts_of(value):
                nested = parent is not None and parent.function in _FLATTENING
                yield from _occurrences(inside, parent, _ANYTHING if nested else (STRING,))
        case _:
            for inside in parts_of(value):
                yield from _occurrences(inside, parent, used_as)


def declared_type(leaf: Leaf) -> Type | None:
    """The type that the code declares for a part of an input, None where it is any."""
    kind = leaf.input.type
    for step in leaf.path:
        match kind:
            case ListOf(element) | SetOf(element) | MapOf(element):
                kind = element
            case TupleOf(elements) if step.isdigit() and int(step) < len(elements):
                kind = elements[int(step)]
            case ObjectOf(attributes) if step in attributes:
                kind = attributes[step]
            case _:
                return None
    return None if kind == ANY else kind


def _used_as(operation: Apply, index: int) -> Types:
    """What an operation takes in one of its places."""
    function, arguments = operation.function, operation.arguments
    if function in LOGICAL or function == "if":
        return (BOOL,)
    if function in _NUMERIC:
        return (NUMBER,)
    if function == "for_each":
        return (_MAP,)
    if function == "element":
        return _used_with(arguments[1]) if index == 0 else (NUMBER, STRING)
    if function == "==":
        return _compared_with(arguments[1 - index])
    if function in _MAPPING:
        return (_MAP,) if index == 0 or function == "merge" else _ANYTHING if index == 2 else (STRING,)  # noqa: PLR2004
    if function in _LISTING:
        return (STRING,) if (function, index) in {("join", 0), ("contains", 1), ("index", 1)} else (_LIST,)
    if function in _COLLECTING:
        return (_MAP, _LIST)
    return _ANYTHING if function in _UNTOLD else (STRING,)


def _used_with(key: Value) -> Types:
    """What is indexed with a key."""
    kind = type_of(key)
    return (_LIST,) if kind == NUMBER else (_MAP,) if kind == STRING else (_MAP, _LIST)


def _compared_with(other: Value) -> Types:
    match other:
        case bool():
            return (BOOL,)
        case int() | Decimal():
            return (NUMBER,)
        case str():
            return (STRING,)
        case None:
            return _ANYTHING
        case Items():
            return (_LIST,)
        case Entries():
            return (_MAP,)
        case Unknown(type=kind) if kind != ANY:
            return (kind,)
        case _:
            return (STRING,)
