"""The files that a scan may see: below the scanned roots and, for what belongs to a named file, its git checkout.

Nothing outside is ever opened: paths are checked after symbolic links are resolved.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat

from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError, Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Final

FILE_BYTES = 64 * 1024 * 1024
"""The greatest size of a file of code."""
TEMPLATE_BYTES = 4 * 1024 * 1024
"""The greatest size of a template, of which CloudFormation takes none of more than 1 MB."""
EVIDENCE_BYTES = 256 * 1024 * 1024
"""The greatest size of a plan, a state or a report."""
PATH_LENGTH = 4096
"""No system opens a longer path, and to follow its links takes time that grows with the square of its length."""
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_NO_NAMES: Final = ("", ".", "..")
_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe or device must not make the scan wait


class GoneError(InputError):
    """Nothing is where a file was listed: it was a link to nothing, or is removed meanwhile."""


@dataclass(slots=True)
class Workspace:
    """Files by their path relative to the working directory, with forward slashes.

    ``roots`` are the real paths below which files may be read. What ``watch`` says of the bytes of each file is kept
    when they are read, so that a later look at all files need not read them again. ``deployed`` are templates that code
    of another language deploys.
    """

    roots: tuple[str, ...]
    watch: Callable[[bytes], bool] = bool
    deployed: set[str] = field(default_factory=set)
    _watched: dict[str, bool] = field(default_factory=dict)
    _bytes: dict[str, bytes] = field(default_factory=dict)
    _held: dict[str, bytes] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _listings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _inside: dict[str, bool] = field(default_factory=dict)

    def listing(self, directory: str) -> tuple[str, ...]:
        """The sorted names in a directory; empty where there is none or it lies outside."""
        if directory not in self._listings:
            try:
                names = sorted(os.listdir(directory or ".")) if self._contains_directory(directory) else []
            except OSError:
                names = []
            self._listings[directory] = tuple(names)
        return self._listings[directory]

    def listed(self) -> tuple[str, ...]:
        """The directories that were looked into so far."""
        return tuple(self._listings)

    def saw(self, directory: str, names: Iterable[str]) -> None:
        """Keep the sorted names in a directory, which somebody has listed already, and came to by no link."""
        if directory in self._listings:
            return
        above, slash, name = directory.rpartition("/")
        if name not in _NO_NAMES and self._inside.get(above or slash or ".") and len(directory) <= PATH_LENGTH:
            self._inside[directory] = True
        if self._contains_directory(directory):
            self._listings[directory] = tuple(names)

    def contains(self, path: str) -> bool:
        """Whether a path lies below the roots, links resolved."""
        if len(path) > PATH_LENGTH:
            return False
        directory, name = posixpath.split(path)
        if name not in _NO_NAMES and self._contains_directory(directory) and not os.path.islink(path):
            return True
        return self._below_roots(os.path.realpath(path or "."))

    def _contains_directory(self, directory: str) -> bool:
        known = self._inside.get(directory)
        if known is None and len(directory) > PATH_LENGTH:
            known = False
        elif known is None:
            above, name = posixpath.split(directory)
            if name not in _NO_NAMES and self._inside.get(above or ".", False) and not os.path.islink(directory):
                # what is no link lies where the directory above it lies
                known = True
            else:
                known = self._below_roots(os.path.realpath(directory or "."))
            self._inside[directory] = known
        return known

    def _below_roots(self, real: str) -> bool:
        return any(real == root or real.startswith(root.rstrip(os.sep) + os.sep) for root in self.roots)

    def is_directory(self, path: str) -> bool:
        """Whether it is a directory that may be read."""
        return os.path.isdir(path or ".") and self.contains(path)

    def exists(self, path: str) -> bool:
        """Whether it is there and may be read."""
        return os.path.exists(path) and self.contains(path)

    def read(self, path: str, largest: int = FILE_BYTES, *, watching: bool = True) -> bytes:
        """The bytes of a file; raises `InputError` where it cannot be read or is larger than ``largest`` bytes.

        Where nobody is ``watching``, who reads tells what ``watch`` says: see `found`.
        """
        known = self._bytes.get(path)
        if known is not None:
            return known
        directory, _, name = path.rpartition("/")
        if not directory:
            directory, name = posixpath.split(path)
        try:
            if name in _NO_NAMES or not (self._inside.get(directory) or self._contains_directory(directory)):
                handle = self._opened_elsewhere(path)
            else:
                try:
                    handle = os.open(path, _FLAGS | os.O_NOFOLLOW)
                except OSError as error:
                    if error.errno != errno.ELOOP:
                        raise
                    handle = self._opened_elsewhere(path)
            try:
                data = _content(path, handle, largest)
            finally:
                os.close(handle)
        except OSError as error:
            message = error.strerror or type(error).__name__
            raised = GoneError if isinstance(error, FileNotFoundError) else InputError
            raise raised(Problem("unreadable", f"it cannot be read: {message}", start_of(path))) from None
        except MemoryError:
            raise InputError(Problem("bound", "there is not enough memory to read it", start_of(path))) from None
        if watching and path not in self._watched:
            self._watched[path] = self.watch(data)
        return data

    def found(self, paths: Iterable[str], *, said: bool) -> None:
        """Keep what ``watch`` says of files that somebody has read without it."""
        self._watched.update(dict.fromkeys(paths, said))

    def hold(self, files: Mapping[str, bytes]) -> None:
        """Keep the bytes of files until somebody asks for their texts."""
        self._held.update(files)

    def watched(self, path: str) -> bool | None:
        """What ``watch`` said of a file; None where it was not read."""
        return self._watched.get(path)

    def _opened_elsewhere(self, path: str) -> int:
        """A file behind a link, if it lies below the roots."""
        if not self.contains(path):
            raise InputError(Problem("unreadable", "it lies outside the scanned directories", start_of(path)))
        return os.open(path, _FLAGS)

    def keep(self, path: str, data: bytes) -> None:
        """Give a path these bytes, which come from elsewhere."""
        self._bytes[path] = data
        directory, name = posixpath.split(path)
        self._listings[directory] = tuple(sorted({*self._listings.get(directory, ()), name}))

    def text(self, path: str) -> str:
        """The text of a UTF-8 file, without its byte-order mark; raises `InputError`."""
        if path not in self._texts:
            data = self._held.pop(path, None)
            if data is None:
                data = self.read(path)
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                line = data.count(b"\n", 0, error.start) + 1
                what = "it is binary" if b"\0" in data[:4096] else "it is not UTF-8"
                what = "it is UTF-16, not UTF-8" if data[:2] in _UTF_16 else what
                raise InputError(Problem("encoding", what, Span(path, line, 1, line, 1))) from None
            if "\0" in text:
                line = text.count("\n", 0, text.index("\0")) + 1
                raise InputError(Problem("encoding", "it is binary", Span(path, line, 1, line, 1)))
            self._texts[path] = text
        return self._texts[path]

    def template(self, path: str) -> str:
        """The text of a template; raises `InputError`."""
        if len(self.read(path, TEMPLATE_BYTES)) > TEMPLATE_BYTES:
            raise InputError(Problem("bound", _too_large(TEMPLATE_BYTES), start_of(path)))
        return self.text(path)

    @property
    def texts(self) -> dict[str, str]:
        """The texts read so far, for excerpts."""
        return self._texts


def _content(path: str, handle: int, largest: int) -> bytes:
    info = os.fstat(handle)
    if not stat.S_ISREG(info.st_mode):
        raise InputError(Problem("unreadable", "it is not a regular file", start_of(path)))
    if info.st_size > largest:
        raise InputError(Problem("bound", _too_large(largest), start_of(path)))
    data = os.read(handle, info.st_size + 1)
    if len(data) == info.st_size:
        return data
    # a file that grows while it is read, or a system that reads in parts
    parts = [data]
    while len(parts[-1]) and sum(map(len, parts)) <= largest:
        parts.append(os.read(handle, 1 << 20))
    return b"".join(parts)


def _too_large(largest: int) -> str:
    return f"it is larger than {largest >> 20} MiB"


def start_of(path: str) -> Span:
    """The first character of a file."""
    return Span(path, 1, 1, 1, 1)


def letters(data: bytes) -> bytes:
    """Bytes to look for words in: those of a wide encoding without what stands between the letters."""
    if b"\0" not in data[:64] and data[:2] not in _UTF_16:
        return data
    return data.replace(b"\0", b"").lstrip(b"\xff\xfe")


def shown(path: str | Path) -> str:
    """A path as reports show it: relative to the working directory, with forward slashes."""
    return os.path.relpath(path).replace(os.sep, "/")


def join(directory: str, name: str) -> str:
    """A path below a directory, normalised; ``.`` is the working directory."""
    return posixpath.normpath(f"{directory}/{name}" if directory and not name.startswith("/") else name)


def readable_roots(paths: Sequence[str | Path]) -> tuple[str, ...]:
    """The real directories below which a scan of these paths may read: their checkouts, outside git themselves."""
    roots: list[str] = []
    for path in paths:
        real = os.path.realpath(path)
        roots.append(checkout_of(real if os.path.isdir(real) else os.path.dirname(real)))
    return tuple(dict.fromkeys(roots))


def checkout_of(directory: str) -> str:
    """The top of the git checkout around a directory; outside git the working directory if above it, else itself."""
    here = directory
    while True:
        if os.path.exists(os.path.join(here, ".git")):
            return here
        parent = os.path.dirname(here)
        if parent == here:
            break
        here = parent
    working = os.path.realpath(".")
    return working if (directory + os.sep).startswith(working.rstrip(os.sep) + os.sep) else directory


def leads_out(path: str) -> bool:
    """Whether a path in the checkout around the working directory leads out of it by a link, which came with the code.

    What is written there would be written elsewhere, under a name that nobody gave.
    """
    top = checkout_of(os.path.realpath("."))
    written = os.path.normpath(os.path.join(os.path.realpath("."), path))
    return _is_below(written, top) and not _is_below(os.path.realpath(written), top)


def _is_below(path: str, top: str) -> bool:
    return (path + os.sep).startswith(top.rstrip(os.sep) + os.sep)
