"""What scanned text may look like on a terminal: nothing in it moves the cursor, turns text round, or hides.

Also how wide it is there, so that marks stand under what they mark.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

TAB: Final = "    "
# Controls, format characters (direction overrides, zero width), surrogates, private use, line and paragraph separators.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with every character that does not simply show replaced by its escape, as Python has it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def visible_lines(text: str) -> list[str]:
    """Text of our own in several lines, each made visible."""
    return [visible(line) for line in text.split("\n")]


def width(text: str) -> int:
    """The columns that visible text takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _shown(character: str) -> str:
    if character == "\t":
        return TAB
    from unicodedata import category  # noqa: PLC0415 — most text is ASCII

    if category(character) not in _UNSEEN:
        return character
    return character.encode("unicode_escape").decode("ascii")


def _width(character: str) -> int:
    from unicodedata import category, east_asian_width  # noqa: PLC0415 — most text is ASCII

    if category(character) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
