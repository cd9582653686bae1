"""How each finding stands with the gate, and the words that the reports for pipelines share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from iac_keycheck.findings import Finding, Occurrence, Report
from iac_keycheck.holding.gates import fails
from iac_keycheck.report import View
from iac_keycheck.report.block import in_full
from iac_keycheck.report.excerpt import Excerpts
from iac_keycheck.report.paint import painted
from iac_keycheck.report.visible import visible
from iac_keycheck.report.words import count, when
from iac_keycheck.workspace import checkout_of

Standing = Literal["fails", "passes", "suppressed"]


def standing(finding: Finding, view: View) -> Standing:
    """Whether a finding fails the run, is below what does, or does not count."""
    if finding.suppressed is not None:
        return "suppressed"
    return "fails" if fails(finding, view.fail_on, view.min_severity) else "passes"


def reasons_to_fail(report: Report, view: View) -> list[str]:
    """Why the run fails, in words, such as ``2 findings``; empty where it passes."""
    failing = sum(standing(finding, view) == "fails" for finding in report.findings)
    unread = sum(problem.relevant for problem in report.problems)
    undecided = len(report.undecided) if view.fail_on == "undecided" else 0
    return [
        *([count(failing, "finding")] if failing else []),
        *([count(undecided, "undecided entry", "undecided entries")] if undecided else []),
        *([f"{count(unread, 'problem')} that can hide a key or a user"] if unread else []),
    ]


def sentence(finding: Finding) -> str:
    """What a finding says and when it holds, in one line that shows all its characters."""
    return f"{visible(finding.message)}{_after_comma(finding.first)}"


def why_suppressed(finding: Finding) -> str:
    """``ignore until 2026-12-01: reason``; empty where the finding counts."""
    suppression = finding.suppressed
    if suppression is None:
        return ""
    until = f" until {suppression.until.isoformat()}" if suppression.until else ""
    return f"{suppression.kind}{until}{': ' + visible(suppression.reason) if suppression.reason else ''}"


def in_plain_text(report: Report, finding: Finding, view: View) -> str:
    """A finding with its source, as the text report has it, without colours."""
    documentation = next((rule.documentation for rule in report.rules if rule.meta.id == finding.rule.id), "")
    return painted(in_full(finding, documentation, Excerpts(report.sources), view), colour=False)


def from_top_of_checkout() -> Callable[[str], str]:
    """Makes paths relative to the top of the git checkout, where services look them up; visible, forward slashes."""
    here = os.path.realpath(".")
    top = checkout_of(here)
    below = Path(here).relative_to(top) if Path(here).is_relative_to(top) else Path()

    def relative(path: str) -> str:
        return visible(Path(os.path.normpath(below / path)).as_posix())

    return relative


def _after_comma(instance: Occurrence) -> str:
    condition = when(instance)
    return f", {condition}" if condition else ""
