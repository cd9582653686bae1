"""Operations that both languages share, on values that may be unknown: equality, choice, logic, text."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from iac_keycheck.deciding.shapes import ANY, BOOL, STRING, Type
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Items,
    Leaf,
    Refused,
    Term,
    Unknown,
    Value,
    is_known,
    parts_of,
    plain,
    type_of,
)
from iac_keycheck.expressions import expression

LONGEST = 4 * 1024 * 1024
"""The greatest number of characters of a text that is put together."""
MOST_PARTS = 10_000
"""The greatest number of parts of a text of which some are unknown."""

RANDOM = frozenset({"uuid", "bcrypt"})
"""Functions whose results are different whenever they are called."""

VARYING = RANDOM | {"timestamp"}
"""Functions whose results may be different whenever they are called."""

IMPURE = VARYING | {"plantimestamp"}
"""Functions whose results are different in every run."""

ONCE = "once"
"""The operation that holds the result of one call of a function that gives others when it is called again."""

RECASED = frozenset({"upper", "lower", "title"})
"""Operations that make other letters of those of a text."""

WHICH = "which"
"""The operation that tells of two tables, or of what is taken from them, which is meant, and decides nothing."""

RESULTS = "results"
"""The operation that holds what a repetition makes of its elements: it tells two of them apart, and decides neither."""


def apply(function: str, arguments: Iterable[Value], type_: Type = ANY, *, not_null: bool = False) -> Unknown:
    """The unknown result of an operation."""
    return Unknown(Apply(function, tuple(map(plain, arguments))), type_, not_null)


def equal(left: Value, right: Value) -> bool | Unknown:
    """``left == right``: by value, numbers apart from text; unknown where either decides it."""
    left, right = plain(left), plain(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    verdict = _equal(left, right)
    if verdict is None:
        # of two choices, taking one apart compares all that both may be: the other as well would multiply the ways
        of_choice = _choice_equal(left, right) if _is_choice(left) else _choice_equal(right, left)
        if of_choice is not None:
            return of_choice
    return apply("==", (left, right), BOOL, not_null=True) if verdict is None else verdict


def _is_choice(value: Value) -> bool:
    return isinstance(value, Unknown) and isinstance(value.term, Apply) and value.term.function == "if"


def _choice_equal(choice: Value, other: Value) -> bool | Unknown | None:
    """Where each branch of a choice is known to be equal to ``other`` or not: what that makes of the condition."""
    match choice:
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            first, second = equal(then, other), equal(otherwise, other)
            if not isinstance(first, bool) or not isinstance(second, bool):
                return None
            if first == second:
                return first
            return _as_bool(condition) if first else negate(_as_bool(condition))
        case _:
            return None


def _equal(left: Value, right: Value) -> bool | None:
    match left, right:
        case Unknown(), Unknown():
            if left.term == right.term and is_pure(left.term):
                return True
            return _texts_equal(left, right)
        case Unknown(), known:
            return _unknown_equal(left, known)
        case known, Unknown():
            return _unknown_equal(right, known)
        case (Items(), Items()) if left.kind != right.kind or len(left.items) != len(right.items):
            return False
        case (Items("set"), Items()) if not (is_known(left) and is_known(right)):
            return _sets_equal(left.items, right.items)
        case Items(), Items():
            return _all(_equal(plain(a), plain(b)) for a, b in zip(left.items, right.items, strict=True))
        case (Entries(), Entries()) if left.kind != right.kind or left.entries.keys() != right.entries.keys():
            return False
        case Entries(), Entries():
            return _all(_equal(plain(a), plain(right.entries[key])) for key, a in left.entries.items())
        case (bool(), bool()) | (str(), str()):
            return left == right
        case (bool(), _) | (_, bool()):
            return False
        case (int() | Decimal(), int() | Decimal()):
            return left == right
        case None, None:
            return True
        case _:
            return False


def _sets_equal(left: tuple[Value, ...], right: tuple[Value, ...]) -> bool | None:
    """Whether sets of so many elements are equal, where the order of those that are not known means nothing."""
    if all(_equal(plain(a), plain(b)) for a, b in zip(left, right, strict=True)):
        return True
    for some, others in ((left, right), (right, left)):
        if any(all(_equal(plain(a), plain(b)) is False for b in others) for a in some):
            return False
    return None


def _unknown_equal(unknown: Unknown, known: Value) -> bool | None:
    if known is None:
        return False if unknown.not_null else (False if None in unknown.excluded else None)
    if not is_known(known):
        return None
    if isinstance(known, str):  # texts are equal by value, and what is excluded may be thousands of them
        if known in unknown.excluded:
            return False
    elif any(_equal(value, known) for value in unknown.excluded if value is not None):
        return False
    if isinstance(known, int | Decimal) and not isinstance(known, bool):
        if (unknown.low is not None and known <= unknown.low) or (unknown.high is not None and known >= unknown.high):
            return False
    elif isinstance(known, str):
        if _same_letters_excluded(unknown, known):
            return False
        return _texts_equal(unknown, known)
    return None


def _same_letters_excluded(unknown: Unknown, known: str) -> bool:
    """Whether ``upper(x) == "STAGE"`` is ruled out: ``x`` is known to be neither that, nor "stage", nor "Stage"."""
    match unknown.term:
        case Apply(function, (Unknown(excluded=excluded),)) if function in RECASED:
            alike = {one for one in excluded if isinstance(one, str) and one.casefold() == known.casefold()}
            return alike.issuperset(in_other_letters(known))
        case _:
            return False


def in_other_letters(text: str) -> tuple[str, str, str]:
    """A text as it is commonly written: all lower case, all upper case, and upper case where a word begins."""
    return text.lower(), text.upper(), text.title()


def _texts_equal(left: Value, right: Value) -> bool | None:
    """False where known prefixes or suffixes or fixed lengths rule it out, else unknown."""
    a, b = text_parts(left), text_parts(right)
    if a is None or b is None:
        return None
    for first, second in (
        (a[0], b[0]),
        (a[-1][::-1] if isinstance(a[-1], str) else a[-1], b[-1][::-1] if isinstance(b[-1], str) else b[-1]),
    ):
        if isinstance(first, str) and isinstance(second, str):
            size = min(len(first), len(second))
            if first[:size] != second[:size]:
                return False
    if len(a) == len(b) == 1 and isinstance(a[0], str) and isinstance(b[0], str):
        return a[0] == b[0]
    low_a, high_a = length_bounds(a)
    low_b, high_b = length_bounds(b)
    if (high_a is not None and high_a < low_b) or (high_b is not None and high_b < low_a):
        return False
    return None


def text_parts(value: Value) -> tuple[str | Leaf | Apply, ...] | None:
    """A text as its known and unknown parts, or None for what is no text."""
    match value:
        case str():
            return (str(value),)
        case Unknown(term=Concat(parts=parts)):
            return parts
        case Unknown(term=Leaf() | Apply() as term):
            return (term,)
        case _:
            return None


_ALTERNATIVES = expression(r"\^\(?((?:[\w-]+\|)*[\w-]+)\)?\$")


def alternatives(pattern: str) -> tuple[str, ...] | None:
    """The texts that a pattern such as ``^(dev|prod)$`` matches, None where it is not of that form."""
    found = _ALTERNATIVES.fullmatch(pattern)
    if found is None or ("|" in found[1] and "(" not in pattern):
        return None
    return tuple(found[1].split("|"))


def length_bounds(parts: Iterable[str | Leaf | Apply]) -> tuple[int, int | None]:
    """The least and the greatest number of characters, None where there is no greatest."""
    low, high = 0, 0
    unbounded = False
    for part in parts:
        if isinstance(part, str):
            low, high = low + len(part), high + len(part)
        elif isinstance(part, Leaf) and part.input.length is not None:
            low, high = low + part.input.length, high + part.input.length
        else:
            unbounded = True
    return low, None if unbounded else high


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    result: bool | None = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            result = None
    return result


def choose(condition: Value, then: Value, otherwise: Value) -> Value:
    """``condition ? then : otherwise`` for a condition that is a bool or unknown."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then == otherwise and not isinstance(then, Unknown):
        return then
    left, right = type_of(then), type_of(otherwise)
    # the branches keep whose name they are: the choice is taken apart again when the condition is known
    return Unknown(Apply("if", (condition, then, otherwise)), left if left == right else ANY)


def negate(value: Value) -> bool | Unknown:
    """``!value``."""
    if isinstance(value, bool):
        return not value
    match value:
        case Unknown(term=Apply("!", (Unknown() as inner,))):
            return inner
        case _:
            return apply("!", (value,), BOOL, not_null=True)


def once(result: Unknown, where: str) -> Unknown:
    """The result of a call that is made once at this place: wherever it leads, it is the same."""
    return Unknown(Apply(ONCE, (result, where)), result.type, result.not_null)


def both(left: Value, right: Value) -> bool | Unknown:
    """``left && right``; false where either is false, though the other be unknown."""
    if left is False or right is False:
        return False
    if left is True:
        return _as_bool(right)
    if right is True or left == right:
        return _as_bool(left)
    return apply("&&", (left, right), BOOL, not_null=True)


def either(left: Value, right: Value) -> bool | Unknown:
    """``left || right``; true where either is true, though the other be unknown."""
    if left is True or right is True:
        return True
    if left is False:
        return _as_bool(right)
    if right is False or left == right:
        return _as_bool(left)
    return apply("||", (left, right), BOOL, not_null=True)


def _as_bool(value: Value) -> bool | Unknown:
    return value if isinstance(value, bool | Unknown) else apply("tobool", (value,), BOOL)


def concat(parts: Iterable[str | Unknown]) -> str | Unknown:
    """Text put together from known and unknown parts, in its one normal form."""
    out: list[str | Leaf | Apply] = []
    known: list[str] = []
    size = 0
    for part in parts:
        for piece in text_parts(part) or ():
            size += len(piece) if isinstance(piece, str) else 1
            if size > LONGEST or len(out) > MOST_PARTS:
                raise Refused(f"it makes a text of more than {LONGEST} characters or {MOST_PARTS} parts", bound=True)
            if isinstance(piece, str):
                known.append(piece)
                continue
            if text := "".join(known):
                out.append(text)
            known.clear()
            out.append(piece)
    if text := "".join(known):
        out.append(text)
    match out:
        case []:
            return ""
        case [str(text)]:
            return text
        case [Leaf() | Apply() as only]:
            return Unknown(only, STRING, not_null=True)
        case _:
            return Unknown(Concat(tuple(out)), STRING, not_null=True)


def is_pure(term: Value | Term) -> bool:
    """Whether equal terms have the same value: no ``uuid()``, ``bcrypt()`` or ``timestamp()`` of any call in it."""
    match term:
        case Apply(function) if function == ONCE:
            return True
        case Apply(function) if function in VARYING:
            return False
        case _:
            return all(map(is_pure, parts_of(term)))
