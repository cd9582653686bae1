"""Functions on maps and objects: what they hold passes through as it is, with whose name it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iac_keycheck.deciding.shapes import ANY, STRING, ListOf, MapOf, ObjectOf, TupleOf
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import (
    Entries,
    Items,
    Null,
    Refused,
    Unknown,
    Value,
    is_known,
    plain,
    type_of,
    untyped,
)
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.common_type import common_type, friendly
from iac_keycheck.terraform.functions.arguments import invalid, within_bounds
from iac_keycheck.terraform.functions.known_parts import decided_filter, is_member
from iac_keycheck.terraform.typed_nulls import elements, entries, make_object, make_tuple


def _keys(mapping: Value) -> Value:
    match mapping:
        case Entries("map", held):
            return conversions.make_list(held, STRING)
        case Entries(entries=held):
            return Items("tuple", tuple(held))
        case Unknown(type=ObjectOf(attributes)):
            return Items("tuple", tuple(sorted(attributes)))
        case Unknown(type=MapOf()):
            return apply("keys", (mapping,), ListOf(STRING), not_null=True)
        case Unknown(type=kind) if kind == ANY:
            return apply("keys", (mapping,), ANY, not_null=True)
        case _:
            raise invalid("inputMap", "must have map or object type")


def _matchkeys(values: Value, keys: Value, searched: Value) -> Value:
    if common_type((type_of(keys), type_of(searched))) is None:
        raise Refused("keys and searchset must be of the same type")
    if not (isinstance(values, Items) and isinstance(keys, Items) and isinstance(searched, Items)):
        return apply("matchkeys", (values, keys, searched), type_of(values), not_null=True)
    if len(values.items) != len(keys.items):
        raise Refused("length of keys and values should be equal")
    (wanted, among), _ = conversions.unify((keys, searched))
    tests = [is_member(among, key) for key in wanted.items] if isinstance(wanted, Items) else []
    kept = decided_filter(values.items, tests)
    if kept is None:
        return apply("matchkeys", (values, keys, searched), type_of(values), not_null=True)
    return conversions.make_list(kept, values.element)


def _merge(*mappings: Value | Null) -> Value:
    types = [type_of(mapping) for mapping in mappings if mapping is not None]
    given = [untyped(mapping) for mapping in mappings if untyped(mapping) is not None]
    for type_ in types:
        if type_ != ANY and not isinstance(type_, MapOf | ObjectOf):
            raise Refused(f'arguments must be maps or objects, got "{friendly(type_)}"')
    of_one_map = types[0] if types and isinstance(types[0], MapOf) and all(t == types[0] for t in types) else None
    merged: dict[str, Value | Null] = {}
    for mapping in given:
        if not isinstance(mapping, Entries):
            return apply("merge", given, of_one_map or ANY, not_null=True)
        merged |= entries(mapping)
    within_bounds(len(merged))
    ordered = dict(sorted(merged.items()))
    if of_one_map is None:
        return make_object(ordered)
    return Entries("map", {key: untyped(value) for key, value in ordered.items()}, of_one_map.element)


def _transpose(values: Value) -> Value:
    assert isinstance(values, Entries)  # noqa: S101 — converted to a map of lists
    turned: dict[str, list[Value]] = {}
    for key, items in values.entries.items():
        if not isinstance(items, Items):
            raise Refused("input must not contain null list")
        for item in items.items:
            if not isinstance(item, str):
                raise Refused("input list must not contain null string")
            turned.setdefault(item, []).append(key)
    lists = {key: conversions.make_list(turned[key], STRING) for key in sorted(turned)}
    return Entries("map", lists, ListOf(STRING))


def _values(mapping: Value) -> Value:
    match mapping:
        case Entries("map", held, element):
            return conversions.make_list(held.values(), element)
        case Entries():
            return make_tuple(entries(mapping).values())
        case Unknown(type=MapOf(element)):
            return apply("values", (mapping,), ListOf(element), not_null=True)
        case Unknown(type=kind) if kind == ANY or isinstance(kind, ObjectOf):
            return apply("values", (mapping,), ANY, not_null=True)
        case _:
            raise Refused("values() requires a map as the first argument")


def _zipmap(keys: Value, values: Value) -> Value:
    kind = type_of(values)
    if kind != ANY and not isinstance(kind, ListOf | TupleOf):
        raise Refused("values argument must be a list or tuple value")
    of_map = MapOf(kind.element) if isinstance(kind, ListOf) else ANY
    if not isinstance(keys, Items) or not isinstance(values, Items) or not is_known(keys):
        return apply("zipmap", (keys, values), of_map, not_null=True)
    if len(keys.items) != len(values.items):
        counts = f"number of keys ({len(keys.items)}) does not match number of values ({len(values.items)})"
        raise Refused(counts)
    names = [plain(key) for key in keys.items]
    if None in names:
        raise Refused(f"keys list has null value at index {names.index(None)}")
    pairs = {name: v for name, v in zip(names, elements(values), strict=True) if isinstance(name, str)}
    ordered = dict(sorted(pairs.items()))
    if values.kind == "tuple":
        return make_object(ordered)
    return Entries("map", {key: untyped(value) for key, value in ordered.items()}, values.element)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "keys": _keys,
    "matchkeys": _matchkeys,
    "merge": _merge,
    "transpose": _transpose,
    "values": _values,
    "zipmap": _zipmap,
}
