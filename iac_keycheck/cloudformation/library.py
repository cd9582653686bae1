"""The templates of a scan by path, read when they are asked for, and where the address of a nested one leads."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from itertools import islice

from iac_keycheck.cloudformation.assembling import Load, assembled
from iac_keycheck.cloudformation.detect import foreign_language, is_about_keys, is_framework, is_heat
from iac_keycheck.cloudformation.reader import Document, following, read
from iac_keycheck.cloudformation.template import Template, outline
from iac_keycheck.expressions import expression
from iac_keycheck.libyaml import MappingNode, SequenceNode
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Gap
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.workspace import Workspace, join

_PLACEHOLDER = expression(r"(?m)(?:[:-][ \t]+|^[ \t]*)\{\{")
_INTERPOLATION = expression(r"(?<!\$)\$\{|(?<!%)%\{")
RESOURCES = 2_000
"""The greatest number of resources in a template, of which CloudFormation takes none with more than 500.

What is written may be more than what is deployed: a macro can take some away.
"""
_REMOTE = expression(r"(?i)(?:https?|s3)://")
_TOO_MANY = f"more than {RESOURCES} resources; CloudFormation takes 500 in a template"

MOST_DOCUMENTS = 20
"""YAML documents of one file in which a template is looked for."""


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
            text = self.texts[path] if path in self.texts else self.workspace.template(path)
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
        template = _outlined(document, data, self._part)
        if template is None and relevant and document.more is not None:
            self._note_other_documents(path, document)
        beyond = None if template is None else _beyond(template)
        if beyond is not None:
            self.problems[path] = Problem("bound", f"it has {_TOO_MANY}", beyond, relevant)
            return None
        if template is not None and (is_heat(data) or _has_placeholders(document)):
            template.foreign = foreign_language(data)
        return template

    def _note_other_documents(self, path: str, document: Document) -> None:
        """Say of a template that it is not the first document of its file."""
        after = following(document)
        for _ in range(MOST_DOCUMENTS):
            if not isinstance(after, Document):
                return
            data = after.text.encode("utf-8", "surrogatepass")
            if _outlined(after, data) is not None and is_about_keys(data):
                message = "a template that is not the first YAML document starts here: CloudFormation takes one"
                self.problems[path] = Problem("template", message, after.span(after.root))
                return
            after = following(after)

    def _part(self, path: str) -> Document | None:
        """The document in a file that a configuration of the Serverless Framework names."""
        try:
            return read(path, self.texts[path] if path in self.texts else self.workspace.text(path))
        except InputError:
            return None

    def inside(
        self, path: str, body: str, place: Span, places: Mapping[int, Span] | None = None
    ) -> Template | str | None:
        """The template in a text that stands at a place of a file; why it cannot be read.

        ``places`` are those of some of its lines (0-based), where they are known.
        """
        source = self.texts.get(path, "")
        try:
            document = read(path, body, place, places) if places else read(path, *relocated(source, body, place))
        except InputError as error:
            return f"the template in it cannot be read: {error.problem.message}"
        template = None if document is None else _outlined(document, body.encode("utf-8", "surrogatepass"))
        return f"the template in it has {_TOO_MANY}" if template is not None and _beyond(template) else template

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


def _beyond(template: Template) -> Span | None:
    """The place of the first resource of a template that is too much."""
    first = next(islice(template.section("Resources").values(), RESOURCES, None), None)
    return None if first is None else first.header


def _has_placeholders(document: Document) -> bool:
    """Whether a value is ``{{ name }}`` without quotes, which YAML reads as a mapping with a mapping for a name."""
    if _PLACEHOLDER.search(document.text) is None:
        return False
    stack = [document.root]
    while stack:
        raw = stack.pop()
        if isinstance(raw, SequenceNode):
            stack += raw.value
        elif isinstance(raw, MappingNode):
            if any(isinstance(key, MappingNode) for key, _ in raw.value):
                return True
            stack += [value for _, value in raw.value]
    return False


def relocated(source: str, body: str, place: Span) -> tuple[str, Span | None]:
    """A text that stands in a file, moved so that its places are those of the file; else with its one place.

    That can be done where it stands there line by line below the place's first line, indented alike; what another
    language puts into a line may be anything.
    """
    lines = body.removesuffix("\n").split("\n")
    block = source.split("\n")[place.line : place.line + len(lines)]
    filled = [(one, line) for one, line in zip(block, lines, strict=False) if line]
    one, line = filled[0] if filled else ("", "")
    indent = len(one) - len(one.lstrip(" ")) - (len(line) - len(line.lstrip(" ")))
    if len(block) == len(lines) and all(_makes(one[indent:], line) for one, line in filled):
        return "\n" * place.line + "\n".join(" " * indent + line if line else "" for line in lines), None
    return body, place


def _makes(written: str, line: str) -> bool:
    """Whether a line of a heredoc may be what a line of the text is made of."""
    before = _INTERPOLATION.split(written, maxsplit=1)[0]
    plain = before.replace("$${", "${").replace("%%{", "%{")
    return line == plain if before == written else line.startswith(plain)


def _outlined(document: Document, data: bytes, load: Load = lambda _: None) -> Template | None:
    """The template of a document; of a Serverless Framework configuration, the one in its ``resources``."""
    sections = {name: raw for name, _, raw in document.fields()}
    named = "AWSTemplateFormatVersion" in sections  # then it is one, whatever its resources look like
    if isinstance(sections.get("Resources"), (MappingNode, SequenceNode) if named else MappingNode):
        return outline(document)
    if not is_framework(data):
        return None
    resources = [raw for name, _, raw in document.fields() if name == "resources"]
    return assembled(document, resources[-1], load) if resources else None
