"""Objects of JSON and mappings of YAML as they are written: found by a place, given a member without a new format."""

from __future__ import annotations

import json
from collections.abc import Iterator

from iac_keycheck.fixing.edits import Change, offset
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def root_of(text: str) -> Any:  # noqa: ANN401 — a node of YAML
    """What a text of YAML or JSON is; None where it cannot be read."""
    import yaml  # noqa: PLC0415 — only for templates and JSON

    try:
        return yaml.compose(text, yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None


def object_at(text: str, span: Span) -> Any:  # noqa: ANN401 — a node of YAML
    """The mapping that begins at a place, or is the value of the key there; None where there is none."""
    at = (span.line - 1, span.column - 1)
    return next((node for node, starts in _nodes(root_of(text)) if at in starts and node.id == "mapping"), None)


def output_around(text: str, span: Span) -> Any:  # noqa: ANN401 — a node of YAML
    """The object of the output whose value a place lies in; None where there is none."""
    at = offset(text, span.line, span.column)
    around = (
        node
        for node, _ in _nodes(root_of(text))
        if node.id == "mapping"
        and node.start_mark.index <= at < node.end_mark.index
        and any(key.value == "value" for key, _ in node.value)
    )
    # the outermost: the value itself may hold objects
    return min(around, key=lambda node: node.start_mark.index, default=None)


def _nodes(root: Any) -> Iterator[tuple[Any, tuple[tuple[int, int], ...]]]:  # noqa: ANN401 — nodes of YAML
    """Each node once, with where it begins and where its key does."""
    stack: list[tuple[Any, tuple[tuple[int, int], ...]]] = [(root, (_start(root),))] if root is not None else []
    seen: set[int] = set()
    while stack:
        node, starts = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node, starts
        if isinstance(node.value, str):
            continue
        for item in node.value:
            if isinstance(item, tuple):
                key, value = item
                stack.append((value, (_start(value), _start(key))))
            else:
                stack.append((item, (_start(item),)))


def _start(node: Any) -> tuple[int, int]:  # noqa: ANN401 — a node of YAML
    return node.start_mark.line, node.start_mark.column


def member(node: Any, name: str) -> Any:  # noqa: ANN401 — nodes of YAML
    """The value of a member that is written where its object is, and not elsewhere under an anchor."""
    for key, value in node.value if node is not None and node.id == "mapping" else ():
        if key.value == name and node.start_mark.index <= value.start_mark.index < node.end_mark.index:
            return value
    return None


def with_member(node: Any, text: str, name: str, value: str | bool) -> Change | None:  # noqa: ANN401, FBT001 — a node of YAML; what a member is
    """The change that gives an object of YAML or JSON a member: of text as its neighbours are quoted, or a truth."""
    if node is None or not isinstance(node.value, list) or not node.value or not isinstance(node.value[0], tuple):
        return None
    kind = "bool" if isinstance(value, bool) else "str"
    known = next((old for key, old in node.value if key.value == name), None)
    if known is not None:
        if known.tag != f"tag:yaml.org,2002:{kind}" or known.style in ("|", ">"):
            return None
        return known.start_mark.index, known.end_mark.index, _scalar(value, known.style or "")
    first = node.value[0][0]
    at = first.start_mark.index
    quote = '"' if text[at] == '"' else ""
    member = f"{quote}{name}{quote}: {_scalar(value, quote)}"
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = text[text.rfind("\n", 0, at) + 1 : at]
    between = newline + indent if not indent.strip() else " "
    if not node.flow_style:
        return (at, at, f"{member}{newline}{' ' * first.start_mark.column}") if between != " " else None
    return at, at, f"{member},{between}"


def _scalar(value: str | bool, quote: str) -> str:  # noqa: FBT001 — what a member is
    return str(value).lower() if isinstance(value, bool) else f"{quote}{value}{quote}"


def below(neighbour: tuple[Any, Any], text: str, name: str, value: dict[str, Any]) -> Change:
    """The change that gives an object of JSON a member after another (its key, its value), laid out as that is."""
    key, known = neighbour
    at = key.start_mark.index
    indent = text[text.rfind("\n", 0, at) + 1 : at]
    newline = "\r\n" if "\r\n" in text else "\n"
    between = newline + indent if not indent.strip() else " "
    inner = known.value[0][0].start_mark if known.id == "mapping" and known.value else key.start_mark
    step = inner.column - key.start_mark.column if inner.line != key.start_mark.line else None
    written = json.dumps(value, indent=step).replace("\n", between)
    return known.end_mark.index, known.end_mark.index, f",{between}{json.dumps(name)}: {written}"
