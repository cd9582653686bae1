"""One template: its sections and their members by name, made into nodes only where somebody looks."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.detect import is_about_keys
from iac_keycheck.cloudformation.nodes import Entry, Node, Scalar, Sequence
from iac_keycheck.cloudformation.reader import Document
from iac_keycheck.libyaml import SequenceNode
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.libyaml import Node as Raw

SECTIONS = ("Parameters", "Mappings", "Conditions", "Rules", "Globals", "Resources", "Outputs")
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
SERVERLESS = "AWS::Serverless-2016-10-31"
MERGES = 8
"""Mappings that take each other in which are looked at for a type."""


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A named part of a section."""

    name: str
    key: Raw
    raw: Raw
    template: Template

    @property
    def header(self) -> Span:
        """The place of its name."""
        return self.template.home(self.key).span(self.key)

    @property
    def span(self) -> Span:
        """The place of the whole."""
        whole = self.template.home(self.raw).span(self.raw)
        return self.header.to(whole) if whole.path == self.header.path else self.header

    @property
    def node(self) -> Node:
        """What stands there."""
        return self.template.node(self.raw)

    @property
    def type(self) -> str:
        """The resource type, empty where there is none."""
        return "" if is_tagged(self.raw) else _type(self.template.document, self.raw)

    def entry(self, name: str) -> Entry | None:
        """One attribute (``Condition``, ``Properties``)."""
        node = self.node
        return node.entry(name) if isinstance(node, nodes.Mapping) else None

    def get(self, name: str) -> Node | None:
        """The value of one attribute."""
        entry = self.entry(name)
        return None if entry is None else entry.value

    def outline(self, *names: str) -> object:
        """Some attributes in a form that is equal where they are written alike."""
        return tuple(nodes.plain(value) if (value := self.get(name)) is not None else None for name in names)

    def property(self, name: str) -> Entry | None:
        """One property of a resource."""
        properties = self.get("Properties")
        return properties.entry(name) if isinstance(properties, nodes.Mapping) else None


@dataclass(slots=True, eq=False)
class Template:
    """A template that could be read. ``problems`` are what is wrong with its outline.

    ``foreign`` says what it is where it is no template as it stands; ``framework`` marks one that stands in a
    configuration of the Serverless Framework; ``unread`` says what such a one takes from files that are not read, and
    ``homes`` has the documents of what it takes from others, by the ids of the raw nodes of sections and members.
    """

    document: Document
    sections: Mapping[str, Mapping[str, Member]] = field(default_factory=dict)
    transforms: tuple[str, ...] = ()
    foreign: str | None = None
    framework: bool = False
    unread: tuple[tuple[str, Span], ...] = ()
    homes: Mapping[int, Document] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    _nodes: dict[int, Node] = field(default_factory=dict)
    _types: dict[str, list[Member]] | None = None

    @property
    def path(self) -> str:
        """The file it stands in."""
        return self.document.path

    @property
    def span(self) -> Span:
        """The first character of the template."""
        start = self.document.span(self.document.root)
        return Span(self.path, start.line, start.column, start.line, start.column + 1)

    @property
    def extended(self) -> bool:
        """Whether it may use what the language extensions add."""
        return LANGUAGE_EXTENSIONS in self.transforms

    def node(self, raw: Raw) -> Node:
        """The node of a part, the same one each time."""
        if id(raw) not in self._nodes:
            self._nodes[id(raw)] = self.home(raw).node(raw)
        return self._nodes[id(raw)]

    def home(self, raw: Raw) -> Document:
        """The document that a section or a member stands in."""
        return self.homes.get(id(raw), self.document)

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents that it is read from, its own first."""
        return tuple(dict.fromkeys((self.document, *self.homes.values())))

    @property
    def text(self) -> str:
        """All that was read for it."""
        return "\n".join(document.text for document in self.documents)

    @property
    def about_keys(self) -> bool:
        """Whether it says a word about users or their keys."""
        return is_about_keys(self.text.encode("utf-8", "surrogatepass"))

    def resources(self, types: Container[str]) -> list[Member]:
        """The resources of some types."""
        if self._types is None:
            self._types = {}
            for member in self.section("Resources").values():
                self._types.setdefault(member.type, []).append(member)
        return [member for kind, members in self._types.items() if kind in types for member in members]

    def section(self, name: str) -> Mapping[str, Member]:
        """The members of a section; none where it is missing."""
        return self.sections.get(name, {})


def _type(document: Document, raw: Raw, depth: int = 0) -> str:
    """The ``Type`` that a resource has, by itself or from a mapping that it takes in."""
    own, taken = None, ""
    for name, _, value in document.fields(raw):
        if name == "Type" and isinstance(value.value, str):
            own = "" if is_tagged(value) else value.value
        elif name == "<<" and depth < MERGES:
            for part in value.value if isinstance(value, SequenceNode) else [value]:
                taken = taken or _type(document, part, depth + 1)
    return taken if own is None else own


def is_tagged(raw: Raw) -> bool:
    """Whether a node has a tag of CloudFormation, or one that it does not know: then it calls a function."""
    return raw.tag.startswith("!") and raw.tag != "!"


def outline(document: Document, raw: Raw | None = None, homes: Mapping[int, Document] | None = None) -> Template:
    """The template that a document, or a part of it, is; ``homes`` are the documents of parts from other files."""
    template = Template(document, homes=homes or {})
    problems: list[Problem] = []
    sections: dict[str, Mapping[str, Member]] = {}
    seen: dict[str, Span] = {}
    for name, key, value in document.fields(raw):
        if name in seen:
            problems.append(_duplicate("section", name, template.home(key).span(key), seen[name]))
        seen[name] = template.home(key).span(key)
        if name in SECTIONS:
            # of a section that stands twice the members of both count
            sections[name] = {**sections.get(name, {}), **_members(template, name, value, problems)}
        elif name == "Transform":
            template.transforms = tuple(_transforms(template, value))
    template.sections = sections
    template.problems = tuple(problems)
    return template


def _members(template: Template, section: str, raw: Raw, problems: list[Problem]) -> Mapping[str, Member]:
    document = template.document
    members: dict[str, Member] = {}
    fields = list(document.fields(raw))
    if isinstance(raw, SequenceNode) or (not isinstance(raw.value, list) and raw.value not in ("", "null", "~")):
        problems.append(Problem("template", f"{section} must be a mapping of names", template.home(raw).span(raw)))
    for name, key, value in fields:
        if name == "<<":
            members = {**{one: Member(one, at, raw, template) for one, at, raw in document.fields(value)}, **members}
            continue
        if name in members:
            problems.append(_duplicate("name", name, template.home(key).span(key), members[name].header))
        members[name] = Member(name, key, value, template)
    return members


def _duplicate(what: str, name: str, span: Span, first: Span) -> Problem:
    message = f"the {what} {name} stands here a second time, after line {first.line}"
    return Problem("duplicate", message, span, relevant=False)


def _transforms(template: Template, raw: Raw) -> Iterator[str]:
    node = template.node(raw)
    for part in node.items if isinstance(node, Sequence) else (node,):
        match part:
            case Scalar(str() as name):
                yield name
            case nodes.Mapping():
                name_of = part.get("Name")
                yield name_of.text or "" if isinstance(name_of, Scalar) else "a macro"
            case _:
                yield "a macro"
