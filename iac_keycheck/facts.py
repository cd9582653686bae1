"""What code does with keys beyond declaring them: rotates them, exposes their secrets, lets them outlive, makes more.

Front ends tell it lazily, alike for both languages, each fact with the question in which worlds it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from enum import Enum

from iac_keycheck.deciding.shapes import BOOL
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import Unknown, Value
from iac_keycheck.deciding.verdicts import Question
from iac_keycheck.records import dataclass
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.resource import Declaration, Instance, Step


_MANY = 100
"""So many days are told without a fraction."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the way to something, and what it is (``through local.secret``)."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that one place of code does. ``span`` is what to edit, ``blocks`` are where a comment counts for it.

    ``subject`` is the address of the block, ``way`` leads from there to the key, ``calls`` from the root to the block.
    """

    subject: str
    span: Span
    blocks: tuple[Span, ...]
    holds: Question
    way: tuple[Mark, ...] = ()
    calls: tuple[Step, ...] = ()
    condition: Span | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """A secret that ends where others can read it: ``sink`` in words, ``keys`` in the world of the moment.

    ``unmarked`` is a root output that has nothing against it but that it is not ``sensitive``.
    """

    fact: Fact
    sink: str
    keys: Callable[[], tuple[str, ...]]
    unmarked: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact that says in words what is wrong: a guard that guards nothing, a key made by a command."""

    fact: Fact
    message: str
    grave: bool = True


class Pace(Enum):
    """How a key comes to be replaced."""

    NONE = "nothing replaces it"
    BY_HAND = "it is replaced by hand"
    TIMED = "it is replaced when a period ends"
    NO_PERIOD = "its rotation has no period"
    EVERY_APPLY = "it is replaced at every apply"
    DEAD = "its rotation does not fire"


@dataclass(frozen=True, slots=True)
class Period:
    """A time span: a number of units, of which each has so many ``days`` and each day so many ``parts``."""

    value: Value
    days: int = 1
    parts: int = 1

    def longer_than(self, days: int) -> bool | Unknown:
        """Whether it is longer than so many days."""
        # the units are whole: with a fraction of one more it is no longer yet
        limit = days * self.parts // self.days
        match self.value:
            case int() | Decimal() as known:
                return known > limit
            case _:
                return apply(">", (self.value, limit), BOOL, not_null=True)

    @property
    def in_days(self) -> Decimal | None:
        """The days, where they are known."""
        return Decimal(self.value) * self.days / self.parts if isinstance(self.value, int | Decimal) else None

    def __str__(self) -> str:
        """The period in days, as far as it is known."""
        days = self.in_days
        if days is None:
            return "a period that is not known"
        if days == 1:
            return "day"
        # without an exponent
        return f"{days:f} days" if days == days.to_integral_value() else f"{days:.{1 if days < _MANY else 0}f} days"


@dataclass(frozen=True, slots=True)
class Rotation:
    """How a key is rotated in the world of the moment.

    ``period`` is that of one that is timed, ``why`` says what keeps a dead one from firing, ``way`` shows both.
    ``span`` is what to edit, where it is not the whole key.
    """

    pace: Pace
    period: Period | None = None
    why: str = ""
    span: Span | None = None
    way: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention:
    """Whether a key stays when it is replaced, or no longer declared; ``how`` is what says so, at ``span``."""

    kept_when_replaced: bool | Unknown = False
    kept_when_removed: bool | Unknown = False
    span: Span | None = None
    how: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a front end tells when it is asked. The answers about an instance are those of the world of the moment.

    ``may_rotate`` and ``may_stay`` are false of blocks whose text alone shows that nothing but a hand replaces their
    keys in any world, and that none stays where it should go.
    """

    rotation: Callable[[Instance], Rotation | Unknown] = lambda _key: Rotation(Pace.NONE)
    retention: Callable[[Instance], Retention] = lambda _key: Retention()
    may_rotate: Callable[[Declaration], bool] = lambda _block: True
    may_stay: Callable[[Declaration], bool] = lambda _block: True
    new_one_first: Callable[[Instance], bool] = lambda _key: False
    exposures: Callable[[], Iterable[Exposure]] = tuple
    abandoned: Callable[[], Iterable[Claim]] = tuple
    commands: Callable[[], Iterable[Claim]] = tuple
    guards: Callable[[], Iterable[Claim]] = tuple
