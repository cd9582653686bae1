"""The CSV report, for spreadsheets: a row for each instance of a finding. No cell is taken for a formula.

Its controls are those of the frameworks that were asked about, or of all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from iac_keycheck.findings import Finding, Report
from iac_keycheck.report import View
from iac_keycheck.report.standing import standing, why_suppressed
from iac_keycheck.report.visible import visible
from iac_keycheck.report.words import when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

COLUMNS: Final = (
    "rule_id",
    "rule_name",
    "severity",
    "certainty",
    "outcome",
    "message",
    "when",
    "user",
    "user_address",
    "keys",
    "deployment",
    "path",
    "line",
    "column",
    "suppressed",
    "fingerprint",
    "controls",
)
# What spreadsheets begin a formula with, also in full width (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def render(report: Report, view: View) -> str:
    """The findings as CSV with a header."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for finding in report.findings:
        table.writerows([_cell(value) for value in row] for row in _rows(report, finding, view))
    return written.getvalue()


def _rows(report: Report, finding: Finding, view: View) -> Iterator[tuple[str | int, ...]]:
    outcome, why = standing(finding, view), why_suppressed(finding)
    span = finding.span
    controls = [
        f"{framework}/{number}"
        for framework, numbers in finding.rule.frameworks.items()
        if not report.frameworks or framework in report.frameworks
        for number in numbers
    ]
    for instance in finding.instances:
        yield (
            finding.rule.id,
            finding.rule.name,
            str(instance.severity),
            str(instance.certainty),
            outcome,
            finding.message,
            when(instance),
            instance.user.name or "",
            instance.user.address or "",
            " ".join(instance.keys),
            finding.deployment,
            span.path,
            span.line,
            span.column,
            why,
            finding.fingerprint,
            " ".join(controls),
        )


def _cell(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    text = visible(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
