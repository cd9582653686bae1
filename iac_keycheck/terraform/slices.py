"""Where the top-level blocks and attributes of a file begin and end, found without parsing them."""

from __future__ import annotations

import re
from functools import cache

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.terraform.lexis import INLINE_COMMENT, LINE_CHUNK, LINE_COMMENT, NAME, QUOTED_CHUNK, SPACE, WIDE_GAP

_DEPTH = 2
"""How deep strings in templates in strings are followed by one regular expression; what is deeper is for the parser."""


def string(depth: int) -> str:
    """A quoted string with templates in it, strings in those, and so on for so many levels."""
    return rf'"(?:{QUOTED_CHUNK}|[$%]\{{{_code(depth)}\}})*+"'


def _code(depth: int) -> str:
    """What stands in brackets whose ends are counted, comments and strings included."""
    inner = rf"|{string(depth - 1)}|\{{{_code(depth - 1)}\}}" if depth else ""
    return rf'(?:[^"{{}}\#/<]++|/(?![/*])|<(?!<)|{INLINE_COMMENT}|{LINE_COMMENT}{inner})*+'


_INDENT = f"[{SPACE}]*+".replace("\n", "")
_MARKER = rf"{_INDENT}\{{group}}{_INDENT}\n"
_HEREDOC_LINE = rf"(?:{LINE_CHUNK}|[$%]\{{{_code(2)}\}})*+\n"


def heredoc(group: int) -> str:
    """A heredoc from ``<<`` to its closing marker, which is the regex's ``group``-th group."""
    marker = rf"{_INDENT}\{group}"
    return rf"<<-?({NAME})\r?\n(?:(?!{marker}{_INDENT}\n){_HEREDOC_LINE})*+{marker}(?={_INDENT}\n)"


_LABEL = rf'(?:[ \t]*+"([^"\\$%\r\n]*+)"|[ \t]++({NAME}))?'
_HEADER = expression(rf"{WIDE_GAP}(?:({NAME}){_LABEL}{_LABEL}[ \t]*+(?:(\{{)|=(?!=))|(\Z))")
_COMMENT = rf"|{LINE_COMMENT}|{INLINE_COMMENT}"


def _flat(*, whole: bool) -> str:
    """What stands between brackets besides plain text, in full; or, which is soon compiled, without what is rare.

    What the short expression matches, the long one matches in the same way: each begins with other characters than
    all else.
    """
    if whole:
        return rf"|/(?![/*])|<(?!<)|{string(_DEPTH)}|{heredoc(1)}"
    return rf"|/(?![/*])|<(?!<)|{string(0)}|(?!)()"


@cache
def _block_rest(*, whole: bool) -> re.Pattern[str]:
    """What follows in a block up to the next brace."""
    return re.compile(rf'(?:[^"{{}}\#/<]++{_flat(whole=whole)}{_COMMENT})*+([{{}}])')


@cache
def _value_rest(*, bracketed: bool, whole: bool) -> re.Pattern[str]:
    """What follows in a value up to the next bracket; outside of brackets also to a comment or the end of the line."""
    if bracketed:
        return re.compile(rf'(?:[^"{{}}()\[\]\#/<]++{_flat(whole=whole)}{_COMMENT})*+([{{}}()\[\]])')
    stop = rf"[{{}}()\[\]]|{INLINE_COMMENT}|(?=\n|\#|//|\Z)"
    return re.compile(rf'(?:[^"{{}}()\[\]\#/<\n]++{_flat(whole=whole)})*+({stop})')


@dataclass(frozen=True, slots=True)
class BlockSlice:
    """A top-level block at ``text[start:end]``, from its type to its closing brace."""

    type: str
    labels: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AttributeSlice:
    """A top-level ``name = value`` at ``text[start:end]``."""

    name: str
    start: int
    end: int


def slices(text: str) -> tuple[BlockSlice | AttributeSlice, ...] | None:
    """The parts of a file in order, or nothing where the file has to be parsed as a whole.

    That is so for text that is no HCL, and for what is legal and rare: escapes in labels, comments in headers,
    blocks with three labels, strings and templates inside each other deeper than is followed here.
    """
    found: list[BlockSlice | AttributeSlice] = []
    position = 1 if text.startswith("\ufeff") else 0
    while True:
        header = _HEADER.match(text, position)
        if header is None:
            return None
        name, quoted, bare, second_quoted, second_bare, brace, at_end = header.groups()
        if at_end is not None:
            return tuple(found)
        first = bare if quoted is None else quoted
        second = second_bare if second_quoted is None else second_quoted
        start = header.start(1)
        if brace is not None:
            end = _block_end(text, header.end())
        elif first is None:
            end = _value_end(text, header.end())
        else:
            return None
        if end is None:
            return None
        if brace is None:
            found.append(AttributeSlice(name, start, end))
        else:
            labels = () if first is None else (first,) if second is None else (first, second)
            found.append(BlockSlice(name, labels, start, end))
        position = end


def _block_end(text: str, position: int) -> int | None:
    """Where the block ends whose body begins here."""
    match, depth = _block_rest(whole=False).match, 1
    while depth:
        rest = match(text, position) or _block_rest(whole=True).match(text, position)
        if rest is None:
            return None
        depth += 1 if rest[2] == "{" else -1
        position = rest.end()
    return position


def _value_end(text: str, position: int) -> int | None:
    """Where the value ends that begins here: on a line that ends in no bracket, before the comments there."""
    end = position
    depth = 0
    while True:
        bracketed = depth > 0
        rest = _value_rest(bracketed=bracketed, whole=False).match(text, position)
        if rest is None:
            rest = _value_rest(bracketed=bracketed, whole=True).match(text, position)
        if rest is None:
            return None
        stop = rest[2]
        if depth == 0 and (content := text[position : rest.start(2)].rstrip(" \t\r")):
            end = position + len(content)
        position = rest.end()
        if not stop:
            return end
        if stop in "{[(":
            depth += 1
        elif stop in "}])":
            depth -= 1
            end = position
        if depth < 0:
            return None
