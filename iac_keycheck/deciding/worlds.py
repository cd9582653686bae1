"""Partial worlds: what is assumed of the inputs while a question is asked, and what was read to answer it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from operator import is_

from iac_keycheck.deciding.shapes import ANY, NUMBER, STRING, ListOf, MapOf, ObjectOf, SetOf, TupleOf, Type
from iac_keycheck.deciding.values import (
    Apply,
    Entries,
    Input,
    Items,
    Leaf,
    Number,
    Origin,
    Refused,
    Sample,
    Unknown,
    Value,
)
from iac_keycheck.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    T = TypeVar("T")

COMPUTATIONS = 1_000_000
"""How many values are computed to decide what one deployment does."""
TOO_DEEP = "it leads through too many values to be followed"
TOO_LARGE = "there is not enough memory to work it out"

Key = tuple[str, tuple[str, ...]]
"""An input's name and a path into it."""


@dataclass(frozen=True, slots=True)
class Known:
    """The input (or this part of it) has this value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Other:
    """A text, or a number between the exclusive bounds, that is none of these values, and not null."""

    excluded: tuple[Value, ...] = ()
    low: Number | None = None
    high: Number | None = None


@dataclass(frozen=True, slots=True)
class Members:
    """A collection with these keys (list: ``0``, ``1``, …), whose values are parts of the input of their own.

    Where the code declares no type, it is a tuple if it is ``listed``, else a map.
    """

    keys: tuple[str, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """An attribute that its object does not have: asking for it is an error, which ``try`` catches."""


Cell = Known | Other | Members | Absent
World = Mapping[Key, Cell]
Reads = dict[Key, Cell | None]
"""What was read, with what was found there."""

NOTHING: World = {}

_ANY_TUPLE = TupleOf(())
"""Of a listed collection whose type is not declared: with as many elements as it has keys."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the code looks for in texts: at their beginning, at their end, and anywhere in them."""

    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of collections that the code asks for by name, and texts of its own that none that is made up may be.

    ``alike`` are keys that differ, and that functions in the code may not tell apart. ``numbers`` are those that the
    code compares something with, ``parts`` what it looks for in texts.
    """

    asked: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()
    alike: tuple[tuple[str, str], ...] = ()
    numbers: tuple[int, ...] = ()
    parts: Parts = Parts()


@dataclass(slots=True)
class Inputs:
    """The one door through which evaluation sees inputs, in the world of the moment.

    What a computation read is noted, so that its result can be used again in every world that agrees on that.
    ``sources`` has the inputs that were ever read, by name; ``keys`` gives the keys that the code asks for.
    """

    world: World = field(default_factory=dict)
    sources: dict[str, Input] = field(default_factory=dict)
    computed: int = 0
    keys: Callable[[], Keys] = Keys
    _supposing: bool = False
    _reads: Reads = field(default_factory=dict)
    _memo: dict[Hashable, _Node] = field(default_factory=dict)
    _other_memo: dict[Hashable, _Node] = field(default_factory=dict)
    _running: set[Hashable] = field(default_factory=set)

    def value(self, source: Input, path: tuple[str, ...] = (), type_: Type | None = None) -> Value:
        """The value of an input, or of the part of it at ``path``, as far as the world tells."""
        kind = source.type if type_ is None else type_
        key = (source.name, path)
        cell = self.world.get(key)
        self._reads[key] = cell
        self.sources[source.name] = source
        match cell:
            case Known(value):
                return value
            case Absent():
                raise Refused(f'this object does not have an attribute named "{path[-1]}"')
            case Members(keys, listed):
                return self._collection(source, path, _ANY_TUPLE if listed and kind == ANY else kind, keys)
            case Other(excluded, low, high):
                if kind == ANY:
                    kind = STRING if low is None and high is None else NUMBER
                return Unknown(Leaf(source, path), kind, not_null=True, excluded=excluded, low=low, high=high)
            case None:
                return self._unassigned(source, path, kind)

    def _unassigned(self, source: Input, path: tuple[str, ...], kind: Type) -> Value:
        match kind:
            case ObjectOf(attributes) if path or not source.nullable:
                return Entries("object", {k: self.value(source, (*path, k), t) for k, t in attributes.items()})
            case TupleOf(elements) if path or not source.nullable:
                return Items("tuple", tuple(self.value(source, (*path, str(i)), t) for i, t in enumerate(elements)))
            case _:
                pass
        return Unknown(Leaf(source, path), kind, not_null=not (source.nullable or path))

    def _collection(self, source: Input, path: tuple[str, ...], kind: Type, keys: tuple[str, ...]) -> Value:
        match kind:
            case SetOf(element):
                return Items("set", tuple(Sample(key) for key in keys), element)
            case ListOf(element):
                return Items("list", tuple(self.value(source, (*path, key), element) for key in keys), element)
            case MapOf(element):
                return Entries("map", {Sample(k): self.value(source, (*path, k), element) for k in keys}, element)
            case TupleOf(elements):
                parts = zip(keys, elements or (ANY,) * len(keys), strict=True)
                return Items("tuple", tuple(self.value(source, (*path, key), element) for key, element in parts))
            case ObjectOf(attributes):
                return Entries("object", {k: self.value(source, (*path, k), t) for k, t in attributes.items()})
            case _:
                return Entries("map", {Sample(k): self.value(source, (*path, k), ANY) for k in keys}, ANY)

    def assuming(self, world: World, *, supposing: bool = False) -> _Assuming:
        """Evaluate in ``world``; what is read inside, which is given, does not count for a computation outside.

        While ``supposing``, a choice that is given to `supposed` is either, whatever the inputs that it depends on.
        """
        return _Assuming(self, world, {}, supposing)

    def exchange(self, world: World, reads: Reads, supposing: bool) -> tuple[World, Reads, bool]:  # noqa: FBT001
        """Go on in another world; what to go back to."""
        before = self.world, self._reads, self._supposing
        self.world, self._reads = world, reads
        if supposing != self._supposing:
            self._supposing, self._memo, self._other_memo = supposing, self._other_memo, self._memo
        return before

    def supposed(self, name: str, value: Value) -> Value:
        """The value; while ``supposing``, an open choice of two numbers is an input by itself."""
        match value:
            case Unknown(term=Apply("if", (_, int() as one, int() as other))) if self._supposing:
                return self.value(Input(name, Origin.VARIABLE, NUMBER, mentions=(one, other), closed=True))
            case _:
                return value

    def reading(self, world: World, compute: Callable[[], object]) -> frozenset[Key]:
        """The inputs and the parts of them that a computation reads in ``world``."""
        with self.assuming(world) as reads:
            with suppress(Refused):
                compute()
            return frozenset(reads)

    def remember(self, what: Hashable, compute: Callable[[], T]) -> T:
        """The result of ``compute``, once for all worlds that agree on what it reads.

        Raises `Refused` (as ``compute`` did), also where the computation needs its own result.
        """
        known = self._memo.get(what)
        if known is not None:
            agreeing = known.found(self.world, self._reads)
            if agreeing is not None:
                result: T = agreeing.outcome()
                return result
        if what in self._running:
            raise Refused("it depends on itself", static=True)
        self.computed += 1
        if self.computed > COMPUTATIONS:
            raise Refused(f"more than {COMPUTATIONS} values would have to be computed", bound=True)
        outer, self._reads = self._reads, {}
        self._running.add(what)
        leaf = _Node()
        try:
            leaf.result = compute()
        except Refused as error:
            leaf.refusal = error
        except RecursionError:
            leaf.refusal = Refused(TOO_DEEP, bound=True)
        finally:
            self._running.discard(what)
            mine, self._reads = self._reads, outer
            outer.update(mine)
        leaf.keys, leaf.cells = tuple(mine), tuple(mine.values())
        if known is None or not known.add(leaf):
            self._memo[what] = leaf
        outcome: T = leaf.outcome()
        return outcome

    def reads_nothing(self, what: Hashable) -> bool:
        """Whether something is remembered for all worlds, since no input was read for it."""
        known = self._memo.get(what)
        return known is not None and known.holds_everywhere and known.refusal is None


@dataclass(slots=True)
class _Assuming:
    """What `Inputs.assuming` gives to ``with``: its two places are exchanged on the way in and on the way out.

    A generator would take longer than most of what is evaluated inside.
    """

    inputs: Inputs
    world: World
    reads: Reads
    supposing: bool

    def __enter__(self) -> Mapping[Key, object]:
        """Assume it."""
        inside = self.reads
        self.world, self.reads, self.supposing = self.inputs.exchange(self.world, self.reads, self.supposing)
        return inside

    def __exit__(self, *_: object) -> None:
        """Go back."""
        self.inputs.exchange(self.world, self.reads, self.supposing)


@dataclass(slots=True)
class _Node:
    """A tree of what was read, in the order of reading, down to the result: a computation reads alike what is alike.

    All below have read ``keys`` and found the ``cells`` there. Where some went on otherwise, ``key`` is what they read
    next, and they are the ``children`` by the identity of the ``cell`` that they found, which is kept alive with them.
    """

    keys: tuple[Key, ...] = ()
    cells: tuple[Cell | None, ...] = ()
    key: Key | None = None
    children: dict[int, _Node] = field(default_factory=dict)
    cell: Cell | None = None
    result: object = None
    refusal: Refused | None = None

    @property
    def holds_everywhere(self) -> bool:
        """Whether nothing was read at all."""
        return self.key is None and not self.keys

    def outcome(self) -> Any:  # noqa: ANN401 — of the type that its question has
        """What came of it; raises what was raised."""
        if self.refusal is not None:
            # raised many times, it would keep every frame that it ever passed through
            raise self.refusal.with_traceback(None)
        return self.result

    def found(self, world: World, reads: Reads) -> _Node | None:
        """What came of it in a world that agrees with this one on all that was read; that is put into ``reads``."""
        node: _Node | None = self
        while node is not None:
            if node.keys:
                if not all(map(is_, map(world.get, node.keys), node.cells)):
                    return None
                reads.update(zip(node.keys, node.cells, strict=True))
            if node.key is None:
                break
            reads[node.key] = cell = world.get(node.key)
            node = node.children.get(id(cell))
        return node

    def add(self, leaf: _Node) -> bool:
        """Put what came of it in another world to its place in the tree; False where it has none there."""
        node, keys, cells = self, leaf.keys, leaf.cells
        while True:
            at = node.agrees_up_to(cells)
            if at == len(cells):
                return False
            key, cell = keys[at], cells[at]
            if at < len(node.cells):
                node.fork(at)
            if key != node.key:
                return False
            keys, cells = keys[at + 1 :], cells[at + 1 :]
            below = node.children.get(id(cell))
            if below is None:
                leaf.keys, leaf.cells, leaf.cell = keys, cells, cell
                node.children[id(cell)] = leaf
                return True
            node = below

    def agrees_up_to(self, cells: tuple[Cell | None, ...]) -> int:
        """The index of the first thing that was read otherwise."""
        same = list(map(is_, self.cells, cells))
        return len(same) if all(same) else same.index(False)

    def fork(self, at: int) -> None:
        """Let others go on otherwise from the read at an index."""
        key, cell = self.keys[at], self.cells[at]
        below = _Node(
            self.keys[at + 1 :], self.cells[at + 1 :], self.key, self.children, cell, self.result, self.refusal
        )
        self.keys, self.cells, self.key, self.children = self.keys[:at], self.cells[:at], key, {id(cell): below}
        self.result = self.refusal = None
