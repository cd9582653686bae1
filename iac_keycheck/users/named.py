"""Keys whose user has a certain name, with the worlds in which that is so."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from iac_keycheck.deciding.values import Ref, Unknown
from iac_keycheck.deciding.verdicts import Verdict
from iac_keycheck.records import replace
from iac_keycheck.resource import ACCESS_KEY, Declaration, Deployment, Instance
from iac_keycheck.users.iam import Meeting, Person
from iac_keycheck.users.identity import same_user


def keys_of_user(deployment: Deployment, name: str) -> Iterator[Meeting]:
    """A meeting for each block with a key, active or not, of the user of this name.

    A user from an open input is taken for it only where code or its files mention the name.
    """
    space = deployment.space
    for declaration in deployment.of_kind(ACCESS_KEY):
        answer = space.decide(partial(_some, deployment, declaration, name))
        if answer.certainty is None:
            continue
        with space.inputs.assuming(answer.world):
            expanded = declaration.expand()
            instances = expanded if isinstance(expanded, tuple) else ()
            found = tuple(instance for instance in instances if _is_of(deployment, instance, name) is True)
            owner = found[0].owner if found else None
        if found:
            address = (owner.shown or owner.target) if isinstance(owner, Ref) else None
            yield Meeting(Person(name, address), found, answer, space.sensitive(answer.witness))


def _some(deployment: Deployment, declaration: Declaration, name: str) -> Verdict:
    """Whether a block has an instance of the user of this name, in the world of the moment."""
    expanded = declaration.expand()
    if not isinstance(expanded, tuple):
        return expanded
    verdict: Verdict = False
    for instance in expanded:
        one = _is_of(deployment, instance, name)
        if one is True:
            return True
        if isinstance(one, Unknown) or verdict is False:
            verdict = one
    return verdict


def _is_of(deployment: Deployment, instance: Instance, name: str) -> Verdict:
    named = replace(instance, attribute={"user": name}.get)
    return same_user(instance, named, deployment.space.inputs)
