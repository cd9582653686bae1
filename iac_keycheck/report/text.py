"""The text report, for a person."""

from __future__ import annotations

from iac_keycheck.findings import Report
from iac_keycheck.report import View


def render(report: Report, _view: View) -> str:
    """A line for each finding."""
    return "".join(
        f"{f.span.path}:{f.span.line}:{f.span.column}: {f.severity}[{f.rule.id}] {f.certainty}: {f.message}\n"
        for f in report.findings
    )
