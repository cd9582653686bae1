"""Terraform's conversions between types: to a type constraint, and of several values to the one type they share.

A null has no type of its own here, and a value that is not known may be of any: both take the type that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from iac_keycheck.deciding.shapes import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    ListOf,
    MapOf,
    ObjectOf,
    Primitive,
    SetOf,
    TupleOf,
    Type,
)
from iac_keycheck.deciding.terms import apply, choose
from iac_keycheck.deciding.values import (
    Apply,
    Entries,
    Items,
    Null,
    Number,
    Ref,
    Refused,
    Unknown,
    Value,
    is_known,
    plain,
    type_of,
    untyped,
)
from iac_keycheck.records import replace
from iac_keycheck.terraform import number
from iac_keycheck.terraform.common_type import common_type, conflict, convertible, mismatch
from iac_keycheck.terraform.set_order import make_set
from iac_keycheck.terraform.typed_nulls import elements, entries, null_of

NULL = "argument must not be null"


def convert(value: Value | Null, type_: Type) -> Value:
    """The value as one of ``type_``, with defaults of optional attributes filled in.

    Raises `Refused` where Terraform has no such conversion. Whose name a value is stays with it.
    """
    match value:
        case None:
            return None
        case Null(own):
            if not convertible(own, type_):
                raise Refused(mismatch(own, type_))
            return None
        case Ref():
            return replace(value, value=convert(value.value, type_))
        case Unknown():
            return _unknown(value, type_)
        case _:
            pass
    match type_:
        case Primitive("string"):
            return _text(value)
        case Primitive("number"):
            return _number(value)
        case Primitive("bool"):
            return _bool(value)
        case ListOf(element):
            return _list(value, element, type_)
        case SetOf(element):
            return _set(value, element, type_)
        case MapOf(element):
            return _map(value, element, type_)
        case TupleOf(elements):
            return _tuple(value, elements, type_)
        case ObjectOf():
            return _object(value, type_)
        case _:
            return value


def converted_null(null: Null | None, type_: Type) -> Null | None:
    """What a null is as one of ``type_``; raises `Refused` where there is no such conversion."""
    if null is None:
        return null_of(plain_type(type_))
    convert(null, type_)
    return Null(_filled(null.type, type_))


def unify(values: Iterable[Value | Null]) -> tuple[list[Value], Type]:
    """The values converted to the one type that they share, and that type.

    Where the type waits for a value that may be of any, they stay as they are and the type is ``any``. Raises `Refused`
    where there is none.
    """
    given = list(values)
    types = list(map(type_of, given))
    type_ = common_type(types)
    if _waits(given, types, type_):
        return list(map(untyped, given)), ANY
    if type_ is None:
        raise Refused("all elements must have the same type")
    return [untyped(value) if type_of(value) == type_ else convert(value, type_) for value in given], type_


def as_branch(taken: Value | Null, other: Value | Null) -> Value | Null:
    """A branch of a conditional as of the type that both share; raises `Refused` where they share none."""
    types = type_of(taken), type_of(other)
    type_ = common_type(types)
    if type_ is None:
        raise Refused("the true and false result expressions must have consistent types")
    if untyped(taken) is None:
        return taken if type_ == ANY else Null(type_)
    # a null or a value of any type leaves the other branch as it is
    if ANY in types or types[0] == types[1] or _waits([taken, other], list(types), type_):
        return taken
    return convert(taken, type_)


def _waits(values: list[Value | Null], types: list[Type], type_: Type | None) -> bool:
    """Whether values of any type decide what the common type is: a text among numbers makes all of them texts."""
    as_texts = list(map(_with_texts, values))
    if as_texts == types:
        return False
    other = common_type(as_texts)
    return other != type_ if type_ is None or other is None else conflict(type_, other)


def _with_texts(value: Value | Null) -> Type:
    """The type that a value has if all its parts of any type are texts."""
    match value:
        case Ref(value=inner):
            return _with_texts(inner)
        case Unknown(type=kind) if kind == ANY:
            return STRING
        case Items("tuple"):
            return TupleOf(tuple(map(_with_texts, elements(value))))
        case Entries("object"):
            return ObjectOf({key: _with_texts(item) for key, item in entries(value).items()})
        case _:
            return type_of(value)


def to_text(value: Value) -> str | Unknown:
    """The value as text; raises `Refused` for null and what has no text."""
    converted = convert(plain(value), STRING)
    if isinstance(converted, str | Unknown):
        return converted
    raise Refused(NULL)


def to_number(value: Value) -> Number | Unknown:
    """The value as a number; raises `Refused` for null and what is none."""
    converted = convert(plain(value), NUMBER)
    if isinstance(converted, int | Decimal | Unknown):
        return converted
    raise Refused(NULL)


def to_bool(value: Value) -> bool | Unknown:
    """The value as a bool; raises `Refused` for null and what is none."""
    converted = convert(plain(value), BOOL)
    if isinstance(converted, bool | Unknown):
        return converted
    raise Refused(NULL)


def make_list(items: Iterable[Value], element: Type) -> Items:
    """A list of values that are of the type ``element`` already."""
    return Items("list", tuple(items), element)


def _refuse(value: Value, type_: Type) -> Refused:
    return Refused(mismatch(type_of(value), type_))


def _text(value: Value) -> Value:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return number.text(value)
        case _:
            raise _refuse(value, STRING)


def _number(value: Value) -> Value:
    match value:
        case bool():
            raise _refuse(value, NUMBER)
        case int():
            return value
        case Decimal():
            return number.tidy(value)
        case str():
            parsed = number.parse(value)
            if parsed is None:
                raise Refused("a number is required")
            return parsed
        case _:
            raise _refuse(value, NUMBER)


def _bool(value: Value) -> Value:
    match value:
        case bool():
            return value
        case "true" | "1":
            return True
        case "false" | "0":
            return False
        case str():
            lower = value.lower()
            hint = f'; to convert from string, use lowercase "{lower}"' if lower in {"true", "false"} else ""
            raise Refused(f"a bool is required{hint}")
        case _:
            raise _refuse(value, BOOL)


def _list(value: Value, wanted: Type, type_: Type) -> Value:
    if not isinstance(value, Items):
        raise _refuse(value, type_)
    alike = _elements(value, wanted, type_)
    if alike is None:
        return apply("tolist", (value,), type_, not_null=True)
    items, element = alike
    if value.kind == "set" and len(items) > 1 and not is_known(value):
        # the order of a set is known when its elements are
        return apply("tolist", (make_set(items, element),), ListOf(element), not_null=True)
    return make_list(items, element)


def _set(value: Value, wanted: Type, type_: Type) -> Value:
    if not isinstance(value, Items):
        raise _refuse(value, type_)
    alike = _elements(value, wanted, type_)
    if alike is None:
        return apply("toset", (value,), type_, not_null=True)
    items, element = alike
    return value if value.kind == "set" and element == value.element else make_set(items, element)


def _elements(value: Items, wanted: Type, type_: Type) -> tuple[list[Value], Type] | None:
    """The elements of a collection as ones of another, and the type that they have there."""
    own = ANY if value.kind == "tuple" else value.element
    if own != ANY and wanted in (ANY, own):
        return list(value.items), own
    if not value.items and not convertible(own, wanted):
        raise _refuse(value, type_)
    return _alike(elements(value), wanted, own, type_, value)


def _alike(
    items: Iterable[Value | Null], wanted: Type, own: Type, type_: Type, whole: Value
) -> tuple[list[Value], Type] | None:
    """The items converted to one type, and that type; None where it waits for a value that may be of any."""
    try:
        converted = [item if wanted == ANY else _converted(item, wanted) for item in items]
        if not _open(wanted):
            return list(map(untyped, converted)), plain_type(wanted)
        if not converted:
            return [], own if wanted == ANY else plain_type(wanted)
        alike, kind = unify(converted)
    except Refused as error:
        if _is_convertible(whole, type_):
            raise
        raise _refuse(whole, type_) from error
    waits = kind == ANY and any(type_of(item) != ANY for item in alike)
    return None if waits else (alike, kind)


def _converted(item: Value | Null, wanted: Type) -> Value | Null:
    return converted_null(item, wanted) if isinstance(item, Null) else convert(item, wanted)


def _is_convertible(value: Value, type_: Type) -> bool:
    """Whether it is a value, and not the types, that stands in the way."""
    return convertible(type_of(value), type_)


def _map(value: Value, wanted: Type, type_: Type) -> Value:
    if not isinstance(value, Entries):
        raise _refuse(value, type_)
    own = ANY if value.kind == "object" else value.element
    if own != ANY and wanted in (ANY, own):
        return value
    if not value.entries and not convertible(own, wanted):
        raise _refuse(value, type_)
    keys = sorted(value.entries)
    given = entries(value)
    alike = _alike((given[key] for key in keys), wanted, own, type_, value)
    if alike is None:
        return apply("tomap", (value,), type_, not_null=True)
    converted, element = alike
    return Entries("map", dict(zip(keys, converted, strict=True)), element)


def _tuple(value: Value, wanted: tuple[Type, ...], type_: Type) -> Value:
    match value:
        case Items("tuple", items) if len(items) == len(wanted):
            typed = zip(elements(value), wanted, strict=True)
            items = tuple(convert(item, kind) for item, kind in typed)
            return Items("tuple", items, plain_type(type_) if None in items else ANY)
        case _:
            raise _refuse(value, type_)


def _object(value: Value, type_: ObjectOf) -> Value:
    if not isinstance(value, Entries):
        raise _refuse(value, type_)
    missing = type_.attributes.keys() - value.entries.keys() - type_.optional
    if missing and value.kind == "map":
        raise Refused(f'map has no element for required attribute "{min(missing)}"')
    if missing:
        raise _refuse(value, type_)
    attributes = dict(_attributes(entries(value), type_))
    return Entries("object", attributes, plain_type(type_) if None in attributes.values() else ANY)


def _attributes(present: Mapping[str, Value | Null], type_: ObjectOf) -> Iterator[tuple[str, Value]]:
    for name in sorted(type_.attributes):
        given = present.get(name)
        if untyped(given) is None and name in type_.defaults:
            given = type_.defaults[name]
        try:
            yield name, convert(given, type_.attributes[name])
        except Refused as error:
            raise Refused(f'attribute "{name}": {error.message}', static=error.static) from error


def _unknown(value: Unknown, type_: Type) -> Value:
    """What is not known keeps its term where conversion changes no more than how the value is written."""
    own = value.type
    if type_ in (ANY, own):
        return value
    match value.term:
        case Apply("in some order", (Items() as items,)) if isinstance(type_, SetOf):
            return _set(items, type_.element, type_)
        case Apply("if", (condition, then, otherwise)):
            chosen = choose(condition, _branch(then, type_), _branch(otherwise, type_))
            return replace(chosen, type=plain_type(type_)) if isinstance(chosen, Unknown) else chosen
        case _:
            pass
    if own == ANY:
        return replace(value, type=plain_type(type_))
    if not convertible(own, type_):
        raise Refused(mismatch(own, type_))
    match own, type_:
        case Primitive("string"), Primitive(name):
            return Unknown(apply(f"to{name}", (value,)).term, type_, value.not_null)
        case Primitive(), Primitive("string"):
            texts = tuple(None if excluded is None else _text(excluded) for excluded in value.excluded)
            return Unknown(value.term, STRING, value.not_null, texts)
        case ListOf() | TupleOf(), SetOf():
            return Unknown(apply("toset", (value,)).term, _filled(own, type_), value.not_null)
        case SetOf(), ListOf():
            return Unknown(apply("tolist", (value,)).term, _filled(own, type_), value.not_null)
        case _:
            return replace(value, type=_filled(own, type_))


def _branch(value: Value, type_: Type) -> Value:
    """A branch that may not be taken: an error there is an error only once it is."""
    try:
        return convert(value, type_)
    except Refused as error:
        return apply("error", (error.message,))


def _filled(own: Type, wanted: Type) -> Type:
    """The wanted type, with the element type that the value has where any is wanted."""
    match own, wanted:
        case (ListOf(inner) | SetOf(inner), ListOf(outer)):
            return ListOf(_filled(inner, outer))
        case (ListOf(inner) | SetOf(inner), SetOf(outer)):
            return SetOf(_filled(inner, outer))
        case (MapOf(inner), MapOf(outer)):
            return MapOf(_filled(inner, outer))
        case (TupleOf(elements), ListOf(outer)):
            return ListOf(_filled(common_type(elements) or ANY, outer))
        case (TupleOf(elements), SetOf(outer)):
            return SetOf(_filled(common_type(elements) or ANY, outer))
        case (ObjectOf(attributes), MapOf(outer)):
            return MapOf(_filled(common_type(attributes.values()) or ANY, outer))
        case _:
            return own if wanted == ANY else plain_type(wanted)


def _open(type_: Type) -> bool:
    """Whether the type leaves a type open."""
    match type_:
        case ListOf(element) | SetOf(element) | MapOf(element):
            return _open(element)
        case TupleOf(elements):
            return any(map(_open, elements))
        case ObjectOf(attributes):
            return any(map(_open, attributes.values()))
        case _:
            return type_ == ANY


def plain_type(type_: Type) -> Type:
    """The type that values converted to ``type_`` have: all attributes are there."""
    match type_:
        case ListOf(element):
            return ListOf(plain_type(element))
        case SetOf(element):
            return SetOf(plain_type(element))
        case MapOf(element):
            return MapOf(plain_type(element))
        case TupleOf(elements):
            return TupleOf(tuple(map(plain_type, elements)))
        case ObjectOf(attributes):
            return ObjectOf({name: plain_type(inner) for name, inner in sorted(attributes.items())})
        case _:
            return type_
