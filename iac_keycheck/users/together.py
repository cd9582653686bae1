"""Asks of one combination of blocks in one world: which of their instances belong to one user, keys being active."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, pairwise, product
from math import prod

from iac_keycheck.deciding.values import Refused, Unknown, plain
from iac_keycheck.deciding.verdicts import Cannot, Question, Verdict
from iac_keycheck.deciding.worlds import Inputs
from iac_keycheck.records import dataclass
from iac_keycheck.resource import ACCESS_KEY, USER, Declaration, Instance
from iac_keycheck.users.iam import active, meeting_label
from iac_keycheck.users.identity import has_other_name, owner_label, same_user
from iac_keycheck.users.joining import FEW, Owners, chosen

MOST = 20_000
"""So many sets of instances of one combination are looked at in one world."""

Combination = tuple[Declaration, ...]
"""Blocks of which one instance each is looked at together; one that stands there twice, two of its instances."""

_TOO_MANY = f"there are more than {MOST} sets of instances to look at"


@dataclass(frozen=True, slots=True)
class Together:
    """Instances of certain kinds that belong to one user, evaluated in the world of the moment."""

    inputs: Inputs
    kinds: tuple[str, ...]

    def question(
        self,
        combinations: Sequence[tuple[Declaration, ...]],
        only: Collection[str] | None,
        labels: dict[str, None] | None,
        *,
        exhaustive: bool = False,
    ) -> Question:
        """Whether instances of one of the combinations meet: at the user of these words ``only``, if given.

        The words for the users at whom they do are put into ``labels``, of all of them if it is ``exhaustive``.
        """

        def ask() -> Verdict:
            pending: Verdict = False
            told: set[int] = set()
            for combination in combinations:
                for number, instances in enumerate(self.instances(combination, only)):
                    if number == MOST:
                        # what is pending may decide it, and there may be fewer then
                        pending = Cannot(_TOO_MANY) if pending is False else pending
                        break
                    if not isinstance(instances, tuple):
                        pending = instances if pending is False else pending
                        continue
                    if exhaustive and labels and self._is_told(instances, labels, told):
                        continue
                    verdict = self.fit(instances)
                    if verdict is False:
                        continue
                    if verdict is not True:
                        pending = verdict if pending is False or isinstance(pending, Cannot) else pending
                        continue
                    label = meeting_label(instances)
                    if only is not None and label not in only:
                        continue
                    if labels is not None:
                        labels.setdefault(label)
                        told.add(id(instances[0]))
                    if not exhaustive:
                        return True
            return pending

        return ask

    def apart(self, combination: Combination, names: Collection[str]) -> Question:
        """Whether instances of a combination meet at a user who has none of these names, by their labels."""

        def ask() -> Verdict:
            pending: Verdict = False
            for instances in islice(self.instances(combination, None), MOST):
                verdict = self.fit(instances) if isinstance(instances, tuple) else instances
                if verdict is True and isinstance(instances, tuple):
                    verdict = has_other_name(instances[0], names)
                if verdict is True:
                    return True
                pending = verdict if pending is False else pending
            return pending

        return ask

    def parting(self, one: Declaration, two: Declaration) -> Question:
        """Whether both blocks have instances and some of them belong to different users."""

        def ask() -> Verdict:
            pending: Verdict = False
            for instances in islice(self.instances((one, two), None), MOST):
                same = same_user(instances[0], instances[1], self.inputs) if isinstance(instances, tuple) else instances
                if same is False:
                    return True
                if same is not True:
                    pending = same
            return pending

        return ask

    @staticmethod
    def _is_told(instances: tuple[Instance, ...], labels: Collection[str], told: Collection[int]) -> bool:
        """Whether it is known that instances meet at the user of these, of which ``told`` has the first by identity."""
        label = owner_label(instances[0])
        if label is not None:
            return label in labels
        return id(instances[0]) in told and all(isinstance(plain(one.owner), Unknown) for one in instances)

    def instances(
        self, combination: tuple[Declaration, ...], labels: Collection[str] | None
    ) -> Iterator[tuple[Instance, ...] | Unknown | Cannot]:
        """One instance of each block, pairs within a block once: those that may meet, at this user if given."""
        expansions: list[tuple[Instance, ...]] = []
        for declaration in combination:
            expanded = declaration.expand()
            if not isinstance(expanded, tuple):
                yield expanded
                return
            expansions.append(expanded)
        indices: Iterable[tuple[int, ...]] = product(*(range(len(expansion)) for expansion in expansions))
        number = prod(map(len, expansions))
        if number > FEW:
            owners = [self._owners_of(*pair) for pair in zip(combination, expansions, strict=True)]
            both = zip(combination, expansions, strict=True)
            indices = chosen(owners, labels, [self.counting(*pair) for pair in both] if number > MOST else None)
        repeated = [place for place, (one, two) in enumerate(pairwise(combination)) if one is two]
        for places in indices:
            if all(places[place] < places[place + 1] for place in repeated):
                yield tuple(expansion[index] for expansion, index in zip(expansions, places, strict=True))

    def counting(self, declaration: Declaration, instances: tuple[Instance, ...]) -> frozenset[int]:
        """Those of a block's instances, by index, that count for the question whatever others there are."""
        # the same block may be looked at as if all its keys were active: that is another way to expand it
        what = ("counting", self.kinds, declaration.kind, declaration.expand)
        return self.inputs.remember(
            what, lambda: frozenset(index for index, one in enumerate(instances) if self._may_count(one))
        )

    def _may_count(self, instance: Instance) -> bool:
        try:
            return self.fit((instance,)) is not False
        except Refused:
            return True  # looking at it together with others will say so

    def _owners_of(self, declaration: Declaration, instances: tuple[Instance, ...]) -> Owners:
        what = ("owners", declaration.kind, declaration.address)
        return self.inputs.remember(what, lambda: Owners.of(instances))

    def fit(self, instances: tuple[Instance, ...]) -> Verdict:
        """Whether these instances belong to one user, count for the question and are active."""
        verdict: Verdict = True
        for instance in instances[1:]:
            same = same_user(instances[0], instance, self.inputs)
            if same is False:
                return False
            if same is not True:
                verdict = same
        for instance in instances:
            kind = instance.declaration.kind
            if USER in self.kinds and (instance.late or (kind == USER and instance.imported)):
                return False
            if kind == ACCESS_KEY:
                on = active(instance)
                if on is False:
                    return False
                if on is not True and not isinstance(verdict, Unknown):
                    verdict = on
        return verdict
