"""A root module as a tree of module instances, and what the names in an expression mean in each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from iac_keycheck.deciding.shapes import ANY, STRING, ObjectOf, Type
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import (
    Entries,
    Input,
    Origin,
    Ref,
    Refused,
    Unknown,
    Value,
    plain,
)
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Account, Step
from iac_keycheck.source import Span
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.attributes import SCHEMAS, attribute_of, user_name
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.functions.user_arns import user_arn
from iac_keycheck.terraform.lazy import Declared, Lazy
from iac_keycheck.terraform.members import INSTANCES, Member, Token, collected, counted, each_of, index_text, key_text
from iac_keycheck.terraform.public_modules import is_sketch
from iac_keycheck.terraform.syntax import Attribute, Block, Expression
from iac_keycheck.terraform.type_constraints import type_constraint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.deciding.worlds import Inputs
    from iac_keycheck.terraform.configuration import Module
    from iac_keycheck.terraform.functions import Files


@dataclass(slots=True, eq=False)
class Scope:
    """A module in its static place: called from here, without instance keys. The root has no parent.

    ``fixed`` are variables of a root module that are no inputs: what deploys it says their values.
    """

    module: Module
    inputs: Inputs
    files: Callable[[Scope], Files]
    parent: Scope | None = None
    name: str = ""
    call: Block | None = None
    children: dict[str, Scope | str] = field(default_factory=dict)
    root_inputs: dict[str, Input] = field(default_factory=dict)
    fixed: Mapping[str, Value] = field(default_factory=dict)
    summaries: dict[str, Callable[[ModuleInstance, str, Frame], Value]] = field(default_factory=dict)
    stack_outputs: dict[str, Callable[[ModuleInstance, Token, str], Value]] = field(default_factory=dict)
    _types: dict[str, Type] = field(default_factory=dict)
    _instances: dict[tuple[ModuleInstance | None, type, Token], ModuleInstance] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """``module.a.module.b``, empty for the root."""
        if self.parent is None:
            return ""
        return f"{self.parent.address}.module.{self.name}".lstrip(".")

    @property
    def calls(self) -> tuple[Step, ...]:
        """The calls that lead here, outermost first."""
        if self.parent is None or self.call is None:
            return ()
        return (*self.parent.calls, Step(self.address, self.call.span))

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the calls that lead here."""
        return () if self.parent is None else (*self.parent.path, self.name)

    def ancestors(self) -> list[str]:
        """The directories of this module and those that call it."""
        return [self.module.directory, *(self.parent.ancestors() if self.parent else [])]

    def instances(self) -> tuple[ModuleInstance, ...] | Unknown:
        """The instances of this module in the world of the moment, or what their number waits for."""
        if self.parent is None:
            return (self.instance(None, None),)
        parents = self.parent.instances()
        if isinstance(parents, Unknown):
            return parents
        found: list[ModuleInstance] = []
        for parent in parents:
            members = parent.members("module", self.name)
            if isinstance(members, Unknown):
                return members
            found += (self.instance(parent, member.token) for member in members)
            if len(found) > INSTANCES:
                raise Refused(f"it is in more than {INSTANCES} instances of modules", bound=True)
        return tuple(found)

    def instance(self, parent: ModuleInstance | None, token: Token) -> ModuleInstance:
        """The instance with this key below an instance of the calling module: there is one object for each."""
        key = (parent, type(token), token)
        if key not in self._instances:
            self._instances[key] = ModuleInstance(self, parent, token)
        return self._instances[key]


@dataclass(slots=True, eq=False)
class ModuleInstance:
    """A module with its instance key, made by `Scope.instance`; it answers for the `Names` of `evaluate`."""

    scope: Scope
    parent: ModuleInstance | None
    token: Token
    _roots: dict[str, Value] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """``module.a["x"].``, with the dot; empty for the root."""
        if self.parent is None:
            return ""
        return f"{self.parent.address}module.{self.scope.name}{index_text(self.token)}."

    @property
    def target(self) -> str:
        """As ``address``, but with the keys that stand for any: it tells members of a family apart."""
        if self.parent is None:
            return ""
        return f"{self.parent.target}module.{self.scope.name}{key_text(self.token)}."

    @property
    def files(self) -> Files:
        """The files that functions may read here."""
        return self.scope.files(self.scope)

    @property
    def frame(self) -> Frame:
        """Where expressions of this module stand that are in no block with ``count`` or ``for_each``."""
        return Frame(self, where=self.target)

    def root(self, name: str, frame: Frame) -> Value:
        """The value of the first name of a traversal."""
        match name:
            case "each":
                if frame.each is None:
                    raise Refused('"each" has no meaning without for_each', static=True)
                return Entries("object", {"key": frame.each[0], "value": frame.each[1]})
            case "count":
                if frame.count is None:
                    raise Refused('"count" has no meaning without count', static=True)
                return Entries("object", {"index": frame.count})
            case _:
                if name not in self._roots:
                    self._roots[name] = self._root(name)
                return self._roots[name]

    def _root(self, name: str) -> Value:
        """The value of a name that means the same in all blocks of the module."""
        module = self.scope.module
        match name:
            case "var":
                names = _first_labels(module, "variable")
                types = ObjectOf(Lazy(names, self.variable_type))
                return Entries("object", Declared("variable", names, self.variable), types)
            case "local":
                return Entries("object", Declared("local value", module.locals, self.local, open_=module.lacks_locals))
            case "module":
                names = _first_labels(module, "module")
                return Entries("object", Declared("module call", names, self.called))
            case "data":
                return Entries("object", Lazy((), partial(self._types_of, "data"), open_=True))
            case "ephemeral":
                return Entries("object", Lazy((), partial(self._types_of, "ephemeral"), open_=True))
            case "path":
                files = self.files
                return Entries("object", {"module": files.module_path, "root": files.root_path, "cwd": files.cwd})
            case "terraform" | "tofu":
                return Entries("object", Lazy(("workspace",), self._terraform))
            case "self":
                return apply("self", (), ANY)
            case _:
                return self._types_of("resource", name)

    def part(self, source: Input, path: tuple[str, ...], type_: Type) -> Value:
        """A part of an input in the world of the moment."""
        return self.scope.inputs.value(source, path, type_)

    def _terraform(self, name: str) -> Value:
        if name != "workspace":
            raise Refused(f'the "terraform" object has no attribute "{name}"', static=True)
        return self.scope.inputs.value(Input("terraform.workspace", Origin.WORKSPACE, STRING, mentions=("default",)))

    def _types_of(self, mode: str, type_: str) -> Value:
        names = dict.fromkeys(labels[1] for labels in self.scope.module.labels(mode) if labels[0] == type_)
        if not names:
            kind = "resource" if mode == "resource" else f"{mode} source"
            raise Refused(f"no {kind} of type {type_} is declared in this module", static=True)
        return Entries("object", Declared(type_, names, lambda name: self.resource(mode, type_, name)))

    def local(self, name: str) -> Value:
        """A local value."""
        found = self.scope.module.locals.get(name)
        if found is None:
            reason = f"{self.address}local.{name} could not be read"
            return self.scope.inputs.value(Input(f"{self.address}local.{name}", Origin.OPAQUE, ANY, reason=reason))
        return self.scope.inputs.remember((self, "local", name), lambda: evaluate(found.expression, self.frame))

    def variable(self, name: str) -> Value:
        """A variable: an input of the root module, elsewhere what the call passes, or the default."""
        return self.scope.inputs.remember((self, "var", name), lambda: self._variable(name))

    def _variable(self, name: str) -> Value:
        scope = self.scope
        if scope.parent is None or self.parent is None or scope.call is None:
            return scope.fixed[name] if name in scope.fixed else scope.inputs.value(scope.root_inputs[name])
        type_ = self.variable_type(name)
        passed = scope.call.body.attributes.get(name)
        if passed is not None:
            value = conversions.convert(evaluate(passed.expression, self.call_frame()), type_)
            if value is not None or self.nullable(name):
                return value
        default = self._default(name)
        if default is None:
            raise Refused(f'the required argument "{name}" of {scope.address} is missing', static=passed is None)
        return conversions.convert(evaluate(default.expression, self.frame), type_)

    def call_frame(self) -> Frame:
        """Where the arguments of the call of this instance stand."""
        assert self.parent is not None  # noqa: S101 — the root is not called
        return self.parent.block_frame(self.token, "module", self.scope.name)

    def frame_of(self, member: Member) -> Frame:
        """Where the arguments of one instance of a block stand."""
        return Frame(self, each=member.each, count=member.count, where=self.target)

    def block_frame(self, token: Token, mode: str, *labels: str) -> Frame:
        """The same by the key of the instance; raises `Refused` where there is no such instance.

        The members are asked for again: what they read belongs to whatever is evaluated in the frame.
        """
        key = (self, "frames", mode, *labels)
        frames = self.scope.inputs.remember(key, lambda: self._frames(mode, *labels))
        if token not in frames:
            raise Refused(f"there is no instance {'.'.join(labels)}{index_text(token)}")
        return frames[token]

    def _frames(self, mode: str, *labels: str) -> Mapping[Token, Frame]:
        members = self.members(mode, *labels)
        return {} if isinstance(members, Unknown) else {member.token: self.frame_of(member) for member in members}

    def _default(self, name: str) -> Attribute | None:
        block = self.scope.module.block("variable", name)
        return block.body.attributes.get("default") if block else None

    def nullable(self, name: str) -> bool:
        """Whether null is a value of a variable; else it means the default."""
        block = self.scope.module.block("variable", name)
        nullable = block.body.attributes.get("nullable") if block else None
        return nullable is None or plain(evaluate(nullable.expression, self.frame)) is not False

    def variable_type(self, name: str) -> Type:
        """The declared type of a variable, ``any`` where there is none."""
        types = self.scope._types  # noqa: SLF001 — the cache of its scope
        if name not in types:
            block = self.scope.module.block("variable", name)
            declared = block.body.attributes.get("type") if block else None
            types[name] = (
                ANY
                if declared is None
                else type_constraint(declared.expression, lambda node: evaluate(node, self.frame))
            )
        return types[name]

    def declares_type(self, name: str) -> bool:
        """Whether a variable says of which type it is, though it be ``any``."""
        block = self.scope.module.block("variable", name)
        return block is not None and "type" in block.body.attributes

    def output(self, name: str) -> Value:
        """An output of this module."""
        block = self.scope.module.block("output", name)
        value = block.body.attributes.get("value") if block else None
        if value is None and is_sketch(self.scope.module.directory):
            reason = f"{self.scope.address} is a public module, and nothing is known of its output {name}"
            return self.scope.inputs.value(Input(f"{self.address}{name}", Origin.OPAQUE, ANY, reason=reason))
        if value is None:
            raise Refused(f'{self.scope.address} has no output "{name}"', static=True)
        return self.scope.inputs.remember((self, "output", name), lambda: evaluate(value.expression, self.frame))

    def called(self, name: str) -> Value:
        """A module that this one calls: an object of its outputs, or a collection of them."""
        members = self.members("module", name)
        if isinstance(members, Unknown):
            return apply("instances", (members,))
        child = self.scope.children.get(name)
        return collected(members, lambda token: self._module_object(name, child, token))

    def _module_object(self, name: str, child: Scope | str | None, token: Token) -> Value:
        if isinstance(child, Scope):
            instance = child.instance(self, token)
            outputs = _first_labels(child.module, "output")
            return Entries("object", Lazy(outputs, instance.output, open_=is_sketch(child.module.directory)))
        prefix = f"{self.address}module.{name}{index_text(token)}"
        summary = self.scope.summaries.get(name)
        if summary is not None:
            made = summary
            return Entries(
                "object",
                Lazy((), lambda output: made(self, output, self.block_frame(token, "module", name)), open_=True),
            )
        reason = child if isinstance(child, str) else f"{prefix} could not be read"

        def opaque(output: str) -> Value:
            return self.scope.inputs.value(Input(f"{prefix}.{output}", Origin.OPAQUE, ANY, reason=reason))

        return Entries("object", Lazy((), opaque, open_=True))

    def resource(self, mode: str, type_: str, name: str) -> Value:
        """A resource or data source: an object of its attributes, or a collection of them."""
        members = self.members(mode, type_, name)
        if isinstance(members, Unknown):
            return apply("instances", (members,))
        return collected(members, lambda token: self.resource_object(mode, type_, name, token))

    def resource_object(self, mode: str, type_: str, name: str, token: Token) -> Value:
        """One instance as an object; ``name`` and ``id`` of a user are marked with whose they are."""
        known = SCHEMAS.get(type_, ()) if mode == "resource" else ()
        block = self.scope.module.block(mode, type_, name)
        names = known or tuple(block.body.attributes if block else ())
        return Entries(
            "object",
            Lazy(names, lambda attribute: self.attribute(mode, type_, name, token, attribute), open_=not known),
        )

    def attribute(self, mode: str, type_: str, name: str, token: Token, attribute: str) -> Value:
        """An attribute of one instance of a resource."""
        inputs = self.scope.inputs
        key = (self, mode, type_, name, token, attribute)
        return inputs.remember(key, lambda: self._attribute(mode, type_, name, token, attribute))

    def _attribute(self, mode: str, type_: str, name: str, token: Token, attribute: str) -> Value:
        block = self.scope.module.block(mode, type_, name)
        if block is None:
            raise Refused(f"{type_}.{name} could not be read", static=True)
        frame = self.block_frame(token, mode, type_, name)
        address = f"{self.address}{'' if mode == 'resource' else mode + '.'}{type_}.{name}{index_text(token)}"

        def configured(argument: str) -> Value | None:
            found = block.body.attributes.get(argument)
            return None if found is None else evaluate(found.expression, frame)

        def outside(  # noqa: PLR0913 — what an input has
            name: str,
            type_: Type,
            entropy: int = 0,
            length: int | None = None,
            mentions: tuple[Value, ...] = (),
            *,
            closed: bool = False,
        ) -> Value:
            origin = Origin.DATA if mode == "data" else Origin.COMPUTED
            return self.scope.inputs.value(
                Input(
                    f"{address}.{name}",
                    origin,
                    type_,
                    entropy=entropy,
                    length=length,
                    mentions=mentions,
                    closed=closed,
                )
            )

        if mode == "resource" and type_ == "aws_iam_user" and attribute in ("name", "id", "arn"):
            target = f"{self.target}{type_}.{name}{key_text(token)}"
            user = Ref(target, user_name(configured, outside), self.account_of(block, "aws", frame), address)
            if attribute != "arn":
                return user
            path = configured("path")
            return user_arn(outside("arn", STRING, 0, None), "/" if path is None else plain(path), user)
        if attribute == "outputs" and type_ == "aws_cloudformation_stack" and name in self.scope.stack_outputs:
            of_stack = partial(self.scope.stack_outputs[name], self, token)
            return Entries("object", Lazy((), of_stack, open_=True))
        if mode == "data" and type_ == "aws_iam_user" and attribute in ("id", "user_name"):
            named = configured("user_name")
            if named is not None:
                return named
        if mode == "data" and type_ == "aws_iam_user" and attribute == "arn":
            named_by = self.attribute(mode, type_, name, token, "user_name")
            return user_arn(outside("arn", STRING, 0, None), None, named_by)
        return attribute_of(type_, attribute, configured, outside)

    def account_of(self, block: Block, local_name: str, frame: Frame) -> Account:
        """The account in which an instance of a resource is made; ``frame`` is where its arguments stand."""
        from iac_keycheck.terraform.accounts import account_of  # noqa: PLC0415 — it needs module instances itself

        return account_of(block, local_name, self, frame)

    def members(self, mode: str, *labels: str) -> tuple[Member, ...] | Unknown:
        """The instances of a block by ``count``, ``for_each`` or ``lifecycle { enabled }``."""
        key = (self, "members", mode, *labels)
        return self.scope.inputs.remember(key, lambda: self._members(mode, *labels))

    def _members(self, mode: str, *labels: str) -> tuple[Member, ...] | Unknown:
        block = self.scope.module.block(mode, *labels)
        if block is None:
            return ()
        attributes = block.body.attributes
        if "count" in attributes:
            count = evaluate(attributes["count"].expression, self.frame)
            return counted(self.scope.inputs.supposed(f"count of {self.target}{'.'.join(labels)}", count))
        if "for_each" in attributes:
            return each_of(evaluate(attributes["for_each"].expression, self.frame))
        for lifecycle in block.body.nested("lifecycle"):
            if "enabled" in lifecycle.body.attributes:
                enabled = conversions.to_bool(evaluate(lifecycle.body.attributes["enabled"].expression, self.frame))
                if isinstance(enabled, Unknown):
                    return enabled
                return (Member(None),) if enabled else ()
        return (Member(None),)

    def check_preconditions(self, block: Block, member: Member) -> None:
        """Raises `Refused` where a ``precondition`` of a block is known to fail."""
        for lifecycle in block.body.nested("lifecycle"):
            for precondition in lifecycle.body.nested("precondition"):
                condition = precondition.body.attributes.get("condition")
                if condition is None:
                    continue
                if conversions.to_bool(evaluate(condition.expression, self.frame_of(member))) is False:
                    raise Refused("a precondition fails")

    def condition_of(self, block: Block) -> Span | None:
        """The place of what decides the number of instances of a block."""
        for name in ("count", "for_each"):
            if name in block.body.attributes:
                return block.body.attributes[name].span
        return None

    def evaluated(self, node: Expression) -> Value:
        """An expression of this module outside of any block with instances."""
        return evaluate(node, self.frame)


@dataclass(slots=True, eq=False)
class Attributes:
    """The attributes of one instance of a resource. Those that no input decides are at hand once they are known."""

    module: ModuleInstance
    type: str
    name: str
    token: Token
    _settled: dict[str, Value] = field(default_factory=dict)

    def __call__(self, attribute: str) -> Value:
        """The value of one of them in the world of the moment."""
        if attribute in self._settled:
            return self._settled[attribute]
        what = (self.module, "resource", self.type, self.name, self.token, attribute)
        value = self.module.attribute(*what[1:])
        if self.module.scope.inputs.reads_nothing(what):
            self._settled[attribute] = value
        return value


def _first_labels(module: Module, mode: str) -> Mapping[str, None]:
    return dict.fromkeys(labels[0] for labels in module.labels(mode))
