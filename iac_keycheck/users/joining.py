"""Which instances may belong to one user, by an index: users who are surely different are never compared.

A thousand users with two keys each make a thousand comparisons and not a million.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import product

from iac_keycheck.deciding.values import Ref, Refused, Sample, plain
from iac_keycheck.records import dataclass
from iac_keycheck.resource import Instance
from iac_keycheck.users.iam import owner_in_account
from iac_keycheck.users.identity import name_label

FEW = 16
"""So many combinations of instances are not worth an index."""


class _Kind(Enum):
    """What is known of an owner."""

    DECLARED = "a declared user whose name is known"
    NAMELESS = "a declared user whose name is open"
    NAME = "a name in plain text"
    OPEN = "anything else"


@dataclass(frozen=True, slots=True)
class _Owner:
    kind: _Kind
    words: tuple[str, ...] = ()
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Owners:
    """The owners of the instances of one block in one world: what is known of each, and the instances by that."""

    each: tuple[_Owner, ...]
    by_word: Mapping[str, Sequence[int]]
    by_kind: Mapping[_Kind, Sequence[int]]
    by_label: Mapping[str | None, Sequence[int]]

    @classmethod
    def of(cls, instances: Sequence[Instance]) -> Owners:
        """The owners of these instances in the world of the moment."""
        each = tuple(map(_owner, instances))
        by_word: dict[str, list[int]] = {}
        by_kind: dict[_Kind, list[int]] = {}
        by_label: dict[str | None, list[int]] = {}
        for index, owner in enumerate(each):
            by_kind.setdefault(owner.kind, []).append(index)
            by_label.setdefault(owner.label, []).append(index)
            for word in owner.words:
                by_word.setdefault(word, []).append(index)
        return cls(each, by_word, by_kind, by_label)

    def at(self, labels: Collection[str] | None) -> Iterable[int]:
        """The instances that may belong to the user of these labels, in order; all where none are given."""
        if labels is None or any("|" in label for label in labels):
            return range(len(self.each))
        found = {index for label in (None, *labels) for index in self.by_label.get(label, ())}
        if any(label.startswith("@") for label in labels):
            # a name may be that of the declared user
            found.update(self.by_kind.get(_Kind.NAME, ()))
        return sorted(found)

    def possible(self, owner: _Owner) -> Sequence[int]:
        """The instances that may belong to an owner, in order."""
        kinds: tuple[_Kind, ...]
        match owner.kind:
            case _Kind.OPEN:
                return range(len(self.each))
            case _Kind.DECLARED:
                kinds = (_Kind.OPEN,)
            case _Kind.NAMELESS:
                kinds = (_Kind.OPEN, _Kind.NAME)
            case _Kind.NAME:
                kinds = (_Kind.OPEN, _Kind.NAMELESS)
        found = {index for word in owner.words for index in self.by_word.get(word, ())}
        return sorted(found.union(*(self.by_kind.get(kind, ()) for kind in kinds)))


def chosen(
    owners: Sequence[Owners], labels: Collection[str] | None, counting: Sequence[Container[int]] | None = None
) -> Iterator[tuple[int, ...]]:
    """One instance of each block, by index, wherever all may belong to the owner of the first, in order.

    Where the ``labels`` of a user are given, those are left out whose first instance surely belongs to another. Of each
    block only those in ``counting`` are looked at, if given.
    """
    for index in owners[0].at(labels):
        if counting is not None and index not in counting[0]:
            continue
        others = [other.possible(owners[0].each[index]) for other in owners[1:]]
        if counting is not None:
            others = [[one for one in of if one in those] for of, those in zip(others, counting[1:], strict=True)]
        yield from product((index,), *others)


def _owner(instance: Instance) -> _Owner:
    try:
        owner = owner_in_account(instance)
        name = plain(owner)  # type: ignore[arg-type]
    except Refused:
        # comparing it will say so
        return _Owner(_Kind.OPEN)
    known = f"={name.casefold()}" if isinstance(name, str) and not isinstance(name, Sample) else None
    if isinstance(owner, Ref):
        words = (f"@{owner.target}",)
        label = f"@{owner.shown or owner.target}"
        return _Owner(_Kind.NAMELESS, words, label) if known is None else _Owner(_Kind.DECLARED, (*words, known), label)
    if known is None or not isinstance(name, str):
        return _Owner(_Kind.OPEN)
    return _Owner(_Kind.NAME, (known,), name_label(name, instance.account))
