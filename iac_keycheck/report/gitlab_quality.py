"""The code quality report of GitLab (https://docs.gitlab.com/ci/testing/code_quality/), for merge requests."""

from __future__ import annotations

import hashlib

from iac_keycheck.findings import Finding, Report, Severity, Undecided
from iac_keycheck.report import View
from iac_keycheck.report.indented import indented
from iac_keycheck.report.plain import Json
from iac_keycheck.report.standing import from_top_of_checkout, sentence
from iac_keycheck.report.visible import visible
from iac_keycheck.source import Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_SEVERITIES: Final = {
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render(report: Report, _view: View) -> str:
    """The findings that count, what could not be read, and what could not be told, as a JSON array."""
    relative = from_top_of_checkout()
    seen: dict[str, int] = {}

    def entry(name: str, text: str, severity: str, identity: str, span: Span) -> Json:
        seen[identity] = seen.get(identity, 0) + 1
        numbered = f"{identity} {seen[identity]}" if seen[identity] > 1 else identity
        location: dict[str, Json] = {"path": relative(span.path), "lines": {"begin": span.line, "end": span.end_line}}
        return {
            "description": text,
            "check_name": name,
            "fingerprint": hashlib.sha256(numbered.encode("utf-8", "backslashreplace")).hexdigest(),
            "severity": severity,
            "location": location,
        }

    def of_finding(one: Finding) -> Json:
        identity = f"{one.rule.id} {one.fingerprint}"
        return entry(one.rule.id, sentence(one), _SEVERITIES[one.severity], identity, one.span)

    def of_problem(one: Problem) -> Json:
        severity = "major" if one.relevant else "info"
        return entry(f"problem-{one.kind}", visible(one.message), severity, _identity(one.message, one.span), one.span)

    def of_undecided(one: Undecided) -> Json:
        text = f"{visible(one.subject)}: {visible(one.reason)}"
        return entry("undecided", text, "info", _identity(f"{one.subject} {one.reason}", one.span), one.span)

    entries = [of_finding(one) for one in report.findings if one.suppressed is None]
    entries += [of_problem(one) for one in report.problems]
    entries += [of_undecided(one) for one in report.undecided]
    return indented(entries) + "\n"


def _identity(text: str, span: Span) -> str:
    """What an entry without a fingerprint is known by when its lines move."""
    return f"{span.path} {text}"
