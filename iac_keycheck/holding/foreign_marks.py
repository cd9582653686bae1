"""Suppression comments of other tools, where they name a rule of ours by its alias there.

Each counts where it counts for its own tool: those of Checkov and Terrascan inside the block, those of Trivy and tfsec
on the line of its header or above. One that waits for a workspace of Terraform is left to its tool.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_CHECKOV: Final = expression(r"((?:checkov|bridgecrew):skip=)[ \t]*([\w,-]+)(?::([^\n]*))?")
_TERRASCAN: Final = expression(r"(?<!\w)(ts:skip=)[ \t]*([\w.-]+)[ \t]*([^\n]*)")
_TRIVY: Final = expression(r"(?<!\S)((?:trivy|tfsec):ignore:)([\w-]+)((?::[\w.-]+)*)(?!\S)")
_UNTIL: Final = expression(r":exp:([\w-]+)")


@dataclass(frozen=True, slots=True)
class ForeignMark:
    """One rule that a comment names; ``inside`` says that it counts for the block around it."""

    rule: str
    reason: str
    until: date | None
    inside: bool


def foreign(text: str) -> Iterator[ForeignMark]:
    """The marks of other tools in the text of a comment."""
    for pattern in (_CHECKOV, _TERRASCAN):
        for found in pattern.finditer(text):
            for rule in found[2].split(","):
                said = " ".join((found[3] or "").split())
                yield ForeignMark(rule, f"{found[1]}{rule}" + (f": {said}" if said else ""), None, inside=True)
    for found in _TRIVY.finditer(text):
        ends = _UNTIL.search(found[3])
        if ":ws:" in found[3]:
            continue
        try:
            until = date.fromisoformat(ends[1]) if ends else None
        except ValueError:
            continue
        yield ForeignMark(found[2], f"{found[1]}{found[2]}", until, inside=False)
