"""Whether Terraform would apply a configuration in a world at all, as far as users and keys tell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import isqrt

from iac_keycheck.deciding.values import Apply, Refused, Unknown, plain
from iac_keycheck.deciding.verdicts import Verdict
from iac_keycheck.deciding.worlds import NOTHING, Inputs
from iac_keycheck.resource import ACCESS_KEY, Declaration


def applied(declarations: Sequence[Declaration], inputs: Inputs) -> Verdict:
    """True where what users and keys need is known; raises `Refused` where Terraform would stop.

    What no input can mend refuses no world: it is wrong in all of them, and said elsewhere.
    """
    return inputs.remember("applied", partial(_all_applied, declarations, inputs))


def _all_applied(declarations: Sequence[Declaration], inputs: Inputs) -> Verdict:
    """In parts, each of which is known in every world that agrees on what is read for it: few are asked again."""
    size = isqrt(len(declarations)) + 1
    verdict: Verdict = True
    for start in range(0, len(declarations), size):
        part = partial(_part_applied, declarations, range(start, min(start + size, len(declarations))), inputs)
        one = inputs.remember(("applied", start), part)
        verdict = one if verdict is True else verdict
    return verdict


def _part_applied(declarations: Sequence[Declaration], part: range, inputs: Inputs) -> Verdict:
    verdict: Verdict = True
    for index in part:
        declaration = declarations[index]
        try:
            one = _remembered(declaration, inputs)
        except Refused as refused:
            if not refused.static and not _is_wrong_in_all(declaration, inputs):
                raise
        else:
            verdict = one if verdict is True else verdict
    return verdict


def _remembered(declaration: Declaration, inputs: Inputs) -> Verdict:
    what = ("applied", declaration.kind, declaration.address)
    return inputs.remember(what, partial(_is_applied, declaration))


def _is_wrong_in_all(declaration: Declaration, inputs: Inputs) -> bool:
    """Whether Terraform would stop at a block whatever the inputs are."""
    with inputs.assuming(NOTHING):
        try:
            _remembered(declaration, inputs)
        except Refused as refused:
            return not refused.bound
    return False


def _is_applied(declaration: Declaration) -> Verdict:
    expanded = declaration.expand()
    if not isinstance(expanded, tuple):
        return expanded if isinstance(expanded, Unknown) else True
    for instance in expanded if declaration.kind == ACCESS_KEY else ():
        status, user = instance.attribute("status"), plain(instance.attribute("user"))
        if isinstance(status, Unknown):
            return status
        if isinstance(user, Unknown) and isinstance(user.term, Apply):
            # one of several values, of which some may be refused
            return user
    return True
