"""``Rules``: assertions that must hold of a template's parameters."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck import terms
from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.conditions import condition
from iac_keycheck.cloudformation.nodes import Node, Sequence
from iac_keycheck.cloudformation.scope import Context, Rejected, Scope
from iac_keycheck.cloudformation.template import Member
from iac_keycheck.guards import Constraint
from iac_keycheck.source import Problem
from iac_keycheck.values import Refused, Value
from iac_keycheck.worlds import NOTHING


def assertions(scope: Scope) -> Iterator[Constraint]:
    """A constraint for each assertion of the template's rules."""
    for member in scope.template.section("Rules").values():
        rule_condition = member.get("RuleCondition")
        listed = member.get("Assertions")
        for one in listed.items if isinstance(listed, Sequence) else ():
            asserted = one.get("Assert") if isinstance(one, nodes.Mapping) else None
            if asserted is None:
                scope.problems.append(Problem("template", f"an assertion of {member.name} has no Assert", one.span))
            elif _is_sound(asserted, scope) and (rule_condition is None or _is_sound(rule_condition, scope)):
                yield _constraint(scope, member, rule_condition, asserted)


def _constraint(scope: Scope, member: Member, when: Node | None, asserted: Node) -> Constraint:
    context = Context(scope)

    def holds() -> Value:
        applies = True if when is None else condition(when, context)
        return True if applies is False else terms.either(terms.negate(applies), condition(asserted, context))

    return Constraint(f"{scope.prefix}{member.name}", holds)


def _is_sound(node: Node, scope: Scope) -> bool:
    """Whether a condition can be read at all; one that cannot is a problem, and limits nothing."""
    with scope.inputs.assuming(NOTHING):
        try:
            condition(node, Context(scope))
        except Rejected as rejected:
            if rejected.static:
                scope.problems.append(Problem("template", rejected.message, rejected.span, relevant=False))
                return False
        except Refused:
            return True
    return True
