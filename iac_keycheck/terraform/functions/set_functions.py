"""Functions on sets. What is in a set is decided element by element, where that does not depend on an input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from math import prod

from iac_keycheck import terms
from iac_keycheck.shapes import ANY, ListOf, SetOf, TupleOf, Type
from iac_keycheck.terms import apply
from iac_keycheck.terraform import conversions, operators
from iac_keycheck.terraform.common_type import common_type
from iac_keycheck.terraform.functions.arguments import invalid, within_bounds
from iac_keycheck.terraform.functions.known_parts import bounds, decided_filter, members
from iac_keycheck.values import Items, Refused, Unknown, Value, type_of


def _union(*sets: Value) -> Value:
    given, element = _of_one_type(sets)
    known = [members(each) for each in given]
    if not all(complete for _, complete in known):
        return apply("setunion", given, SetOf(element), not_null=True)
    items = [item for items, _ in known for item in items]
    within_bounds(len(items))
    return conversions.make_set(items, element)


def _intersection(*sets: Value) -> Value:
    given, element = _of_one_type(sets)
    return _filtered("setintersection", given, element, lambda item: [_has(other, item) for other in given[1:]])


def _subtract(*sets: Value) -> Value:
    given, element = _of_one_type(sets)
    return _filtered("setsubtract", given, element, lambda item: [terms.negate(_has(given[1], item))])


def _filtered(name: str, sets: list[Value], element: Type, tests: Callable[[Value], list[Value]]) -> Value:
    """The elements of the first set for which all tests hold."""
    if bounds(sets[0])[1] == 0:
        return Items("set", (), element)
    if isinstance(sets[0], Items):
        verdicts: list[Value] = []
        for item in sets[0].items:
            verdict: Value = True
            for test in tests(item):
                verdict = terms.both(verdict, test)
            verdicts.append(verdict)
        kept = decided_filter(sets[0].items, verdicts)
        if kept is not None:
            return conversions.make_set(kept, element)
    return apply(name, sets, SetOf(element), not_null=True)


def _has(values: Value, wanted: Value) -> Value:
    known, complete = members(values)
    verdict: Value = False
    for item in known:
        verdict = terms.either(verdict, operators.equal(item, wanted))
    return verdict if complete or verdict is True else apply("contains", (values, wanted))


def _of_one_type(sets: tuple[Value, ...]) -> tuple[list[Value], Type]:
    element = common_type(kind.element for kind in map(type_of, sets) if isinstance(kind, SetOf))
    if element is None:
        raise Refused("given sets must all have compatible element types")
    return [conversions.convert(each, SetOf(element)) for each in sets], element


def _product(*sets: Value) -> Value:
    if len(sets) < 2:  # noqa: PLR2004 — Terraform wants two
        raise Refused("at least two arguments are required")
    elements = tuple(_element_type(each) for each in sets)
    kind = TupleOf(elements)
    in_order = all(isinstance(type_of(each), ListOf | TupleOf) for each in sets)
    result: Type = ListOf(kind) if in_order else SetOf(kind)
    if any(bounds(each)[1] == 0 for each in sets):
        return Items("list" if in_order else "set", (), kind)
    if not all(isinstance(each, Items) for each in sets):
        return apply("setproduct", sets, ANY if any(type_of(each) == ANY for each in sets) else result, not_null=True)
    within_bounds(prod(len(each.items) for each in sets if isinstance(each, Items)))
    columns = [
        [conversions.convert(item, element) for item in each.items]
        for each, element in zip(sets, elements, strict=True)
        if isinstance(each, Items)
    ]
    rows = [Items("tuple", row) for row in product(*columns)]
    return conversions.make_list(rows, kind) if in_order else conversions.make_set(rows, kind)


def _element_type(values: Value) -> Type:
    match type_of(values):
        case ListOf(element) | SetOf(element):
            return element
        case TupleOf(elements):
            common = common_type(elements)
            if common is None:
                raise invalid("sets", "all elements must be of the same type")
            return common
        case kind if kind == ANY and isinstance(values, Unknown):
            return ANY
        case _:
            raise invalid("sets", "a set or a list is required")


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "setintersection": _intersection,
    "setproduct": _product,
    "setsubtract": _subtract,
    "setunion": _union,
}
