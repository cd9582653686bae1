"""What the smallest parts of the Terraform language look like: pieces of regular expressions, and numbers."""

from __future__ import annotations

from iac_keycheck.deciding.values import Number, Refused
from iac_keycheck.terraform.number import parse

SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000"
)
"""The characters that strip markers, heredoc markers and indentation count as space (no piece of an expression)."""

NAME = r"(?:[^\W\d]|[^\x00-\x7f])(?:[\w-]|[^\x00-\x7f])*+"
"""A name; one that is not ASCII has to be looked at more closely."""

INLINE_COMMENT = r"/\*(?s:.)*?\*/"
LINE_COMMENT = r"(?:\#|//)[^\n]*+"

GAP = rf"[ \t]*+(?:{INLINE_COMMENT}[ \t]*+)*+"
"""What may stand between two tokens of one line."""

WIDE_GAP = rf"(?:[ \t\r\n]++|{INLINE_COMMENT}|{LINE_COMMENT})*+"
"""What may stand between two tokens where a newline means nothing."""

_ESCAPED = r"\$\$++\{?+|%%++\{?+|\$(?![{$])|%(?![{%])"
"""``$`` and ``%`` that begin no template sequence: alone, or doubled before a brace."""

QUOTED_CHUNK = rf'(?:[^"\\$%\r\n]++|\\[^\r\n]|{_ESCAPED})'
"""A bit of a quoted string that is no template sequence."""

LINE_CHUNK = rf"(?:[^$%\n]++|{_ESCAPED})"
"""A bit of a heredoc's line that is no template sequence."""


def number(text: str) -> Number | None:
    """The number that a text of digits, point and exponent is; nothing where it is too large to be worked with."""
    if text.isdigit() and len(text) < _FEW:
        return int(text)
    try:
        return parse(text)
    except Refused:
        return None


_FEW = 100
"""Whole numbers of fewer digits are what they look like."""
