"""Nulls of known types in collections: a null among numbers is one, and makes no text of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from iac_keycheck.deciding.shapes import ANY, ObjectOf, TupleOf, Type
from iac_keycheck.deciding.values import Entries, Items, Null, Value, type_of, untyped

NULL = Null(ANY)
"""What the word ``null`` means."""


def null_of(type_: Type) -> Null | None:
    """A null of a type, if it is one."""
    return None if type_ == ANY else Null(type_)


def elements(values: Items) -> tuple[Value | Null, ...]:
    """The elements of a list, set or tuple; nulls with their types."""
    items, element = values.items, values.element
    if element == ANY or all(item is not None for item in items):
        return items
    types = element.elements if values.kind == "tuple" and isinstance(element, TupleOf) else (element,) * len(items)
    return tuple(null_of(type_) if item is None else item for item, type_ in zip(items, types, strict=True))


def entry(mapping: Entries, key: str) -> Value | Null:
    """An entry of a map or object, a null with its type. Raises `KeyError`."""
    found = mapping.entries[key]
    if found is not None or mapping.element == ANY:
        return found
    element = mapping.element
    return null_of(element.attributes[key] if mapping.kind == "object" and isinstance(element, ObjectOf) else element)


def entries(mapping: Entries) -> Mapping[str, Value | Null]:
    """What a map or object holds; nulls with their types."""
    if mapping.element == ANY:
        return mapping.entries
    return {key: entry(mapping, key) for key in mapping.entries}


def make_tuple(values: Iterable[Value | Null]) -> Items:
    """A tuple, with its type where that is not seen from what it holds."""
    items = tuple(values)
    typed = any(isinstance(item, Null) and item.type != ANY for item in items)
    return Items("tuple", tuple(map(untyped, items)), TupleOf(tuple(map(type_of, items))) if typed else ANY)


def make_object(values: Mapping[str, Value | Null]) -> Entries:
    """An object, with its type where that is not seen from what it holds; ``values`` are in key order."""
    typed = any(isinstance(value, Null) and value.type != ANY for value in values.values())
    type_ = ObjectOf({key: type_of(value) for key, value in values.items()}) if typed else ANY
    return Entries("object", {key: untyped(value) for key, value in values.items()}, type_)
