"""``python -m benchmarks``: one row for each tree, as a table in Markdown; other tools where they are installed."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from benchmarks import trees
from benchmarks.processes import Cost, floor_of, measured, scan_of

_TREES: dict[str, Callable[[Path], None]] = {
    "nothing: python -c pass": trees.plain,
    "one directory without a word about keys": trees.plain,
    "one such directory with a .gitignore": trees.checkout,
    "one directory with one key": trees.one_key,
    "one CloudFormation template": trees.template,
    "2,000 files in 200 directories, 1 % about keys": partial(trees.repository, files=2_000),
    "20,000 files, 1 % about keys": partial(trees.repository, files=20_000),
    "20,000 files without keys": partial(trees.repository, files=20_000, with_keys=0),
    "100 users with a key by for_each": partial(trees.users, count=100),
    "200 users with a key by for_each": partial(trees.users, count=200),
    "400 users with a key by for_each": partial(trees.users, count=400),
    "50 calls of a module with a key": partial(trees.calls, count=50),
    "100 calls of a module with a key": partial(trees.calls, count=100),
    "200 calls of a module with a key": partial(trees.calls, count=200),
    "a module called for each entry of an untyped variable": trees.wrapper,
    "16 keys under 8 booleans": partial(trees.conditions, count=8),
    "32 keys under 16 booleans": partial(trees.conditions, count=16),
    "64 keys under 32 booleans": partial(trees.conditions, count=32),
}
_LARGE: dict[str, Callable[[Path], None]] = {
    "100,000 files, 0.1 % about keys": partial(trees.repository, files=100_000, with_keys=0.001),
}


def main() -> None:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="iac-keycheck-bench-") as folder:
        work = Path(folder)
        sys.stdout.write(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; ")
        sys.stdout.write(f"medians of {options.runs} whole processes\n\n")
        columns = ("tree", "processor s", "clock s", "MiB", "walk and read s", "times that", *_others())
        _row(*columns)
        _row(*("---" for _ in columns))
        chosen = _TREES | (_LARGE if options.large else {})
        for name, make in chosen.items():
            if options.only not in name:
                continue
            top = work / "tree"
            make(top)
            _measure(name, top, options.runs, work, nothing=name.startswith("nothing"))
            shutil.rmtree(top)
        for path in sorted(options.corpus.iterdir()) if options.corpus else ():
            if path.is_dir() and options.only in path.name:
                _measure(path.name, path, options.runs, work)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (5)")
    parser.add_argument("--only", default="", metavar="TEXT", help="trees whose name has this in it")
    parser.add_argument("--large", action="store_true", help="the tree of 100,000 files as well")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="scan each directory in this one as well")
    return parser.parse_args()


def _measure(name: str, top: Path, runs: int, work: Path, *, nothing: bool = False) -> None:
    scan = [sys.executable, "-c", "pass"] if nothing else scan_of(top)
    commands = {"scan": scan, "floor": floor_of(top)} | {tool: make(top) for tool, make in _others().items()}
    costs = measured(commands, runs, work / "bytecode")
    cost, floor = costs["scan"], costs["floor"]
    own = (_seconds(cost.processor), _seconds(cost.clock), f"{cost.memory / 2**20:.0f}", _seconds(floor.processor))
    _row(name, *own, f"{cost.processor / floor.processor:.1f}", *_compared(costs))


def _compared(costs: dict[str, Cost]) -> Iterator[str]:
    return (f"{costs[tool].processor:.2f} s, {costs[tool].memory >> 20} MiB" for tool in _others())


def _others() -> dict[str, Callable[[Path], list[str]]]:
    """The other tools that are there, with the command that has them read a tree."""
    found: dict[str, Callable[[Path], list[str]]] = {}
    if checkov := shutil.which("checkov"):
        found["checkov"] = lambda top: [checkov, "--directory", str(top), "--quiet", "--compact"]
    if find_spec("tfparse") is not None:
        program = "import sys, tfparse; tfparse.load_from_path(sys.argv[1])"
        found["tfparse"] = lambda top: [sys.executable, "-c", program, str(top)]
    return found


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def _row(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
