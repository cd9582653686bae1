"""A short slice of the comparison with the emulator; `python -m tests.oracle cloudformation` runs more."""

import json

import pytest

from tests.oracle import analyzer, cloudformation_check, cloudformation_truth, template_extras
from tests.oracle.outcome import Refused
from tests.oracle.random_templates import TEMPLATE, random_template
from tests.oracle.tally import Tally


def test_the_emulator_understands_every_random_template() -> None:
    lacking = cloudformation_truth.missing()
    if lacking:
        pytest.skip(f"needs {lacking}")
    with cloudformation_truth.emulator() as emulator:
        for case in map(random_template, (*range(40), *range(template_extras.FROM, template_extras.FROM + 40))):
            for outcome in emulator.outcomes(json.loads(case.files[TEMPLATE]), case.worlds()):
                assert not (isinstance(outcome, Refused) and outcome.reason.startswith(cloudformation_truth.MALFORMED))


@pytest.mark.parametrize("first", [605, template_extras.FROM + 70], ids=["plain", "with extras"])
def test_findings_on_random_templates_are_what_the_emulator_deploys(first: int) -> None:
    lacking = cloudformation_truth.missing()
    if lacking:
        pytest.skip(f"needs {lacking}")
    tally = Tally()
    with cloudformation_truth.emulator() as emulator:
        try:
            cloudformation_check.check(emulator, range(first, first + 10), tally, keep=None)
        except analyzer.Missing as error:
            pytest.skip(f"needs the analyzer: {error}")
    assert not tally.failures, "\n".join(tally.lines())
    assert tally.counts["users and findings compared"] > 10
