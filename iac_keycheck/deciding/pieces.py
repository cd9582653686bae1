"""Texts that are taken apart at a separator and compared piece by piece: values of an input that show every answer.

``Select 1 of Split "-" of P`` is equal to ``b`` or not, or there is no such piece: one text for each of these, and for
each combination where several pieces of one text are compared, stands for all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from iac_keycheck.deciding.values import Apply, Concat, Leaf, Term, Unknown, Value, leaves, parts_of, plain

MOST = 16
"""Texts that are made up for one separator."""
LONGEST = 16
"""The number of pieces up to which texts are made up."""

FRESH = ("a", "b", "c")


def composed(term: Value | Term, leaf: Leaf) -> Iterator[str]:
    """Values of an input, each with other pieces of those that a term compares with constants."""
    compared: dict[str, dict[int, dict[str, None]]] = {}
    for one, other in _comparisons(term):
        found = _piece(one, leaf)
        if found is None or not isinstance(other, str):
            continue
        separator, index, start = found
        wanted = compared.setdefault(separator, {}).setdefault(index, {})
        if other.startswith(start):
            wanted.setdefault(other[len(start) :])
    for separator, by_index in compared.items():
        if max(by_index) < LONGEST:
            yield from islice(_texts(separator, by_index), MOST)


def _texts(separator: str, by_index: dict[int, dict[str, None]]) -> Iterator[str]:
    fresh = {index: next(one for one in FRESH if one not in known) for index, known in _filled(by_index).items()}
    choices = [(*by_index.get(index, ()), fresh[index]) for index in range(max(by_index) + 1)]
    yield from map(separator.join, product(*choices))


def _filled(by_index: dict[int, dict[str, None]]) -> dict[int, set[str]]:
    return {index: set(islice(by_index.get(index, ()), len(FRESH) - 1)) for index in range(max(by_index) + 1)}


def is_compared(one: Value, other: Value) -> bool:
    """Whether a piece of a template's text that may be any is compared with a constant.

    Of an input that has samples not all texts are values: those that are made up here stand for no others.
    """
    return any(
        isinstance(right, str)
        and _piece(left, None) is not None
        and isinstance(left, Unknown)
        and isinstance(left.term, Apply)
        and left.term.function == "Fn::Select"
        and not any(leaf.input.samples for leaf in leaves(left))
        for left, right in ((one, other), (other, one))
    )


def _comparisons(value: Value | Term) -> Iterator[tuple[Value, Value]]:
    match value:
        case Apply("==", (one, other)):
            yield one, other
            yield other, one
        case _:
            for part in parts_of(value):
                yield from _comparisons(part)


def _piece(value: Value, leaf: Leaf | None) -> tuple[str, int, str] | None:
    """Where a value is a piece of an input's text: the separator, the index, and what stands before the input in it."""
    match plain(value):
        case Unknown(term=Apply("Fn::Select", (int() as index, pieces))):
            pass
        case Unknown(term=Apply("attribute" | "element", (pieces, index))):
            pass
        case _:
            return None
    number = int(index) if isinstance(index, str) and index.isdigit() else index
    match pieces:
        case Unknown(term=Apply("Fn::Split" | "split", (str() as separator, Unknown(term=whole)))) if separator:
            pass
        case _:
            return None
    parts = whole.parts if isinstance(whole, Concat) else (whole,)
    unknown = [at for at, part in enumerate(parts) if not isinstance(part, str)]
    if not isinstance(number, int) or len(unknown) != 1 or (leaf is not None and parts[unknown[0]] != leaf):
        return None
    before = "".join(part for part in parts[: unknown[0]] if isinstance(part, str))
    at = number - before.count(separator)
    if at < 0:
        return None
    return separator, at, before.rpartition(separator)[2] if at == 0 else ""
