"""Decides in which worlds a question holds: in all of them, in the committed one, or in one that can be shown.

A question is evaluated where little is assumed. Where it waits for an input, that input's values are split into cells
and the question is asked again in each: only inputs that an answer waits for are ever looked at. The bound is a number
of askings; where it is met the answer is `undecided`, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain, islice

from iac_keycheck.deciding.candidates import Split, split
from iac_keycheck.deciding.matching import matched_in
from iac_keycheck.deciding.surroundings import constants_in
from iac_keycheck.deciding.values import Input, Refused, Unknown, Value, leaves
from iac_keycheck.deciding.verdicts import Answer, Cannot, Certainty, Constraint, Question, Verdict, all_hold
from iac_keycheck.deciding.witnesses import CONFIRMATIONS, Witnesses
from iac_keycheck.deciding.worlds import NOTHING, TOO_DEEP, TOO_LARGE, Absent, Inputs, Known, World
from iac_keycheck.records import dataclass, field, replace

ASKINGS = 512
"""How often one question is asked, each time with more assumed."""
VALUES = 4096
"""The same, where one input has more allowed values than half of that."""
PATIENCE = 8
"""In so many worlds a question fails before one looks whether it does in all, in a coarser way."""
SUPPOSED = 256
"""The greatest number of coarser worlds that are looked at for that."""


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
    _witnesses: Witnesses | None = None

    @property
    def witnesses(self) -> Witnesses:
        """What finds the inputs that show something."""
        if self._witnesses is None:
            self._witnesses = Witnesses(self)
        return self._witnesses

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
        if settled and self.is_applied(NOTHING) and self.is_world(self.committed):
            return Answer(Certainty.ALWAYS, world=self.committed)
        leaves_ = self.explore(question, NOTHING)
        holds: list[World] = []
        failing: list[World] = []
        open_end: str | None = None
        nowhere: bool | None = None
        for world, verdict in leaves_:
            if verdict is not True:
                failing.append(world)
                if len(failing) == PATIENCE and not holds:
                    nowhere = self.holds_nowhere(question)
                    if nowhere:
                        return Answer(None)
                if isinstance(verdict, Cannot):
                    open_end = open_end or verdict.reason or None
            elif self.is_applied(world):
                holds.append(world)
            # whether a world is applied takes evaluating all of it: only where it tells something
            if holds and failing and any(self.is_applied(failing.pop()) for _ in range(len(failing))):
                more = (world for world, verdict in leaves_ if verdict is True)
                return self.decide_from(question, chain(holds, more))
        if not holds:
            if open_end is not None and nowhere is None:
                nowhere = self.holds_nowhere(question)
            return Answer(None, reason=None if nowhere else open_end)
        return self._always(question, holds)

    def holds_nowhere(self, question: Question) -> bool:
        """Whether a question is seen to hold in no world without looking at what makes choices go one way or the other.

        Each is supposed both ways: that makes few worlds, and each that there is lies in one of them.
        """
        for index, (_, verdict) in enumerate(self.explore(question, supposing=True)):
            if index == SUPPOSED or not (verdict is False or verdict == Cannot("")):
                return False
        return True

    def is_applied(self, world: World) -> bool:
        """Whether nothing that users and keys need refuses a world."""
        return self.ask(self.applies, world) is not None

    def _always(self, question: Question, holds: list[World]) -> Answer:
        """The answer to a question that fails in no world, if there is one at all."""
        if self.is_world(self.committed):
            return Answer(Certainty.ALWAYS, world=self._some_world(question, holds[0]))
        found = self.witnesses.found(question, holds[:CONFIRMATIONS])
        return found if found.certainty is None else replace(found, certainty=Certainty.ALWAYS, witness={})

    def decide_from(self, question: Question, worlds: Iterable[World]) -> Answer:
        """As `decide`, for a question that does not always hold, and is known to hold in these worlds."""
        if self.is_world(self.committed) and self.everywhere(question, self.committed):
            return Answer(Certainty.DEFAULT, world=self._some_world(question, self.committed))
        names = tuple(name for name, world in self.named if self.is_world(world) and self.everywhere(question, world))
        if names:
            first = next(world for name, world in self.named if name == names[0])
            return Answer(Certainty.DEFAULT, worlds=names, world=first)
        return self.witnesses.found(question, islice(worlds, CONFIRMATIONS))

    def sensitive(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the inputs whose values must not be shown."""
        return frozenset(name for name in names if name in self.inputs.sources and self.inputs.sources[name].sensitive)

    def may_exceed(self, question: Question, certainty: Certainty) -> bool:
        """Whether a quick look leaves it open that a question holds more surely than this."""
        worlds = (self.committed, *(world for _, world in self.named))
        return certainty < Certainty.DEFAULT and any(
            self.is_world(world) and self._may_hold_everywhere(question, world) for world in worlds
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

    def everywhere(self, question: Question, start: World) -> bool:
        """Whether a question holds in every world that extends this one, refused ones apart, and there is one."""
        holds = False
        for world, verdict in self.explore(question, start):
            if verdict is True:
                holds = True
            elif self.is_applied(world):
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
            if self.exists(extended, parts.leaf.input.name):
                yield extended

    def is_world(self, world: World) -> bool:
        """Whether nothing refuses the values of a file or of the defaults."""
        known = self._allowed_worlds.get(id(world))
        if known is None:
            known = self._allowed_worlds[id(world)] = self.exists_whole(world)
        return known

    def exists_whole(self, world: World) -> bool:
        """Whether nothing is known to refuse a world."""
        with self.inputs.assuming(world):
            allowed = all(one.may_hold for one in self.constraints)
        return allowed and self.may_be_completed(world) and self.is_applied(world)

    def may_be_completed(self, world: World) -> bool:
        """False where no value of the inputs that a world leaves open meets the constraints on those that it gives."""
        names = dict.fromkeys(name for name, _ in world)
        touching = dict.fromkeys(one for name in names for one in self.constraints_on(name))
        with self.inputs.assuming(world):
            left_open = tuple(one.holds for one in touching if isinstance(one.verdict, Unknown))
        if not left_open:
            return True
        return any(verdict is not False for _, verdict in self.explore(partial(all_hold, left_open), world))

    def exists(self, world: World, name: str) -> bool:
        """False where a constraint on the input ``name`` is known to fail."""
        with self.inputs.assuming(world):
            return all(one.may_hold for one in self.constraints_on(name))

    def _mentioned(self, world: World, name: str) -> Iterator[Value]:
        """The constants that the constraints on an input mention in a world."""
        for constraint in self.constraints_on(name):
            with self.inputs.assuming(world), suppress(Refused):
                held = constraint.holds()
                yield from constants_in(held)
                yield from matched_in(held)

    def constraints_on(self, name: str) -> list[Constraint]:
        """The constraints that read an input."""
        if self._touching is None:
            self._touching = {}
            for constraint in self.constraints:
                for read in {name for name, _ in self.inputs.reading(NOTHING, constraint.holds)}:
                    self._touching.setdefault(read, []).append(constraint)
        return self._touching.get(name, [])

def _waiting(unknown: Unknown) -> str:
    names = list(dict.fromkeys(leaf.input.name for leaf in leaves(unknown)))
    if not names:
        return "it depends on a value that is different at every run"
    reasons = [leaf.input.reason for leaf in leaves(unknown) if leaf.input.reason]
    return reasons[0] if reasons else f"it depends on {', '.join(names[:3])} in a way that could not be decided"
