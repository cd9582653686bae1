"""Pieces of HTML in which nothing that was scanned is markup, or hides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from iac_keycheck.report.paint import Line, Piece, Style
from iac_keycheck.report.visible import visible
from iac_keycheck.source import Span


def text(scanned: str) -> str:
    """Text as it stands between tags and in attributes."""
    return escape(visible(scanned))


def code(scanned: str) -> str:
    """Text as code."""
    return f"<code>{text(scanned)}</code>"


def place(span: Span) -> str:
    """Where something is."""
    return code(f"{span.path}:{span.line}")


def table(titles: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of titles in plain words and cells in HTML. The first cell of a row says what it is about."""
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    body = "\n".join(_row(row) for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def folded(title: str, body: str, *, name: str = "", opened: bool = False) -> str:
    """What opens and closes; all arguments are HTML."""
    said = f' id="{name}"' if name else ""
    return f"<details{said}{' open' if opened else ''}><summary>{title}</summary>\n<div>{body}</div></details>"


def painted(lines: Iterable[Line]) -> str:
    """Lines in their styles, whose text is visible already."""
    return "\n".join("".join(map(_piece, row)) for row in lines)


def _piece(piece: Piece) -> str:
    shown = escape(piece.text)
    return shown if piece.style is Style.PLAIN or not shown else f'<span class="{piece.style.name}">{shown}</span>'


def _row(cells: Iterable[str]) -> str:
    first, *others = cells
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
