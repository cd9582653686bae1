"""`python -m tests.metamorphic [--generated N] [--change NAME]`: every change to every fixture, and a table."""

from __future__ import annotations

import argparse
import itertools
import sys

from tests.metamorphic.comparison import CHANGES, EXCEPTIONS, difference, fixtures, generated


def main() -> int:
    """1 if a change changes what is found."""
    parser = argparse.ArgumentParser(prog="python -m tests.metamorphic", description=__doc__)
    parser.add_argument("--generated", type=int, default=50, help="configurations and templates of chance")
    parser.add_argument("--seed", type=int, default=1, help="the number of the first")
    parser.add_argument("--change", action="append", choices=tuple(CHANGES), help="only this one; may be repeated")
    parser.add_argument("--no-fixtures", action="store_true")
    arguments = parser.parse_args()
    numbers = range(arguments.seed, arguments.seed + arguments.generated)
    made = list(itertools.chain.from_iterable(map(generated, numbers)))
    given = [] if arguments.no_fixtures else list(fixtures())
    print(f"{len(given)} fixtures, {len(made)} of chance")  # noqa: T201 — a command line
    wrong = 0
    for name in arguments.change or CHANGES:
        applied, differing = [0, 0], 0
        for at, codes in enumerate((given, made)):
            for code in codes:
                lines = difference(code, name)
                applied[at] += lines is not None
                if lines and (name, code.name) not in EXCEPTIONS:
                    differing += 1
                    print(f"{name}: {code.name}", *lines, sep="\n    ", flush=True)  # noqa: T201
        print(f"{name:<36} {applied[0]:>5} fixtures {applied[1]:>5} of chance {differing:>4} differ", flush=True)  # noqa: T201
        wrong += differing
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
