"""Which keys and login profiles meet at one user, how surely, and in which world.

Blocks whose owners are known in all worlds are put together by them; only combinations that may meet are asked about,
and the question of each is decided by `guards`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from iac_keycheck.deciding.guards import PATIENCE, Space
from iac_keycheck.deciding.values import Ref, Refused, Sample, plain
from iac_keycheck.deciding.verdicts import Answer, Cannot, Certainty, Question, Verdict
from iac_keycheck.deciding.worlds import NOTHING, World
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import ACCESS_KEY, Apart, Declaration, Deployment
from iac_keycheck.source import Problem, Span
from iac_keycheck.users.combinations import Blocks, combined
from iac_keycheck.users.concluding import Concluding
from iac_keycheck.users.gathering import Found, Gathered
from iac_keycheck.users.iam import (
    Meeting,
    Meetings,
    Unclear,
    active,
    known_name,
    meeting_label,
    name_is_open,
    owner_in_account,
)
from iac_keycheck.users.identity import name_label, owner_label
from iac_keycheck.users.showing import Showing
from iac_keycheck.users.together import Combination, Together

COMBINATIONS = 20_000
"""The greatest number of combinations of blocks that is looked at in one deployment."""
USERS = 500
"""The greatest number of users that one combination of blocks is decided for."""
OWNERS_WORLDS = 256
"""The greatest number of worlds in which the owners of one block are looked up."""
_OPEN = "the owner is open"
WORLDS_SHOWN = 4
"""How many worlds are kept that show one user."""


def meetings(deployment: Deployment, kinds: tuple[str, ...]) -> Meetings:
    """Where instances of these kinds meet at one user, keys being active: one meeting a user.

    Kinds that occur twice are different instances of that kind. Imported users do not count.
    """
    together = Together(deployment.space.inputs, kinds)
    showing = Showing(deployment, together)
    return _Search(deployment, together, showing, Gathered(deployment.space, together, showing)).run()


@dataclass(frozen=True, slots=True)
class _Words:
    """The words for the users that a block's instances may have, and for their names by address.

    Whether the block ``exists`` in any world, and ``repeats``: may have more than one instance.
    """

    owners: frozenset[str]
    names: Mapping[str, set[str | None]]
    exists: bool
    repeats: bool


@dataclass(slots=True)
class _Search:
    deployment: Deployment
    together: Together
    showing: Showing
    found: Gathered
    unclear: dict[tuple[Declaration, str], Unclear] = field(default_factory=dict)
    staying: dict[int, tuple[bool | None, ...]] = field(default_factory=dict)
    told: dict[frozenset[str], tuple[list[Found], Certainty]] = field(default_factory=dict)
    problems: dict[Problem, None] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    repeating: set[int] = field(default_factory=set)
    undecided: list[tuple[Combination, frozenset[str] | None, str]] = field(default_factory=list)
    names: dict[str, set[str | None]] = field(default_factory=dict)

    @property
    def space(self) -> Space:
        return self.deployment.space

    def run(self) -> Meetings:
        for combination, users, decided in self._worth_asking():
            reason = self._ask(combination, users if decided else None)
            if reason is not None and not _is_apart(combination, Apart.BY_NAME):
                self.undecided.append((combination, users, reason))
        for combination, users, reason in self.undecided:
            if not self._is_always(users):
                self._note(self._in_question(combination), reason)
        self.found.join_names()
        self.found.add_elsewhere()
        concluding = Concluding(self.together, self.showing, self.found)
        told: list[Meeting] = []
        for label, found in self.found.users.items():
            match concluding.meeting(label, found):
                case Meeting() as meeting:
                    told.append(meeting)
                case Unclear(declaration=declaration, reason=reason):
                    self._note(declaration, reason)
        return Meetings(tuple(told), tuple(self.unclear.values()), tuple(self.problems))

    def _is_always(self, users: frozenset[str] | None) -> bool:
        """Whether it is known that something is found at all of these users in every world, whatever else is not."""
        found = self._found_at_all(users or frozenset())
        return bool(found) and min(one.best for one in found) is Certainty.ALWAYS

    def _found_at_all(self, words: frozenset[str]) -> list[Found]:
        """What was found at the users that words stand for; nothing unless something was found at each of them.

        An address and a name stand for one user where the user there has that name in all worlds.
        """
        found: dict[int, Found] = {}
        for word in words:
            same = (word, *(one for one in words if self.names.get(one) == {word} or self.names.get(word) == {one}))
            at = next((self.found.users[one] for one in same if one in self.found.users), None)
            if at is None:
                return []
            found[id(at)] = at
        return list(found.values())

    def _in_question(self, combination: Combination) -> Declaration:
        """The block whose users cannot be told, if it is one alone of those looked at together; else the last."""
        unknown = {id(one): one for one in combination if id(one) in self.open}
        return next(iter(unknown.values())) if len(unknown) == 1 else combination[-1]

    def _worth_asking(self) -> Iterator[tuple[Combination, frozenset[str] | None, bool]]:
        """Combinations of blocks that may meet, and at which users: not those whose owners are known and different.

        The users are None where they are known of none of the blocks, and all of them are known or not.
        """
        blocks = {kind: Blocks() for kind in self.together.kinds}
        for kind, of_kind in blocks.items():
            for declaration in sorted(self.deployment.of_kind(kind), key=_address):
                owners = self._owners(declaration)
                of_kind.add(declaration, owners)
                if owners is None:
                    self.open.add(id(declaration))
        sequence = tuple(blocks[kind] for kind in self.together.kinds)
        some_apart = any(one.apart is Apart.BY_USER for of_kind in sequence for one in of_kind.all)
        count = 0
        for indexes, shared, decided in combined(sequence):
            combination = tuple(of_kind.all[index] for of_kind, index in zip(sequence, indexes, strict=True))
            if decided and len(blocks) == 1 and indexes[0] == indexes[-1] and id(combination[0]) not in self.repeating:
                continue
            if some_apart and _is_apart(combination, Apart.BY_USER):
                continue
            count += 1
            if count > COMBINATIONS:
                self._note(combination[-1], f"there are more than {COMBINATIONS} combinations of blocks to look at")
                return
            yield combination, shared, decided

    def _owners(self, declaration: Declaration) -> frozenset[str] | None:
        """The names and addresses of all users that the instances of a block may have; None where they are open."""
        # whatever is asked about the block: it is looked up in all worlds, hence the same in each
        what = ("owners in all worlds", declaration.expand)
        try:
            words = self.space.inputs.remember(what, lambda: self._words(declaration))
        except Refused:
            return None  # so much has been computed that nothing more is
        if words is None:
            return None
        for label, names in words.names.items():
            self.names.setdefault(label, set()).update(names)
        if words.repeats:
            self.repeating.add(id(declaration))
        if not words.exists:
            self._note_refusal(declaration)
        return words.owners

    def _words(self, declaration: Declaration) -> _Words | None:
        words: set[str] = set()
        names: dict[str, set[str | None]] = {}
        repeats = False

        def ask() -> Verdict:
            nonlocal repeats
            instances = declaration.expand()
            if not isinstance(instances, tuple):
                return instances
            repeats = repeats or len(instances) > 1
            for instance in instances:
                if declaration.kind == ACCESS_KEY:
                    active(instance)
                label, owner = owner_label(instance), instance.owner
                if label is None or isinstance(plain(owner), Sample):
                    return Cannot(_OPEN)
                words.add(label)
                if isinstance(owner, Ref):
                    name = known_name(instance)
                    named = None if name is None else name_label(name, instance.account)
                    names.setdefault(label, set()).add(named)
                    if named is not None:
                        words.add(named)
                    elif name_is_open(owner):
                        return Cannot(_OPEN)
            return True

        seen = 0
        for _, verdict in islice(self.space.explore(ask), OWNERS_WORLDS):
            if isinstance(verdict, Cannot) and verdict.reason:
                return None
            seen += 1
            # there are worlds that were not looked at
            repeats = repeats or isinstance(verdict, Cannot) or seen == OWNERS_WORLDS
        return _Words(frozenset(words), names, seen > 0, repeats)

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

    def _ask(self, combination: Combination, expected: frozenset[str] | None) -> str | None:
        """Decide one combination; the reason why it could not be decided.

        ``expected`` are the words for the only users at whom it can meet, if those of all its blocks are known.
        """
        labels: dict[str, None] = {}
        question = self.together.question((combination,), None, labels)
        known, least = self._told_at(expected or frozenset())
        if known and not self._may_exceed(combination, question, least):
            for found in known:
                found.further.append(combination)
            return None
        self.told.clear()
        answer = self.space.decide(question)
        if answer.certainty is None:
            return answer.reason
        if expected is not None and len(expected) == 1:
            # the user of one name may have an address in other worlds
            seen = self._labels_where(combination, answer.world) if len(labels) > 1 else labels
            self.found.add(next(iter(seen or labels)), answer, combination)
            return None
        users, at_once, settled = self._users_at_once(combination, answer)
        if settled:
            for label in users:
                self.found.add(label, answer, combination)
            return None
        if len(users) < 2:  # noqa: PLR2004 — the same user in all worlds
            label = next(iter(users), None) or next(iter(labels))
            self.found.add(label, answer, combination)
            return None
        self._ask_for_each(combination, users, answer, at_once=at_once)
        return None

    def _labels_where(self, combination: Combination, world: World) -> dict[str, None]:
        """The words for the users at whom a combination meets in the worlds that complete one in which it does."""
        labels: dict[str, None] = {}
        question = self.together.question((combination,), None, labels)
        for _ in islice(self.space.explore(question, world), OWNERS_WORLDS):
            pass
        return labels

    def _told_at(self, words: frozenset[str]) -> tuple[list[Found], Certainty]:
        """What was found at all of the users that words stand for, and how surely at least: once until more is."""
        if words not in self.told:
            known = self._found_at_all(words)
            self.told[words] = known, min((found.best for found in known), default=Certainty.POSSIBLE)
        return self.told[words]

    def _may_exceed(self, combination: Combination, question: Question, least: Certainty) -> bool:
        """Whether a combination may meet more surely than this: only where each of its blocks is always there.

        That is asked of the blocks, of which there are few, before it is asked of the combinations.
        """
        stays = [self._stays(declaration) for declaration in combination]
        for of_world in zip(*stays, strict=True):
            if None in of_world or False not in of_world:
                return self.space.may_exceed(question, least)
        return False

    def _stays(self, declaration: Declaration) -> tuple[bool | None, ...]:
        """Whether a block has instances however each committed world is completed; None where that cannot be told."""
        key = id(declaration)  # a plan may have many of one address, which makes them slow to tell apart
        if key not in self.staying:
            worlds = (self.space.committed, *(world for _, world in self.space.named))
            self.staying[key] = tuple(self._stays_in(declaration, world) for world in worlds)
        return self.staying[key]

    def _stays_in(self, declaration: Declaration, world: World) -> bool | None:
        def exists() -> Verdict:
            instances = declaration.expand()
            return bool(instances) if isinstance(instances, tuple) else instances

        seen = [verdict for _, verdict in islice(self.space.explore(exists, world), OWNERS_WORLDS)]
        told = len(seen) < OWNERS_WORLDS and not any(isinstance(verdict, Cannot) for verdict in seen)
        return all(verdict is True for verdict in seen) if told else None

    def _ask_for_each(
        self, combination: Combination, users: Mapping[str, list[World]], answer: Answer, *, at_once: int
    ) -> None:
        """Decide a combination for each of the users at whom it meets, those that have a name or address first.

        ``users`` has the worlds in which it was seen to meet there.
        """
        apart: list[tuple[str, Answer]] = []
        certainty = answer.certainty or Certainty.POSSIBLE
        for label in sorted(users, key=_stands_for_any)[:USERS]:
            told = any((one.certainty or 0) >= certainty for _, one in apart)
            if _stands_for_any(label) and told and not self._is_beside(label, users, [name for name, _ in apart]):
                if "|" in label and at_once == 1 and certainty is not Certainty.ALWAYS:
                    self.found.add_names(label, users, combination)
                break
            question = self.together.question((combination,), (label,), None)
            always = certainty is Certainty.ALWAYS
            one = self.space.decide(question) if always else self.space.decide_from(question, users[label])
            if one.certainty is not None:
                apart.append((label, one))
        if len(users) > USERS:
            self._note(combination[-1], f"its keys meet others at more than {USERS} users: the rest is not looked at")
        if not apart:
            self._note(combination[-1], "whose keys they are could not be told for any world in which they meet")
        if at_once == 1 and all((one.certainty or 0) < certainty for _, one in apart):
            # one expression for the user, whose name is another in some worlds: together they are surer than each
            there = users if certainty is Certainty.ALWAYS else self._labels_where(combination, answer.world)
            if any("|" in label for label in there):
                apart = [(next(iter(there)), answer)]
        for label, one in apart:
            self.found.add(label, one, combination)

    def _is_beside(self, label: str, users: Mapping[str, list[World]], told: list[str]) -> bool:
        """Whether one without a name, or of a family, is another than all told of by name, in a world with both."""
        if any(map(_stands_for_any, told)):
            return False
        return all(any(world in users[label] for world in users[name]) for name in told)

    def _users_at_once(self, combination: Combination, answer: Answer) -> tuple[dict[str, list[World]], int, bool]:
        """The users at whom a combination meets, with worlds that show it, and how many there are in one world at most.

        A block may give each of its instances to another. The world of the answer comes first, then the committed ones.
        The last says that no input decides it: then they are the same in every world.
        """
        found: dict[str, list[World]] = {}
        labels: dict[str, None] = {}
        most = 0
        question = self.together.question((combination,), None, labels, exhaustive=True)

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

        if self.space.settled(noted, answer.world) is not None:
            return found, most, True
        for world in (self.space.committed, *(world for _, world in self.space.named)):
            self.space.ask(noted, world)
        for index, _ in enumerate(islice(self.space.explore(noted), OWNERS_WORLDS)):
            if index == PATIENCE and [*found] == [self._only_user(combination[0])]:
                break
        return found, most, False

    def _only_user(self, declaration: Declaration) -> str | None:
        """The word for the declared user to whom all instances of a block belong in all worlds, if that is seen."""
        labels: set[str] = set()

        def belongs_to_none() -> Verdict:
            expanded = declaration.expand()
            for instance in expanded if isinstance(expanded, tuple) else ():
                owner = owner_in_account(instance)
                if not isinstance(owner, Ref):
                    return Cannot(_OPEN)
                labels.add(meeting_label((instance,)))
            if len(labels) > 1:
                return True  # that there are several is seen: there is nothing more to look for
            return False if isinstance(expanded, tuple) else expanded

        return labels.pop() if self.space.holds_nowhere(belongs_to_none) and len(labels) == 1 else None

    def _note(self, declaration: Declaration, reason: str) -> None:
        self.unclear.setdefault((declaration, reason), Unclear(declaration, reason))


def _is_apart(combination: Combination, how: Apart) -> bool:
    """Whether a combination takes two instances of a block whose users are known to differ in this way."""
    return any(one.apart is how and combination.count(one) > 1 for one in combination)


def _address(declaration: Declaration) -> tuple[str, Span]:
    """The order in which blocks are asked about: what is shown of equals does not depend on where they stand."""
    return declaration.address, declaration.span


def _stands_for_any(label: str) -> bool:
    """Whether a label is of a user without a name, or of the members of a family."""
    return "|" in label or "[*]" in label
