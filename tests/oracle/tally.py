"""The counts of a differential run, and its disagreements."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts as they grow; ``failures`` holds one text for each case with disagreements."""

    counts: Counter[str] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)
    unrefuted: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def lines(self) -> Iterator[str]:
        """The report: counts, what was left undecided by reason, and the disagreements."""
        seconds = time.monotonic() - self.started
        for name, number in self.counts.items():
            yield f"{number:8} {name}"
        yield f"{seconds:8.0f} seconds, {self.counts['cases'] / seconds:.1f} cases a second"
        for title, reasons in (("undecided", self.undecided), ("unrefuted", self.unrefuted)):
            for reason, number in reasons.most_common():
                yield f"{number:8} {title}: {reason}"
        yield from self.failures
        yield f"{len(self.failures):8} cases with disagreements"
