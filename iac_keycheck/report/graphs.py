"""The graph in each of its formats, whose modules are imported when they are asked for."""

from __future__ import annotations

import json
from importlib import import_module

from iac_keycheck.report.orders import without_orders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

# By the name of a format, its module and the function there that takes the JSON form.
_DRAWN: Final = {
    "text": ("graph_text", "tree"),
    "mermaid": ("graph_mermaid", "mermaid"),
    "dot": ("graph_dot", "dot"),
    "svg": ("graph_svg", "svg"),
}


def drawn(graph: dict[str, Any], format_: str) -> str:
    """The graph, given in its JSON form, in the format of that name."""
    if format_ == "json":
        return without_orders(json.dumps(graph, indent=2) + "\n", "json")
    module, name = _DRAWN[format_]
    text: str = getattr(import_module(f"iac_keycheck.report.{module}"), name)(graph)
    return without_orders(text, "html" if format_ == "svg" else format_)
