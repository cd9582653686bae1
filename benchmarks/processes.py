"""Whole processes: what they take of the processor, of time and of memory, as medians of several runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

FLOOR = """
import os, sys
for directory, _, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(directory, name), "rb", buffering=0) as file:
            file.read()
"""
"""A program that walks a tree and reads its files, and does nothing with them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians: seconds of processor time and of the clock, and the greatest memory in bytes."""

    processor: float
    clock: float
    memory: int


def scan_of(top: Path) -> list[str]:
    """The command that scans a tree, with what is installed and not what lies here."""
    return [sys.executable, "-P", "-m", "iac_keycheck", "scan", str(top), "--format", "json", "--fail-on", "never"]


def floor_of(top: Path) -> list[str]:
    """The command that only walks and reads it."""
    return [sys.executable, "-c", FLOOR, str(top)]


def measured(commands: dict[str, list[str]], runs: int, bytecode: Path) -> dict[str, Cost]:
    """What each command costs. They take turns, so that a machine that is busy for a while is so for all of them.

    A first run of each is not counted: it leaves compiled modules in the folder ``bytecode``.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    taken: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            cost = _run(command, environment)
            if turn:
                taken[name].append(cost)
    return {name: _median(costs) for name, costs in taken.items()}


def _run(command: list[str], environment: dict[str, str]) -> Cost:
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 — commands of this package
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    clock = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, clock, usage.ru_maxrss * unit)


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        median(cost.processor for cost in costs),
        median(cost.clock for cost in costs),
        int(median(cost.memory for cost in costs)),
    )
