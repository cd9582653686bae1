"""Fingerprints: one name for a finding as long as it is the same, wherever its lines and files move to."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable

from iac_keycheck.digests import sha256
from iac_keycheck.expressions import expression
from iac_keycheck.findings import Finding, Occurrence
from iac_keycheck.records import dataclass, field, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# The keys of instances in an address: `[0]`, `["a"]`, `[*]`.
_INSTANCE_KEY: Final = expression(r"""\[(?:"(?:[^"\\]|\\.)*+"|[^\]"]*+)\]""")


def fingerprinted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with their fingerprints: of rule, deployment, user and keys, not of places.

    Findings that agree in all of these are told apart by their order.
    """
    seen: Counter[str] = Counter()
    anchors = Anchors()
    marked = []
    for finding in findings:
        name = subject(finding, finding.first, anchors.of(finding.deployment))
        marked.append(replace(finding, fingerprint=digest(f"{name}#{seen[name]}")))
        seen[name] += 1
    return tuple(marked)


def subject(finding: Finding, instance: Occurrence, deployment: str) -> str:
    """What one instance of a finding is about, wherever it stands in an anchored deployment."""
    user = _static(instance.user.address) if instance.user.address else instance.user.name
    keys = sorted({_static(key) for key in instance.keys})
    return json.dumps([finding.rule.id, deployment, user, keys])


def identified(finding: Finding) -> bool:
    """Whether a user or keys tell the finding from others of its rule."""
    first = finding.first
    return bool(first.keys or first.user.address or first.user.name)


@dataclass(slots=True)
class Anchors:
    """Paths from the top of their git checkouts, so that it does not matter where the program runs."""

    _known: dict[str, str] = field(default_factory=dict)

    def of(self, path: str) -> str:
        """The path from the top of its checkout; outside git, as it is."""
        if path not in self._known:
            self._known[path] = _anchored(path)
        return self._known[path]


def digest(text: str) -> str:
    """A short name for a text."""
    return sha256(text.encode("utf-8", "surrogatepass"))[:32]


def _static(address: str) -> str:
    """An address without the keys of instances: what stands in the code."""
    return _INSTANCE_KEY.sub("", address)


def _anchored(deployment: str) -> str:
    path = top = os.path.abspath(deployment)  # links stay as they are named
    while not os.path.exists(os.path.join(top, ".git")):
        parent = os.path.dirname(top)
        if parent == top:
            return deployment
        top = parent
    return os.path.relpath(path, top).replace(os.sep, "/")
