"""What the text of code suggests to try for inputs: keys that its functions may not tell apart, and its numbers.

``split("/", each.key)[0]`` is the same for ``a/a`` and ``a/b``: two instances that may have one user.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from iac_keycheck.expressions import expression

MOST = 8
"""Pairs, and numbers, that are tried."""
_SMALL = 3
"""Numbers up to here are tried anyway."""
_COMPARES = expression(r"[=!<>]=|[<>]|\b(?:contains|index|lookup)\(")
_WHOLE = expression(r"(?<![\w.\"$-])\d{1,9}(?![\w.\"])")
_LOOKS = expression(r"\b(split|trimsuffix|trimprefix|replace|substr|lower|upper|title|regex|regexall)\(([^\n]*)")
_ABOUT_KEYS = expression(r"\beach\.(?:key|value)\b|\bfor\b")
_QUOTED = expression(r'"((?:[^"\\$%\n]|\\.){1,40})"')
_NUMBER = expression(r",\s*(\d{1,2})\s*\)")
_SLASHES = '"/'
_ANY_PATTERN = (("a", "aa"), ("a-a", "a-b"), ("a1", "a2"), ("a/a", "a/b"))


def alike(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of keys that functions in these texts of code may not tell apart."""
    found = (pair for text in texts for line in text.splitlines() for pair in _of_line(line))
    return tuple(islice(dict.fromkeys(found), MOST))


def compared_numbers(texts: Iterable[str]) -> tuple[int, ...]:
    """Numbers with which these texts of code may compare something."""
    lines = (line for text in texts for line in text.splitlines() if _COMPARES.search(line))
    found = (int(number) for line in lines for number in _WHOLE.findall(line))
    return tuple(islice(dict.fromkeys(number for number in found if number > _SMALL), MOST))


def _of_line(line: str) -> Iterator[tuple[str, str]]:
    if "(" not in line or _ABOUT_KEYS.search(line) is None:
        return
    for function, rest in _LOOKS.findall(line):
        match function:
            case "split":
                for separator in _QUOTED.findall(rest)[:1]:
                    yield f"a{separator}a", f"a{separator}b"
                    yield f"a{separator}a", f"b{separator}a"
            case "lower" | "upper" | "title":
                yield "a", "A"
            case "substr":
                for size in map(int, _NUMBER.findall(rest)[:1]):
                    yield "a" * size, "a" * size + "b"
            case "replace" if _SLASHES not in rest:
                for part in _QUOTED.findall(rest)[:2]:
                    yield "a", f"a{part}"
            case "trimsuffix":
                for part in _QUOTED.findall(rest):
                    yield "a", f"a{part}"
            case "trimprefix":
                for part in _QUOTED.findall(rest):
                    yield "a", f"{part}a"
            case _:
                yield from _ANY_PATTERN
