"""One plain value for an input of which a world says something: what goes into a witness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from iac_keycheck.deciding.shapes import ANY, ListOf, MapOf, ObjectOf, Primitive, SetOf, TupleOf, Type
from iac_keycheck.deciding.values import Entries, Items, Sample, Value
from iac_keycheck.deciding.worlds import Absent, Known, Members, Other, World


def concrete(leaf_input_type: Type, name: str, world: World, samples: tuple[Value, ...] = ()) -> Value:
    """The value that a world's cells give an input: what they leave open is as small as its type allows.

    Where the input as a whole is open, the first of the ``samples`` that fits is its value.
    """
    deeper: dict[tuple[str, ...], list[str]] = {}
    for other, path in world:
        if other == name:
            for depth in range(len(path)):
                steps = deeper.setdefault(path[:depth], [])
                if path[depth] not in steps:
                    steps.append(path[depth])

    def present(path: tuple[str, ...], keys: Iterable[str]) -> list[str]:
        return [key for key in keys if not isinstance(world.get((name, (*path, key))), Absent)]

    def build(path: tuple[str, ...], kind: Type) -> Value:
        match world.get((name, path)):
            case Known(value):
                return value
            case Members(keys, listed):
                parts = {key: build((*path, key), _part(kind, key)) for key in present(path, keys)}
                return _collected(ListOf(ANY) if listed and kind == ANY else kind, parts)
            case Other() as cell:
                sample = next((one for one in _samples_at(samples, path) if _is_in(cell, one)), None)
                return _anything(kind, cell, path) if sample is None else sample
            case None | Absent():
                below = deeper.get(path, [])
                if isinstance(kind, ObjectOf):
                    wanted = [k for k in kind.attributes if k not in kind.optional or k in below]
                    return Entries("object", {k: build((*path, k), kind.attributes[k]) for k in wanted})
                if isinstance(kind, TupleOf):
                    return Items("tuple", tuple(build((*path, str(i)), t) for i, t in enumerate(kind.elements)))
                if below:
                    return _collected(
                        kind, {key: build((*path, key), _part(kind, key)) for key in present(path, below)}
                    )
                sample = next(_samples_at(samples, path), None)
                return _anything(kind, Other(), path) if sample is None else sample

    return build((), leaf_input_type)


def _samples_at(samples: tuple[Value, ...], path: tuple[str, ...]) -> Iterator[Value]:
    """The samples of a whole input, or those of the member of a list: its own first."""
    if not path:
        yield from samples
    elif len(path) == 1 and path[0].isdigit():
        for sample in samples:
            if isinstance(sample, Items):
                yield from sample.items[int(path[0]) :]


def _is_in(cell: Other, value: Value) -> bool:
    if value in cell.excluded:
        return False
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return cell.low is None and cell.high is None
    return (cell.low is None or cell.low < value) and (cell.high is None or value < cell.high)


def _part(kind: Type, key: str) -> Type:
    match kind:
        case ListOf(element) | SetOf(element) | MapOf(element):
            return element
        case ObjectOf(attributes):
            return attributes.get(key, ANY)
        case _:
            return ANY


def _collected(kind: Type, parts: Mapping[str, Value]) -> Value:
    match kind:
        case ListOf(element):
            return Items("list", tuple(parts.values()), element)
        case SetOf(element):
            return Items("set", tuple(Sample(key) for key in parts), element)
        case MapOf(element):
            return Entries("map", {Sample(key): value for key, value in parts.items()}, element)
        case _:
            return Entries("object", dict(parts))


def _anything(kind: Type, cell: Other, path: tuple[str, ...]) -> Value:
    excluded, low, high = cell.excluded, cell.low, cell.high
    match kind:
        case Primitive("bool"):
            return False
        case Primitive("number"):
            if low is not None:
                return low + 1 if high is None or low + 1 < high else (low + high) / Decimal(2)
            return 0 if high is None or high > 0 else high - 1
        case ListOf(element):
            return Items("list", (), element)
        case SetOf(element):
            return Items("set", (), element)
        case MapOf(element):
            return Entries("map", {}, element)
        case ObjectOf() | TupleOf():
            return concrete(kind, "", {})
        case _:
            # members of a collection are different texts, so that none of them gets lost where they become keys
            start = next((place for step in reversed(path) if (place := _place(step)) is not None), 0)
            letters = (chr(ord("a") + (start + i) % 26) for i in range(26))
            return next(Sample(letter) for letter in letters if letter not in excluded)


def _place(step: str) -> int | None:
    """The place of a member: its index, or that of the letter that it was given for a key; None for an attribute."""
    if step.isdigit():
        return int(step)
    return ord(step) - ord("a") if len(step) == 1 and "a" <= step <= "z" else None
