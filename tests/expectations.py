"""What a fixture says about itself: expected findings, undecided entries and problems, each on the line it is about.

In a comment (``#`` or ``//``) of a scanned file, several of them after each other if need be::

    # expect: RULE CERTAINTY [SEVERITY] "part of the message" [user "name"] [address "…"] [keys N] [instances N]
              [witness {…}] [worlds ["name"]] [worse {…}] [suppressed KIND]
    # expect-undecided: RULE "part of the reason"
    # expect-problem: KIND "part of the message"
    # expect-note: "part of the message"

Formats without comments have a file ``expect.txt`` in the folder of the fixture, with a line for each::

    PATH:LINE RULE CERTAINTY …
    PATH:LINE undecided RULE "part of the reason"
    PATH:LINE problem KIND "part of the message"
    PATH:LINE note "part of the message"
    exit CODE

What stands in brackets is compared only where it is given; but a finding that is expected without ``suppressed`` must
not be suppressed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

NOT_SCANNED: Final = ("expect.txt", "scan.args")
CERTAINTIES: Final = ("always", "default", "possible")
SEVERITIES: Final = ("high", "medium", "low", "info")
WAY: Final = "suppressed"
WAYS: Final = ("ignore", "rotating", "baseline")
DETAILS: Final = ("user", "address", "keys", "instances", "witness", "worlds", "worse", WAY)

_FIRST: Final = re.compile(r"(?:#|//).*?\bexpect(?:-(undecided|problem|note))?:")
_NEXT: Final = re.compile(r"\s*(?:(?:#|//)\s*)?expect(?:-(undecided|problem|note))?:")
_LINE: Final = re.compile(r"(?P<path>\S+?):(?P<line>\d+)\s+(?:(?P<kind>undecided|problem|note)\s+)?")
_WORD: Final = re.compile(r"\s*([A-Za-z][\w.-]*)")
_JSON: Final = json.JSONDecoder()

Kind = Literal["finding", "undecided", "problem", "note"]
KINDS: Final[dict[str | None, Kind]] = {None: "finding", "undecided": "undecided", "problem": "problem", "note": "note"}


@dataclass(frozen=True, slots=True)
class Expected:
    """One entry that the report must have, at ``path`` and ``line``.

    ``name`` is the rule, or the kind of a problem; a note has none. ``details`` has the optional
    words with their values.
    """

    kind: Kind
    path: str
    line: int
    name: str
    certainty: str
    text: str
    details: Mapping[str, Any]

    def __str__(self) -> str:
        what = f"{self.name} {self.certainty}".rstrip() if self.kind == "finding" else f"{self.kind} {self.name}"
        more = "".join(f" {word} {json.dumps(value)}" for word, value in self.details.items())
        return f"{self.path}:{self.line} {what} {json.dumps(self.text)}{more}"


@dataclass(frozen=True, slots=True)
class Expectations:
    """All that one fixture expects; ``exit_code`` is None where it says nothing of it."""

    entries: tuple[Expected, ...]
    exit_code: int | None


def expectations(folder: Path) -> Expectations:
    """Read all expectations below ``folder``. Raises `ValueError` with file and line for one that cannot be read."""
    entries: list[Expected] = []
    code: int | None = None
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        lines = path.read_bytes().decode("utf-8", "replace").splitlines()
        if name == "expect.txt":
            for number, line in enumerate(lines, 1):
                if found := re.fullmatch(r"exit (\d+)", line):
                    code = int(found[1])
                elif line.strip() and not line.startswith("#"):
                    entries.append(_listed(line, f"{path}:{number}"))
        elif name not in NOT_SCANNED:
            for number, line in enumerate(lines, 1):
                entries += _commented(line, name, number)
    return Expectations(tuple(entries), code)


@dataclass(slots=True)
class _Reader:
    """One line, read from left to right; ``place`` is where it stands, for messages."""

    line: str
    at: int
    place: str

    def entry(self, kind: Kind, path: str, number: int) -> Expected:
        """The expectation of ``kind`` that starts here, about ``path`` and line ``number``."""
        name = "" if kind == "note" else self._need(self._word(), "a rule or the kind of a problem")
        certainty, details = "", dict[str, Any]()
        if kind == "finding":
            certainty = self._need(self._word(CERTAINTIES), f"a certainty ({', '.join(CERTAINTIES)})")
            if severity := self._word(SEVERITIES):
                details["severity"] = severity
        text = self._value()
        if not isinstance(text, str) or not text:
            raise ValueError(f"{self.place}: expected a part of the message, not {text!r}")
        while kind == "finding" and (word := self._word(DETAILS)):
            details[word] = self._need(self._word(WAYS), "what it is suppressed by") if word == WAY else self._value()
        return Expected(kind, path, number, name, certainty, text, details)

    def end(self) -> None:
        """Refuse whatever is left of the line."""
        if self.line[self.at :].strip():
            raise ValueError(f"{self.place}: cannot read {self.line[self.at :]!r}")

    def _need(self, word: str | None, what: str) -> str:
        if word is None:
            raise ValueError(f"{self.place}: expected {what} at {self.line[self.at :]!r}")
        return word

    def _word(self, of: tuple[str, ...] = ()) -> str | None:
        found = _WORD.match(self.line, self.at)
        if found is None or (of and found[1] not in of):
            return None
        self.at = found.end()
        return found[1]

    def _value(self) -> Any:  # noqa: ANN401 — JSON
        start = self.at + len(self.line[self.at :]) - len(self.line[self.at :].lstrip())
        try:
            value, self.at = _JSON.raw_decode(self.line, start)
        except ValueError:
            raise ValueError(f"{self.place}: expected JSON at {self.line[self.at :]!r}") from None
        return value


def _listed(line: str, place: str) -> Expected:
    head = _LINE.match(line)
    if head is None:
        raise ValueError(f"{place}: not PATH:LINE and an expectation: {line}")
    reader = _Reader(line, head.end(), place)
    expected = reader.entry(KINDS[head["kind"]], head["path"], int(head["line"]))
    reader.end()
    return expected


def _commented(line: str, path: str, number: int) -> Iterator[Expected]:
    mark = _FIRST.search(line)
    reader = _Reader(line, 0, f"{path}:{number}")
    while mark is not None:
        reader.at = mark.end()
        yield reader.entry(KINDS[mark[1]], path, number)
        mark = _NEXT.match(line, reader.at)
        if mark is None:
            reader.end()
