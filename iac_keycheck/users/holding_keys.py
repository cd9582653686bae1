"""The users of one deployment's keys by their names: which names there may be, and how surely one of them has a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from iac_keycheck.deciding.values import Ref, Refused, Unknown, plain
from iac_keycheck.deciding.verdicts import Answer, Cannot, Verdict
from iac_keycheck.deciding.worlds import NOTHING, World
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.resource import ACCESS_KEY, Declaration, Deployment, Instance
from iac_keycheck.users.iam import Person, Unclear, active, known_name
from iac_keycheck.users.identity import same_user, waits_for_a_name

MOST_NAMES = 16
"""So many names are asked for at a block of which not all names could be told."""

_ByName = tuple[Mapping[str, tuple[Instance, ...]], tuple[Instance, ...]]
"""Keys by the known names of their users, and those whose user has no known name."""


@dataclass(slots=True, eq=False)
class Holder:
    """The keys of a deployment in the account that it shares with others, by the names of their users.

    ``blocks`` has the blocks for each name that some world gives, in lower case. What names the blocks of ``unclear``
    have besides could not be told. ``repeating`` blocks may have several keys at once.
    """

    deployment: Deployment
    blocks: dict[str, list[Declaration]] = field(default_factory=dict)
    unclear: list[Unclear] = field(default_factory=list)
    repeating: set[Declaration] = field(default_factory=set)

    @classmethod
    def of(cls, deployment: Deployment) -> Holder:
        """All names that the code and its committed files give to the users of keys."""
        made = cls(deployment)
        for declaration in deployment.of_kind(ACCESS_KEY):
            made._look_up(declaration)
        return made

    def look_for(self, names: Iterable[str]) -> list[Unclear]:
        """Look for further names at the blocks of which not all could be told; those that stay so."""
        left = []
        for unclear in self.unclear:
            missing = [name for name in names if unclear.declaration not in self.blocks.get(name, ())]
            if len(missing) > MOST_NAMES:
                left.append(unclear)
                continue
            for name in missing:
                self.blocks.setdefault(name, []).append(unclear.declaration)
        return left

    def answer(self, name: str, least: int = 1) -> Answer:
        """How surely the user of a name has at least so many active keys here."""
        return self.deployment.space.decide(partial(self._has, name, least))

    def inputs_of_file(self, name: str, file: str) -> Answer:
        """As `answer`, shown with the inputs that it takes of a parameter file with which it holds."""
        space = self.deployment.space
        return space.witnesses.found(partial(self._has, name, 1), [dict(space.named)[file]])

    def shown(self, name: str, world: World) -> tuple[tuple[Instance, Person], ...]:
        """The active keys of a user, with who that is, in a world where there are some or in one that completes it.

        Where some are there whatever the inputs are, it is those.
        """
        space, question = self.deployment.space, partial(self._has, name, 1)
        start = NOTHING if space.ask(question, NOTHING) is True else world
        for complete, verdict in space.explore(question, start):
            if verdict is True:
                with space.inputs.assuming(complete):
                    return tuple((one, _person(one)) for one in self._keys(name) if _is_active(one))
        return ()

    def _look_up(self, declaration: Declaration) -> None:
        names: dict[str, None] = {}

        def ask() -> Verdict:
            found = self._by_name(declaration)
            if not isinstance(found, tuple):
                return found
            names.update(dict.fromkeys(found[0]))
            if sum(map(len, found[0].values())) + len(found[1]) > 1:
                self.repeating.add(declaration)
            for key in found[1]:
                waiting = waits_for_a_name(key, self.deployment.space.inputs) or active(key)
                if isinstance(waiting, Unknown):
                    return waiting
            return True

        space = self.deployment.space
        for start in (NOTHING, space.committed, *(world for _, world in space.named)):
            for _, verdict in space.explore(ask, start):
                if isinstance(verdict, Cannot) and verdict.reason and start is NOTHING:
                    self.unclear.append(Unclear(declaration, verdict.reason))
        for name in names:
            self.blocks.setdefault(name, []).append(declaration)

    def _by_name(self, declaration: Declaration) -> _ByName | Unknown | Cannot:
        """The keys of a block by the names of their users, in the world of the moment."""

        def found() -> _ByName | Unknown | Cannot:
            expanded = declaration.expand()
            if not isinstance(expanded, tuple):
                return expanded
            home = self.deployment.home()
            named: dict[str, list[Instance]] = {}
            unnamed: list[Instance] = []
            for key in expanded:
                if key.account == home:
                    name = known_name(key)
                    (unnamed if name is None else named.setdefault(name.casefold(), [])).append(key)
            return {name: tuple(keys) for name, keys in named.items()}, tuple(unnamed)

        return self.deployment.space.inputs.remember(("keys by name", declaration.expand), found)

    def _has(self, name: str, least: int) -> Verdict:
        """Whether the user of a name has so many active keys, in the world of the moment."""
        number = 0
        pending: Unknown | Cannot | None = None
        for declaration in self.blocks.get(name, ()):
            found = self._told(declaration)
            if not isinstance(found, tuple):
                pending = pending if isinstance(pending, Unknown) else found
                continue
            named, unnamed = found
            own = ((key, True) for key in named.get(name, ()))
            others = ((key, self._is_of(key, name)) for key in unnamed)
            for key, same in (*own, *others):
                verdict = active(key) if same is True else same
                number += verdict is True
                if not isinstance(verdict, bool) and not isinstance(pending, Unknown):
                    pending = verdict
        return True if number >= least else False if pending is None else pending

    def _told(self, declaration: Declaration) -> _ByName | Unknown | Cannot:
        """The keys of a block by name; one that takes too much to work out takes nothing from what others show."""
        try:
            return self._by_name(declaration)
        except Refused as refused:
            if refused.bound:
                return Cannot(refused.message)
            raise

    def _is_of(self, key: Instance, name: str) -> Verdict:
        """Whether a key whose user has no known name is of the user of this name: not by a text that was made up."""
        if isinstance(plain(key.owner), str):
            return False
        return same_user(key, replace(key, attribute={"user": name}.get), self.deployment.space.inputs)

    def _keys(self, name: str) -> Iterator[Instance]:
        """The keys of a user, active or not, in the world of the moment; none of a block that cannot be told there."""
        for declaration in self.blocks.get(name, ()):
            found = self._told(declaration)
            if isinstance(found, tuple):
                yield from found[0].get(name, ())


def _person(key: Instance) -> Person:
    """The user of a key, in the world of the moment."""
    owner = key.owner
    return Person(str(plain(owner)), (owner.shown or owner.target) if isinstance(owner, Ref) else None)


def _is_active(key: Instance) -> bool:
    try:
        return active(key) is True
    except Refused:
        return False
