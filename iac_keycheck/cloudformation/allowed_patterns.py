"""``AllowedPattern``: regular expressions of Java, as far as those of Python tell what they match."""

from __future__ import annotations

import math
import re
import warnings

from iac_keycheck.expressions import expression

TRIES = 16
"""Doublings of the work of a match that may be needed for a group that is repeated."""
LONGEST = 4096
"""Characters of a pattern, and of a text, that are looked at."""

_REPEATED_GROUP = expression(r"\)(?:[*+]|\{\d*,\d*\})")
# What Java reads otherwise: quoted text, sets in sets and what they have in common, white space that does not count.
_OF_JAVA = ("\\Q", "[[", "&&", "(?x")
_RANGE = expression(r"bad character range [^\\]+$")
_UNCLOSED = ("unterminated character set", "missing ), unterminated subpattern", "unbalanced parenthesis")


def matches(pattern: str, written: str) -> bool:
    """Whether a text matches as a whole; what cannot be tried, or not in bounded time, counts as matching."""
    bound = LONGEST
    if _REPEATED_GROUP.search(pattern):
        bound = int(TRIES / math.log2(pattern.count("|") + 2))
    if len(written) > bound:
        return True
    compiled = _compiled(pattern)
    return not isinstance(compiled, re.Pattern) or compiled.fullmatch(written) is not None


def slip_in(pattern: str) -> str:
    """What makes a pattern none in Java as well; empty where nothing is known to."""
    error = _compiled(pattern) if len(pattern) <= LONGEST else None
    if not isinstance(error, re.error) or any(word in pattern for word in _OF_JAVA):
        return ""
    before, here = pattern[: error.pos or 0][-1:], pattern[error.pos or 0 :][:1]
    dangling = error.msg == "nothing to repeat" and here in {"*", "+", "?"} and before in {"", "(", "|"}
    twice = error.msg == "multiple repeat" and here == "*" and before in {"*", "+", "?"}
    if dangling or twice or error.msg in _UNCLOSED or _RANGE.match(error.msg):
        return f"{error.msg} at {error.pos}"
    return ""


def _compiled(pattern: str) -> re.Pattern[str] | re.error | None:
    """The pattern, or what is wrong with it; None where Python cannot tell, or reads it otherwise one day."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return re.compile(pattern, re.ASCII)
        except re.error as error:
            return error
        except (Warning, ValueError, OverflowError, RecursionError):
            return None
