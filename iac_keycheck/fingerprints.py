"""Fingerprints of findings: what stays the same when lines move or files are renamed within a deployment."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from iac_keycheck.findings import Finding

_INSTANCE_KEY = re.compile(r'\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]')


def fingerprinted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings with a fingerprint each, made of rule, deployment, user and static addresses of the keys."""
    seen: Counter[str] = Counter()
    done: list[Finding] = []
    for finding in findings:
        first = finding.first
        user = first.user.address or first.user.name or ""
        keys = sorted({_INSTANCE_KEY.sub("", key) for key in first.keys})
        text = "\0".join((finding.rule.id, finding.deployment, _INSTANCE_KEY.sub("", user), *keys))
        seen[text] += 1
        numbered = f"{text}\0{seen[text]}"
        done.append(replace(finding, fingerprint=hashlib.sha256(numbered.encode()).hexdigest()[:32]))
    return tuple(done)
