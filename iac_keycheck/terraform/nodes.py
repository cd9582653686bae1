"""What each rule of python-hcl2's grammar makes: functions from the values of its symbols to `syntax` nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iac_keycheck.records import dataclass, replace
from iac_keycheck.source import Span
from iac_keycheck.terraform.bodies import attribute_of, block_of, body_of
from iac_keycheck.terraform.lexis import number
from iac_keycheck.terraform.rule_values import first_of, flat, is_token, several
from iac_keycheck.terraform.syntax import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    Literal,
    Name,
    ObjectCons,
    Template,
    TupleCons,
    Unary,
)
from iac_keycheck.terraform.templates import Directive, Interpolation, literal, template
from iac_keycheck.terraform.text import wrong
from iac_keycheck.terraform.tokens import Token
from iac_keycheck.terraform.traversals import key_step, name_step, old_step, splat, splat_steps, stepped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAMED: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}


def builder(rule: str, size: int) -> Callable[[list[Any]], Any] | None:
    """The function for a rule of so many symbols; nothing for one that passes its only value on."""
    if rule.startswith("_"):
        return several
    build = _BUILDERS.get(rule)
    if build is None and size != 1:
        raise AssertionError(f"python-hcl2's grammar has a rule “{rule}” that this module does not know")
    return build


@dataclass(frozen=True, slots=True)
class _Intro:
    """``for key, value in collection :``."""

    key: str | None
    value: str
    collection: Expression


def _term(items: list[Any]) -> Expression:
    if len(items) > 1:
        # brackets stay visible in the span, which tells `{ (a) = 1 }` from `{ a = 1 }`
        inner: Expression = items[1]
        return replace(inner, span=items[0].span().to(items[2].span()))
    item = items[0]
    if type(item) is not Token:
        term: Expression = item
        return term
    at, value = item.span(), item.value
    match item.type:
        case "INT_LITERAL" | "FLOAT_LITERAL":
            known = number(value)
            if known is None:
                raise wrong("a number too large to be worked with", at)
            return Literal(known, at)
        case "HEREDOC_TEMPLATE":
            text = value[1:-1]
            return Template((literal(text),) if text else (), at)
        case _ if value in _NAMED:
            return Literal(_NAMED[value], at)
        case _ if "::" in value:
            raise wrong("“::” belongs in the names of functions only", at)
        case _:
            return Name(value, at)


def _string(items: list[Any]) -> Template:
    opening, *pieces, closing = flat(items)
    return template(pieces, opening.span().to(closing.span()), opening.value)


def _interpolation(items: list[Any]) -> Interpolation:
    opening, expression, closing = items
    return Interpolation(expression, opening.value.endswith("~"), closing.value.startswith("~"))


def _directive(items: list[Any]) -> Directive:
    opening, keyword, *inner, closing = items
    expression = next((item for item in inner if type(item) is not Token), None)
    names = [item.value for item in inner if is_token(item, "NAME")]
    return Directive(
        keyword.value,
        expression,
        names[0] if len(names) > 1 else None,
        names[-1] if names else "",
        opening.value.endswith("~"),
        closing.value.startswith("~"),
        opening.span().to(closing.span()),
    )


def _call(items: list[Any]) -> Call:
    name, _, *rest, closing = items
    arguments: list[Any] = rest[0] if rest else []
    expand = bool(arguments) and is_token(arguments[-1], "ELLIPSIS")
    values = tuple(item for item in arguments if type(item) is not Token)
    return Call(name.value, values, expand, name.span().to(closing.span()))


def _tuple(items: list[Any]) -> TupleCons:
    values = flat(items)
    at = values[0].span().to(values[-1].span())
    return TupleCons(tuple(item for item in values if type(item) is not Token), at)


def _object(items: list[Any]) -> ObjectCons:
    values = flat(items)
    pairs: list[tuple[Expression, Expression]] = []
    separated = True
    for item in values[1:-1]:
        if type(item) is Token:
            separated = True
        elif separated:
            separated = False
            pairs.append(item)
        else:
            raise wrong("expected a new line or a comma before this", first_of(item[0].span))
    return ObjectCons(tuple(pairs), values[0].span().to(values[-1].span()))


def _pair(items: list[Any]) -> tuple[Expression, Expression]:
    key, _, value = items
    at = key.span
    match key:
        case Name(name) if _width(at) == len(name):
            key = Template((literal(name),), at)
        case Literal(bool() | None as value_of) if _width(at) == len(name := _spelled(value_of)):
            key = Template((name,), at)
    return key, value


def _width(span: Span) -> int:
    return span.end_column - span.column if span.line == span.end_line else -1


def _spelled(value: bool | None) -> str:  # noqa: FBT001 - a value of the language
    return "null" if value is None else str(value).lower()


def _binary(items: list[Any]) -> Binary:
    left, (operator, right) = items[0], items[1]
    return Binary(operator.value, left, right, left.span.to(right.span))


def _unary(items: list[Any]) -> Expression:
    sign, operand = items
    result: Expression = operand
    for operator, offset in reversed(sign.unary):
        result = Unary(operator, result, sign.text.span(offset, offset + 1).to(result.span))
    return result


def _conditional(items: list[Any]) -> Conditional:
    condition, _, then, _, otherwise = items
    return Conditional(condition, then, otherwise, condition.span.to(otherwise.span))


def _intro(items: list[Any]) -> _Intro:
    names = [item.value for item in items if is_token(item, "NAME")]
    return _Intro(names[0] if len(names) > 1 else None, names[-1], items[-2])


def _for(items: list[Any]) -> For:
    opening, intro, *rest, closing = items
    values = [item for item in rest if type(item) is not Token and type(item) is not _If]
    condition = next((item.condition for item in rest if type(item) is _If), None)
    group = any(is_token(item, "ELLIPSIS") for item in rest)
    key_result = values[0] if len(values) > 1 else None
    at = opening.span().to(closing.span())
    return For(intro.key, intro.value, intro.collection, key_result, values[-1], condition, group, at)


@dataclass(frozen=True, slots=True)
class _If:
    """``if condition`` at the end of a ``for``."""

    condition: Expression


def _if(items: list[Any]) -> _If:
    return _If(items[1])


def _newline(items: list[Any]) -> Token:
    newline: Token = items[0][0]
    return newline


_BUILDERS: Mapping[str, Callable[[list[Any]], Any]] = {
    "new_line_or_comment": _newline,
    "body": body_of,
    "attribute": attribute_of,
    "block": block_of,
    "expr_term": _term,
    "string": _string,
    "interpolation": _interpolation,
    "template_if_start": _directive,
    "template_else": _directive,
    "template_endif": _directive,
    "template_for_start": _directive,
    "template_endfor": _directive,
    "function_call": _call,
    "arguments": flat,
    "tuple": _tuple,
    "object": _object,
    "object_elem": _pair,
    "index_expr_term": stepped,
    "get_attr_expr_term": stepped,
    "braces_index": key_step,
    "short_index": old_step,
    "get_attr": name_step,
    "attr_splat": splat_steps,
    "full_splat": splat_steps,
    "attr_splat_expr_term": splat,
    "full_splat_expr_term": splat,
    "binary_op": _binary,
    "binary_term": tuple,
    "unary_op": _unary,
    "conditional": _conditional,
    "for_intro": _intro,
    "for_tuple_expr": _for,
    "for_object_expr": _for,
    "for_cond": _if,
}
