"""The templates of a scan by path, read when they are asked for, and where the address of a nested one leads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from yaml.nodes import MappingNode, SequenceNode

from iac_keycheck.cloudformation.detect import foreign_language, is_about_keys, is_framework
from iac_keycheck.cloudformation.reader import Document, read
from iac_keycheck.cloudformation.template import Template, outline
from iac_keycheck.resource import Gap
from iac_keycheck.source import InputError, Problem
from iac_keycheck.workspace import Workspace, join

_REMOTE = re.compile(r"(?i)(?:https?|s3)://")


@dataclass(slots=True, eq=False)
class Library:
    """Templates by their path. ``gaps`` and ``problems`` are what kept a file from being read as one."""

    texts: Mapping[str, str]
    workspace: Workspace
    gaps: dict[str, Gap] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    _templates: dict[str, Template | None] = field(default_factory=dict)
    _by_name: dict[str, list[str]] | None = None

    def template(self, path: str) -> Template | None:
        """The template in a file; None for what is none or cannot be read."""
        if path not in self._templates:
            self._templates[path] = self._read(path)
        return self._templates[path]

    def _read(self, path: str) -> Template | None:
        try:
            text = self.texts[path] if path in self.texts else self.workspace.text(path)
        except InputError as error:
            self.problems[path] = error.problem
            return None
        data = text.encode("utf-8", "surrogatepass")
        relevant = is_about_keys(data)
        try:
            document = read(path, text)
        except InputError as error:
            foreign = foreign_language(data)
            problem = error.problem
            if foreign is None:
                self.problems[path] = Problem(problem.kind, problem.message, problem.span, relevant)
            elif relevant:
                self.gaps[path] = Gap(path, f"it is {foreign}", problem.span)
            return None
        if document is None:
            return None
        template = _outlined(document, data)
        if template is not None and (foreign := foreign_language(data)) is not None and "Heat" in foreign:
            if relevant:
                self.gaps[path] = Gap(path, f"it is {foreign}", template.span)
            return None
        return template

    def found(self, address: str, parent: str) -> str | None:
        """The path of the template that an address in ``parent`` leads to.

        ``address`` is what is known of it from its end; a remote one is looked for by its file name among the scanned
        templates, and found where one alone fits.
        """
        if not _REMOTE.match(address) and not address.startswith("/"):
            local = join(posixpath.dirname(parent), address)
            if local in self.texts or self.workspace.exists(local):
                return local
        steps = [step for step in address.partition("?")[0].split("/") if step]
        if not steps:
            return None
        candidates = self._named(steps[-1])
        for step in range(2, len(steps) + 1):
            if len(candidates) <= 1:
                break
            tail = "/" + "/".join(steps[-step:])
            fitting = [path for path in candidates if f"/{path}".endswith(tail)]
            if not fitting:
                break
            candidates = fitting
        return candidates[0] if len(candidates) == 1 else None

    def _named(self, name: str) -> list[str]:
        if self._by_name is None:
            self._by_name = {}
            for path in self.texts:
                self._by_name.setdefault(posixpath.basename(path), []).append(path)
        return self._by_name.get(name, [])

    def paths(self) -> Iterable[str]:
        """The scanned templates."""
        return self.texts


def _outlined(document: Document, data: bytes) -> Template | None:
    """The template of a document; of a Serverless Framework configuration, the one in its ``resources``."""
    for name, _, raw in document.fields():
        if name == "Resources" and isinstance(raw, MappingNode):
            return outline(document)
    if not is_framework(data):
        return None
    for name, _, raw in document.fields():
        if name == "resources":
            parts = raw.value if isinstance(raw, SequenceNode) else [raw]
            mappings = [part for part in parts if isinstance(part, MappingNode)]
            if mappings:
                pairs = [pair for part in mappings for pair in part.value]
                return outline(document, MappingNode(raw.tag, pairs, raw.start_mark, raw.end_mark))
    return None
