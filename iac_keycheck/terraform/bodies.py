"""Bodies, attributes and blocks, made of what the grammar found in them.

The grammar lets lines end where the language does not; what Terraform refuses of that is refused here.
"""

from __future__ import annotations

from iac_keycheck.source import Span
from iac_keycheck.terraform.rule_values import first_of, flat, is_token
from iac_keycheck.terraform.syntax import Attribute, Block, Body, Template
from iac_keycheck.terraform.templates import literal
from iac_keycheck.terraform.text import wrong
from iac_keycheck.terraform.tokens import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def body_of(items: list[Any]) -> Body:
    """A body: each member on lines of its own, each attribute once."""
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    end_line = 0
    for member in flat(items):
        if type(member) is Token:
            continue
        if member.span.line == end_line:
            raise wrong("expected a new line before this", first_of(member.span))
        end_line = member.span.end_line
        if type(member) is Block:
            blocks.append(member)
        elif member.name in attributes:
            line = attributes[member.name].span.line
            raise wrong(f"“{member.name}” is set twice in this block, first in line {line}", member.name_span)
        else:
            attributes[member.name] = member
    return Body(attributes, tuple(blocks))


def attribute_of(items: list[Any]) -> Attribute:
    """``name = expression``."""
    name, _, expression = flat(items)
    at = name.span()
    _check_bare(name, at)
    return Attribute(name.value, expression, at.to(expression.span), at)


def block_of(items: list[Any]) -> Block:
    """``type "label" { … }``."""
    *header, opening, body, closing = flat(items)
    if is_token(header[-1], "NL_OR_COMMENT"):
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
