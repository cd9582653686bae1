"""Source excerpts: the lines that a finding is about, with line numbers and the places marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from iac_keycheck.discovery.looking import may_hold_literals
from iac_keycheck.findings import Place
from iac_keycheck.records import dataclass, field
from iac_keycheck.report.paint import Line, Piece, Style, line
from iac_keycheck.report.visible import visible, width
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# Lines of a marked block that are shown; a longer one loses its middle.
_BLOCK: Final = 8
# Columns of a line that is not wrapped to a terminal: templates may be one line of a megabyte.
_LONGEST: Final = 140
_CUT: Final = "..."
# What is said of one place by several callers of its module.
_LABELS: Final = 2


@dataclass(frozen=True, slots=True)
class Excerpts:
    """Makes excerpts of some files. ``columns`` is the width of the terminal, None where there is none."""

    sources: Mapping[str, str]
    columns: int | None = None
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def of(self, primary: Span, style: Style, related: Sequence[Place], gutter: int) -> Iterator[Line]:
        """The excerpt for a primary place, marked in ``style``, and its related places, file by file.

        ``gutter`` is what `gutter_of` says.
        """
        marks = _marks(primary, style, related)
        for path in dict.fromkeys(mark.span.path for mark in marks):
            own = [mark for mark in marks if mark.span.path == path]
            yield _arrow(own[0], gutter)
            lines = self._of_file(path)
            if lines is None:
                yield from (_unread(mark, gutter) for mark in own if mark.label)
                continue
            yield _frame(gutter)
            yield from self._rows(lines, own, gutter)
        yield _frame(gutter)

    def _of_file(self, path: str) -> list[str] | None:
        if path not in self._lines and path in self.sources:
            text = self.sources[path].removeprefix("\ufeff")
            if may_hold_literals(text.encode("utf-8", "surrogatepass")):
                from iac_keycheck.users.literals import concealed  # noqa: PLC0415 — most files hold no secret

                text = concealed(text)
            self._lines[path] = [row.removesuffix("\r") for row in text.split("\n")]
        return self._lines.get(path)

    def _rows(self, lines: list[str], marks: list[_Mark], gutter: int) -> Iterator[Line]:
        block = next((mark for mark in marks if mark.primary and mark.last > mark.span.line), None)
        shown = _shown_lines(marks, block, len(lines))
        for number, following in pairwise([*shown, 0]):
            here = [mark for mark in marks if mark.span.line == number and mark is not block]
            row = _Row(lines[number - 1], here, (self.columns or _LONGEST) - gutter - (5 if block else 3))
            yield line(Piece(f"{number:>{gutter}} | ", Style.FRAME), *_bar(block, number), row.text)
            for mark in sorted(here, key=lambda mark: mark.span.column):
                yield _frame(gutter, *_bar(block, number, below=True), Piece(row.underline(mark), mark.style))
            if block and number == block.last:
                end = row.column_of(block.span.end_column - 2)
                yield _frame(gutter, Piece(f"|{'_' * (end + 1)}^ {visible(block.label)}", block.style))
            if following > number + 1:
                inside = block and block.span.line <= number < block.last
                yield line(Piece("...".ljust(gutter + 3), Style.FRAME), *(_bar(block, number + 1) if inside else ()))


def gutter_of(primary: Span, related: Sequence[Place]) -> int:
    """The columns that line numbers take."""
    return len(str(max(primary.end_line, *(place.span.line for place in related), 0)))


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place to mark, and what to write beside it."""

    span: Span
    label: str
    style: Style
    primary: bool = False

    @property
    def last(self) -> int:
        """The last line of it that is shown: only the primary place is shown beyond its first."""
        if not self.primary:
            return self.span.line
        at_start = self.span.end_column == 1 and self.span.end_line > self.span.line
        return max(self.span.end_line - at_start, self.span.line)


def _marks(primary: Span, style: Style, related: Sequence[Place]) -> list[_Mark]:
    """The primary place first; what is said of one place by several stands beside it once."""
    labels: dict[Span, list[str]] = {primary: []}
    for place in related:
        labels.setdefault(place.span, []).append(place.message)
    return [
        _Mark(span, _joined(texts), style if span == primary else Style.RELATED, span == primary)
        for span, texts in labels.items()
    ]


def _joined(texts: list[str]) -> str:
    different = list(dict.fromkeys(texts))
    more = [f"and {len(different) - _LABELS} more"] if len(different) > _LABELS else []
    return "; ".join([*different[:_LABELS], *more])


def _shown_lines(marks: list[_Mark], block: _Mark | None, count: int) -> list[int]:
    shown = {mark.span.line for mark in marks}
    if block:
        lines = range(block.span.line, block.last + 1)
        shown.update(lines if len(lines) <= _BLOCK else [*lines[: _BLOCK - 2], lines[-1]])
    within = sorted(number for number in shown if number <= count)
    # A single line left out would take as much room as the dots.
    between = {low + 1 for low, high in pairwise(within) if high == low + 2}
    return sorted({*within, *between})


class _Row:
    """One line of source as it is shown: made visible, and cut where it is too long."""

    __slots__ = ("_columns", "_start", "text")

    def __init__(self, source: str, marks: list[_Mark], room: int) -> None:
        first = min((mark.span.column - 1 for mark in marks), default=0)
        room = max(room, 20)
        self._start = 0 if len(source) <= room or first < room - 20 else first - 10
        before = _CUT if self._start else ""
        # Columns at which each character begins, counted from the start of the row.
        self._columns = [len(before)]
        text = before
        for character in source[self._start :]:
            seen = visible(character)
            if self._columns[-1] + width(seen) > room - len(_CUT) and len(source) - self._start > room - len(_CUT):
                text += _CUT
                break
            text += seen
            self._columns.append(self._columns[-1] + width(seen))
        self.text = text

    def column_of(self, index: int) -> int:
        """The column at which the character of that index in the source begins, or the nearest that is shown."""
        return self._columns[min(max(index - self._start, 0), len(self._columns) - 1)]

    def underline(self, mark: _Mark) -> str:
        """The mark's underline and label, to be written below the row."""
        start = self.column_of(mark.span.column - 1)
        if mark.span.end_line > mark.span.line:
            # The header of a block: up to what opens it.
            end = max(width(self.text.rstrip().removesuffix("{").rstrip()), start + 1)
        else:
            end = max(self.column_of(mark.span.end_column - 1), start + 1)
        under = ("^" if mark.primary else "-") * (end - start)
        return f"{' ' * start}{under} {visible(mark.label)}"


def _arrow(mark: _Mark, gutter: int) -> Line:
    arrow = "-->" if mark.primary else ":::"
    span = mark.span
    return line(Piece(f"{' ' * gutter}{arrow} ", Style.FRAME), f"{visible(span.path)}:{span.line}:{span.column}")


def _unread(mark: _Mark, gutter: int) -> Line:
    label = f"{mark.span.line}: {visible(mark.label)}"
    return _frame(gutter, Piece(label, Style.RELATED))


def _frame(gutter: int, *pieces: Piece) -> Line:
    return line(Piece(f"{' ' * gutter} | ", Style.FRAME), *pieces)


def _bar(block: _Mark | None, number: int, *, below: bool = False) -> tuple[Piece, ...]:
    """What stands at the left of a row of a file in which a block is marked."""
    if block is None:
        return ()
    first, last = block.span.line, block.last
    if number == first and not below:
        return (Piece("/ ", block.style),)
    return (Piece("| ", block.style) if first <= number <= last else Piece("  "),)
