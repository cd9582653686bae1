"""Blocks of a root module and of those it calls, as the places of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from iac_keycheck.deciding.terms import either
from iac_keycheck.deciding.values import Entries, Items, Refused, Unknown, Value, plain
from iac_keycheck.deciding.verdicts import Verdict
from iac_keycheck.expressions import expression
from iac_keycheck.facts import Fact, Mark
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError, Span
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.file_names import configuration_files
from iac_keycheck.terraform.instances import ModuleInstance, Scope
from iac_keycheck.terraform.members import index_text
from iac_keycheck.terraform.public_modules import is_sketch
from iac_keycheck.terraform.syntax import Block, Body, Expression
from iac_keycheck.workspace import join

Test = Callable[[Frame], "bool | Unknown"]
_A_BLOCK = 10_000
"""Few blocks have more characters than this."""
_INDEX = expression(r'\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]')


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The scopes of a root module; ``is_scanned`` tells whether a directory is part of the scan."""

    root: Scope
    is_scanned: Callable[[str], bool]

    def scopes(self, top: Scope | None = None) -> Iterator[Scope]:
        """The root module and all that it calls, outermost first."""
        scope = top or self.root
        yield scope
        for child in scope.children.values():
            if isinstance(child, Scope):
                yield from self.scopes(child)

    def texts(self) -> Iterator[str]:
        """The texts of all files of configuration that can be read."""
        for directory, workspace in {one.module.directory: one.module.workspace for one in self.scopes()}.items():
            for file in configuration_files(workspace.listing(directory)):
                with suppress(InputError):
                    yield workspace.text(join(directory, file))

    def at(self, address: str) -> tuple[Scope, str, str] | None:
        """The scope, type and name of the resource of which an address is that of an instance."""
        *path, type_, name = _INDEX.sub("", f".{address}").split(".")
        scope: Scope | str | None = self.root
        for step, called in zip(path[1::2], path[2::2], strict=False):
            scope = scope.children.get(called) if isinstance(scope, Scope) and step == "module" else None
        if not isinstance(scope, Scope) or not scope.module.has("resource", type_, name):
            return None
        return scope, type_, name

    def sites(self, mode: str, says: Callable[[str], bool]) -> Iterator[Site]:
        """The blocks of a mode whose text says something, in all scopes: see `saying`."""
        for scope in self.scopes():
            for labels in saying(scope, mode, says):
                block = scope.module.block(mode, *labels)
                if block is not None:
                    yield Site(self, scope, mode, labels, block)


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One block of code in its static place in the tree."""

    tree: Tree
    scope: Scope
    mode: str
    labels: tuple[str, ...]
    block: Block

    @property
    def type(self) -> str:
        """The type of a resource or data source."""
        return self.labels[0]

    @property
    def address(self) -> str:
        """The address without instance keys."""
        prefix = "" if self.mode == "resource" else f"{self.mode}."
        return f"{self.scope.address}.{prefix}{'.'.join(self.labels)}".lstrip(".")

    def frames(self) -> tuple[Frame, ...] | Unknown:
        """Where the arguments of the block's instances stand, or what their number waits for."""
        return frames(self.scope, self.mode, self.labels)

    def somewhere(self, test: Test) -> Verdict:
        """Whether something holds in an instance of the block."""
        found = self.frames()
        if isinstance(found, Unknown):
            return found
        verdict: bool | Unknown = False
        for frame in found:
            verdict = either(verdict, test(frame))
            if verdict is True:
                return True
        return verdict

    def fact(self, span: Span, test: Test, way: tuple[Mark, ...] = ()) -> Fact:
        """A fact at a place in the block; at the call where the module is no part of the scan."""
        call = _call_in_scan(self.tree, self.scope)
        attributes = self.block.body.attributes
        condition = attributes.get("count") or attributes.get("for_each")
        block = call or self.block
        return Fact(
            self.address,
            call.header if call else span,
            (block.span,),
            lambda: self.somewhere(test),
            tuple(mark for mark in way if not is_sketch(mark.span.path)),
            tuple(step for step in self.scope.calls if not is_sketch(step.span.path)),
            condition.span if condition and not call else None,
        )


def frames(scope: Scope, mode: str, labels: tuple[str, ...]) -> tuple[Frame, ...] | Unknown:
    """Where the arguments of a block's instances stand in the world of the moment."""
    modules = scope.instances()
    if isinstance(modules, Unknown):
        return modules
    found: list[Frame] = []
    for module in modules:
        if mode == "output":
            found.append(module.frame)
            continue
        members = module.members(mode, *labels)
        if isinstance(members, Unknown):
            return members
        for member in members:
            own = (
                {"self": module.resource_object(mode, labels[0], labels[1], member.token)} if mode == "resource" else {}
            )
            found.append(Frame(module, own, member.each, member.count))
    return tuple(found)


def instances(scope: Scope, mode: str, labels: tuple[str, str]) -> Iterator[tuple[str, ModuleInstance, Frame]]:
    """The instances of a block that exist in the world of the moment, with their addresses."""
    modules = scope.instances()
    for module in modules if isinstance(modules, tuple) else ():
        members = module.members(mode, *labels)
        for member in members if isinstance(members, tuple) else ():
            address = f"{module.address}{'.'.join(labels)}{index_text(member.token)}"
            yield address, module, Frame(module, each=member.each, count=member.count)


def _call_in_scan(tree: Tree, scope: Scope) -> Block | None:
    here: Scope | None = scope
    call: Block | None = None
    while here is not None and not tree.is_scanned(here.module.directory):
        call, here = here.call, here.parent
    return call


def saying(scope: Scope, mode: str, says: Callable[[str], bool]) -> Iterator[tuple[str, ...]]:
    """The labels of the blocks of a mode (``resource``, ``data``, ``output``) whose text says something.

    What a text says, all that it is part of must say as well: most files are passed over as a whole.
    """
    labels = scope.module.labels(mode)
    number = len(labels[0]) if labels else 0
    found: set[tuple[str, ...]] = set()
    for entries in scope.module.by_file(mode):
        whole = entries[0].source.text
        # not so one that says much besides these blocks
        few = len(whole) < _A_BLOCK * len(entries) or len(whole) < 2 * sum(entry.size for entry in entries)
        said = says(whole) if few else None
        for entry in entries if said is not False else ():
            text = entry.text()
            if not text and said is None:
                said = says(whole)
            # one of JSON says what its file says
            if says(text) if text else said:
                found.add(entry.labels[:number])
    return (one for one in labels if one in found) if found else iter(())


def value_of(node: Expression, frame: Frame) -> Value:
    """The value of an argument; null where Terraform would report an error, which is somebody else's to say."""
    try:
        return evaluate(node, frame)
    except Refused:
        return None


def nested(body: Body, name: str) -> Iterator[tuple[Body, Callable[[Frame], Iterator[Frame]]]]:
    """The nested blocks of a name, also ``dynamic`` ones, each with the frames in which its content stands."""
    for block in body.nested(name):
        yield block.body, lambda frame: iter((frame,))
    for dynamic in body.nested("dynamic", 1):
        if dynamic.labels != (name,):
            continue
        each, iterator = dynamic.body.attributes.get("for_each"), dynamic.body.attributes.get("iterator")
        variable = str(getattr(iterator.expression, "name", name)) if iterator else name
        for content in dynamic.body.nested("content"):
            if each is not None:
                yield content.body, _each(each.expression, variable)


def _each(node: Expression, variable: str) -> Callable[[Frame], Iterator[Frame]]:
    def bound(frame: Frame) -> Iterator[Frame]:
        value = plain(value_of(node, frame))
        pairs: list[tuple[Value, Value]] = []
        match value:
            case Items(items=items):
                pairs = [(item if value.kind == "set" else index, item) for index, item in enumerate(items)]
            case Entries(entries=entries):
                pairs = [(key, entries[key]) for key in entries]
            case Unknown():
                pairs = [(value, value)]
        for key, item in pairs:
            yield frame.binding(**{variable: Entries("object", {"key": key, "value": item})})

    return bound
