"""Reports of what a scan found, one module for each format, imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from iac_keycheck.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from iac_keycheck.findings import Report, Severity
    from iac_keycheck.levels import FailOn

# By the name of a format, the module with its function `render(report, view)`.
FORMATS: Final = {
    "text": "text",
    "json": "json_report",
    "sarif": "sarif",
    "junit": "junit",
    "gitlab-quality": "gitlab_quality",
    "gitlab-sast": "gitlab_sast",
    "github": "github",
    "markdown": "markdown",
    "csv": "csv_report",
    "html": "html",
}


@dataclass(frozen=True, slots=True)
class View:
    """How a report is shown. ``width`` is None where lines are not to be wrapped; only text heeds it and ``colour``.

    ``detail`` is 0 as a rule, higher to show more and lower to show less. ``command`` is what was run, without
    options, for the command that replays a witness.
    """

    fail_on: FailOn
    min_severity: Severity
    detail: int = 0
    width: int | None = None
    colour: bool = False
    command: str = "iac-keycheck scan"


def rendered(report: Report, format_: str, view: View) -> str:
    """The report in the format of that name, ending in a newline."""
    module = import_module(f"iac_keycheck.report.{FORMATS[format_]}")
    text: str = module.render(report, view)
    if "##" in text or "::" in text:
        from iac_keycheck.report.orders import without_orders  # noqa: PLC0415 — hardly any report has them

        return without_orders(text, format_)
    return text
