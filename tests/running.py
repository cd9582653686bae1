"""Running the program inside the test process, as its command line runs it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from iac_keycheck.cli import main


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
    with contextlib.chdir(cwd):
        result = CliRunner().invoke(main, list(arguments), env=env, catch_exceptions=False, prog_name="iac-keycheck")
    return Run(result.exit_code, result.stdout, result.stderr)


def scan(cwd: Path, options: Sequence[str] = (), paths: Sequence[str] = (".",)) -> Run:
    """Scan ``paths`` in ``cwd`` and report as JSON."""
    return run("scan", "--format", "json", *options, *paths, cwd=cwd)
