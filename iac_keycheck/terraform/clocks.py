"""Which clocks a value changes with: `time_rotating` resources that expire, and relays that pass their changes on.

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
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Span
from iac_keycheck.terraform.evaluate import Frame
from iac_keycheck.terraform.instances import Scope
from iac_keycheck.terraform.references import references
from iac_keycheck.terraform.sites import Tree, instances, value_of
from iac_keycheck.terraform.syntax import Attribute, Block, Literal, Name, Template, TupleCons

ROTATING = "time_rotating"
CHANGING = frozenset(
    {"id", "rfc3339", "rotation_rfc3339", "unix", "year", "month", "day", "hour", "minute", "second"}
)  # fmt: skip
"""Attributes of a `time_rotating` that are others when it has expired."""
FORCING: Mapping[str, tuple[str, ...]] = {
    "null_resource": ("triggers",),
    "terraform_data": ("triggers_replace",),
    "time_static": ("triggers", "rfc3339"),
    "time_offset": ("triggers", "base_rfc3339"),
    "time_sleep": ("triggers",),
    ROTATING: ("triggers", "rfc3339"),
    **{
        f"random_{kind}": ("keepers",)
        for kind in ("bytes", "id", "integer", "password", "pet", "shuffle", "string", "uuid")
    },
}
"""Arguments that replace their resource when they change."""
UPDATING: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {"terraform_data": (("input", ("input", "output")),)}
"""Arguments that update their resource, each with the attributes that change with them."""
_UNITS: tuple[tuple[str, tuple[int, int] | None], ...] = (
    ("rotation_days", (1, 1)),
    ("rotation_hours", (1, 24)),
    ("rotation_minutes", (1, 1440)),
    ("rotation_months", (31, 1)),
    ("rotation_rfc3339", None),
    ("rotation_years", (366, 1)),
)
"""The arguments of a `time_rotating`, of which the last that is set counts, with the days and parts of their units."""
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
        if relay.type == ROTATING and attribute in CHANGING:
            return (clock_of(relay.block, relay.frame),)
        return self.changes(relay).of(attribute)

    def located(self, address: str) -> Relay | None:
        """The resource instance at an address, if it is a clock or a relay."""
        at = self.tree.at(address)
        if at is None or at[1] not in FORCING:
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
        updating = dict(UPDATING.get(type_, ()))
        for name in (*FORCING.get(type_, ()), *updating):
            attribute = block.body.attributes.get(name)
            if attribute is None:
                continue
            clocks = self.of_value(value_of(attribute.expression, frame))
            mark = Mark(attribute.span, f"{name} of {address}")
            if clocks and (name in ignored or "all" in ignored):
                why = f"{address} ignores changes of {name}"
                breaks.append(Break(why, Mark(lifecycle_span(block, "ignore_changes"), "the change is ignored here")))
            elif clocks and name in FORCING.get(type_, ()) and is_set(block, "prevent_destroy"):
                why = f"{address} must not be destroyed, so that it cannot be replaced"
                breaks.append(Break(why, Mark(lifecycle_span(block, "prevent_destroy"), "its replacement is refused")))
            elif clocks and name in updating:
                updated += ((updating[name], through(clock, mark)) for clock in clocks)
            elif clocks:
                replaced += (through(clock, mark) for clock in clocks)
            elif self._names_clock(attribute, scope):
                breaks.append(Break(f"{name} of {address} takes nothing that changes when the period ends", mark))
        return Changes(tuple(replaced), tuple(updated), tuple(breaks))

    def _names_clock(self, attribute: Attribute, scope: Scope) -> bool:
        """Whether an argument takes of clocks and relays nothing but what stays the same."""
        stays = False
        for type_, name, *rest in references(attribute.expression):
            if type_ not in (ROTATING, *UPDATING) or not rest or not scope.module.has("resource", type_, name):
                continue
            if type_ == ROTATING:
                if rest[0] in CHANGING:
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


def clock_of(block: Block, frame: Frame) -> Clock:
    """When a `time_rotating` expires. Raises `Pending`."""
    mark = Mark(block.span, f"the clock, {'.'.join(block.labels)}")
    period: Period | None = None
    for name, unit in _UNITS:
        attribute = block.body.attributes.get(name)
        value = plain(value_of(attribute.expression, frame)) if attribute else None
        if value is None:
            continue
        if isinstance(value, Unknown) and isinstance(null := equal(value, None), Unknown):
            raise Pending(null)
        period = None if unit is None else Period(value, *unit)
    fixed = block.body.attributes.get("rfc3339")
    if fixed is not None and value_of(fixed.expression, frame) is not None:
        # the period runs from a moment that stays: once it is over it is over at every apply
        period = None
    return Clock(period, (mark,))


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
