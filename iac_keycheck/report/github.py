"""Annotations for GitHub Actions: workflow commands, which GitHub shows beside the lines of a pull request.

GitHub shows the first ten errors and warnings of a step, so what fails the run comes first.
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.findings import Finding, Report, Severity
from iac_keycheck.report import View
from iac_keycheck.report.standing import from_top_of_checkout, sentence, standing
from iac_keycheck.report.text import last_line
from iac_keycheck.report.visible import visible
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report, view: View) -> str:
    """A workflow command for each thing to say, then the counts."""
    return "".join(f"{row}\n" for row in _rows(report, view))


def _rows(report: Report, view: View) -> Iterator[str]:
    relative = from_top_of_checkout()

    def command(level: str, title: str, text: str, span: Span) -> str:
        properties = {"file": relative(span.path), "line": str(span.line)}
        if span.end_line > span.line:
            properties["endLine"] = str(span.end_line)
        else:
            properties |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column - 1))}
        properties["title"] = title
        said = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
        return f"::{level} {said}::{text.translate(_DATA)}"

    counting = [finding for finding in report.findings if finding.suppressed is None]
    for finding in sorted(counting, key=lambda one: standing(one, view) != "fails"):
        title = f"{finding.rule.id} ({finding.severity}, {finding.certainty})"
        yield command(_level(finding, view), title, sentence(finding), finding.span)
    for problem in report.problems:
        level = "error" if problem.relevant else "warning"
        yield command(level, f"problem: {problem.kind}", visible(problem.message), problem.span)
    for entry in report.undecided:
        level = "error" if view.fail_on == "undecided" else "notice"
        text = f"{visible(entry.subject)}: {visible(entry.reason)}"
        yield command(level, f"undecided: {', '.join(entry.rule_ids)}", text, entry.span)
    yield last_line(report.counts)


def _level(finding: Finding, view: View) -> str:
    if standing(finding, view) == "fails":
        return "error"
    return "warning" if finding.severity >= Severity.MEDIUM else "notice"
