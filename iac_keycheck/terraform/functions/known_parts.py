"""What is known of a collection or text that is not known in full: its length, some elements, a member by key."""

from __future__ import annotations

from collections.abc import Iterable

from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf, MapOf, ObjectOf, SetOf, TupleOf
from iac_keycheck.deciding.terms import apply, either, length_bounds, text_parts
from iac_keycheck.deciding.values import Apply, Concat, Entries, Items, Null, Refused, Unknown, Value, plain
from iac_keycheck.records import replace
from iac_keycheck.terraform import conversions, operators
from iac_keycheck.terraform.functions.arguments import characters
from iac_keycheck.terraform.typed_nulls import entry

Bounds = tuple[int, int | None]
"""The least and the greatest number of something, None where there is no greatest."""

ALTERNATIVES = 16
"""The greatest number of alternatives that are spelled out."""

_SAME_ELEMENTS = frozenset({"concat", "distinct", "in some order", "reverse", "setunion", "sort", "tolist", "toset"})


def length(value: Value) -> Value:
    """The number of elements of a collection or characters of a text, or an unknown number with its bounds."""
    match value:
        case str():
            return len(characters(value))
        case Items(items=items):
            return len(items)
        case Entries(entries=entries):
            return len(entries)
        case Unknown(type=kind) if kind == STRING:
            return _number_within(value, _text_bounds(value))
        case Unknown(type=kind) if kind == ANY or isinstance(kind, ListOf | SetOf | MapOf | TupleOf | ObjectOf):
            return _number_within(value, bounds(value))
        case _:
            raise Refused("argument must be a string, a collection type, or a structural type")


def _number_within(value: Unknown, within: Bounds) -> Value:
    low, high = within
    if low == high:
        return low
    unknown = apply("length", (value,), NUMBER, not_null=True)
    return replace(unknown, low=low - 1, high=None if high is None else high + 1)


def _text_bounds(value: Unknown) -> Bounds:
    parts = text_parts(value) or ()
    if not all(part.isascii() for part in parts if isinstance(part, str)):
        return 0, None
    low, high = length_bounds(parts)
    return max(low, int(surely_filled(value))), high


def bounds(value: Value) -> Bounds:
    """How many elements a collection has, as far as that is known."""
    match value:
        case Items(items=items):
            return len(items), len(items)
        case Entries(entries=entries):
            return len(entries), len(entries)
        case Unknown(type=TupleOf(elements)):
            return len(elements), len(elements)
        case Unknown(type=ObjectOf(attributes)):
            return len(attributes), len(attributes)
        case Unknown(term=Apply("concat", parts)):
            low, high = _sum(map(bounds, parts))
            return low, high
        case Unknown(term=Apply("merge" | "setunion", parts)):
            # distinct keys of a map, and distinct elements of a set, all stay
            return max((bounds(part)[0] for part in parts), default=0), _sum(map(bounds, parts))[1]
        case Unknown(term=Apply("tolist" | "sort" | "reverse" | "keys" | "values" | "in some order", (source,))):
            return bounds(source)
        case Unknown(term=Apply("toset" | "distinct", (source,))):
            low, high = bounds(source)
            return min(low, 1), high
        case Unknown(term=Apply("compact", (source,))):
            return 0, bounds(source)[1]
        case Unknown(term=Apply("if", (_, then, otherwise))):
            return _either(bounds(then), bounds(otherwise))
        case _:
            return 0, None


def _sum(several: Iterable[Bounds]) -> Bounds:
    low, high = 0, 0
    unbounded = False
    for least, most in several:
        low += least
        unbounded = unbounded or most is None
        high += most or 0
    return low, None if unbounded else high


def _either(one: Bounds, other: Bounds) -> Bounds:
    high = None if one[1] is None or other[1] is None else max(one[1], other[1])
    return min(one[0], other[0]), high


def members(value: Value) -> tuple[tuple[Value, ...], bool]:
    """Elements that a collection is known to have, and whether it has no others."""
    match value:
        case Items(items=items):
            return items, True
        case Unknown(term=Apply(name, parts), type=ListOf(element) | SetOf(element)) if name in _SAME_ELEMENTS:
            several = [members(part) for part in parts]
            alike = (conversions.convert(item, element) for found, _ in several for item in found)
            return tuple(alike), all(complete for _, complete in several)
        case Unknown(term=Apply("in some order", (source,))):
            return members(source)
        case _:
            return (), False


def is_member(values: Value, wanted: Value) -> bool | Unknown:
    """Whether a collection has an element: what its equality with each of them comes to."""
    known, complete = members(values)
    undecided: list[bool | Unknown] = []
    for item in known:
        verdict = operators.equal(wanted, item)
        if verdict is True:
            return True
        if verdict is not False and verdict not in undecided:
            undecided.append(verdict)
    if not complete or len(undecided) > ALTERNATIVES:
        return apply("contains", (values, wanted), BOOL, not_null=True)
    result: bool | Unknown = False
    for verdict in undecided:
        result = either(result, verdict)
    return result


def member(mapping: Value, key: str) -> tuple[bool, tuple[Value | Null, ...]]:
    """Whether it is known what a map or object has under a key, and that (nothing where it has none)."""
    match mapping:
        case Entries(entries=entries):
            return True, (entry(mapping, key),) if key in entries else ()
        case Unknown(term=Apply("merge", parts)):
            for part in reversed(parts):
                known, found = member(part, key)
                if found or not known:
                    return known, found
            return True, ()
        case _:
            return False, ()


def surely_filled(unknown: Unknown) -> bool:
    """Whether an unknown value is known to be neither null nor an empty text."""
    if not (unknown.not_null or None in unknown.excluded or isinstance(unknown.term, Concat)):
        return False
    least, _ = length_bounds(text_parts(unknown) or ())
    return least > 0 or unknown.type not in (ANY, STRING) or "" in unknown.excluded


def decided_filter(items: Iterable[Value], verdicts: Iterable[Value]) -> list[Value] | None:
    """The items whose verdict is true, None where one is not decided."""
    kept = []
    for item, verdict in zip(items, verdicts, strict=True):
        if not isinstance(plain(verdict), bool):
            return None
        if verdict:
            kept.append(item)
    return kept
