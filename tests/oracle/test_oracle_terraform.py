"""A short slice of the comparison with terraform; `python -m tests.oracle terraform` runs more."""

import pytest

from tests.oracle import analyzer, terraform_check, terraform_program
from tests.oracle.tally import Tally


def test_findings_on_random_configurations_are_what_terraform_makes_of_them() -> None:
    lacking = terraform_program.missing()
    if lacking:
        pytest.skip(f"needs {lacking}")
    tally = Tally()
    with terraform_program.running() as terraform:
        try:
            terraform_check.check(terraform, range(600, 605), tally, keep=None)
        except analyzer.Missing as error:
            pytest.skip(f"needs the analyzer: {error}")
    assert not tally.failures, "\n".join(tally.lines())
    assert tally.counts["users and findings compared"] > 5
