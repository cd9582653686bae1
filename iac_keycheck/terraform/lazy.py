"""Objects whose attributes are evaluated when they are asked for: resources, modules, data sources."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from iac_keycheck.deciding.values import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")
else:
    T = object


class Lazy(Mapping[str, T]):
    """A mapping of names to values, or their types, that are computed on the way out.

    ``names`` are what it is known to have, keys of a mapping where they may be many; ``open`` says that it answers for
    other names too (attributes that only the provider's schema knows), then it cannot be told that one is missing.
    """

    __slots__ = ("_compute", "_names", "_open")

    def __init__(self, names: Collection[str], compute: Callable[[str], T], *, open_: bool = False) -> None:
        self._names, self._compute, self._open = names, compute, open_

    def __getitem__(self, name: str) -> T:
        if not self._open and name not in self._names:
            raise KeyError(name)
        return self._compute(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return self._open or name in self._names

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class Declared(Lazy[T]):
    """What a module declares of one kind, which ``what`` says: another name than theirs is an error in every world."""

    __slots__ = ("_what",)

    def __init__(self, what: str, names: Collection[str], compute: Callable[[str], T], *, open_: bool = False) -> None:
        super().__init__(names, compute, open_=open_)
        self._what = what

    def __getitem__(self, name: str) -> T:
        """The value of a name. Raises `Refused`."""
        if not self._open and name not in self._names:
            raise Refused(f'no {self._what} "{name}" is declared in this module', static=True)
        # not by way of `Lazy`: a chain of values is as long as the calls that it takes allow
        return self._compute(name)
