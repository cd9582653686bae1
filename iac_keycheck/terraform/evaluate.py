"""Evaluates expressions of the Terraform language to values, in a frame that knows what names mean there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal

from iac_keycheck.deciding.shapes import BOOL, NUMBER, STRING, Type
from iac_keycheck.deciding.terms import VARYING, apply, choose, concat, once
from iac_keycheck.deciding.values import Apply, Items, Null, Ref, Refused, Unknown, Value, plain, untyped
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.terraform import conversions, functions, operators
from iac_keycheck.terraform.attempts import can_value, try_value
from iac_keycheck.terraform.functions.arguments import normal, within_text
from iac_keycheck.terraform.measure import within_measure
from iac_keycheck.terraform.parts import attribute, element
from iac_keycheck.terraform.repetition import for_value, item, pairs_of, splat, within_rounds
from iac_keycheck.terraform.set_order import has_unknown_order
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
    Template,
    TemplateFor,
    TemplateIf,
    TupleCons,
    Unary,
)
from iac_keycheck.terraform.typed_nulls import NULL, elements, make_object, make_tuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from iac_keycheck.deciding.values import Input
    from iac_keycheck.terraform.functions import Files
else:
    Protocol = object


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
    ``attempts`` counts the ``try`` and ``can`` around it, ``rounds`` how often all ``for`` around it are run. ``where``
    tells the module instance from all others, None where it may be evaluated for several.
    """

    names: Names
    bindings: Mapping[str, Value | Null] = field(default_factory=dict)
    each: tuple[Value, Value] | None = None
    count: Value = None
    functions: Mapping[str, Callable[[tuple[Value, ...]], Value]] = field(default_factory=dict)
    attempts: int = 0
    rounds: int = 1
    where: str | None = None

    def binding(self, **values: Value | Null) -> Frame:
        """A frame inside a ``for``."""
        return replace(self, bindings={**self.bindings, **values})

    def repeated(self, collection: Value) -> Frame:
        """The frame inside of what is done to each element; raises `Refused` where that is done too often."""
        return replace(self, rounds=within_rounds(self.rounds, collection))

    def attempting(self) -> Frame:
        """The frame inside a ``try`` or ``can``."""
        return replace(self, attempts=self.attempts + 1)


def evaluate(node: Expression, frame: Frame) -> Value:
    """The value of an expression; raises `Refused` where Terraform would report an error, and for one too large."""
    return within_measure(_known(node, frame))


def _known(node: Expression, frame: Frame) -> Value:
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
    return attribute(_known(node.source, frame), node.name, frame.names)


def _index(node: Index, frame: Frame) -> Value | Null:
    return element(_known(node.source, frame), _known(node.key, frame), frame.names)


def _call(node: Call, frame: Frame) -> Value | Null:
    match node.name:
        case "try":
            return try_value(node, frame, _typed)
        case "can":
            return can_value(node, frame, _typed)
    arguments = [_typed(argument, frame) for argument in node.arguments]
    if node.expand and arguments:
        match arguments[-1]:
            case Items() as items if not has_unknown_order(items):
                arguments[-1:] = elements(items)
            case (Unknown() | Items()) as last:
                return apply(node.name, (*map(untyped, arguments[:-1]), last))
            case _:
                raise Refused("only a list can be expanded with ...")
    own = frame.functions.get(node.name)
    if own is not None:
        return own(tuple(map(untyped, arguments)))
    result = functions.call(node.name, tuple(arguments), frame.names.files)
    where = _only_place(node, frame) if node.name in VARYING else None
    return once(result, where) if where is not None and isinstance(result, Unknown) else result


def _only_place(node: Call, frame: Frame) -> str | None:
    """What tells a call from all others, where it is made once: in no ``for``, in a known instance of its block."""
    key = frame.count if frame.each is None else frame.each[0]
    if frame.where is None or frame.bindings or not isinstance(key, str | int | None):
        return None
    return f"{frame.where} {key!r} {node.span.path}:{node.span.line}:{node.span.column}"


def _unary(node: Unary, frame: Frame) -> Value:
    return operators.unary(node.operator, _known(node.operand, frame))


def _binary(node: Binary, frame: Frame) -> Value:
    return operators.binary(node.operator, _known(node.left, frame), _known(node.right, frame))


def _conditional(node: Conditional, frame: Frame) -> Value | Null:
    condition = conversions.to_bool(_known(node.condition, frame))
    if condition is None:
        raise Refused("the condition of a conditional is null")
    if isinstance(condition, Unknown):
        then, otherwise = _branch(node.then, frame), _branch(node.otherwise, frame)
        if _is_simple(then) and _is_simple(otherwise):
            with suppress(Refused):
                alike, _ = conversions.unify((then, otherwise))
                return choose(condition, *alike)
        return choose(condition, then, otherwise)
    taken = _typed(node.then if condition else node.otherwise, frame)
    return _as_either(taken, node.otherwise if condition else node.then, frame)


def _is_simple(value: Value) -> bool:
    """Whether the value is a text, number or bool."""
    given = plain(value)
    return isinstance(given, str | int | Decimal) or (
        isinstance(given, Unknown) and given.type in (STRING, NUMBER, BOOL)
    )


def _branch(node: Expression, frame: Frame) -> Value:
    try:
        return _known(node, frame)
    except Refused as refused:
        return apply("error", (refused.message,))


def _as_either(taken: Value | Null, other: Expression, frame: Frame) -> Value | Null:
    """The taken branch, converted to the type that both branches share."""
    if isinstance(taken, str | Ref | Unknown) and isinstance(other, Template | Literal | GetAttr):
        return taken
    rest: Value | Null = None
    try:
        rest = _typed(other, frame)
        return conversions.as_branch(taken, rest)
    except Refused:
        # what is not known yet may turn out an error, and then it has no type
        if isinstance(rest, Unknown | None):
            return taken
        raise


def _template(node: Template, frame: Frame) -> Value | Null:
    match node.parts:
        case ():
            return ""
        case (str(text),):
            return text
        case (only,) if not isinstance(only, str | TemplateIf | TemplateFor):
            return _typed(only, frame)
        case parts:
            made = concat(_measured(_rendered(parts, frame)))
            return normal(made) if isinstance(made, str) else made


def _measured(parts: Iterator[str | Unknown]) -> Iterator[str | Unknown]:
    size = 0
    for part in parts:
        size += len(part) if isinstance(part, str) else 1
        within_text(size)
        yield part


def _rendered(parts: tuple[str | Expression | TemplateIf | TemplateFor, ...], frame: Frame) -> Iterator[str | Unknown]:
    for part in parts:
        match part:
            case str():
                yield part
            case TemplateIf(condition, then, otherwise):
                chosen = conversions.to_bool(_known(condition, frame))
                if isinstance(chosen, Unknown):
                    branches = (concat(_rendered(then, frame)), concat(_rendered(otherwise, frame)))
                    yield _text(choose(chosen, *branches))
                else:
                    yield from _rendered(then if chosen else otherwise, frame)
            case TemplateFor():
                yield from _rendered_for(part, frame)
            case _:
                yield _text(_known(part, frame))


def _rendered_for(part: TemplateFor, frame: Frame) -> Iterator[str | Unknown]:
    collection = _known(part.collection, frame)
    if isinstance(collection, Unknown) or has_unknown_order(collection):
        yield apply("template for", (collection, _rendered_item(part, collection, frame)), STRING)
        return
    inside = frame.repeated(collection)
    for key, value in pairs_of(collection):
        names = {part.value: value} if part.key is None else {part.key: key, part.value: value}
        yield from _rendered(part.body, inside.binding(**names))


def _rendered_item(part: TemplateFor, collection: Value, frame: Frame) -> Value:
    """What is made of an element that is not known: two texts are the same if this is."""
    names = {part.value: item(part.value, collection)}
    if part.key is not None:
        names[part.key] = apply("key", (part.key,))
    try:
        return concat(_rendered(part.body, frame.binding(**names)))
    except Refused as refused:
        return apply("error", (refused.message,))


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
        key = conversions.to_text(_known(key_node, frame))
        if key is None:
            raise Refused("a key of an object is null")
        if isinstance(key, Unknown):
            unknown_keys += [key, _known(value_node, frame)]
        else:
            entries[key] = _typed(value_node, frame)
    result = make_object(dict(sorted(entries.items())))
    return apply("object", (result, *unknown_keys), not_null=True) if unknown_keys else result


_EVALUATORS: Mapping[type, Callable[[Any, Frame], Value | Null]] = {
    Literal: _literal,
    Template: _template,
    Name: _name,
    GetAttr: _get_attr,
    Index: _index,
    Splat: lambda node, frame: splat(node, frame, _typed),
    Call: _call,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    TupleCons: _tuple,
    ObjectCons: _object,
    For: lambda node, frame: for_value(node, frame, _typed),
}
