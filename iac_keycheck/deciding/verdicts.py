"""What is asked of worlds and what is answered: questions, constraints, and how surely something holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum

from iac_keycheck.deciding.values import Refused, Unknown, Value
from iac_keycheck.deciding.worlds import World
from iac_keycheck.records import dataclass, field


class Certainty(IntEnum):
    """In which worlds a finding holds (the higher the more)."""

    POSSIBLE = 1
    DEFAULT = 2
    ALWAYS = 3

    def __str__(self) -> str:
        """The word of the reports."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Cannot:
    """A question that no value of any input answers, and why."""

    reason: str


Verdict = bool | Unknown | Cannot
Question = Callable[[], Verdict]
"""Asked in the world of the moment; raises `Refused` in a world that does not exist."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """What must hold in every world: a validation, a rule's assertion. Null and false refuse the world."""

    subject: str
    holds: Callable[[], Value]

    @property
    def verdict(self) -> Value:
        """Whether it holds in the world of the moment: null, which refuses it, where it cannot be evaluated."""
        try:
            return self.holds()
        except Refused:
            return None

    @property
    def may_hold(self) -> bool:
        """Whether it is not known to refuse the world of the moment."""
        return self.verdict not in (False, None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found out about a question.

    ``certainty`` is None where it holds in no world, or where that could not be told: then ``reason`` says why.
    ``witness`` has the inputs by name; ``world`` is one in which it holds.
    """

    certainty: Certainty | None
    worlds: tuple[str, ...] = ()
    witness: Mapping[str, Value] = field(default_factory=dict)
    world: World = field(default_factory=dict)
    reason: str | None = None


def all_hold(questions: tuple[Callable[[], Value | Cannot], ...]) -> Verdict:
    """True where all of these do, false where one is known not to; each is asked only where those before it hold."""
    for question in questions:
        verdict = question()
        if isinstance(verdict, Unknown | Cannot):
            return verdict
        if verdict is not True:
            return False
    return True
