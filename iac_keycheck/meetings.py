"""Which keys and login profiles meet at one user, how surely, and in which world.

Blocks whose owners are known in all worlds are put together by them; only combinations that may meet are asked about,
and the question of each is decided by `guards`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice, pairwise, product
from math import prod
from posixpath import dirname

from iac_keycheck.guards import Answer, Cannot, Certainty, Question, Space, Verdict
from iac_keycheck.iam import (
    Meeting,
    Meetings,
    Person,
    Unclear,
    active,
    known_name,
    meeting_label,
    name_is_open,
    owner_in_account,
)
from iac_keycheck.identity import name_label, owner_label, same_user
from iac_keycheck.joining import FEW, Owners, chosen
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import ACCESS_KEY, USER, Declaration, Deployment, Instance, without_keys
from iac_keycheck.source import Problem
from iac_keycheck.values import Ref, Refused, Sample, Unknown, plain
from iac_keycheck.worlds import NOTHING, World

COMBINATIONS = 20_000
"""The greatest number of combinations of blocks that is looked at in one deployment."""
USERS = 500
"""The greatest number of users that one combination of blocks is decided for."""
OWNERS_WORLDS = 256
"""The greatest number of worlds in which the owners of one block are looked up."""
_OPEN = "the owner is open"
WORLDS_SHOWN = 4
"""How many worlds are kept that show one user."""
WHOLE_USER = 64
"""The greatest number of combinations that are asked about as one question, to see whether some always holds."""


def meetings(deployment: Deployment, kinds: tuple[str, ...]) -> Meetings:
    """Where instances of these kinds meet at one user, keys being active: one meeting a user.

    Kinds that occur twice are different instances of that kind. Imported users do not count.
    """
    return _Search(deployment, kinds).run()


@dataclass(slots=True)
class _Found:
    answers: list[tuple[Answer, tuple[Declaration, ...]]] = field(default_factory=list)
    further: list[tuple[Declaration, ...]] = field(default_factory=list)

    @property
    def best(self) -> Certainty:
        return max(answer.certainty or Certainty.POSSIBLE for answer, _ in self.answers)


@dataclass(slots=True)
class _Search:
    deployment: Deployment
    kinds: tuple[str, ...]
    found: dict[str, _Found] = field(default_factory=dict)
    unclear: dict[tuple[Declaration, str], Unclear] = field(default_factory=dict)
    staying: dict[tuple[Declaration, int], bool | None] = field(default_factory=dict)
    problems: dict[Problem, None] = field(default_factory=dict)
    users: dict[str, list[Declaration]] = field(default_factory=dict)

    @property
    def space(self) -> Space:
        return self.deployment.space

    def run(self) -> Meetings:
        for combination, expected in self._worth_asking():
            self._ask(combination, expected)
        self._join_names()
        merged = [self._meeting(label, found) for label, found in self.found.items()]
        found = tuple(meeting for meeting in merged if meeting is not None)
        return Meetings(found, tuple(self.unclear.values()), tuple(self.problems))

    def _join_names(self) -> None:
        """Take what was found at a name together with what was found at the declared user of that name."""
        for label in [label for label in self.found if label.startswith("@")]:
            for answer, _ in self.found[label].answers[:1]:
                with self.space.inputs.assuming(answer.world):
                    names = self._names_at(label)
                for name in names & self.found.keys():
                    other = self.found.pop(name)
                    self.found[label].answers += other.answers
                    self.found[label].further += other.further

    def _worth_asking(self) -> Iterator[tuple[tuple[Declaration, ...], frozenset[str] | None]]:
        """Combinations of blocks that may meet, and at which users: not those whose owners are known and different."""
        blocks = {kind: _Blocks() for kind in self.kinds}
        for kind, of_kind in blocks.items():
            for declaration in self.deployment.of_kind(kind):
                of_kind.add(declaration, self._owners(declaration))
        count = 0
        for indexes, shared, decided in _combined(tuple(blocks[kind] for kind in self.kinds)):
            combination = tuple(blocks[kind].all[index] for kind, index in zip(self.kinds, indexes, strict=True))
            if decided and len(blocks) == len(set(indexes)) == 1 and not self._repeats(combination[0]):
                continue
            count += 1
            if count > COMBINATIONS:
                self._note(combination[-1], f"there are more than {COMBINATIONS} combinations of blocks to look at")
                return
            yield combination, shared if decided else None

    def _owners(self, declaration: Declaration) -> frozenset[str] | None:
        """The names and addresses of all users that the instances of a block may have; None where they are open."""
        words: set[str] = set()

        def ask() -> Verdict:
            instances = declaration.expand()
            if not isinstance(instances, tuple):
                return instances
            for instance in instances:
                if declaration.kind == ACCESS_KEY:
                    active(instance)
                label = owner_label(instance)
                if label is None or isinstance(plain(instance.owner), Sample):
                    return Cannot(_OPEN)
                words.add(label)
                if isinstance(instance.owner, Ref):
                    name = known_name(instance)
                    if name is not None:
                        words.add(name_label(name, instance.account))
                    elif name_is_open(instance.owner):
                        return Cannot(_OPEN)
            return True

        exists = False
        for _, verdict in islice(self.space.explore(ask), OWNERS_WORLDS):
            if isinstance(verdict, Cannot) and verdict.reason:
                return None
            exists = True
        if not exists:
            self._note_refusal(declaration)
        return frozenset(words)

    def _note_refusal(self, declaration: Declaration) -> None:
        """Say why a block exists in no world."""
        with self.space.inputs.assuming(NOTHING):
            try:
                expanded = declaration.expand()
                for instance in expanded if isinstance(expanded, tuple) else ():
                    owner_label(instance)
                    if declaration.kind == ACCESS_KEY:
                        active(instance)
            except Refused as refused:
                if refused.static:
                    self._note(declaration, f"it cannot be applied: {refused.message}")
                else:
                    self.problems[Problem("value", refused.message, declaration.span, relevant=False)] = None
            else:
                self._note(declaration, "there are no values of the inputs with which it can be applied")

    def _repeats(self, declaration: Declaration) -> bool:
        """Whether a block may have more than one instance."""
        with self.space.inputs.assuming(NOTHING):
            instances = declaration.expand()
            return not isinstance(instances, tuple) or len(instances) > 1

    def _ask(self, combination: tuple[Declaration, ...], expected: frozenset[str] | None) -> None:
        """Decide one combination. ``expected`` are the words for the only users at whom it can meet, if known."""
        labels: dict[str, None] = {}
        question = self._question((combination,), None, labels)
        known = [self.found[label] for label in expected or () if label in self.found]
        if known and len(known) >= _users(expected or ()):
            least = min(found.best for found in known)
            if not self._may_exceed(combination, question, least):
                for found in known:
                    found.further.append(combination)
                return
        answer = self.space.decide(question)
        if answer.certainty is None:
            if answer.reason is not None:
                self._note(combination[-1], answer.reason)
            return
        if expected is not None and len(expected) == 1:
            self.found.setdefault(next(iter(labels)), _Found()).answers.append((answer, combination))
            return
        users, at_once = self._users_at_once(combination, answer)
        if len(users) < 2:  # noqa: PLR2004 — the same user in all worlds
            label = next(iter(users), None) or next(iter(labels))
            self.found.setdefault(label, _Found()).answers.append((answer, combination))
            return
        self._ask_for_each(combination, users, answer, at_once=at_once)

    def _may_exceed(self, combination: tuple[Declaration, ...], question: Question, least: Certainty) -> bool:
        """Whether a combination may meet more surely than this: only where each of its blocks is always there.

        That is asked of the blocks, of which there are few, before it is asked of the combinations.
        """
        for index, world in enumerate((self.space.committed, *(world for _, world in self.space.named))):
            stays = [self._stays(declaration, index, world) for declaration in combination]
            if None in stays or False not in stays:
                return self.space.may_exceed(question, least)
        return False

    def _stays(self, declaration: Declaration, index: int, world: World) -> bool | None:
        """Whether a block has instances however a committed world is completed; None where that cannot be told."""
        key = (declaration, index)
        if key not in self.staying:

            def exists() -> Verdict:
                instances = declaration.expand()
                return bool(instances) if isinstance(instances, tuple) else instances

            seen = [verdict for _, verdict in islice(self.space.explore(exists, world), OWNERS_WORLDS)]
            told = len(seen) < OWNERS_WORLDS and not any(isinstance(verdict, Cannot) for verdict in seen)
            self.staying[key] = all(verdict is True for verdict in seen) if told else None
        return self.staying[key]

    def _ask_for_each(
        self, combination: tuple[Declaration, ...], users: Mapping[str, list[World]], answer: Answer, *, at_once: int
    ) -> None:
        """Decide a combination for each of the users at whom it meets, those that have a name or address first.

        ``users`` has the worlds in which it was seen to meet there.
        """
        apart: list[tuple[str, Answer]] = []
        certainty = answer.certainty or Certainty.POSSIBLE
        for label in sorted(users, key=_stands_for_any)[:USERS]:
            if _stands_for_any(label) and any((one.certainty or 0) >= certainty for _, one in apart):
                break
            question = self._question((combination,), label, None)
            always = certainty is Certainty.ALWAYS
            one = self.space.decide(question) if always else self.space.decide_from(question, users[label])
            if one.certainty is not None:
                apart.append((label, one))
        if not apart:
            self._note(combination[-1], "whose keys they are could not be told for any world in which they meet")
        unnamed = any("|" in label for label in users)
        if unnamed and at_once == 1 and all((one.certainty or 0) < certainty for _, one in apart):
            # one expression for the user, whose name is another in some worlds: together they are surer than each
            apart = [(next(iter(users)), answer)]
        for label, one in apart:
            self.found.setdefault(label, _Found()).answers.append((one, combination))

    def _users_at_once(
        self, combination: tuple[Declaration, ...], answer: Answer
    ) -> tuple[dict[str, list[World]], int]:
        """The users at whom a combination meets, with worlds that show it, and how many there are in one world at most.

        A block may give each of its instances to another. The world of the answer comes first, then the committed ones.
        """
        found: dict[str, list[World]] = {}
        labels: dict[str, None] = {}
        most = 0
        question = self._question((combination,), None, labels, exhaustive=True)

        def noted() -> Verdict:
            nonlocal most
            labels.clear()
            verdict = question()
            most = max(most, len(labels))
            for label in labels:
                worlds = found.setdefault(label, [])
                if len(worlds) < WORLDS_SHOWN:
                    worlds.append(self.space.inputs.world)
            return verdict

        for world in (answer.world, self.space.committed, *(world for _, world in self.space.named)):
            self.space.ask(noted, world)
        for _ in islice(self.space.explore(noted), OWNERS_WORLDS):
            pass
        return found, most

    def _question(
        self,
        combinations: Sequence[tuple[Declaration, ...]],
        only: str | None,
        labels: dict[str, None] | None,
        *,
        exhaustive: bool = False,
    ) -> Question:
        def ask() -> Verdict:
            pending: Verdict = False
            for combination in combinations:
                for instances in self._together(combination, only):
                    if not isinstance(instances, tuple):
                        pending = instances if pending is False else pending
                        continue
                    verdict = self._fits(instances)
                    if verdict is False:
                        continue
                    if verdict is not True:
                        pending = verdict if pending is False or isinstance(pending, Cannot) else pending
                        continue
                    label = meeting_label(instances)
                    if only is not None and label != only:
                        continue
                    if labels is not None:
                        labels.setdefault(label)
                    if not exhaustive:
                        return True
            return pending

        return ask

    def _together(
        self, combination: tuple[Declaration, ...], label: str | None
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
        if prod(map(len, expansions)) > FEW:
            indices = chosen([self._owners_of(*pair) for pair in zip(combination, expansions, strict=True)], label)
        repeated = [place for place, (one, two) in enumerate(pairwise(combination)) if one is two]
        for places in indices:
            if all(places[place] < places[place + 1] for place in repeated):
                yield tuple(expansion[index] for expansion, index in zip(expansions, places, strict=True))

    def _owners_of(self, declaration: Declaration, instances: tuple[Instance, ...]) -> Owners:
        what = ("owners", declaration.kind, declaration.address)
        return self.space.inputs.remember(what, lambda: Owners.of(instances))

    def _fits(self, instances: tuple[Instance, ...]) -> Verdict:
        verdict: Verdict = True
        for instance in instances[1:]:
            same = same_user(instances[0], instance, self.space.inputs)
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

    def _meeting(self, label: str, found: _Found) -> Meeting | None:
        surest, combination = max(found.answers, key=lambda pair: pair[0].certainty or 0)
        best = surest
        combinations = [*(pair[1] for pair in found.answers), *found.further]
        if best.certainty is not Certainty.ALWAYS and 1 < len(combinations) <= WHOLE_USER:
            whole = self.space.decide(self._question(combinations, label, None))
            if whole.certainty is not None and whole.certainty > (best.certainty or 0):
                best, combination = whole, ()
        if best.certainty is Certainty.POSSIBLE and len(best.witness) > 1 and len(combinations) > 1:
            best = self.space.made_smaller(self._question(combinations[:WHOLE_USER], label, None), best)
        world = best.world
        shown = self._shown(label, combinations, world, combination)
        if not shown:
            # what several combinations make sure of together may leave open which of them it is
            world = surest.world
            shown = self._shown(label, combinations, world, combination)
        if not shown:
            # nor need it tell more of each instance than that nothing rules it out
            shown = self._shown(label, combinations, world, combination, sure=False)
        if not shown:
            return None
        person = self._person(shown, world)
        ordered = tuple(sorted(shown, key=partial(_distance, person)))
        return Meeting(person, ordered, best, self.space.sensitive(best.witness))

    def _shown(
        self,
        label: str,
        combinations: Sequence[tuple[Declaration, ...]],
        world: World,
        first: tuple[Declaration, ...],
        *,
        sure: bool = True,
    ) -> tuple[Instance, ...]:
        """The instances of a user that exist in a world, of all the combinations in which it was seen."""
        shown: dict[tuple[str, str], Instance] = {}
        with self.space.inputs.assuming(world):
            names = self._names_at(label)
            for combination in sorted(combinations, key=lambda one: one != first):
                try:
                    together = list(self._together(combination, label))
                except Refused:
                    continue
                for instances in together:
                    try:
                        if (
                            isinstance(instances, tuple)
                            and (self._fits(instances) is True if sure else self._fits(instances) is not False)
                            and _is_at(meeting_label(instances), label, names)
                        ):
                            for index, instance in enumerate(instances):
                                shown.setdefault(
                                    (instance.address, "" if "[*]" not in instance.address else str(index)), instance
                                )
                    except Refused:
                        continue
        return tuple(sorted(shown.values(), key=lambda one: (one.declaration.span, one.address)))

    def _names_at(self, label: str) -> frozenset[str]:
        """The words for the names of a declared user, in the world of the moment."""
        found: set[str] = set()
        for declaration in self._users_at(label[1:]) if label.startswith("@") else ():
            with suppress(Refused):
                expanded = declaration.expand()
                for one in expanded if isinstance(expanded, tuple) else ():
                    name = known_name(one)
                    if f"@{one.address}" == label and name is not None:
                        found.add(name_label(name, one.account))
        return frozenset(found)

    def _users_at(self, address: str) -> list[Declaration]:
        """The declarations of the user of an address."""
        if not self.users:
            for declaration in self.deployment.of_kind(USER):
                self.users.setdefault(without_keys(declaration.address), []).append(declaration)
        return self.users.get(without_keys(address)) or [*self.deployment.of_kind(USER)]

    def _person(self, instances: Iterable[Instance], world: World) -> Person:
        with self.space.inputs.assuming(world):
            instances = tuple(instances)
            address = next((o.shown or o.target for i in instances if isinstance(o := owner_in_account(i), Ref)), None)
            name = next((n for i in instances if (n := known_name(i)) is not None), None)
            declaration = None
            for user in self.deployment.of_kind(USER) if address is None else self._users_at(address):
                try:
                    expanded = user.expand()
                except Refused:
                    continue
                for one in expanded if isinstance(expanded, tuple) else ():
                    same_name = (
                        address is None and name is not None and (known_name(one) or "").casefold() == name.casefold()
                    )
                    if one.address == address or (same_name and one.account == instances[0].account):
                        return Person(name, one.address, user)
            return Person(name, address, declaration)

    def _note(self, declaration: Declaration, reason: str) -> None:
        self.unclear.setdefault((declaration, reason), Unclear(declaration, reason))


def _distance(person: Person, instance: Instance) -> int:
    """How far from its user a key is declared, in files and directories: the farthest is the one too many."""
    if person.declaration is None:
        return 0
    home, own = person.declaration.span.path, instance.declaration.span.path
    return 0 if own == home else 1 if dirname(own) == dirname(home) else 2


def _is_at(own: str, label: str, names: frozenset[str]) -> bool:
    """Whether what meets at ``own`` meets at the user of ``label``, whom plain text names too, or who had no name."""
    return own == label or own in names or "|" in label or "|" in own


def _stands_for_any(label: str) -> bool:
    """Whether a label is of a user without a name, or of the members of a family."""
    return "|" in label or "[*]" in label


@dataclass(slots=True)
class _Blocks:
    """The blocks of one kind in source order, with what is known of their owners, by the words for these."""

    all: list[Declaration] = field(default_factory=list)
    owners: list[frozenset[str] | None] = field(default_factory=list)
    with_word: dict[str, list[int]] = field(default_factory=dict)
    open: list[int] = field(default_factory=list)

    def add(self, declaration: Declaration, owners: frozenset[str] | None) -> None:
        index = len(self.all)
        self.all.append(declaration)
        self.owners.append(owners)
        if owners is None:
            self.open.append(index)
        for word in owners or ():
            self.with_word.setdefault(word, []).append(index)

    def sharing(self, words: frozenset[str] | None) -> Iterable[int]:
        """Those that may have one of these owners; all where none is known."""
        if words is None:
            return range(len(self.all))
        return sorted({*self.open, *(index for word in words for index in self.with_word.get(word, ()))})


def _combined(
    blocks: tuple[_Blocks, ...], indexes: tuple[int, ...] = (), shared: frozenset[str] | None = None, *, known: int = 0
) -> Iterator[tuple[tuple[int, ...], frozenset[str] | None, bool]]:
    """Combinations of blocks by their indexes, with the owners they share and whether those of all are known.

    Blocks of one kind are combined in one order only, each with itself too.
    """
    if len(indexes) == len(blocks):
        yield indexes, shared, known == len(blocks)
        return
    here = blocks[len(indexes)]
    least = indexes[-1] if indexes and all(one is here for one in blocks) else 0
    for index in here.sharing(shared):
        owners = here.owners[index]
        if index < least:
            continue
        if owners is None:
            yield from _combined(blocks, (*indexes, index), shared, known=known)
        else:
            both = owners if shared is None else shared & owners
            yield from _combined(blocks, (*indexes, index), both, known=known + 1)


def _users(words: Iterable[str]) -> int:
    """How many users words of owners may stand for: an address and a name may be one."""
    addresses = [word.startswith("@") for word in words]
    return max(sum(addresses), len(addresses) - sum(addresses))
