"""One front end fuzzed in a process of its own: counts and faults are written as they come, so that no end loses them.

`python -m tests.fuzz.worker FRONT SECONDS SEED FOLDER [CORPUS]`; the parent is `tests.fuzz.__main__`.
"""

from __future__ import annotations

import faulthandler
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

_BACKSTOP: Final = 1200
"""Seconds of the clock after which a process that nothing else interrupts is ended, with its trace."""
_SLOWER: Final = 3
"""How much instruments slow the program down; what seems to hang is tried again without them."""


def main() -> None:
    """Fuzz one front end; tallies go to ``FOLDER/tally.jsonl``, inputs with faults to ``FOLDER/faults``."""
    name, seconds, seed, folder, *corpus = sys.argv[1:]
    from tests.fuzz import guided  # noqa: PLC0415 — the program is imported under instruments where there are some

    atheris: Any = guided.imported_with_coverage() if guided.has_atheris() and name != "config" else None
    from tests.fuzz.front_ends import FRONT_ENDS  # noqa: PLC0415
    from tests.fuzz.trial import SECONDS, tried  # noqa: PLC0415

    front = FRONT_ENDS[name]
    out = Path(folder).resolve()
    (out / "faults").mkdir(parents=True, exist_ok=True)
    seeds = front.seeds(Path(corpus[0]) if corpus else None)
    places: set[str] = set()
    trace = (out / "trace.txt").open("w")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as temporary:
        work = Path(temporary) / "work"
        work.mkdir()
        front.write(work, None)
        os.chdir(temporary)

        def attempt(data: bytes) -> None:
            (out / "last").write_bytes(data)
            faulthandler.dump_traceback_later(_BACKSTOP, exit=True, file=trace)
            fault = tried(front, work, data, SECONDS if atheris is None else SECONDS * _SLOWER)
            faulthandler.cancel_dump_traceback_later()
            with (out / "count").open("ab") as count:
                count.write(b".")
            if fault is not None and fault.place not in places:
                places.add(fault.place)
                digest = hashlib.sha256(data).hexdigest()[:10]
                (out / "faults" / f"{name}-{digest}").write_bytes(data)
                with (out / "faults.jsonl").open("a") as file:
                    entry = {"front": name, "kind": fault.kind, "place": fault.place, "message": fault.message}
                    file.write(json.dumps({**entry, "input": digest}) + "\n")

        if atheris is None:
            guided.by_own_loop(front, seeds, float(seconds), int(seed), attempt)
        else:
            guided.by_atheris(atheris, front, seeds, int(float(seconds)), int(seed), attempt)


if __name__ == "__main__":
    main()
