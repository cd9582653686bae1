"""The syntax of templates: one form for YAML, JSON, short and long intrinsics, every node with its place."""

from __future__ import annotations

from iac_keycheck.records import dataclass
from iac_keycheck.source import Span


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A single value as it is written. ``text`` is None for null, and ``true`` or ``false`` for booleans.

    CloudFormation compares numbers and booleans as text; ``quoted`` tells ``"1"`` from ``1`` where JSON is made of it.
    """

    text: str | None
    quoted: bool
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One name of a mapping with its value."""

    key: str
    key_span: Span
    value: Node

    @property
    def span(self) -> Span:
        """From the first character of the name to the last of the value."""
        return self.key_span.to(self.value.span)


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """Names with values, in the order in which they stand; an intrinsic is a mapping of its long name alone."""

    entries: tuple[Entry, ...]
    span: Span

    def entry(self, key: str) -> Entry | None:
        """The last entry of that name: the one that counts where a name stands twice."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)

    def get(self, key: str) -> Node | None:
        """The value of that name."""
        entry = self.entry(key)
        return None if entry is None else entry.value


Node = Scalar | Sequence | Mapping


def plain(node: Node) -> object:
    """What a node says, without its place: equal for nodes that are written alike."""
    match node:
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            return tuple(map(plain, items))
        case Mapping(entries=entries):
            return tuple((entry.key, plain(entry.value)) for entry in entries)


def intrinsic(node: Node) -> Entry | None:
    """The function that a node calls, with its argument."""
    match node:
        case Mapping((Entry(key=key) as only,)) if key == "Ref" or key.startswith("Fn::"):
            return only
        case _:
            return None
