"""Users with what is theirs: what a question about them gives, and the words by which they are told apart."""

from __future__ import annotations

from collections.abc import Sequence

from iac_keycheck.deciding.terms import equal
from iac_keycheck.deciding.values import Origin, Ref, Refused, Sample, Unknown, leaves, plain
from iac_keycheck.deciding.verdicts import Answer
from iac_keycheck.records import dataclass
from iac_keycheck.resource import ACCESS_KEY, USER, Account, Declaration, Deployment, Instance
from iac_keycheck.source import Problem, Span
from iac_keycheck.users.identity import owner_label


@dataclass(frozen=True, slots=True)
class Person:
    """The user of a meeting: ``name`` and ``address`` are None where they are not known or not declared."""

    name: str | None
    address: str | None
    declaration: Declaration | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place in code or evidence that tells of a key of the user, and what it is."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """Instances of one user that exist together: ``instances`` in the answer's world, in source order.

    ``sensitive`` names the inputs of the witness whose values are not to be shown. So many of the keys are
    ``undeclared``: evidence shows them, and they are not ``declared_in`` what was scanned; ``sightings`` are further
    places that tell of the user's keys.
    """

    person: Person
    instances: tuple[Instance, ...]
    answer: Answer
    sensitive: frozenset[str] = frozenset()
    undeclared: int = 0
    declared_in: str = "this code"
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class Unclear:
    """What could not be told: of which block, and why."""

    declaration: Declaration
    reason: str


@dataclass(frozen=True, slots=True)
class Meetings:
    """All meetings of some kinds in a deployment, what could not be told, and what is wrong with the input."""

    meetings: tuple[Meeting, ...]
    unclear: tuple[Unclear, ...]
    problems: tuple[Problem, ...]


def active(key: Instance) -> bool | Unknown:
    """Whether a key is active. Front ends give no status but ``Active`` and ``Inactive``, and null as ``Active``."""
    return equal(key.attribute("status"), "Active")


def owner_in_account(instance: Instance) -> object:
    """The user of an instance; one that another account manages counts as its name only."""
    owner = instance.owner
    return owner.value if isinstance(owner, Ref) and owner.account != instance.account else owner


def known_name(instance: Instance) -> str | None:
    """The name of the user of an instance, where it is known and not made up by the search."""
    name = plain(instance.owner)
    return str(name) if isinstance(name, str) and not isinstance(name, Sample) else None


def name_is_open(owner: Ref) -> bool:
    """Whether inputs decide what the name is: then another key may name the same user by text."""
    return any(leaf.input.origin not in (Origin.COMPUTED, Origin.OPAQUE) for leaf in leaves(owner.value))


def meeting_label(instances: Sequence[Instance]) -> str:
    """A word for the user at whom instances meet."""
    owners = [owner_in_account(instance) for instance in instances]
    for owner in owners:
        if isinstance(owner, Ref):
            return f"@{owner.shown or owner.target}"
    for instance in instances:
        label = owner_label(instance)
        if label is not None and not isinstance(plain(instance.owner), Sample):
            return label
    first, *others = (plain(instance.owner) for instance in instances)
    if isinstance(first, Unknown) and all(isinstance(name, Unknown) and name.term == first.term for name in others):
        return f"|{first.term!r}"
    return "|" + "|".join(sorted({instance.declaration.address for instance in instances}))


def opaque_owners(deployment: Deployment) -> list[Unclear]:
    """Keys whose user comes out of a module that could not be read."""
    found: list[Unclear] = []
    for declaration in deployment.of_kind(ACCESS_KEY):
        with deployment.space.inputs.assuming(deployment.space.committed):
            try:
                instances = declaration.expand()
                owners = [instance.owner for instance in instances] if isinstance(instances, tuple) else []
            except Refused:
                continue
            for owner in owners:
                opaque = next((leaf.input for leaf in leaves(owner) if leaf.input.origin is Origin.OPAQUE), None)
                if opaque is not None:
                    found.append(
                        Unclear(declaration, opaque.reason or f"its user is {opaque.name}, which could not be read")
                    )
                    break
    return found


def users_of_one_name(deployment: Deployment) -> list[Problem]:
    """Users that an account would refuse: two declarations, neither imported, with one name."""
    seen: dict[tuple[str, Account], Instance] = {}
    problems: list[Problem] = []
    with deployment.space.inputs.assuming(deployment.space.committed):
        for declaration in deployment.of_kind(USER):
            try:
                expanded = declaration.expand()
                made = [one for one in expanded if not one.imported] if isinstance(expanded, tuple) else []
                named = [(name.casefold(), one) for one in made if (name := known_name(one))]
            except Refused:
                continue
            for name, instance in named:
                first = seen.setdefault((name, instance.account), instance)
                if first is instance:
                    continue
                message = f'"{name}" is the name of {first.address} as well; an account has one user of a name'
                problems.append(Problem("duplicate", message, declaration.span, relevant=False))
    return problems
