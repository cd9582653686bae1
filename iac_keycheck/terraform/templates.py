"""String templates: from pieces of text, interpolations and directives to `Template` nodes.

Escapes, heredoc indentation and strip markers are HCL's: a marker eats the space of one piece of literal text only,
and in a heredoc each line is a piece.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.source import Span
from iac_keycheck.terraform.lexis import SPACE
from iac_keycheck.terraform.syntax import Expression, Template, TemplateFor, TemplateIf
from iac_keycheck.terraform.text import wrong
from iac_keycheck.terraform.tokens import MAX_DEPTH, Token

_Part = str | Expression | TemplateIf | TemplateFor

_ESCAPES = expression(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|(?:\$\$++|%%++)\{?+", re.DOTALL)
_PLAIN_ESCAPES = expression(r"(?:\$\$++|%%++)\{?+")
_CONTROL = {"\\n": "\n", "\\r": "\r", "\\t": "\t", '\\"': '"', "\\\\": "\\"}
_HIGHEST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Interpolation:
    """``${ expression }``; the flags are its strip markers."""

    expression: Expression
    strip_before: bool
    strip_after: bool


@dataclass(frozen=True, slots=True)
class Directive:
    """``%{ … }``: ``kind`` is if, else, endif, for or endfor; ``expression`` the condition or the collection."""

    kind: str
    expression: Expression | None
    key: str | None
    value: str
    strip_before: bool
    strip_after: bool
    span: Span


Piece = Token | Interpolation | Directive


def template(pieces: Sequence[Piece], span: Span, opener: str) -> Template:
    """The template of pieces in source order; ``opener`` is its quote, its ``<<`` line, or nothing in JSON."""
    items = _stripped(pieces, quoted=opener == '"')
    if opener.startswith("<<-"):
        items = _unindented(items)
    return Template(_nested(items), span)


def literal(text: str) -> str:
    """Literal text as Terraform holds it: composed by Unicode's rules."""
    if text.isascii():
        return text
    from unicodedata import normalize  # noqa: PLC0415 — most texts are plain ASCII

    return normalize("NFC", text)


_Item = str | Interpolation | Directive


def _stripped(pieces: Sequence[Piece], *, quoted: bool) -> list[_Item]:
    items: list[_Item] = []
    strip = False
    for piece in pieces:
        if isinstance(piece, Token):
            text = _unescaped(piece, quoted=quoted)
            items.append(text.lstrip(SPACE) if strip else text)
            strip = False
            continue
        if piece.strip_before and items and isinstance(items[-1], str):
            items[-1] = items[-1].rstrip(SPACE)
        items.append(piece)
        strip = piece.strip_after
    return items


def _unescaped(piece: Token, *, quoted: bool) -> str:
    pattern = _ESCAPES if quoted else _PLAIN_ESCAPES

    def character(match: re.Match[str]) -> str:
        found = match[0]
        if found[0] != "\\":
            return found[1:] if found.endswith("{") else found
        if found in _CONTROL:
            return _CONTROL[found]
        digits = found[2:]
        if not digits or (code := int(digits, 16)) > _HIGHEST or code in _SURROGATES:
            start = piece.start + match.start()
            raise piece.text.error(f"“{found}” is no escape sequence", start, start + len(found))
        return chr(code)

    return pattern.sub(character, piece.value)


def _unindented(items: list[_Item]) -> list[_Item]:
    """Without the smallest indentation of the lines that begin with literal text, as ``<<-`` asks for."""
    starts: list[int] = []
    smallest: int | None = None
    line_start = True
    for index, item in enumerate(items):
        text = item if isinstance(item, str) else None
        if line_start:
            line_start = False
            if text is None:
                smallest = 0
            elif text.lstrip(SPACE) or not text.endswith("\n"):
                starts.append(index)
                spaces = len(text) - len(text.lstrip(SPACE))
                smallest = spaces if smallest is None else min(smallest, spaces)
        if text is not None and text.endswith("\n"):
            line_start = True
    out = list(items)
    for index in starts:
        line = items[index]
        if isinstance(line, str):
            out[index] = line[smallest or 0 :]
    return out


@dataclass(slots=True)
class _Open:
    """A directive whose end has not come yet, or the template itself."""

    directive: Directive | None
    parts: list[_Part]
    then: list[_Part] | None = None


def _nested(items: Sequence[_Item]) -> tuple[_Part, ...]:
    stack = [_Open(None, [])]
    for item in items:
        top = stack[-1]
        if isinstance(item, str):
            if top.parts and isinstance(top.parts[-1], str):
                top.parts[-1] += literal(item)
            else:
                top.parts.append(literal(item))
        elif isinstance(item, Interpolation):
            top.parts.append(item.expression)
        else:
            _directive(stack, item)
    if (still_open := stack[-1].directive) is not None:
        raise wrong(f"this {still_open.kind} directive has no end{still_open.kind}", still_open.span)
    return _without_empty(stack[0].parts)


def _directive(stack: list[_Open], item: Directive) -> None:
    top = stack[-1]
    begun = top.directive.kind if top.directive else ""
    match item.kind:
        case "if" | "for":
            if len(stack) > MAX_DEPTH:
                raise wrong("nested too deeply to be read", item.span, "too-deep")
            stack.append(_Open(item, []))
        case "else" if begun == "if" and top.then is None:
            top.then, top.parts = top.parts, []
        case "endif" | "endfor" if begun == item.kind.removeprefix("end"):
            stack.pop()
            stack[-1].parts.append(_closed(top, item.span))
        case _:
            raise wrong(f"this {item.kind} directive belongs to no open if or for", item.span)


def _closed(opened: _Open, end: Span) -> TemplateIf | TemplateFor:
    begin = opened.directive
    if begin is None or begin.expression is None:
        raise AssertionError("only if and for directives are opened")
    parts, span = _without_empty(opened.parts), begin.span.to(end)
    if begin.kind == "for":
        return TemplateFor(begin.key, begin.value, begin.expression, parts, span)
    if opened.then is None:
        return TemplateIf(begin.expression, parts, (), span)
    return TemplateIf(begin.expression, _without_empty(opened.then), parts, span)


def _without_empty(parts: list[_Part]) -> tuple[_Part, ...]:
    """Without empty text, unless an interpolation would then stand alone and pass its value on unconverted."""
    kept = tuple(part for part in parts if part != "")
    return tuple(parts) if len(kept) == 1 and not isinstance(kept[0], str) else kept

