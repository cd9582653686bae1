"""Which paths are left out: by patterns that somebody gives, and by the ``.gitignore`` files around them.

Patterns mean what git says that they mean (https://git-scm.com/docs/gitignore), as far as pathspec knows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from iac_keycheck.choices import Misuse
from iac_keycheck.records import dataclass, field

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE: Final = ".gitignore"
_BYTES: Final = 1 << 20


@dataclass(slots=True)
class Patterns:
    """Some patterns for paths from the working directory."""

    spec: GitIgnoreSpec | None

    @classmethod
    def of(cls, lines: Iterable[str]) -> Patterns:
        """Patterns as they stand in the lines of a ``.gitignore``. Raises `Misuse`."""
        listed = tuple(lines)
        return cls(_spec(listed) if listed else None)

    def match(self, path: str, *, directory: bool = False) -> bool:
        """Whether a path is meant, or a directory that it lies in."""
        if self.spec is None or path == "." or path.startswith("../"):
            return False
        return self.spec.match_file(f"{path}/" if directory else path)


@dataclass(slots=True)
class Ignored:
    """What is left out of a walk. ``gitignore`` says whether files of that name count."""

    excludes: Patterns
    gitignore: bool = True
    _specs: dict[str, tuple[tuple[str, GitIgnoreSpec], ...]] = field(default_factory=dict)

    def skips(self, directory: str, name: str, *, is_directory: bool) -> bool:
        """Whether an entry of a directory is left out."""
        path = name if directory == "." else f"{directory}/{name}"
        if self.excludes.match(path, directory=is_directory):
            return True
        return self.gitignore and self._ignored(directory, name, is_directory=is_directory)

    def enter(self, top: str) -> None:
        """Begin at a directory that was named: the files around it do not count in it if they leave it out."""
        real = os.path.realpath(top)
        name = os.path.basename(real)
        if self.gitignore and name and self._ignored(os.path.dirname(real), name, is_directory=True):
            self._specs[real] = tuple(_own(real))

    def _ignored(self, directory: str, name: str, *, is_directory: bool) -> bool:
        specs = self._around(os.path.realpath(directory))
        if not specs:
            return False
        real = f"{os.path.realpath(directory)}/{name}"
        for base, spec in reversed(specs):
            # the nearest file that says anything decides
            relative = os.path.relpath(real, base) + ("/" if is_directory else "")
            verdict = spec.check_file(relative).include
            if verdict is not None:
                return verdict
        return False

    def _around(self, directory: str) -> tuple[tuple[str, GitIgnoreSpec], ...]:
        """The patterns that count in a directory, from the top of its checkout inwards."""
        if directory not in self._specs:
            parent = os.path.dirname(directory)
            outer: tuple[tuple[str, GitIgnoreSpec], ...] = ()
            if parent != directory and not Path(directory, ".git").exists():
                outer = self._around(parent)
            self._specs[directory] = (*outer, *_own(directory))
        return self._specs[directory]


def _own(directory: str) -> Iterator[tuple[str, GitIgnoreSpec]]:
    path = Path(directory, IGNORE_FILE)
    try:
        if not path.is_file() or path.stat().st_size > _BYTES:
            return
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    try:
        yield directory, _spec(lines)
    except Misuse:
        # somebody's file with a pattern that git passes over as well
        return


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 — only where there are patterns

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        raise Misuse(f"a pattern to leave out cannot be read: {error}") from error
