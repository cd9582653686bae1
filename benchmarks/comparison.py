"""``python -m benchmarks.comparison``: what this and other tools find in cases whose truth is written beside them.

A case is a folder in ``benchmarks/cases`` with code and ``truth.txt``: ``yes`` or ``no`` to its question on the first
line, then why. Each tool that is on the PATH scans all cases in one run and tells what it found as SARIF. A result
counts if its check is about the question of the case; most tools ask other questions as well, which do not count for
or against them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final

CASES: Final = Path(__file__).with_name("cases")
TRUTH: Final = "truth.txt"
# A key that was never valid, put together here so that no file of this repository looks as if it had one.
_FILLED: Final = {
    "@KEY_ID@": "AKIA" + "Q3EGUXJ4NW7L2OPB",
    "@SECRET@": "9aTzK4vLr0Xw7QmB2nYc" + "5HsJdE8fGu1PiRoV3kWx",
    "@NOTHING@": "",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """How a tool is run, and which of its checks are about each question.

    In ``command``, ``{top}`` is the folder to scan and ``{out}`` one for what it writes; SARIF is looked for on
    standard output and then there.
    """

    command: tuple[str, ...]
    version: tuple[str, ...]
    checks: Mapping[str, frozenset[str]]

    @property
    def installed(self) -> bool:
        """Whether its command is there."""
        return shutil.which(self.command[0]) is not None


def _checks(two_keys: str, root: str, in_code: str) -> dict[str, frozenset[str]]:
    questions = {"two-active-keys": two_keys, "key-of-the-root-user": root, "keys-written-into-code": in_code}
    return {question: frozenset(checks.split()) for question, checks in questions.items()}


TOOLS: Final = {
    "iac-keycheck": Tool(
        (sys.executable, "-m", "iac_keycheck", "scan", "{top}", "--format", "sarif", "--fail-on", "never"),
        (sys.executable, "-m", "iac_keycheck", "--version"),
        _checks("AC_AWS_0554", "IKC_AWS_0003", "IKC_AWS_0004"),
    ),
    "Checkov": Tool(
        ("checkov", "-d", "{top}", "-o", "sarif", "--output-file-path", "{out}", "--quiet", "--soft-fail"),
        ("checkov", "--version"),
        _checks("", "CKV_AWS_348", "CKV_AWS_41 CKV_AWS_45 CKV_AWS_46 CKV_SECRET_2 CKV_SECRET_6"),
    ),
    "Trivy": Tool(
        ("trivy", "fs", "--scanners", "misconfig,secret", "--skip-check-update", "-q", "-f", "sarif", "{top}"),
        ("trivy", "--version"),
        _checks(
            "AVD-AWS-0167 AWS-0167",
            "AVD-AWS-0141 AWS-0141",
            "AVD-AWS-0029 AWS-0029 aws-access-key-id aws-secret-access-key",
        ),
    ),
    "KICS": Tool(
        ("kics", "scan", "-p", "{top}", "--report-formats", "sarif", "-o", "{out}", "--ignore-on-exit", "all"),
        ("kics", "version"),
        _checks("3561130e-9c5f-485b-9e16-2764c82763e5 48677914-6fdf-40ec-80c4-2b0e94079f54", "", ""),
    ),
    "Terrascan": Tool(
        ("terrascan", "scan", "-d", "{top}", "-o", "sarif"),
        ("terrascan", "version"),
        _checks("AC_AWS_0554", "AC_AWS_0132", ""),
    ),
    "tfsec": Tool(("tfsec", "{top}", "--format", "sarif", "--soft-fail"), ("tfsec", "--version"), _checks("", "", "")),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One folder: its question, its name, and whether there is something to find."""

    question: str
    name: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Score:
    """How often a tool was right about a question, and when not, for which cases."""

    found: int
    silent: int
    missed: tuple[str, ...]
    false_alarms: tuple[str, ...]

    @property
    def right(self) -> int:
        """Cases in which it said what is true."""
        return self.found + self.silent


def cases() -> list[Case]:
    """All cases, in order."""
    return [
        Case(truth.parent.parent.name, truth.parent.name, bad=truth.read_text("utf-8").splitlines()[0] == "yes")
        for truth in sorted(CASES.glob(f"*/*/{TRUTH}"))
    ]


def filled(top: Path) -> Path:
    """The cases in a folder of their own, without what tells the truth, and with the keys that they are to hold."""
    for path in sorted(path for path in CASES.rglob("*") if path.is_file() and path.name != TRUTH):
        text = path.read_text("utf-8")
        for mark, value in _FILLED.items():
            text = text.replace(mark, value)
        made = top / path.relative_to(CASES)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(text, "utf-8")
    return top


def results(tool: Tool, top: Path) -> set[tuple[str, str, str]]:
    """The question and name of the cases in which a tool found something, with the id of its check."""
    with tempfile.TemporaryDirectory(prefix="iac-keycheck-comparison-") as out:
        command = [word.format(top=top, out=out) for word in tool.command]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 — commands named above
        texts = [done.stdout, *(path.read_text("utf-8") for path in sorted(Path(out).rglob("*.sarif")))]
    whole = next((parsed for parsed in map(_json, texts) if parsed is not None), None)
    if whole is None:
        raise SystemExit(f"{command[0]} gave no SARIF: {done.stderr[-400:]}")
    return set(_places(whole))


def score(question: str, checks: frozenset[str], found: set[tuple[str, str, str]]) -> Score:
    """How a tool fares with a question."""
    alarmed = {name for of, name, check in found if of == question and check in checks}
    asked = [case for case in cases() if case.question == question]
    return Score(
        sum(case.bad and case.name in alarmed for case in asked),
        sum(not case.bad and case.name not in alarmed for case in asked),
        tuple(case.name for case in asked if case.bad and case.name not in alarmed),
        tuple(case.name for case in asked if not case.bad and case.name in alarmed),
    )


def main() -> None:
    """Run what is installed, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.comparison", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each tool, for the time (3)")
    runs = parser.parse_args().runs
    installed = {name: tool for name, tool in TOOLS.items() if tool.installed}
    with tempfile.TemporaryDirectory(prefix="iac-keycheck-cases-") as folder:
        top = filled(Path(folder))
        found: dict[str, set[tuple[str, str, str]]] = {}
        seconds: dict[str, float] = {}
        for name, tool in installed.items():
            taken = []
            for _ in range(runs):
                started = time.monotonic()
                found[name] = results(tool, top)
                taken.append(time.monotonic() - started)
            seconds[name] = median(taken)
    sys.stdout.write("\n".join(_tables(installed, found, seconds)) + "\n")


def _tables(
    installed: Mapping[str, Tool], found: Mapping[str, set[tuple[str, str, str]]], seconds: Mapping[str, float]
) -> Iterator[str]:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    for question in dict.fromkeys(case.question for case in cases()):
        asked = [case for case in cases() if case.question == question]
        bad = sum(case.bad for case in asked)
        yield f"**{question.replace('-', ' ')}**: {len(asked)} cases, {bad} with something to find"
        yield from ("", "| tool | checks | found | missed | false alarms |", "| --- | --- | --- | --- | --- |")
        for name, tool in installed.items():
            yield row(name, tool.checks[question], score(question, tool.checks[question], found[name]))
        yield ""
    yield f"**time** for all {len(cases())} cases in one run, median, {machine}"
    yield from ("", "| tool | version | seconds |", "| --- | --- | --- |")
    yield from (f"| {name} | {_version(tool)} | {seconds[name]:.1f} |" for name, tool in installed.items())
    missing = [name for name in TOOLS if name not in installed]
    if missing:
        yield from ("", f"Not installed here, so not measured: {', '.join(missing)}.")


def row(name: str, checks: frozenset[str], fared: Score) -> str:
    """A row of the table of a question."""
    if not checks:
        return f"| {name} | none on this | - | - | - |"
    numbers = (str(fared.found), str(len(fared.missed)), str(len(fared.false_alarms)))
    return f"| {name} | {', '.join(sorted(checks))} | {' | '.join(numbers)} |"


def _json(text: str) -> Any:  # noqa: ANN401 — SARIF
    try:
        return json.loads(text)
    except ValueError:
        return None


def _places(sarif: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 — SARIF
    for run in sarif["runs"]:
        for result in run.get("results", ()):
            if result.get("kind", "fail") != "fail" or result.get("suppressions"):
                continue
            for location in result.get("locations", ()):
                parts = Path(location["physicalLocation"]["artifactLocation"]["uri"]).parts
                for question, name in pairwise(parts):
                    if (CASES / question / name / TRUTH).is_file():
                        yield question, name, str(result["ruleId"])


def _version(tool: Tool) -> str:
    done = subprocess.run(tool.version, capture_output=True, text=True, check=False)  # noqa: S603 — commands named above
    first = (done.stdout or done.stderr).strip().splitlines()
    return first[0].removeprefix("Version: ").split()[-1] if first else "?"


if __name__ == "__main__":
    main()
