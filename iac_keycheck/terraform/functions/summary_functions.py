"""Functions that make one value of a whole collection."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf, SetOf, TupleOf
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import Items, Refused, Unknown, Value, plain, type_of
from iac_keycheck.terraform import conversions, operators
from iac_keycheck.terraform.functions.arguments import invalid, normal, within_text
from iac_keycheck.terraform.functions.known_parts import is_member, length


def _alltrue(values: Value) -> Value:
    return _folded("alltrue", values, terms.both, start=True)


def _anytrue(values: Value) -> Value:
    return _folded("anytrue", values, terms.either, start=False)


def _folded(name: str, values: Value, join: Callable[[Value, Value], Value], *, start: bool) -> Value:
    if not isinstance(values, Items):
        return apply(name, (values,), BOOL, not_null=True)
    result: Value = start
    for item in values.items:
        certain = isinstance(item, bool) or (isinstance(item, Unknown) and item.not_null)
        # a null element counts as false
        result = join(result, item if certain else operators.equal(item, True))  # noqa: FBT003
    return result


def _contains(values: Value, wanted: Value) -> Value:
    kind = type_of(values)
    if kind != ANY and not isinstance(kind, ListOf | SetOf | TupleOf):
        raise Refused("argument must be list, tuple, or set")
    return is_member(values, wanted)


def _index(values: Value, wanted: Value) -> Value:
    if not isinstance(values, Items):
        if type_of(values) != ANY and not isinstance(type_of(values), ListOf | TupleOf):
            raise Refused("argument must be a list or tuple")
        return apply("index", (values, wanted), NUMBER, not_null=True)
    if values.kind == "set":
        raise Refused("argument must be a list or tuple")
    if not values.items:
        raise Refused("cannot search an empty list")
    for position, item in enumerate(values.items):
        verdict = operators.equal(item, wanted)
        if verdict is True:
            return position
        if verdict is not False:
            return apply("index", (values, wanted), NUMBER, not_null=True)
    raise Refused("item not found")


def _join(separator: Value, *lists: Value) -> Value:
    if not lists:
        raise Refused("at least one list is required")
    if not isinstance(separator, str) or not all(isinstance(each, Items) for each in lists):
        return apply("join", (separator, *lists), STRING, not_null=True)
    items = [item for each in lists if isinstance(each, Items) for item in each.items]
    if any(plain(item) is None for item in items):
        raise invalid("lists", "an element is null; cannot concatenate null values")
    filled = [item for item in items if plain(item) != ""]
    if len(filled) == 1 and (len(items) == 1 or not separator):
        return filled[0]
    parts: list[str | Unknown] = []
    for item in items:
        parts += [separator] if parts else []
        parts.append(conversions.to_text(item))
    within_text(sum(len(part) for part in parts if isinstance(part, str)))
    joined = terms.concat(parts)
    return normal(joined) if isinstance(joined, str) else joined


def _sum(values: Value) -> Value:
    kind = type_of(values)
    if kind != ANY and not isinstance(kind, ListOf | SetOf | TupleOf):
        raise invalid("list", "argument must be list, set, or tuple")
    if not isinstance(values, Items):
        return apply("sum", (values,), NUMBER, not_null=True)
    if not values.items:
        raise invalid("list", "cannot sum an empty list")
    try:
        total: Value = conversions.to_number(values.items[0])
        for item in values.items[1:]:
            total = operators.binary("+", total, conversions.to_number(item))
    except Refused as error:
        raise invalid("list", "argument must be list, set, or tuple of number values") from error
    return total


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "alltrue": _alltrue,
    "anytrue": _anytrue,
    "contains": _contains,
    "index": _index,
    "join": _join,
    "length": length,
    "sum": _sum,
}
