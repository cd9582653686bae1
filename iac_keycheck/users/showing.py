"""What is shown of a user at whom instances meet: who that is, and which of them there are in one world."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from posixpath import dirname

from iac_keycheck.deciding.terms import is_pure
from iac_keycheck.deciding.values import Ref, Refused, Unknown, plain
from iac_keycheck.deciding.worlds import NOTHING, World
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import USER, Declaration, Deployment, Instance, without_keys
from iac_keycheck.users.iam import Person, known_name, meeting_label, owner_in_account
from iac_keycheck.users.identity import name_label, same_user
from iac_keycheck.users.together import MOST, Combination, Together


@dataclass(slots=True)
class Showing:
    """Instances and users of a deployment, by the words for users that `iam.meeting_label` gives."""

    deployment: Deployment
    together: Together
    _users: dict[str, list[Declaration]] = field(default_factory=dict)

    def instances(
        self,
        labels: Collection[str],
        combinations: Sequence[Combination],
        world: World,
        first: Combination,
    ) -> tuple[Instance, ...]:
        """The instances of a user that exist in a world, of all the combinations in which it was seen, in source order.

        What it shows of the ``first`` of these comes first.
        """
        shown: dict[tuple[str, str], Instance] = {}
        with self.deployment.space.inputs.assuming(world):
            known = {*labels, *(name for label in labels for name in self.names_at(label) or ())}
            present = self._present(combinations)
            for combination in sorted(present, key=lambda one: one != first):
                unnamed: list[tuple[Instance, ...]] = []
                for instances, own in self._meeting_in(combination, labels):
                    if all(one in shown for one in _places(instances)):
                        continue
                    if own in known:
                        _add(instances, shown)
                    elif "|" in own or any("|" in label for label in labels):
                        unnamed.append(instances)
                # one of the two had no name: it may be this one unless something sets them apart
                for instances in unnamed:
                    if all(self._may_be_one(instances[0], one) for one in [*shown.values()][:1]):
                        _add(instances, shown)
        return tuple(sorted(shown.values(), key=lambda one: (one.declaration.span, one.address)))

    @staticmethod
    def _present(combinations: Sequence[Combination]) -> list[Combination]:
        """Those all of whose blocks are known to have instances in the world of the moment: of thousands, few."""
        present: set[int] = set()
        for declaration in {id(one): one for combination in combinations for one in combination}.values():
            with suppress(Refused):
                expanded = declaration.expand()
                if isinstance(expanded, tuple) and expanded:
                    present.add(id(declaration))
        return [one for one in combinations if present.issuperset(map(id, one))]

    def _meeting_in(
        self, combination: Combination, labels: Collection[str]
    ) -> Iterator[tuple[tuple[Instance, ...], str]]:
        """The instances of a combination that meet in the world of the moment, with the word for their user."""
        with suppress(Refused):
            for instances in islice(self.together.instances(combination, labels), MOST):
                if isinstance(instances, tuple):
                    with suppress(Refused):
                        if self.together.fit(instances) is True:
                            yield instances, meeting_label(instances)

    def _may_be_one(self, one: Instance, two: Instance) -> bool:
        try:
            return same_user(one, two, self.together.inputs) is not False
        except Refused:
            return False

    def names_at(self, label: str) -> frozenset[str] | None:
        """The words for the names of a declared user, in the world of the moment; None where that is not made."""
        found: set[str] = set()
        absent = True
        for declaration in self._users_at(label[1:]) if label.startswith("@") else ():
            names = self.together.inputs.remember(("names", declaration.address), partial(_names, declaration))
            absent = absent and names is not None and label not in names
            found.update((names or {}).get(label, ()))
        return None if absent else frozenset(found)

    def expressions_at(self, label: str) -> frozenset[str]:
        """The words for what a declared user's name is, where no world of the moment tells more: as `meeting_label`."""
        found: set[str] = set()
        for declaration in self._users_at(label[1:]) if label.startswith("@") else ():
            with suppress(Refused, RecursionError):  # what is too deep to be written is no word for anybody
                expanded = declaration.expand()
                for one in expanded if isinstance(expanded, tuple) else ():
                    name = plain(one.attribute("name"))
                    if f"@{one.address}" == label and isinstance(name, Unknown) and is_pure(name.term):
                        found.add(f"|{name.term!r}")
        return frozenset(found)

    def _users_at(self, address: str) -> list[Declaration]:
        """The declarations of the user of an address."""
        if not self._users:
            for declaration in self.deployment.of_kind(USER):
                self._users.setdefault(without_keys(declaration.address), []).append(declaration)
        return self._users.get(without_keys(address)) or [*self.deployment.of_kind(USER)]

    def person(self, instances: Iterable[Instance], world: World, *, always: bool = False) -> Person:
        """The user of these instances in a world, with the name as it is declared.

        What ``always`` holds for a name is not of a declared user who has another name elsewhere.
        """
        with self.deployment.space.inputs.assuming(world):
            instances = sorted(instances, key=lambda one: one.address)  # whatever the order of their blocks
            address = next((o.shown or o.target for i in instances if isinstance(o := owner_in_account(i), Ref)), None)
            name = next((n for i in instances if (n := known_name(i)) is not None), None)
            for user in self.deployment.of_kind(USER) if address is None else self._users_at(address):
                # a user who cannot be told here is not the one
                with suppress(Refused):
                    expanded = user.expand()
                    for one in expanded if isinstance(expanded, tuple) else ():
                        named = address is None and one.account == instances[0].account and _is_named(one, name)
                        if one.address == address or (named and not (always and self._is_renamed(user, one))):
                            return Person(known_name(one) or name, one.address, user)
            return Person(name, address)

    def _is_renamed(self, user: Declaration, instance: Instance) -> bool:
        """Whether the name of a user depends on the world."""
        with self.deployment.space.inputs.assuming(NOTHING):
            names = _names(user)
        return names is not None and not names.get(f"@{instance.address}")


def _add(instances: Sequence[Instance], shown: dict[tuple[str, str], Instance]) -> None:
    for place, instance in zip(_places(instances), instances, strict=True):
        shown.setdefault(place, instance)


def _places(instances: Sequence[Instance]) -> Iterator[tuple[str, str]]:
    """What tells instances apart: members of which one address stands for any are told by their number."""
    return ((one.address, str(index) if "[*]" in one.address else "") for index, one in enumerate(instances))


def _names(user: Declaration) -> Mapping[str, list[str]] | None:
    """The words for the names of the instances of a user, by their addresses; None where those are not known."""
    found: dict[str, list[str]] = {}
    with suppress(Refused):
        expanded = user.expand()
        if not isinstance(expanded, tuple):
            return None
        for one in expanded:
            name = known_name(one)
            found.setdefault(f"@{one.address}", []).extend(() if name is None else (name_label(name, one.account),))
    return found


def _is_named(user: Instance, name: str | None) -> bool:
    own = known_name(user)
    return name is not None and own is not None and own.casefold() == name.casefold()


def nearest_first(person: Person, instances: Iterable[Instance]) -> tuple[Instance, ...]:
    """Instances in the order of how far from their user they are declared."""
    return tuple(sorted(instances, key=partial(_distance, person)))


def _distance(person: Person, instance: Instance) -> int:
    """How far from its user a key is declared, in files and directories: the farthest is the one too many."""
    if person.declaration is None:
        return 0
    home, own = person.declaration.span.path, instance.declaration.span.path
    return 0 if own == home else 1 if dirname(own) == dirname(home) else 2
