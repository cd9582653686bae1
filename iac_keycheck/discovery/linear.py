"""Makes the regular expressions of ignore patterns fast on every path: each takes time in proportion to its length.

A pattern with many stars (``*a*a*a*b``) comes from whoever wrote the scanned tree, and tries every way to share a name
among its stars before it fails. All but the last star of a name may take as little as they can, for good: what is
between two stars is of fixed length, so the leftmost place leaves the most to what follows. The same holds for ``**``
and names. Python's atomic groups say so. Nor does a class take a slash, as git has it.
"""

from __future__ import annotations

from iac_keycheck.expressions import expression

# Pieces of the expressions that pathspec makes of patterns.
_STAR = r"\[\^/\]\*"
_DEEP = r"(?:/.+)?"
_CLASS = r"\[\^?\]?(?:\\.|[^\]\\])*\](?![*+])"
_ONE = rf"(?:\\.|(?:\(\?!/\))?{_CLASS}|[^/()\\\[\]*+?$^|])"
_STARS = expression(rf"(?:{_STAR}){{2,}}")
_BETWEEN = expression(rf"{_STAR}({_ONE}+)(?={_STAR})")
_CLASSES = expression(rf"\\.|{_CLASS}")


def linear(expression: str) -> str:
    """An expression that finds the same paths."""
    inside = _CLASSES.sub(lambda found: found[0] if found[0][0] == "\\" else f"(?!/){found[0]}", expression)
    shorter = _STARS.sub(lambda _: "[^/]*", inside)
    once = _BETWEEN.sub(lambda match: f"(?>[^/]*?{match[1]})", shorter)
    first, *deep = once.split(_DEEP)
    if len(deep) < 2:  # noqa: PLR2004 — only the last may have to try again
        return once
    return f"{first}{''.join(f'(?>(?:/.+?)??{part}(?=/))' for part in deep[:-1])}{_DEEP}{deep[-1]}"
