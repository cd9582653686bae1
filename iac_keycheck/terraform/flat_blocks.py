"""Blocks of nothing but plain arguments, one a line, which most variables are.

They are read several times as fast as by the grammar, to the same nodes: a test compares them.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from iac_keycheck.expressions import expression
from iac_keycheck.source import Span
from iac_keycheck.terraform.syntax import Attribute, Block, Body, Expression, GetAttr, Literal, Name, Template
from iac_keycheck.terraform.text import Text

_NAME = r"[A-Za-z_][\w-]*+"
_HEADER = expression(rf'({_NAME})((?:[ \t]++"[^"\\$%\r\n]*+")*+)[ \t]*+\{{[ \t]*+(?:\n|(?=\}}))', re.ASCII)
_LABEL = expression(r'"([^"]*)"')
_LINE = expression(
    rf"""[ \t]*+(?:
      ({_NAME})[ \t]*+=[ \t]*+(?:"([^"\\$%\r\n]*+)"|({_NAME})((?:\.{_NAME})*+)|([0-9]{{1,15}}+))[ \t]*+
    | (?:\#|//)[^\n]*+
    )?\n""",
    re.ASCII | re.VERBOSE,
)
_END = expression(r"[ \t]*+\}")
_NAMED = {"true": True, "false": False, "null": None}


def flat_block(text: Text, start: int, end: int) -> Block | None:
    """The block in ``text[start:end]``, where it is as plain as that; nothing where the grammar is to read it."""
    source, path = text.text, text.path
    header = _HEADER.match(source, start, end)
    if header is None or text.offsets is not None or not source.isascii():
        return None
    attributes: dict[str, Attribute] = {}
    first = line = bisect_right(text.starts, start)
    column = text.starts[line - 1] - 1
    position = header.end()
    if source[position - 1] == "\n":
        line += 1
    while (match := _LINE.match(source, position, end)) is not None:
        name = match[1]
        if name is not None:
            if name in attributes:
                return None
            before = position - 1
            value = _value(match, path, line, before)
            at = match.start(1) - before
            name_span = Span(path, line, at, line, at + len(name))
            span = Span(path, line, at, line, value.span.end_column)
            attributes[name] = Attribute(name, value, span, name_span)
        position = match.end()
        line += 1
    closing = _END.match(source, position, end)
    if closing is None or closing.end() != end:
        return None
    begin = start - column
    span = Span(path, first, begin, line, end - text.starts[line - 1] + 1)
    labels = tuple(_LABEL.findall(header[2]))
    head = Span(path, first, begin, first, begin + header.end(2) - start)
    return Block(header[1], labels, Body(attributes, ()), span, head)


def _value(match: re.Match[str], path: str, line: int, before: int) -> Expression:
    """The value of an argument in a line that begins after the offset ``before``."""
    _, quoted, root, steps, digits = match.groups()
    if quoted is not None:
        start, end = match.span(2)
        span = Span(path, line, start - 1 - before, line, end + 1 - before)
        return Template((quoted,) if quoted else (), span)
    if digits is not None:
        start, end = match.span(5)
        return Literal(int(digits), Span(path, line, start - before, line, end - before))
    start, end = match.span(3)
    column, end = start - before, end - before
    span = Span(path, line, column, line, end)
    value: Expression = Literal(_NAMED[root], span) if root in _NAMED else Name(root, span)
    for step in steps.split(".")[1:]:
        end += len(step) + 1
        value = GetAttr(value, step, Span(path, line, column, line, end))
    return value
