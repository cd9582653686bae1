"""What each rule of python-hcl2's grammar makes: functions from the values of its symbols to `syntax` nodes.

The grammar takes more than the language in a few places (newlines, quoted names); what Terraform refuses of that is
refused here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from iac_keycheck.source import Span
from iac_keycheck.terraform.syntax import (
    Attribute,
    Binary,
    Block,
    Body,
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
    TupleCons,
    Unary,
)
from iac_keycheck.terraform.templates import Directive, Interpolation, literal, template
from iac_keycheck.terraform.text import wrong
from iac_keycheck.terraform.tokens import Token

_NAMED: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_MAX_DIGITS = 2000


def builder(rule: str, size: int) -> Callable[[list[Any]], Any] | None:
    """The function for a rule of so many symbols; nothing for one that passes its only value on."""
    if rule.startswith("_"):
        return _several
    build = _BUILDERS.get(rule)
    if build is None and size != 1:
        raise AssertionError(f"python-hcl2's grammar has a rule “{rule}” that this module does not know")
    return build


class _Several(list[Any]):
    """Values that belong into the rule around."""


@dataclass(frozen=True, slots=True)
class _Step:
    """``.name``, ``[key]`` or ``.0`` (``old``), and where it ends."""

    key: str | Expression
    old: bool
    end: Span


@dataclass(frozen=True, slots=True)
class _Intro:
    """``for key, value in collection :``."""

    key: str | None
    value: str
    collection: Expression


def _several(items: list[Any]) -> _Several:
    """Values to be spliced; a repetition keeps adding to the list it began with."""
    first = items[0]
    out = first if type(first) is _Several else _Several([first])
    for item in items[1:]:
        if type(item) is _Several:
            out.extend(item)
        else:
            out.append(item)
    return out


def _flat(items: list[Any]) -> list[Any]:
    return _several(items) if items else items


def _is(item: object, kind: str) -> bool:
    return type(item) is Token and item.type == kind


# Bodies


def _body(items: list[Any]) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    end_line = 0
    for member in _flat(items):
        if type(member) is Token:
            continue
        if member.span.line == end_line:
            raise wrong("expected a new line before this", _start(member.span))
        end_line = member.span.end_line
        if type(member) is Block:
            blocks.append(member)
        elif member.name in attributes:
            line = attributes[member.name].span.line
            raise wrong(f"“{member.name}” is set twice in this block, first in line {line}", member.name_span)
        else:
            attributes[member.name] = member
    return Body(attributes, tuple(blocks))


def _attribute(items: list[Any]) -> Attribute:
    name, _, expression = _flat(items)
    at = name.span()
    _check_bare(name, at)
    return Attribute(name.value, expression, at.to(expression.span), at)


def _block(items: list[Any]) -> Block:
    *header, opening, body, closing = _flat(items)
    if _is(header[-1], "NL_OR_COMMENT"):
        raise wrong("expected “{” on the same line as the block's type and labels", header[-1].span())
    at = header[0].span()
    _check_bare(header[0], at)
    labels = tuple(_label(item) for item in header[1:])
    if len(header) > 1:
        at = at.to(header[-1].span() if type(header[-1]) is Token else header[-1].span)
    block = Block(header[0].value, labels, body, at.to(closing.span()), at)
    _check_lines(block, opening.span().line, closing.span())
    return block


def _check_lines(block: Block, line: int, closing: Span) -> None:
    """Refuses members on the lines of the braces, unless it is one argument and all is on one line."""
    members: tuple[Attribute | Block, ...] = (*block.body.attributes.values(), *block.body.blocks)
    if any(member.span.line == line for member in members):
        if len(members) > 1 or block.body.blocks or closing.line != members[0].span.end_line:
            raise wrong("a block on one line holds one argument and no block; put each on its own line", block.header)
    elif any(member.span.end_line == closing.line for member in members):
        raise wrong("expected a new line before this", closing)


def _label(item: Token | Template) -> str:
    if isinstance(item, Token):
        return literal(item.value[1:-1]) if item.value.startswith('"') else item.value
    match item.parts:
        case ():
            return ""
        case (str(text),):
            return text
        case _:
            raise wrong("a block's label is plain text, without templates", item.span)


def _check_bare(name: Token, at: Span) -> None:
    if name.value.startswith('"'):
        raise wrong("the name of an argument or block must not be quoted", at)
    if "::" in name.value:
        raise wrong("“::” belongs in the names of functions only", at)


def _start(span: Span) -> Span:
    return Span(span.path, span.line, span.column, span.line, span.column + 1)


# Terms


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
            if len(value) > _MAX_DIGITS:
                raise wrong("a number with too many digits", at)
            return Literal(int(value) if item.type == "INT_LITERAL" else Decimal(value), at)
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
    opening, *pieces, closing = _flat(items)
    return template(pieces, opening.span().to(closing.span()), opening.value)


def _interpolation(items: list[Any]) -> Interpolation:
    opening, expression, closing = items
    return Interpolation(expression, opening.value.endswith("~"), closing.value.startswith("~"))


def _directive(items: list[Any]) -> Directive:
    opening, keyword, *inner, closing = items
    expression = next((item for item in inner if type(item) is not Token), None)
    names = [item.value for item in inner if _is(item, "NAME")]
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
    expand = bool(arguments) and _is(arguments[-1], "ELLIPSIS")
    values = tuple(item for item in arguments if type(item) is not Token)
    return Call(name.value, values, expand, name.span().to(closing.span()))


def _tuple(items: list[Any]) -> TupleCons:
    values = _flat(items)
    at = values[0].span().to(values[-1].span())
    return TupleCons(tuple(item for item in values if type(item) is not Token), at)


def _object(items: list[Any]) -> ObjectCons:
    values = _flat(items)
    pairs: list[tuple[Expression, Expression]] = []
    end_line = 0
    for item in values[1:-1]:
        if type(item) is Token:
            end_line = 0
            continue
        key, value = item
        if key.span.line == end_line:
            raise wrong("expected a new line or a comma before this", _start(key.span))
        end_line = value.span.end_line
        pairs.append(item)
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


def _bracketed(node: Splat) -> bool:
    return (node.span.line, node.span.column) < (node.source.span.line, node.source.span.column)


# Traversals


def _index(items: list[Any]) -> Expression:
    source, step = items
    return _stepped(source, step)


def _key_step(items: list[Any]) -> _Step:
    return _Step(items[1], old=False, end=items[2].span())


def _old_step(items: list[Any]) -> _Step:
    at = items[1].span()
    return _Step(Literal(int(items[1].value), at), old=True, end=at)


def _name_step(items: list[Any]) -> _Step:
    return _Step(items[1].value, old=False, end=items[1].span())


def _stepped(source: Expression, step: _Step) -> Expression:
    at = source.span.to(step.end)
    if isinstance(step.key, str):
        return GetAttr(source, step.key, at)
    return Index(source, step.key, at)


def _splat_steps(items: list[Any]) -> tuple[Token, list[_Step]]:
    marker, *steps = _flat(items)
    return marker, steps


def _splat(items: list[Any]) -> Expression:
    source, (marker, steps) = items
    full = marker.type == "FULL_SPLAT_START"
    count = len(steps)
    if not full:
        count = next((i for i, step in enumerate(steps) if not (step.old or isinstance(step.key, str))), count)
    end = steps[count - 1].end if count else marker.span()
    keys = tuple(step.key for step in steps[:count])
    if isinstance(source, Splat) and not _bracketed(source):
        if source.full:
            spread = Spread(keys, full, marker.span().to(end))
            end = steps[-1].end if steps else end
            inner = _spread(source.steps, (spread, *(step.key for step in steps[count:])))
            return Splat(source.source, inner, full=True, span=source.span.to(end))
        if not full:
            raise wrong("a splat cannot be used inside an attribute-only splat (“.*”)", marker.span())
    result: Expression = Splat(source, keys, full, source.span.to(end))
    for step in steps[count:]:
        result = _stepped(result, step)
    return result


_Steps = tuple[str | Expression | Spread, ...]


def _spread(steps: _Steps, more: _Steps) -> _Steps:
    """The steps of a full splat with more after them: they belong to the innermost full splat that is open."""
    if steps and isinstance(last := steps[-1], Spread) and last.full:
        span = last.span.to(more[-1].span) if isinstance(more[-1], Spread) else last.span
        return (*steps[:-1], Spread(_spread(last.steps, more), full=True, span=span))
    return (*steps, *more)


# Operators and loops


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
    names = [item.value for item in items if _is(item, "NAME")]
    return _Intro(names[0] if len(names) > 1 else None, names[-1], items[-2])


def _for(items: list[Any]) -> For:
    opening, intro, *rest, closing = items
    values = [item for item in rest if type(item) is not Token and type(item) is not _If]
    condition = next((item.condition for item in rest if type(item) is _If), None)
    group = any(_is(item, "ELLIPSIS") for item in rest)
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
    "body": _body,
    "attribute": _attribute,
    "block": _block,
    "expr_term": _term,
    "string": _string,
    "interpolation": _interpolation,
    "template_if_start": _directive,
    "template_else": _directive,
    "template_endif": _directive,
    "template_for_start": _directive,
    "template_endfor": _directive,
    "function_call": _call,
    "arguments": _flat,
    "tuple": _tuple,
    "object": _object,
    "object_elem": _pair,
    "index_expr_term": _index,
    "get_attr_expr_term": _index,
    "braces_index": _key_step,
    "short_index": _old_step,
    "get_attr": _name_step,
    "attr_splat": _splat_steps,
    "full_splat": _splat_steps,
    "attr_splat_expr_term": _splat,
    "full_splat_expr_term": _splat,
    "binary_op": _binary,
    "binary_term": tuple,
    "unary_op": _unary,
    "conditional": _conditional,
    "for_intro": _intro,
    "for_tuple_expr": _for,
    "for_object_expr": _for,
    "for_cond": _if,
}
