"""Functions on sets. What is in a set is decided element by element, where that does not depend on an input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from math import prod

from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import ANY, STRING, ListOf, SetOf, TupleOf, Type
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import Items, Refused, Unknown, Value, is_known, type_of
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.common_type import common_type
from iac_keycheck.terraform.functions.arguments import invalid, within_bounds
from iac_keycheck.terraform.functions.known_parts import bounds, decided_filter, is_member, members
from iac_keycheck.terraform.set_order import make_set
from iac_keycheck.terraform.typed_nulls import elements

_ANY_SET = SetOf(ANY)


def _union(*sets: Value) -> Value:
    given, element = _of_one_type(sets)
    known = [members(each) for each in given]
    if not all(complete for _, complete in known):
        return apply("setunion", given, SetOf(element), not_null=True)
    items = [item for items, _ in known for item in items]
    within_bounds(len(items))
    return make_set(items, element)


def _intersection(*sets: Value) -> Value:
    given, element = _of_one_type(sets)
    return _filtered("setintersection", given, element, lambda item: [is_member(other, item) for other in given[1:]])


def _subtract(*sets: Value) -> Value:
    given, element = _of_one_type(sets)
    return _filtered("setsubtract", given, element, lambda item: [terms.negate(is_member(given[1], item))])


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
            return make_set(kept, element)
    return apply(name, sets, SetOf(element), not_null=True)


def _of_one_type(sets: tuple[Value, ...]) -> tuple[list[Value], Type]:
    elements = [kind.element for kind in map(type_of, sets) if isinstance(kind, SetOf)]
    element = common_type(elements)
    open_ones = (each for own, each in zip(elements, sets, strict=True) if own == ANY and not is_known(each))
    if element != STRING and any(open_ones):
        # elements that may be of any type decide the type of all
        return [apply("toset", (each,), _ANY_SET, not_null=True) for each in sets], ANY
    if element is None:
        raise Refused("given sets must all have compatible element types")
    return [conversions.convert(each, SetOf(element)) for each in sets], element


def _product(*sets: Value) -> Value:
    if len(sets) < 2:  # noqa: PLR2004 — Terraform wants two
        raise Refused("at least two arguments are required")
    elements = tuple(_element_type(each) for each in sets)
    if any(type_of(each) == ANY for each in sets) or None in elements:
        return apply("setproduct", sets, ANY, not_null=True)
    kind = TupleOf(tuple(element for element in elements if element is not None))
    in_order = all(isinstance(type_of(each), ListOf | TupleOf) for each in sets)
    result: Type = ListOf(kind) if in_order else SetOf(kind)
    if any(bounds(each)[1] == 0 for each in sets):
        return Items("list" if in_order else "set", (), kind)
    if not all(isinstance(each, Items) for each in sets):
        return apply("setproduct", sets, result, not_null=True)
    within_bounds(prod(len(each.items) for each in sets if isinstance(each, Items)))
    columns = [
        [conversions.convert(item, element) for item in each.items]
        for each, element in zip(sets, kind.elements, strict=True)
        if isinstance(each, Items)
    ]
    rows = [Items("tuple", row, kind if None in row else ANY) for row in product(*columns)]
    return conversions.make_list(rows, kind) if in_order else make_set(rows, kind)


def _element_type(values: Value) -> Type | None:
    """The type that all elements share, None where it waits for one that may be of any."""
    match type_of(values), values:
        case (ListOf(element) | SetOf(element), _):
            return element
        case TupleOf(), Items():
            try:
                alike, common = conversions.unify(elements(values))
            except Refused as error:
                raise invalid("sets", "all elements must be of the same type") from error
            return None if common == ANY and any(type_of(item) != ANY for item in alike) else common
        case kind, Unknown() if kind == ANY or isinstance(kind, TupleOf):
            return ANY
        case _:
            raise invalid("sets", "a set or a list is required")


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "setintersection": _intersection,
    "setproduct": _product,
    "setsubtract": _subtract,
    "setunion": _union,
}
