"""Fingerprints: one name for a finding as long as it is the same, wherever its lines and files move to."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from iac_keycheck.findings import Finding
from iac_keycheck.records import replace

# The keys of instances in an address: `[0]`, `["a"]`, `[*]`.
_INSTANCE_KEY: Final = re.compile(r"""\[(?:"(?:[^"\\]|\\.)*+"|[^\]"]*+)\]""")


def fingerprinted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with their fingerprints: of rule, deployment, user and keys, not of places.

    Findings that agree in all of these are told apart by their order.
    """
    seen: Counter[str] = Counter()
    anchors: dict[str, str] = {}
    marked = []
    for finding in findings:
        deployment = finding.deployment
        if deployment not in anchors:
            anchors[deployment] = _anchored(deployment)
        subject = _subject(finding, anchors[deployment])
        marked.append(replace(finding, fingerprint=_digest(f"{subject}#{seen[subject]}")))
        seen[subject] += 1
    return tuple(marked)


def _subject(finding: Finding, deployment: str) -> str:
    first = finding.first
    user = _static(first.user.address) if first.user.address else first.user.name
    keys = sorted({_static(key) for key in first.keys})
    return json.dumps([finding.rule.id, deployment, user, keys])


def _static(address: str) -> str:
    """An address without the keys of instances: what stands in the code."""
    return _INSTANCE_KEY.sub("", address)


def _anchored(deployment: str) -> str:
    """The deployment's path from the top of its git checkout, so that it does not matter where the program runs."""
    path = Path(os.path.abspath(deployment))  # noqa: PTH100 — links stay as they are named
    top = next((parent for parent in (path, *path.parents) if (parent / ".git").exists()), None)
    return deployment if top is None else path.relative_to(top).as_posix()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
