"""Reads YAML and JSON text to nodes: composed in full by libyaml, made into nodes only where somebody looks.

JSON is read by the same composer, as the part of YAML that it is, after what YAML reads otherwise (tabs between tokens,
halves of surrogate pairs) has been put right without moving a character.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from iac_keycheck.cloudformation.aliases import bounded
from iac_keycheck.cloudformation.converting import COLLECTION, PLAIN, QUOTED, Converter
from iac_keycheck.cloudformation.nodes import Node
from iac_keycheck.expressions import expression
from iac_keycheck.libyaml import (
    CParser,
    MappingNode,
    MarkedYAMLError,
    ScalarNode,
    YAMLError,
)
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError, Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.libyaml import Node as Raw

DEEPEST = 100
"""Levels of nesting that are read."""

VALUES = 200_000
"""Names and values that are read: the 1 MB that CloudFormation takes has no more of them where people write it."""

_SURROGATE = expression(r"(?<!\\)((?:\\\\)*)\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_HALF = "found invalid Unicode character escape code"
"""What libyaml says of such an escape in quotes of YAML; without quotes, or in single ones, it is text."""
_UNPRINTABLE = expression("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_ALIAS = expression(r"(?m)(?:^|[\s,\[{])\*[\w-]")
_CONFLICT = expression(r"(?m)^(?:<{7}|>{7}) ")


class _TooMany(Exception):
    """The text has more values than are read."""


class _Composer(CParser):
    """libyaml's composer, without PyYAML's resolver: nodes are resolved where they are looked at."""

    depth = 0
    values = 0

    def descend_resolver(self, _parent: object, _index: object) -> None:
        self.depth += 1
        self.values += 1
        if self.values > VALUES:
            raise _TooMany
        if self.depth > DEEPEST:
            raise YAMLError(f"more than {DEEPEST} levels of nesting")

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: type[Raw], _value: object, implicit: tuple[bool, bool]) -> str:
        if kind is ScalarNode:
            return PLAIN if implicit[0] else QUOTED
        return COLLECTION


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document of a file, not yet taken apart. ``more`` is where a second document starts."""

    path: str
    root: Raw
    converter: Converter
    more: int | None = None

    def node(self, raw: Raw | None = None) -> Node:
        """The node of a part of the document; what is wrong with it is noted in ``problems``."""
        return self.converter.node(self.root if raw is None else raw)

    @property
    def text(self) -> str:
        """What was read."""
        return self.converter.text

    @property
    def problems(self) -> Iterable[Problem]:
        """What was wrong with the parts that have been made into nodes."""
        return self.converter.problems

    def span(self, raw: Raw) -> Span:
        """The place of a part of the document."""
        return self.converter.span(raw)

    def fields(self, raw: Raw | None = None) -> Iterator[tuple[str, Raw, Raw]]:
        """The names of a mapping, each with its own and its value's raw node; nothing for what is no mapping."""
        raw = self.root if raw is None else raw
        if isinstance(raw, MappingNode):
            for key, value in raw.value:
                if isinstance(key, ScalarNode):
                    yield key.value, key, value


def read(path: str, text: str, place: Span | None = None, places: Mapping[int, Span] | None = None) -> Document | None:
    """The first document of a text, None where there is none. Raises `InputError` where it cannot be read.

    ``place`` is given for a text that is a value in a file: the place of all that is in it. ``places`` are those of
    some of its lines (0-based), where they are known better.
    """
    body = _as_yaml(text)
    try:
        with _without_collection():
            parser = _Composer(body)
            root = parser.get_node() if parser.check_node() else None
            more = parser.peek_token() if root is not None and parser.check_node() else None
    except MarkedYAMLError as error:
        if error.problem == _HALF and (whole := _without_halves(body)) != body:
            return read(path, whole, place, places)
        problem = _json_problem(path, body) if _is_json(body) else None
        raise InputError(problem or _syntax_problem(path, body, error)) from None
    except _TooMany:
        message = f"more than {VALUES} names and values are not read"
        raise InputError(Problem("bound", message, Span(path, 1, 1, 1, 1))) from None
    except MemoryError:
        raise InputError(Problem("bound", "there is not enough memory to read it", Span(path, 1, 1, 1, 1))) from None
    except (YAMLError, UnicodeEncodeError) as error:
        raise InputError(Problem("syntax", f"it cannot be read as YAML: {error}", Span(path, 1, 1, 1, 1))) from None
    if root is None:
        return None
    converter = Converter(path, body, place, places or {})
    if _ALIAS.search(body) is not None:
        converter.problems += bounded(path, root)
    return Document(path, root, converter, None if more is None else more.start_mark.line + 1)


def following(document: Document) -> Document | Span | None:
    """The next document of a file, or where it stands if it cannot be read; None where there is nothing more."""
    if document.more is None:
        return None
    before = document.more - 1
    rest = document.text.split("\n", before)[before]
    try:
        found = read(document.path, "\n" * before + rest)
    except InputError as error:
        return error.problem.span
    if found is None or (isinstance(found.root, ScalarNode) and not found.root.value):
        return None
    return found


@contextmanager
def _without_collection() -> Iterator[None]:
    """Without looking for garbage: a large tree holds none, and looking through it takes most of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _as_yaml(text: str) -> str:
    """The text with characters that libyaml reads otherwise than JSON replaced one for one."""
    body = text.removeprefix("\ufeff")
    if _is_json(body):
        body = _UNPRINTABLE.sub("\ufffd", body.replace("\t", " "))
        body = _without_halves(body)
    return body


def _without_halves(body: str) -> str:
    """The text with escapes for halves of surrogate pairs replaced, which CloudFormation takes."""
    return _SURROGATE.sub(lambda match: f"{match[1]}\\ufffd", body) if "\\u" in body else body


def _is_json(body: str) -> bool:
    return body.lstrip()[:1] in ("{", "[")


def _json_problem(path: str, text: str) -> Problem | None:
    """What is wrong with text that looks like JSON, as JSON; None for text that is JSON, or rather YAML."""
    import json  # noqa: PLC0415 — only where something is wrong

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].rstrip())
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        message = error.msg[:1].lower() + error.msg[1:].replace("Expecting", "expected")
        message = message.replace("expecting", "expected")
        return Problem("syntax", f"cannot be read as JSON: {message}", Span(path, line, column, line, column + 1))
    except RecursionError:
        return None
    return None


def _syntax_problem(path: str, text: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
    message = error.problem or error.context or "cannot be read as YAML"
    lines = text.split("\n", line)
    here = lines[line - 1] if line <= len(lines) else ""
    if conflict := _CONFLICT.search(text):
        line, column = text.count("\n", 0, conflict.start()) + 1, 1
        message = "this line is a mark of a merge conflict"
    elif "\t" in here[: len(here) - len(here.lstrip())]:
        message = "a tab indents this line, and YAML is indented by spaces alone"
    return Problem("syntax", message, Span(path, line, column, line, column + 1))
