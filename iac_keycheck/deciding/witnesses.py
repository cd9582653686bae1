"""The inputs that show that something can hold: as few as will do, with values that are tried before they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, islice

from iac_keycheck.deciding.concrete import concrete
from iac_keycheck.deciding.values import Refused, Value
from iac_keycheck.deciding.verdicts import Answer, Certainty, Question, all_hold
from iac_keycheck.deciding.worlds import NOTHING, Key, Known, Other, World
from iac_keycheck.records import dataclass, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.deciding.guards import Space

FIRST = 4
"""From so many worlds on that are no witness as they are, one looks for what else they need to be one."""
CONFIRMATIONS = 32
"""How many worlds in which a question holds are tried for a witness."""


@dataclass(slots=True, eq=False)
class Witnesses:
    """Looks for them among the worlds of a deployment."""

    space: Space
    _refused_inputs: tuple[str, ...] | None = None

    def found(self, question: Question, worlds: Iterable[World]) -> Answer:
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
            sources = self.space.inputs.sources
            seen = [sources[name] for name in dict.fromkeys(wanted) if name in sources]
            for complete in self._filled_in(question, world):
                values = {one.name: concrete(one.type, one.name, complete, one.samples) for one in seen}
                if self._replays(question, values):
                    witness = self._smallest(question, values)
                    return Answer(Certainty.POSSIBLE, witness=witness, world=self._with(witness))
        return None

    def _wanted(self, world: World) -> Iterator[tuple[str, ...]]:
        """Inputs of a witness: those of the world; where that is none, also those whose committed values forbid it."""
        names = tuple(dict.fromkeys(name for name, _ in world))
        yield names
        refused = self._refused() or self._refused_beside(names, world)
        if refused:
            yield (*names, *refused)

    def _filled_in(self, question: Question, world: World) -> Iterator[World]:
        """A world; and with all parts of inputs that a question reads there, though it does not wait for them."""
        yield world
        read = self.space.inputs.reading(world, question)
        longer = {(name, path[:end]) for name, path in chain(read, world) for end in range(len(path))}
        parts = sorted(key for key in read if key[1] and key not in world and key not in longer)
        if parts:
            yield {**world, **dict.fromkeys(parts, Other())}

    def _refused(self) -> tuple[str, ...]:
        """The inputs without whose committed values the committed world would be one."""
        if self._refused_inputs is None:
            committed = self.space.committed
            refused = () if self.space.is_world(committed) else committed
            self._refused_inputs = self._in_the_way(refused, committed, NOTHING, self.space.exists_whole)
        return self._refused_inputs

    def _refused_beside(self, names: tuple[str, ...], world: World) -> tuple[str, ...]:
        """The inputs without whose committed values a world would be one, with the committed values of all others."""
        others = {key: cell for key, cell in self.space.committed.items() if key[0] not in names}
        if self.space.is_applied({**others, **world}):
            return ()
        read = (self.space.inputs.reading(one, self.space.applies) for one in (world, {**others, **world}))
        return self._in_the_way(sorted(set().union(*read)), others, world, self.space.is_applied)

    @staticmethod
    def _in_the_way(
        keys: Iterable[Key], values: World, start: World, is_one: Callable[[World], bool]
    ) -> tuple[str, ...]:
        """The inputs whose values make a world of none of those before, one after the other, beside these."""
        kept, refused = start, []
        for name in dict.fromkeys(name for name, _ in keys):
            more = {**kept, **{key: cell for key, cell in values.items() if key[0] == name}}
            if is_one(more):
                kept = more
            else:
                refused.append(name)
        return tuple(refused)

    def _applied(self, question: Question, worlds: Iterable[World]) -> Answer:
        """The answer where other inputs must have certain values as well, for the whole to be applied."""
        with self.space.inputs.assuming(self.space.committed):
            refusing = [constraint for constraint in self.space.constraints if not constraint.may_hold]
        tried = 0
        for world in worlds:
            touching = (self.space.constraints_on(name) for name in dict.fromkeys(name for name, _ in world))
            constraints = dict.fromkeys((*refusing, *chain.from_iterable(touching)))
            whole = partial(all_hold, (question, *(one.holds for one in constraints), self.space.applies))
            for extended, verdict in self.space.explore(whole, world):
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
        constraints = dict.fromkeys(one.holds for name in names for one in self.space.constraints_on(name))
        if constraints:
            hold = partial(all_hold, tuple(constraints))
            yield from (allowed for allowed, verdict in self.space.explore(hold, world) if verdict is True)

    def _with(self, values: Mapping[str, Value]) -> World:
        sources = self.space.inputs.sources
        cleared = {key: cell for key, cell in self.space.committed.items() if key[0] not in values}
        fitted = {
            name: self.space.fitted(sources[name], value) if name in sources else value
            for name, value in values.items()
        }
        return {**cleared, **{(name, ()): Known(value) for name, value in fitted.items()}}

    def _replays(self, question: Question, values: Mapping[str, Value]) -> bool:
        try:
            world = self._with(values)
        except Refused:
            return False
        if not all(self.space.exists(world, name) for name in values) or not self.space.everywhere(question, world):
            return False
        if self.space.is_world(self.space.committed):
            return self.space.may_be_completed(world) and self.space.is_applied(world)
        return self.space.exists_whole(world)

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
