"""How a key of a root module comes to be replaced: by a clock that reaches it, by hand, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from iac_keycheck.deciding.terms import IMPURE, equal
from iac_keycheck.deciding.values import Unknown, plain
from iac_keycheck.expressions import expression
from iac_keycheck.facts import Mark, Pace, Period, Rotation
from iac_keycheck.records import dataclass, replace
from iac_keycheck.resource import EXPIRING_KEY, Instance
from iac_keycheck.source import Span
from iac_keycheck.terraform.changing import EXPIRING, PASSING
from iac_keycheck.terraform.clocks import (
    Break,
    Clock,
    Clocks,
    Pending,
    Relay,
    ignored_changes,
    is_set,
    lifecycle_span,
)
from iac_keycheck.terraform.compared import Step, compared
from iac_keycheck.terraform.evaluate import Frame
from iac_keycheck.terraform.instances import Scope
from iac_keycheck.terraform.references import references
from iac_keycheck.terraform.sites import Tree, instances, value_of
from iac_keycheck.terraform.syntax import Block, Expression, GetAttr, Index, Name, Template, TupleCons

REPLACING = ("user", "pgp_key")
"""Arguments of a key that replace it when they change."""
_SECONDS_A_DAY = 86400
_LONGEST_AGE = 2**31 - 1
"""The ``max_age`` of an expiring key, in seconds, that is given none."""
_VERSIONED = expression(r"(?:^|[^a-zA-Z])v\d+(?![a-zA-Z\d])|(?<!\d)20\d\d(?:[_-]?\d\d){0,2}(?!\d)")

_THIRD_PARTY = ("rotating_", "toggles_")
# What is new with time or at every run, what hands it on, and keys that expire.
_WORDS = ("time_", *_THIRD_PARTY, EXPIRING_KEY, "replace_triggered_by", *sorted(IMPURE - {"plantimestamp"}))
_CLOCKS = expression(
    rf"\b(?:time|rotating|toggles)_\w+|{EXPIRING_KEY}|replace_triggered_by|\b(?:{'|'.join(sorted(IMPURE))})\b", re.ASCII
)


@dataclass(frozen=True, slots=True)
class _Key:
    scope: Scope
    block: Block
    frame: Frame


@dataclass(frozen=True, slots=True)
class _Trigger:
    """What ``replace_triggered_by`` names: a resource, one of its instances, an attribute, what is below it.

    ``path`` leads there: names after dots, expressions in brackets.
    """

    type: str
    name: str
    index: Expression | None
    attribute: str | None
    span: Span
    path: tuple[str | Expression, ...] = ()


def may_rotate(texts: Iterable[str]) -> bool:
    """Whether anything but a hand may replace keys, or seem to: there is a clock, a trigger, or an age."""
    return any(any(word in text for word in _WORDS) and _CLOCKS.search(text) for text in texts)


def rotation(tree: Tree, key: Instance) -> Rotation | Unknown:
    """How a key is rotated in the world of the moment, or what decides it."""
    return tree.root.inputs.remember(("rotation", key.address), lambda: _rotation_at(tree, key.address))


def _rotation_at(tree: Tree, address: str) -> Rotation | Unknown:
    located = _located(tree, address)
    if located is None:
        return Rotation(Pace.NONE)
    try:
        return _rotation(Clocks(tree), located, address)
    except Pending as pending:
        return pending.value


def _located(tree: Tree, address: str) -> _Key | None:
    at = tree.at(address)
    if at is None:
        return None
    scope, type_, name = at
    block = scope.module.block("resource", type_, name)
    if block is None:
        return None
    # once for all instances: they are asked for one by one
    frames = scope.inputs.remember(
        ("frames", scope.address, type_, name),
        lambda: {found: frame for found, _, frame in instances(scope, "resource", (type_, name))},
    )
    return _Key(scope, block, frames[address]) if address in frames else None


def _rotation(clocks: Clocks, key: _Key, address: str) -> Rotation:
    working: list[Clock] = []
    breaks: list[Break] = []
    if key.block.labels[0] == EXPIRING_KEY:
        working.append(_own_age(key))
    by_hand = _VERSIONED.search(address.rpartition("iam_access_key.")[2]) is not None
    ignored = ignored_changes(key.block)
    for name in REPLACING:
        attribute = key.block.body.attributes.get(name)
        found = clocks.of_value(value_of(attribute.expression, key.frame)) if attribute is not None else ()
        if found and ignored & {name, "all"}:
            mark = Mark(lifecycle_span(key.block, "ignore_changes"), "the change is ignored here")
            breaks.append(Break(f"the key ignores changes of {name}", mark))
        else:
            working += found
    for trigger in _triggers(key.block):
        relayed, why_not = _relayed(clocks, key, trigger)
        if trigger.type in EXPIRING and not relayed:
            expiring = EXPIRING[trigger.type]
            why = (
                f"{trigger.type}.{trigger.name} {expiring.how}, which triggers nothing: "
                f"a resource between the two has to take its {expiring.relayed}"
            )
            breaks.append(Break(why, Mark(trigger.span, "named as a trigger")))
            continue
        working += relayed
        breaks += why_not
        by_hand = by_hand or not (relayed or why_not)
    if working and is_set(key.block, "prevent_destroy"):
        mark = Mark(key.block.span, "the key with prevent_destroy")
        return Rotation(Pace.DEAD, why="the key must not be destroyed, so that its replacement is refused", way=(mark,))
    if working:
        return _fastest(working)
    breaks += _orders_only(clocks, key)
    if breaks:
        first = breaks[0]
        own = first.span.span if _within(first.span.span, key.block.span) else None
        return Rotation(Pace.DEAD, why=first.why, span=own, way=tuple(one.span for one in breaks))
    return Rotation(Pace.BY_HAND if by_hand else Pace.NONE)


def _own_age(key: _Key) -> Clock:
    """When a key that expires by itself does: so many seconds after it was made, or nearly never."""
    attribute = key.block.body.attributes.get("max_age")
    value = plain(value_of(attribute.expression, key.frame)) if attribute is not None else None
    if isinstance(value, Unknown) and isinstance(null := equal(value, None), Unknown):
        raise Pending(null)
    mark = Mark(attribute.span if attribute is not None else key.block.header, "the age at which the key expires")
    return Clock(Period(_LONGEST_AGE if value is None else value, 1, _SECONDS_A_DAY), (mark,))


def _relayed(clocks: Clocks, key: _Key, trigger: _Trigger) -> tuple[list[Clock], list[Break]]:
    """The clocks that a trigger passes on to the key, and why it does not pass others on."""
    module = key.scope.module
    if not module.has("resource", trigger.type, trigger.name):
        return [], []
    block = module.block("resource", trigger.type, trigger.name)
    wanted = plain(value_of(trigger.index, key.frame)) if trigger.index is not None else None
    working: list[Clock] = []
    breaks: list[Break] = []
    for address, owner, frame in instances(key.scope, "resource", (trigger.type, trigger.name)):
        token = frame.count if frame.count is not None else (frame.each[0] if frame.each else None)
        if block is None or owner != key.frame.names or (wanted is not None and plain(token) != wanted):
            continue
        relay = Relay(address, trigger.type, key.scope, block, frame)
        found = compared(clocks, relay, trigger.attribute, _steps(trigger, key.frame))
        working += found.clocks
        breaks += clocks.changes(relay).breaks
        if not found.clocks and found.why_not:
            breaks.append(Break(found.why_not, Mark(trigger.span, "named as a trigger")))
    return working, [] if working else breaks


def _steps(trigger: _Trigger, frame: Frame) -> tuple[Step, ...]:
    return tuple(
        Step(one, is_name=True) if isinstance(one, str) else Step(value_of(one, frame), is_name=False)
        for one in trigger.path
    )


def _orders_only(clocks: Clocks, key: _Key) -> list[Break]:
    """That a key depends on a clock, which does not replace it."""
    attribute = key.block.body.attributes.get("depends_on")
    for path in references(attribute.expression) if attribute else ():
        if len(path) < 2 or path[0] not in PASSING or not key.scope.module.has("resource", *path[:2]):  # noqa: PLR2004
            continue
        block = key.scope.module.block("resource", *path[:2])
        for address, _, frame in instances(key.scope, "resource", (path[0], path[1])):
            is_clock = path[0] in EXPIRING
            if is_clock or (block and clocks.changes(Relay(address, path[0], key.scope, block, frame)).of(None)):
                why = f"depends_on puts the key after {address} and does not replace it"
                return [Break(why, Mark(attribute.span if attribute else key.block.span, "only an order"))]
    return []


def _fastest(clocks: list[Clock]) -> Rotation:
    """What the clocks come to together: the shortest period of them."""
    if any(clock.always for clock in clocks):
        return Rotation(Pace.EVERY_APPLY)
    timed = [clock for clock in clocks if clock.period is not None]
    if not timed:
        return Rotation(Pace.NO_PERIOD, way=clocks[0].way)
    for clock in timed:
        # one that is not known is asked for first
        if clock.period is not None and isinstance(clock.period.value, Unknown) and len(timed) > 1:
            raise Pending(clock.period.value)
    best = min(timed, key=_days) if len(timed) > 1 else timed[0]
    return Rotation(Pace.TIMED, best.period, span=None, way=best.way)


def _days(clock: Clock) -> Decimal:
    return clock.period.in_days or Decimal(0) if clock.period is not None else Decimal(0)


def _triggers(block: Block) -> list[_Trigger]:
    found: list[_Trigger] = []
    for lifecycle in block.body.nested("lifecycle"):
        attribute = lifecycle.body.attributes.get("replace_triggered_by")
        items = attribute.expression.items if attribute and isinstance(attribute.expression, TupleCons) else ()
        found += (trigger for item in items if (trigger := _trigger(item)) is not None)
    return found


def _trigger(node: Expression) -> _Trigger | None:
    match node:
        case Template(parts=(inner,)) if not isinstance(inner, str) and isinstance(inner, GetAttr | Index):
            return _trigger(inner)
        case GetAttr(Name(type_), name):
            return _Trigger(type_, name, None, None, node.span)
        case Index(GetAttr(Name(type_), name), index):
            return _Trigger(type_, name, index, None, node.span)
        case GetAttr(source, attribute):
            outer = _trigger(source)
            if outer is None or outer.attribute is None:
                return outer and replace(outer, attribute=attribute, span=node.span)
            return replace(outer, span=node.span, path=(*outer.path, attribute))
        case Index(source, key):
            outer = _trigger(source)
            return outer and replace(outer, span=node.span, path=(*outer.path, key))
        case _:
            return None


def _within(inner: Span, outer: Span) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return (
        inner.path == outer.path and starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )
