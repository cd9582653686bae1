"""The template of a Serverless Framework configuration: what its ``resources`` say, and the files that they name.

``resources`` may be a list, whose sections are put together, and a part, section or member may be ``${file(path)}`` or
``${file(path):name}``. A path starts in the folder of the configuration; one that a variable makes is not followed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from iac_keycheck.cloudformation.reader import Document
from iac_keycheck.cloudformation.template import Template, outline
from iac_keycheck.expressions import expression
from iac_keycheck.libyaml import MappingNode, ScalarNode, SequenceNode
from iac_keycheck.libyaml import Node as Raw
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Span
from iac_keycheck.workspace import join

FILE = "${file("
_FILE = expression(r"\$\{file\(\s*([^()$]+?)\s*\)(?::([\w.-]+))?\s*\}")
_DEEPEST = 8
"""Files that name each other."""

Load = Callable[[str], Document | None]
"""The document in a file; None for what is none or cannot be read."""


@dataclass(slots=True)
class _Parts:
    """The sections found so far, the documents of what stands in other files, and what could not be followed."""

    document: Document
    load: Load
    sections: dict[str, tuple[Raw, Raw]] = field(default_factory=dict)
    homes: dict[int, Document] = field(default_factory=dict)
    unread: list[tuple[str, Span]] = field(default_factory=list)

    def followed(self, raw: Raw, home: Document, depth: int = 0) -> tuple[Raw, Document]:
        """What stands at a place, or in the file that it names."""
        if not isinstance(raw, ScalarNode) or not _names_file(raw):
            return raw, home
        named = _FILE.fullmatch(raw.value.strip())
        path = None if named is None else join(posixpath.dirname(self.document.path), named[1])
        found = None if path is None or depth > _DEEPEST else self.load(path)
        inner = None if found is None or named is None else _at(found, named[2])
        if found is None or inner is None:
            self.unread.append((f"what stands in {raw.value} is not read", home.span(raw)))
            return raw, home
        return self.followed(inner, found, depth + 1)

    def add(self, raw: Raw, home: Document) -> None:
        """Put the sections of one part to those found so far."""
        part, home = self.followed(raw, home)
        for name, key, value in home.fields(part):
            section, place = self.followed(value, home)
            if _names_file(section):
                continue
            members = None
            if isinstance(section, MappingNode):
                members = [self._member(pair, place) for pair in section.value]
            known = self.sections.get(name)
            if known is not None and isinstance(known[1], MappingNode) and members is not None:
                known[1].value.extend(members)
                continue
            self._note(key, home)
            self._note(section, place)
            if members is not None:
                section = MappingNode(section.tag, members, section.start_mark, section.end_mark)
                self._note(section, place)
            self.sections[name] = (key, section)

    def _member(self, pair: tuple[Raw, Raw], home: Document) -> tuple[Raw, Raw]:
        value, place = self.followed(pair[1], home)
        self._note(pair[0], home)
        self._note(value, place)
        return pair[0], value

    def _note(self, raw: Raw, home: Document) -> None:
        if home is not self.document:
            self.homes[id(raw)] = home


def assembled(document: Document, raw: Raw, load: Load) -> Template | None:
    """The template that the ``resources`` of a configuration are; None where they are none."""
    parts = _Parts(document, load)
    for part in raw.value if isinstance(raw, SequenceNode) else (raw,):
        parts.add(part, document)
    if not parts.sections and not parts.unread:
        return None
    sections = MappingNode(raw.tag, [*parts.sections.values()], raw.start_mark, raw.end_mark)
    template = outline(document, sections, parts.homes)
    template.framework = True
    template.unread = tuple(parts.unread)
    return template


def _names_file(raw: Raw) -> bool:
    return isinstance(raw, ScalarNode) and raw.value.startswith(FILE)


def _at(document: Document, path: str | None) -> Raw | None:
    """What stands below these names in a document."""
    here: Raw = document.root
    for step in path.split(".") if path else ():
        values = [value for name, _, value in document.fields(here) if name == step]
        if not values:
            return None
        here = values[-1]
    return here


def files_in(text: str, path: str) -> Iterator[str]:
    """The paths of the files that a configuration takes something from."""
    for named in _FILE.finditer(text):
        yield join(posixpath.dirname(path), named[1])
