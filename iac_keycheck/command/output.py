"""Where output goes: standard output, which may be closed early, and files, which may not be writable."""

from __future__ import annotations

import os
import sys
import time

from iac_keycheck.workspace import leads_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Self, TextIO

# Seconds between two states of the status line; columns of a terminal that does not tell.
_PAUSE: Final = 0.3
_COLUMNS: Final = 80


def to_stdout(text: str) -> str | None:
    """Write all of ``text``; what went wrong, or None. A reader that has gone away (``| head``) is not an error."""
    try:
        _write(text)
        sys.stdout.flush()
    except OSError as error:
        # What is still in the buffer must not fail again when the interpreter flushes it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            return f"standard output: cannot be written: {error.strerror or error}"
    return None


def to_file(path: str, text: str) -> str | None:
    """Write a report to a file; what went wrong, or None."""
    if leads_out(path):
        return f"{path}: a link leads from there out of the checkout. Name the file that it leads to."
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123 — pathlib costs more than it gives
            file.write(text)
    except OSError as error:
        return f"{path}: cannot be written: {error.strerror or error}"
    return None


def colours_wanted(*, refused: bool) -> bool:
    """Whether standard output is a terminal that shows colours to somebody who wants them (https://no-color.org)."""
    if refused or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


def width_of_terminal(stream: TextIO | None = None) -> int | None:
    """The columns of the terminal that a stream (standard output) is; None where it is none."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS


class StatusLine:
    """What is being done, in one line of a terminal that standard error is; gone when all is done.

    Nothing is shown where standard error is no terminal, nor in the first moments.
    """

    def __init__(self, *, wanted: bool) -> None:
        self._shown_at = time.monotonic() if wanted and sys.stderr.isatty() else None
        self._dirty = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._dirty:
            self._show("")

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how far the work has got."""
        now = time.monotonic()
        if self._shown_at is not None and now - self._shown_at > _PAUSE:
            self._shown_at = now
            self._dirty = True
            self._show(f"{done}/{total} {what}")

    def _show(self, text: str) -> None:
        from iac_keycheck.report.visible import visible  # noqa: PLC0415 — only for a terminal

        columns = width_of_terminal(sys.stderr) or _COLUMNS
        sys.stderr.write(f"\r\x1b[K{visible(text)[: columns - 1]}")
        sys.stderr.flush()


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
