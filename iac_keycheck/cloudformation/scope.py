"""A template in its place in a deployment: what its names lead to, and by what they are called in reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from iac_keycheck.cloudformation import pseudo
from iac_keycheck.cloudformation.nodes import Node
from iac_keycheck.cloudformation.parameters import Parameter, parameter
from iac_keycheck.cloudformation.template import Template
from iac_keycheck.deciding.shapes import ANY, STRING, ListOf, Type
from iac_keycheck.deciding.values import Input, Origin, Refused, Unknown, Value
from iac_keycheck.deciding.worlds import Inputs
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Account, Step
from iac_keycheck.source import Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEEPEST = 100
"""Levels of evaluation inside each other that are followed."""

Condition = bool | Unknown
Insertions = Sequence[Callable[[], Value]]
"""Values that stand where a text has marks for them, evaluated in the world of the moment."""
Bindings = tuple[tuple[str, Value], ...]

_STACK_PSEUDO: Mapping[str, Type] = {
    "AWS::NotificationARNs": ListOf(STRING),
    "AWS::StackId": STRING,
    "AWS::StackName": STRING,
}


class Rejected(Refused):
    """Refused, with the place of what is refused."""

    def __init__(self, message: str, span: Span, *, static: bool = False) -> None:
        super().__init__(message, static=static)
        self.span = span


@dataclass(slots=True)
class Shared:
    """What the templates of a deployment share: their inputs by name, and how deep evaluation is at the moment.

    ``committed`` are values that stand in the code for inputs other than parameters, ``literals`` lists of plain text
    by the identity of their nodes.
    """

    depth: int = 0
    inputs: dict[str, Input] = field(default_factory=dict)
    committed: dict[str, Value] = field(default_factory=dict)
    literals: dict[int, Value] = field(default_factory=dict)

    def known(self, source: Input) -> Input:
        """The input of that name: the first that was made, whoever asks."""
        return self.inputs.setdefault(source.name, source)

    @contextmanager
    def deeper(self, span: Span) -> Iterator[None]:
        """One level more; raises `Rejected` where there are too many."""
        self.depth += 1
        try:
            if self.depth > DEEPEST:
                raise Rejected(f"more than {DEEPEST} levels of evaluation", span, static=True)
            yield
        finally:
            self.depth -= 1


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """How nodes are evaluated, and the conditions of a template by name."""

    evaluate: Callable[[Node, Context], Value]
    holds: Callable[[str, Context], Condition]


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """What lies outside a template.

    ``nested`` gives the scope that a resource deploys, or why it cannot be read; ``exported`` what stands under a name
    of the account's exports.
    """

    nested: Callable[[Any], Scope | str]
    exported: Callable[[Scope, Value], Value]


@dataclass(slots=True, eq=False)
class Scope:
    """One template in one place. ``arguments`` are what a parent passes, None for the template of a root stack.

    ``prefix`` starts the names of what is in it (``Nested.``); ``renamed`` are inputs of parameters that are called
    otherwise. ``known`` are pseudo parameters that are fixed, and
    ``mentioned`` values that committed files name for parameters. ``exists`` is the condition of the stack itself,
    ``inserted`` what another language puts into the template's text.
    """

    template: Template
    inputs: Inputs
    language: Language
    links: Links
    prefix: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Callable[[], Value]] | None = None
    known: Mapping[str, Value] = field(default_factory=dict)
    mentioned: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    exists: Callable[[], Condition] = lambda: True
    account: Account = field(default_factory=Account)
    calls: tuple[Step, ...] = ()
    shared: Shared = field(default_factory=Shared)
    problems: list[Problem] = field(default_factory=list)
    compared: Callable[[str], tuple[Value, ...]] = lambda _name: ()
    parent: Scope | None = None
    inserted: Insertions = ()
    _parameters: dict[str, tuple[Parameter, Input]] = field(default_factory=dict)

    @property
    def id(self) -> tuple[str, str]:
        """What tells this scope from the others of a deployment."""
        return self.template.path, self.prefix

    def declared(self, name: str) -> tuple[Parameter, Input] | None:
        """A parameter of the template, and the input that it is in a root stack."""
        if name not in self._parameters:
            member = self.template.section("Parameters").get(name)
            if member is None:
                return None
            found = parameter(member, self.problems)
            mentions: dict[str, Value] = {}
            defaults = (found.default,) if found.has_default else ()
            for value in (*self.compared(name), *self.mentioned.get(name, ()), *defaults):
                read = found.read(value)
                if read is not None:
                    mentions.setdefault(repr(read), read)
            made = found.input(self.renamed.get(name, f"{self.prefix}Parameter {name}"), mentions.values())
            self._parameters[name] = found, self.shared.known(made)
        return self._parameters[name]

    def parameter(self, name: str) -> Value:
        """The value of a parameter in the world of the moment."""
        known = self.declared(name)
        if known is None:
            raise Refused(f"there is no parameter {name}", static=True)
        declared, source = known
        if self.arguments is None or declared.from_store:
            return self.inputs.value(source)
        if name not in self.arguments:
            if declared.has_default:
                return declared.default
            raise Refused(f"the stack needs a value for its parameter {name}", static=True)
        passed = self.arguments[name]
        return self.inputs.remember((self.id, "parameter", name), lambda: self._passed(declared, passed()))

    def _passed(self, declared: Parameter, value: Value) -> Value:
        if value is None and declared.has_default:
            return declared.default
        read = declared.read(value)
        if read is None or declared.fits(read) is False:
            raise Refused(f"the stack does not accept what is passed for its parameter {declared.name}")
        return read

    def pseudo(self, name: str) -> Value:
        """The value of a pseudo parameter."""
        if name in self.known:
            return self.known[name]
        if name in pseudo.SHARED:
            mentions, samples = self.compared(name), pseudo.SHARED[name]
            source = Input(name, Origin.PSEUDO, STRING, mentions=mentions, samples=samples)
            return self.inputs.value(self.shared.known(source))
        if name in _STACK_PSEUDO:
            shape, mentions = _STACK_PSEUDO[name], self.compared(name) if name == "AWS::StackName" else ()
            return self.inputs.value(
                self.shared.known(Input(f"{self.prefix}{name}", Origin.PSEUDO, shape, mentions=mentions))
            )
        raise Refused(f"there is no pseudo parameter {name}", static=True)

    def opaque(self, name: str, reason: str, type_: Type = ANY) -> Value:
        """Something that cannot be read, and why."""
        return self.inputs.value(Input(f"{self.prefix}{name}", Origin.OPAQUE, type_, reason=reason))

    def computed(
        self,
        name: str,
        *,
        entropy: int = 0,
        sensitive: bool = False,
        type_: Type = ANY,
        samples: tuple[Value, ...] = (),
    ) -> Value:
        """An attribute that is known once the stack stands."""
        called = f"{self.prefix}{name}"
        source = Input(called, Origin.COMPUTED, type_, entropy=entropy, sensitive=sensitive, samples=samples)
        return self.inputs.value(source)


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """Where an expression stands: in which template, with which values of the loops around it, in ``rules`` or not."""

    scope: Scope
    bindings: Bindings = ()
    rules: bool = False

    def value(self, node: Node) -> Value:
        """What a node evaluates to here."""
        return self.scope.language.evaluate(node, self)

    def holds(self, name: str) -> Condition:
        """Whether a condition of the template holds."""
        return self.scope.language.holds(name, self)

    def bound(self, name: str) -> Value:
        """The value of a loop's variable, None for any other name."""
        return next((value for key, value in self.bindings if key == name), None)
