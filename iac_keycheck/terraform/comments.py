"""The comments of a file, and nothing that only looks like one."""

from __future__ import annotations

import re
from functools import cache

from iac_keycheck.terraform.lexis import INLINE_COMMENT, LINE_COMMENT
from iac_keycheck.terraform.slices import heredoc, string
from iac_keycheck.terraform.syntax import Comment
from iac_keycheck.terraform.text import Text

_DEPTH = 4


@cache
def _to_comment() -> re.Pattern[str]:
    """What there is up to the next comment, and that comment."""
    return re.compile(
        rf'(?:[^"\#/<]++|/(?![/*])|<(?!<)|{string(_DEPTH)}|{heredoc(1)})*+({LINE_COMMENT}|{INLINE_COMMENT})'
    )


def comments(text: Text) -> tuple[Comment, ...]:
    """The comments of HCL text in order, up to the first place that is no HCL. Those inside templates are left out."""
    found: list[Comment] = []
    position = 0
    while match := _to_comment().match(text.text, position):
        position = match.end()
        found.append(Comment(_content(match[2]), text.span(match.start(2), position)))
    return tuple(found)


def _content(comment: str) -> str:
    if comment.startswith("/*"):
        return comment[2:-2].strip()
    return comment.removeprefix("//").removeprefix("#").strip()
