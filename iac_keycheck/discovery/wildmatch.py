"""What git's wildcards mean, as regular expressions that take time in proportion to the length of a path.

A pattern with many stars (``*a*a*a*b``) comes from whoever wrote the scanned tree, and would try every way to share a
name among its stars before it fails. All but the last star of a name take as little as they can, for good: what is
between two stars is of fixed length, so the leftmost place leaves the most to what follows. The same holds for ``**``
and the names between two of them. Python's atomic groups say so.

Source: https://git-scm.com/docs/gitignore, and the order in which git's ``wildmatch.c`` reads brackets. No path has a
NUL, so that nothing here goes past one: many paths can be looked at in one text.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

_ANY: Final = r"[^/\0]"
_DEEP: Final = r"(?:[^\0]*/)?"
_SPECIAL: Final = frozenset(r"\.^$*+?{}[]()|/-#&~")
_CLASSES: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x01-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-\\/:-@\\[-`{-~",
    "space": " \\t-\\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def of_path(pattern: str) -> str:
    """The expression for whole paths, from where the pattern stands. Raises `ValueError` where it can match none."""
    parts: list[list[str]] = [[]]
    for name in _names(pattern):
        if len(name) > 1 and not name.strip("*"):
            # `**`, and more of them
            parts.append([])
        else:
            parts[-1].append(of_name(name))
    first, *inner = parts
    if not inner:
        return "/".join(first)
    *inner, last = inner
    begin = "".join(f"{name}/" for name in first)
    # what ends with `**` means all that lies inside
    end = _DEEP + "/".join(last) if last else r"[^\0]+"
    return begin + "".join(_leftmost("/".join(part)) for part in inner if part) + end


def _names(pattern: str) -> Iterator[str]:
    """What stands between slashes; those between brackets are no ends of names."""
    start = at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "/":
            yield pattern[start:at]
            start = at + 1
        at = _bracket(pattern, at + 1)[1] if char == "[" else at + 1 + (char == "\\")
    yield pattern[start:]


def _leftmost(part: str) -> str:
    return rf"(?>(?:[^\0]*?/)??{part}/)"


def of_name(pattern: str) -> str:
    """The expression for one name. Raises `ValueError` where it can match none."""
    runs = [""]
    for piece in _pieces(pattern):
        if piece is None:
            runs.append("")
        else:
            runs[-1] += piece
    first, *others = runs
    if not others:
        return first
    *inner, last = others
    return first + "".join(f"(?>{_ANY}*?{run})" for run in inner if run) + f"{_ANY}*{last}"


def _pieces(pattern: str) -> Iterator[str | None]:
    """The expressions of one character each; None for a star."""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            yield None
        elif char == "?":
            yield _ANY
        elif char == "[":
            said, at = _bracket(pattern, at)
            yield said
        else:
            if char == "\\":
                if at == len(pattern):
                    raise ValueError(f"{pattern}: it ends with a backslash")
                char = pattern[at]
                at += 1
            yield _literal(char)


def _bracket(pattern: str, at: int) -> tuple[str, int]:
    """The expression of what stands behind a ``[``, and where its ``]`` ends."""
    negated = pattern[at : at + 1] in {"!", "^"}
    at += negated
    start, said, before = at, "", ""
    while at == start or pattern[at : at + 1] != "]":
        if pattern.startswith("[:", at) and (end := pattern.find("]", at + 2)) > at + 2 and pattern[end - 1] == ":":
            name = pattern[at + 2 : end - 1]
            if name not in _CLASSES:
                raise ValueError(f"{pattern}: there is no class of characters {name!r}")
            said, before, at = said + _CLASSES[name], "", end + 1
        elif pattern[at : at + 1] == "-" and before and pattern[at + 1 : at + 2] not in {"]", ""}:
            last, at = _of_bracket(pattern, at + 1)
            said += f"{_literal(before)}-{_literal(last)}" if before <= last else ""
            before = ""
        else:
            before, at = _of_bracket(pattern, at)
            said += _literal(before)
    if negated:
        return rf"[^{said}/\0]", at + 1
    return rf"(?!/)[{said}]", at + 1


def _of_bracket(pattern: str, at: int) -> tuple[str, int]:
    """One character between brackets, and where what says it ends."""
    at += pattern.startswith("\\", at)
    if at >= len(pattern):
        raise ValueError(f"{pattern}: a bracket is not closed")
    return pattern[at], at + 1


def _literal(char: str) -> str:
    return f"\\{char}" if char in _SPECIAL else char
