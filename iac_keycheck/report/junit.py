"""The JUnit XML report: a suite for each rule, a case for each finding, for CI systems that show tests.

What fails the run is a failure; what is below that, suppressed or undecided is skipped, with the reason; a rule
without findings is one passed case. Files that could not be read are errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final, Literal

from iac_keycheck.findings import Finding, Report
from iac_keycheck.records import dataclass
from iac_keycheck.report import View
from iac_keycheck.report.standing import in_plain_text, sentence, standing, why_suppressed
from iac_keycheck.report.visible import visible

_Outcome = Literal["passed", "failure", "error", "skipped"]
_INPUT: Final = "input"


@dataclass(frozen=True, slots=True)
class _Case:
    place: str
    name: str
    outcome: _Outcome = "passed"
    kind: str = ""
    message: str = ""
    body: str = ""


def render(report: Report, view: View) -> str:
    """The report as XML."""
    suites = list(_suites(report, view))
    cases = [case for _, own in suites for case in own]
    rows = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="iac-keycheck" {_counted(cases)}>']
    for name, own in suites:
        skipped = sum(case.outcome == "skipped" for case in own)
        moment = report.as_of.removesuffix("Z")
        rows.append(f'  <testsuite name="{escape(name)}" {_counted(own)} skipped="{skipped}" timestamp="{moment}">')
        rows += map(_element, own)
        rows.append("  </testsuite>")
    return "\n".join([*rows, "</testsuites>", ""])


def _suites(report: Report, view: View) -> Iterator[tuple[str, list[_Case]]]:
    of_rule: dict[str, list[_Case]] = {rule.meta.id: [] for rule in report.rules}
    for finding in report.findings:
        of_rule.setdefault(finding.rule.id, []).append(_of_finding(report, finding, view))
    for entry in report.undecided:
        reason = visible(entry.reason)
        outcome: _Outcome = "failure" if view.fail_on == "undecided" else "skipped"
        place = f"{visible(entry.span.path)}:{entry.span.line}"
        for rule in entry.rule_ids:
            subject = visible(entry.subject)
            of_rule.setdefault(rule, []).append(_Case(place, subject, outcome, "undecided", f"undecided: {reason}"))
    summaries = {rule.meta.id: visible(rule.meta.summary) for rule in report.rules}
    for name, cases in of_rule.items():
        yield visible(name), cases or [_Case(visible(name), summaries[name])]
    yield _INPUT, [*_input(report)] or [_Case(_INPUT, "all files that matter can be read")]


def _of_finding(report: Report, finding: Finding, view: View) -> _Case:
    place = f"{visible(finding.span.path)}:{finding.span.line}"
    name = sentence(finding)
    level = f"{finding.severity}, {finding.certainty}"
    match standing(finding, view):
        case "fails":
            return _Case(place, name, "failure", level, name, in_plain_text(report, finding, view))
        case "passes":
            return _Case(place, name, "skipped", level, f"{level}: below what fails a run")
        case "suppressed":
            return _Case(place, name, "skipped", level, f"suppressed: {why_suppressed(finding)}")


def _input(report: Report) -> Iterator[_Case]:
    for problem in report.problems:
        place = f"{visible(problem.span.path)}:{problem.span.line}"
        outcome: _Outcome = "error" if problem.relevant else "skipped"
        message = visible(problem.message)
        yield _Case(place, f"{problem.kind}: {message}", outcome, problem.kind, message)


def _counted(cases: list[_Case]) -> str:
    failures, errors = (sum(case.outcome == outcome for case in cases) for outcome in ("failure", "error"))
    return f'tests="{len(cases)}" failures="{failures}" errors="{errors}"'


def _element(case: _Case) -> str:
    start = f'    <testcase classname="{escape(case.place)}" name="{escape(case.name)}"'
    if case.outcome == "passed":
        return f"{start}/>"
    said = f'<{case.outcome} type="{escape(case.kind)}" message="{escape(case.message)}"'
    inner = f"{said}>{escape(case.body)}</{case.outcome}>" if case.body else f"{said}/>"
    return f"{start}>\n      {inner}\n    </testcase>"
