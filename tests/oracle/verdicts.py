"""Judges the analyzer's findings by the truth of all worlds.

`expectations` turns the outcomes of a case into the level at which each rule holds for each user. `disagreements`
compares these with a report: a finding must hold as certainly as it says, a witness must replay and be minimal,
nothing may be missed. What the analyzer leaves undecided is neither right nor wrong, and counted by reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from tests.oracle.analyzer import Finding, Level, Report
from tests.oracle.case import Case, Json, World, key_of
from tests.oracle.outcome import Deployed, Holder, Outcome


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that can be read off an outcome, for one user."""

    id: str
    holds: Callable[[Deployed, Holder], bool]


# Who the user of a finding is in a world.
Reading: TypeAlias = Callable[[Finding, Deployed], Holder | None]

# More than one active key; and a user declared together with a key that is active.
RULES: Final = (
    Rule("AC_AWS_0554", lambda outcome, holder: len(outcome.keys_of(holder)) > 1),
    Rule("CIS_AWS_1_11", lambda outcome, holder: holder in outcome.users.values() and bool(outcome.keys_of(holder))),
)


@dataclass(frozen=True, slots=True)
class Table:
    """The outcomes of a case in the worlds that were tried."""

    case: Case
    outcomes: Mapping[str, tuple[World, Outcome]]

    def deployed(self, worlds: Iterable[World] | None = None) -> tuple[Deployed, ...]:
        """The outcomes of these worlds, or of all that were tried, that Terraform accepts."""
        chosen = (
            [outcome for _, outcome in self.outcomes.values()]
            if worlds is None
            else [self.at(world) for world in worlds]
        )
        return tuple(outcome for outcome in chosen if isinstance(outcome, Deployed))

    def knows(self, world: World) -> bool:
        """Whether this world was tried."""
        return key_of(world) in self.outcomes

    def at(self, world: World) -> Outcome:
        """The outcome of a world that was tried."""
        return self.outcomes[key_of(world)][1]


@dataclass(frozen=True, slots=True)
class Person:
    """A user across worlds: by its address if its name varies, else by its name."""

    holder: Holder | None
    address: str | None

    def in_world(self, outcome: Deployed) -> Holder | None:
        """Who that is in one world."""
        return self.holder if self.address is None else outcome.users.get(self.address)

    def __str__(self) -> str:
        """A short name for messages."""
        return self.address or f"{self.holder.account}/{self.holder.name}" if self.holder else str(self.address)


@dataclass(frozen=True, slots=True)
class Expectation:
    """The level at which a rule holds for a user."""

    rule: str
    person: Person
    level: Level


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where analyzer and truth differ; ``kind`` is one of a few words."""

    kind: str
    rule: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The comparison of one report: what agrees, by number, what not, and what the analyzer leaves open, by reason."""

    compared: int
    disagreements: tuple[Disagreement, ...]
    undecided: tuple[str, ...]
    # Findings below `ALWAYS` that hold in every world tried, where not all worlds could be tried.
    unrefuted: tuple[str, ...]


def table(case: Case, worlds: Sequence[World], outcomes: Sequence[Outcome]) -> Table:
    """The outcomes by world."""
    return Table(case, {key_of(world): (world, outcome) for world, outcome in zip(worlds, outcomes, strict=True)})


def one_name_twice(truth: Table) -> bool:
    """Whether in some world two users have one name, which no account accepts and which says nothing about keys."""
    return any(len(set(outcome.users.values())) < len(outcome.users) for outcome in truth.deployed())


def expectations(truth: Table) -> tuple[Expectation, ...]:
    """For every rule and user the level at which it holds, where it holds at all in the worlds tried."""
    found = []
    for person in _people(truth):
        for rule in RULES:
            level = _level(truth, rule, person.in_world)
            if level is not Level.NONE:
                found.append(Expectation(rule.id, person, level))
    return tuple(found)


def worlds_to_replay(case: Case, report: Report) -> tuple[World, ...]:
    """The worlds whose outcomes are needed to judge the witnesses of a report."""
    needed: list[World] = []
    for finding in report.findings:
        assigned = case.assignments(finding.witness)
        if finding.level is Level.POSSIBLE and assigned is not None:
            needed += case.worlds_with(assigned)
            for name in assigned:
                needed += case.worlds_with(_without(assigned, name))
    return tuple(needed)


def judgement(truth: Table, replayed: Table, report: Report) -> Judgement:
    """The comparison of a report with the truth; ``replayed`` has the outcomes of `worlds_to_replay`."""
    if report.crash:
        return Judgement(0, (Disagreement("crash", "", "", report.crash),), (), ())
    everything = Table(truth.case, {**truth.outcomes, **replayed.outcomes})
    rules = {rule.id: rule for rule in RULES}
    disagreements: list[Disagreement] = []
    unrefuted: list[str] = []
    findings = [finding for finding in report.findings if finding.rule in rules]
    for finding in findings:
        rule = rules[finding.rule]
        wrong = [list(_overstated(everything, rule, finding, reading)) for reading in _READINGS]
        disagreements += [] if [] in wrong else wrong[0]
        level = max(_level(truth, rule, partial(reading, finding)) for reading in _READINGS)
        if level is Level.ALWAYS and finding.level < level and truth.case.unbounded:
            unrefuted.append(f"{finding.rule} {finding.user or finding.address}: {finding.level.name}")
    expected = expectations(truth)
    undecided = []
    for expectation in expected:
        told = _told(truth, expectation, findings)
        if told >= expectation.level or (told is not Level.NONE and not _is_proof(truth.case, expectation.level)):
            continue
        reasons = _reasons(truth, expectation, report)
        if reasons:
            undecided += reasons
        else:
            detail = f"expected {expectation.level.name}, told {told.name}"
            disagreements.append(Disagreement("missed", expectation.rule, str(expectation.person), detail))
    if not expected:
        undecided += [f"(needless) {entry.reason}" for entry in report.undecided if set(entry.rules) & set(rules)]
    return Judgement(len(expected) + len(findings), tuple(disagreements), tuple(undecided), tuple(unrefuted))


def _is_proof(case: Case, level: Level) -> bool:
    """Whether what holds in the worlds tried holds in all of those that a level speaks of."""
    not_all_tried = case.unbounded if level is Level.ALWAYS else case.unbounded - case.committed.keys()
    return level is Level.POSSIBLE or not not_all_tried


def _people(truth: Table) -> tuple[Person, ...]:
    """Every user of any world."""
    names: dict[str, set[Holder]] = {}
    holders: set[Holder] = set()
    for outcome in truth.deployed():
        for address, holder in outcome.users.items():
            names.setdefault(address, set()).add(holder)
    varying = {address for address, of_address in names.items() if len(of_address) > 1}
    for outcome in truth.deployed():
        taken = {outcome.users[address] for address in varying if address in outcome.users}
        holders |= outcome.holders() - taken
    people = [Person(None, address) for address in sorted(varying)]
    return (*people, *(Person(holder, None) for holder in sorted(holders)))


def _level(truth: Table, rule: Rule, who: Callable[[Deployed], Holder | None]) -> Level:
    def holds(outcome: Deployed) -> bool:
        holder = who(outcome)
        return holder is not None and rule.holds(outcome, holder)

    everywhere = truth.deployed()
    if everywhere and all(map(holds, everywhere)):
        return Level.ALWAYS
    case = truth.case
    for worlds in (case.default_worlds(), *(case.named_worlds(name) for name in case.named)):
        outcomes = truth.deployed(worlds)
        if outcomes and all(map(holds, outcomes)):
            return Level.DEFAULT
    return Level.POSSIBLE if any(map(holds, everywhere)) else Level.NONE


def _overstated(truth: Table, rule: Rule, finding: Finding, reading: Reading) -> Iterator[Disagreement]:
    """What is wrong with a finding that is reported."""
    subject = str(finding.user or finding.address)

    def holds(outcome: Deployed) -> bool:
        holder = reading(finding, outcome)
        return holder is not None and rule.holds(outcome, holder)

    def wrong(kind: str, detail: str) -> Disagreement:
        return Disagreement(kind, rule.id, subject, detail)

    case = truth.case
    match finding.level:
        case Level.ALWAYS:
            against = [
                world
                for world, outcome in truth.outcomes.values()
                if isinstance(outcome, Deployed) and not holds(outcome)
            ]
            if against:
                yield wrong("overstated", f"ALWAYS, but not in the world {against[0]}")
        case Level.DEFAULT:
            yield from _wrong_worlds(truth, finding, holds, wrong)
        case _:
            assigned = case.assignments(finding.witness)
            if assigned is None:
                yield wrong("witness", f"names what is no variable or parameter: {finding.witness}")
                return
            outcomes = truth.deployed(case.worlds_with(assigned))
            if not outcomes or not all(map(holds, outcomes)):
                yield wrong("witness", f"does not replay: {finding.witness}")
                return
            nameless = finding.user is None and finding.address is None
            again = _the_same_one(rule, reading(finding, outcomes[0])) if nameless else holds
            for name in assigned:
                kept = _without(assigned, name)
                if case.unbounded - case.committed.keys() - kept.keys():
                    continue  # something would be open of which not all values can be tried
                fewer = truth.deployed(case.worlds_with(kept))
                if fewer and all(map(again, fewer)):
                    yield wrong("witness", f"{name} can be dropped from {finding.witness}")
    if rule.id == "AC_AWS_0554":
        yield from _wrong_keys(truth, finding, reading, wrong)


def _the_same_one(rule: Rule, holder: Holder | None) -> Callable[[Deployed], bool]:
    """Whether the rule holds for a user whom only the witness names, as where it is an entry of an input."""
    return lambda outcome: holder is not None and rule.holds(outcome, holder)


def _wrong_worlds(
    truth: Table, finding: Finding, holds: Callable[[Deployed], bool], wrong: Callable[[str, str], Disagreement]
) -> Iterator[Disagreement]:
    def in_all(worlds: Sequence[World]) -> bool:
        outcomes = truth.deployed(worlds)
        return bool(outcomes) and all(map(holds, outcomes))

    case = truth.case
    by_default = in_all(case.default_worlds())
    expected = {name for name in case.named if in_all(case.named_worlds(name))}
    # A world is printed by its path or the name of its file.
    told = {name for name in case.named for world in finding.worlds if name in world or name.partition(".")[0] == world}
    if not by_default and not expected:
        yield wrong("overstated", "DEFAULT, but neither in the default world nor in a named one")
    elif told != expected and not (by_default and not finding.worlds):
        yield wrong("worlds", f"told {sorted(finding.worlds)}, holds in {sorted(expected)}, by default: {by_default}")


def _wrong_keys(
    truth: Table, finding: Finding, reading: Reading, wrong: Callable[[str, str], Disagreement]
) -> Iterator[Disagreement]:
    ever: set[str] = set()
    for outcome in truth.deployed():
        holder = reading(finding, outcome)
        if holder is not None:
            ever |= outcome.keys_of(holder)
    for key in finding.keys:
        if not any(_stands_for(key, address) for address in ever):
            yield wrong("keys", f"{key} is in no world tried an active key of this user")


def _holder_by_name(finding: Finding, outcome: Deployed) -> Holder | None:
    """Who the user of a finding is in one world: by address or name, among equal names by the finding's keys."""
    if finding.address is not None and finding.address in outcome.users:
        return outcome.users[finding.address]
    named = [holder for holder in outcome.holders() if finding.user and holder.name == finding.user.lower()]
    return max(named, key=lambda holder: (_keys_held(finding, holder, outcome), holder), default=None)


def _holder_by_keys(finding: Finding, outcome: Deployed) -> Holder | None:
    """Who that is if keys for `"ci-${var.env}"` are one user's, whatever its name: whoever has most of its keys."""
    if finding.address is not None and finding.address in outcome.users:
        return outcome.users[finding.address]
    ranked = [(_keys_held(finding, holder, outcome), holder) for holder in outcome.holders()]
    keys, holder = max(ranked, default=(0, None))
    return holder if keys else None


def _keys_held(finding: Finding, holder: Holder, outcome: Deployed) -> int:
    return sum(_stands_for(key, address) for key in finding.keys for address in outcome.keys_of(holder))


_INDEX: Final = re.compile(r"\[[^\]]*\]$")
_LOOPED: Final = re.compile(r"(LoopedKey|InnerKey)\w+")  # what loops of templates make is named by their lists


# A user without an address may be meant as one name or as one expression: a finding is right if it is so for either.
_READINGS: Final = (_holder_by_name, _holder_by_keys)


def _stands_for(key: str, address: str) -> bool:
    """Whether a key of a report, maybe a family like `k[*]`, is the one with this address."""
    return re.fullmatch(re.escape(key).replace(r"\[\*\]", r"(\[[^\]]*\]|\w+)"), address) is not None


def _told(truth: Table, expectation: Expectation, findings: Sequence[Finding]) -> Level:
    """The highest level of a finding about the same user."""

    def same_user(finding: Finding) -> bool:
        if finding.user is None and finding.address is None and _of_one_block(truth, expectation, finding):
            return True
        if _of_same_loops(truth, expectation, finding):
            return True
        return any(
            reading(finding, outcome) == expectation.person.in_world(outcome) is not None
            for outcome in truth.deployed()
            for reading in _READINGS
        )

    levels = (finding.level for finding in findings if finding.rule == expectation.rule and same_user(finding))
    return max(levels, default=Level.NONE)


def _of_one_block(truth: Table, expectation: Expectation, finding: Finding) -> bool:
    """Whether a finding about whatever user an input names lists keys of a block that gives this one keys."""
    blocks = {_INDEX.sub("", key) for key in finding.keys}
    holders = ((outcome, expectation.person.in_world(outcome)) for outcome in truth.deployed())
    return any(
        _INDEX.sub("", key) in blocks
        for outcome, holder in holders
        if holder is not None
        for key in outcome.keys_of(holder)
    )


def _of_same_loops(truth: Table, expectation: Expectation, finding: Finding) -> bool:
    """Whether loops give a user two keys like those of a finding: over another list, both are other users."""
    loops = {_LOOPED.sub(r"\1", key) for key in finding.keys}
    if finding.address is not None or not all(map(_LOOPED.fullmatch, finding.keys)):
        return False
    holders = ((outcome, expectation.person.in_world(outcome)) for outcome in truth.deployed())
    held = (outcome.keys_of(holder) for outcome, holder in holders if holder is not None)
    return any(sum(_LOOPED.sub(r"\1", key) in loops for key in keys) > 1 for keys in held)


def _reasons(truth: Table, expectation: Expectation, report: Report) -> list[str]:
    """Why the analyzer leaves this user open: entries about it or one of its keys."""
    subjects = {str(expectation.person.holder.name)} if expectation.person.holder else set()
    for outcome in truth.deployed():
        holder = expectation.person.in_world(outcome)
        if holder is not None:
            subjects |= outcome.keys_of(holder)
            subjects |= {address for address, user in outcome.users.items() if user == holder}
    without_index = {_INDEX.sub("", subject) for subject in subjects}
    return [
        entry.reason
        for entry in report.undecided
        if expectation.rule in entry.rules
        and (entry.subject in subjects or _INDEX.sub("", entry.subject) in without_index)
    ]


def _without(assigned: Mapping[str, Json], name: str) -> dict[str, Json]:
    return {key: value for key, value in assigned.items() if key != name}
