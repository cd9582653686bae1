"""Which paths are left out: by patterns that somebody gives, and by the ``.gitignore`` files around them.

Patterns mean what git says that they mean (https://git-scm.com/docs/gitignore), as far as pathspec knows.
They leave out nothing that git tracks: an ignored file that was committed is code like any other.
"""

from __future__ import annotations

import os
import stat

from iac_keycheck.records import dataclass, field
from iac_keycheck.workspace import checkout_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Final

    from pathspec import GitIgnoreSpec

    from iac_keycheck.discovery.tracked import Index

IGNORE_FILE: Final = ".gitignore"
_GIT: Final = ".git"
_BYTES: Final = 1 << 16
# How pathspec's expression begins for a name in any directory.
_ANYWHERE: Final = r"^(?:.+/)?"
# How it ends, without the names of groups.
_ENDS: Final = ("(?:(?:/)|$)", "(?:/)")
_NONE: Final = r"(?!)"


def is_directory(entry: os.DirEntry[str]) -> bool:
    """Whether an entry of a directory is one, or a link to one; links that lead in a circle are none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


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
    """What is left out of a walk. ``gitignore`` says whether files of that name count; not for what git tracks.

    Real directories that are known to have neither such a file nor a checkout of their own are ``_plain``.
    """

    excludes: Patterns
    gitignore: bool = True
    _specs: dict[str, tuple[tuple[str, _File], ...]] = field(default_factory=dict)
    _here: dict[str, tuple[tuple[str, _File], ...]] = field(default_factory=dict)
    _real: dict[str, str] = field(default_factory=dict)
    _tops: dict[str, str] = field(default_factory=dict)
    _alone: set[str] = field(default_factory=set)
    _plain: set[str] = field(default_factory=set)
    _indexes: dict[str, Index] = field(default_factory=dict)

    def skips(self, directory: str, name: str, *, is_directory: bool) -> bool:
        """Whether an entry of a directory is left out."""
        path = name if directory == "." else f"{directory}/{name}"
        if self.excludes.match(path, directory=is_directory):
            return True
        if not self.gitignore or not self._ignored(directory, name, is_directory=is_directory):
            return False
        return not self._tracked(directory, name, is_directory=is_directory)

    def kept(self, directory: str, entries: list[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """The entries of a directory that are not left out."""
        if self.excludes.spec is None and not (self.gitignore and self._is_about(directory, entries)):
            return entries
        return [one for one in entries if not self.skips(directory, one.name, is_directory=is_directory(one))]

    def _is_about(self, directory: str, entries: list[os.DirEntry[str]]) -> bool:
        """Whether some file may say something of some entry: one look for all of them."""
        if not _has_marks(entries) and directory not in self._here:
            self._plain.add(self._real_path(directory))
        files = self._files(directory)
        if not files:
            return False
        names = [f"{one.name}/" if is_directory(one) else one.name for one in entries]
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

    def _files(self, directory: str) -> tuple[tuple[str, _File], ...]:
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
        end = "/" if is_directory else ""
        for prefix, file in self._files(directory):
            verdict = file.verdict(f"{prefix}{name}{end}")
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

    def _around(self, directory: str) -> tuple[tuple[str, _File], ...]:
        """The patterns that count in a directory, from the top of its checkout inwards."""
        if directory not in self._specs:
            parent = os.path.dirname(directory)
            outer: tuple[tuple[str, _File], ...] = ()
            if parent != directory and not self._is_top(directory):
                outer = self._around(parent)
            self._specs[directory] = outer if directory in self._plain else (*outer, *_own(directory))
        return self._specs[directory]


@dataclass(frozen=True, slots=True)
class _File:
    """What one ``.gitignore`` says.

    ``names`` finds all that its patterns for mere names are about, wherever it lies, ``paths`` what the others are
    about; both are fast. The ``others`` are names that none was about so far.
    """

    spec: GitIgnoreSpec
    names: re.Pattern[str]
    paths: re.Pattern[str]
    others: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, lines: Iterable[str]) -> _File:
        import re  # noqa: PLC0415 — only where there are patterns

        spec = _spec(lines)
        # names of groups may not repeat in one expression
        said = [re.sub(r"[(][?]P<[^>]*>", "(?:", one.regex.pattern) for one in spec.patterns if one.regex is not None]
        anywhere = [text.removeprefix(_ANYWHERE) for text in said if _is_of_a_name(text)]
        # what leads to a name is looked for once, and not once for each name
        names = f"{_ANYWHERE}(?:{'|'.join(f'(?:{name})' for name in anywhere)})" if anywhere else _NONE
        paths = "|".join(f"(?:{text})" for text in said if not _is_of_a_name(text)) or _NONE
        return cls(spec, re.compile(names, re.MULTILINE), re.compile(paths, re.MULTILINE))

    def is_about_some(self, prefix: str, names: Sequence[str]) -> bool:
        """Whether it may say something of one of these names below ``prefix``."""
        said = self.names.pattern + self.paths.pattern
        if r"\A" in said or r"\Z" in said or any("\n" in name for name in names):
            return True
        # most names are names of many files
        new = [one for one in (prefix, *names) if one not in self.others]
        if self.names.search("\n".join(new)) is not None:
            return True
        self.others.update(new)
        below = self.paths.pattern != _NONE
        return below and self.paths.search("\n".join(prefix + name for name in names)) is not None

    def verdict(self, path: str) -> bool | None:
        """Whether a path is left out; None where nothing is said of it."""
        said = self.names.search(path) or self.paths.search(path)
        return None if said is None else self.spec.check_file(path).include


def _has_marks(entries: Iterable[os.DirEntry[str]]) -> bool:
    """Whether a directory, whose entries are given in order, is the top of a checkout or has patterns of its own."""
    for entry in entries:
        if entry.name >= _GIT:
            if not entry.name.startswith(_GIT):
                return False
            if entry.name in (_GIT, IGNORE_FILE):
                return True
    return False


def _is_of_a_name(expression: str) -> bool:
    """Whether a pattern's expression is about a name in any directory, and not about what leads to it."""
    name = expression.removeprefix(_ANYWHERE)
    for without_slash in (*_ENDS, "[^/]", "(?!/)"):
        name = name.replace(without_slash, "")
    return expression.startswith(_ANYWHERE) and "/" not in name


def _below(directory: str, base: str) -> str:
    """What leads from a directory to one below it, both real, as the beginning of a path."""
    return "" if directory == base else directory[len(base.rstrip(os.sep)) + 1 :].replace(os.sep, "/") + "/"


def _own(directory: str) -> Iterator[tuple[str, _File]]:
    path = os.path.join(directory, IGNORE_FILE)
    try:
        found = os.lstat(path)
        # one behind a link does not count for git either, and may lie anywhere
        if not stat.S_ISREG(found.st_mode) or found.st_size > _BYTES:
            return
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return
    from iac_keycheck.misuse import Misuse  # noqa: PLC0415

    try:
        yield directory, _File.of(lines)
    except Misuse:
        # somebody's file with a pattern that git passes over as well
        return


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    import re  # noqa: PLC0415 — only where there are patterns

    from pathspec import GitIgnoreSpec  # noqa: PLC0415

    from iac_keycheck.discovery.linear import linear  # noqa: PLC0415
    from iac_keycheck.misuse import Misuse  # noqa: PLC0415

    try:
        lines = list(lines)
        if sum(map(len, lines)) > _BYTES:
            raise Misuse(f"patterns to leave out of more than {_BYTES >> 10} KiB are not read")
        spec = GitIgnoreSpec.from_lines(lines)
        for pattern in spec.patterns:
            if pattern.regex is not None:
                pattern.regex = re.compile(linear(pattern.regex.pattern))
    except (ValueError, re.error, RecursionError, OverflowError) as error:
        raise Misuse(f"a pattern to leave out cannot be read: {error}") from error
    return spec
