"""Versions of modules: constraints as ``terraform init`` reads them, as the range of versions that they allow."""

from __future__ import annotations

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass

_VERSION = expression(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+][\w.+-]*)?")
_TERM = expression(r"(=|!=|>=|<=|~>|>|<)?\s*(\S+)")

Version = tuple[int, int, int, int]
"""Major, minor and patch, and 1 for what comes right after it."""


@dataclass(frozen=True, slots=True)
class Range:
    """The versions from ``low`` on and before ``high``; no ``high`` is no end."""

    low: Version = (0, 0, 0, 0)
    high: Version | None = None

    def meets(self, other: Range) -> bool:
        """Whether a version can be in both."""
        low = max(self.low, other.low)
        return all(high is None or low < high for high in (self.high, other.high))

    def within(self, other: Range) -> Range:
        """What is in both."""
        highs = [high for high in (self.high, other.high) if high is not None]
        return Range(max(self.low, other.low), min(highs, default=None))


def version(text: str) -> Version | None:
    """A version, None where the text is none. What is left out is zero; what comes before a release counts as it."""
    found = _VERSION.fullmatch(text)
    return (int(found[1]), int(found[2] or 0), int(found[3] or 0), 0) if found else None


def allowed(constraint: str) -> Range | None:
    """The versions that a constraint allows, None where it cannot be read.

    ``!=`` leaves a hole, which never decides: it is left out. ``~> 4`` has no upper end, unlike ``~> 4.0``.
    """
    result = Range()
    for part in constraint.split(","):
        term = _TERM.fullmatch(part.strip())
        named = version(term[2]) if term else None
        if term is None or named is None:
            return None
        result = result.within(_range(term[1] or "=", named, segments=term[2].count(".") + 1))
    return result


def _range(operator: str, named: Version, *, segments: int) -> Range:
    after = (*named[:3], 1)
    match operator:
        case "=":
            return Range(named, after)
        case ">=":
            return Range(named)
        case ">":
            return Range(after)
        case "<":
            return Range(high=named)
        case "<=":
            return Range(high=after)
        case "~>" if segments > 1:
            return Range(named, (named[0] + 1, 0, 0, 0) if segments == 2 else (named[0], named[1] + 1, 0, 0))  # noqa: PLR2004
        case "~>":
            return Range(named)
        case _:
            return Range()
