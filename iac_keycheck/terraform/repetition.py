"""What is done to each element of a collection: ``for`` expressions and splats."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iac_keycheck.deciding.shapes import ANY, ListOf, MapOf, ObjectOf, Primitive, SetOf, TupleOf, Type
from iac_keycheck.deciding.terms import RESULTS, apply, choose
from iac_keycheck.deciding.values import Apply, Entries, Items, Null, Refused, Unknown, Value, plain, type_of, untyped
from iac_keycheck.records import replace
from iac_keycheck.terraform import conversions, operators
from iac_keycheck.terraform.functions.arguments import within_text
from iac_keycheck.terraform.measure import within_measure
from iac_keycheck.terraform.parts import attribute, element, shared_type
from iac_keycheck.terraform.set_order import has_unknown_order, in_some_order
from iac_keycheck.terraform.syntax import Expression, For, Literal, Splat, Spread
from iac_keycheck.terraform.typed_nulls import elements, entries, make_object, make_tuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.terraform.evaluate import Frame

ELEMENTS = 20_000
"""The greatest number of elements that a ``for`` is run over."""

ROUNDS = 100_000
"""How often what stands in several ``for``, one in another, is worked out at most."""

_TEXTS = 8
"""All texts of one result together may be so many times as long as one."""

Evaluator = Callable[[Expression, "Frame"], "Value | Null"]


def for_value(node: For, frame: Frame, evaluate: Evaluator) -> Value:
    """The value of a ``for`` expression; ``evaluate`` gives those of the expressions in it."""
    return _over(untyped(evaluate(node.collection, frame)), node, frame, evaluate)


def _over(collection: Value, node: For, frame: Frame, evaluate: Evaluator) -> Value:
    match collection:
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(
                condition, _tried_over(then, node, frame, evaluate), _tried_over(otherwise, node, frame, evaluate)
            )
        case Unknown():
            return apply("for", (collection, *_of_any(collection, node, frame, evaluate)), not_null=True)
        case None:
            raise Refused("a for expression cannot run over null")
        case _:
            return _over_members(collection, node, frame, evaluate)


def bound(node: For, key: Value | Null, value: Value | Null) -> dict[str, Value | Null]:
    """What the names of a ``for`` stand for in one of its rounds."""
    return {node.value: value} if node.key is None else {node.key: key, node.value: value}


def within_rounds(before: int, collection: Value) -> int:
    """How often something is done that is done to each element; raises `Refused` where that is too often."""
    match plain(collection):
        case Items(items=members):
            count = len(members)
        case Entries(entries=members):
            count = len(members)
        case _:
            count = 1
    if count > ELEMENTS:
        raise Refused(f"a for expression runs over more than {ELEMENTS} elements", bound=True)
    if before * count > ROUNDS:
        raise Refused(f"for expressions in one another run more than {ROUNDS} times", bound=True)
    return before * max(count, 1)


def _tried_over(collection: Value, node: For, frame: Frame, evaluate: Evaluator) -> Value:
    try:
        return _over(collection, node, frame, evaluate)
    except Refused as refused:
        return apply("error", (refused.message,))


def _over_members(collection: Value, node: For, frame: Frame, evaluate: Evaluator) -> Value:
    pairs: list[tuple[Value, Value | Null]] = []
    unsure, written = False, 0
    deciding: list[Value] = []
    results: list[Value] = []
    if node.condition is not None and not _has_members(collection):
        _check_condition(node, frame, evaluate)
    inside = frame.repeated(collection)
    for key, value in pairs_of(collection):
        inner = inside.binding(**bound(node, key, value))
        if node.condition is not None:
            wanted = conversions.to_bool(untyped(evaluate(node.condition, inner)))
            if isinstance(wanted, Unknown):
                unsure = True
                deciding.append(wanted)
                results += _tried_parts(node, inner, evaluate)
                continue
            if not wanted:
                continue
        name: Value = None
        if node.key_result is not None:
            name = conversions.to_text(untyped(evaluate(node.key_result, inner)))
            unsure = unsure or isinstance(name, Unknown)
        result = evaluate(node.result, inner)
        if isinstance(result, str):
            written += len(result)
            within_text(written // _TEXTS)
        pairs.append((name, result))
        deciding.append(name)
        results.append(untyped(result))
    if unsure or (node.key_result is not None and node.group and has_unknown_order(collection)):
        return apply("for", (node.group, *deciding, apply(RESULTS, tuple(results))), not_null=True)
    if node.key_result is None:
        made = make_tuple([value for _, value in pairs])
        within_measure(made)
        return in_some_order(made) if has_unknown_order(collection) else made
    return make_object(dict(sorted(_grouped(pairs, node.group).items())))


def _of_any(collection: Value, node: For, frame: Frame, evaluate: Evaluator) -> tuple[Value, ...]:
    """What is made of an element that is not known: two results are the same if this is."""
    names = {node.value: item(node.value, collection)}
    if node.key is not None:
        names[node.key] = apply("key", (node.key,))
    inner = frame.binding(**names)
    condition = None if node.condition is None else tried(node.condition, inner, evaluate)
    return (node.group, apply(RESULTS, (condition, *_tried_parts(node, inner, evaluate))))


def _tried_parts(node: For, frame: Frame, evaluate: Evaluator) -> tuple[Value, ...]:
    key = None if node.key_result is None else tried(node.key_result, frame, evaluate)
    return (key, tried(node.result, frame, evaluate))


def item(name: str, collection: Value) -> Unknown:
    """An element that is not known of a collection, by the name that it goes by."""
    match type_of(collection):
        case ListOf(kind) | SetOf(kind) | MapOf(kind):
            return apply("item", (name,), kind)
        case _:
            return apply("item", (name,))


def tried(node: Expression, frame: Frame, evaluate: Evaluator) -> Value:
    """The value of an expression that may not come to be asked for: an error in it is an error only then."""
    try:
        return untyped(evaluate(node, frame))
    except Refused as refused:
        return apply("error", (refused.message,))


def _has_members(collection: Value) -> bool:
    match plain(collection):
        case Items(items=()):
            return False
        case Entries(entries=entries):
            return bool(entries)
        case _:
            return True


def _check_condition(node: For, frame: Frame, evaluate: Evaluator) -> None:
    """Raises `Refused` for a condition that is wrong whatever it is asked of, as Terraform does before the first."""
    if node.condition is None:
        return
    anything = apply("element of nothing", ())
    names = {node.value: anything} if node.key is None else {node.key: anything, node.value: anything}
    conversions.to_bool(untyped(evaluate(node.condition, frame.binding(**names))))


def _grouped(pairs: list[tuple[Value, Value | Null]], group: bool) -> dict[str, Value | Null]:  # noqa: FBT001
    if group:
        groups: dict[str, list[Value | Null]] = {}
        for key, value in pairs:
            groups.setdefault(_key(key), []).append(value)
        return {key: make_tuple(values) for key, values in groups.items()}
    entries: dict[str, Value | Null] = {}
    for key, value in pairs:
        if key in entries:
            raise Refused(f'two elements of a for expression have the key "{key}"')
        entries[_key(key)] = value
    return entries


def _key(value: Value) -> str:
    assert isinstance(value, str)  # noqa: S101 — made by to_text above
    return value


def pairs_of(collection: Value) -> Iterator[tuple[Value | Null, Value | Null]]:
    """Index or key, and value, of each element; raises `Refused` for what has none."""
    match plain(collection):
        case Items("set") as members:
            yield from ((item, item) for item in elements(members))
        case Items() as members:
            yield from enumerate(elements(members))
        case Entries() as members:
            yield from entries(members).items()
        case _:
            raise Refused("only a collection can be iterated over")


def splat(node: Splat, frame: Frame, evaluate: Evaluator) -> Value:
    """The value of a splat; ``evaluate`` gives those of the expressions in it."""
    return _spread(evaluate(node.source, frame), node, frame, evaluate)


def _spread(source: Value | Null, node: Splat, frame: Frame, evaluate: Evaluator) -> Value:
    match source:
        case Items("tuple"):
            return make_tuple(_steps(item, node, frame, evaluate) for item in elements(source))
        case Items(_, _, element_type):
            results = tuple(untyped(_steps(item, node, frame, evaluate)) for item in elements(source))
            kind = _type_after(element_type, node.steps) or shared_type(results)
            listed = Items("list", results, kind)
            return in_some_order(listed) if has_unknown_order(source) else listed
        case Null(ListOf() | SetOf() | TupleOf()):
            raise Refused("a splat cannot be applied to a null list")
        case None | Null():
            return Items("tuple", ())
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(
                condition, _tried_spread(then, node, frame, evaluate), _tried_spread(otherwise, node, frame, evaluate)
            )
        case Unknown(type=ListOf(kind) | SetOf(kind)):
            after = ListOf(_type_after(kind, node.steps) or ANY)
            return apply(
                "splat", (source, apply(RESULTS, (_of_item(source, node, frame, evaluate),))), after, not_null=True
            )
        case Unknown(type=TupleOf() | Primitive("any")):
            return apply("splat", (source, apply(RESULTS, (_of_item(source, node, frame, evaluate),))), not_null=True)
        case Unknown(not_null=False):
            one = make_tuple((_steps(source, node, frame, evaluate),))
            return choose(operators.equal(source, None), Items("tuple", ()), one)
        case _:
            return make_tuple((_steps(source, node, frame, evaluate),))


def _of_item(source: Value, node: Splat, frame: Frame, evaluate: Evaluator) -> Value:
    """What the steps make of an element that is not known: two results are the same if this is."""
    try:
        return untyped(_steps(item("*", source), node, frame, evaluate))
    except Refused as refused:
        return apply("error", (refused.message,))


def _tried_spread(value: Value, node: Splat, frame: Frame, evaluate: Evaluator) -> Value:
    try:
        return _spread(value, node, frame, evaluate)
    except Refused as refused:
        return apply("error", (refused.message,))


def _steps(value: Value | Null, node: Splat, frame: Frame, evaluate: Evaluator) -> Value | Null:
    for step in node.steps:
        match step:
            case str():
                value = attribute(untyped(value), step, frame.names)
            case Spread(steps):
                value = _spread(value, replace(node, steps=steps), frame, evaluate)
            case _:
                value = element(untyped(value), untyped(evaluate(step, frame)), frame.names)
    return value


def _type_after(type_: Type, steps: tuple[str | Expression | Spread, ...]) -> Type | None:
    """The type that the steps of a splat lead to, None where it is not seen from types alone."""
    result: Type | None = type_
    for index, step in enumerate(steps):
        match result, step:
            case (ObjectOf(attributes), str()) if step in attributes:
                result = attributes[step]
            case (MapOf(inner), str()) | (ListOf(inner) | MapOf(inner), Literal()):
                result = inner
            case (ListOf(inner) | SetOf(inner), Spread()):
                after = _type_after(inner, (*step.steps, *steps[index + 1 :]))
                return None if after is None else ListOf(after)
            case _:
                return None
    return result
