"""Functions that make lists of lists: elements pass through as they are, with whose name they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from iac_keycheck.deciding.shapes import ANY, NUMBER, STRING, ListOf, SetOf, TupleOf
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import Items, Null, Number, Refused, Unknown, Value, is_known, plain, type_of, untyped
from iac_keycheck.terraform import conversions, number, operators
from iac_keycheck.terraform.common_type import common_type, friendly
from iac_keycheck.terraform.functions.arguments import integer, invalid, within_bounds
from iac_keycheck.terraform.functions.known_parts import surely_filled
from iac_keycheck.terraform.set_order import sort_key
from iac_keycheck.terraform.typed_nulls import elements, make_tuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fractions import Fraction

_RANGE = 1024
"""The greatest number of elements that Terraform makes a range of."""


def _chunklist(values: Value, size: Number | Unknown) -> Value:
    if isinstance(size, Unknown) or not isinstance(values, Items):
        return apply("chunklist", (values, size), ListOf(type_of(values)), not_null=True)
    step = integer(size, "size")
    if step < 0:
        raise Refused("the size argument must be positive")
    step = step or max(len(values.items), 1)
    chunks = (values.items[at : at + step] for at in range(0, len(values.items), step))
    return conversions.make_list((conversions.make_list(c, values.element) for c in chunks), ListOf(values.element))


def _compact(values: Value) -> Value:
    if not isinstance(values, Items):
        return apply("compact", (values,), ListOf(STRING), not_null=True)
    kept = []
    for item in values.items:
        match plain(item):
            case None | "":
                continue
            case Unknown() as unknown if not surely_filled(unknown):
                return apply("compact", (values,), ListOf(STRING), not_null=True)
            case _:
                kept.append(item)
    return conversions.make_list(kept, STRING)


def _concat(*lists: Value) -> Value:
    if not lists:
        raise Refused("at least one argument is required")
    types = [type_of(each) for each in lists]
    for position, type_ in enumerate(types):
        if type_ != ANY and not isinstance(type_, ListOf | TupleOf):
            raise Refused(f"all arguments must be lists or tuples; argument {position + 1} is {friendly(type_)}")
    common = common_type(types) if all(isinstance(type_, ListOf) for type_ in types) else None
    if not all(isinstance(each, Items) for each in lists):
        return apply("concat", lists, common or ANY, not_null=True)
    if isinstance(common, ListOf):
        lists = tuple(conversions.convert(each, common) for each in lists)
    items = tuple(item for each in lists if isinstance(each, Items) for item in elements(each))
    within_bounds(len(items))
    return (
        conversions.make_list(map(untyped, items), common.element) if isinstance(common, ListOf) else make_tuple(items)
    )


def _distinct(values: Value) -> Value:
    if not isinstance(values, Items):
        return apply("distinct", (values,), type_of(values), not_null=True)
    seen: set[str] = set()
    kept: list[Value] = []
    unknown: list[Value] = []
    for item in values.items:
        known = is_known(item)
        if known and sort_key(item) in seen:
            continue
        verdicts = [operators.equal(item, other) for other in (unknown if known else kept)]
        if True in verdicts:
            continue
        if any(isinstance(verdict, Unknown) for verdict in verdicts):
            return apply("distinct", (values,), ListOf(values.element), not_null=True)
        kept.append(item)
        if known:
            seen.add(sort_key(item))
        else:
            unknown.append(item)
    return conversions.make_list(kept, values.element)


def _flatten(values: Value) -> Value:
    kind = type_of(values)
    if kind != ANY and not isinstance(kind, ListOf | SetOf | TupleOf):
        raise Refused("can only flatten lists, sets and tuples")
    flat: list[Value | Null] = []
    if not isinstance(values, Items) or not all(_flattened(item, flat) for item in _ordered(values)):
        return apply("flatten", (values,), ANY, not_null=True)
    return make_tuple(flat)


def _flattened(value: Value | Null, flat: list[Value | Null]) -> bool:
    """Whether it is known what elements a value contributes; they are added to ``flat``."""
    match value:
        case Items() if value.kind == "set" and len(value.items) > 1 and not is_known(value):
            return False
        case Items():
            return all(_flattened(item, flat) for item in elements(value))
        case Unknown(type=kind) if kind == ANY or isinstance(kind, ListOf | SetOf | TupleOf):
            return False
        case _:
            flat.append(value)
            within_bounds(len(flat))
            return True


def _ordered(values: Items) -> Iterator[Value | Null]:
    if values.kind == "set" and len(values.items) > 1 and not is_known(values):
        yield apply("tolist", (values,), ListOf(values.element))
    else:
        yield from elements(values)


def _range(*numbers: Number) -> Value:
    match numbers:
        case (end,):
            start, step = 0, -1 if end < 0 else 1
        case (start, end):
            step = -1 if end < start else 1
        case (start, end, step):
            pass
        case _:
            raise Refused("must have one, two, or three arguments")
    if start == end:
        return conversions.make_list((), NUMBER)
    if not step:
        raise invalid("params", "step must not be zero")
    if (step < 0 and end > start) or (step > 0 and end < start):
        order = "less than start when step is negative" if step < 0 else "greater than start when step is positive"
        raise invalid("params", f"end must be {order}")
    made: list[Value] = []
    at: Number = start
    by: Fraction = number.exact(step)
    while at > end if step < 0 else at < end:
        if len(made) >= _RANGE:
            raise Refused(f"more than {_RANGE} values were generated; use a smaller range or a greater step")
        made.append(at)
        at = number.rounded(number.exact(at) + by)
    return conversions.make_list(made, NUMBER)


def _reverse(values: Value) -> Value:
    kind = type_of(values)
    if kind != ANY and not isinstance(kind, ListOf | SetOf | TupleOf):
        raise invalid("list", f"can only reverse list or tuple values, not {friendly(kind)}")
    if isinstance(values, Items):
        if values.kind == "tuple":
            return make_tuple(elements(values)[::-1])
        if values.kind == "list" or len(values.items) < 2 or is_known(values):  # noqa: PLR2004 — order is in pairs
            return conversions.make_list(values.items[::-1], values.element)
    result = ListOf(kind.element) if isinstance(kind, ListOf | SetOf) else ANY
    return apply("reverse", (values,), result, not_null=True)


def _slice(values: Value, start: Number | Unknown, end: Number | Unknown) -> Value:
    kind = type_of(values)
    if isinstance(kind, SetOf):
        raise invalid("list", "cannot slice a set, because its elements do not have indices")
    if kind != ANY and not isinstance(kind, ListOf | TupleOf):
        raise invalid("list", "must be a list or tuple value")
    low = None if isinstance(start, Unknown) else integer(start, "start_index")
    high = None if isinstance(end, Unknown) else integer(end, "end_index")
    size = len(values.items) if isinstance(values, Items) else None
    for name, at in (("start", low), ("end", high)):
        if at is not None and at < 0:
            raise invalid(f"{name}_index", f"{name} index must not be less than zero")
        if at is not None and size is not None and at > size:
            raise invalid(f"{name}_index", f"{name} index must not be greater than the length of the list")
    if low is None or high is None or not isinstance(values, Items):
        return apply("slice", (values, start, end), kind if isinstance(kind, ListOf) else ANY, not_null=True)
    if low > high:
        raise invalid("start_index", "start index must not be greater than end index")
    if values.kind == "tuple":
        return make_tuple(elements(values)[low:high])
    return conversions.make_list(values.items[low:high], values.element)


def _sort(values: Value) -> Value:
    if not isinstance(values, Items) or (len(values.items) > 1 and not is_known(values)):
        return apply("sort", (values,), ListOf(STRING), not_null=True)
    if any(plain(item) is None for item in values.items):
        raise Refused("a given list element is null; a null string cannot be sorted")
    return conversions.make_list(sorted(values.items, key=lambda item: str(plain(item))), STRING)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "chunklist": _chunklist,
    "compact": _compact,
    "concat": _concat,
    "distinct": _distinct,
    "flatten": _flatten,
    "range": _range,
    "reverse": _reverse,
    "slice": _slice,
    "sort": _sort,
}
