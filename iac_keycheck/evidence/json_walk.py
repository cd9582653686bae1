"""Walks through JSON of any size: members and elements are places in the text, and only what is asked for is built.

Values are skipped by the C scanner of the standard library, a window at a time, so that memory is that of the text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

WINDOW: Final = 1 << 20
"""The most bytes that are scanned as one value; a larger one is scanned part by part."""
LARGEST: Final = 16 << 20
"""The most bytes of a value that is built."""
DEEPEST: Final = 200
"""Levels of nesting that are walked through."""

_COUNTED: Final = 1 << 14
_SPACE: Final = expression(rb"[ \t\r\n]*+")
_TEXT: Final = expression(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_SCANNER: Final = json.JSONDecoder(strict=False)

Tick = Callable[[int, int], None]
"""Told how many bytes of how many are done."""


class Broken(Exception):
    """The text is no JSON from here on: ``what`` is wrong at this offset. Says nothing of what the text holds."""

    def __init__(self, offset: int, what: str) -> None:
        super().__init__(what)
        self.offset = offset
        self.what = what


@dataclass(slots=True)
class JsonText:
    """The bytes of one file, in UTF-8. Offsets count bytes. ``faults`` are values that could not be read."""

    path: str
    data: bytes
    tick: Tick = lambda _done, _all: None
    faults: list[Broken] = field(default_factory=list)
    _start: int = 0
    _window: str = ""
    _ends: dict[int, int] = field(default_factory=dict)
    _closed: tuple[int, int] = (-1, -1)
    _place: tuple[int, int, int] = (0, 1, 0)
    _ascii: bool | None = None
    _depth: int = 0

    def documents(self) -> Iterator[int]:
        """Where each document of the text starts: as a rule one, but output of several commands may be in one file."""
        at = self._past_space(3 if self.data.startswith(b"\xef\xbb\xbf") else 0)
        while at < len(self.data):
            yield at
            at = self._past_space(self.end(at))

    def kind(self, at: int) -> str:
        """The first character of a value: ``{``, ``[``, ``"`` or that of a number or word."""
        return chr(self._byte(at))

    def members(self, at: int) -> Iterator[tuple[str, int]]:
        """The names of an object with where their values start; nothing for what is no object."""
        if self._byte(at) != ord("{"):
            return
        place = self._past_space(at + 1)
        while self._byte(place) != ord("}"):
            name_end = self.end(place)
            name = self.load(place)
            place = self._past_space(name_end)
            if not isinstance(name, str) or self._byte(place) != ord(":"):
                raise Broken(place, "a name and a colon are missing here")
            place = self._past_space(place + 1)
            yield name, place
            place = self._after(place, ord("}"))
        self._close(at, place + 1)

    def elements(self, at: int) -> Iterator[int]:
        """Where the elements of an array start; nothing for what is no array."""
        if self._byte(at) != ord("["):
            return
        place = self._past_space(at + 1)
        while self._byte(place) != ord("]"):
            yield place
            place = self._after(place, ord("]"))
        self._close(at, place + 1)

    def load(self, at: int) -> Any:  # noqa: ANN401 — JSON
        """The value that starts here. Raises `Broken`, also for one that is too large to be what it should be."""
        end = self.end(at)
        if end - at > LARGEST:
            raise Broken(at, f"one value is larger than {LARGEST >> 20} MiB")
        try:
            return json.loads(self.data[at:end])
        except (ValueError, RecursionError):
            raise Broken(at, "this value is not JSON") from None

    def object(self, at: int) -> dict[str, Any]:
        """The object that starts here, empty where it is none; one that cannot be read is noted in ``faults``."""
        try:
            value = self.load(at)
        except Broken as broken:
            self.faults.append(broken)
            # where it ends too early, nothing follows
            self.end(at)
            return {}
        return value if isinstance(value, dict) else {}

    def end(self, at: int) -> int:
        """Where the value that starts here ends."""
        end = self._ends.get(at) or self._scanned(at)
        if end is not None:
            return end
        if self._depth >= DEEPEST:
            raise Broken(at, f"there are more than {DEEPEST} levels of nesting")
        self._depth += 1
        try:
            match self.kind(at):
                case "{":
                    for _ in self.members(at):
                        pass
                case "[":
                    for _ in self.elements(at):
                        pass
                case '"' if (text := _TEXT.match(self.data, at)) is not None:
                    self._close(at, text.end())
                case _:
                    raise Broken(at, "this is no JSON, or it ends too early")
        finally:
            self._depth -= 1
        return self._closed[1]

    def span(self, at: int) -> Span:
        """The place of a value, for a report."""
        return Span(self.path, *self.position(at), *self.position(self.end(at)))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset; quick where it is near the one before: Terraform writes one line."""
        known, line, start = self._place
        if self._ascii is None:
            self._ascii = self.data.isascii()
        passed = self.data.count(b"\n", min(known, offset), max(known, offset))
        if passed:
            line += passed if known < offset else -passed
            start = self.data.rfind(b"\n", known if known < offset else 0, offset) + 1
        self._place = (offset, line, start)
        if self._ascii:
            return line, 1 + offset - start
        # where a line is the whole file, nobody counts its characters
        before = self.data[max(start, offset - _COUNTED) : offset]
        return line, 1 + max(offset - _COUNTED - start, 0) + len(before.decode("utf-8", "replace"))

    def _scanned(self, at: int) -> int | None:
        """The end of a value as far as it lies in one window; None where it does not, or is no JSON."""
        for _ in range(2):
            index = at - self._start
            if 0 <= index < len(self._window):
                try:
                    _, end = _SCANNER.raw_decode(self._window, index)
                except ValueError:
                    end = len(self._window) + 1
                except RecursionError:
                    raise Broken(at, "there are too many levels of nesting") from None
                if end < len(self._window) or (end == len(self._window) and self._start + end == len(self.data)):
                    return self._start + end
                if index == 0:
                    return None
            # a character for each byte, so that offsets agree
            self._start, self._window = at, self.data[at : at + WINDOW].decode("latin-1")
            self.tick(at, len(self.data))
        return None

    def _after(self, place: int, close: int) -> int:
        """Where the next member or element starts, or the bracket that closes."""
        place = self._past_space(self.end(place))
        if self._byte(place) == ord(","):
            return self._past_space(place + 1)
        if self._byte(place) != close:
            raise Broken(place, "a comma or a closing bracket is missing here")
        return place

    def _close(self, at: int, end: int) -> None:
        """Remember where a collection ends that was walked through; a small one is scanned again as quickly."""
        self._closed = (at, end)
        if end - at > WINDOW // 16:
            self._ends[at] = end

    def _past_space(self, at: int) -> int:
        found = _SPACE.match(self.data, at)
        return found.end() if found is not None else at

    def _byte(self, at: int) -> int:
        if at >= len(self.data):
            raise Broken(len(self.data), "it ends too early")
        return self.data[at]
