"""JSON with indents. The standard library's encoder writes these ten times as slowly as JSON on one line."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def indented(value: Any, line: str = "\n") -> str:  # noqa: ANN401 — whatever JSON has
    """As ``json.dumps(value, indent=2)`` writes it; ``line`` begins a line as deep as the value stands."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    inner = line + "  "
    if isinstance(value, dict):
        between = f",{inner}"
        entries = between.join([f"{quoted(name)}: {indented(one, inner)}" for name, one in value.items()])
        return f"{{{inner}{entries}{line}}}" if value else "{}"
    if isinstance(value, list | tuple):
        between = f",{inner}"
        return f"[{inner}{between.join([indented(one, inner) for one in value])}{line}]" if value else "[]"
    return repr(value)
