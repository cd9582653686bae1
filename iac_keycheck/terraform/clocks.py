"""Which clocks a value changes with: resources that expire, and relays that pass their changes on.

A resource passes a change on where an argument of it takes a changing value: it is replaced, and then all that is
computed of it changes, or it is updated, and then only what repeats the argument does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iac_keycheck.deciding.terms import IMPURE, equal
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Items,
    Leaf,
    Ref,
    Refused,
    Term,
    Unknown,
    Value,
    leaves,
    plain,
)
from iac_keycheck.facts import Mark, Period
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.source import Span
from iac_keycheck.terraform.changing import BY_TURNS, EXPIRING, FORCING, PASSING, TWO, UPDATING
from iac_keycheck.terraform.evaluate import Frame
from iac_keycheck.terraform.instances import Scope
from iac_keycheck.terraform.references import references
from iac_keycheck.terraform.sites import Tree, instances, value_of
from iac_keycheck.terraform.syntax import Attribute, Block, Literal, Name, Template, TupleCons

_PENDING = frozenset({"instances", "count", "for_each"})


class Pending(Exception):
    """Raised where inputs decide which clocks there are: what has to be known first."""

    def __init__(self, value: Unknown) -> None:
        super().__init__()
        self.value = value


@dataclass(frozen=True, slots=True)
class Clock:
    """What makes a value change: the end of a period, a moment without a next one, or (``always``) every apply."""

    period: Period | None
    way: tuple[Mark, ...] = ()
    always: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """Why a change is not passed on, and where."""

    why: str
    span: Mark


@dataclass(frozen=True, slots=True)
class Changes:
    """What an instance of a resource passes on: clocks that replace it, clocks by the attributes they update."""

    replaced: tuple[Clock, ...] = ()
    updated: tuple[tuple[tuple[str, ...], Clock], ...] = ()
    breaks: tuple[Break, ...] = ()

    def of(self, attribute: str | None) -> tuple[Clock, ...]:
        """The clocks with which an attribute changes, or the resource as a whole."""
        return (*self.replaced, *(clock for names, clock in self.updated if attribute is None or attribute in names))


@dataclass(frozen=True, slots=True)
class Relay:
    """An instance of a resource that may pass changes on."""

    address: str
    type: str
    scope: Scope
    block: Block
    frame: Frame


@dataclass(slots=True, eq=False)
class Clocks:
    """Answers about the resources of one tree of modules, in the world of the moment."""

    tree: Tree
    _open: set[str] = field(default_factory=set)

    def of_value(self, value: Value | Term) -> tuple[Clock, ...]:
        """The clocks with which a value changes. Raises `Pending`."""
        match value:
            case Unknown(term=Apply("if", (_, then, otherwise))):
                if self.of_value(then) or self.of_value(otherwise):
                    raise Pending(value)
                return ()
            case Unknown(term=term):
                return self.of_value(term)
            case Apply(function) if function in _PENDING and any(True for _ in leaves(value)):
                raise Pending(Unknown(value))
            case Apply("if"):
                return self.of_value(Unknown(value))
            case Apply(function, arguments):
                now = (Clock(None, always=True),) if function in IMPURE else ()
                return (*now, *self._of_all(arguments))
            case Concat(parts=parts):
                return self._of_all(part for part in parts if not isinstance(part, str))
            case Items(items=items):
                return self._of_all(items)
            case Entries(entries=entries):
                return self._of_all(_values(entries))
            case Leaf(source):
                return self._of_input(source.name)
            case Ref(value=inner):
                return self.of_value(inner)
            case _:
                return ()

    def _of_all(self, values: Iterator[Value] | tuple[Value | Term, ...] | Iterator[Value | Term]) -> tuple[Clock, ...]:
        found: dict[Clock, None] = {}
        for value in values:
            found.update(dict.fromkeys(self.of_value(value)))
        return tuple(found)

    def _of_input(self, name: str) -> tuple[Clock, ...]:
        address, _, attribute = name.rpartition(".")
        relay = self.located(address)
        if relay is None:
            return ()
        if relay.type in EXPIRING and attribute in EXPIRING[relay.type].changing:
            return (clock_of(relay.block, relay.frame, attribute),)
        return self.changes(relay).of(attribute)

    def located(self, address: str) -> Relay | None:
        """The resource instance at an address, if it is a clock or a relay."""
        at = self.tree.at(address)
        if at is None or at[1] not in PASSING:
            return None
        scope, type_, name = at
        block = scope.module.block("resource", type_, name)
        for found, _, frame in instances(scope, "resource", (type_, name)):
            if found == address and block is not None:
                return Relay(address, type_, scope, block, frame)
        return None

    def changes(self, relay: Relay) -> Changes:
        """What one relay passes on."""
        if relay.address in self._open:
            return Changes()
        self._open.add(relay.address)
        try:
            return self._changes(relay.address, relay.type, relay.scope, relay.block, relay.frame)
        finally:
            self._open.discard(relay.address)

    def _changes(self, address: str, type_: str, scope: Scope, block: Block, frame: Frame) -> Changes:
        ignored = ignored_changes(block)
        replaced: list[Clock] = []
        updated: list[tuple[tuple[str, ...], Clock]] = []
        breaks: list[Break] = []
        trigger, _ = UPDATING.get(type_, (None, ()))
        for name in (*FORCING.get(type_, ()), *((trigger,) if trigger else ())):
            attribute = block.body.attributes.get(name)
            if attribute is None and (type_ not in BY_TURNS or name != trigger):
                continue
            value = value_of(attribute.expression, frame) if attribute is not None else None
            clocks = self.of_value(value)
            mark = Mark(attribute.span if attribute is not None else block.span, f"{name} of {address}")
            if type_ in BY_TURNS and plain(value) is None:
                clocks = (Clock(None, always=True),)
            if clocks and (name in ignored or "all" in ignored):
                why = f"{address} ignores changes of {name}"
                breaks.append(Break(why, Mark(lifecycle_span(block, "ignore_changes"), "the change is ignored here")))
            elif clocks and name in FORCING.get(type_, ()) and is_set(block, "prevent_destroy"):
                why = f"{address} must not be destroyed, so that it cannot be replaced"
                breaks.append(Break(why, Mark(lifecycle_span(block, "prevent_destroy"), "its replacement is refused")))
            elif clocks and name == trigger:
                updated += (one for clock in clocks for one in _updated(type_, block, frame, through(clock, mark)))
            elif clocks:
                replaced += (through(clock, mark) for clock in clocks)
            elif attribute is not None and self._names_clock(attribute, scope):
                breaks.append(Break(f"{name} of {address} takes nothing that changes when the period ends", mark))
        return Changes(tuple(replaced), tuple(updated), tuple(breaks))

    def _names_clock(self, attribute: Attribute, scope: Scope) -> bool:
        """Whether an argument takes of clocks and relays nothing but what stays the same."""
        stays = False
        for type_, name, *rest in references(attribute.expression):
            if type_ not in (*EXPIRING, *UPDATING) or not rest or not scope.module.has("resource", type_, name):
                continue
            if type_ in EXPIRING:
                if rest[0] in EXPIRING[type_].changing:
                    return False
                stays = True
                continue
            block = scope.module.block("resource", type_, name)
            for address, _, frame in instances(scope, "resource", (type_, name)):
                changes = self.changes(Relay(address, type_, scope, block, frame)) if block is not None else Changes()
                if changes.of(rest[0]):
                    return False
                stays = stays or bool(changes.of(None))
        return stays


def clock_of(block: Block, frame: Frame, attribute: str) -> Clock:
    """When an attribute of what expires changes. Raises `Pending`."""
    expiring = EXPIRING[block.labels[0]]
    mark = Mark(block.span, f"the clock, {'.'.join(block.labels)}")
    period: Period | None = None
    for name, unit in expiring.units:
        given = block.body.attributes.get(name)
        value = plain(value_of(given.expression, frame)) if given else None
        if value is None:
            continue
        if isinstance(value, Unknown) and isinstance(null := equal(value, None), Unknown):
            raise Pending(null)
        period = None if unit is None else Period(value, *unit)
    fixed = block.body.attributes.get("rfc3339")
    if fixed is not None and value_of(fixed.expression, frame) is not None:
        # the period runs from a moment that stays: once it is over it is over at every apply
        period = None
    return _by_turns(Clock(period, (mark,)), expiring.changing[attribute])


def _updated(type_: str, block: Block, frame: Frame, clock: Clock) -> Iterator[tuple[tuple[str, ...], Clock]]:
    """The attributes that change with a clock, and those that do so by turns. Raises `Pending`."""
    _, names = UPDATING[type_]
    by_turns, turns = BY_TURNS.get(type_, ((), 1))
    yield tuple(name for name in names if name not in by_turns), clock
    if by_turns:
        yield by_turns, _by_turns(clock, turns if isinstance(turns, int) else _number(block, turns, frame))


def _number(block: Block, name: str, frame: Frame) -> int:
    """The number of turns that an argument says; raises `Pending`. There are two at least."""
    given = block.body.attributes.get(name)
    number = plain(value_of(given.expression, frame)) if given is not None else None
    if isinstance(number, Unknown):
        raise Pending(number)
    return number if isinstance(number, int) else TWO


def _by_turns(clock: Clock, turns: int) -> Clock:
    """The clock of one of several things of which each end of a period changes one."""
    period = clock.period
    return clock if period is None else replace(clock, period=replace(period, days=period.days * turns))


def ignored_changes(block: Block) -> frozenset[str]:
    """The arguments whose changes a resource ignores; ``all`` for every one."""
    found: set[str] = set()
    for lifecycle in block.body.nested("lifecycle"):
        attribute = lifecycle.body.attributes.get("ignore_changes")
        match attribute.expression if attribute else None:
            case Name("all") | Template(("all",)):
                found.add("all")
            case TupleCons(items):
                found.update(path[0] for item in items for path in references(item))
                found.update(str(item.parts[0]) for item in items if isinstance(item, Template) and item.parts)
            case _:
                pass
    return frozenset(found)


def is_set(block: Block, name: str) -> bool:
    """Whether a resource's lifecycle says ``name = true``; Terraform takes constants alone there."""
    for lifecycle in block.body.nested("lifecycle"):
        attribute = lifecycle.body.attributes.get(name)
        match attribute.expression if attribute else None:
            case Literal(value=True) | Template(("true",)):
                return True
            case _:
                pass
    return False


def lifecycle_span(block: Block, name: str) -> Span:
    """Where a resource's lifecycle says something; the whole block where it does not."""
    for lifecycle in block.body.nested("lifecycle"):
        if name in lifecycle.body.attributes:
            return lifecycle.body.attributes[name].span
    return block.span


def through(clock: Clock, mark: Mark) -> Clock:
    """A clock that comes by way of a place."""
    return Clock(clock.period, (mark, *clock.way), clock.always)


def _values(entries: Mapping[str, Value]) -> Iterator[Value]:
    for name in entries:
        try:
            yield entries[name]
        except Refused:
            continue
