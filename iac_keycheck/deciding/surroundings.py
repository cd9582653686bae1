"""Where an input stands in a term: next to which constants, of what type as it is used there."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf, MapOf, ObjectOf, SetOf, TupleOf, Type
from iac_keycheck.deciding.terms import RESULTS, alternatives
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Items,
    Leaf,
    Ref,
    Term,
    Unknown,
    Value,
    mentioned,
    parts_of,
)

LOGICAL = frozenset({"!", "&&", "||", "tobool"})
APART = LOGICAL | {"if"}
NUMERIC = frozenset(
    {"<", ">", "<=", ">=", "+", "-", "*", "/", "%", "count", "min", "max", "range", "ceil", "floor", "abs"}
)
NAMING = frozenset({"item", "key", "element of nothing", RESULTS})
"""Operations whose arguments are names, or decide nothing."""
KEYED = frozenset({"lookup", "element", "contains", "keys", "index"})
"""Operations that look a key up."""
COLLECTING = frozenset(
    {
        "for_each", "for", "splat", "length", "keys", "values", "toset", "tolist", "tomap", "flatten", "merge", "one",
        "concat", "setunion", "setproduct", "setintersection", "setsubtract", "zipmap", "distinct", "sort", "compact",
        "element", "in some order", "join",
    }
)  # fmt: skip


def occurrences(
    value: Value | Term, parent: Apply | None, type_: Type = ANY
) -> Iterator[tuple[Leaf, Apply | None, Type]]:
    """Leaves with the operation they are an argument of, conditions before branches, in the order of evaluation."""
    match value:
        case Leaf():
            yield value, parent, type_
        case Unknown(term=term):
            yield from occurrences(term, parent, type_ if value.type == ANY else value.type)
        case Concat(parts=parts):
            for part in parts:
                yield from occurrences(part, None, STRING)
        case Apply(function) if function == RESULTS:
            return
        case Apply(function, arguments):
            # what is passed on is of the type of the whole
            passed = {"try": arguments, "coalesce": arguments, "if": arguments[1:]}.get(function, ())
            for index, argument in enumerate(arguments):
                inner = type_ if len(passed) >= len(arguments) - index and passed else ANY
                yield from occurrences(argument, value, inner)
        case _:
            for inside in parts_of(value):
                yield from occurrences(inside, parent)


def constants_beside(value: Value | Term, leaf: Leaf) -> Iterator[Value]:
    """Constants that stand in a term with a leaf, where what they make together may depend on both.

    A choice and a logical operation keep what they put together apart: ``c == "x" ? "a" : "b"`` compares ``c`` with
    nothing but ``"x"``.
    """
    match value:
        case Unknown(term=term):
            yield from constants_beside(term, leaf)
        case Apply(function, arguments):
            if function not in APART and any(_flows(argument, leaf) for argument in arguments):
                yield from constants_in(value)
            else:
                for argument in arguments:
                    yield from constants_beside(argument, leaf)
        case Items(items=items):
            for item in items:
                yield from constants_beside(item, leaf)
        case Entries(entries=entries):
            for item in entries.values():
                yield from constants_beside(item, leaf)
        case _:
            return


def mentions_beside(value: Value | Term, leaf: Leaf) -> Iterator[Value]:
    """Values that the code mentions for the inputs with which a term compares a leaf as such."""
    match value:
        case Unknown(term=term):
            yield from mentions_beside(term, leaf)
        case Apply("==", (one, other)):
            for side, peer in ((one, other), (other, one)):
                if isinstance(side, Unknown) and side.term == leaf and isinstance(peer, Unknown):
                    yield from mentioned(peer.term) if isinstance(peer.term, Leaf) else ()
        case Leaf():
            return
        case _:
            for part in parts_of(value):
                yield from mentions_beside(part, leaf)


def _flows(value: Value | Term, leaf: Leaf) -> bool:
    """Whether a value may be that of the leaf, or made of it."""
    match value:
        case Leaf():
            return value == leaf
        case Apply("if", (_, *branches)):
            return any(_flows(branch, leaf) for branch in branches)
        case Apply(function) if function in LOGICAL or function == "==":
            return False
        case _:
            return any(_flows(part, leaf) for part in parts_of(value))


def constants_in(value: Value | Term) -> Iterator[Value]:
    """Constants that stand in a term, and what makes a text with unknown parts equal to a constant beside it."""
    match value:
        case Unknown(term=term):
            yield from constants_in(term)
        case Apply("regex", (str(pattern), _)):
            yield from alternatives(pattern) or ()
        case Apply(function) if function in NAMING:
            return
        case Apply(function, arguments):
            if function == "==":
                yield from _solutions(*arguments)
                yield from _solutions(*reversed(arguments))
            for argument in arguments:
                if function in KEYED and isinstance(argument, Entries):
                    yield from argument.entries
                yield from constants_in(argument)
        case Items(items=items):
            for item in items:
                yield from constants_in(item)
        case Entries(entries=entries):
            for item in entries.values():
                yield from constants_in(item)
        case Ref(value=inner):
            yield from constants_in(inner)
        case Leaf() | Concat():
            return
        case _:
            yield value


def _solutions(text: Value, constant: Value) -> Iterator[Value]:
    """The value of the only unknown part of ``text`` that makes it equal to ``constant``."""
    match text, constant:
        case Unknown(term=Concat(parts=parts)), str():
            known = [part for part in parts if isinstance(part, str)]
            if len(known) == len(parts) - 1:
                where = next(i for i, part in enumerate(parts) if not isinstance(part, str))
                before, after = "".join(known[:where]), "".join(known[where:])
                if (
                    len(before) + len(after) <= len(constant)
                    and constant.startswith(before)
                    and constant.endswith(after)
                ):
                    yield constant[len(before) : len(constant) - len(after)]
        case _:
            return


def type_at(leaf: Leaf, parent: Apply | None, known: Type) -> Type:
    """The type of a part of an input: as declared, else as it is used."""
    declared = declared_type(leaf)
    if declared is not None:
        return declared
    if known != ANY:
        return known
    return ANY if parent is None else _type_as_used(parent, leaf)


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


def _type_as_used(parent: Apply, leaf: Leaf) -> Type:
    function, arguments = parent.function, parent.arguments
    if function in LOGICAL or (function == "if" and isinstance(arguments[0], Unknown) and arguments[0].term == leaf):
        return BOOL
    if function in NUMERIC:
        return NUMBER
    if function in COLLECTING:
        return SetOf(STRING) if function == "for_each" else ListOf(ANY)
    if function == "==":
        for other in arguments:
            if isinstance(other, bool):
                return BOOL
            if isinstance(other, int | Decimal):
                return NUMBER
    return STRING


def functions_in(value: Value | Term) -> Iterator[str]:
    """The names of the operations in a term."""
    match value:
        case Unknown(term=term):
            yield from functions_in(term)
        case Apply(function, arguments):
            yield function
            for argument in arguments:
                yield from functions_in(argument)
        case Concat(parts=parts):
            for part in parts:
                yield from functions_in(part)
        case _:
            return
