"""The smallest edit that puts a finding right, where there is one that needs no knowledge of what the code is for.

A surplus key is made inactive where the user has another one whatever the inputs are, and the block is that one key; an
output is made sensitive where that is all it lacks; a rotation that does not fire gets the relay that it lacks.
Everything else is a person's decision. Format and comments stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from iac_keycheck.deciding.guards import Certainty
from iac_keycheck.findings import Finding, Fix, Severity
from iac_keycheck.fixing.edits import edit, offset
from iac_keycheck.source import Span

if TYPE_CHECKING:
    from iac_keycheck.terraform.slices import AttributeSlice

_HCL: Final = (".tf", ".tofu")
_TERRAFORM_JSON: Final = (".tf.json", ".tofu.json")
_TEMPLATES: Final = (".yaml", ".yml", ".json", ".template")
_KEYS: Final = 2
_LITERAL: Final = re.compile(r'\w+\s*=\s*("[^"$%\\]*"|true|false)\s*')

# A part of a text, and what takes its place.
_Change = tuple[int, int, str]


def fix_of(finding: Finding, sources: Mapping[str, str]) -> Fix | None:
    """How to mend a finding of code with these texts; None where nobody but a person can say."""
    path = finding.span.path
    text = sources.get(path)
    if finding.suppressed is not None or text is None:
        return None
    what, change = "", None
    match finding.rule.id:
        case "AC_AWS_0554" if _is_one_sure_key_too_many(finding):
            what, change = f"Make {finding.first.keys[1]} inactive.", _made_inactive(finding.span, text)
        case "IKC_AWS_0002" if all(one.severity is Severity.LOW for one in finding.instances):
            what, change = "Make the output sensitive.", _made_sensitive(finding.span, text)
        case "IKC_AWS_0001" if path.endswith(_HCL):
            from iac_keycheck.fixing.relays import relayed  # noqa: PLC0415 — rare

            edits = relayed(finding.span, sources)
            return Fix("Let a resource that takes the clock's id replace the key.", edits) if edits else None
    return None if change is None else Fix(what, (edit(path, text, *change),))


def _is_one_sure_key_too_many(finding: Finding) -> bool:
    """Whether there is always another key, and the block that is edited makes this key alone."""
    if len(finding.instances) != 1:
        return False
    (one,) = finding.instances
    keys = set(one.keys)
    alone = not one.calls and not any("[" in key for key in keys)
    return alone and one.certainty is Certainty.ALWAYS and len(keys) == len(one.keys) >= _KEYS


def _made_inactive(span: Span, text: str) -> _Change | None:
    if span.path.endswith(_HCL):
        return _in_hcl(span, text, "resource", "status", '"Inactive"', after="user")
    if span.path.endswith(_TERRAFORM_JSON):
        return _in_object(_object_at(text, span), text, "status", "Inactive")
    if span.path.endswith(_TEMPLATES):
        properties = _member(_object_at(text, span), "Properties")
        return _in_object(properties, text, "Status", "Inactive")
    return None


def _made_sensitive(span: Span, text: str) -> _Change | None:
    if span.path.endswith(_HCL):
        return _in_hcl(span, text, "output", "sensitive", "true", after="value")
    if span.path.endswith(_TERRAFORM_JSON):
        return _in_object(_output_around(text, span), text, "sensitive", True)  # noqa: FBT003 — the member's value
    return None


def _in_hcl(span: Span, text: str, kind: str, name: str, value: str, *, after: str) -> _Change | None:  # noqa: PLR0913 — what the edit is made of
    """The change that gives the block around a place an attribute."""
    from iac_keycheck.terraform.slices import AttributeSlice, BlockSlice, slices  # noqa: PLC0415 — only for HCL

    at = offset(text, span.line, span.column)
    blocks = (one for one in slices(text) or () if isinstance(one, BlockSlice) and one.type == kind)
    block = next((one for one in blocks if one.start <= at < one.end), None)
    if block is None:
        return None
    opening = text.index("{", block.start) + 1
    inside = text[opening : block.end - 1]
    parts = slices(inside + "\n")
    if parts is None:
        return None
    attributes = {part.name: part for part in parts if isinstance(part, AttributeSlice)}
    if name in attributes:
        return _replaced(text, opening, attributes[name], value)
    newline = "\r\n" if "\r\n" in text else "\n"
    line = text[text.rfind("\n", 0, block.start) + 1 : block.start]
    if "\n" not in inside:
        # a block in one line may have one attribute only
        rest = f"{line}  {inside.strip()}{newline}" if inside.strip() else ""
        return opening, block.end - 1, f"{newline}{rest}{line}  {name} = {value}{newline}{line}"
    if after not in attributes:
        return opening, opening, f"{newline}{line}  {name} = {value}"
    return _below(text, opening, attributes[after], name, value, newline)


def _below(text: str, opening: int, above: AttributeSlice, name: str, value: str, newline: str) -> _Change:  # noqa: PLR0913, PLR0917 — the same
    """An attribute in the line below another, their equals signs under each other as `terraform fmt` has them."""
    start = opening + above.start
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    equals = text.index("=", start)
    width = equals - start - 1
    end = text.find("\n", opening + above.end)
    end = end - 1 if text[end - 1] == "\r" else end
    new = f"{newline}{indent if not indent.strip() else '  '}{name:<{width}} = {value}"
    if len(name) <= width:
        return end, end, new
    return equals, end, " " * (len(name) - width) + text[equals:end] + new


def _replaced(text: str, opening: int, attribute: AttributeSlice, value: str) -> _Change | None:
    start, end = opening + attribute.start, opening + attribute.end
    found = _LITERAL.fullmatch(text[start:end])
    # an expression is somebody's intention
    return None if found is None else (start + found.start(1), start + found.end(1), value)


def _object_at(text: str, span: Span) -> Any:  # noqa: ANN401 — a node of YAML
    """The mapping that begins at a place, or is the value of the key there; None where there is none."""
    import yaml  # noqa: PLC0415 — only for templates and JSON

    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    at = (span.line - 1, span.column - 1)
    for node, starts in _nodes(root):
        if at in starts and isinstance(node, yaml.MappingNode):
            return node
    return None


def _output_around(text: str, span: Span) -> Any:  # noqa: ANN401 — a node of YAML
    """The object of the output whose value a place lies in; None where there is none."""
    import yaml  # noqa: PLC0415 — only for JSON

    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    at = offset(text, span.line, span.column)
    around = (
        node
        for node, _ in _nodes(root)
        if isinstance(node, yaml.MappingNode)
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


def _member(node: Any, name: str) -> Any:  # noqa: ANN401 — nodes of YAML
    """The value of a member that is written where its object is, and not elsewhere under an anchor."""
    for key, value in node.value if node is not None else ():
        if key.value == name and node.start_mark.index <= value.start_mark.index < node.end_mark.index:
            return value
    return None


def _in_object(node: Any, text: str, name: str, value: str | bool) -> _Change | None:  # noqa: ANN401, FBT001 — a node of YAML; what a member is
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
