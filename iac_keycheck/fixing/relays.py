"""The edits that put a relay between a clock and a key, where a rotation does not fire for want of one.

A ``time_rotating`` that expires is forgotten and made anew, which triggers nothing; a resource that takes its id is
replaced then, and triggers (https://developer.hashicorp.com/terraform/language/resources/terraform-data).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Final

from iac_keycheck.findings import Edit
from iac_keycheck.fixing.edits import edit, offset
from iac_keycheck.records import dataclass
from iac_keycheck.source import Span
from iac_keycheck.terraform.slices import AttributeSlice, BlockSlice, slices

_CODE: Final = (".tf", ".tofu")
_CLOCK: Final = re.compile(r"time_rotating\.([\w-]+)(?:\.\w+)?")
_UPDATED: Final = re.compile(r"(terraform_data\.[\w-]+)\.id")
_TAKES: Final = (
    r"triggers_replace\s*=\s*\[?\s*time_rotating\.{name}(?:\.(?:id|rfc3339|rotation_rfc3339|unix))?\s*\]?\s*"
)


@dataclass(frozen=True, slots=True)
class _Resource:
    path: str
    text: str
    block: BlockSlice

    @property
    def attributes(self) -> dict[str, str]:
        """The text of each attribute by its name."""
        inside = self.text[self.text.index("{", self.block.start) + 1 : self.block.end - 1] + "\n"
        parts = slices(inside) or ()
        return {part.name: inside[part.start : part.end] for part in parts if isinstance(part, AttributeSlice)}


def relayed(trigger: Span, sources: Mapping[str, str]) -> tuple[Edit, ...]:
    """What makes a trigger fire that names a clock, or the id of what is only updated; nothing where it is neither."""
    text = sources[trigger.path]
    start, end = offset(text, trigger.line, trigger.column), offset(text, trigger.end_line, trigger.end_column)
    if updated := _UPDATED.fullmatch(text, start, end):
        return (edit(trigger.path, text, start, end, updated[1]),)
    named = _CLOCK.fullmatch(text, start, end)
    resources = list(_resources(posixpath.dirname(trigger.path), sources)) if named else []
    clock = next((one for one in resources if named and one.block.labels == ("time_rotating", named[1])), None)
    if named is None or clock is None or {"count", "for_each"} & clock.attributes.keys():
        return ()
    relay, there = _relay(named[1], resources)
    instead = edit(trigger.path, text, start, end, f"terraform_data.{relay}")
    return (instead,) if there else (instead, _made(relay, named[1], clock))


def _relay(clock: str, resources: list[_Resource]) -> tuple[str, bool]:
    """The name of a relay of the clock, and whether it is there already."""
    known = {one.block.labels[1]: one for one in resources if one.block.labels[0] == "terraform_data"}
    takes = re.compile(_TAKES.format(name=re.escape(clock)))
    for name, one in known.items():
        attributes = one.attributes
        if takes.fullmatch(attributes.get("triggers_replace", "")) and not {"count", "for_each"} & attributes.keys():
            return name, True
    names = (clock, f"{clock}_relay", *(f"{clock}_relay_{number}" for number in range(2, len(known) + 3)))
    return next(name for name in names if name not in known), False


def _made(relay: str, name: str, clock: _Resource) -> Edit:
    """The block of a relay, below that of its clock."""
    newline = "\r\n" if "\r\n" in clock.text else "\n"
    lines = (
        "",
        "",
        f'resource "terraform_data" "{relay}" {{',
        f"  triggers_replace = time_rotating.{name}.id",
        "}",
    )
    return edit(clock.path, clock.text, clock.block.end, clock.block.end, newline.join(lines))


def _resources(directory: str, sources: Mapping[str, str]) -> Iterator[_Resource]:
    for path, text in sources.items():
        if path.endswith(_CODE) and posixpath.dirname(path) == directory:
            for one in slices(text) or ():
                if isinstance(one, BlockSlice) and one.type == "resource" and len(one.labels) == 2:  # noqa: PLR2004
                    yield _Resource(path, text, one)
