"""Replays every case that once failed, against the truth that was kept with it."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.oracle import analyzer, cloudformation_truth, found, terraform_program
from tests.oracle.case import Case, World, unique
from tests.oracle.outcome import Outcome
from tests.oracle.random_templates import TEMPLATE
from tests.oracle.terraform_truth import outcomes
from tests.oracle.verdicts import judgement, table, worlds_to_replay


@pytest.mark.parametrize("folder", [pytest.param(folder, id=folder.name) for folder in found.folders()])
def test_a_case_that_failed_once_is_judged_right(folder: Path) -> None:
    truth = found.read(folder)
    with tempfile.TemporaryDirectory() as name:
        truth.case.write(Path(name))
        try:
            report = analyzer.report(Path(name))
        except analyzer.Missing as error:
            pytest.skip(f"needs the analyzer: {error}")
    more = unique([world for world in worlds_to_replay(truth.case, report) if not truth.knows(world)])
    replayed = table(truth.case, more, told(truth.case, more))
    assert not judgement(truth, replayed, report).disagreements


def told(case: Case, worlds: Sequence[World]) -> Sequence[Outcome]:
    """What is not kept with the case: worlds of a witness that was chosen since."""
    if not worlds:
        return []
    of_terraform = TEMPLATE not in case.files
    lacking = terraform_program.missing() if of_terraform else cloudformation_truth.missing()
    if lacking:
        pytest.skip(f"a witness has values that were not tried, which needs {lacking}")
    if of_terraform:
        with terraform_program.running() as terraform:
            return outcomes(terraform, [(case, worlds)])[0]
    with cloudformation_truth.emulator() as emulator:
        return emulator.outcomes(json.loads(case.files[TEMPLATE]), worlds)
