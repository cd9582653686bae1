"""Replays every case that once failed, against the truth that was kept with it."""

import tempfile
from pathlib import Path

import pytest

from tests.oracle import analyzer, found
from tests.oracle.verdicts import judgement, worlds_to_replay


@pytest.mark.parametrize("folder", [pytest.param(folder, id=folder.name) for folder in found.folders()])
def test_a_case_that_failed_once_is_judged_right(folder: Path) -> None:
    truth = found.read(folder)
    with tempfile.TemporaryDirectory() as name:
        truth.case.write(Path(name))
        try:
            report = analyzer.report(Path(name))
        except analyzer.Missing as error:
            pytest.skip(f"needs the analyzer: {error}")
    unknown = [world for world in worlds_to_replay(truth.case, report) if not truth.knows(world)]
    assert not unknown, "a witness has values that were not tried: keep the case again, with them in its domains"
    assert not judgement(truth, truth, report).disagreements
