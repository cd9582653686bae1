"""What was found at each user, by the words for users; what was found at two words for one user is brought together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from iac_keycheck.deciding.guards import Space
from iac_keycheck.deciding.values import Unknown
from iac_keycheck.deciding.verdicts import Answer, Cannot, Certainty, Question, Verdict
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Declaration
from iac_keycheck.users.showing import Showing
from iac_keycheck.users.together import Combination, Together

WHOLE_USER = 64
"""The greatest number of combinations that are asked about as one question, to see whether some always holds."""


@dataclass(slots=True)
class Found:
    """What was found at a user: combinations that meet there, with how surely, and ``also`` further words for it.

    The ``further`` combinations meet there no more surely than the others.
    """

    answers: list[tuple[Answer, Combination]] = field(default_factory=list)
    further: list[Combination] = field(default_factory=list)
    also: set[str] = field(default_factory=set)

    @property
    def surest(self) -> tuple[Answer, Combination]:
        """The answer of the highest certainty, and to what."""
        return max(self.answers, key=lambda pair: pair[0].certainty or 0)

    @property
    def best(self) -> Certainty:
        """The highest certainty."""
        return self.surest[0].certainty or Certainty.POSSIBLE

    @property
    def combinations(self) -> list[Combination]:
        """All that were found to meet there."""
        return [*(combination for _, combination in self.answers), *self.further]

    def join(self, label: str, other: Found) -> None:
        """Take what was found at another word for the same user."""
        self.answers += other.answers
        self.further += other.further
        self.also |= {label, *other.also}


@dataclass(slots=True)
class Gathered:
    """What was found in one deployment, by the words for users that `iam.meeting_label` gives."""

    space: Space
    together: Together
    showing: Showing
    users: dict[str, Found] = field(default_factory=dict)
    expressions: dict[str, dict[Combination, frozenset[str]]] = field(default_factory=dict)

    def add(self, label: str, answer: Answer, combination: Combination) -> None:
        """Note that a combination meets at a user."""
        self.users.setdefault(label, Found()).answers.append((answer, combination))

    def add_names(self, expression: str, names: Iterable[str], combination: Combination) -> None:
        """Note that a combination meets at the user of an ``expression``, and as surely at the names it has by then."""
        self.expressions.setdefault(expression, {})[combination] = frozenset(names)

    def add_elsewhere(self) -> None:
        """Add what meets at one expression where that is none of its names, if the name is more than the expression.

        Its user is declared, or has other keys as well: what is told of that user is not told of whom the expression
        names for other values.
        """
        for expression, named in self.expressions.items():
            at_name = [
                found
                for label, found in self.users.items()
                if {label, *found.also} & frozenset().union(*named.values())
            ]
            more = any(self._has_more_keys(found, [*named]) for found in at_name)
            if expression in self.users or not (more or any(map(self._is_declared, at_name))):
                continue
            for combination, own in named.items():
                answer = self.space.decide(self.together.apart(combination, own))
                if answer.certainty is not None:
                    self.add(expression, answer, combination)

    def _has_more_keys(self, named: Found, combinations: Sequence[Combination]) -> bool:
        """Whether blocks were found at a name that are not of the user of these combinations in every world."""
        known = {id(block) for combination in combinations for block in combination}
        blocks = {id(block): block for combination in named.combinations for block in combination}
        others = [block for key, block in blocks.items() if key not in known]
        return any(self._may_part(combinations[0][0], block) for block in others)

    def _may_part(self, one: Declaration, two: Declaration) -> bool:
        verdicts = self.space.explore(self.together.parting(one, two))
        return any(verdict is True for _, verdict in verdicts)

    def _is_declared(self, found: Found) -> bool:
        answer, combination = found.surest
        with self.space.inputs.assuming(answer.world):
            instances = [one for one in self.together.instances(combination, None) if isinstance(one, tuple)]
        return any(self.showing.person(one, answer.world).address is not None for one in instances[:1])

    def join_names(self) -> None:
        """Take what was found at a name together with what was found at a user who has that name there."""
        some_open = any("|" in label for label in self.users)
        for label in [label for label in self.users if label.startswith("@")]:
            names = self._names_where(self.users[label], label, expressions=some_open) or frozenset()
            for name in names & self.users.keys():
                # where the declared user is not made, whom text names is still the one of that name
                own = self._names_where(self.users[name], label, expressions=some_open)
                if own is None or name in own:
                    self.users[label].join(name, self.users.pop(name))
        for label in [label for label in self.users if "|" in label]:
            for name in [name for name in self.users if "|" not in name]:
                if self._is_shown_by(label, name):
                    self.users[label].join(name, self.users.pop(name))
                else:
                    self._add_what_meets_at(name, self.users[label])

    def _add_what_meets_at(self, name: str, found: Found) -> None:
        """Count for a name what was found at an expression that is this name in the committed worlds."""
        named = self.users[name]
        for combination in dict.fromkeys(found.combinations[:WHOLE_USER]):
            if combination not in named.combinations:
                answer = self.space.decide_from(self.together.question((combination,), (name,), None), ())
                if answer.certainty is not None:
                    named.answers.append((answer, combination))

    def made_smaller(self, label: str, found: Found, answer: Answer) -> tuple[Answer, list[Combination]]:
        """A possible answer with what its witness needs, and the combinations that meet then.

        What was found to meet at another user, or at one without a name, may meet here with less.
        """
        others = dict.fromkeys(one for other in self.users.values() if other is not found for one in other.combinations)
        every = list(islice(_different(chain(found.combinations, others)), WHOLE_USER))
        smaller = self.space.witnesses.made_smaller(self._meeting_at(label, found, every), answer)
        if smaller is answer:
            return answer, found.combinations
        here = (one for one in others if self.space.ask(self._meeting_at(label, found, [one]), smaller.world) is True)
        return smaller, list(dict.fromkeys((*found.combinations, *here)))

    def _meeting_at(self, label: str, found: Found, combinations: list[Combination]) -> Question:
        labels = (label, *found.also)

        def ask() -> Verdict:
            names = {name for one in labels for name in self.showing.names_at(one) or ()}
            return self.together.question(combinations, {*labels, *names}, None)()

        return ask

    def _is_shown_by(self, label: str, name: str) -> bool:
        """Whether what was found of a user without a name is as sure, and shows all that was found at this name."""
        found, named = self.users[label], self.users[name]
        if named.best > found.best or max(len(found.combinations), len(named.combinations)) > WHOLE_USER:
            return False
        if self._has_more_keys(named, found.combinations):
            return False
        labels: dict[str, None] = {}
        at_name = self.together.question(named.combinations, (name,), None)
        shows = self.together.question(found.combinations, None, labels, exhaustive=True)

        def tells_more() -> Verdict:
            verdict = at_name()
            if verdict is not True:
                return verdict
            labels.clear()
            verdict = shows()
            if name in labels:
                return label in labels  # two users at once
            return verdict if isinstance(verdict, Unknown) else True

        if self.space.ask(tells_more, named.surest[0].world) is not False:
            return False
        # larger collections than those that were tried show nothing that these do not
        return all(verdict is False or verdict == Cannot("") for _, verdict in self.space.explore(tells_more))

    def _names_where(self, found: Found, label: str, *, expressions: bool) -> frozenset[str] | None:
        """The words for the names of a declared user in the world that shows something best, or for their terms."""
        with self.space.inputs.assuming(found.surest[0].world):
            names = self.showing.names_at(label)
            return names if names is None or not expressions else names | self.showing.expressions_at(label)


def _different(combinations: Iterable[Combination]) -> Iterator[Combination]:
    """Each once, in order, as far as they are asked for."""
    seen: set[Combination] = set()
    for one in combinations:
        if one not in seen:
            seen.add(one)
            yield one
