"""HCL cut into its items, blocks and arguments, by brackets, strings, heredocs and comments alone.

It shares nothing with the program's own scanner, so that a slip of one is not repeated by the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

_HEREDOC: Final = re.compile(r"<<-?([A-Za-z_][\w-]*)\r?\n")
_HEADER: Final = re.compile(r'\s*([A-Za-z_][\w-]*)((?:\s+(?:"[^"\n]*"|[A-Za-z_][\w-]*))*)\s*\{')
_ARGUMENT: Final = re.compile(r'\s*(?:"([^"]*)"|([A-Za-z_][\w-]*))\s*=(?![=>])')
_COMMENT: Final = re.compile(r"[ \t]*((#|//)[^\n]*)?\r?\n")
_LABEL: Final = re.compile(r'"([^"\n]*)"|([A-Za-z_][\w-]*)')


class NotUnderstood(Exception):
    """Text that is cut in no simple way: the change does not apply."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a body with the comments before it.

    A block has ``labels`` and a ``body``, an argument an ``expression``.
    """

    lead: str
    text: str
    name: str
    labels: tuple[str, ...] = ()
    body: str | None = None
    expression: str = ""


def items(text: str) -> list[Item]:
    """The items of a body, in order. What follows the last one is given up."""
    found, lead, start, at, depth = list[Item](), "", 0, 0, 0
    while at < len(text):
        step = _past(text, at)
        char = text[at]
        if step == at + 1:
            depth += (char in "{[(") - (char in "}])")
            if depth < 0:
                raise NotUnderstood(text[start:at])
        at = step
        if depth == 0 and (char == "\n" or at == len(text) or text[at - 1] == "\n"):
            piece = text[start:at]
            start = at
            if not without_comments(piece).strip():
                lead += piece
            else:
                found.append(_item(lead, piece if piece.endswith("\n") else piece + "\n"))
                lead = ""
    if depth or without_comments(text[start:]).strip():
        raise NotUnderstood(text[start:])
    return found


def _item(lead: str, text: str) -> Item:
    bare = without_comments(text)
    if header := _HEADER.match(bare):
        labels = tuple(one or two for one, two in _LABEL.findall(header[2]))
        start, end = _inside(text)
        return Item(lead, text, header[1], labels, text[start:end])
    if argument := _ARGUMENT.match(bare):
        return Item(lead, text, argument[1] or argument[2], expression=bare[argument.end() :].strip())
    raise NotUnderstood(text)


def _first_brace(text: str) -> int:
    at = 0
    while text[at] != "{":
        at = _past(text, at)
    return at


def _closing(text: str, opened: int) -> int:
    at, depth = opened, 0
    while at < len(text):
        step = _past(text, at)
        if step == at + 1:
            depth += (text[at] in "{[(") - (text[at] in "}])")
            if depth == 0:
                return at
        at = step
    raise NotUnderstood(text)


def _inside(text: str) -> tuple[int, int]:
    """Where the body of a block starts, after a comment on the line of its header, and where it ends."""
    opened = _first_brace(text)
    comment = _COMMENT.match(text, opened + 1)
    return comment.end() if comment else opened + 1, _closing(text, opened)


def with_body(item: Item, body: str) -> str:
    """The text of a block with another body."""
    start, end = _inside(item.text)
    head = item.text[:start]
    return f"{item.lead}{head if head.endswith(chr(10)) else head + chr(10)}{body}{item.text[end:]}"


def without_comments(text: str) -> str:
    """The text without comments that stand outside of strings."""
    out, at = list[str](), 0
    while at < len(text):
        step = _past(text, at)
        comment = text[at] == "#" or text.startswith(("//", "/*"), at)
        if not comment:
            out.append(text[at:step])
        elif text[step - 1] == "\n":
            out.append("\n")
        at = step
    return "".join(out)


def _past(text: str, at: int) -> int:
    """Past the string, heredoc or comment that starts here, or past one character."""
    if text[at] == '"':
        return _past_string(text, at)
    if text[at] == "#" or text.startswith("//", at):
        end = text.find("\n", at)
        return len(text) if end < 0 else end + 1
    if text.startswith("/*", at):
        end = text.find("*/", at)
        return len(text) if end < 0 else end + 2
    if heredoc := _HEREDOC.match(text, at):
        close = re.compile(rf"(?m)^[ \t]*{heredoc[1]}[ \t]*\r?$").search(text, heredoc.end())
        if close is None:
            raise NotUnderstood(text[at:])
        return close.end()
    return at + 1


def _past_string(text: str, at: int) -> int:
    at += 1
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == '"':
            return at + 1
        elif text.startswith(("$${", "%%{"), at):
            at += 3
        elif text.startswith(("${", "%{"), at):
            at = _closing(text, at + 1) + 1
        else:
            at += 1
    raise NotUnderstood(text)


_LITERAL: Final = re.compile(
    r'\s*(?:(true|false|null)\b|(-?\d+(?:\.\d+)?)(?![\w.])|"((?:[^"\\$%]|\\["\\nt])*)"|([\[{]))'
)
_KEY: Final = re.compile(r'[\s,]*(?:"([^"\\$%]*)"|([A-Za-z_][\w-]*))\s*[=:]')
_WORDS: Final = {"true": True, "false": False, "null": None}


def literal(text: str) -> Any:  # noqa: ANN401 — JSON
    """The value of an expression that is a constant; raises `NotUnderstood`."""
    value, end = _literal(text, 0)
    if text[end:].strip():
        raise NotUnderstood(text)
    return value


def _literal(text: str, at: int) -> tuple[Any, int]:
    found = _LITERAL.match(text, at)
    if found is None:
        raise NotUnderstood(text[at:])
    at = found.end()
    if found[1]:
        return _WORDS[found[1]], at
    if found[2]:
        return (float(found[2]) if "." in found[2] else int(found[2])), at
    if found[4] == "[":
        values = list[Any]()
        while not (end := re.compile(r"[\s,]*\]").match(text, at)):
            value, at = _literal(text, re.compile(r"[\s,]*").match(text, at).end())  # type: ignore[union-attr]
            values.append(value)
        return values, end.end()
    if found[4] == "{":
        members = dict[str, Any]()
        while not (end := re.compile(r"[\s,]*\}").match(text, at)):
            key = _KEY.match(text, at)
            if key is None:
                raise NotUnderstood(text[at:])
            members[key[1] if key[1] is not None else key[2]], at = _literal(text, key.end())
        return members, end.end()
    return re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), found[3]), at
