"""Which values of an input are worth trying where an answer waits for it: cells that split its values.

A constant that the input is compared with, an allowed value, false and true, small numbers, null, small collections;
and "anything else", where that can be reasoned about. The order is the order of preference for a witness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from iac_keycheck.deciding import pieces
from iac_keycheck.deciding.shapes import ANY, ListOf, MapOf, ObjectOf, Primitive, SetOf, TupleOf, Type
from iac_keycheck.deciding.surroundings import (
    NAMING,
    constants_beside,
    constants_in,
    declared_type,
    functions_in,
    mentions_beside,
    occurrences,
    type_at,
)
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Items,
    Leaf,
    Number,
    Ref,
    Sample,
    Term,
    Unknown,
    Value,
    mentioned,
)
from iac_keycheck.deciding.worlds import Absent, Cell, Known, Members, Other, World
from iac_keycheck.records import dataclass, replace

MANY = 24
"""The greatest length of a collection, and the greatest number of constants, that is tried."""

HUGE = 10**9
"""Beyond this, the neighbours of a number are not tried."""
LONG = 128
"""The greatest length of a text that is made up."""

COMPARING = frozenset(
    {
        "==", "if", "!", "&&", "||", "for", "for_each", "count", "keys", "values", "contains", "lookup", "toset",
        "tolist", "tomap", "distinct", "length", "concat", "flatten", "merge", "setunion", "setintersection",
        "setsubtract", "element", "index", "anytrue", "alltrue", "range", "max", "min", "one", "coalesce", "try", "can",
        "compact", "attribute", "splat", "zipmap", "tostring", "<", ">", "<=", ">=", "+", "-", "*", "object",
        "in some order",
    }
)  # fmt: skip
"""Operations that do not look into a text."""
READ_AS = {"tobool": ("false", "true"), "tonumber": ("0", "1", "2")}
"""Texts that are values of another type, for where a text is converted to it."""


@dataclass(frozen=True, slots=True)
class Split:
    """Cells to look at one by one. ``rest`` says whether values remain that lie in none of them.

    ``generic`` marks a rest of larger collections, which hold no pair that the smaller ones do not show.
    """

    leaf: Leaf
    cells: tuple[Cell, ...]
    rest: bool = False
    generic: bool = False


def split(term: Unknown, world: World, further: Callable[[str], Iterable[Value]] = lambda _: ()) -> Split | None:
    """How to go on where an answer waits for ``term``, or None where every way has been gone.

    ``further`` gives values that the code mentions for the input of a name, beyond those of the input itself.
    """
    last: Split | None = None
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for leaf, parent, known_type in occurrences(term, None):
        key = (leaf.input.name, leaf.path)
        if key in seen:
            continue
        seen.add(key)
        kind = type_at(leaf, parent, known_type)
        read_as = (text for function in functions_in(term) for text in READ_AS.get(function, ()))
        peers = tuple(mentions_beside(term, leaf))
        beside = (*pieces.composed(term, leaf), *constants_beside(term, leaf), *peers)
        known = (*beside, *read_as, *further(leaf.input.name))
        found = _split_leaf(leaf, kind, known, term, world.get(key))
        if found is not None and world.get(key) is None and _may_be_absent(leaf, parent):
            found = replace(found, cells=(Absent(), *found.cells))
        if found is not None and found.cells:
            if not (found.rest and peers):
                return found
            last = last or found  # the input that it is compared with has fewer values
    return last


def _split_leaf(leaf: Leaf, kind: Type, constants: tuple[Value, ...], term: Unknown, cell: Cell | None) -> Split | None:
    nulls: tuple[Cell, ...] = (Known(None),) if cell is None and _may_be_null(leaf) else ()
    match kind:
        case Primitive("bool"):
            return Split(leaf, (Known(False), Known(True), *nulls)) if cell is None else None  # noqa: FBT003
        case Primitive("number"):
            return _split_number(leaf, constants, cell, nulls)
        case Primitive():
            return _split_text(leaf, constants, term, cell, nulls)
        case ObjectOf(attributes):
            return Split(leaf, (Members(tuple(attributes)), *nulls)) if cell is None else None
        case TupleOf(elements):
            return Split(leaf, (Members(tuple(map(str, range(len(elements))))), *nulls)) if cell is None else None
        case _:
            # a length may be compared with any number in the term, however far from the collection
            return _split_collection(leaf, kind, (*constants, *_numbers(term)), cell, nulls)


def _may_be_absent(leaf: Leaf, parent: Apply | None) -> bool:
    """Whether code is prepared for an attribute that an object of no declared type may lack."""
    return bool(leaf.path) and parent is not None and parent.function in ("try", "can") and declared_type(leaf) is None


def _may_be_null(leaf: Leaf) -> bool:
    if leaf.input.closed:
        return False
    if not leaf.path:
        return leaf.input.nullable
    kind = leaf.input.type
    for step in leaf.path[:-1]:
        match kind:
            case ListOf(element) | SetOf(element) | MapOf(element):
                kind = element
            case ObjectOf(attributes):
                kind = attributes.get(step, ANY)
            case _:
                return False
    return isinstance(kind, ObjectOf) and leaf.path[-1] in kind.optional and leaf.path[-1] not in kind.defaults


def _only_compared(value: Value | Term) -> bool:
    """Whether a term asks of texts only whether they are equal: then one that nothing mentions is like any other."""
    match value:
        case Unknown(term=term):
            return _only_compared(term)
        case Apply("==", (one, other)) if pieces.is_compared(one, other):
            return True
        case Apply("for_each", (Unknown(term=Apply("for", arguments)),)):
            # texts put together as keys of instances are only told apart
            return all(_is_put_together(one) or _only_compared(one) for one in arguments)
        case Apply(function) if function in NAMING:
            return True
        case Apply(function, arguments):
            return function in COMPARING and all(map(_only_compared, arguments))
        case Items(items=items):
            return all(map(_only_compared, items))
        case Entries(entries=entries):
            return all(map(_only_compared, entries.values()))
        case Ref(value=inner):
            return _only_compared(inner)
        case Concat():
            return False
        case _:
            return True


def _is_put_together(value: Value | Term) -> bool:
    return isinstance(value, Unknown) and isinstance(value.term, Concat) and all(map(_only_compared, value.term.parts))


def _split_text(
    leaf: Leaf, constants: tuple[Value, ...], term: Unknown, cell: Cell | None, nulls: tuple[Cell, ...]
) -> Split | None:
    named = tuple(v for v in mentioned(leaf) if isinstance(v, str))
    if leaf.input.closed and not leaf.path:
        return Split(leaf, tuple(Known(value) for value in named)) if cell is None else None
    texts = tuple(dict.fromkeys(v for v in (*constants, *named) if isinstance(v, str)))[:MANY]
    match cell:
        case None:
            return Split(leaf, (*(Known(text) for text in texts), Other(texts), *nulls))
        case Other(excluded):
            new = tuple(text for text in texts if text not in excluded)
            if new:
                return Split(leaf, (*(Known(text) for text in new), Other((*excluded, *new))))
            lengths = sorted({n + d for n in constants if isinstance(n, int) for d in (0, 1) if 0 < n + d <= LONG})
            samples = ["a", "b", *("a" * length for length in lengths), "0", "a-a", "arn:aws:iam::123456789012:user/a"]
            own = tuple(s for s in leaf.input.samples if isinstance(s, str)) if not leaf.path else ()
            made_up = tuple(Known(Sample(s)) for s in (*own, *samples) if s not in excluded)
            return Split(leaf, made_up, rest=True, generic=_only_compared(term))
        case _:
            return None


def _split_number(leaf: Leaf, constants: tuple[Value, ...], cell: Cell | None, nulls: tuple[Cell, ...]) -> Split | None:
    numbers = {v for v in (*constants, *mentioned(leaf)) if isinstance(v, int | Decimal) and not isinstance(v, bool)}
    if leaf.input.closed and not leaf.path:
        return Split(leaf, tuple(Known(value) for value in leaf.input.mentions)) if cell is None else None
    small = {0, 1, 2, 3}
    near: set[Number] = {n + d for n in numbers if _size(n) < HUGE and n == int(n) for d in (-1, 0, 1)} | numbers
    points: list[int | Decimal] = sorted({*near, *small} if len(near) <= MANY else small)
    match cell:
        case None:
            # numbers that the code mentions first, then small ones
            ordered = sorted(points, key=lambda n: (n not in numbers, n < 0, _size(n)))
            gaps = [Other((), low, high) for low, high in zip([None, *points], [*points, None], strict=True)]
            return Split(leaf, (*(Known(n) for n in ordered), *gaps, *nulls))
        case Other(low=low, high=high):
            new = [n for n in points if _between(low, n, high)]
            if not new:
                return _between_points(leaf, low, high)
            gaps = [Other((), a, b) for a, b in zip([low, *new], [*new, high], strict=True)]
            return Split(leaf, (*(Known(n) for n in new), *gaps))
        case _:
            return None


def _size(number: Number) -> Number:
    return -number if number < 0 else number


def _between(low: Number | None, number: Number, high: Number | None) -> bool:
    return (low is None or number > low) and (high is None or number < high)


def _between_points(leaf: Leaf, low: Number | None, high: Number | None) -> Split:
    """Numbers between those that anything mentions: a few stand for all, unless something repeats far out."""
    if low is None:
        tried: tuple[Number, ...] = () if high is None else (high - 1,)
    elif high is None:
        tried = tuple(n for n in (5, 8, 13, 24) if n > low) or (low + 1,)
    else:
        tried = ((low + high) / Decimal(2),)
    return Split(leaf, tuple(map(Known, tried)), rest=True, generic=True)


def _numbers(term: Unknown) -> Iterator[Value]:
    return (value for value in constants_in(term) if isinstance(value, int) and not isinstance(value, bool))


def _split_collection(
    leaf: Leaf, kind: Type, constants: tuple[Value, ...], cell: Cell | None, nulls: tuple[Cell, ...]
) -> Split | None:
    if cell is not None:
        return None
    lengths = {0, 1, 2} | {
        n + d
        for n in constants
        if isinstance(n, int) and not isinstance(n, bool)
        for d in (0, 1)
        if n + d <= MANY and n >= 0
    }
    named: tuple[Cell, ...] = tuple(Known(v) for v in leaf.input.mentions) if not leaf.path else ()
    texts = (
        [v for v in constants if isinstance(v, str) and v and len(v) < LONG][:MANY]
        if isinstance(kind, SetOf | MapOf)
        else []
    )
    names = list(dict.fromkeys([*(Sample(chr(ord("a") + i)) for i in range(MANY))]))
    if isinstance(kind, ListOf | TupleOf):
        shapes = [Members(tuple(map(str, range(length)))) for length in sorted(lengths)]
    else:
        shapes = [Members(tuple(names[:length])) for length in sorted(lengths)]
        shapes += [Members((text,)) for text in texts]
        shapes += [Members((text, "a")) for text in texts[:4]]
    return Split(leaf, (*shapes, *named, *nulls), rest=True, generic=True)
