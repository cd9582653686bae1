"""Decides what is asked of single keys and of facts, and finds whose keys they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iac_keycheck.deciding.terms import is_pure, negate
from iac_keycheck.deciding.values import Ref, Refused, Sample, Unknown, plain
from iac_keycheck.deciding.verdicts import Answer, Cannot, Certainty, Verdict
from iac_keycheck.deciding.worlds import Inputs, World
from iac_keycheck.facts import Fact, Pace, Retention, Rotation
from iac_keycheck.records import dataclass, replace
from iac_keycheck.resource import ACCESS_KEY, USER, Account, Declaration, Deployment, Instance
from iac_keycheck.users.iam import Person, active

Test = Callable[[Instance], Verdict]
Decision = tuple[Answer, frozenset[str]]
"""How surely a fact holds, and which inputs of its witness are not to be shown."""
_Declared = tuple[Instance, Declaration]


@dataclass(frozen=True, slots=True)
class Case:
    """A block of which something holds: for these keys, with their users, in the answer's world."""

    declaration: Declaration
    keys: tuple[tuple[Instance, Person], ...]
    answer: Answer
    sensitive: frozenset[str] = frozenset()

    @property
    def certainty(self) -> Certainty:
        """How surely it holds of some key of the block."""
        return self.answer.certainty or Certainty.POSSIBLE


def keys_where(
    deployment: Deployment, test: Test, among: Callable[[Declaration], bool] = lambda _: True
) -> Iterator[Case]:
    """The blocks of keys of which something holds, each with how surely; or, in the answer's reason, why not told.

    ``among`` says without any world which blocks come into question.
    """
    users = _Users(deployment.space.inputs, deployment.of_kind(USER))
    for declaration in deployment.of_kind(ACCESS_KEY):
        if declaration.undeclared or not among(declaration):
            continue
        answer = deployment.space.decide(lambda one=declaration: _some(one, test))  # type: ignore[misc]
        if answer.certainty is None and answer.reason is None:
            continue
        keys = () if answer.certainty is None else tuple(_holding(deployment, declaration, test, answer.world, users))
        yield Case(declaration, keys, answer, deployment.space.sensitive(answer.witness))


def rotations(deployment: Deployment, test: Callable[[Rotation], Verdict]) -> Iterator[Case]:
    """The blocks of keys that can be active, and of whose rotation something holds."""
    if deployment.is_evidence:
        return

    def of_key(key: Instance) -> Verdict:
        on = active(key)
        if on is False:
            return False
        found = deployment.facts.rotation(key)
        verdict = test(found) if isinstance(found, Rotation) else found
        return on if verdict is True else verdict

    by_nothing = test(Rotation(Pace.NONE)) is False and test(Rotation(Pace.BY_HAND)) is False
    yield from keys_where(deployment, of_key, deployment.facts.may_rotate if by_nothing else lambda _: True)


def rotation_in(deployment: Deployment, case: Case) -> Rotation:
    """How the first of the keys is rotated in the world in which it holds."""
    with deployment.space.inputs.assuming(case.answer.world):
        found = deployment.facts.rotation(case.keys[0][0])
    return found if isinstance(found, Rotation) else Rotation(Pace.NONE)


def retained(deployment: Deployment, test: Callable[[Retention], Verdict]) -> Iterator[tuple[Case, Retention]]:
    """The blocks of keys of which some stay where they should go, with what makes them stay."""
    if deployment.is_evidence:
        return
    facts = deployment.facts
    for case in keys_where(deployment, lambda key: test(facts.retention(key)), facts.may_stay):
        with deployment.space.inputs.assuming(case.answer.world):
            yield case, deployment.facts.retention(case.keys[0][0]) if case.keys else Retention()


def all_active(deployment: Deployment) -> Deployment:
    """The deployment as if all its keys were active: itself where they are."""

    def switched_on(declaration: Declaration) -> Declaration:
        if declaration.kind != ACCESS_KEY or _is_active(deployment, declaration):
            return declaration

        def expand() -> tuple[Instance, ...] | Unknown | Cannot:
            expanded = declaration.expand()
            return tuple(map(_switched_on, expanded)) if isinstance(expanded, tuple) else expanded

        return replace(declaration, expand=expand)

    declarations = tuple(map(switched_on, deployment.declarations))
    changed = any(one is not other for one, other in zip(declarations, deployment.declarations, strict=True))
    return replace(deployment, declarations=declarations) if changed else deployment


def _is_active(deployment: Deployment, declaration: Declaration) -> bool:
    """Whether it is seen that all keys of a block are active in all worlds."""

    def some_is_not() -> Verdict:
        return _some(declaration, lambda key: negate(active(key)))

    seen = False
    for _, verdict in deployment.space.explore(some_is_not):
        if verdict is not False:
            return False
        seen = True
    return seen


def _switched_on(key: Instance) -> Instance:
    return replace(key, attribute=lambda name: "Active" if name == "status" else key.attribute(name))


def decided(deployment: Deployment, fact: Fact) -> Decision:
    """How surely a fact holds, and which inputs of its witness are not to be shown."""
    answer = deployment.space.decide(fact.holds)
    return answer, deployment.space.sensitive(answer.witness)


def person_at(deployment: Deployment, address: str, world: World) -> Person:
    """The user of the key at an address, in a world."""
    with deployment.space.inputs.assuming(world):
        for declaration in deployment.of_kind(ACCESS_KEY):
            for instance in _instances(declaration):
                if instance.address == address:
                    return _Users(deployment.space.inputs, deployment.of_kind(USER)).person(instance)
    return Person(None, None)


def _some(declaration: Declaration, test: Test) -> Verdict:
    """Whether it holds of some instance of the block."""
    expanded = declaration.expand()
    if not isinstance(expanded, tuple):
        return expanded
    pending: Verdict = False
    for instance in expanded:
        verdict = test(instance)
        if verdict is True:
            return True
        if verdict is not False and not isinstance(pending, Unknown):
            pending = verdict
    return pending


def _holding(
    deployment: Deployment, declaration: Declaration, test: Test, world: World, users: _Users
) -> Iterator[tuple[Instance, Person]]:
    with deployment.space.inputs.assuming(world):
        seen: set[str] = set()
        for instance in _instances(declaration):
            if instance.address not in seen and _does(instance, test):
                seen.add(instance.address)
                yield instance, users.person(instance)


def _does(instance: Instance, test: Test) -> bool:
    """Whether something holds of a key; not where it cannot be told, since another key of the block shows it."""
    try:
        return test(instance) is True
    except Refused:
        return False


@dataclass(frozen=True, slots=True, eq=False)
class _Users:
    """The declared users, found by address or name in the world of the moment, not one by one for each key."""

    inputs: Inputs
    declarations: tuple[Declaration, ...]

    def person(self, key: Instance) -> Person:
        """Whose key it is."""
        try:
            owner = key.owner
        except Refused:
            return Person(None, None)
        name = plain(owner)
        known = str(name) if isinstance(name, str) and not isinstance(name, Sample) else None
        address = owner.shown or owner.target if isinstance(owner, Ref) and owner.account == key.account else None
        try:
            found = self._declared(key, address, known)
        except Refused:
            found = None
        if found is None:
            return Person(known, address)
        user, declaration = found
        return Person(known, user.address, declaration)

    def _declared(self, key: Instance, address: str | None, name: str | None) -> _Declared | None:
        if address is not None:
            by_address = self.inputs.remember(("users by address", self), lambda: self._first(_address))
            return by_address.get((key.account, address))
        if name is not None:
            by_name = self.inputs.remember(("users by name", self), lambda: self._first(_known_name))
            return by_name.get((key.account, name.casefold()))
        return next((one for one in self._all() if one[0].account == key.account and _is_named_like(one[0], key)), None)

    def _first(self, word: Callable[[Instance], str | None]) -> dict[tuple[Account, str], _Declared]:
        """The first user of each word in each account."""
        found: dict[tuple[Account, str], _Declared] = {}
        for user, declaration in self._all():
            said = word(user)
            if said is not None:
                found.setdefault((user.account, said), (user, declaration))
        return found

    def _all(self) -> Iterator[_Declared]:
        return ((user, declaration) for declaration in self.declarations for user in _instances(declaration))


def _address(user: Instance) -> str:
    return user.address


def _known_name(user: Instance) -> str | None:
    try:
        name = plain(user.attribute("name"))
    except Refused:
        return None
    return name.casefold() if isinstance(name, str) else None


def _is_named_like(user: Instance, key: Instance) -> bool:
    """Whether a user has the name of unknown value by which a key names its user."""
    try:
        own, name = plain(user.attribute("name")), plain(key.owner)
    except Refused:
        return False
    return isinstance(own, Unknown) and isinstance(name, Unknown) and own.term == name.term and is_pure(own.term)


def _instances(declaration: Declaration) -> tuple[Instance, ...]:
    try:
        expanded = declaration.expand()
    except Refused:
        return ()
    return expanded if isinstance(expanded, tuple) else ()
