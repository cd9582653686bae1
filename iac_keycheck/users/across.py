"""Users who hold keys from several deployments of one account, where the deployments are known to share it.

Deployments have no input in common. So two of them have a key of one user at once wherever each has one by itself: what
is found out of each is put together, and never are two of them asked about as one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence

from iac_keycheck.deciding.values import Value
from iac_keycheck.deciding.verdicts import Answer, Certainty
from iac_keycheck.records import dataclass, replace
from iac_keycheck.resource import ACCESS_KEY, Declaration, Deployment, Instance
from iac_keycheck.users.holding_keys import Holder
from iac_keycheck.users.iam import Meeting, Person, Unclear, opaque_owners

PAIR = 2


@dataclass(frozen=True, slots=True)
class Across:
    """What deployments have together: users with a key in each of several, at the deployment of the second key.

    ``unclear`` are blocks of which it could not be told whether a key of theirs is one of these.
    """

    meetings: tuple[tuple[Deployment, Meeting], ...]
    unclear: tuple[Unclear, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """How surely the user of a name has an active key in one deployment."""

    holder: Holder
    name: str
    answer: Answer

    @property
    def is_committed(self) -> bool:
        """Whether it holds with the committed values, whatever is open."""
        return (self.answer.certainty or 0) >= Certainty.DEFAULT and not self.answer.worlds

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The surest first, then what takes the fewest inputs."""
        return not self.is_committed, -(self.answer.certainty or 0), len(self.answer.witness)

    @property
    def witness(self) -> Mapping[str, Value]:
        """The inputs that it takes, by names that tell them from those of other deployments."""
        return {_input_of(self.holder.deployment, name): value for name, value in self.answer.witness.items()}

    def where(self, file: str) -> str:
        """A parameter file as seen from the deployment: files of one stage are alike in that."""
        deployment = self.holder.deployment
        directory = deployment.name if deployment.language == "terraform" else posixpath.dirname(deployment.name)
        below = posixpath.relpath(file, directory or ".")
        return file if below.startswith("../") else below

    def with_file(self, file: str) -> _Held:
        """The same, shown with the values of one of the files with which it holds."""
        world = dict(self.holder.deployment.space.named)[file]
        return replace(self, answer=Answer(Certainty.DEFAULT, worlds=(file,), world=world))

    def with_inputs(self) -> _Held:
        """The same, shown with inputs instead of a file, as far as there are such."""
        return replace(self, answer=self.holder.inputs_of_file(self.name, self.answer.worlds[0]))


def keys_across(deployments: Iterable[Deployment]) -> Across:
    """What the deployments have together that are known to share an account, beyond what each of them has alone."""
    shared: dict[str, list[Deployment]] = {}
    for deployment in deployments:
        if deployment.account is not None and deployment.of_kind(ACCESS_KEY):
            shared.setdefault(deployment.account, []).append(deployment)
    meetings: list[tuple[Deployment, Meeting]] = []
    unclear: list[Unclear] = []
    for group in shared.values():
        if len(group) >= PAIR:
            found = _in_one_account([Holder.of(deployment) for deployment in group])
            meetings += found.meetings
            unclear += found.unclear
    return Across(tuple(meetings), tuple(unclear))


def _in_one_account(holders: Sequence[Holder]) -> Across:
    unclear = _without_names(holders)
    found: list[tuple[Deployment, Meeting]] = []
    alternatives: dict[frozenset[Declaration], list[tuple[Deployment, Meeting]]] = {}
    for name, those in _by_name(holders).items():
        if len(those) < PAIR:
            continue
        held = [_Held(holder, name, holder.answer(name)) for holder in those]
        joint = _joint(held)
        if joint is None:
            unclear += _undecided(held)
            continue
        for told in _told(name, *joint):
            blocks = frozenset(key.declaration for key in told[1].instances)
            several = any(holder.repeating & blocks for holder in those)
            (found if several else alternatives.setdefault(blocks, [])).append(told)
    # keys of which each is one user's: that user has another name in another world, and is told of once
    found += (max(same, key=lambda one: one[1].answer.certainty or 0) for same in alternatives.values())
    return Across(tuple(found), tuple(unclear))


def _by_name(holders: Iterable[Holder]) -> dict[str, list[Holder]]:
    """The deployments that may have a key of the user of a name."""
    found: dict[str, list[Holder]] = {}
    for holder in holders:
        for name in holder.blocks:
            found.setdefault(name, []).append(holder)
    return found


def _without_names(holders: Sequence[Holder]) -> list[Unclear]:
    """Blocks of which not all names could be told, where a name that another deployment has may be one of them."""
    left: list[Unclear] = []
    having = _by_name(holders)
    unclear = [holder for holder in holders if holder.unclear]
    for holder in unclear:
        untold = holder.look_for([name for name, those in having.items() if those != [holder]])
        # what neither of two tells may be one name
        left += _untold(holder, untold if unclear == [holder] else holder.unclear)
    return left


def _undecided(held: Sequence[_Held]) -> Iterator[Unclear]:
    """The blocks that may make two deployments have a key of the user, where it could not be told whether they do."""
    may = [one for one in held if one.answer.certainty is not None or one.answer.reason is not None]
    for one in may if len(may) >= PAIR else ():
        if one.answer.reason is not None:
            blocks = one.holder.blocks[one.name]
            yield from _untold(one.holder, [Unclear(block, one.answer.reason) for block in blocks])


def _untold(holder: Holder, unclear: Sequence[Unclear]) -> Iterator[Unclear]:
    """What could not be told and its deployment does not say of itself."""
    said = {one.reason for one in opaque_owners(holder.deployment)} if unclear else ()
    return (one for one in unclear if one.reason not in said)


def _joint(held: Sequence[_Held]) -> tuple[list[_Held], Answer] | None:
    """The deployments that have a key of the user at once, and how surely; None where no two were seen to have one."""
    sure = sorted((one for one in held if one.answer.certainty is not None), key=lambda one: one.rank)[:PAIR]
    if len(sure) < PAIR:
        return None
    first, second = sure
    pair = [one for one in held if one in sure]
    if second.is_committed:
        return [one for one in held if one.is_committed], Answer(second.answer.certainty)
    if second.answer.certainty is Certainty.DEFAULT:
        if first.is_committed:
            return pair, Answer(Certainty.DEFAULT, worlds=second.answer.worlds)
        by_files = _by_files(held)
        if by_files is not None:
            return by_files
        given = second.with_inputs()
        if given.answer.certainty is None:
            # no inputs were found that do what the file does
            files = (_both(one.answer.worlds[0] for one in pair),)
            return [one.with_file(one.answer.worlds[0]) for one in pair], Answer(Certainty.DEFAULT, worlds=files)
        pair = [given if one is second else one for one in pair]
    witness = {name: value for one in pair for name, value in one.witness.items()}
    # beside given inputs, the values of a file are as good as committed ones
    return pair, Answer(Certainty.POSSIBLE, worlds=first.answer.worlds, witness=witness)


def _by_files(held: Iterable[_Held]) -> tuple[list[_Held], Answer] | None:
    """Two deployments that have a key of the user with the values of files of one stage, if there are such."""
    of_stage: dict[str, list[tuple[_Held, str]]] = {}
    for one in held:
        for file in one.answer.worlds:
            of_stage.setdefault(one.where(file), []).append((one, file))
    alike = next((having for having in of_stage.values() if len(having) >= PAIR), None)
    if alike is None:
        return None
    pair = [one for one, _ in alike[:PAIR]]
    files = [[file for one, file in having if one in pair] for having in of_stage.values()]
    worlds = tuple(_both(both) for both in files if len(both) == PAIR)
    return [one.with_file(file) for one, file in alike[:PAIR]], Answer(Certainty.DEFAULT, worlds=worlds)


def _both(files: Iterable[str]) -> str:
    """Files whose values are used at once, as one name of a world."""
    return " and ".join(dict.fromkeys(files))


def _told(name: str, held: Sequence[_Held], answer: Answer) -> Iterator[tuple[Deployment, Meeting]]:
    """The meeting of the keys of a user, unless one of the deployments has it alone, as surely."""
    first: list[tuple[Deployment, Instance, Person]] = []
    for one in held:
        keys = one.holder.shown(name, one.answer.world)
        alone = one.holder.answer(name, PAIR).certainty if len(keys) >= PAIR else None
        if alone is not None and alone >= (answer.certainty or 0):
            return
        # what else it may have is less sure
        first += ((one.holder.deployment, key, person) for key, person in keys[:1])
    deployment = first[1][0]
    address = next((person.address for _, _, person in first if person.address is not None), None)
    person = Person(first[0][2].name, address)
    sensitive = frozenset(
        _input_of(one.holder.deployment, name)
        for one in held
        for name in one.holder.deployment.space.sensitive(one.answer.witness)
    )
    yield deployment, Meeting(person, tuple(key for _, key, _ in first), answer, sensitive)


def _input_of(deployment: Deployment, name: str) -> str:
    """An input of one deployment among several, as the command line names it."""
    return f"{deployment.name}:{name}"
