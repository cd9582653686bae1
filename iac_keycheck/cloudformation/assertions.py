"""What refuses a stack as a whole: assertions of ``Rules``, and conditions that cannot be evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.conditions import condition
from iac_keycheck.cloudformation.loops import FOR_EACH
from iac_keycheck.cloudformation.nodes import Node, Sequence, intrinsic
from iac_keycheck.cloudformation.scope import Context, Rejected, Scope
from iac_keycheck.cloudformation.template import Member
from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import BOOL
from iac_keycheck.deciding.values import Refused, Value, is_known
from iac_keycheck.deciding.verdicts import Constraint
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.source import Problem


def assertions(scope: Scope) -> Iterator[Constraint]:
    """A constraint for each assertion of the template's rules."""
    for member in scope.template.section("Rules").values():
        rule_condition = member.get("RuleCondition")
        listed = member.get("Assertions")
        if not isinstance(listed, Sequence):
            message = f"the rule {member.name} needs a list of Assertions"
            scope.problems.append(Problem("template", message, member.header, relevant=False))
        for one in listed.items if isinstance(listed, Sequence) else ():
            asserted = one.get("Assert") if isinstance(one, nodes.Mapping) else None
            if asserted is None:
                scope.problems.append(Problem("template", f"an assertion of {member.name} has no Assert", one.span))
            elif _is_sound(asserted, scope) and (rule_condition is None or _is_sound(rule_condition, scope)):
                yield _constraint(scope, member, rule_condition, asserted)


def lookups(scope: Scope) -> Iterator[Constraint]:
    """A constraint for each look-up in a condition that finds nothing for some inputs: all conditions are evaluated."""
    for member in scope.template.section("Conditions").values():
        if member.name.startswith(FOR_EACH) or not _is_evaluated(member, scope):
            continue
        for node in _lookups(member.node):
            with scope.inputs.assuming(NOTHING):
                try:
                    waits = not is_known(Context(scope).value(node))
                except Rejected as rejected:
                    scope.problems.append(Problem("template", rejected.message, rejected.span, relevant=False))
                    continue
                except Refused:
                    continue
            if waits:
                yield Constraint(f"{scope.prefix}{member.name}", partial(_found, node, scope))


def _is_evaluated(member: Member, scope: Scope) -> bool:
    """Whether a condition can be: one that cannot is a problem, whether or not anything asks for it."""
    with scope.inputs.assuming(NOTHING):
        try:
            Context(scope).holds(member.name)
        except Rejected as rejected:
            if rejected.static:
                scope.problems.append(Problem("template", rejected.message, rejected.span))
                return False
        except Refused:
            return True
    return True


def _lookups(node: Node) -> Iterator[Node]:
    call = intrinsic(node)
    if call is not None and call.key in ("Fn::FindInMap", "Fn::Select"):
        yield node
        return
    for inner in node.items if isinstance(node, Sequence) else ():
        yield from _lookups(inner)
    for entry in node.entries if isinstance(node, nodes.Mapping) else ():
        yield from _lookups(entry.value)


def _found(node: Node, scope: Scope) -> Value:
    there = scope.exists()
    if there is False:
        return True
    value = Context(scope).value(node)
    if is_known(value):
        return True
    return terms.apply("accepted", (there, value), BOOL, not_null=True)


def _constraint(scope: Scope, member: Member, when: Node | None, asserted: Node) -> Constraint:
    context = Context(scope, rules=True)

    def holds() -> Value:
        applies = True if when is None else condition(when, context)
        return True if applies is False else terms.either(terms.negate(applies), condition(asserted, context))

    return Constraint(f"{scope.prefix}{member.name}", holds)


def _is_sound(node: Node, scope: Scope) -> bool:
    """Whether a condition can be read at all; one that cannot is a problem, and limits nothing."""
    with scope.inputs.assuming(NOTHING):
        try:
            condition(node, Context(scope, rules=True))
        except Rejected as rejected:
            if rejected.static:
                scope.problems.append(Problem("template", rejected.message, rejected.span, relevant=False))
                return False
        except Refused:
            return True
    return True
