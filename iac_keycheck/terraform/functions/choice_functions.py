"""Functions that choose one value of several. A choice that waits for an input keeps what may be chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import ANY, ListOf, MapOf, ObjectOf, SetOf, TupleOf, Type
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import Entries, Items, Null, Number, Refused, Unknown, Value, plain, type_of, untyped
from iac_keycheck.terraform import conversions, operators
from iac_keycheck.terraform.common_type import friendly
from iac_keycheck.terraform.functions.arguments import integer, invalid
from iac_keycheck.terraform.functions.known_parts import ALTERNATIVES, length, member, surely_filled
from iac_keycheck.terraform.typed_nulls import NULL, elements, null_of


def _coalesce(*values: Value | Null) -> Value:
    if not values:
        raise Refused("at least one argument is required")
    try:
        alike, _ = conversions.unify(values)
    except Refused:
        if NULL not in values:
            raise
        # beside a null without a type each value keeps its own
        alike = list(map(untyped, values))
    return _first_filled(alike)


def _first_filled(values: list[Value]) -> Value:
    for index, value in enumerate(values):
        match plain(value):
            case None | "":
                continue
            case Unknown() as unknown if not surely_filled(unknown):
                empty = terms.either(operators.equal(unknown, None), operators.equal(unknown, ""))
                return _unless(empty, value, _rest(_first_filled, values[index + 1 :]))
            case _:
                return value
    raise Refused("no non-null, non-empty-string arguments")


def _coalescelist(*values: Value | Null) -> Value:
    if not values:
        raise Refused("at least one argument is required")
    for value in values:
        kind = type_of(value)
        if not isinstance(kind, ListOf | TupleOf) and (kind != ANY or isinstance(value, Null)):
            raise Refused("coalescelist arguments must be lists or tuples")
    return _first_with_elements(list(map(untyped, values)))


def _first_with_elements(values: list[Value]) -> Value:
    for index, value in enumerate(values):
        if value is None:
            continue
        empty = operators.equal(length(value), 0)
        if isinstance(value, Unknown) and not value.not_null:
            empty = terms.either(operators.equal(value, None), empty)
        if empty is not True:
            return value if empty is False else _unless(empty, value, _rest(_first_with_elements, values[index + 1 :]))
    raise Refused("no non-null arguments")


def _unless(condition: Value, value: Value, otherwise: Value) -> Value:
    return terms.choose(condition, otherwise, value)


def _rest(choose: Callable[[list[Value]], Value], values: list[Value]) -> Value:
    """What is chosen from the rest; where that is an error, it is one only if the choice comes to it."""
    try:
        return choose(values)
    except Refused as error:
        return apply("error", (error.message,))


def _element(values: Value, index: Number | Unknown) -> Value | Null:
    match values:
        case Items("list" | "tuple", items):
            if not items:
                raise Refused("cannot use element function with an empty list")
            if isinstance(index, Unknown):
                same = all(item == items[0] for item in items)
                kind = values.element if values.kind == "list" else ANY
                return items[0] if same else apply("element", (values, index), kind)
            return elements(values)[integer(index, "index") % len(items)]
        case Unknown(type=ListOf(element)):
            return apply("element", (values, index), element)
        case Unknown(type=kind) if kind == ANY or isinstance(kind, TupleOf):
            return apply("element", (values, index))
        case _:
            raise invalid("list", f"cannot read elements from {friendly(type_of(values))}")


def _lookup(mapping: Value | Null, key: Value, *defaults: Value | Null) -> Value | Null:
    if mapping is None or isinstance(mapping, Null):
        raise invalid("inputMap", conversions.NULL)
    if len(defaults) > 1:
        raise Refused(f"lookup() takes two or three arguments, got {2 + len(defaults)}", static=True)
    kind = type_of(mapping)
    if kind != ANY and not isinstance(kind, MapOf | ObjectOf):
        raise invalid("inputMap", "lookup() requires a map as the first argument")
    if isinstance(kind, MapOf) and defaults:
        try:
            defaults = (_as_element(defaults[0], kind.element),)
        except Refused as error:
            raise invalid("default", "the default value must have the same type as the map elements") from error
    if isinstance(key, str):
        known, found = member(mapping, key)
        if known:
            return found[0] if found else _default(key, defaults)
    given = tuple(map(untyped, defaults))
    if isinstance(mapping, Entries) and isinstance(key, Unknown):
        candidates = [name for name in mapping.entries if operators.equal(key, name) is not False]
        if len(candidates) <= ALTERNATIVES:
            return _one_of(mapping, key, candidates, given)
    element = kind.element if isinstance(kind, MapOf) else ANY
    return apply("lookup", (mapping, key, *given), element)


def _as_element(default: Value | Null, element: Type) -> Value | Null:
    return null_of(element) if default is None else conversions.convert(default, element)


def _default(key: str, defaults: tuple[Value | Null, ...]) -> Value | Null:
    if not defaults:
        raise Refused(f'lookup failed to find key "{key}"')
    return defaults[0]


def _one_of(mapping: Entries, key: Value, candidates: list[str], defaults: tuple[Value, ...]) -> Value:
    """The element with an unknown key, as a choice between those that it may be."""
    missing = apply("error", ("lookup failed to find the key",))
    result = defaults[0] if defaults else missing
    if not candidates and not defaults:
        raise Refused("lookup failed to find the key")
    for name in reversed(candidates):
        result = terms.choose(operators.equal(key, name), mapping.entries[name], result)
    return result


def _one(values: Value) -> Value | Null:
    problem = "must be a list, set, or tuple value with either zero or one elements"
    match values:
        case Items(items=()):
            return NULL if values.kind == "tuple" else null_of(values.element)
        case Items(items=(_,)):
            return elements(values)[0]
        case Unknown(type=ListOf(element) | SetOf(element)) if _may_be_one(values):
            return apply("one", (values,), element)
        case Unknown(type=kind) if kind == ANY or isinstance(kind, TupleOf):
            return apply("one", (values,))
        case _:
            raise invalid("list", problem)


def _may_be_one(values: Value) -> bool:
    return operators.binary("<=", length(values), 1) is not False


FUNCTIONS: Mapping[str, Callable[..., Value | Null]] = {
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "element": _element,
    "lookup": _lookup,
    "one": _one,
}
