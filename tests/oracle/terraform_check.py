"""The differential test for Terraform configurations: random cases, the truth of all their worlds, the analyzer's report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.oracle import analyzer, found
from tests.oracle.random_terraform import random_case
from tests.oracle.shrink import shrunk
from tests.oracle.tally import Tally
from tests.oracle.terraform_case import Case, unique
from tests.oracle.terraform_program import Refused, Terraform
from tests.oracle.terraform_truth import Deployed, outcomes, root_outcome
from tests.oracle.verdicts import Judgement, Table, judgement, one_name_twice, table, worlds_to_replay

_CHUNK = 24  # cases asked at a time


def check(terraform: Terraform, seeds: Sequence[int], tally: Tally, *, keep: Path | None) -> None:
    """Try the cases with these numbers. Those that fail are shrunk and written to ``keep``, unless that is None."""
    for start in range(0, len(seeds), _CHUNK):
        chunk = seeds[start : start + _CHUNK]
        cases = [random_case(seed) for seed in chunk]
        truths = truth_of(terraform, cases)
        for seed, truth in zip(chunk, truths, strict=True):
            tally.counts["cases"] += 1
            tally.counts["worlds"] += len(truth.outcomes)
            tally.counts["worlds refused"] += len(truth.outcomes) - len(truth.deployed())
            if not truth.deployed() or one_name_twice(truth):
                tally.counts["cases without meaning (every world refused, or two users of one name)"] += 1
        usable = [(seed, truth) for seed, truth in zip(chunk, truths, strict=True) if truth.deployed() and not one_name_twice(truth)]
        for (seed, truth), result in zip(usable, compare(terraform, [truth for _, truth in usable]), strict=True):
            tally.counts["users and findings compared"] += result.compared
            tally.undecided.update(result.undecided)
            tally.unrefuted.update(f"case {seed}: {text}" for text in result.unrefuted)
            if result.disagreements:
                tally.failures.append(_failure(terraform, seed, truth, result, keep))
        for seed, case in zip(chunk, cases, strict=True):
            tally.failures += _wrong_committed(terraform, seed, case)


def truth_of(terraform: Terraform, cases: Sequence[Case]) -> list[Table]:
    """The outcomes of all worlds of the cases."""
    worlds = [case.worlds() for case in cases]
    answers = outcomes(terraform, list(zip(cases, worlds, strict=True)))
    return [table(*row) for row in zip(cases, worlds, answers, strict=True)]


def compare(terraform: Terraform, truths: Sequence[Table]) -> list[Judgement]:
    """The analyzer's report on each case, judged. Raises `analyzer.Missing`."""
    reports = []
    for truth in truths:
        with tempfile.TemporaryDirectory(prefix="oracle-case-") as name:
            truth.case.write(Path(name))
            reports.append(analyzer.report(Path(name)))
    more = [
        unique([world for world in worlds_to_replay(truth.case, report) if not truth.knows(world)])
        for truth, report in zip(truths, reports, strict=True)
    ]
    answers = outcomes(terraform, [(truth.case, worlds) for truth, worlds in zip(truths, more, strict=True)])
    return [
        judgement(truth, table(truth.case, worlds, answer), report)
        for truth, report, worlds, answer in zip(truths, reports, more, answers, strict=True)
    ]


def _failure(terraform: Terraform, seed: int, truth: Table, result: Judgement, keep: Path | None) -> str:
    kinds = {(item.kind, item.rule) for item in result.disagreements}

    def failing(cases: Sequence[Case]) -> list[bool]:
        truths = truth_of(terraform, cases)
        usable = [truth for truth in truths if truth.deployed() and not one_name_twice(truth)]
        judged = dict(zip(map(id, usable), compare(terraform, usable), strict=True))
        return [
            id(truth) in judged and bool(kinds & {(item.kind, item.rule) for item in judged[id(truth)].disagreements})
            for truth in truths
        ]

    small = shrunk(truth.case, failing) if keep is not None else truth.case
    [small_truth] = truth_of(terraform, [small])
    [small_result] = compare(terraform, [small_truth])
    if keep is not None:
        found.write(keep / f"terraform_{seed}", small_truth, small_result)
    lines = [f"case {seed}: {item.kind} {item.rule} {item.subject}: {item.detail}" for item in small_result.disagreements]
    files = [f"  --- {name}\n{text}" for name, text in small.files.items()]
    return "\n".join([*lines, *files])


def _wrong_committed(terraform: Terraform, seed: int, case: Case) -> Iterator[str]:
    """Our own idea of which values are committed, checked by a plan of the case as a root module."""
    if not case.reads_value_files() or any(name not in case.committed for name in case.domains):
        return
    [[ours]] = outcomes(terraform, [(case, case.default_worlds())])
    real = root_outcome(terraform, case, {})
    if isinstance(ours, Refused) and isinstance(real, Refused):
        return
    if not (isinstance(ours, Deployed) and isinstance(real, Deployed) and ours.active == real.active):
        yield f"case {seed}: the values committed are not those that Terraform takes: {ours} {real}"
