"""`python -m tests.mutation [--sample N] [MODULE…]`: whether fixtures notice that the core is wrong in a small way.

Each mutant runs in a process of its own, on fixtures that execute its line alone, until one of them reports something
else than it expects: first the quickest, which have few inputs, then as many others by chance.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, Final

from tests.mutation.mutants import Mutant, sites
from tests.mutation.mutants import mutant as mutated

ROOT: Final = Path(__file__).parents[2]
CORE: Final = (
    "iac_keycheck/users/identity.py",
    "iac_keycheck/deciding/guards.py",
    "iac_keycheck/deciding/witnesses.py",
    "iac_keycheck/deciding/candidates.py",
    "iac_keycheck/users/combinations.py",
    "iac_keycheck/users/together.py",
    "iac_keycheck/users/concluding.py",
    "iac_keycheck/users/meetings.py",
    "iac_keycheck/users/gathering.py",
    "iac_keycheck/users/joining.py",
    "iac_keycheck/users/showing.py",
    "iac_keycheck/users/claims.py",
    "iac_keycheck/graph.py",
    "iac_keycheck/terraform/instances.py",
    "iac_keycheck/terraform/members.py",
    "iac_keycheck/terraform/changing.py",
)
SECONDS: Final = 60
"""Of processor time for one mutant; one that takes longer is noticed."""
_MEMORY: Final = 2 << 30
_OURS: Final = ("iac_keycheck", "tests.test_fixtures", "tests.running", "tests.expectations")


def main() -> int:
    """1 if a mutant survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="paths of modules; the core if none is named")
    parser.add_argument("--sample", type=int, default=200, help="how many mutants of all")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--most", type=int, default=60, help="fixtures that one mutant is tried on")
    parser.add_argument(
        "--again", type=Path, help="a log, of whose mutants those that survived are tried again on fixtures by chance"
    )
    parser.add_argument("--log", type=Path, help="a file that gets a line of JSON for each mutant")
    arguments = parser.parse_args()
    modules = arguments.modules or [module for module in CORE if (ROOT / module).exists()]
    sources = {module: (ROOT / module).read_text() for module in modules}
    every = [(module, site) for module, source in sources.items() for site in sites(source)]
    chosen = sorted(
        random.Random(arguments.seed).sample(range(len(every)), min(arguments.sample, len(every)))  # noqa: S311 — not for secrets
    )
    if arguments.again:
        entries = [json.loads(line) for line in arguments.again.read_text().splitlines()]
        chosen = [entry["number"] for entry in entries if entry["outcome"] == "survived"]
    print(f"{len(every)} mutants, {len(chosen)} of them tried", flush=True)  # noqa: T201 — a command line
    covering, every_case = _coverage(modules)
    tally: dict[str, list[int]] = {}
    for number in chosen:
        module, site = every[number]
        mutant = mutated(sources[module], site)
        # what runs once, as the module is imported, is there for all
        cases = list(covering.get((module, mutant.line), every_case if site.outside else ()))
        quickest, others = (0 if arguments.again else arguments.most // 2), random.Random(number)  # noqa: S311 — not for secrets
        slower = cases[quickest:]
        others.shuffle(slower)
        cases = [*cases[:quickest], *slower][: arguments.most]
        start = time.monotonic()
        outcome = _tried(module, mutant, cases) if cases else "not reached"
        counts = tally.setdefault(module, [0, 0, 0])
        counts[0 if outcome.startswith("noticed") else 1 if outcome == "survived" else 2] += 1
        if not outcome.startswith("noticed"):
            print(f"{outcome}: {module}:{mutant.line}: {mutant.what} ({len(cases)} fixtures)", flush=True)  # noqa: T201
        if arguments.log:
            entry = {"number": number, "module": module, "line": mutant.line, "what": mutant.what, "outcome": outcome}
            with arguments.log.open("a") as file:
                file.write(json.dumps({**entry, "seconds": round(time.monotonic() - start, 1)}) + "\n")
    print(f"\n{'module':<40} {'noticed':>8} {'survived':>9} {'not reached':>12}")  # noqa: T201 — a command line
    for module, (noticed, survived, unreached) in tally.items():
        print(f"{module:<40} {noticed:>8} {survived:>9} {unreached:>12}")  # noqa: T201 — a command line
    return int(any(survived for _, survived, _ in tally.values()))


def _coverage(modules: Sequence[str]) -> tuple[dict[tuple[str, int], list[int]], list[int]]:
    """For each line of the modules, the numbers of the fixtures that run it, the quickest first; and those of all."""
    from tests.test_fixtures import CASES  # noqa: PLC0415 — each mutant has its own

    files = {str(ROOT / module): module for module in modules}
    lines: dict[tuple[str, int], list[tuple[float, int]]] = {}
    times: list[tuple[float, int]] = []
    for module in modules:
        importlib.import_module(module.removesuffix(".py").replace("/", "."))
    for number in range(len(CASES)):
        seen: set[tuple[str, int]] = set()
        start = time.process_time()
        with _traced(files, seen), contextlib.suppress(BaseException):
            _run(number, check=False)
        took = time.process_time() - start
        times.append((took, number))
        for line in seen:
            lines.setdefault(line, []).append((took, number))
    covering = {line: [number for _, number in sorted(cases)] for line, cases in lines.items()}
    return covering, [number for _, number in sorted(times)]


@contextlib.contextmanager
def _traced(files: dict[str, str], seen: set[tuple[str, int]]) -> Iterator[None]:
    def call(frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 — a trace function
        name = files.get(frame.f_code.co_filename)
        if name is None:
            return None
        return _noting(name, frame.f_code, seen)

    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(None)


def _noting(name: str, code: CodeType, seen: set[tuple[str, int]]) -> Any:  # noqa: ANN401 — a trace function
    def line(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 — a trace function
        if event == "line":
            seen.add((name, frame.f_lineno))
        return line

    seen.add((name, code.co_firstlineno))
    return line


def _run(number: int, *, check: bool) -> None:
    """Scan a fixture; raises where it does not say what it is expected to."""
    from tests import expectations, running  # noqa: PLC0415 — each mutant has its own
    from tests import test_fixtures as fixtures  # noqa: PLC0415

    case = fixtures.CASES[number]
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        result = running.scan(fixtures._copied(case.folder, Path(folder)), case.options, case.paths)  # noqa: SLF001 — ours
        if check:
            missing, extra = fixtures._difference(  # noqa: SLF001 — ours
                expectations.expectations(case.folder).entries, result.report
            )
            assert not missing + extra


def _tried(module: str, mutant: Mutant, cases: Sequence[int]) -> str:
    """What becomes of a mutant, in a process of its own."""
    child = os.fork()
    if child == 0:
        os._exit(_alone(module, mutant, cases))
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
        return "survived"
    return "noticed" if os.WIFEXITED(status) else "noticed by its hanging"


def _alone(module: str, mutant: Mutant, cases: Sequence[int]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for name in [name for name in sys.modules if name.startswith(_OURS)]:
            del sys.modules[name]
        sys.meta_path.insert(0, _Mutated(module, mutant.source))
        try:
            for number in cases:
                _run(number, check=True)
        except BaseException:  # noqa: BLE001 — whatever it is, it was noticed
            return 1
    return 0


class _Mutated(MetaPathFinder, Loader):
    """Imports one module from another source."""

    def __init__(self, module: str, source: str) -> None:
        self.name = module.removesuffix(".py").replace("/", ".")
        self.code = compile(source, str(ROOT / module), "exec")

    def find_spec(self, fullname: str, _path: object, _target: ModuleType | None = None) -> ModuleSpec | None:
        """The module, if it is the one."""
        return spec_from_loader(fullname, self) if fullname == self.name else None

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        """The usual one."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the other source."""
        exec(self.code, module.__dict__)  # noqa: S102 — our own module, made wrong


if __name__ == "__main__":
    sys.exit(main())
