"""Reports made by hand, for the tests of what shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import (
    Counts,
    Finding,
    Meta,
    Note,
    Occurrence,
    Place,
    Report,
    Rule,
    Severity,
    Undecided,
    User,
)
from iac_keycheck.records import replace
from iac_keycheck.source import Problem, Span

MAIN = """\
variable "both" {
  type = bool
}

resource "aws_iam_user" "ci" {
  name = "ci-deploy"
}

resource "aws_iam_access_key" "a" {
  user = aws_iam_user.ci.name
}

resource "aws_iam_access_key" "b" {
  count = var.both ? 1 : 0
  user  = aws_iam_user.ci.name
}
"""

TWO_KEYS = Meta(
    "AC_AWS_0554",
    "multiple-active-access-keys",
    "IAM user with more than one active access key",
    Severity.MEDIUM,
    aliases=("AVD-AWS-0167",),
    frameworks={"cis-aws-3.0.0": ("1.13",)},
)
SET_UP = Meta("CIS_AWS_1_11", "key-set-up-with-user", "IAM user set up together with an access key", Severity.MEDIUM)

DOCUMENTATION = """\
IAM user with more than one active access key

## What it finds

Users with two.

## Remediation

Set the status of the surplus key to `Inactive`, then delete it.

More text.
"""


def block(path: str, line: int, end_line: int) -> Span:
    """A block that begins and ends in the first column."""
    return Span(path, line, 1, end_line, 2)


def occurrence(name: str | None = "ci-deploy", certainty: Certainty = Certainty.POSSIBLE, **more: Any) -> Occurrence:  # noqa: ANN401 — fields of the result
    """An instance with two keys."""
    given: dict[str, Any] = {
        "keys": ("aws_iam_access_key.a", "aws_iam_access_key.b[0]"),
        "witness": {"var.both": True} if certainty is Certainty.POSSIBLE else {},
        **more,
    }
    return Occurrence(User(name, "aws_iam_user.ci"), certainty=certainty, **given)


def finding(*instances: Occurrence, **more: Any) -> Finding:  # noqa: ANN401 — fields of the result
    """A finding about the key ``b`` of `MAIN`."""
    given: dict[str, Any] = {
        "rule": TWO_KEYS,
        "message": 'user "ci-deploy" has 2 active access keys',
        "span": block("infra/main.tf", 13, 16),
        "deployment": "infra",
        "related": (
            Place(block("infra/main.tf", 5, 7), "the user"),
            Place(block("infra/main.tf", 9, 11), "another active key"),
            Place(Span("infra/main.tf", 14, 11, 14, 27), "exists under this condition"),
        ),
        "fingerprint": "0123456789abcdef",
        **more,
    }
    return Finding(instances=instances or (occurrence(),), **given)


def report(*findings: Finding, sources: Mapping[str, str] | None = None, **more: Any) -> Report:  # noqa: ANN401 — fields of the result
    """A report of a scan of `MAIN`."""
    given: dict[str, Any] = {
        "as_of": "2026-11-20T00:00:00Z",
        "counts": Counts(files=2, deployments=1, users=1, access_keys=2, more_than_one={"possible": 1}),
        "rules": (Rule(TWO_KEYS, DOCUMENTATION, lambda _: (), "rules/AC_AWS_0554.py"),),
        **more,
    }
    return Report(findings=findings, sources={"infra/main.tf": MAIN} if sources is None else sources, **given)


def undecided(subject: str = "aws_iam_access_key.x", reason: str = "its user is not known", line: int = 3) -> Undecided:
    """An entry about a key."""
    return Undecided(("AC_AWS_0554",), subject, reason, block("infra/main.tf", line, line + 1))


PROBLEM = Problem("syntax", "unexpected end of file", Span("infra/broken.tf", 7, 1, 7, 2))
NOTE = Note("this ignore matches nothing", Span("infra/main.tf", 4, 1, 4, 30))

FRAMED = replace(TWO_KEYS, frameworks={"cis-aws-3.0.0": ("1.13",), "soc2": ("CC6.1",), "pci-dss-4.0.1": ("8.6.3",)})
ROTATED = Meta(
    "ROTATED", "rotated", "Rotated", Severity.LOW, frameworks={"cis-aws-3.0.0": ("1.4", "1.14"), "soc2": ("CC6.1",)}
)
IDLE = replace(ROTATED, id="IDLE", frameworks={"cis-aws-3.0.0": ("1.12",)})


def framed(*frameworks: str) -> Report:
    """A report about the controls of frameworks: a finding that fails, two that do not, and what is undecided."""
    failing = finding(occurrence(certainty=Certainty.ALWAYS), rule=FRAMED, message="two keys")
    low = occurrence(certainty=Certainty.ALWAYS, severity=Severity.LOW)
    others = [finding(low, rule=ROTATED, message=f"not rotated {number}") for number in (1, 2)]
    rules = tuple(Rule(meta, "x", lambda _: (), "x.py") for meta in (IDLE, FRAMED, ROTATED))
    return report(*others, failing, rules=rules, undecided=(undecided(),), frameworks=frameworks)
