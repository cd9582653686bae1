"""Whether Terraform would apply a configuration in a world at all, as far as users and keys tell."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from iac_keycheck.deciding.values import Apply, Refused, Unknown, plain
from iac_keycheck.deciding.verdicts import Verdict
from iac_keycheck.deciding.worlds import Inputs
from iac_keycheck.resource import ACCESS_KEY, Declaration


def applied(declarations: Iterable[Declaration], inputs: Inputs) -> Verdict:
    """True where what users and keys need is known; raises `Refused` where Terraform would stop.

    What no input can mend refuses no world: it is wrong in all of them, and said elsewhere.
    """
    return inputs.remember("applied", partial(_all_applied, declarations, inputs))


def _all_applied(declarations: Iterable[Declaration], inputs: Inputs) -> Verdict:
    verdict: Verdict = True
    for declaration in declarations:
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
