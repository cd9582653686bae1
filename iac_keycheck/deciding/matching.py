"""Short texts that a regular expression matches, for an input that the code looks at by one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import islice, product
from warnings import catch_warnings, simplefilter

from iac_keycheck.deciding.values import Apply, Term, Value, parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST = 6
"""Texts that are made up for one expression."""
LONGEST = 64
"""Longer expressions, and repetitions of more, are not followed; nor are those with named classes."""
_LOOKING = frozenset({"regex", "regexall"})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_LIKED: tuple[str, ...] = (*_LETTERS, *_DIGITS, "-", "_", ".", "/", ":", " ", *_LETTERS.upper())
_CLASSES = {"CATEGORY_DIGIT": _DIGITS, "CATEGORY_SPACE": " ", "CATEGORY_WORD": _LETTERS}


def matched_in(term: Value | Term) -> Iterator[str]:
    """Texts that the expressions match by which a term looks at something."""
    match term:
        case Apply(function, (str(pattern), *_)) if function in _LOOKING:
            yield from matching(pattern)
        case _:
            pass
    for part in parts_of(term):
        yield from matched_in(part)


def matching(pattern: str) -> tuple[str, ...]:
    """A few texts that an expression matches, none where that is hard to tell."""
    if len(pattern) > LONGEST or "[[" in pattern:
        return ()
    try:
        with catch_warnings():
            # what a later Python reads otherwise is none of the user's business
            simplefilter("ignore")
            parsed = import_module("re._parser").parse(pattern)
        return tuple(dict.fromkeys(islice(_texts(parsed), MOST)))
    except (ValueError, RecursionError, LookupError, OverflowError):
        return ()
    except import_module("re").error:
        return ()


def _texts(parsed: Any) -> Iterator[str]:  # noqa: ANN401 — the parser of `re` names no types
    pieces = [tuple(islice(_of_piece(str(kind), what), MOST)) for kind, what in parsed]
    yield from map("".join, product(*pieces))


def _of_piece(kind: str, what: Any) -> Iterator[str]:  # noqa: ANN401
    match kind, what:
        case "LITERAL", code:
            yield chr(code)
        case "NOT_LITERAL", code:
            yield "a" if chr(code) != "a" else "b"
        case "ANY", _:
            yield "a"
        case "AT" | "ASSERT_NOT", _:
            yield ""
        case "IN", members:
            yield _one_of(members)
        case "BRANCH", (_, branches):
            for branch in branches:
                yield from islice(_texts(branch), 1)
        case "SUBPATTERN", (*_, inner):
            yield from _texts(inner)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT", (least, _, inner):
            for text in islice(_texts(inner), MOST if least else 1):
                # repetitions in each other multiply
                if least * max(len(text), 1) > LONGEST:
                    raise ValueError(kind)
                yield text * least
        case _:
            raise ValueError(kind)


def _one_of(members: Any) -> str:  # noqa: ANN401
    """The character of a class that is liked best."""
    negated = str(members[0][0]) == "NEGATE"
    wanted = members[1:] if negated else members
    for one in _LIKED:
        if any(_holds(kind, what, one) for kind, what in wanted) is not negated:
            return one
    raise ValueError(wanted)


def _holds(kind: Any, what: Any, character: str) -> bool:  # noqa: ANN401
    match str(kind), what:
        case "LITERAL", code:
            return bool(chr(code) == character)
        case "RANGE", (low, high):
            return bool(low <= ord(character) <= high)
        case "CATEGORY", category if str(category) in _CLASSES:
            return character in _CLASSES[str(category)]
        case _:
            raise ValueError(kind)
