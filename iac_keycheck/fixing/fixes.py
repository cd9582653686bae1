"""The smallest edit that puts a finding right, where there is one that needs no knowledge of what the code is for.

A surplus key is made inactive where the user has another one whatever the inputs are, and the block is that one key; an
output is made sensitive where that is all it lacks; a rotation that does not fire gets the relay that it lacks.
Everything else is a person's decision. Format and comments stay.
"""

from __future__ import annotations

from collections.abc import Mapping

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.expressions import expression
from iac_keycheck.findings import Finding, Fix, Severity
from iac_keycheck.fixing.edits import Change, edit, offset
from iac_keycheck.fixing.objects import member, object_at, output_around, with_member
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from iac_keycheck.terraform.slices import AttributeSlice

_HCL: Final = (".tf", ".tofu")
_TERRAFORM_JSON: Final = (".tf.json", ".tofu.json")
_TEMPLATES: Final = (".yaml", ".yml", ".json", ".template", ".cfn")
_KEYS: Final = 2
_LITERAL: Final = expression(r'\w+\s*=\s*("[^"$%\\]*"|true|false)\s*')


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
        case "IKC_AWS_0001" if path.endswith((*_HCL, *_TERRAFORM_JSON)):
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


def _made_inactive(span: Span, text: str) -> Change | None:
    if span.path.endswith(_HCL):
        return _in_hcl(span, text, "resource", "status", '"Inactive"', after="user")
    if span.path.endswith(_TERRAFORM_JSON):
        return with_member(object_at(text, span), text, "status", "Inactive")
    if span.path.endswith(_TEMPLATES):
        properties = member(object_at(text, span), "Properties")
        return with_member(properties, text, "Status", "Inactive")
    return None


def _made_sensitive(span: Span, text: str) -> Change | None:
    if span.path.endswith(_HCL):
        return _in_hcl(span, text, "output", "sensitive", "true", after="value")
    if span.path.endswith(_TERRAFORM_JSON):
        return with_member(output_around(text, span), text, "sensitive", True)  # noqa: FBT003 — the member's value
    return None


def _in_hcl(span: Span, text: str, kind: str, name: str, value: str, *, after: str) -> Change | None:  # noqa: PLR0913 — what the edit is made of
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


def _below(text: str, opening: int, above: AttributeSlice, name: str, value: str, newline: str) -> Change:  # noqa: PLR0913, PLR0917 — the same
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


def _replaced(text: str, opening: int, attribute: AttributeSlice, value: str) -> Change | None:
    start, end = opening + attribute.start, opening + attribute.end
    found = _LITERAL.fullmatch(text[start:end])
    # an expression is somebody's intention
    return None if found is None else (start + found.start(1), start + found.end(1), value)
