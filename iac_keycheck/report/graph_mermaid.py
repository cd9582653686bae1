"""The graph in Mermaid (https://mermaid.js.org/syntax/flowchart.html), which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iac_keycheck.report.picture import Item, Owner, panels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_CLASSES: Final = (
    "  classDef active stroke-width:3px",
    "  classDef open stroke-dasharray:5 3",
    "  classDef absent stroke-dasharray:2 4",
    "  classDef inactive stroke-width:1px",
)


def mermaid(graph: dict[str, Any]) -> str:
    """The graph as one flowchart with a part for each deployment."""
    rows = ["flowchart LR"]
    for number, panel in enumerate(panels(graph)):
        rows.append(f"  subgraph d{number}[{_quoted(f'{panel.name} ({panel.language})')}]")
        for index, owner in enumerate(panel.owners):
            rows += _owner(f"u{number}_{index}", owner)
        rows.append("  end")
    return "\n".join([*rows, *_CLASSES, ""])


def _owner(name: str, owner: Owner) -> Iterator[str]:
    yield f"    {name}([{_quoted(owner.label, owner.remark)}])"
    for index, item in enumerate(owner.items):
        yield from _item(name, f"{name}_{index}", item)


def _item(owner: str, name: str, item: Item) -> Iterator[str]:
    said = item.kind if item.kind == "login" else f"{item.state} {item.kind}"
    yield f"    {name}[{_quoted(item.address, said)}]:::{item.state}"
    yield f"    {owner} --> {name}"
    if item.condition:
        yield f"    {name}_if{{{{{_quoted(item.condition)}}}}}"
        yield f"    {name}_if -.-> {name}"
    for index, sink in enumerate(item.sinks):
        yield f"    {name}_s{index}[/{_quoted(sink.label, sink.place)}/]"
        yield f"    {name} {'==>' if sink.certain else '-.->'}|secret| {name}_s{index}"


def _quoted(*lines: str) -> str:
    """A label; Mermaid writes characters by number as ``#34;``."""
    text = "<br/>".join(re.sub(r"[^\w .:/\-]", lambda found: f"#{ord(found[0])};", line) for line in lines if line)
    return f'"{text}"'
