"""Functions on lists, maps and objects: elements pass through as they are, with whose name they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from iac_keycheck import terms
from iac_keycheck.shapes import ANY, BOOL, NUMBER, STRING, ListOf, MapOf, ObjectOf, SetOf, TupleOf
from iac_keycheck.terms import apply
from iac_keycheck.terraform import conversions, number, operators
from iac_keycheck.terraform.common_type import common_type, friendly
from iac_keycheck.terraform.functions.arguments import integer, invalid, normal, within_bounds, within_text
from iac_keycheck.terraform.functions.known_parts import decided_filter, length, member, members, surely_filled
from iac_keycheck.values import Entries, Items, Number, Refused, Unknown, Value, is_known, plain, type_of

ALTERNATIVES = 16
"""The greatest number of elements that a look-up by an unknown key is spelled out for."""

_RANGE = 1024


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


def _chunklist(values: Value, size: Number | Unknown) -> Value:
    if isinstance(size, Unknown) or not isinstance(values, Items):
        return apply("chunklist", (values, size), ListOf(type_of(values)), not_null=True)
    step = integer(size, "size")
    if step < 0:
        raise Refused("the size argument must be positive")
    step = step or max(len(values.items), 1)
    chunks = (values.items[at : at + step] for at in range(0, len(values.items), step))
    return conversions.make_list((conversions.make_list(c, values.element) for c in chunks), ListOf(values.element))


def _coalesce(*values: Value) -> Value:
    if not values:
        raise Refused("at least one argument is required")
    type_ = common_type(map(type_of, values))
    if type_ is None:
        raise Refused("all arguments must have the same type")
    return _first_filled([conversions.convert(value, type_) for value in values])


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


def _coalescelist(*values: Value) -> Value:
    if not values:
        raise Refused("at least one argument is required")
    for value in values:
        kind = type_of(value)
        if kind != ANY and not isinstance(kind, ListOf | TupleOf):
            raise Refused("coalescelist arguments must be lists or tuples")
    return _first_with_elements(list(values))


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
    items = tuple(item for each in lists if isinstance(each, Items) for item in each.items)
    within_bounds(len(items))
    return conversions.make_list(items, common.element) if isinstance(common, ListOf) else Items("tuple", items)


def _contains(values: Value, wanted: Value) -> Value:
    kind = type_of(values)
    if kind != ANY and not isinstance(kind, ListOf | SetOf | TupleOf):
        raise Refused("argument must be list, tuple, or set")
    known, complete = members(values)
    undecided: list[bool | Unknown] = []
    for item in known:
        verdict = operators.equal(wanted, item)
        if verdict is True:
            return True
        if verdict is not False and verdict not in undecided:
            undecided.append(verdict)
    if not complete or len(undecided) > ALTERNATIVES:
        return apply("contains", (values, wanted), BOOL, not_null=True)
    result: bool | Unknown = False
    for verdict in undecided:
        result = terms.either(result, verdict)
    return result


def _distinct(values: Value) -> Value:
    if not isinstance(values, Items):
        return apply("distinct", (values,), type_of(values), not_null=True)
    seen: set[str] = set()
    kept: list[Value] = []
    unknown: list[Value] = []
    for item in values.items:
        known = is_known(item)
        if known and conversions.sort_key(item) in seen:
            continue
        verdicts = [operators.equal(item, other) for other in (unknown if known else kept)]
        if True in verdicts:
            continue
        if any(isinstance(verdict, Unknown) for verdict in verdicts):
            return apply("distinct", (values,), ListOf(values.element), not_null=True)
        kept.append(item)
        if known:
            seen.add(conversions.sort_key(item))
        else:
            unknown.append(item)
    return conversions.make_list(kept, values.element)


def _element(values: Value, index: Number | Unknown) -> Value:
    match values:
        case Items("list" | "tuple", items):
            if not items:
                raise Refused("cannot use element function with an empty list")
            if isinstance(index, Unknown):
                same = all(item == items[0] for item in items)
                kind = values.element if values.kind == "list" else ANY
                return items[0] if same else apply("element", (values, index), kind)
            return items[integer(index, "index") % len(items)]
        case Unknown(type=ListOf(element)):
            return apply("element", (values, index), element)
        case Unknown(type=kind) if kind == ANY or isinstance(kind, TupleOf):
            return apply("element", (values, index))
        case _:
            raise invalid("list", f"cannot read elements from {friendly(type_of(values))}")


def _flatten(values: Value) -> Value:
    kind = type_of(values)
    if kind != ANY and not isinstance(kind, ListOf | SetOf | TupleOf):
        raise Refused("can only flatten lists, sets and tuples")
    flat: list[Value] = []
    if not isinstance(values, Items) or not all(_flattened(item, flat) for item in _ordered(values)):
        return apply("flatten", (values,), ANY, not_null=True)
    return Items("tuple", tuple(flat))


def _flattened(value: Value, flat: list[Value]) -> bool:
    """Whether it is known what elements a value contributes; they are added to ``flat``."""
    match value:
        case Items() if value.kind == "set" and len(value.items) > 1 and not is_known(value):
            return False
        case Items(items=items):
            return all(_flattened(item, flat) for item in items)
        case Unknown(type=kind) if kind == ANY or isinstance(kind, ListOf | SetOf | TupleOf):
            return False
        case _:
            flat.append(value)
            within_bounds(len(flat))
            return True


def _ordered(values: Items) -> Iterator[Value]:
    if values.kind == "set" and len(values.items) > 1 and not is_known(values):
        yield apply("tolist", (values,), ListOf(values.element))
    else:
        yield from values.items


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


def _keys(mapping: Value) -> Value:
    match mapping:
        case Entries("map", entries):
            return conversions.make_list(entries, STRING)
        case Entries(entries=entries):
            return Items("tuple", tuple(entries))
        case Unknown(type=ObjectOf(attributes)):
            return Items("tuple", tuple(sorted(attributes)))
        case Unknown(type=MapOf()):
            return apply("keys", (mapping,), ListOf(STRING), not_null=True)
        case Unknown(type=kind) if kind == ANY:
            return apply("keys", (mapping,), ANY, not_null=True)
        case _:
            raise invalid("inputMap", "must have map or object type")


def _lookup(mapping: Value, key: Value, *defaults: Value) -> Value:
    if len(defaults) > 1:
        raise Refused(f"lookup() takes two or three arguments, got {2 + len(defaults)}", static=True)
    kind = type_of(mapping)
    if kind != ANY and not isinstance(kind, MapOf | ObjectOf):
        raise invalid("inputMap", "lookup() requires a map as the first argument")
    if isinstance(kind, MapOf) and defaults:
        try:
            defaults = (conversions.convert(defaults[0], kind.element),)
        except Refused as error:
            raise invalid("default", "the default value must have the same type as the map elements") from error
    if isinstance(key, str):
        known, found = member(mapping, key)
        if known:
            return found[0] if found else _default(key, defaults)
    elif isinstance(mapping, Entries):
        candidates = [name for name in mapping.entries if operators.equal(key, name) is not False]
        if len(candidates) <= ALTERNATIVES:
            return _one_of(mapping, key, candidates, defaults)
    element = kind.element if isinstance(kind, MapOf) else ANY
    return apply("lookup", (mapping, key, *defaults), element)


def _default(key: str, defaults: tuple[Value, ...]) -> Value:
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


def _matchkeys(values: Value, keys: Value, searched: Value) -> Value:
    if common_type((type_of(keys), type_of(searched))) is None:
        raise Refused("keys and searchset must be of the same type")
    if not (isinstance(values, Items) and isinstance(keys, Items) and isinstance(searched, Items)):
        return apply("matchkeys", (values, keys, searched), type_of(values), not_null=True)
    if len(values.items) != len(keys.items):
        raise Refused("length of keys and values should be equal")
    (keys, searched), _ = conversions.unify((keys, searched))
    verdicts = [_contains(searched, key) for key in keys.items]  # type: ignore[union-attr]
    kept = decided_filter(values.items, verdicts)
    if kept is None:
        return apply("matchkeys", (values, keys, searched), type_of(values), not_null=True)
    return conversions.make_list(kept, values.element)


def _merge(*mappings: Value) -> Value:
    given = [mapping for mapping in mappings if mapping is not None]
    types = [type_of(mapping) for mapping in given]
    for type_ in types:
        if type_ != ANY and not isinstance(type_, MapOf | ObjectOf):
            raise Refused(f'arguments must be maps or objects, got "{friendly(type_)}"')
    of_one_map = types[0] if types and isinstance(types[0], MapOf) and all(t == types[0] for t in types) else None
    entries: dict[str, Value] = {}
    for mapping in given:
        if not isinstance(mapping, Entries):
            return apply("merge", given, of_one_map or ANY, not_null=True)
        entries |= mapping.entries
    within_bounds(len(entries))
    ordered = dict(sorted(entries.items()))
    return Entries("map", ordered, of_one_map.element) if of_one_map else Entries("object", ordered)


def _one(values: Value) -> Value:
    problem = "must be a list, set, or tuple value with either zero or one elements"
    match values:
        case Items(items=()):
            return None
        case Items(items=(only,)):
            return only
        case Unknown(type=ListOf(element) | SetOf(element)) if _may_be_one(values):
            return apply("one", (values,), element)
        case Unknown(type=kind) if kind == ANY or isinstance(kind, TupleOf):
            return apply("one", (values,))
        case _:
            raise invalid("list", problem)


def _may_be_one(values: Value) -> bool:
    return operators.binary("<=", length(values), 1) is not False


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
            return Items("tuple", values.items[::-1])
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
    return Items(values.kind, values.items[low:high], values.element)


def _sort(values: Value) -> Value:
    if not isinstance(values, Items) or (len(values.items) > 1 and not is_known(values)):
        return apply("sort", (values,), ListOf(STRING), not_null=True)
    if any(plain(item) is None for item in values.items):
        raise Refused("a given list element is null; a null string cannot be sorted")
    return conversions.make_list(sorted(values.items, key=lambda item: str(plain(item))), STRING)


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
        case Entries("map", entries, element):
            return conversions.make_list(entries.values(), element)
        case Entries(entries=entries):
            return Items("tuple", tuple(entries.values()))
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
    entries = {name: v for name, v in zip(names, values.items, strict=True) if isinstance(name, str)}
    ordered = dict(sorted(entries.items()))
    return Entries("map", ordered, values.element) if values.kind == "list" else Entries("object", ordered)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "alltrue": _alltrue,
    "anytrue": _anytrue,
    "chunklist": _chunklist,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _compact,
    "concat": _concat,
    "contains": _contains,
    "distinct": _distinct,
    "element": _element,
    "flatten": _flatten,
    "index": _index,
    "join": _join,
    "keys": _keys,
    "length": length,
    "lookup": _lookup,
    "matchkeys": _matchkeys,
    "merge": _merge,
    "one": _one,
    "range": _range,
    "reverse": _reverse,
    "slice": _slice,
    "sort": _sort,
    "sum": _sum,
    "transpose": _transpose,
    "values": _values,
    "zipmap": _zipmap,
}
