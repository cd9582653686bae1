"""Which paths are left out: by patterns that somebody gives, and by the ``.gitignore`` files around them.

Patterns mean what git says that they mean: see `ignore_lines`. What lies in a directory that is left out is left out
with it, whatever else is said. Nothing is left out that git tracks: an ignored file that was committed is code like any
other.
"""

from __future__ import annotations

import os
import stat

from iac_keycheck.discovery.ignore_lines import BYTES, Lines, subject
from iac_keycheck.misuse import Misuse
from iac_keycheck.records import dataclass, field
from iac_keycheck.workspace import checkout_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final

    from iac_keycheck.discovery.tracked import Index

IGNORE_FILE: Final = ".gitignore"
_GIT: Final = ".git"


def is_directory(entry: os.DirEntry[str]) -> bool:
    """Whether an entry of a directory is one, or a link to one; links that lead in a circle are none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


@dataclass(slots=True)
class Patterns:
    """Some patterns for paths from the working directory, and what is known of directories."""

    lines: Lines
    _left_out: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[str]) -> Patterns:
        """Patterns as they stand in the lines of a ``.gitignore``. Raises `Misuse`."""
        listed = tuple(lines)
        if sum(map(len, listed)) > BYTES:
            raise Misuse(f"patterns to leave out of more than {BYTES >> 10} KiB are not read")
        try:
            return cls(Lines.of(listed))
        except ValueError as error:
            raise Misuse(f"a pattern to leave out cannot be read: {error}") from error

    def match(self, path: str, *, directory: bool = False) -> bool:
        """Whether a path is meant, or a directory that it lies in."""
        if not self.lines.lines or path == "." or path.startswith("../"):
            return False
        above, slash, name = path.removeprefix("/").rpartition("/")
        if above and self._means_directory(above):
            return True
        return self.lines.verdict(f"{above}{slash}", subject(name, is_directory=directory)) is True

    def _means_directory(self, path: str) -> bool:
        """Whether a directory is meant, or one that it lies in."""
        if path not in self._left_out:
            prefix = found = ""
            for name in path.split("/"):
                if not found and self.lines.verdict(prefix, f"/{name}"):
                    found = name
                prefix = f"{prefix}{name}/"
                self._left_out[prefix[:-1]] = bool(found)
        return self._left_out[path]


@dataclass(slots=True)
class Ignored:
    """What is left out of a walk. ``gitignore`` says whether files of that name count; not for what git tracks.

    Real directories known to have neither such a file nor a checkout of their own are ``_plain``. Those of which
    all is left out but what git tracks are ``_inside``.
    """

    excludes: Patterns
    gitignore: bool = True
    _specs: dict[str, tuple[tuple[str, Lines], ...]] = field(default_factory=dict)
    _here: dict[str, tuple[tuple[str, Lines], ...]] = field(default_factory=dict)
    _real: dict[str, str] = field(default_factory=dict)
    _tops: dict[str, str] = field(default_factory=dict)
    _alone: set[str] = field(default_factory=set)
    _plain: set[str] = field(default_factory=set)
    _inside: set[str] = field(default_factory=set)
    _indexes: dict[str, Index] = field(default_factory=dict)

    def skips(self, directory: str, name: str, *, is_directory: bool) -> bool:
        """Whether an entry of a directory is left out."""
        path = name if directory == "." else f"{directory}/{name}"
        if self.excludes.match(path, directory=is_directory):
            return True
        if not self.gitignore or not self._ignored(directory, name, is_directory=is_directory):
            return False
        tracked = self._tracked(directory, name, is_directory=is_directory)
        if tracked and is_directory:
            self._inside.add(path)
        return not tracked

    def kept(self, directory: str, entries: list[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """The entries of a directory that are not left out."""
        if not self.excludes.lines.lines and not (self.gitignore and self._is_about(directory, entries)):
            return entries
        return [one for one in entries if not self.skips(directory, one.name, is_directory=is_directory(one))]

    def _is_about(self, directory: str, entries: list[os.DirEntry[str]]) -> bool:
        """Whether some file may say something of some entry: one look for all of them."""
        if not _has_marks(entries) and directory not in self._here:
            self._plain.add(self._real_path(directory))
        if directory in self._inside:
            return True
        files = self._files(directory)
        if not files:
            return False
        names = [subject(one.name, is_directory=is_directory(one)) for one in entries]
        return any(file.is_about_some(prefix, names) for prefix, file in files)

    def enter(self, top: str) -> None:
        """Begin at a directory that was named: the files around it do not count in it if they leave it out."""
        real = os.path.realpath(top)
        name = os.path.basename(real)
        if self._is_top(real):
            # nothing around it is part of the scan
            self._specs[real] = tuple(_own(real))
        elif self.gitignore and self._ignored(os.path.dirname(real), name, is_directory=True):
            self._specs[real] = tuple(_own(real))
            self._here.clear()

    def _files(self, directory: str) -> tuple[tuple[str, Lines], ...]:
        """The files that count in a directory, the nearest first, and the path from each of them to it."""
        files = self._here.get(directory)
        if files is None:
            real = self._real_path(directory)
            # the nearest file that says anything decides
            files = tuple((_below(real, base), file) for base, file in reversed(self._around(real)))
            self._here[directory] = files
        return files

    def _real_path(self, directory: str) -> str:
        """The real path of a directory; below one that was asked for before there are no links (see `walk`)."""
        above, _, name = directory.rpartition("/")
        known = self._real.get(above or ".") if name != ".." else None
        real = os.path.realpath(directory) if known is None else f"{known.rstrip(os.sep)}{os.sep}{name}"
        self._real[directory] = real
        return real

    def _is_top(self, directory: str) -> bool:
        """Whether a directory is the top of its checkout; most are in that of the directory above them."""
        if directory not in self._plain and os.path.exists(os.path.join(directory, _GIT)):
            top = self._tops[directory] = directory
        elif (parent := os.path.dirname(directory)) in self._alone:
            top = directory
            self._alone.add(directory)
        else:
            top = self._tops.get(parent) or checkout_of(directory)
            if top != directory:
                self._tops[directory] = top
            elif not f"{os.path.realpath('.')}{os.sep}".startswith(f"{directory.rstrip(os.sep)}{os.sep}"):
                # no checkout lies around it, nor does the working directory, which would be one
                self._alone.add(directory)
        return top == directory

    def _ignored(self, directory: str, name: str, *, is_directory: bool) -> bool:
        if directory in self._inside:
            return True
        meant = subject(name, is_directory=is_directory)
        for prefix, lines in self._files(directory):
            verdict = lines.verdict(prefix, meant)
            if verdict is not None:
                return verdict
        return False

    def _tracked(self, directory: str, name: str, *, is_directory: bool) -> bool:
        """Whether git tracks what a ``.gitignore`` leaves out; then it is part of the code all the same."""
        real = os.path.realpath(directory)
        top = checkout_of(real)
        if top not in self._indexes:
            from iac_keycheck.discovery.tracked import Index  # noqa: PLC0415 — only where something is left out

            self._indexes[top] = Index.of(top)
        end = "/" if is_directory else ""
        return self._indexes[top].holds(f"{_below(real, top)}{name}{end}")

    def _around(self, directory: str) -> tuple[tuple[str, Lines], ...]:
        """The patterns that count in a directory, from the top of its checkout inwards."""
        if directory not in self._specs:
            parent = os.path.dirname(directory)
            outer: tuple[tuple[str, Lines], ...] = ()
            if parent != directory and not self._is_top(directory):
                outer = self._around(parent)
            self._specs[directory] = outer if directory in self._plain else (*outer, *_own(directory))
        return self._specs[directory]


def _has_marks(entries: Iterable[os.DirEntry[str]]) -> bool:
    """Whether a directory, whose entries are given in order, is the top of a checkout or has patterns of its own."""
    for entry in entries:
        if entry.name >= _GIT:
            if not entry.name.startswith(_GIT):
                return False
            if entry.name in (_GIT, IGNORE_FILE):
                return True
    return False


def _below(directory: str, base: str) -> str:
    """What leads from a directory to one below it, both real, as the beginning of a path."""
    return "" if directory == base else directory[len(base.rstrip(os.sep)) + 1 :].replace(os.sep, "/") + "/"


def _own(directory: str) -> Iterator[tuple[str, Lines]]:
    path = os.path.join(directory, IGNORE_FILE)
    try:
        found = os.lstat(path)
        # one behind a link does not count for git either, and may lie anywhere
        if not stat.S_ISREG(found.st_mode) or found.st_size > BYTES:
            return
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            text = file.read()
    except OSError:
        return
    yield directory, Lines.of_file(text)
