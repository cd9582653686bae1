"""The search for inputs: those that reach new code are kept and changed further.

With atheris the interpreter's bytecode is instrumented and libFuzzer steers; without it a loop of our own keeps what
reaches lines that nothing reached before.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import pkgutil
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

from tests.fuzz.front_ends import FrontEnd
from tests.fuzz.mutations import MOST_BYTES, mutated

Try = Callable[[bytes], None]
_PROJECT: Final = str(Path(__file__).parents[2] / "iac_keycheck")
_TRACED: Final = 4
"""One input in so many is traced where tracing is slow."""


def has_atheris() -> bool:
    """Whether atheris is there."""
    return importlib.util.find_spec("atheris") is not None


def imported_with_coverage() -> Any:  # noqa: ANN401 — a module without types
    """Atheris, with all of the program imported so that it sees it. Nothing of the program may be imported before."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["iac_keycheck"]):
        package = importlib.import_module("iac_keycheck")
        for found in pkgutil.walk_packages(package.__path__, "iac_keycheck."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    return atheris


def by_atheris(atheris: Any, front: FrontEnd, seeds: Sequence[bytes], seconds: int, seed: int, attempt: Try) -> None:  # noqa: ANN401, PLR0913, PLR0917 — a module without types
    """Try inputs for so long. Ends the process."""

    def custom(data: bytes, most: int, number: int) -> bytes:
        rng = random.Random(number)  # noqa: S311 — not for secrets
        if rng.random() < 0.2:
            changed: bytes = atheris.Mutate(data, most)
            return changed
        return mutated(front, seeds, rng, data if rng.random() < 0.7 and data else None)[:most]

    def one(data: bytes) -> None:
        attempt(data)

    folder = Path.cwd() / "seeds"
    folder.mkdir()
    for number, data in enumerate(seeds):
        (folder / str(number)).write_bytes(data)
    flags = [f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", f"-seed={seed}", "-timeout=600", "-rss_limit_mb=0"]
    atheris.Setup([sys.argv[0], *flags, "-verbosity=0", str(folder)], one, custom_mutator=custom)
    atheris.Fuzz()


def by_own_loop(front: FrontEnd, seeds: Sequence[bytes], seconds: float, seed: int, attempt: Try) -> None:
    """Try inputs for so long."""
    rng = random.Random(seed)  # noqa: S311 — not for secrets
    kept = list(seeds)
    seen: set[tuple[CodeType, int]] = set()
    until = time.monotonic() + seconds
    for data in seeds:
        if time.monotonic() < until:
            attempt(data)
    number = 0
    while time.monotonic() < until:
        number += 1
        data = mutated(front, kept, rng)
        if number % _TRACED:
            attempt(data)
            continue
        new: set[tuple[CodeType, int]] = set()
        with _lines(new):
            attempt(data)
        if not new <= seen:
            seen |= new
            kept.append(data)


@contextlib.contextmanager
def _lines(into: set[tuple[CodeType, int]]) -> Iterator[None]:
    """Note the lines of the program that are run."""

    def call(frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        return line if frame.f_code.co_filename.startswith(_PROJECT) else None

    def line(frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        if event == "line":
            into.add((frame.f_code, frame.f_lineno))
        return line

    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(before)
