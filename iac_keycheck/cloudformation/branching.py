"""Choices between values that wait for a condition, and what CloudFormation would refuse in one of their branches."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import BOOL
from iac_keycheck.deciding.values import Apply, Concat, Items, Ref, Refused, Term, Unknown, Value, plain

NOTHING_HERE = Unknown(Apply("refused", ()))
"""Stands in a branch that CloudFormation would refuse, until it is known whether that branch is taken."""


def choose(condition: Value, then: Callable[[], Value], otherwise: Callable[[], Value]) -> Value:
    """``Fn::If``: one branch where the condition is known, else both, as far as CloudFormation accepts them."""
    if isinstance(condition, bool):
        return then() if condition else otherwise()
    branches: list[Value] = []
    refusals: list[Refused] = []
    for branch in (then, otherwise):
        try:
            branches.append(branch())
        except Refused as refused:
            if refused.static:
                raise
            branches.append(NOTHING_HERE)
            refusals.append(refused)
    if len(refusals) == len(branches):
        raise refusals[0]
    return terms.choose(condition, *branches)


def lift(value: Value, function: Callable[[Value], Value]) -> Value:
    """``function`` of a value, and where that is a choice, the choice between the function of each branch."""
    match plain(value):
        case Unknown(term=Apply("refused")):
            return NOTHING_HERE
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, lambda: lift(then, function), lambda: lift(otherwise, function))
        case _:
            return function(value)


def waiting(value: Unknown, result: Unknown) -> Unknown:
    """A result that cannot be told before ``value`` is, and may not exist then: a choice that waits for it."""
    known = terms.apply("known", (value,), BOOL, not_null=True)
    return Unknown(Apply("if", (known, result, NOTHING_HERE)), result.type)


def is_partly_refused(value: Value | Term) -> bool:
    """Whether some inputs lead to what CloudFormation would refuse."""
    match value:
        case Unknown(term=term):
            return is_partly_refused(term)
        case Apply("refused"):
            return True
        case Apply(arguments=parts) | Concat(parts=parts):
            return any(map(is_partly_refused, parts))
        case Items(items=items):
            return any(map(is_partly_refused, items))
        case Ref(value=inner):
            return is_partly_refused(inner)
        case _:
            return False


def conditions_of(value: Value | Term) -> Iterator[Value]:
    """The conditions of the choices in a value, as far as inputs decide them."""
    match value:
        case Unknown(term=term):
            yield from conditions_of(term)
        case Apply("if", (condition, *branches)):
            yield condition
            for branch in branches:
                yield from conditions_of(branch)
        case Apply(arguments=parts) | Concat(parts=parts) | Items(items=parts):
            for part in parts:
                yield from conditions_of(part)
        case Ref(value=inner):
            yield from conditions_of(inner)
        case _:
            return
