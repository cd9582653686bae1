"""Moments as evidence writes them: ISO 8601 with a letter or an offset for UTC, and what stands for none."""

from __future__ import annotations

from datetime import UTC, datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

NONE: Final = frozenset({"n/a", "no_information", "not_supported", ""})
"""What a credential report writes where there is no moment, in lower case."""


def moment(text: object) -> datetime | None:
    """The moment that a text says, in UTC; None where it says none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        # a zone is always written; what lacks it was cut by a spreadsheet
        found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # the first year is how Go writes that there is no moment
    return found if found.year > 1 else None


def is_none(text: str) -> bool:
    """Whether a cell of a report says that there is no moment."""
    return text.strip().casefold() in NONE
