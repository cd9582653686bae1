"""`python -m tests.oracle [terraform|expressions|unknowns|cloudformation] --cases N --seed S`: see README.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.oracle import (
    cloudformation_check,
    cloudformation_truth,
    expression_check,
    found,
    terraform_check,
    terraform_program,
    unknown_check,
)
from tests.oracle.analyzer import Missing
from tests.oracle.tally import Tally


def main() -> int:
    """Run the chosen comparisons; 1 if something disagrees, 2 if something is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("what", nargs="?", choices=(*_CHECKS, "all"), default="all")
    parser.add_argument("--cases", "--n", type=int, default=200, help="how many of each kind")
    parser.add_argument("--seed", type=int, default=1, help="the number of the first")
    parser.add_argument("--keep", type=Path, default=found.FOLDER, help="where failing cases are written, made small")
    parser.add_argument("--as-found", action="store_true", help="print failing cases as they are, and write none")
    arguments = parser.parse_args()
    keep = None if arguments.as_found else arguments.keep
    code = 0
    for name in _CHECKS if arguments.what == "all" else [arguments.what]:
        print(f"{name}:")  # noqa: T201 - a command line
        tally = Tally()
        try:
            lacking = _CHECKS[name](range(arguments.seed, arguments.seed + arguments.cases), tally, keep)
        except Missing as error:
            lacking = f"the analyzer: {error}"
        except KeyboardInterrupt:
            lacking = "the rest: interrupted"
        for line in tally.lines():
            print(line)  # noqa: T201 - a command line
        if lacking:
            print(f"not compared, for want of {lacking}")  # noqa: T201 - a command line
        code = max(code, 2 if lacking else 1 if tally.failures else 0)
    return code


def _terraform(seeds: range, tally: Tally, keep: Path | None) -> str | None:
    lacking = terraform_program.missing()
    if lacking is None:
        with terraform_program.running() as terraform:
            terraform_check.check(terraform, seeds, tally, keep=keep)
    return lacking


def _expressions(seeds: range, tally: Tally, keep: Path | None) -> str | None:
    lacking = terraform_program.missing()
    if lacking is None:
        with terraform_program.running() as terraform:
            expression_check.check(terraform, seeds, tally, keep=keep)
    return lacking


def _unknowns(seeds: range, tally: Tally, _keep: Path | None) -> str | None:
    unknown_check.check(seeds, tally)
    return None


def _cloudformation(seeds: range, tally: Tally, keep: Path | None) -> str | None:
    lacking = cloudformation_truth.missing()
    if lacking is None:
        with cloudformation_truth.emulator() as emulator:
            cloudformation_check.check(emulator, seeds, tally, keep=keep)
    return lacking


_CHECKS: Final[Mapping[str, Callable[[range, Tally, Path | None], str | None]]] = {
    "terraform": _terraform,
    "expressions": _expressions,
    "unknowns": _unknowns,
    "cloudformation": _cloudformation,
}

if __name__ == "__main__":
    sys.exit(main())
