"""One file's text, and where an offset into it lies in lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, count
from operator import add

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError, Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

_CONFLICT = expression(r"^(?:<{7}|>{7}) [^\n]*", re.MULTILINE)
_BOM = "\ufeff"
_LONG = 1 << 15


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Text to be read, with offsets that are turned into places only when a node is made.

    ``offsets`` is given when ``text`` is not the file itself but the decoded value of a JSON string in it: the offset
    in the file of each character, and of the end.
    """

    path: str
    text: str
    offsets: Sequence[int] | None = None
    _starts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, path: str, text: str) -> Self:
        """The text of a whole file. A byte order mark has no column."""
        return cls(path, text)

    @property
    def starts(self) -> list[int]:
        """The offset of the first character of each line of the file: most files are never asked for places."""
        if not self._starts:
            # the lengths of the lines added up, and one for each end of a line
            ends = map(add, accumulate(map(len, self.text.split("\n"))), count(1))
            self._starts[:] = [1 if self.text.startswith(_BOM) else 0, *ends]
            self._starts.pop()
        return self._starts

    def decoded(self, text: str, offsets: Sequence[int]) -> Text:
        """Text that stands in this file in an escaped form."""
        return Text(self.path, text, offsets, self.starts)

    @property
    def first(self) -> int:
        """The offset at which reading begins: after a byte order mark."""
        return 1 if self.offsets is None and self.text.startswith(_BOM) else 0

    def line(self, offset: int) -> int:
        """The line of an offset into a file, from 1 on."""
        if self._starts or len(self.text) > _LONG:
            return self.span(offset, offset).line
        # most files are asked for one or two
        return self.text.count("\n", 0, offset) + 1

    def span(self, start: int, end: int) -> Span:
        """The place of ``text[start:end]``."""
        if self.offsets is not None:
            start, end = self.offsets[start], self.offsets[end]
        starts = self.starts
        line = bisect_right(starts, start) or 1
        end_line = line if line == len(starts) or end < starts[line] else bisect_right(starts, end)
        return Span(self.path, line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)

    def error(self, message: str, start: int, end: int | None = None, kind: str = "syntax") -> InputError:
        """What to raise about ``text[start:end]`` (one character where no end is given)."""
        if end is None:
            end = min(start + 1, len(self.text))
        return wrong(message, self.span(start, end), kind)

    def explained(self, error: InputError) -> InputError:
        """The error, or that the file holds an unresolved merge conflict, which is why nothing fits."""
        mark = _CONFLICT.search(self.text)
        if mark is None or error.problem.kind != "syntax":
            return error
        return self.error("an unresolved merge conflict", *mark.span(), kind="merge-conflict")


def wrong(message: str, span: Span, kind: str = "syntax") -> InputError:
    """What to raise about a place."""
    return InputError(Problem(kind, message, span))
