"""Lines made of pieces, each with the part that it plays, and how they come out with colours and without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from iac_keycheck.records import dataclass, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.findings import Severity


class Style(Enum):
    """The part that a piece of text plays. The values are parameters of the terminal's SGR sequence."""

    PLAIN = ""
    STRONG = "1"
    FAINT = "2"
    FRAME = "1;34"
    RELATED = "36"
    GOOD = "1;32"
    HIGH = "1;31"
    MEDIUM = "1;33"
    LOW = "1;35"
    INFO = "1;36"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one style."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Piece, ...]


def line(*pieces: Piece | str) -> Line:
    """A line of pieces; plain text may stand for itself."""
    return tuple(Piece(piece) if isinstance(piece, str) else piece for piece in pieces)


def style_of(severity: Severity) -> Style:
    """The style in which a severity and what it marks are shown."""
    return Style[severity.name]


def painted(lines: Iterable[Line], *, colour: bool) -> str:
    """The lines as text."""
    return "".join("".join(_painted(piece, colour=colour) for piece in _trimmed(pieces)) + "\n" for pieces in lines)


def wrapped(text: str, columns: int | None, indent: int) -> list[str]:
    """One paragraph in lines that fit with ``indent`` columns before each; one line where there is no limit."""
    if columns is None:
        return [text]
    from textwrap import wrap  # noqa: PLC0415 — only for a terminal

    return wrap(text, max(columns - indent, 20), break_long_words=False, break_on_hyphens=False) or [""]


def _trimmed(pieces: Line) -> Iterator[Piece]:
    """The pieces without spaces at the end of the line."""
    end = len(pieces)
    while end and not pieces[end - 1].text.rstrip(" "):
        end -= 1
    for number, piece in enumerate(pieces[:end], 1):
        yield replace(piece, text=piece.text.rstrip(" ")) if number == end else piece


def _painted(piece: Piece, *, colour: bool) -> str:
    if not colour or piece.style is Style.PLAIN or not piece.text:
        return piece.text
    return f"\x1b[{piece.style.value}m{piece.text}\x1b[0m"
