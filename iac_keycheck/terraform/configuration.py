"""One directory as Terraform sees it: its files as one module, override files merged, blocks parsed when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.terraform.file_names import configuration_files, is_override
from iac_keycheck.terraform.syntax import Attribute, Block, Body
from iac_keycheck.workspace import Workspace, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.terraform.entries import Entry

_KINDS = {"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "check": 1}


@dataclass(slots=True)
class Module:
    """The static side of a module: blocks by type and labels. Problems are collected, not raised."""

    directory: str
    workspace: Workspace
    problems: list[Problem] = field(default_factory=list)
    _entries: dict[tuple[str, ...], list[Entry]] = field(default_factory=dict)
    _of_type: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    _parsed: dict[tuple[str, ...], Block | None] = field(default_factory=dict)
    _by_file: dict[str, list[list[Entry]]] = field(default_factory=dict)
    _locals: tuple[Mapping[str, Attribute], bool] | None = None

    def __hash__(self) -> int:
        """By identity: one directory is one module."""
        return id(self)

    @classmethod
    def load(cls, directory: str, workspace: Workspace) -> Module:
        """Read the headers of all blocks of a directory."""
        from iac_keycheck.terraform.entries import entries_of  # noqa: PLC0415 — only where there is Terraform

        module = cls(directory, workspace)
        for name in configuration_files(workspace.listing(directory)):
            path = join(directory, name)
            try:
                text = workspace.text(path)
            except InputError as error:
                module.problems.append(error.problem)
                continue
            try:
                found = list(entries_of(text, path, override=is_override(name)))
            except InputError as error:
                module.problems.append(error.problem)
                continue
            for entry in found:
                module._add(entry)
        return module

    def _add(self, entry: Entry) -> None:
        labels = entry.labels[: _KINDS.get(entry.type, 0)]
        if len(labels) < _KINDS.get(entry.type, 0):
            where = Span(entry.path, entry.line, 1, entry.line, 1)
            self.problems.append(Problem("syntax", f"a {entry.type} block needs {_KINDS[entry.type]} labels", where))
            return
        key = (entry.type, *labels)
        known = self._entries.setdefault(key, [])
        if known and not entry.override and entry.type in _KINDS and entry.type != "provider":
            where = Span(entry.path, entry.line, 1, entry.line, 1)
            first = known[0]
            message = f"{_address(key)} is declared twice; the first is at {first.path}:{first.line}"
            self.problems.append(Problem("duplicate", message, where, relevant=False))
            return
        if not known:
            self._of_type.setdefault(entry.type, []).append(labels)
        known.append(entry)

    def labels(self, type_: str) -> Sequence[tuple[str, ...]]:
        """The labels of all blocks of a type, in source order."""
        return self._of_type.get(type_, ())

    def has(self, type_: str, *labels: str) -> bool:
        """Whether there is such a block."""
        return (type_, *labels) in self._entries

    def is_overridden(self, type_: str, *labels: str) -> bool:
        """Whether an override file says something of a block."""
        return len(self._entries.get((type_, *labels), [])) > 1

    def is_parsed(self, type_: str, *labels: str) -> bool:
        """Whether a block was read with its whole file, as those of JSON are: then nobody knows its text alone."""
        return all(isinstance(entry.found, Block) for entry in self._entries.get((type_, *labels), []))

    def block(self, type_: str, *labels: str) -> Block | None:
        """A block with its overrides merged in; None where there is none or it cannot be parsed."""
        key = (type_, *labels)
        if key not in self._parsed:
            self._parsed[key] = self._merged(self._entries.get(key, []))
        return self._parsed[key]

    def blocks(self, type_: str, *labels: str, saying: str = "") -> Iterator[Block]:
        """All blocks of an unlabelled or repeatable type (``locals``, ``provider``, ``moved``, ``terraform``).

        Where ``labels`` are given, those with these; and only those that say the word ``saying``.
        """
        for of_type in self.labels(type_):
            for entry in self._entries[(type_, *of_type)]:
                if (labels and entry.labels != labels) or (saying and saying not in (entry.text() or saying)):
                    continue
                block = self._parse(entry)
                if block is not None:
                    yield block

    def _merged(self, entries: list[Entry]) -> Block | None:
        merged: Block | None = None
        for entry in entries:
            block = self._parse(entry)
            if block is not None:
                merged = block if merged is None else overridden(merged, block)
        return merged

    def _parse(self, entry: Entry) -> Block | None:
        try:
            return entry.parse()
        except InputError as error:
            if error.problem not in self.problems:
                self.problems.append(error.problem)
            return None

    @property
    def locals(self) -> Mapping[str, Attribute]:
        """The local values, those of override files replacing others."""
        return self._known_locals()[0]

    @property
    def lacks_locals(self) -> bool:
        """Whether some local values could not be read."""
        return self._known_locals()[1]

    def _known_locals(self) -> tuple[Mapping[str, Attribute], bool]:
        if self._locals is None:
            blocks = tuple(self.blocks("locals"))
            values = {name: value for block in blocks for name, value in block.body.attributes.items()}
            self._locals = values, len(blocks) < len(self.entries("locals"))
        return self._locals

    def entries(self, type_: str, *labels: str) -> Sequence[Entry]:
        """All headers of a block: the first, and those of override files."""
        return self._entries.get((type_, *labels), ())

    def by_file(self, type_: str) -> Sequence[Sequence[Entry]]:
        """The headers of all blocks of a type, together with those of the same file."""
        if type_ not in self._by_file:
            files: dict[str, list[Entry]] = {}
            for labels in self.labels(type_):
                for entry in self._entries[(type_, *labels)]:
                    files.setdefault(entry.source.path, []).append(entry)
            self._by_file[type_] = [*files.values()]
        return self._by_file[type_]

    def entry(self, type_: str, *labels: str) -> Entry | None:
        """The first header of a block."""
        return next(iter(self.entries(type_, *labels)), None)


def overridden(block: Block, by: Block) -> Block:
    """A block merged with one of an override file: arguments replace arguments, nested blocks all of their type."""
    attributes = {**block.body.attributes, **by.body.attributes}
    lifecycle = [nested for nested in by.body.blocks if nested.type == "lifecycle"]
    replaced = {nested.type for nested in by.body.blocks if nested.type != "lifecycle"}
    kept = [nested for nested in block.body.blocks if nested.type not in replaced]
    if lifecycle:
        kept = [_lifecycle_merged(nested, lifecycle) for nested in kept]
        if not any(nested.type == "lifecycle" for nested in kept):
            kept += lifecycle
    added = [nested for nested in by.body.blocks if nested.type != "lifecycle"]
    return replace(block, body=Body(attributes, (*kept, *added)))


def _lifecycle_merged(block: Block, by: list[Block]) -> Block:
    if block.type != "lifecycle":
        return block
    attributes = dict(block.body.attributes)
    for nested in by:
        attributes.update(nested.body.attributes)
    return replace(block, body=replace(block.body, attributes=attributes))


def _address(key: tuple[str, ...]) -> str:
    match key:
        case ("resource", *labels):
            return ".".join(labels)
        case _:
            return ".".join(key)
