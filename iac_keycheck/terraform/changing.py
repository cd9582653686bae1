"""Which resources change with time, and which change when what they are given does: by the providers' documentation.

Of `time_rotating` and the like: https://registry.terraform.io/providers/hashicorp/time/latest/docs/resources/rotating,
of `rotating_blue_green`: https://registry.terraform.io/providers/movehq/rotating/latest/docs/resources/blue_green, of
`toggles_leapfrog` and `toggles_rotary`: https://registry.terraform.io/providers/reinoudk/toggles/latest/docs.
"""

from __future__ import annotations

from iac_keycheck.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

ROTATING: Final = "time_rotating"
BLUE_GREEN: Final = "rotating_blue_green"
LEAPFROG: Final = "toggles_leapfrog"
ROTARY: Final = "toggles_rotary"


@dataclass(frozen=True, slots=True)
class Expiring:
    """A resource that expires: the attributes that are others then, and after how many periods each is.

    ``units`` are its arguments, of which the last that is set counts, with the days and the parts of a day of their
    units; None where there is one moment and no period. ``how`` says what becomes of it, so that it triggers nothing.
    """

    changing: Mapping[str, int]
    units: tuple[tuple[str, tuple[int, int] | None], ...]
    how: str
    relayed: str


EXPIRING: Final[Mapping[str, Expiring]] = {
    ROTATING: Expiring(
        dict.fromkeys(
            ("id", "rfc3339", "rotation_rfc3339", "unix", "year", "month", "day", "hour", "minute", "second"), 1
        ),
        (
            ("rotation_days", (1, 1)),
            ("rotation_hours", (1, 24)),
            ("rotation_minutes", (1, 1440)),
            ("rotation_months", (31, 1)),
            ("rotation_rfc3339", None),
            ("rotation_years", (366, 1)),
        ),
        "is forgotten when it expires and made anew",
        "id",
    ),
    # one of the two sets is made anew at the end of each period, by turns
    BLUE_GREEN: Expiring(
        {"active": 1, "rotate_timestamp": 1, "blue_uuid": 2, "green_uuid": 2},
        (
            ("rotate_after_minutes", (1, 1440)),
            ("rotate_after_hours", (1, 24)),
            ("rotate_after_days", (1, 1)),
        ),
        "changes when it is read",
        "blue_uuid or green_uuid",
    ),
}
FORCING: Final[Mapping[str, tuple[str, ...]]] = {
    "null_resource": ("triggers",),
    "terraform_data": ("triggers_replace",),
    "time_static": ("triggers", "rfc3339"),
    "time_offset": ("triggers", "base_rfc3339"),
    "time_sleep": ("triggers",),
    ROTATING: ("triggers", "rfc3339"),
    **{
        f"random_{kind}": ("keepers",)
        for kind in ("bytes", "id", "integer", "password", "pet", "shuffle", "string", "uuid")
    },
}
"""Arguments that replace their resource when they change."""
UPDATING: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "terraform_data": ("input", ("input", "output")),
    LEAPFROG: ("trigger", ("trigger", "alpha", "beta", "alpha_timestamp", "beta_timestamp")),
    ROTARY: ("trigger", ("trigger", "active_output", "outputs", "counters")),
}
"""The argument that updates its resource, with the attributes that change with it."""
TWO: Final = 2
BY_TURNS: Final[Mapping[str, tuple[tuple[str, ...], int | str]]] = {
    LEAPFROG: (("alpha_timestamp", "beta_timestamp"), TWO),
    ROTARY: (("outputs", "counters"), "n"),
}
"""Attributes of which, or of what is in them, one at a time changes, and in how many turns, or the argument with that.

Where there is no trigger, they do at every apply.
"""
PASSING: Final = FORCING.keys() | UPDATING.keys() | EXPIRING.keys()
"""All of these types."""
