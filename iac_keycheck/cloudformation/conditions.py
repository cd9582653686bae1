"""Condition functions: those of ``Conditions`` and ``Fn::If``, and those of ``Rules``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.loops import member_of, substituted
from iac_keycheck.cloudformation.nodes import Entry, Node, Scalar, Sequence
from iac_keycheck.cloudformation.scope import Condition, Context, Rejected, Scope
from iac_keycheck.cloudformation.texts import equal, is_one_of, text
from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import BOOL
from iac_keycheck.deciding.values import Items, Refused, Unknown, Value, plain

PAIR = 2
LEAST, MOST = 2, 10
"""How many conditions ``Fn::And`` and ``Fn::Or`` take."""


def holds(name: str, context: Context) -> Condition:
    """Whether the condition of that name holds."""
    scope = context.scope
    found = member_of("Conditions", name, scope)
    if found is None:
        raise Refused(f"there is no condition {name}", static=True)
    node, inside = found
    try:
        return scope.inputs.remember((scope.id, "condition", name), lambda: _decided(node, inside))
    except Rejected:
        raise
    except Refused as refused:
        if not refused.static:
            raise
        member = scope.template.section("Conditions").get(name)
        place = node.span if member is None else member.header
        raise Rejected(f"the condition {name}: {refused.message}", place, static=True) from None


def _decided(node: Node, context: Context) -> Condition:
    for call in _calls(node):
        if call.key in RULES_ONLY:
            raise Rejected(f"{call.key} stands in Rules only, and not in a condition", call.key_span, static=True)
        if call.key in _NOT_IN_CONDITIONS:
            raise Rejected(f"a condition cannot use {call.key}", call.key_span, static=True)
        if call.key == "Fn::GetAtt" or (call.key == "Ref" and _is_resource(call.value, context.scope)):
            raise Rejected("a condition cannot refer to resources", call.span, static=True)
    return condition(node, context)


def _is_resource(node: Node, scope: Scope) -> bool:
    name = node.text if isinstance(node, Scalar) else None
    return name in scope.template.section("Resources") and name not in scope.template.section("Parameters")


def _calls(node: Node) -> Iterator[Entry]:
    for entry in node.entries if isinstance(node, nodes.Mapping) else ():
        yield entry
        yield from _calls(entry.value)
    for inner in node.items if isinstance(node, Sequence) else ():
        yield from _calls(inner)


def condition(node: Node, context: Context) -> Condition:
    """Whether a node that is a condition holds."""
    with context.scope.shared.deeper(node.span):
        match node:
            case nodes.Mapping((Entry(key="Condition", value=Scalar(text=str() as name)) as entry,)):
                return _named(name, entry, context)
            case nodes.Mapping((Entry(key=key) as entry,)) if key in CONDITIONS:
                return CONDITIONS[key](entry, context)
            case _:
                raise Rejected(f"a condition must be one of {', '.join(CONDITIONS)}", node.span, static=True)


def written(name: str, context: Context) -> str:
    """The name of a condition, with the variables of the loops around it filled in."""
    filled = substituted(name, context.bindings)
    return filled if isinstance(filled, str) else name


def _named(name: str, entry: Entry, context: Context) -> Condition:
    name = written(name, context)
    if member_of("Conditions", name, context.scope) is None:
        raise Rejected(f"there is no condition {name}", entry.value.span, static=True)
    return holds(name, context)


def _equals(entry: Entry, context: Context) -> Condition:
    left, right = _arguments(entry, PAIR)
    return equal(context.value(left), context.value(right))


def _not(entry: Entry, context: Context) -> Condition:
    (inner,) = _arguments(entry, 1)
    return terms.negate(condition(inner, context))


def _and(entry: Entry, context: Context) -> Condition:
    verdict: Condition = True
    for part in _arguments(entry, None):
        verdict = terms.both(verdict, condition(part, context))
        if verdict is False:
            break
    return verdict


def _or(entry: Entry, context: Context) -> Condition:
    verdict: Condition = False
    for part in _arguments(entry, None):
        verdict = terms.either(verdict, condition(part, context))
        if verdict is True:
            break
    return verdict


def _contains(entry: Entry, context: Context) -> Condition:
    values, wanted = _arguments(entry, PAIR)
    return _is_in(context.value(wanted), context.value(values))


def _each_in(entry: Entry, context: Context) -> Condition:
    values, allowed = (context.value(part) for part in _arguments(entry, PAIR))
    return _each(values, lambda value: _is_in(value, allowed))


def _each_equals(entry: Entry, context: Context) -> Condition:
    values, wanted = (context.value(part) for part in _arguments(entry, PAIR))
    return _each(values, lambda value: equal(value, wanted))


def _each(values: Value, test: Callable[[Value], Condition]) -> Condition:
    match plain(values):
        case Items(items=items):
            verdict: Condition = True
            for item in items:
                verdict = terms.both(verdict, test(item))
            return verdict
        case other:
            return terms.apply("each", (other,), BOOL, not_null=True)


def _is_in(wanted: Value, values: Value) -> Condition:
    match plain(values):
        case Items(items=items):
            return is_one_of(wanted, items)
        case Unknown() as unknown:
            return terms.apply("Fn::Contains", (unknown, text(wanted)), BOOL, not_null=True)
        case other:
            return equal(other, wanted)


def _arguments(entry: Entry, count: int | None) -> tuple[Node, ...]:
    match entry.value:
        case Sequence(items=items) if count is None and not LEAST <= len(items) <= MOST:
            raise Rejected(f"{entry.key} takes {LEAST} to {MOST} conditions", entry.span, static=True)
        case Sequence(items=items) if count is None or len(items) == count:
            return items
        case argument if count == 1 and not isinstance(argument, Sequence):
            return (argument,)
        case _:
            wanted = "conditions" if count is None else f"{count} {'condition' if count == 1 else 'arguments'}"
            raise Rejected(f"{entry.key} needs a list of {wanted}", entry.span, static=True)


CONDITIONS: dict[str, Callable[[Entry, Context], Condition]] = {
    "Fn::And": _and,
    "Fn::Equals": _equals,
    "Fn::Not": _not,
    "Fn::Or": _or,
    "Fn::Contains": _contains,
    "Fn::EachMemberIn": _each_in,
    "Fn::EachMemberEquals": _each_equals,
}
"""Condition functions by name."""
_NOT_IN_CONDITIONS = frozenset({"Fn::If", "Fn::ImportValue"})
RULES_ONLY = frozenset(
    {"Fn::Contains", "Fn::EachMemberIn", "Fn::EachMemberEquals", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"}
)
"""Those, and functions in them, that stand in ``Rules`` only."""
