"""Where output goes: standard output, which may be closed early, and files, which may not be writable."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def to_stdout(text: str) -> None:
    """Write all of ``text``. A reader that has gone away (``| head``) is not an error."""
    try:
        _write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still in the buffer must not fail again when the interpreter flushes it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def to_file(path: str, text: str) -> str | None:
    """Write a report to a file; what went wrong, or None."""
    try:
        Path(path).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        return f"{path}: cannot be written: {error.strerror or error}"
    return None


def colours_wanted(*, refused: bool) -> bool:
    """Whether standard output is a terminal that shows colours to somebody who wants them (https://no-color.org)."""
    if refused or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


def width_of_terminal() -> int | None:
    """The columns of the terminal that standard output is; None where it is none."""
    if not sys.stdout.isatty():
        return None
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        return 80
    return columns or 80


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
