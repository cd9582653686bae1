"""The differential test of findings: random cases, the truth of all their worlds, the analyzer's reports."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from tests.oracle import analyzer, found
from tests.oracle.case import Case, World, unique
from tests.oracle.outcome import Outcome
from tests.oracle.shrink import shrunk
from tests.oracle.tally import Tally
from tests.oracle.verdicts import Judgement, Table, judgement, one_name_twice, table, worlds_to_replay

Ask: TypeAlias = Callable[[Sequence[tuple[Case, Sequence[World]]]], list[list[Outcome]]]

_CHUNK: Final = 24  # cases asked at a time


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to compare: cases by their numbers, who tells the truth, and what else is wrong with a case, if anything."""

    name: str
    make: Callable[[int], Case]
    ask: Ask
    also_wrong: Callable[[Case, Tally], Iterator[str]]


def compare(comparison: Comparison, seeds: Sequence[int], tally: Tally, *, keep: Path | None) -> None:
    """Try the cases with these numbers. Those that fail are made small and written to ``keep``, unless that is None.

    Raises `analyzer.Missing`.
    """
    for start in range(0, len(seeds), _CHUNK):
        chunk = seeds[start : start + _CHUNK]
        cases = [comparison.make(seed) for seed in chunk]
        usable = []
        for seed, truth in zip(chunk, _truths(comparison.ask, cases), strict=True):
            tally.counts["cases"] += 1
            tally.counts["worlds"] += len(truth.outcomes)
            tally.counts["worlds refused"] += len(truth.outcomes) - len(truth.deployed())
            if _says_something(truth):
                usable.append((seed, truth))
            else:
                tally.counts["cases without meaning (every world refused, or two users of one name)"] += 1
        for (seed, truth), result in zip(usable, _judged(comparison.ask, [truth for _, truth in usable]), strict=True):
            tally.counts["users and findings compared"] += result.compared
            tally.undecided.update(result.undecided)
            tally.unrefuted.update(f"case {seed}: {text}" for text in result.unrefuted)
            if result.disagreements:
                tally.failures.append(_failure(comparison, seed, truth, result, keep))
        for seed, case in zip(chunk, cases, strict=True):
            tally.failures += [f"case {seed}: {wrong}" for wrong in comparison.also_wrong(case, tally)]


def _truths(ask: Ask, cases: Sequence[Case]) -> list[Table]:
    worlds = [case.worlds() for case in cases]
    answers = ask(list(zip(cases, worlds, strict=True)))
    return [table(*row) for row in zip(cases, worlds, answers, strict=True)]


def _says_something(truth: Table) -> bool:
    return bool(truth.deployed()) and not one_name_twice(truth)


def _judged(ask: Ask, truths: Sequence[Table]) -> list[Judgement]:
    """The analyzer's report on each case, judged, after its witnesses were replayed."""
    reports = []
    for truth in truths:
        with tempfile.TemporaryDirectory(prefix="oracle-case-") as name:
            truth.case.write(Path(name))
            reports.append(analyzer.report(Path(name)))
    more = [
        unique([world for world in worlds_to_replay(truth.case, report) if not truth.knows(world)])
        for truth, report in zip(truths, reports, strict=True)
    ]
    answers = ask([(truth.case, worlds) for truth, worlds in zip(truths, more, strict=True)])
    return [
        judgement(truth, table(truth.case, worlds, answer), report)
        for truth, report, worlds, answer in zip(truths, reports, more, answers, strict=True)
    ]


def _failure(comparison: Comparison, seed: int, truth: Table, result: Judgement, keep: Path | None) -> str:
    kinds = {(item.kind, item.rule) for item in result.disagreements}

    def failing(cases: Sequence[Case]) -> list[bool]:
        truths = _truths(comparison.ask, cases)
        usable = [truth for truth in truths if _says_something(truth)]
        judged = dict(zip(map(id, usable), _judged(comparison.ask, usable), strict=True))
        return [
            id(truth) in judged and bool(kinds & {(item.kind, item.rule) for item in judged[id(truth)].disagreements})
            for truth in truths
        ]

    if keep is not None:
        small = shrunk(truth.case, failing)
        [truth] = _truths(comparison.ask, [small])
        [result] = _judged(comparison.ask, [truth])
        found.write(keep / f"{comparison.name}_{seed}", truth, result)
    lines = [f"case {seed}: {item.kind} {item.rule} {item.subject}: {item.detail}" for item in result.disagreements]
    files = [f"  --- {name}\n{text}" for name, text in truth.case.files.items()]
    return "\n".join([*lines, *files])
