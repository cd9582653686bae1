"""Whether a report fails a run: which findings reach the gate, and the exit code."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from iac_keycheck.deciding.verdicts import Certainty
    from iac_keycheck.findings import Finding, Report, Severity
    from iac_keycheck.levels import FailOn

PASSED: Final = 0
FAILED: Final = 1
UNREADABLE: Final = 2

# The name of the least certainty that fails. What could not be told fails as well; so does, all the more, what was
# shown to be possible.
_LEAST: Final[dict[FailOn, str]] = {
    "always": "ALWAYS",
    "default": "DEFAULT",
    "possible": "POSSIBLE",
    "undecided": "POSSIBLE",
}


def exit_code(report: Report, fail_on: FailOn, min_severity: Severity) -> int:
    """The exit code of a run: 2 where input that matters could not be read, else 1 where something fails, else 0."""
    if any(problem.relevant for problem in report.problems):
        return UNREADABLE
    if fail_on == "undecided" and report.undecided:
        return FAILED
    if any(fails(finding, fail_on, min_severity) for finding in report.findings):
        return FAILED
    return PASSED


def fails(finding: Finding, fail_on: FailOn, min_severity: Severity) -> bool:
    """Whether the finding reaches the gate: one of its instances is grave enough and sure enough at once."""
    if finding.suppressed is not None or fail_on == "never":
        return False
    from iac_keycheck.deciding.verdicts import Certainty  # noqa: PLC0415 — most runs find nothing

    least = Certainty[_LEAST[fail_on]]
    return any(severity >= min_severity and certainty >= least for severity, certainty in _levels(finding))


def _levels(finding: Finding) -> Iterator[tuple[Severity, Certainty]]:
    for instance in finding.instances:
        yield instance.severity, instance.certainty
        if instance.worse is not None:
            yield instance.worse.severity, instance.worse.certainty
