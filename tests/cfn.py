"""Templates as deployments, and the question of two active keys asked of them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from iac_keycheck.choices import Choices
from iac_keycheck.cloudformation.deployments import deployments as stacks
from iac_keycheck.cloudformation.detect import is_template
from iac_keycheck.deciding.terms import equal
from iac_keycheck.deciding.values import Value
from iac_keycheck.deciding.verdicts import Answer, Verdict
from iac_keycheck.deciding.worlds import NOTHING, Cell, Known
from iac_keycheck.resource import ACCESS_KEY, Deployment, Instance
from iac_keycheck.users.identity import same_user
from iac_keycheck.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Told:
    """What is told about two keys: the certainty, the witness as plain values, and why there is none."""

    certainty: str | None
    witness: Mapping[str, Value]
    worlds: tuple[str, ...]
    reason: str | None


def deployments(
    files: Mapping[str, str], choices: Choices | None = None, directory: Path | None = None
) -> list[Deployment]:
    """The deployments of texts by path; every file that is no template can be read from ``directory``."""
    texts = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    if directory is not None:
        for path, text in texts.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(text, "utf-8")
    templates = {path: text for path, text in texts.items() if is_template(path, text.encode())}
    roots = () if directory is None else (str(directory),)
    return list(stacks(templates, choices or Choices(), Workspace(roots)))


def deployment(template: str, choices: Choices | None = None) -> Deployment:
    """The one deployment of a template."""
    (found,) = deployments({"template.yaml": template}, choices)
    return found


def told(found: Deployment) -> Told:
    """Whether some two keys of a deployment are active at once for one user."""
    keys = found.of_kind(ACCESS_KEY)
    pairs = list(combinations(keys, 2)) or [(key, key) for key in keys]

    def question() -> Verdict:
        pending: Verdict = False
        for left, right in pairs:
            verdict = _both(left.expand(), right.expand(), found, same=left is right)
            if verdict is True:
                return True
            pending = verdict if pending is False else pending
        return pending

    answer: Answer = found.space.decide(question)
    certainty = None if answer.certainty is None else str(answer.certainty)
    return Told(certainty, dict(answer.witness), answer.worlds, answer.reason)


def _both(left: object, right: object, found: Deployment, *, same: bool) -> Verdict:
    pending: Verdict = False
    for side in (left, right):
        if not isinstance(side, tuple):
            return side  # type: ignore[return-value]
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    for one in left:
        for other in right:
            if same and one.target >= other.target:
                continue
            verdict = _meet(one, other, found)
            if verdict is True:
                return True
            pending = verdict if pending is False else pending
    return pending


def _meet(one: Instance, other: Instance, found: Deployment) -> Verdict:
    verdict = same_user(one, other, found.space.inputs)
    for instance in (one, other):
        if verdict is not True:
            return verdict
        verdict = equal(instance.attribute("status"), "Active")
    return verdict


def owners(found: Deployment, world: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """The users of the keys that exist, by the key's address, in a world of known inputs."""
    cells: dict[tuple[str, tuple[str, ...]], Cell] = {(name, ()): Known(value) for name, value in (world or {}).items()}
    with found.space.inputs.assuming({**found.space.committed, **cells} if world is not None else NOTHING):
        names: dict[str, Value] = {}
        for key in found.of_kind(ACCESS_KEY):
            expanded = key.expand()
            assert isinstance(expanded, tuple), expanded
            names.update({instance.address: instance.owner for instance in expanded})
        return names
