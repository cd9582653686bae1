"""`python -m tests.fuzz --minutes M [--front NAME] [--corpus DIR]`: each front end in turn, and a table at the end."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.fuzz.front_ends import FRONT_ENDS
from tests.fuzz.guided import has_atheris

_ROW: Final = "{:<18} {:>8} {:>10} {:>10} {:>8} {:>7} {:>7}"


def main() -> int:
    """Fuzz for ``--minutes`` each; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="for each front end")
    parser.add_argument("--front", action="append", choices=tuple(FRONT_ENDS), help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 2**31, help="the number to start from")
    parser.add_argument("--corpus", help="a folder with more files to start from")
    parser.add_argument("--keep", type=Path, help="where inputs with faults and the counts go (a temporary folder)")
    arguments = parser.parse_args()
    keep = arguments.keep or Path(tempfile.mkdtemp(prefix="iac-keycheck-fuzz-"))
    guide = "atheris" if has_atheris() else "a loop of our own (atheris is not installed)"
    print(f"guided by {guide}; seed {arguments.seed}; faults go to {keep}\n")  # noqa: T201 — a command line
    print(_ROW.format("front end", "minutes", "processor", "inputs", "crashes", "hangs", "output"), flush=True)  # noqa: T201
    wrong = 0
    for name in arguments.front or FRONT_ENDS:
        row = _fuzzed(name, arguments.minutes * 60, arguments.seed, keep / name, arguments.corpus)
        wrong += row["crash"] + row["hang"] + row["output"]
        minutes = (f"{row[of]:.1f}" for of in ("minutes", "processor"))
        values = (*minutes, row["inputs"], row["crash"], row["hang"], row["output"])
        print(_ROW.format(name, *values), flush=True)  # noqa: T201
        with (keep / "table.jsonl").open("a") as file:
            file.write(json.dumps({"front": name, **row}) + "\n")
    for name in arguments.front or FRONT_ENDS:
        for fault in _faults(keep / name):
            place = f"{fault['kind']} at {fault['place']}: {fault['message']}"
            print(f"{name}: {place} ({name}/faults/{name}-{fault['input']})")  # noqa: T201
    return int(bool(wrong))


def _fuzzed(name: str, seconds: float, seed: int, folder: Path, corpus: str | None) -> Mapping[str, Any]:
    """What a front end stood; a process that an input ends is started again for the rest of the time."""
    folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    spent = _processor_seconds()
    ended = died = 0
    before = _size(folder / "count")
    known = len(_faults(folder))
    while (left := seconds - (time.monotonic() - start)) > 1:
        command = [sys.executable, "-m", "tests.fuzz.worker", name, str(left), str(seed + ended), str(folder.resolve())]
        with (folder / "log.txt").open("ab") as log:
            done = subprocess.run(
                [*command, *([str(Path(corpus).resolve())] if corpus else [])], check=False, stdout=log, stderr=log
            )
        if done.returncode == 0:
            break
        ended += 1
        (folder / "faults").mkdir(exist_ok=True)
        last = folder / "last"
        if last.exists():
            # under instruments, and where others keep the machine busy, a long input may end the process
            kept = last.replace(folder / "faults" / f"{name}-died-{ended}")
            died += _fails(name, kept)
        if ended > 20:
            break
    minutes = (time.monotonic() - start) / 60
    processor = (_processor_seconds() - spent) / 60
    new = Counter(
        fault["kind"] for fault in _faults(folder)[known:] if fault["kind"] != "hang" or _hangs(folder, fault)
    )
    return {
        "minutes": minutes,
        "processor": processor,
        "inputs": _size(folder / "count") - before,
        "crash": new["crash"] + died,
        "hang": new["hang"],
        "output": new["output"],
    }


def _processor_seconds() -> float:
    """Of all processes started so far: a fuzzer that gives way to others has less of them than seconds of the clock."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _hangs(folder: Path, fault: Mapping[str, Any]) -> bool:
    """Whether an input that took long under instruments does so without them."""
    name = fault["front"]
    return _fails(name, folder / "faults" / f"{name}-{fault['input']}")


def _fails(name: str, path: Path) -> bool:
    """Whether something is wrong with an input without instruments."""
    command = [sys.executable, "-m", "tests.fuzz.again", name, str(path)]
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode != 0


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _faults(folder: Path) -> list[dict[str, Any]]:
    path = folder / "faults.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


if __name__ == "__main__":
    sys.exit(main())
