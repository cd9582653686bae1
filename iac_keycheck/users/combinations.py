"""Which blocks may have instances of one user: all combinations but those whose owners are known and different."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Declaration


@dataclass(slots=True)
class Blocks:
    """The blocks of one kind in the order of asking, with what is known of their owners, by the words for these."""

    all: list[Declaration] = field(default_factory=list)
    owners: list[frozenset[str] | None] = field(default_factory=list)
    with_word: dict[str, list[int]] = field(default_factory=dict)
    open: list[int] = field(default_factory=list)

    def add(self, declaration: Declaration, owners: frozenset[str] | None) -> None:
        """Add the next block; ``owners`` is None where they are not known."""
        index = len(self.all)
        self.all.append(declaration)
        self.owners.append(owners)
        if owners is None:
            self.open.append(index)
        for word in owners or ():
            self.with_word.setdefault(word, []).append(index)

    def sharing(self, words: frozenset[str] | None) -> Iterable[int]:
        """Those that may have one of these owners; all where none is known."""
        if words is None:
            return range(len(self.all))
        return sorted({*self.open, *(index for word in words for index in self.with_word.get(word, ()))})


def combined(
    blocks: tuple[Blocks, ...], indexes: tuple[int, ...] = (), shared: frozenset[str] | None = None, *, known: int = 0
) -> Iterator[tuple[tuple[int, ...], frozenset[str] | None, bool]]:
    """Combinations of blocks by their indexes, with the owners they share and whether those of all are known.

    Blocks of one kind are combined in one order only, each with itself too.
    """
    if len(indexes) == len(blocks):
        yield indexes, shared, known == len(blocks)
        return
    here = blocks[len(indexes)]
    least = indexes[-1] if indexes and all(one is here for one in blocks) else 0
    for index in here.sharing(shared):
        owners = here.owners[index]
        if index < least:
            continue
        if owners is None:
            yield from combined(blocks, (*indexes, index), shared, known=known)
        else:
            both = owners if shared is None else shared & owners
            yield from combined(blocks, (*indexes, index), both, known=known + 1)
