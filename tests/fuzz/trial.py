"""One input tried: the scan that it ends in, and every form of its report, must be what they promise."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import signal
import traceback
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from iac_keycheck.choices import Choices, Misuse
from iac_keycheck.command.cli import main
from iac_keycheck.findings import Report, Severity
from iac_keycheck.report import FORMATS, View, rendered
from iac_keycheck.scan import scan
from tests.fuzz.front_ends import FrontEnd
from tests.running import runner

SECONDS: Final = 10.0
"""Of processor time, after which an input counts as one that hangs; a busy machine does not matter."""
_VIEW: Final = View("default", Severity.MEDIUM)
_ALWAYS: Final = ("text", "json", "sarif")
"""The forms that every input is reported in; the others take turns."""
_WHITE: Final = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: ``kind`` is ``crash``, ``hang`` or ``output``; ``place`` is alike for faults that are one."""

    kind: str
    place: str
    message: str


class TooLate(BaseException):
    """Not an `Exception`, so that neither door of the scan holds it."""


def tried(front: FrontEnd, folder: Path, data: bytes, seconds: float = SECONDS) -> Fault | None:
    """What is wrong with what the program makes of an input; ``folder`` has what lies around it."""
    front.write(folder, data)
    try:
        with contextlib.chdir(folder), _in_time(seconds):
            if front.command_line:
                return _by_command_line()
            return _wrong(front.choices(), data)
    except TooLate as late:
        return Fault("hang", _innermost(late), f"more than {seconds:g} s")
    except Misuse as error:
        return None if front.misuse else Fault("crash", "Misuse", str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 — that there is none is what is tried
        return Fault("crash", f"{type(error).__name__} {_innermost(error)}", str(error)[:200])


def _wrong(choices: Choices, data: bytes) -> Fault | None:
    report = scan(["."], choices)
    inner = next((problem for problem in report.problems if problem.kind == "internal"), None)
    if inner is not None:
        return Fault("crash", inner.message.rpartition("(")[2].rstrip(")"), inner.message)
    others = sorted(set(FORMATS) - set(_ALWAYS))
    for name in (*_ALWAYS, others[zlib.crc32(data) % len(others)]):
        if message := _spoiled(name, report):
            return Fault("output", f"{name} {message}", message)
    return None


def _spoiled(name: str, report: Report) -> str:
    """What is wrong with a form of the report."""
    text = rendered(report, name, _VIEW)
    text.encode()
    match name:
        case "json" | "sarif" | "gitlab-quality" | "gitlab-sast":
            json.loads(text, parse_constant=_no_constant)
        case "junit":
            ET.fromstring(text)  # noqa: S314 — our own output
        case "csv":
            rows = list(csv.reader(io.StringIO(text)))
            if len({len(row) for row in rows}) > 1:
                return "rows of several lengths"
        case _:
            pass
    strange = {char for char in text if char not in _WHITE and (ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0)}
    strange |= set(text) & {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
    if name == "csv":
        strange.discard("\r")
    return f"holds {sorted(map(hex, map(ord, strange)))}" if strange else ""


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _by_command_line() -> Fault | None:
    result = runner().invoke(main, ["scan", "--format", "json", "."], catch_exceptions=False)
    if result.exit_code not in (0, 1, 2):
        return Fault("crash", f"exit {result.exit_code}", result.output[:200])
    if result.stdout:
        report = json.loads(result.stdout, parse_constant=_no_constant)
        inner = [problem["message"] for problem in report["problems"] if problem["kind"] == "internal"]
        if inner:
            return Fault("crash", inner[0].rpartition("(")[2].rstrip(")"), inner[0])
    elif "Traceback" in result.stderr or not result.stderr.startswith("Usage:"):
        return Fault("output", "misuse", result.stderr[:200])
    return None


def _innermost(error: BaseException) -> str:
    """The innermost place in the program itself."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "iac_keycheck" in frame.filename or "/rules/" in frame.filename]
    last = (ours or frames)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


@contextlib.contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    def too_late(_signal: int, _frame: object) -> None:
        raise TooLate

    before = signal.signal(signal.SIGVTALRM, too_late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
