"""What stands in a term beside an input: constants that it may be compared with, other inputs."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.deciding.terms import ONCE, RESULTS, WHICH, alternatives
from iac_keycheck.deciding.uses import LOGICAL
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

APART = LOGICAL | {"if"}
NAMING = frozenset({"item", "key", "element of nothing", ONCE, RESULTS, WHICH})
"""Operations whose arguments are names, or decide nothing."""
KEYED = frozenset({"lookup", "element", "contains", "keys", "index"})
"""Operations that look a key up."""

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
