"""The rows of a credential report: cells by the name of their column, each with its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.source import Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_LINE: Final = expression(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_QUOTED: Final = expression(r'"((?:[^"]|"")*)"?')
_DELIMITERS: Final = (",", ";", "\t")
# An account has at most 5,000 users, which is told there:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ROWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it stands in the report, without space around it."""

    text: str
    span: Span


Place = Callable[[int, int, int, int], Span]
"""The span of a cell from the number and the offset of its line, and its columns from and to, counted from 0."""


@dataclass(frozen=True, slots=True)
class Table:
    """A report as a table. ``columns`` are in lower case; what is in none of the rows is in ``problems``."""

    columns: tuple[str, ...]
    header: Span
    rows: tuple[Mapping[str, Cell], ...]
    problems: tuple[Problem, ...]


def places_in(path: str) -> Place:
    """How cells of a CSV file are found in it."""

    def place(line: int, _offset: int, start: int, end: int) -> Span:
        return Span(path, line, start + 1, line, end + 1)

    return place


def table(text: str, place: Place) -> Table:
    """Read the text of a report. A row that is too short or too long is a problem and left out; so are too many."""
    numbered = ((number, found.start(), found[1]) for number, found in enumerate(_LINE.finditer(text), 1))
    lines = list(islice((line for line in numbered if line[2].strip()), ROWS + 2))
    number, offset, first = lines[0] if lines else (1, 0, "")
    delimiter = max(_DELIMITERS, key=first.count)
    names = [cell.strip().casefold() for cell, _, _ in _cells(first, delimiter)]
    rows: list[Mapping[str, Cell]] = []
    problems: list[Problem] = []
    if len(lines) > ROWS + 1:
        message = f"this report has more than {ROWS:,} rows, and is not read: an account has at most 5,000 users"
        problems.append(Problem("bound", message, place(number, offset, 0, len(first))))
        lines = []
    for line, start, written in lines[1:]:
        if written == first:
            # several reports in one file
            continue
        cells = [Cell(cell.strip(), place(line, start, low, high)) for cell, low, high in _cells(written, delimiter)]
        if len(cells) != len(names):
            message = f"this row has {len(cells)} cells and the report {len(names)} columns; it is left out"
            problems.append(Problem("syntax", message, place(line, start, 0, len(written))))
            continue
        row: dict[str, Cell] = {}
        for name, cell in zip(names, cells, strict=True):
            row.setdefault(name, cell)
        rows.append(row)
    return Table(tuple(dict.fromkeys(names)), place(number, offset, 0, len(first)), tuple(rows), tuple(problems))


def _cells(line: str, delimiter: str) -> Iterator[tuple[str, int, int]]:
    """The cells of a line with their columns. No cell of a report holds the end of a line."""
    at = 0
    while True:
        quoted = _QUOTED.match(line, at) if line[at : at + 1] == '"' else None
        end = line.find(delimiter, quoted.end() if quoted else at)
        end = len(line) if end < 0 else end
        yield (quoted[1].replace('""', '"') if quoted else line[at:end]), at, end
        if end == len(line):
            return
        at = end + 1
