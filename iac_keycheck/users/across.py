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
        yield surplus, Meeting(_person(instances), instances, answer)


def _named_keys(deployment: Deployment) -> Iterator[tuple[str, Instance, Certainty]]:
    """The active keys of the committed world whose user has a known name, and how surely each is there."""
    space = deployment.space
    for declaration in deployment.of_kind(ACCESS_KEY):
        for instance in _committed(deployment, declaration):
            if instance.account != Account(deployment.account_settings):
                continue
            try:
                name = plain(instance.owner)
            except Refused:
                continue  # its own deployment tells that
            if not isinstance(name, str) or isinstance(name, Sample):
                continue
            certainty = space.decide(partial(_holds, instance)).certainty
            if certainty is not None and certainty >= Certainty.DEFAULT:
                yield name.casefold(), instance, certainty


def _committed(deployment: Deployment, declaration: Declaration) -> tuple[Instance, ...]:
    with deployment.space.inputs.assuming(deployment.space.committed):
        try:
            expanded = declaration.expand()
        except Refused:
            return ()
        return expanded if isinstance(expanded, tuple) else ()


def _holds(key: Instance) -> Verdict:
    """Whether this key exists, is active and has the user it has with the committed values."""
    expanded = key.declaration.expand()
    if not isinstance(expanded, tuple):
        return expanded
    for instance in expanded:
        if instance.target == key.target and instance.address == key.address:
            owner = plain(instance.owner)
            if isinstance(owner, Unknown):
                return owner
            return active(instance) if owner == plain(key.owner) else False
    return False


def _person(instances: tuple[Instance, ...]) -> Person:
    owner = next((one.owner for one in instances if isinstance(one.owner, Ref)), None)
    name = plain(instances[0].owner)
    return Person(str(name), owner.shown or owner.target if isinstance(owner, Ref) else None)
