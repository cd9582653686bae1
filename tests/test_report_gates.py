"""What of a report fails a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Report, Severity, Suppression, Worse
from iac_keycheck.holding.gates import exit_code
from iac_keycheck.levels import FailOn
from tests.sample_reports import PROBLEM, finding, occurrence, report, undecided

ALWAYS = finding(occurrence(certainty=Certainty.ALWAYS))
LOW = finding(occurrence(certainty=Certainty.ALWAYS, severity=Severity.LOW))
WORSE = finding(
    occurrence(
        certainty=Certainty.ALWAYS, severity=Severity.LOW, worse=Worse(Severity.HIGH, Certainty.POSSIBLE, {"var.x": 1})
    )
)
# The instance that stands for all is the surest, not the gravest.
MIXED = finding(occurrence(certainty=Certainty.ALWAYS, severity=Severity.LOW), occurrence(severity=Severity.HIGH))
HELD = finding(occurrence(certainty=Certainty.ALWAYS), suppressed=Suppression("baseline", ""))


@pytest.mark.parametrize(
    ("given", "fail_on", "least", "code"),
    [
        (report(), "undecided", Severity.INFO, 0),
        (report(ALWAYS), "always", Severity.MEDIUM, 1),
        (report(ALWAYS), "always", Severity.HIGH, 0),
        (report(ALWAYS), "never", Severity.INFO, 0),
        (report(finding()), "default", Severity.INFO, 0),
        (report(finding()), "possible", Severity.MEDIUM, 1),
        (report(HELD), "possible", Severity.INFO, 0),
        (report(LOW), "default", Severity.MEDIUM, 0),
        (report(WORSE), "default", Severity.MEDIUM, 0),
        (report(WORSE), "possible", Severity.MEDIUM, 1),
        (report(MIXED), "default", Severity.MEDIUM, 0),
        (report(MIXED), "possible", Severity.HIGH, 1),
        (report(undecided=(undecided(),)), "possible", Severity.INFO, 0),
        (report(undecided=(undecided(),)), "undecided", Severity.HIGH, 1),
        (report(problems=(PROBLEM,)), "never", Severity.HIGH, 2),
        (report(ALWAYS, problems=(PROBLEM,)), "default", Severity.MEDIUM, 2),
        (report(problems=(replace(PROBLEM, relevant=False),)), "undecided", Severity.INFO, 0),
    ],
)
def test_the_exit_code(given: Report, fail_on: FailOn, least: Severity, code: int) -> None:
    assert exit_code(given, fail_on, least) == code
