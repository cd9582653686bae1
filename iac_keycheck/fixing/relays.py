"""The edits that put a relay between a clock and a key, where a rotation does not fire for want of one.

A ``time_rotating`` that expires is forgotten and made anew, which triggers nothing; a resource that takes its id is
replaced then, and triggers (https://developer.hashicorp.com/terraform/language/resources/terraform-data).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from iac_keycheck.expressions import expression
from iac_keycheck.findings import Edit
from iac_keycheck.fixing.edits import edit, offset
from iac_keycheck.fixing.resources import Written, resources
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_CLOCK: Final = expression(r"time_rotating\.([\w-]+)(?:\.\w+)?")
_UPDATED: Final = expression(r"(terraform_data\.[\w-]+)\.id")
_TAKES: Final = r"\[?\s*time_rotating\.{name}(?:\.(?:id|rfc3339|rotation_rfc3339|unix))?\s*\]?"


def relayed(trigger: Span, sources: Mapping[str, str]) -> tuple[Edit, ...]:
    """What makes a trigger fire that names a clock, or the id of what is only updated; nothing where it is neither."""
    text = sources[trigger.path]
    start, end = offset(text, trigger.line, trigger.column), offset(text, trigger.end_line, trigger.end_column)
    if updated := _UPDATED.fullmatch(text, start, end):
        return (edit(trigger.path, text, start, end, updated[1]),)
    named = _CLOCK.fullmatch(text, start, end)
    beside = list(resources(posixpath.dirname(trigger.path), sources)) if named else []
    clock = next((one for one in beside if named and (one.type, one.name) == ("time_rotating", named[1])), None)
    if named is None or clock is None or {"count", "for_each"} & clock.attributes.keys():
        return ()
    relay, there = _relay(named[1], beside)
    instead = edit(trigger.path, text, start, end, f"terraform_data.{relay}")
    if there:
        return (instead,)
    made = clock.followed_by("terraform_data", relay, "triggers_replace", f"time_rotating.{named[1]}.id")
    return (instead, edit(clock.path, clock.text, *made))


def _relay(clock: str, beside: list[Written]) -> tuple[str, bool]:
    """The name of a relay of the clock, and whether it is there already."""
    known = {one.name: one for one in beside if one.type == "terraform_data"}
    takes = re.compile(_TAKES.format(name=re.escape(clock)))
    for name, one in known.items():
        attributes = one.attributes
        if takes.fullmatch(attributes.get("triggers_replace", "")) and not {"count", "for_each"} & attributes.keys():
            return name, True
    names = (clock, f"{clock}_relay", *(f"{clock}_relay_{number}" for number in range(2, len(known) + 3)))
    return next(name for name in names if name not in known), False
