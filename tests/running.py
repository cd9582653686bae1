"""Running the program inside the test process, as its command line runs it."""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from iac_keycheck.command.cli import main

PATIENCE: Final = 600
"""Seconds of the clock after which a process is taken for one that never ends, on however busy a machine."""
SECONDS: Final = 20.0
"""Of processor time, after which a run counts as one that hangs; a busy machine does not matter."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the program left behind."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, Any]:
        """Standard output, read as the JSON report."""
        report = json.loads(self.stdout)
        assert isinstance(report, dict)
        return report


def run(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run ``iac-keycheck ARGUMENTS`` in ``cwd``. An exception that the program lets through is raised here."""
    with contextlib.chdir(cwd), in_time():
        result = runner().invoke(main, list(arguments), env=env, catch_exceptions=False, prog_name="iac-keycheck")
    return Run(result.exit_code, result.stdout, result.stderr)


def runner() -> CliRunner:
    """What runs commands of click, with standard error apart: before 8.2 one had to ask for that."""
    apart: Any = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
    return CliRunner(**apart)


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """Fail what takes too long in here: for want of an end, and not of a processor, which others may have."""

    def too_late(_signal: int, _frame: object) -> None:
        pytest.fail(f"the run takes more than {SECONDS:.0f} seconds of processor time")

    before = signal.signal(signal.SIGVTALRM, too_late)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def scan(cwd: Path, options: Sequence[str] = (), paths: Sequence[str] = (".",)) -> Run:
    """Scan ``paths`` in ``cwd`` and report as JSON."""
    return run("scan", "--format", "json", *options, *paths, cwd=cwd)
