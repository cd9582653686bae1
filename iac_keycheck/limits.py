"""How long is too long, where somebody may choose it."""

from __future__ import annotations

from datetime import timedelta

from iac_keycheck.records import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of rules.

    A key passes that is ``max_age_days`` old and no older one; a credential fails that was unused for
    ``max_unused_days``; a key that was made at most ``setup_window`` after its user was set up with it.
    """

    max_age_days: int = 45
    max_unused_days: int = 45
    setup_window: timedelta = timedelta(seconds=300)
