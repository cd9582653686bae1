"""Parts of values: attributes and elements, also of what is not known. A null has the type of its place."""

from __future__ import annotations

from iac_keycheck.deciding.shapes import ANY, ListOf, MapOf, ObjectOf, SetOf, TupleOf, Type
from iac_keycheck.deciding.terms import apply, choose
from iac_keycheck.deciding.values import (
    Apply,
    Entries,
    Items,
    Leaf,
    Null,
    Ref,
    Refused,
    Unknown,
    Value,
    plain,
    type_of,
    untyped,
)
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.functions.known_parts import member
from iac_keycheck.terraform.typed_nulls import elements, entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.deciding.values import Input
    from iac_keycheck.terraform.evaluate import Names


def attribute(value: Value, name: str, names: Names) -> Value | Null:
    """``value.name``."""
    match value:
        case Entries():
            try:
                return entry(value, name)
            except KeyError:
                raise Refused(f'this object does not have an attribute named "{name}"') from None
        case Unknown(term=Apply("merge")):
            known, found = member(value, name)
            if known and not found:
                raise Refused(f'this object does not have an attribute named "{name}"')
            return found[0] if known else apply("attribute", (value, name), _element_type(value))
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, _tried(then, name, names), _tried(otherwise, name, names))
        case Unknown(term=Leaf(source, path)):
            return _leaf_part(value, source, path, name, names)
        case Unknown():
            return apply("attribute", (value, name))
        case Items():
            raise Refused(f'a {value.kind} has no attribute "{name}"')
        case Ref():
            return attribute(value.value, name, names)
        case None:
            raise Refused(f'null has no attribute "{name}"')
        case _:
            raise Refused(f'this value has no attribute "{name}"')


def _tried(value: Value, name: str, names: Names) -> Value:
    """An attribute in a branch that may not be taken: an error there is an error only once it is."""
    try:
        return untyped(attribute(value, name, names))
    except Refused as refused:
        return apply("error", (refused.message,))


def _leaf_part(value: Unknown, source: Input, path: tuple[str, ...], step: str, names: Names) -> Value:
    match value.type:
        case ObjectOf(attributes):
            if step not in attributes:
                raise Refused(f'this object does not have an attribute named "{step}"')
            return names.part(source, (*path, step), attributes[step])
        case MapOf(element_type):
            return names.part(source, (*path, step), element_type)
        case type_ if type_ == ANY:
            return names.part(source, (*path, step), ANY)
        case _:
            raise Refused(f'this value has no attribute "{step}"')


def element(value: Value, key: Value, names: Names) -> Value | Null:
    """``value[key]``."""
    key = plain(key)
    match value:
        case Items("set", _, _):
            raise Refused("elements of a set have no index")
        case Items(items=items):
            if isinstance(key, Unknown):
                return items[0] if len(items) == 1 else apply("element", (value, key), shared_type(items))
            position = conversions.to_number(key)
            if not isinstance(position, int) or not 0 <= position < len(items):
                raise Refused(f"the index {position} is out of range for {len(items)} elements")
            return elements(value)[position]
        case Entries(entries=entries):
            if isinstance(key, Unknown):
                return apply("lookup", (value, key), shared_type(tuple(entries.values())))
            text = conversions.to_text(key)
            try:
                return entry(value, str(text))
            except KeyError:
                raise Refused(f'there is no element with the key "{text}"') from None
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, _tried_element(then, key, names), _tried_element(otherwise, key, names))
        case Unknown(term=Apply("merge")) if isinstance(key, str):
            return attribute(value, key, names)
        case Unknown(term=Leaf(source, path)) if not isinstance(key, Unknown):
            return _leaf_element(value, source, path, key, names)
        case Unknown():
            return apply("element", (value, key))
        case Ref(value=inner):
            return element(inner, key, names)
        case None:
            raise Refused("null has no elements")
        case _:
            raise Refused("only collections have elements")


def _tried_element(value: Value, key: Value, names: Names) -> Value:
    try:
        return untyped(element(value, key, names))
    except Refused as refused:
        return apply("error", (refused.message,))


def _leaf_element(value: Unknown, source: Input, path: tuple[str, ...], key: Value, names: Names) -> Value:
    step = str(conversions.to_text(key))
    match value.type:
        case ListOf(element_type) | MapOf(element_type):
            # whether there is such an element is decided with the collection
            return (
                Unknown(Apply("element", (value, key)), element_type)
                if isinstance(value.type, ListOf)
                else names.part(source, (*path, step), element_type)
            )
        case ObjectOf() | TupleOf():
            return (
                _leaf_part(value, source, path, step, names)
                if isinstance(value.type, ObjectOf)
                else apply("element", (value, key))
            )
        case SetOf():
            raise Refused("elements of a set have no index")
        case _:
            return names.part(source, (*path, step), ANY)


def _element_type(value: Unknown) -> Type:
    return value.type.element if isinstance(value.type, MapOf) else ANY


def shared_type(values: tuple[Value, ...]) -> Type:
    """The type of all values, where they have one."""
    if not values:
        return ANY
    first = type_of(values[0])
    return first if all(type_of(value) == first for value in values[1:]) else ANY
