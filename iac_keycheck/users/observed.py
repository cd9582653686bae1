"""What evidence tells of credentials: whose they are, when they were made and last used, and what it does not tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from iac_keycheck.records import dataclass
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

ROOT: Final = "<root_account>"
"""What a credential report calls the account's root user."""
KEYS_TOGETHER: Final = ("access_key_1_active", "access_key_2_active")
AGES: Final = (*KEYS_TOGETHER, "access_key_1_last_rotated", "access_key_2_last_rotated")
SET_UP_TOGETHER: Final = ("user_creation_time", *AGES)
USE: Final = (
    *AGES,
    "access_key_1_last_used_date",
    "access_key_2_last_used_date",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
)
"""The columns of a credential report that each question needs."""


@dataclass(frozen=True, slots=True)
class Untold:
    """A moment that evidence does not tell, and why; without a reason, evidence of its kind never tells it."""

    reason: str = ""


Told = datetime | None | Untold
"""A moment in UTC; None where there was none: it was never used."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One active credential. ``name`` is what it is called in a message: ``access key 1``, ``password``, an address.

    ``address`` tells it from the user's other keys; a password has none. ``user_address`` is None where no scanned
    code declares the user.
    """

    kind: Literal["password", "access key"]
    name: str
    address: str
    user: str | None
    user_address: str | None
    span: Span
    made: Told
    used: Told

    @property
    def of_root(self) -> bool:
        """Whether it is the account's root user who has it."""
        return self.user == ROOT


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a plan, state or report tells of credentials. ``generated`` is when a report says that it was made.

    ``columns`` are those of a credential report and None for what is none; ``header`` is the place of their names.
    """

    credentials: tuple[Credential, ...] = ()
    columns: frozenset[str] | None = None
    header: Span | None = None
    generated: datetime | None = None

    def lacks(self, needed: Iterable[str]) -> str | None:
        """Which of the columns a cut-down credential report does not have, as a reason; None where it has them all."""
        missing = () if self.columns is None else tuple(name for name in needed if name not in self.columns)
        if not missing:
            return None
        return f"the report lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"


@dataclass(frozen=True, slots=True)
class Unused:
    """For how many days a credential was not used, counted from when it last was, or else from when it was made."""

    days: int
    ever: bool


def whole_days(start: datetime, end: datetime) -> int | None:
    """Whole periods of 24 hours between two moments, rounded down; None where the first is later by a day or more."""
    days = (end - start) // timedelta(days=1)
    return None if days < -1 else max(days, 0)


def age(credential: Credential, now: datetime) -> int | Untold:
    """The days since a credential was made."""
    return _days(credential.made, now, "it was made")


def unused(credential: Credential, now: datetime) -> Unused | Untold:
    """For how long a credential was not used, as the CIS benchmark's audit counts it.

    One of which no use is known (``N/A``, ``no_information``) counts from when it was made or last changed.
    """
    ever = credential.used is not None
    start, what = (credential.used, "it was last used") if ever else (credential.made, "it was made")
    days = _days(start, now, what)
    return days if isinstance(days, Untold) else Unused(days, ever)


def _days(moment: Told, now: datetime, what: str) -> int | Untold:
    match moment:
        case Untold():
            return moment
        case None:
            return Untold(f"when {what} is not told")
        case _:
            days = whole_days(moment, now)
            if days is None:
                return Untold(f"{what} after {now:%Y-%m-%dT%H:%M:%SZ}, as of which it is judged")
            return days
