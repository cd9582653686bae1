"""The differential test for Terraform configurations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.oracle.case import Case
from tests.oracle.differential import Comparison, compare
from tests.oracle.outcome import Deployed, Refused
from tests.oracle.random_terraform import random_case
from tests.oracle.tally import Tally
from tests.oracle.terraform_program import Terraform
from tests.oracle.terraform_truth import outcomes, root_outcome


def check(terraform: Terraform, seeds: Sequence[int], tally: Tally, *, keep: Path | None) -> None:
    """Compare the configurations with these numbers. Raises `analyzer.Missing`."""
    ask = partial(outcomes, terraform)
    compare(Comparison("terraform", random_case, ask, partial(_wrong_committed, terraform)), seeds, tally, keep=keep)


def _wrong_committed(terraform: Terraform, case: Case, tally: Tally) -> Iterator[str]:
    """Our own idea of which values are committed, checked by a plan of the case as a root module."""
    if not case.reads_value_files() or any(name not in case.committed for name in case.domains):
        return
    tally.counts["default worlds planned as root modules"] += 1
    [[ours]] = outcomes(terraform, [(case, case.default_worlds())])
    real = root_outcome(terraform, case, {})
    if isinstance(ours, Refused) and isinstance(real, Refused):
        return
    if not (isinstance(ours, Deployed) and isinstance(real, Deployed) and ours.active == real.active):
        yield f"the values committed are not those that Terraform takes: {ours} {real}"
