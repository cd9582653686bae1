"""Decides in which worlds a question holds: in all of them, in the committed one, or in one that can be shown.

A question is evaluated where little is assumed. Where it waits for an input, that input's values are split into cells
and the question is asked again in each: only inputs that an answer waits for are ever looked at. The bound is a number
of askings; where it is met the answer is `undecided`, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from enum import IntEnum
from functools import partial
from itertools import chain, islice

from iac_keycheck.deciding.candidates import Split, split
from iac_keycheck.deciding.concrete import concrete
from iac_keycheck.deciding.surroundings import constants_in
from iac_keycheck.deciding.values import Input, Refused, Unknown, Value, leaves
from iac_keycheck.deciding.worlds import NOTHING, TOO_DEEP, TOO_LARGE, Absent, Inputs, Key, Known, Other, World
from iac_keycheck.records import dataclass, field, replace

ASKINGS = 512
"""How often one question is asked, each time with more assumed."""
VALUES = 4096
"""The same, where one input has more allowed values than half of that."""
PATIENCE = 8
"""In so many worlds a question fails before one looks whether it does in all, in a coarser way."""
SUPPOSED = 256
"""The greatest number of coarser worlds that are looked at for that."""
FIRST = 4
"""From so many worlds on that are no witness as they are, one looks for what else they need to be one."""
CONFIRMATIONS = 32
"""How many worlds in which a question holds are tried for a witness."""


class Certainty(IntEnum):
    """In which worlds a finding holds (the higher the more)."""

    POSSIBLE = 1
    DEFAULT = 2
    ALWAYS = 3

    def __str__(self) -> str:
        """The word of the reports."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Cannot:
    """A question that no value of any input answers, and why."""

    reason: str


Verdict = bool | Unknown | Cannot
Question = Callable[[], Verdict]
"""Asked in the world of the moment; raises `Refused` in a world that does not exist."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """What must hold in every world: a validation, a rule's assertion. Null and false refuse the world."""

    subject: str
    holds: Callable[[], Value]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found out about a question.

    ``certainty`` is None where it holds in no world, or where that could not be told: then ``reason`` says why.
    ``witness`` has the inputs by name; ``world`` is one in which it holds.
    """

    certainty: Certainty | None
    worlds: tuple[str, ...] = ()
    witness: Mapping[str, Value] = field(default_factory=dict)
    world: World = field(default_factory=dict)
    reason: str | None = None


@dataclass(slots=True)
class _Guess:
    """A split by what an input is likely to be, where the code declares no type; ``fits`` if a world came of it."""

    world: World
    key: tuple[str, tuple[str, ...]]
    reason: str
    fits: bool = False

    def notice(self, world: World) -> None:
        """Take an answer in a world below: one in which there is no such value shows nothing."""
        self.fits = self.fits or world[self.key] not in (Absent(), Known(None))


@dataclass(slots=True)
class Space:
    """The worlds of one deployment. ``named`` are the worlds of parameter files, by the file's name.

    ``fitted`` makes a value one of an input's type. ``applies`` asks whether what users and keys need can be evaluated,
    and raises `Refused` where it cannot be: that is no world.
    """

    inputs: Inputs
    committed: World = field(default_factory=dict)
    named: tuple[tuple[str, World], ...] = ()
    constraints: tuple[Constraint, ...] = ()
    fitted: Callable[[Input, Value], Value] = lambda _, value: value
    applies: Question = lambda: True
    _touching: dict[str, list[Constraint]] | None = None
    _allowed_worlds: dict[int, bool] = field(default_factory=dict)
    _refused_inputs: tuple[str, ...] | None = None

    def ask(self, question: Question, world: World, *, supposing: bool = False) -> Verdict | None:
        """The answer in one partial world; None where that world does not exist."""
        with self.inputs.assuming(world, supposing=supposing):
            try:
                return question()
            except Refused as refused:
                return Cannot(refused.message) if refused.bound else None
            except (RecursionError, MemoryError) as error:
                return Cannot(TOO_DEEP if isinstance(error, RecursionError) else TOO_LARGE)

    def settled(self, question: Question, world: World = NOTHING) -> bool | None:
        """The answer to a question that reads no input, and so has it in every world; None of any other.

        It is asked in ``world``, which shows that of one alone.
        """
        with self.inputs.assuming(world) as reads:
            try:
                verdict = question()
            except (Refused, RecursionError, MemoryError):
                return None
            return verdict if isinstance(verdict, bool) and not reads else None

    def decide(self, question: Question) -> Answer:
        """The highest certainty at which a question holds, with what shows it."""
        settled = self.settled(question)
        if settled is False:
            return Answer(None)
        if settled and self._is_applied(NOTHING) and self._is_world(self.committed):
            return Answer(Certainty.ALWAYS, world=self.committed)
        leaves_ = self.explore(question, NOTHING)
        holds: list[World] = []
        failing: list[World] = []
        open_end: str | None = None
        for world, verdict in leaves_:
            if verdict is not True:
                failing.append(world)
                if len(failing) == PATIENCE and not holds and self.holds_nowhere(question):
                    return Answer(None)
                if isinstance(verdict, Cannot):
                    open_end = open_end or verdict.reason or None
            elif self._is_applied(world):
                holds.append(world)
            # whether a world is applied takes evaluating all of it: only where it tells something
            if holds and failing and any(self._is_applied(failing.pop()) for _ in range(len(failing))):
                more = (world for world, verdict in leaves_ if verdict is True)
                return self.decide_from(question, chain(holds, more))
        return self._always(question, holds) if holds else Answer(None, reason=open_end)

    def holds_nowhere(self, question: Question) -> bool:
        """Whether a question is seen to hold in no world without looking at what makes choices go one way or the other.

        Each is supposed both ways: that makes few worlds, and each that there is lies in one of them.
        """
        for index, (_, verdict) in enumerate(self.explore(question, supposing=True)):
            if index == SUPPOSED or not (verdict is False or verdict == Cannot("")):
                return False
        return True

    def _is_applied(self, world: World) -> bool:
        """Whether nothing that users and keys need refuses a world."""
        return self.ask(self.applies, world) is not None

    def _always(self, question: Question, holds: list[World]) -> Answer:
        """The answer to a question that fails in no world, if there is one at all."""
        if self._is_world(self.committed):
            return Answer(Certainty.ALWAYS, world=self._some_world(question, holds[0]))
        found = self._witnessed(question, holds[:CONFIRMATIONS])
        return found if found.certainty is None else replace(found, certainty=Certainty.ALWAYS, witness={})

    def decide_from(self, question: Question, worlds: Iterable[World]) -> Answer:
        """As `decide`, for a question that does not always hold, and is known to hold in these worlds."""
        if self._is_world(self.committed) and self._everywhere(question, self.committed):
            return Answer(Certainty.DEFAULT, world=self._some_world(question, self.committed))
        names = tuple(name for name, world in self.named if self._is_world(world) and self._everywhere(question, world))
        if names:
            first = next(world for name, world in self.named if name == names[0])
            return Answer(Certainty.DEFAULT, worlds=names, world=first)
        return self._witnessed(question, islice(worlds, CONFIRMATIONS))

    def sensitive(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the inputs whose values must not be shown."""
        return frozenset(name for name in names if name in self.inputs.sources and self.inputs.sources[name].sensitive)

    def may_exceed(self, question: Question, certainty: Certainty) -> bool:
        """Whether a quick look leaves it open that a question holds more surely than this."""
        worlds = (self.committed, *(world for _, world in self.named))
        return certainty < Certainty.DEFAULT and any(
            self._is_world(world) and self._may_hold_everywhere(question, world) for world in worlds
        )

    def _may_hold_everywhere(self, question: Question, start: World) -> bool:
        """False where a world is seen in which it does not hold; one that cannot be told leaves it open."""
        exists = False
        for _, verdict in self.explore(question, start):
            if verdict is False:
                return False
            exists = True
        return exists

    def _some_world(self, question: Question, other: World) -> World:
        """The committed world where the question holds there, for a report shows what people deploy."""
        return self.committed if self.ask(question, self.committed) is True else other

    def _everywhere(self, question: Question, start: World) -> bool:
        """Whether a question holds in every world that extends this one, refused ones apart, and there is one."""
        holds = False
        for world, verdict in self.explore(question, start):
            if verdict is True:
                holds = True
            elif self._is_applied(world):
                return False
        return holds

    def explore(
        self, question: Question, start: World = NOTHING, *, supposing: bool = False
    ) -> Iterator[tuple[World, bool | Cannot]]:
        """The answers in worlds that together are all extensions of ``start``, depth first, up to the bound.

        For ``supposing`` see `Inputs.assuming`.
        """
        askings, bound = 0, ASKINGS
        stack: list[World | _Guess] = [start]
        guesses: list[_Guess] = []
        while stack:
            world = stack.pop()
            if isinstance(world, _Guess):
                guesses.remove(world)
                if not world.fits:
                    yield world.world, Cannot(world.reason)
                continue
            askings += 1
            if askings > bound:
                yield world, Cannot(f"more than {bound} combinations of inputs would have to be tried")
                return
            verdict = self.ask(question, world, supposing=supposing)
            if verdict is None:
                continue
            if not isinstance(verdict, Unknown):
                for guess in guesses:
                    guess.notice(world)
                yield world, verdict
                continue
            # what it waits for may hold attributes that nobody has asked for yet: they are those of this world
            with self.inputs.assuming(world, supposing=supposing):
                parts = split(verdict, world, partial(self._mentioned, world), self.inputs.keys)
                open_ = parts is None or parts.guessed or (parts.rest and not parts.generic)
                waiting = _waiting(verdict) if open_ else ""
            if parts is None:
                yield world, Cannot(waiting)
                continue
            if parts.rest:
                yield world, Cannot("" if parts.generic else waiting)
            if parts.guessed:
                guesses.append(_Guess(world, (parts.leaf.input.name, parts.leaf.path), waiting))
                stack.append(guesses[-1])
            # one list of all allowed values may be longer, and has no combinations in it
            bound = max(bound, min(2 * len(parts.cells), VALUES))
            stack.extend(reversed(list(self._extensions(world, parts))))

    def _extensions(self, world: World, parts: Split) -> Iterator[World]:
        key = (parts.leaf.input.name, parts.leaf.path)
        for cell in parts.cells:
            extended = {**world, key: cell}
            if self._exists(extended, parts.leaf.input.name):
                yield extended

    def _is_world(self, world: World) -> bool:
        """Whether nothing refuses the values of a file or of the defaults."""
        known = self._allowed_worlds.get(id(world))
        if known is None:
            known = self._allowed_worlds[id(world)] = self._exists_whole(world)
        return known

    def _exists_whole(self, world: World) -> bool:
        """Whether nothing is known to refuse a world."""
        with self.inputs.assuming(world):
            allowed = all(map(_may_hold, self.constraints))
        return allowed and self._may_be_completed(world) and self._is_applied(world)

    def _may_be_completed(self, world: World) -> bool:
        """False where no value of the inputs that a world leaves open meets the constraints on those that it gives."""
        names = dict.fromkeys(name for name, _ in world)
        touching = dict.fromkeys(one for name in names for one in self._constraints_on(name))
        with self.inputs.assuming(world):
            left_open = tuple(one.holds for one in touching if isinstance(_verdict(one), Unknown))
        if not left_open:
            return True
        return any(verdict is not False for _, verdict in self.explore(partial(_all_hold, left_open), world))

    def _exists(self, world: World, name: str) -> bool:
        """False where a constraint on the input ``name`` is known to fail."""
        with self.inputs.assuming(world):
            return all(map(_may_hold, self._constraints_on(name)))

    def _mentioned(self, world: World, name: str) -> Iterator[Value]:
        """The constants that the constraints on an input mention in a world."""
        for constraint in self._constraints_on(name):
            with self.inputs.assuming(world), suppress(Refused):
                yield from constants_in(constraint.holds())

    def _constraints_on(self, name: str) -> list[Constraint]:
        if self._touching is None:
            self._touching = {}
            for constraint in self.constraints:
                for read in {name for name, _ in self.inputs.reading(NOTHING, constraint.holds)}:
                    self._touching.setdefault(read, []).append(constraint)
        return self._touching.get(name, [])

    def _witnessed(self, question: Question, worlds: Iterable[World]) -> Answer:
        """A smallest set of inputs with which the question holds, whatever the inputs without a committed value."""
        seen: list[World] = []
        for world in worlds:
            for existing in chain((world,), islice(self._allowed(world), CONFIRMATIONS)):
                answer = self._confirmed(question, existing)
                if answer is not None:
                    return answer
            seen.append(world)
            if len(seen) == FIRST and (extended := self._applied(question, seen)).certainty is not None:
                return extended
        return self._applied(question, seen)

    def _confirmed(self, question: Question, world: World) -> Answer | None:
        """The answer that a world shows, if the question holds there when each of its inputs has a value."""
        for wanted in self._wanted(world):
            seen = [self.inputs.sources[name] for name in dict.fromkeys(wanted) if name in self.inputs.sources]
            for complete in self._filled_in(question, world):
                values = {one.name: concrete(one.type, one.name, complete, one.samples) for one in seen}
                if self._replays(question, values):
                    witness = self._smallest(question, values)
                    return Answer(Certainty.POSSIBLE, witness=witness, world=self._with(witness))
        return None

    def _wanted(self, world: World) -> Iterator[tuple[str, ...]]:
        """The inputs of a witness: those of the world, and where that is none, others whose committed values forbid it."""
        names = tuple(dict.fromkeys(name for name, _ in world))
        yield names
        refused = self._refused() or self._refused_beside(names, world)
        if refused:
            yield (*names, *refused)

    def _filled_in(self, question: Question, world: World) -> Iterator[World]:
        """A world; and with all parts of inputs that a question reads there, though it does not wait for them."""
        yield world
        read = self.inputs.reading(world, question)
        longer = {(name, path[:end]) for name, path in chain(read, world) for end in range(len(path))}
        parts = sorted(key for key in read if key[1] and key not in world and key not in longer)
        if parts:
            yield {**world, **dict.fromkeys(parts, Other())}

    def _refused(self) -> tuple[str, ...]:
        """The inputs without whose committed values the committed world would be one."""
        if self._refused_inputs is None:
            self._refused_inputs = () if self._is_world(self.committed) else self._found_refused()
        return self._refused_inputs

    def _refused_beside(self, names: tuple[str, ...], world: World) -> tuple[str, ...]:
        """The inputs without whose committed values a world would be one, with the committed values of all others."""
        others = {key: cell for key, cell in self.committed.items() if key[0] not in names}
        if self._is_applied({**others, **world}):
            return ()
        kept, refused = world, []
        for name in dict.fromkeys(name for name, _ in self._read_to_apply(world, {**others, **world})):
            more = {**kept, **{key: cell for key, cell in others.items() if key[0] == name}}
            if self._is_applied(more):
                kept = more
            else:
                refused.append(name)
        return tuple(refused)

    def _read_to_apply(self, *worlds: World) -> list[Key]:
        return sorted(set().union(*(self.inputs.reading(world, self.applies) for world in worlds)))

    def _found_refused(self) -> tuple[str, ...]:
        kept: World = NOTHING
        for name in dict.fromkeys(name for name, _ in self.committed):
            more = {**kept, **{key: cell for key, cell in self.committed.items() if key[0] == name}}
            if self._exists_whole(more):
                kept = more
        return tuple(dict.fromkeys(name for name, _ in self.committed if (name, ()) not in kept))

    def _applied(self, question: Question, worlds: Iterable[World]) -> Answer:
        """The answer where other inputs must have certain values as well, for the whole to be applied."""
        with self.inputs.assuming(self.committed):
            refusing = [constraint for constraint in self.constraints if not _may_hold(constraint)]
        tried = 0
        for world in worlds:
            names = dict.fromkeys(name for name, _ in world)
            constraints = dict.fromkeys((*refusing, *(one for name in names for one in self._constraints_on(name))))
            whole = partial(_all_hold, (question, *(one.holds for one in constraints), self.applies))
            for extended, verdict in self.explore(whole, world):
                if verdict is False:
                    continue
                answer = self._confirmed(question, extended)
                if answer is not None:
                    return answer
                tried += 1
                if tried > CONFIRMATIONS:
                    break
        return Answer(None, reason="a world in which it holds was found but could not be confirmed" if tried else None)

    def _allowed(self, world: World) -> Iterator[World]:
        """Extensions of a world in which the constraints on its inputs are known to hold."""
        names = dict.fromkeys(name for name, _ in world)
        constraints = dict.fromkeys(one.holds for name in names for one in self._constraints_on(name))
        if constraints:
            hold = partial(_all_hold, tuple(constraints))
            yield from (allowed for allowed, verdict in self.explore(hold, world) if verdict is True)

    def _with(self, values: Mapping[str, Value]) -> World:
        cleared = {key: cell for key, cell in self.committed.items() if key[0] not in values}
        fitted = {
            name: self.fitted(self.inputs.sources[name], value) if name in self.inputs.sources else value
            for name, value in values.items()
        }
        return {**cleared, **{(name, ()): Known(value) for name, value in fitted.items()}}

    def _replays(self, question: Question, values: Mapping[str, Value]) -> bool:
        try:
            world = self._with(values)
        except Refused:
            return False
        if not all(self._exists(world, name) for name in values) or not self._everywhere(question, world):
            return False
        if self._is_world(self.committed):
            return self._may_be_completed(world) and self._is_applied(world)
        return self._exists_whole(world)

    def made_smaller(self, question: Question, answer: Answer) -> Answer:
        """A possible answer to a narrower question, with what its witness needs for this one."""
        witness = self._smallest(question, answer.witness)
        if len(witness) == len(answer.witness) or not self._replays(question, witness):
            return answer
        return replace(answer, witness=witness, world=self._with(witness))

    def _smallest(self, question: Question, values: Mapping[str, Value]) -> Mapping[str, Value]:
        kept, before = dict(values), len(values) + 1
        while len(kept) < before:
            # without one input another may be needless that was needed beside it: its committed value does as well
            before = len(kept)
            for name in list(kept):
                fewer = {other: value for other, value in kept.items() if other != name}
                if self._replays(question, fewer):
                    kept = fewer
        return kept


def _may_hold(constraint: Constraint) -> bool:
    verdict = _verdict(constraint)
    return verdict is not False and verdict is not None


def _verdict(constraint: Constraint) -> Value:
    """Whether a constraint holds in the world of the moment: null, which refuses it, where it cannot be evaluated."""
    try:
        return constraint.holds()
    except Refused:
        return None


def _all_hold(questions: tuple[Callable[[], Value | Cannot], ...]) -> Verdict:
    """True where all of these do, false where one is known not to; each is asked only where those before it hold."""
    for question in questions:
        verdict = question()
        if isinstance(verdict, Unknown | Cannot):
            return verdict
        if verdict is not True:
            return False
    return True


def _waiting(unknown: Unknown) -> str:
    names = list(dict.fromkeys(leaf.input.name for leaf in leaves(unknown)))
    if not names:
        return "it depends on a value that is different at every run"
    reasons = [leaf.input.reason for leaf in leaves(unknown) if leaf.input.reason]
    return reasons[0] if reasons else f"it depends on {', '.join(names[:3])} in a way that could not be decided"
