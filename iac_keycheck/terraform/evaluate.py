"""Evaluates expressions of the Terraform language to values, in a frame that knows what names mean there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.shapes import ANY, BOOL, STRING, ListOf, MapOf, ObjectOf, Primitive, SetOf, TupleOf, Type
from iac_keycheck.terms import apply, choose, concat
from iac_keycheck.terraform import conversions, functions, operators
from iac_keycheck.terraform.functions.arguments import normal
from iac_keycheck.terraform.parts import attribute, element, shared_type
from iac_keycheck.terraform.syntax import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectCons,
    Splat,
    Spread,
    Template,
    TemplateFor,
    TemplateIf,
    TupleCons,
    Unary,
)
from iac_keycheck.terraform.typed_nulls import NULL, elements, entries, make_object, make_tuple
from iac_keycheck.values import Apply, Entries, Items, Leaf, Null, Ref, Refused, Unknown, Value, plain, type_of, untyped

if TYPE_CHECKING:
    from iac_keycheck.terraform.functions import Files
    from iac_keycheck.values import Input

ELEMENTS = 20_000
"""The greatest number of elements that a ``for`` is run over."""


class Names(Protocol):
    """What the roots of traversals mean in one module instance (``var``, ``local``, ``aws_iam_user``, …)."""

    @property
    def files(self) -> Files:
        """The files that functions may read."""

    def root(self, name: str, frame: Frame) -> Value:
        """The value of a root name: an object whose attributes are evaluated when they are asked for."""

    def part(self, source: Input, path: tuple[str, ...], type_: Type) -> Value:
        """A part of an input, as far as the world of the moment tells."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where an expression stands: its module instance, its own ``each`` or ``count``, its ``for`` variables.

    ``each`` and ``count`` belong to the resource or module block. ``functions`` are known beside the built-in ones.
    """

    names: Names
    bindings: Mapping[str, Value | Null] = field(default_factory=dict)
    each: tuple[Value, Value] | None = None
    count: Value = None
    functions: Mapping[str, Callable[[tuple[Value, ...]], Value]] = field(default_factory=dict)

    def binding(self, **values: Value | Null) -> Frame:
        """A frame inside a ``for``."""
        return replace(self, bindings={**self.bindings, **values})


def evaluate(node: Expression, frame: Frame) -> Value:
    """The value of an expression; raises `Refused` where Terraform would report an error."""
    value = _EVALUATORS[type(node)](node, frame)
    return None if isinstance(value, Null) else value


def _typed(node: Expression, frame: Frame) -> Value | Null:
    """The value of an expression, with its type where it is null."""
    return _EVALUATORS[type(node)](node, frame)


def _literal(node: Literal, _frame: Frame) -> Value | Null:
    return NULL if node.value is None else node.value


def _name(node: Name, frame: Frame) -> Value | Null:
    if node.name in frame.bindings:
        return frame.bindings[node.name]
    return frame.names.root(node.name, frame)


def _get_attr(node: GetAttr, frame: Frame) -> Value | Null:
    return attribute(evaluate(node.source, frame), node.name, frame.names)


def _index(node: Index, frame: Frame) -> Value | Null:
    return element(evaluate(node.source, frame), evaluate(node.key, frame), frame.names)


def _splat(node: Splat, frame: Frame) -> Value:
    return _spread(_typed(node.source, frame), node, frame)


def _spread(source: Value | Null, node: Splat, frame: Frame) -> Value:
    match source:
        case Items("tuple"):
            return make_tuple(_steps(item, node, frame) for item in elements(source))
        case Items(_, _, element_type):
            results = tuple(untyped(_steps(item, node, frame)) for item in elements(source))
            return Items("list", results, _type_after(element_type, node.steps) or shared_type(results))
        case Null(ListOf() | SetOf() | TupleOf()):
            raise Refused("a splat cannot be applied to a null list")
        case None | Null():
            return Items("tuple", ())
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, _tried_spread(then, node, frame), _tried_spread(otherwise, node, frame))
        case Unknown(type=ListOf(kind) | SetOf(kind)):
            after = ListOf(_type_after(kind, node.steps) or ANY)
            return apply("splat", (source, *_names(node)), after, not_null=True)
        case Unknown(type=TupleOf() | Primitive("any")):
            return apply("splat", (source, *_names(node)), not_null=True)
        case Unknown(not_null=False):
            one = make_tuple((_steps(source, node, frame),))
            return choose(operators.equal(source, None), Items("tuple", ()), one)
        case _:
            return make_tuple((_steps(source, node, frame),))


def _names(node: Splat) -> Iterator[str]:
    return (step for step in node.steps if isinstance(step, str))


def _tried_spread(value: Value, node: Splat, frame: Frame) -> Value:
    try:
        return _spread(value, node, frame)
    except Refused as refused:
        return apply("error", (refused.message,))


def _steps(value: Value | Null, node: Splat, frame: Frame) -> Value | Null:
    for step in node.steps:
        match step:
            case str():
                value = attribute(untyped(value), step, frame.names)
            case Spread(steps):
                value = _spread(value, replace(node, steps=steps), frame)
            case _:
                value = element(untyped(value), evaluate(step, frame), frame.names)
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


def _call(node: Call, frame: Frame) -> Value | Null:
    match node.name:
        case "try":
            return _try(node, frame)
        case "can":
            return _can(node, frame)
    arguments = [_typed(argument, frame) for argument in node.arguments]
    if node.expand and arguments:
        match arguments[-1]:
            case Items() as items:
                arguments[-1:] = elements(items)
            case Unknown() as last:
                return apply(node.name, (*map(untyped, arguments[:-1]), last))
            case _:
                raise Refused("only a list can be expanded with ...")
    own = frame.functions.get(node.name)
    if own is not None:
        return own(tuple(map(untyped, arguments)))
    return functions.call(node.name, tuple(arguments), frame.names.files)


def _try(node: Call, frame: Frame) -> Value | Null:
    failure: Refused | None = None
    for index, argument in enumerate(node.arguments):
        try:
            value = _typed(argument, frame)
        except Refused as refused:
            if refused.static and index == len(node.arguments) - 1:
                raise
            failure = refused
            continue
        if _may_fail(value) and index + 1 < len(node.arguments):
            rest = _try(Call("try", node.arguments[index + 1 :], node.expand, node.span), frame)
            kind = type_of(rest)
            return apply("try", (untyped(value), untyped(rest)), kind if kind == type_of(value) else ANY)
        return value
    raise failure or Refused("no expression succeeded")


def _may_fail(value: Value | Null) -> bool:
    """Whether taking the value may turn out an error once its inputs are known."""
    match value:
        case Unknown(term=Apply("element" | "lookup" | "attribute" | "error")):
            return True
        case Unknown(term=Apply("if", (_, then, otherwise))):
            return _may_fail(then) or _may_fail(otherwise)
        case Unknown(term=Leaf(_, path)):
            return bool(path) and value.type == ANY
        case _:
            return False


def _can(node: Call, frame: Frame) -> Value:
    try:
        value = evaluate(node.arguments[0], frame)
    except Refused:
        return False
    if isinstance(value, Unknown) and not isinstance(value.term, Leaf):
        return apply("can", (value,), BOOL, not_null=True)
    return apply("can", (value,), BOOL, not_null=True) if _may_fail(value) else True


def _unary(node: Unary, frame: Frame) -> Value:
    return operators.unary(node.operator, evaluate(node.operand, frame))


def _binary(node: Binary, frame: Frame) -> Value:
    return operators.binary(node.operator, evaluate(node.left, frame), evaluate(node.right, frame))


def _conditional(node: Conditional, frame: Frame) -> Value | Null:
    condition = conversions.to_bool(evaluate(node.condition, frame))
    if condition is None:
        raise Refused("the condition of a conditional is null")
    if isinstance(condition, Unknown):
        then, otherwise = _branch(node.then, frame), _branch(node.otherwise, frame)
        return choose(condition, then, otherwise)
    taken = _typed(node.then if condition else node.otherwise, frame)
    return _as_either(taken, node.otherwise if condition else node.then, frame)


def _branch(node: Expression, frame: Frame) -> Value:
    try:
        return evaluate(node, frame)
    except Refused as refused:
        return apply("error", (refused.message,))


def _as_either(taken: Value | Null, other: Expression, frame: Frame) -> Value | Null:
    """The taken branch, converted to the type that both branches share."""
    if isinstance(taken, str | Ref | Unknown) and isinstance(other, Template | Literal | GetAttr):
        return taken
    try:
        rest = _typed(other, frame)
    except Refused:
        return taken
    return conversions.as_branch(taken, rest)


def _template(node: Template, frame: Frame) -> Value | Null:
    match node.parts:
        case ():
            return ""
        case (str(text),):
            return text
        case (only,) if not isinstance(only, str | TemplateIf | TemplateFor):
            return _typed(only, frame)
        case parts:
            made = concat(_rendered(parts, frame))
            return normal(made) if isinstance(made, str) else made


def _rendered(parts: tuple[str | Expression | TemplateIf | TemplateFor, ...], frame: Frame) -> Iterator[str | Unknown]:
    for part in parts:
        match part:
            case str():
                yield part
            case TemplateIf(condition, then, otherwise):
                chosen = conversions.to_bool(evaluate(condition, frame))
                if isinstance(chosen, Unknown):
                    branches = (concat(_rendered(then, frame)), concat(_rendered(otherwise, frame)))
                    yield _text(choose(chosen, *branches))
                else:
                    yield from _rendered(then if chosen else otherwise, frame)
            case TemplateFor():
                yield from _rendered_for(part, frame)
            case _:
                yield _text(evaluate(part, frame))


def _rendered_for(part: TemplateFor, frame: Frame) -> Iterator[str | Unknown]:
    collection = evaluate(part.collection, frame)
    if isinstance(collection, Unknown):
        yield apply("template for", (collection,), STRING)
        return
    for key, value in _members(collection):
        names = {part.value: value} if part.key is None else {part.key: key, part.value: value}
        yield from _rendered(part.body, frame.binding(**names))


def _text(value: Value) -> str | Unknown:
    text = conversions.to_text(value)
    if text is None:
        raise Refused("a null value cannot be part of a text")
    match text:
        case Unknown(term=Apply("if", (condition, then, otherwise))) if _simple(then) and _simple(otherwise):
            return Unknown(Apply("if", (condition, conversions.to_text(then), conversions.to_text(otherwise))), STRING)
        case _:
            return text


def _simple(value: Value) -> bool:
    return isinstance(plain(value), str | int | Decimal | bool)


def _tuple(node: TupleCons, frame: Frame) -> Value:
    return make_tuple([_typed(item, frame) for item in node.items])


def _object(node: ObjectCons, frame: Frame) -> Value:
    entries: dict[str, Value | Null] = {}
    unknown_keys: list[Value] = []
    for key_node, value_node in node.items:
        key = conversions.to_text(evaluate(key_node, frame))
        if key is None:
            raise Refused("a key of an object is null")
        if isinstance(key, Unknown):
            unknown_keys += [key, evaluate(value_node, frame)]
        else:
            entries[key] = _typed(value_node, frame)
    result = make_object(dict(sorted(entries.items())))
    return apply("object", (result, *unknown_keys), MapOf(ANY), not_null=True) if unknown_keys else result


def _for(node: For, frame: Frame) -> Value:
    collection = evaluate(node.collection, frame)
    match collection:
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, _for_branch(node, then, frame), _for_branch(node, otherwise, frame))
        case Unknown():
            return apply("for", (collection,), MapOf(ANY) if node.key_result is not None else ANY, not_null=True)
        case None:
            raise Refused("a for expression cannot run over null")
        case _:
            return _for_members(node, collection, frame)


def _for_branch(node: For, value: Value, frame: Frame) -> Value:
    if value is None:
        return apply("error", ("a for expression cannot run over null",))
    bound = frame.binding(**{"\0for": value})
    try:
        return _for(replace(node, collection=Name("\0for", node.span)), bound)
    except Refused as refused:
        return apply("error", (refused.message,))


def _for_members(node: For, collection: Value, frame: Frame) -> Value:
    pairs: list[tuple[Value, Value | Null]] = []
    unsure: list[Value] = []
    if node.condition is not None and not _has_members(collection):
        _check_condition(node, frame)
    for count, (key, value) in enumerate(_members(collection)):
        if count >= ELEMENTS:
            raise Refused(f"a for expression runs over more than {ELEMENTS} elements")
        inner = frame.binding(**({node.value: value} if node.key is None else {node.key: key, node.value: value}))
        if node.condition is not None:
            wanted = conversions.to_bool(evaluate(node.condition, inner))
            if isinstance(wanted, Unknown):
                unsure.append(wanted)
                continue
            if not wanted:
                continue
        if node.key_result is None:
            pairs.append((None, _typed(node.result, inner)))
            continue
        name = conversions.to_text(evaluate(node.key_result, inner))
        if isinstance(name, Unknown):
            unsure.append(name)
        elif name is None:
            raise Refused("a key of a for expression is null")
        else:
            pairs.append((name, _typed(node.result, inner)))
    if unsure:
        return apply("for", (*unsure, *(untyped(value) for _, value in pairs)), ANY, not_null=True)
    if node.key_result is None:
        return make_tuple([value for _, value in pairs])
    return make_object(dict(sorted(_grouped(pairs, node.group).items())))


def _has_members(collection: Value) -> bool:
    match plain(collection):
        case Items(items=()):
            return False
        case Entries(entries=entries):
            return bool(entries)
        case _:
            return True


def _check_condition(node: For, frame: Frame) -> None:
    """Raises `Refused` for a condition that is wrong whatever it is asked of, as Terraform does before the first."""
    anything = apply("element of nothing", ())
    names = {node.value: anything} if node.key is None else {node.key: anything, node.value: anything}
    if node.condition is not None:
        conversions.to_bool(evaluate(node.condition, frame.binding(**names)))


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


def _members(collection: Value) -> Iterator[tuple[Value | Null, Value | Null]]:
    match plain(collection):
        case Items("set") as members:
            yield from ((item, item) for item in elements(members))
        case Items() as members:
            yield from enumerate(elements(members))
        case Entries() as members:
            yield from entries(members).items()
        case _:
            raise Refused("only a collection can be iterated over")


_EVALUATORS: Mapping[type, Callable[[Any, Frame], Value | Null]] = {
    Literal: _literal,
    Template: _template,
    Name: _name,
    GetAttr: _get_attr,
    Index: _index,
    Splat: _splat,
    Call: _call,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    TupleCons: _tuple,
    ObjectCons: _object,
    For: _for,
}
