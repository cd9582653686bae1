"""Whether Terraform would apply a configuration in a world at all, as far as users and keys tell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import isqrt

from iac_keycheck.deciding.values import Apply, Refused, Unknown, plain
from iac_keycheck.deciding.verdicts import Verdict
from iac_keycheck.deciding.worlds import Inputs
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
            one = inputs.remember(("applied", declaration.kind, declaration.address), partial(_is_applied, declaration))
        except Refused as refused:
            if not refused.static:
                raise
        else:
            verdict = one if verdict is True else verdict
    return verdict


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
