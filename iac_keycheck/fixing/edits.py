"""Edits of text: applied, and told by places instead of offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from iac_keycheck.findings import Edit
from iac_keycheck.source import Span

# A part of a text, from and up to an offset, and what takes its place.
Change = tuple[int, int, str]


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits, which do not overlap; what several ask for alike is done once."""
    lines = [0]
    lines += (found.end() for found in re.finditer("\n", text))
    for edit in sorted(dict.fromkeys(edits), key=lambda one: one.span, reverse=True):
        span = edit.span
        start, end = lines[span.line - 1] + span.column - 1, lines[span.end_line - 1] + span.end_column - 1
        text = text[:start] + edit.text + text[end:]
    return text


def edit(path: str, text: str, start: int, end: int, new: str) -> Edit:
    """What puts ``new`` in the place of ``text[start:end]``."""
    return Edit(Span(path, *_place(text, start), *_place(text, end)), new)


def offset(text: str, line: int, column: int) -> int:
    """How far into a text a place is."""
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at + column - 1


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
