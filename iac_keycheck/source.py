"""Places in scanned text, and what is wrong with that text."""

from __future__ import annotations

from iac_keycheck.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of text: 1-based lines and columns, columns counted in characters.

    ``path`` is relative to the directory the program runs in, with forward slashes.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, end: Span) -> Span:
        """The span from the start of this one to the end of ``end``."""
        return Span(self.path, self.line, self.column, end.end_line, end.end_column)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the input: reported, never raised to the user.

    ``relevant`` says whether it can hide a key or a user, which makes the exit code 2.
    """

    kind: str
    message: str
    span: Span
    relevant: bool = True


class InputError(Exception):
    """Raised inside a reader where one file or block cannot be read; becomes a `Problem` at the door."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem
