"""Files that are read some at a time: what is in hardly any of them is looked for in all of them at once."""

from __future__ import annotations

from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError
from iac_keycheck.workspace import FILE_BYTES, letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final

    from iac_keycheck.workspace import Workspace

_SIZE: Final = 1 << 16
"""So many bytes of small files make a batch; a larger file is one by itself."""
_BETWEEN: Final = b"\n;\n"
"""What stands between two files: nothing that is looked for goes across it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The bytes of files by their paths, in order, and why others could not be read."""

    files: dict[str, bytes]
    errors: list[InputError]

    @property
    def whole(self) -> bytes:
        """All of them in one, as `letters` to look for words in."""
        joined = _BETWEEN.join(self.files.values())
        return _BETWEEN.join(map(letters, self.files.values())) if b"\0" in joined else joined


def batches(paths: Iterable[str], workspace: Workspace, largest: int = FILE_BYTES) -> Iterator[Batch]:
    """Files as `Workspace.read` reads them, without what it watches for."""
    batch, size = Batch({}, []), 0
    for path in paths:
        try:
            data = workspace.read(path, largest, watching=False)
        except InputError as error:
            batch.errors.append(error)
            continue
        size += len(data)
        if size > _SIZE:
            yield batch
            batch, size = Batch({}, []), len(data)
        batch.files[path] = data
    yield batch


def watch(batch: Batch, whole: bytes, workspace: Workspace) -> None:
    """Keep what the workspace watches for in the files of a batch, which mostly is in none of them."""
    if not workspace.watch(whole):
        workspace.found(batch.files, said=False)
        return
    for path, data in batch.files.items():
        workspace.found((path,), said=workspace.watch(data))
