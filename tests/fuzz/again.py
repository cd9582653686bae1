"""`python -m tests.fuzz.again FRONT FILE…`: try inputs once more, without instruments, and say what is wrong."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.fuzz.front_ends import FRONT_ENDS
from tests.fuzz.trial import tried


def main() -> int:
    """1 if anything is wrong."""
    name, *files = sys.argv[1:]
    wrong = 0
    for path in map(Path, files):
        with tempfile.TemporaryDirectory(prefix="fuzz-") as temporary:
            FRONT_ENDS[name].write(Path(temporary), None)
            fault = tried(FRONT_ENDS[name], Path(temporary), path.read_bytes())
        wrong += fault is not None
        print(path, "is right" if fault is None else f"{fault.kind} at {fault.place}: {fault.message}")  # noqa: T201
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
