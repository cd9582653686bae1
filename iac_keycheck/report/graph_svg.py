"""The graph as SVG, drawn here: users, then what is theirs, then conditions and where secrets end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from iac_keycheck.report.picture import Item, Owner, Panel, Sink, panels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

# In pixels: rows and boxes, where the columns begin and how wide they are, and a character of the monospaced font.
_ROW: Final = 44
_BOX: Final = 34
_GAP: Final = 14
_TITLE: Final = 34
_MARGIN: Final = 16
_COLUMNS: Final = ((16, 270), (346, 350), (756, 300))
_WIDTH: Final = 1072
_CHARACTER: Final = 6.7

STYLE: Final = """\
.ikc-svg { font: 11px ui-monospace, "DejaVu Sans Mono", monospace; color: #1f2328; }
.ikc-svg text { fill: currentColor; }
.ikc-svg text.faint { fill: #515a64; font-size: 10px; }
.ikc-svg .title { font-weight: bold; font-size: 13px; }
.ikc-svg rect { fill: #f6f8fa; stroke: #818b98; }
.ikc-svg .user rect { fill: #ddf4ff; stroke: #0969da; }
.ikc-svg .crowded rect { fill: #ffebe9; stroke: #c1121f; stroke-width: 2; }
.ikc-svg .stranger rect { stroke-dasharray: 4 3; }
.ikc-svg .active rect { fill: #fff1cf; stroke: #9a6700; }
.ikc-svg .open rect { fill: #fbefff; stroke: #8250df; stroke-dasharray: 4 3; }
.ikc-svg .absent rect { stroke-dasharray: 2 4; }
.ikc-svg .condition rect { fill: none; stroke: #8250df; }
.ikc-svg .sink rect { fill: #ffebe9; stroke: #c1121f; }
.ikc-svg .maybe rect { stroke-dasharray: 4 3; }
.ikc-svg path { fill: none; stroke: #818b98; stroke-width: 1.4; }
.ikc-svg path.guard { stroke: #8250df; stroke-dasharray: 4 3; }
.ikc-svg path.flow { stroke: #c1121f; stroke-width: 2; }
@media screen and (prefers-color-scheme: dark) {
.ikc-svg { color: #e6edf3; }
.ikc-svg text.faint { fill: #a5adb6; }
.ikc-svg rect { fill: #151b23; stroke: #7d8590; }
.ikc-svg .user rect { fill: #0c2d4d; stroke: #4493f8; }
.ikc-svg .crowded rect { fill: #3c1618; stroke: #ff7b72; }
.ikc-svg .active rect { fill: #3a2a08; stroke: #d29922; }
.ikc-svg .open rect { fill: #271b44; stroke: #ab7df8; }
.ikc-svg .condition rect { fill: none; stroke: #ab7df8; }
.ikc-svg .sink rect { fill: #3c1618; stroke: #ff7b72; }
.ikc-svg path.guard { stroke: #ab7df8; }
.ikc-svg path.flow { stroke: #ff7b72; }
}
"""


def svg(graph: dict[str, Any]) -> str:
    """The graph as an SVG file that brings its colours, light and dark."""
    return drawing(panels(graph), style=STYLE)


def drawing(shown: Sequence[Panel], style: str = "") -> str:
    """Panels as an ``svg`` element; without a style where the page around it has it."""
    top = float(_MARGIN)
    rows: list[str] = []
    for panel in shown:
        rows += _panel(panel, top)
        top += _TITLE + sum(map(_height, panel.owners)) + _MARGIN
    if not shown:
        rows.append(_text(_MARGIN, top + 14, "No users and no access keys.", 60, ""))
        top += _TITLE
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ikc-svg" viewBox="0 0 {_WIDTH} {top:g}" width="{_WIDTH}" '
        f'height="{top:g}" role="img" aria-label="Users, their keys and logins, and what decides about them">'
    )
    return "\n".join([head, *([f"<style>\n{style}</style>"] if style else []), *rows, "</svg>", ""])


def _panel(panel: Panel, top: float) -> Iterator[str]:
    yield _text(_MARGIN, top + 18, f"{panel.name} ({panel.language})", 140, "title")
    top += _TITLE
    for owner in panel.owners:
        yield from _owner(owner, top)
        top += _height(owner)


def _height(owner: Owner) -> int:
    return max(sum(map(_rows, owner.items)), 1) * _ROW + _GAP


def _rows(item: Item) -> int:
    return max(1, bool(item.condition) + len(item.sinks))


def _owner(owner: Owner, top: float) -> Iterator[str]:
    rows = max(sum(map(_rows, owner.items)), 1)
    middle = top + (rows * _ROW - (_ROW - _BOX)) / 2
    boxes: list[str] = []
    below = top
    for item in owner.items:
        yield _edge(0, middle, below + _BOX / 2, "")
        yield from _beside(item, below, boxes)
        below += _rows(item) * _ROW
    kind = "user" if owner.declared else "user stranger"
    name = f"{kind} crowded" if owner.crowded else kind
    yield _box(0, middle - _BOX / 2, name, owner.label, _joined(owner.remark, owner.place))
    yield from boxes


def _beside(item: Item, top: float, boxes: list[str]) -> Iterator[str]:
    """The edges from a key or login to what is at its right; the boxes, to lie above all edges, go to ``boxes``."""
    said = "" if item.kind == "login" else item.state
    boxes.append(_box(1, top, f"{item.kind} {item.state}", item.address, _joined(item.kind, said, item.place)))
    center = row = top + _BOX / 2
    if item.condition:
        first, comma, rest = item.condition.partition(", ")
        boxes.append(_box(2, top, "condition", f"{first}{comma}".rstrip(" "), rest))
        yield _edge(1, center, row, "guard")
        row += _ROW
    for sink in item.sinks:
        boxes.append(_sink(sink, row - _BOX / 2))
        yield _edge(1, center, row, "flow")
        row += _ROW


def _sink(sink: Sink, top: float) -> str:
    said = "the secret ends here" if sink.certain else "the secret may end here"
    return _box(2, top, "sink" if sink.certain else "sink maybe", sink.label, _joined(said, sink.place))


def _joined(*parts: str) -> str:
    return " \u00b7 ".join(part for part in parts if part)


def _box(column: int, top: float, kind: str, label: str, remark: str) -> str:
    left, width = _COLUMNS[column]
    room = int((width - 16) / _CHARACTER)
    title = escape(_joined(label, remark))
    first = top + (14 if remark else 21)
    rows = [
        f'<g class="{kind}"><title>{title}</title>',
        f'<rect x="{left}" y="{top:g}" width="{width}" height="{_BOX}" rx="5"/>',
        _text(left + 8, first, label, room, ""),
    ]
    if remark:
        rows.append(_text(left + 8, top + 27, remark, int(room * 1.1), "faint"))
    return "\n".join([*rows, "</g>"])


def _edge(column: int, start: float, end: float, kind: str) -> str:
    left = _COLUMNS[column][0] + _COLUMNS[column][1]
    right = _COLUMNS[column + 1][0]
    middle = (left + right) / 2
    name = f' class="{kind}"' if kind else ""
    return f'<path{name} d="M{left} {start:g} C{middle:g} {start:g} {middle:g} {end:g} {right} {end:g}"/>'


def _text(left: float, baseline: float, text: str, room: int, kind: str) -> str:
    if len(text) > room:
        # Both ends tell more of an address than its middle.
        text = f"{text[: room // 2 - 1]}\u2026{text[len(text) - (room - room // 2) :]}"
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{left:g}" y="{baseline:g}">{escape(text)}</text>'
