"""Users who hold keys from several deployments of one account, where the deployments are known to share it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from iac_keycheck.deciding.values import Ref, Refused, Sample, Unknown, plain
from iac_keycheck.deciding.verdicts import Answer, Certainty, Verdict
from iac_keycheck.resource import ACCESS_KEY, Account, Declaration, Deployment, Instance
from iac_keycheck.users.iam import Meeting, Person, active

Held = tuple[Deployment, Instance, Certainty]


def keys_across(deployments: Iterable[Deployment]) -> Iterator[tuple[Deployment, Meeting]]:
    """Users with one key in each of several deployments, at least with the committed values.

    What one deployment has alone is reported there. The deployment is that of the second key.
    """
    shared: dict[str, list[Deployment]] = {}
    for deployment in deployments:
        if deployment.account is not None:
            shared.setdefault(deployment.account, []).append(deployment)
    for group in shared.values():
        if len(group) > 1:
            yield from _in_one_account(group)


def _in_one_account(group: list[Deployment]) -> Iterator[tuple[Deployment, Meeting]]:
    held: dict[str, list[Held]] = {}
    for deployment in group:
        for name, instance, certainty in _named_keys(deployment):
            held.setdefault(name, []).append((deployment, instance, certainty))
    for keys in held.values():
        by_deployment = {deployment.name: deployment for deployment, _, _ in keys}
        if len(by_deployment) < 2 or len(by_deployment) < len(keys):  # noqa: PLR2004 — one deployment has two of its own
            continue
        instances = tuple(instance for _, instance, _ in keys)
        certainty = min(certainty for _, _, certainty in keys)
        surplus = keys[1][0]
        answer = Answer(certainty, world=surplus.space.committed)
        yield surplus, Meeting(_person(keys), instances, answer)


def _named_keys(deployment: Deployment) -> Iterator[tuple[str, Instance, Certainty]]:
    """The active keys of the committed world whose user has a known name, and how surely each is there."""
    space = deployment.space
    for declaration in deployment.of_kind(ACCESS_KEY):
        for instance, name in _committed(deployment, declaration):
            certainty = space.decide(partial(_holds, instance, name)).certainty
            if certainty is not None and certainty >= Certainty.DEFAULT:
                yield name.casefold(), instance, certainty


def _committed(deployment: Deployment, declaration: Declaration) -> list[tuple[Instance, str]]:
    """The keys of a block in the committed world, in the account of the deployment, with the names of their users."""
    named: list[tuple[Instance, str]] = []
    with deployment.space.inputs.assuming(deployment.space.committed):
        try:
            expanded = declaration.expand()
            for instance in expanded if isinstance(expanded, tuple) else ():
                name = plain(instance.owner)
                known = isinstance(name, str) and not isinstance(name, Sample)
                if known and instance.account == Account(deployment.account_settings):
                    named.append((instance, str(name)))
        except Refused:
            return []  # its own deployment tells that
    return named


def _holds(key: Instance, name: str) -> Verdict:
    """Whether this key exists, is active and has the user of this name."""
    expanded = key.declaration.expand()
    if not isinstance(expanded, tuple):
        return expanded
    for instance in expanded:
        if instance.target == key.target and instance.address == key.address:
            owner = plain(instance.owner)
            if isinstance(owner, Unknown):
                return owner
            return active(instance) if owner == name else False
    return False


def _person(keys: Iterable[Held]) -> Person:
    """The user whom the keys share, by the first that knows more than the name."""
    names: list[str] = []
    address: str | None = None
    for deployment, key, _ in keys:
        with deployment.space.inputs.assuming(deployment.space.committed):
            owner = key.owner
            names.append(str(plain(owner)))
            if isinstance(owner, Ref) and address is None:
                address = owner.shown or owner.target
    return Person(names[0], address)
