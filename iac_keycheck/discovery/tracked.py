"""What git tracks in a checkout, read from its index without running git: what is tracked is never ignored.

The format: https://git-scm.com/docs/index-format. Of an index that cannot be read, nothing is tracked.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from iac_keycheck.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_BYTES: Final = 1 << 28
# No system has longer paths; in a compressed index each may repeat the one before.
_LONGEST: Final = 4096
# What all paths and the directories above them may have in letters.
_LENGTH: Final = 1 << 27
_HEADER: Final = 12
# What stands in an entry before its flags: times, owner, mode, size, and the name of the object of 20 bytes.
_BEFORE_FLAGS: Final = 60
_LONGER_NAMES: Final = 12
_EXTENDED: Final = 0x4000
_COMPRESSED: Final = 4
# So many questions are answered by a search of the bytes; more are worth a list of all paths.
_SEARCHES: Final = 50


@dataclass(slots=True)
class Index:
    """The index of a checkout, of ``version`` 2 to 4; ``longer`` is by how much names of objects exceed 20 bytes."""

    data: bytes
    version: int
    longer: int
    asked: int = 0
    listed: bool = False
    paths: frozenset[bytes] | None = None

    @classmethod
    def of(cls, top: str) -> Index:
        """The index of the checkout whose top this is."""
        try:
            directory = _git_directory(Path(top))
            data = _content(directory / "index")
            settings = next(one for one in (directory / "config", directory.parents[1] / "config") if one.is_file())
            longer = _LONGER_NAMES if b"sha256" in _content(settings) else 0
        except (OSError, StopIteration, IndexError):
            data, longer = b"", 0
        return cls(data if data.startswith(b"DIRC") else b"", int.from_bytes(data[4:8], "big"), longer)

    def holds(self, path: str) -> bool:
        """Whether a path from the top of the checkout is tracked; that of a directory ends in a slash."""
        name = os.fsencode(path)
        if self.paths is None and not self.listed:
            self.asked += 1
            if self.version < _COMPRESSED and self.asked <= _SEARCHES and name not in self.data:
                return False
            self.paths, self.listed = self._all(), True
        # of too many paths each may be tracked: rather look at what is ignored than pass over what is not
        return self.paths is None or name in self.paths

    def _all(self) -> frozenset[bytes] | None:
        """The paths of all entries and of the directories that they lie in; None where that is too much to keep."""
        found: set[bytes] = set()
        length = 0
        with contextlib.suppress(IndexError, ValueError):
            for path in self._entries():
                one, at = path, len(path)
                while at >= 0 and one not in found:
                    found.add(one)
                    length += len(one)
                    at = path.rfind(b"/", 0, at)
                    one = path[: at + 1]
                if length > _LENGTH:
                    return None
        return frozenset(found)

    def _entries(self) -> Iterator[bytes]:
        data, before = self.data, _BEFORE_FLAGS + self.longer
        at, path = _HEADER, b""
        for _ in range(int.from_bytes(data[8:12], "big")):
            start = at
            flags = int.from_bytes(data[at + before : at + before + 2], "big")
            at += before + (4 if flags & _EXTENDED else 2)
            if self.version < _COMPRESSED:
                end = data.index(b"\0", at)
                path = data[at:end]
                at = start + ((end - start + 8) & ~7)
            else:
                cut, at = _packed_number(data, at)
                end = data.index(b"\0", at)
                path = path[: len(path) - cut] + data[at:end]
                at = end + 1
            if len(path) > _LONGEST:
                return
            yield path


def _content(path: Path) -> bytes:
    """The bytes of a regular file. Raises `OSError` for what is none, which might make the scan wait, or too large."""
    if not path.is_file() or path.stat().st_size > _BYTES:
        raise OSError(path)
    return path.read_bytes()


def _git_directory(top: Path) -> Path:
    inside = top / ".git"
    if inside.is_dir():
        return inside
    # a worktree or a submodule says where its own is
    return top / _content(inside).decode("utf-8", "replace").strip().removeprefix("gitdir:").strip()


def _packed_number(data: bytes, at: int) -> tuple[int, int]:
    """A number as git packs offsets, and where it ends."""
    value = data[at] & 0x7F
    while data[at] & 0x80:
        at += 1
        value = ((value + 1) << 7) | (data[at] & 0x7F)
    return value, at + 1
