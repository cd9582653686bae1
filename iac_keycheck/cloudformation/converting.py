"""Makes nodes of what libyaml composed: short intrinsics in their long form, merge keys carried out, places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from iac_keycheck.cloudformation.nodes import Entry, Mapping, Node, Scalar, Sequence
from iac_keycheck.expressions import expression
from iac_keycheck.libyaml import MappingNode, ScalarNode, SequenceNode
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.source import Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.libyaml import Node as Raw

PLAIN, QUOTED, COLLECTION = "plain", "quoted", "collection"
"""Tags of nodes that have none of their own."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {"true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false", "FALSE": "false"}
_WITHOUT_PREFIX = frozenset({"Ref", "Condition"})
"""Functions whose names are the same in long form: `cfn_tools.yaml_loader.UNCONVERTED_SUFFIXES`."""
_NEWLINE = expression("\n")


@dataclass(slots=True, eq=False)
class Converter:
    """Makes nodes of libyaml's, with short intrinsics in their long form and merge keys carried out.

    ``place`` is the place of everything, where the text is a value in another one; ``places`` are those of some of its
    lines (0-based), where they are known better.
    """

    path: str
    text: str
    place: Span | None = None
    places: AnyMapping[int, Span] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _starts: list[int] | None = None

    def node(self, raw: Raw) -> Node:
        """The node, short intrinsics in their long form."""
        if raw.tag.startswith("!") and raw.tag != "!":
            return self._long_form(raw)
        return self._untagged(raw)

    def _untagged(self, raw: Raw) -> Node:
        match raw:
            case ScalarNode():
                return self._scalar(raw)
            case SequenceNode():
                return Sequence(tuple(map(self.node, raw.value)), self.span(raw))
            case _:
                return Mapping(tuple(self._entries(raw)), self.span(raw))

    def _scalar(self, raw: ScalarNode) -> Scalar:
        if raw.tag == PLAIN:
            if raw.value in _NULLS:
                return Scalar(None, quoted=False, span=self.span(raw))
            return Scalar(_BOOLS.get(raw.value, raw.value), quoted=False, span=self.span(raw))
        return Scalar(raw.value, quoted=True, span=self.span(raw))

    def _entries(self, raw: Raw) -> Iterator[Entry]:
        own = {key.value for key, _ in raw.value if isinstance(key, ScalarNode)}
        seen: dict[str, int] = {}
        for key, value in raw.value:
            if not isinstance(key, ScalarNode):
                self.problems.append(problem_at(self.path, key, "a name must be text", "template"))
            elif key.value == "<<" and key.tag == PLAIN:
                for part in value.value if isinstance(value, SequenceNode) else [value]:
                    if isinstance(part, MappingNode):
                        yield from (entry for entry in self._entries(part) if entry.key not in own)
                    else:
                        self.problems.append(problem_at(self.path, key, "<< takes in mappings only", "template"))
            else:
                if key.value in seen:
                    message = f"the name {key.value} stands here a second time, after line {seen[key.value]}"
                    self.problems.append(replace(problem_at(self.path, key, message, "duplicate"), relevant=False))
                seen[key.value] = key.start_mark.line + 1
                yield Entry(key.value, self.span(key), self.node(value))

    def _long_form(self, raw: Raw) -> Mapping:
        suffix = raw.tag[1:]
        name = suffix if suffix in _WITHOUT_PREFIX else f"Fn::{suffix}"
        span = self.span(raw)
        argument = self._untagged(raw)
        if name == "Fn::GetAtt" and isinstance(raw, ScalarNode):
            from cfn_tools.yaml_loader import construct_getatt  # type: ignore[import-untyped]  # noqa: PLC0415 — 3 ms

            parts = construct_getatt(raw)
            argument = Sequence(tuple(Scalar(part, quoted=True, span=argument.span) for part in parts), argument.span)
        elif isinstance(argument, Scalar) and isinstance(raw, ScalarNode):
            argument = Scalar(raw.value, quoted=True, span=argument.span)
        start = Span(self.path, span.line, span.column, span.line, span.column + len(raw.tag))
        return Mapping((Entry(name, start, argument),), span)

    def span(self, raw: Raw) -> Span:
        """The place, up to its last character that is not white."""
        if self.place is not None:
            return self.places.get(raw.start_mark.line, self.place)
        start, end = raw.start_mark, self._end(raw)
        return Span(self.path, start.line + 1, start.column + 1, *end)

    def _end(self, raw: Raw) -> tuple[int, int]:
        """Where a node ends: libyaml lets what is ended by indentation reach to the next token."""
        while isinstance(raw, SequenceNode | MappingNode) and not raw.flow_style and raw.value:
            raw = raw.value[-1] if isinstance(raw, SequenceNode) else raw.value[-1][1]
        end = raw.end_mark
        if end.column or end.line == raw.start_mark.line:
            return end.line + 1, end.column + 1
        return self._before(end.line)

    def _before(self, line: int) -> tuple[int, int]:
        """Behind the last character before a line (0-based) that is not white."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _NEWLINE.finditer(self.text))]
        at = len(self.text[: self._starts[line]].rstrip()) if line < len(self._starts) else len(self.text.rstrip())
        last = bisect_right(self._starts, at) - 1
        return last + 1, at - self._starts[last] + 1


def problem_at(path: str, raw: Raw, message: str, kind: str = "syntax") -> Problem:
    """A problem at the start of a raw node."""
    line, column = raw.start_mark.line + 1, raw.start_mark.column + 1
    return Problem(kind, message, Span(path, line, column, line, column + 1))
