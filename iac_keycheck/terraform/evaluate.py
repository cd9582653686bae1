"""Evaluates expressions of the Terraform language to values, in a frame that knows what names mean there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.shapes import ANY, BOOL, STRING, ListOf, MapOf, ObjectOf, SetOf, TupleOf, Type
from iac_keycheck.terms import apply, choose, concat
from iac_keycheck.terraform import conversions, functions, operators
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
from iac_keycheck.values import Apply, Entries, Items, Leaf, Ref, Refused, Unknown, Value, plain, type_of

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
    bindings: Mapping[str, Value] = field(default_factory=dict)
    each: tuple[Value, Value] | None = None
    count: Value = None
    functions: Mapping[str, Callable[[tuple[Value, ...]], Value]] = field(default_factory=dict)

    def binding(self, **values: Value) -> Frame:
        """A frame inside a ``for``."""
        return replace(self, bindings={**self.bindings, **values})


def evaluate(node: Expression, frame: Frame) -> Value:
    """The value of an expression; raises `Refused` where Terraform would report an error."""
    return _EVALUATORS[type(node)](node, frame)


def _literal(node: Literal, _frame: Frame) -> Value:
    return node.value


def _name(node: Name, frame: Frame) -> Value:
    if node.name in frame.bindings:
        return frame.bindings[node.name]
    return frame.names.root(node.name, frame)


def _get_attr(node: GetAttr, frame: Frame) -> Value:
    return attribute(evaluate(node.source, frame), node.name, frame)


def _index(node: Index, frame: Frame) -> Value:
    return element(evaluate(node.source, frame), evaluate(node.key, frame), frame)


def attribute(value: Value, name: str, frame: Frame) -> Value:
    """``value.name``."""
    match value:
        case Entries(entries=entries):
            try:
                return entries[name]
            except KeyError:
                raise Refused(f'this object does not have an attribute named "{name}"') from None
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, _tried(then, name, frame), _tried(otherwise, name, frame))
        case Unknown(term=Leaf(source, path)):
            return _leaf_part(value, source, path, name, frame)
        case Unknown():
            return apply("attribute", (value, name))
        case Items():
            raise Refused(f'a {value.kind} has no attribute "{name}"')
        case Ref():
            return attribute(value.value, name, frame)
        case None:
            raise Refused(f'null has no attribute "{name}"')
        case _:
            raise Refused(f'this value has no attribute "{name}"')


def _tried(value: Value, name: str, frame: Frame) -> Value:
    """An attribute in a branch that may not be taken: an error there is an error only once it is."""
    try:
        return attribute(value, name, frame)
    except Refused as refused:
        return apply("error", (refused.message,))


def _leaf_part(value: Unknown, source: Input, path: tuple[str, ...], step: str, frame: Frame) -> Value:
    match value.type:
        case ObjectOf(attributes):
            if step not in attributes:
                raise Refused(f'this object does not have an attribute named "{step}"')
            return frame.names.part(source, (*path, step), attributes[step])
        case MapOf(element_type):
            return frame.names.part(source, (*path, step), element_type)
        case type_ if type_ == ANY:
            return frame.names.part(source, (*path, step), ANY)
        case _:
            raise Refused(f'this value has no attribute "{step}"')


def element(value: Value, key: Value, frame: Frame) -> Value:
    """``value[key]``."""
    key = plain(key)
    match value:
        case Items("set", _, _):
            raise Refused("elements of a set have no index")
        case Items(items=items):
            if isinstance(key, Unknown):
                return items[0] if len(items) == 1 else apply("element", (value, key), _shared_type(items))
            position = conversions.to_number(key)
            if not isinstance(position, int) or not 0 <= position < len(items):
                raise Refused(f"the index {position} is out of range for {len(items)} elements")
            return items[position]
        case Entries(entries=entries):
            if isinstance(key, Unknown):
                return apply("lookup", (value, key), _shared_type(tuple(entries.values())))
            text = conversions.to_text(key)
            try:
                return entries[str(text)]
            except KeyError:
                raise Refused(f'there is no element with the key "{text}"') from None
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, _tried_element(then, key, frame), _tried_element(otherwise, key, frame))
        case Unknown(term=Leaf(source, path)) if not isinstance(key, Unknown):
            return _leaf_element(value, source, path, key, frame)
        case Unknown():
            return apply("element", (value, key))
        case Ref(value=inner):
            return element(inner, key, frame)
        case None:
            raise Refused("null has no elements")
        case _:
            raise Refused("only collections have elements")


def _tried_element(value: Value, key: Value, frame: Frame) -> Value:
    try:
        return element(value, key, frame)
    except Refused as refused:
        return apply("error", (refused.message,))


def _leaf_element(value: Unknown, source: Input, path: tuple[str, ...], key: Value, frame: Frame) -> Value:
    step = str(conversions.to_text(key))
    match value.type:
        case ListOf(element_type) | MapOf(element_type):
            # whether there is such an element is decided with the collection
            return (
                Unknown(Apply("element", (value, key)), element_type)
                if isinstance(value.type, ListOf)
                else frame.names.part(source, (*path, step), element_type)
            )
        case ObjectOf() | TupleOf():
            return (
                _leaf_part(value, source, path, step, frame)
                if isinstance(value.type, ObjectOf)
                else apply("element", (value, key))
            )
        case SetOf():
            raise Refused("elements of a set have no index")
        case _:
            return frame.names.part(source, (*path, step), ANY)


def _shared_type(values: tuple[Value, ...]) -> Type:
    """The type of all values, where they have one."""
    kinds = {repr(type_of(value)): type_of(value) for value in values}
    return next(iter(kinds.values())) if len(kinds) == 1 else ANY


def _splat(node: Splat, frame: Frame) -> Value:
    source = evaluate(node.source, frame)
    match source:
        case Items(items=items):
            results = tuple(_steps(item, node, frame) for item in items)
            return Items("tuple", results) if source.kind == "tuple" else Items("list", results, _shared_type(results))
        case None:
            return Items("tuple", ())
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, _splat_value(then, node, frame), _splat_value(otherwise, node, frame))
        case Unknown(type=type_):
            if isinstance(type_, ListOf | SetOf | TupleOf) or type_ == ANY:
                return apply(
                    "splat",
                    (source, *(step for step in node.steps if isinstance(step, str))),
                    ListOf(ANY),
                    not_null=True,
                )
            return Items("tuple", (_steps(source, node, frame),))
        case _:
            return Items("tuple", (_steps(source, node, frame),))


def _splat_value(value: Value, node: Splat, frame: Frame) -> Value:
    bound = frame.binding(**{"\0splat": value})
    return _splat(Splat(Name("\0splat", node.span), node.steps, node.full, node.span), bound)


def _steps(value: Value, node: Splat, frame: Frame) -> Value:
    for step in node.steps:
        match step:
            case str():
                value = attribute(value, step, frame)
            case Spread(steps):
                value = _splat_value(value, replace(node, steps=steps), frame)
            case _:
                value = element(value, evaluate(step, frame), frame)
    return value


def _call(node: Call, frame: Frame) -> Value:
    match node.name:
        case "try":
            return _try(node, frame)
        case "can":
            return _can(node, frame)
        case "templatestring":
            return _templatestring(node, frame)
    arguments = [evaluate(argument, frame) for argument in node.arguments]
    if node.expand and arguments:
        match arguments[-1]:
            case Items(items=items):
                arguments[-1:] = items
            case Unknown() as last:
                return apply(node.name, (*arguments[:-1], last))
            case _:
                raise Refused("only a list can be expanded with ...")
    own = frame.functions.get(node.name)
    if own is not None:
        return own(tuple(arguments))
    return functions.call(node.name, tuple(arguments), frame.names.files)


def _try(node: Call, frame: Frame) -> Value:
    failure: Refused | None = None
    for index, argument in enumerate(node.arguments):
        try:
            value = evaluate(argument, frame)
        except Refused as refused:
            if refused.static and index == len(node.arguments) - 1:
                raise
            failure = refused
            continue
        if _may_fail(value) and index + 1 < len(node.arguments):
            rest = _try(Call("try", node.arguments[index + 1 :], node.expand, node.span), frame)
            return apply("try", (value, rest), type_of(rest))
        return value
    raise failure or Refused("no expression succeeded")


def _may_fail(value: Value) -> bool:
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


def _templatestring(node: Call, frame: Frame) -> Value:
    text, variables = (plain(evaluate(argument, frame)) for argument in node.arguments[:2])
    if not isinstance(text, str) or not isinstance(variables, Entries):
        return apply("templatestring", (text, variables), STRING)
    return frame.names.files.render(text, variables, node.span.path)


def _unary(node: Unary, frame: Frame) -> Value:
    return operators.unary(node.operator, evaluate(node.operand, frame))


def _binary(node: Binary, frame: Frame) -> Value:
    return operators.binary(node.operator, evaluate(node.left, frame), evaluate(node.right, frame))


def _conditional(node: Conditional, frame: Frame) -> Value:
    condition = conversions.to_bool(evaluate(node.condition, frame))
    if condition is None:
        raise Refused("the condition of a conditional is null")
    if isinstance(condition, Unknown):
        then, otherwise = _branch(node.then, frame), _branch(node.otherwise, frame)
        return choose(condition, then, otherwise)
    taken = evaluate(node.then if condition else node.otherwise, frame)
    return _as_either(taken, node.otherwise if condition else node.then, frame)


def _branch(node: Expression, frame: Frame) -> Value:
    try:
        return evaluate(node, frame)
    except Refused as refused:
        return apply("error", (refused.message,))


def _as_either(taken: Value, other: Expression, frame: Frame) -> Value:
    """The taken branch, converted to the type that both branches share."""
    if isinstance(taken, str | Ref | Unknown) and isinstance(other, Template | Literal | GetAttr):
        return taken
    try:
        rest = evaluate(other, frame)
        if rest is None or taken is None:
            return taken
        values, _ = conversions.unify((taken, rest))
    except Refused:
        return taken
    return values[0]


def _template(node: Template, frame: Frame) -> Value:
    if len(node.parts) == 1 and not isinstance(node.parts[0], str | TemplateIf | TemplateFor):
        return evaluate(node.parts[0], frame)
    if all(isinstance(part, str) for part in node.parts):
        return "".join(part for part in node.parts if isinstance(part, str))
    return concat(_rendered(node.parts, frame))


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
    return Items("tuple", tuple(evaluate(item, frame) for item in node.items))


def _object(node: ObjectCons, frame: Frame) -> Value:
    entries: dict[str, Value] = {}
    unknown_keys: list[Value] = []
    for key_node, value_node in node.items:
        key = conversions.to_text(evaluate(key_node, frame))
        if key is None:
            raise Refused("a key of an object is null")
        if isinstance(key, Unknown):
            unknown_keys += [key, evaluate(value_node, frame)]
        else:
            entries[key] = evaluate(value_node, frame)
    result = Entries("object", dict(sorted(entries.items())))
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
    pairs: list[tuple[Value, Value]] = []
    unsure: list[Value] = []
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
            pairs.append((None, evaluate(node.result, inner)))
            continue
        name = conversions.to_text(evaluate(node.key_result, inner))
        if isinstance(name, Unknown):
            unsure.append(name)
        elif name is None:
            raise Refused("a key of a for expression is null")
        else:
            pairs.append((name, evaluate(node.result, inner)))
    if unsure:
        return apply("for", (*unsure, *(value for _, value in pairs)), ANY, not_null=True)
    if node.key_result is None:
        return Items("tuple", tuple(value for _, value in pairs))
    return Entries("object", dict(sorted(_grouped(pairs, node.group).items())))


def _grouped(pairs: list[tuple[Value, Value]], group: bool) -> dict[str, Value]:  # noqa: FBT001
    if group:
        groups: dict[str, list[Value]] = {}
        for key, value in pairs:
            groups.setdefault(_key(key), []).append(value)
        return {key: Items("tuple", tuple(values)) for key, values in groups.items()}
    entries: dict[str, Value] = {}
    for key, value in pairs:
        if key in entries:
            raise Refused(f'two elements of a for expression have the key "{key}"')
        entries[_key(key)] = value
    return entries


def _key(value: Value) -> str:
    assert isinstance(value, str)  # noqa: S101 — made by to_text above
    return value


def _members(collection: Value) -> Iterator[tuple[Value, Value]]:
    match plain(collection):
        case Items("set", items, _):
            yield from ((item, item) for item in items)
        case Items(items=items):
            yield from enumerate(items)
        case Entries(entries=entries):
            yield from entries.items()
        case _:
            raise Refused("only a collection can be iterated over")


_EVALUATORS: Mapping[type, Callable[[Any, Frame], Value]] = {
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
