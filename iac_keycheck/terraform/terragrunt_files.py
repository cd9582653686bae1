"""Files of Terragrunt: their locals, what they include and the inputs that they give, as far as these are static."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from iac_keycheck.deciding.shapes import Type
from iac_keycheck.deciding.values import Entries, Input, Leaf, Refused, Unknown, Value, plain
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError, Problem
from iac_keycheck.terraform.entries import assignments
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.lazy import Lazy
from iac_keycheck.terraform.syntax import Attribute, Block, Body, Call, Conditional, Expression, ObjectCons, Template
from iac_keycheck.terraform.terragrunt_functions import WORKING, Function, functions_at, located, unknown
from iac_keycheck.terraform.terragrunt_inputs import Assigned, Given, entry, settled
from iac_keycheck.terraform.words import mentions_keys
from iac_keycheck.workspace import Workspace, start_of

DEPTH = 16
"""How many files may read each other."""
_NOTHING = Body({}, ())


@dataclass(slots=True)
class Reader:
    """The files of Terragrunt in a scan, each parsed once."""

    workspace: Workspace
    problems: list[Problem] = field(default_factory=list)
    _bodies: dict[str, Body] = field(default_factory=dict)

    def body(self, path: str) -> Body:
        """The blocks and attributes of a file; nothing, and a problem, where it cannot be read."""
        if path not in self._bodies:
            try:
                self._bodies[path] = _parsed(path, self.workspace)
            except InputError as error:
                self._bodies[path] = _NOTHING
                self.problems.append(error.problem)
        return self._bodies[path]


def _parsed(path: str, workspace: Workspace) -> Body:
    from iac_keycheck.terraform.hcl import parse_body  # noqa: PLC0415 — only where there is Terragrunt
    from iac_keycheck.terraform.text import Text  # noqa: PLC0415

    try:
        return parse_body(Text.of(path, workspace.text(path)))
    except InputError as error:
        problem = error.problem
        relevant = problem.kind == "syntax" and mentions_keys(workspace.read(path))
        raise InputError(Problem(problem.kind, problem.message, problem.span, relevant=relevant)) from None


@dataclass(slots=True, eq=False)
class Configuration:
    """One file as it is read for one unit. ``child`` includes it, and functions are called in its place.

    ``readers`` are the files that led to it, one read by the other.
    """

    reader: Reader
    path: str
    unit: str
    child: Configuration | None = None
    readers: tuple[str, ...] = ()
    _known: dict[tuple[str, str], Value] = field(default_factory=dict)
    _open: set[tuple[str, str]] = field(default_factory=set)
    _functions: Mapping[str, Function] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._functions = functions_at(self)

    @property
    def workspace(self) -> Workspace:
        """The files that may be read."""
        return self.reader.workspace

    @property
    def body(self) -> Body:
        """What stands in the file."""
        return self.reader.body(self.path)

    @property
    def here(self) -> str:
        """The directory where functions are called."""
        return posixpath.dirname((self.child or self).path) or "."

    @property
    def original(self) -> str:
        """The directory of the unit."""
        return posixpath.dirname(self.unit) or "."

    @property
    def files(self) -> ConfigurationFiles:
        """The files that functions of Terraform may read here."""
        return ConfigurationFiles(self.workspace, posixpath.dirname(self.path) or ".")

    def value(self, expression: Expression) -> Value:
        """The value of an expression; unknown where it is not static, or wrong."""
        try:
            return evaluate(expression, Frame(self, functions=self._functions))
        except Refused as refused:
            return unknown(f"a value of {self.path} ({refused.message})")

    def root(self, name: str, _frame: Frame) -> Value:
        """The value of the first name of a traversal."""
        match name:
            case "local":
                return self.locals()
            case "include":
                return self._includes()
            case "dependency" | "feature" | "values" | "unit" | "stack":
                return Entries("object", Lazy((), lambda part: unknown(f"{name}.{part}"), open_=True))
            case _:
                raise Refused(f'"{name}" means nothing in {self.path}')

    def part(self, source: Input, path: tuple[str, ...], type_: Type) -> Value:
        """A part of what only the run knows."""
        return Unknown(Leaf(source, path), type_)

    def locals(self) -> Entries:
        """The local values of the file, which are seen in no other unless it asks for them."""
        found: dict[str, Attribute] = {}
        for block in self.body.nested("locals"):
            found.update(block.body.attributes)
        names = tuple(found)
        return Entries("object", Lazy(names, lambda name: self._once("local", name, partial(self._local, found[name]))))

    def _local(self, attribute: Attribute) -> Value:
        return evaluate(attribute.expression, Frame(self, functions=self._functions))

    def _once(self, kind: str, name: str, made: Callable[[], Value]) -> Value:
        key = (kind, name)
        if key not in self._known:
            if key in self._open:
                raise Refused(f"{kind}.{name} depends on itself")
            self._open.add(key)
            try:
                self._known[key] = made()
            finally:
                self._open.discard(key)
        return self._known[key]

    def object(self) -> Entries:
        """The file as others see it who read or include it."""
        parts = ("locals", "inputs", "dependency")
        return Entries("object", Lazy(parts, lambda name: self._once("", name, partial(self._part, name)), open_=True))

    def _part(self, name: str) -> Value:
        match name:
            case "locals":
                return self.locals()
            case "inputs":
                given = self.given()
                values = {name: given.values[name].value for name in sorted(given.values)}
                return unknown(f"an input of {self.path}") if given.open_ else Entries("object", values)
            case "dependency":
                return self.root(name, Frame(self))
            case _:
                return unknown(f"{name} of {self.path}")

    def configuration(self, path: str) -> Value:
        """Another file's locals and inputs."""
        return self._once("other file", path, partial(self._read, path))

    def _read(self, path: str) -> Value:
        if not self.workspace.exists(path):
            raise Refused(f"there is no file {path}")
        if len(self.readers) >= DEPTH:
            if path in self.readers:
                raise Refused(f"{path} reads itself")
            message = f"more than {DEPTH} files of Terragrunt read each other; what this one says is not taken in"
            self.reader.problems.append(Problem("bound", message, start_of(path)))
            raise Refused(message)
        return Configuration(self.reader, path, self.unit, readers=(*self.readers, self.path)).object()

    def variables(self, path: str) -> Entries:
        """The assignments of a file of variables."""
        try:
            found = assignments(self.workspace.text(path), path)
        except InputError as error:
            raise Refused(f"{path} cannot be read: {error.problem.message}") from None
        return Entries("object", {name: self.value(found[name].expression) for name in sorted(found)})

    # what is included

    def includes(self) -> Iterator[tuple[str, Configuration | None, Block]]:
        """The files that this one includes, with their labels; None for one that cannot be told or read."""
        if self.child is not None:
            return
        for block in self.body.blocks:
            if block.type == "include":
                path = self._path_of(block)
                readable = path is not None and self.workspace.exists(path)
                label = block.labels[0] if block.labels else ""
                yield label, self._included(path) if readable and path is not None else None, block

    def _path_of(self, block: Block) -> str | None:
        attribute = block.body.attributes.get("path")
        path = plain(self.value(attribute.expression)) if attribute else None
        return located(path, self.here) if isinstance(path, str) else None

    def _included(self, path: str) -> Configuration:
        return Configuration(self.reader, path, self.unit, self, (*self.readers, self.path))

    def included(self, label: str | None) -> str | None:
        """The path of the file that is included under a label, or first; a file that is included is itself meant."""
        if self.child is not None:
            return self.path if label is None else self.child.included(label)
        for name, configuration, _ in self.includes():
            if label is None or name == label:
                return None if configuration is None else configuration.path
        return None

    def _includes(self) -> Value:
        if self.child is not None:
            return self.child._includes()  # noqa: SLF001 — the same class
        found = {name: configuration for name, configuration, _ in self.includes()}
        bare = found.get("")
        if bare is not None:
            return bare.object()
        return Entries("object", Lazy(tuple(found), lambda name: _object(found[name], name)))

    # what is given to the module

    def given(self) -> Given:
        """The inputs of the file and of those that it includes."""
        attribute = self.body.attributes.get("inputs")
        found = Given() if attribute is None else self._given(attribute.expression)
        for _, configuration, block in self.includes():
            strategy = _text_of(block, "merge_strategy") or "shallow"
            if configuration is None:
                found = found.over(Given(open_=True))
            elif strategy == "deep":
                found = found.deeply_over(configuration.given())
            elif strategy != "no_merge":
                found = found.over(configuration.given())
        return found

    def _given(self, expression: Expression) -> Given:
        """Inputs one by one, so that one which is not static leaves the others as they are."""
        match expression:
            case ObjectCons(items=items):
                return self._given_items(items)
            case Call("merge", arguments, False):
                found = Given()
                for argument in arguments:
                    found = self._given(argument).over(found)
                return found
            case Conditional(condition, then, otherwise) if isinstance(chosen := plain(self.value(condition)), bool):
                return self._given(then if chosen else otherwise)
            case _:
                value = plain(self.value(expression))
                if not isinstance(value, Entries):
                    return Given(open_=True)
                return Given({name: Assigned(entry(value, name), expression.span) for name in value.entries})

    def _given_items(self, items: tuple[tuple[Expression, Expression], ...]) -> Given:
        values: dict[str, Assigned] = {}
        open_ = False
        for key_node, node in items:
            key = plain(self.value(key_node))
            if isinstance(key, str):
                values[key] = Assigned(settled(self.value(node)), node.span)
            else:
                open_ = True
        return Given(values, open_)


@dataclass(frozen=True, slots=True)
class ConfigurationFiles:
    """The files that Terraform's functions may read in a file of Terragrunt: paths begin where the file lies."""

    workspace: Workspace
    base: str
    module_path: str = WORKING
    root_path: str = WORKING
    cwd: str = WORKING

    def contains(self, path: str) -> bool:
        """Whether a path lies within the scan."""
        return self.workspace.contains(located(path, self.base))

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises `Refused` where there is none."""
        try:
            return self.workspace.read(located(path, self.base))
        except InputError as error:
            raise Refused(f'the file "{path}" cannot be read: {error.problem.message}') from None

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return self.workspace.exists(located(path, self.base))

    def glob(self, directory: str, pattern: str) -> list[str]:
        """Refused: what a pattern finds is not followed here."""
        raise Refused(f"{directory}/{pattern} is not followed")

    def render(self, _template_text: str, _variables: Entries, name: str) -> Value:
        """Refused: templates are not followed here."""
        raise Refused(f"the template {name} is not followed")


def _object(configuration: Configuration | None, label: str) -> Value:
    return unknown(f"include.{label}") if configuration is None else configuration.object()


def _text_of(block: Block, name: str) -> str | None:
    attribute = block.body.attributes.get(name)
    match attribute.expression if attribute else None:
        case Template(parts=(str(text),)):
            return text
        case _:
            return None
