"""The graph in the language of Graphviz (https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.report.picture import Item, Owner, panels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_STYLES: Final = {"active": "filled", "inactive": "solid", "open": "dashed", "absent": "dotted"}


def dot(graph: dict[str, Any]) -> str:
    """The graph as one ``digraph`` with a cluster for each deployment."""
    rows = ["digraph keys {", "  rankdir=LR;", '  node [shape=box, fontname="monospace", fillcolor="#fff1cf"];']
    for number, panel in enumerate(panels(graph)):
        rows += [f"  subgraph cluster_{number} {{", f"    label={_quoted(f'{panel.name} ({panel.language})')};"]
        for index, owner in enumerate(panel.owners):
            rows += _owner(f"u{number}_{index}", owner)
        rows.append("  }")
    return "\n".join([*rows, "}", ""])


def _owner(name: str, owner: Owner) -> Iterator[str]:
    style = "solid" if owner.declared else "dashed"
    yield f"    {name} [shape=ellipse, style={style}, label={_quoted(owner.label, owner.remark)}];"
    for index, item in enumerate(owner.items):
        yield from _item(name, f"{name}_{index}", item)


def _item(owner: str, name: str, item: Item) -> Iterator[str]:
    said = item.kind if item.kind == "login" else f"{item.state} {item.kind}"
    yield f"    {name} [style={_STYLES[item.state]}, label={_quoted(item.address, said)}];"
    yield f"    {owner} -> {name};"
    if item.condition:
        yield f"    {name}_if [shape=diamond, label={_quoted(item.condition)}];"
        yield f"    {name}_if -> {name} [style=dashed];"
    for index, sink in enumerate(item.sinks):
        style = "bold" if sink.certain else "dashed"
        yield f"    {name}_s{index} [shape=note, label={_quoted(sink.label, sink.place)}];"
        yield f'    {name} -> {name}_s{index} [style={style}, label="secret"];'


def _quoted(*lines: str) -> str:
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines if line)
    text = "\\n".join(escaped)
    return f'"{text}"'
