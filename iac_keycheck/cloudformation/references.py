"""``Ref`` and ``Fn::GetAtt``: what names in a template lead to."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.branching import choose, lift, waiting
from iac_keycheck.cloudformation.conditions import written
from iac_keycheck.cloudformation.dynamic import resolved
from iac_keycheck.cloudformation.loops import FOR_EACH, Family, Made, entry_of, families, made, member_of, substituted
from iac_keycheck.cloudformation.nodes import Entry, Node, Scalar
from iac_keycheck.cloudformation.scope import Condition, Context, Rejected, Scope
from iac_keycheck.cloudformation.texts import concat, equal, text
from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Apply, Ref, Refused, Unknown, Value, plain
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.source import Span

IAM_USER, IAM_ACCESS_KEY = "AWS::IAM::User", "AWS::IAM::AccessKey"
STACKS = frozenset({"AWS::CloudFormation::Stack", "AWS::Serverless::Application"})
CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
GENERATED_BITS = 64
"""Bits of randomness in what AWS generates: the end of a user's name, the id of a key."""

_USER_NAME = expression(r"[\w+=,.@-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One resource of a template, as it stands in a scope; ``name`` is its logical id as far as it is known.

    ``shown`` is its address in reports where that is another, as for a member of a family of unknown members.
    """

    context: Context
    name: Value
    address: str
    type: str
    header: Span
    span: Span
    node: Node
    shown: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from other resources of the deployment."""
        return self.context.scope.id, self.address

    def entry(self, name: str) -> Entry | None:
        """One of its attributes (``Condition``, ``DeletionPolicy``)."""
        return self.node.entry(name) if isinstance(self.node, nodes.Mapping) else None

    def property_entry(self, name: str) -> Entry | None:
        """One of its properties."""
        properties = self.entry("Properties")
        if properties is None or not isinstance(properties.value, nodes.Mapping):
            return None
        return properties.value.entry(name)


def resources(scope: Scope, types: Container[str]) -> Iterator[Resource | Family]:
    """The resources of wanted types, in the order in which they stand; those that loops make as families."""
    found: list[Resource | Family] = [named(scope, member.name) for member in scope.template.resources(types)]
    found += [family for family in looped(scope) if type_of(family.node) in types]
    yield from sorted(found, key=lambda one: one.header)


def named(scope: Scope, name: str) -> Resource:
    """The resource that stands under a name."""
    member = scope.template.section("Resources")[name]
    address = f"{scope.prefix}{name}"
    return Resource(Context(scope), name, address, member.type, member.header, member.span, member.node)


def looped(scope: Scope) -> tuple[Family, ...]:
    """The families of resources of a template."""
    found: tuple[Family, ...] = scope.inputs.remember(
        (scope.id, "families"), lambda: families(scope.template, "Resources", scope.problems)
    )
    return found


def from_loop(scope: Scope, member: Made) -> Resource:
    """A resource as a loop makes it."""
    family = member.family
    context = Context(scope, member.bindings)
    address = f"{scope.prefix}{member.label}"
    shown = f"{scope.prefix}{member.shown}"
    kind = type_of(family.node)
    return Resource(context, member.name, address, kind, family.header, family.span, family.node, shown)


def type_of(node: Node) -> str:
    """The type that a resource's node names."""
    kind = node.get("Type") if isinstance(node, nodes.Mapping) else None
    return kind.text or "" if isinstance(kind, Scalar) else ""


def exists(resource: Resource) -> Condition:
    """Whether the resource is made, by its own condition and by its stack's."""
    condition = resource.entry("Condition")
    own: Condition = True
    if condition is not None:
        if not isinstance(condition.value, Scalar) or condition.value.text is None:
            raise Rejected("Condition must be the name of a condition", condition.key_span, static=True)
        try:
            own = resource.context.holds(written(condition.value.text, resource.context))
        except Rejected:
            raise
        except Refused as refused:
            raise Rejected(refused.message, condition.value.span, static=refused.static) from None
    return terms.both(resource.context.scope.exists(), own)


def property_of(resource: Resource, name: str) -> Value:
    """The value of a property; None where it is not set."""
    scope = resource.context.scope

    def evaluate() -> Value:
        properties = resource.entry("Properties")
        entry = resource.property_entry(name)
        if entry is not None:
            return resolved(resource.context.value(entry.value), scope.inputs.value)
        if properties is not None and isinstance(properties.value, nodes.Mapping):
            transform = properties.value.entry("Fn::Transform")
            if transform is not None:
                return scope.opaque(f"{resource.address}.{name}", "its properties come out of Fn::Transform")
            found = entry_of(properties.value, name, resource.context)
            if isinstance(found, Unknown):
                return scope.opaque(f"{resource.address}.{name}", "its properties come out of a loop over an input")
            if found is not None:
                node, inside = found
                return resolved(inside.value(node), scope.inputs.value)
        return None

    return scope.inputs.remember((resource.key, name), evaluate)


def user_name(resource: Resource) -> Value:
    """The name of a user: as given, else as AWS generates it."""

    def named_or_generated(value: Value) -> Value:
        if value is None:
            scope = resource.context.scope
            return scope.computed(f"{_local(resource)}.name", entropy=GENERATED_BITS, type_=STRING)
        return valid_name(value)

    return at_property(resource, "UserName", lambda: lift(property_of(resource, "UserName"), named_or_generated))


def valid_name(value: Value) -> Value:
    """A user's name as IAM accepts it."""
    written = text(value)
    if isinstance(written, str) and not _USER_NAME.fullmatch(written):
        raise Refused(f"{written!r} is no name of a user")
    for part in terms.text_parts(written) or ():
        if isinstance(part, str) and not _USER_NAME.fullmatch(part):
            raise Refused(f"no name of a user has {part!r} in it")
    return value if isinstance(value, Ref) else written


def owner_of(value: Value) -> Value:
    """The user that a key names, with a name as IAM accepts it; whose it is stays known in each branch of a choice."""
    match value:
        case Ref():
            # its name is looked at where the user is declared
            return value
        case Unknown(term=Apply("refused")):
            return value
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, lambda: owner_of(then), lambda: owner_of(otherwise))
        case _:
            return valid_name(value)


def at_property(resource: Resource, name: str, compute: Callable[[], Value]) -> Value:
    """What ``compute`` gives; where it is refused, the property is the place."""
    try:
        return compute()
    except Rejected:
        raise
    except Refused as refused:
        entry = resource.property_entry(name)
        raise Rejected(refused.message, entry.span if entry else resource.header, static=refused.static) from None


def _local(resource: Resource) -> str:
    return resource.address.removeprefix(resource.context.scope.prefix)


def ref(name: str | Unknown, context: Context) -> Value:
    """What ``Ref`` of a name is."""
    if isinstance(name, Unknown):
        return with_resource(name, context, _ref_of)
    bound = context.bound(name)
    if bound is not None:
        return bound
    scope = context.scope
    if name == "AWS::NoValue":
        return None
    if name.startswith("AWS::"):
        return scope.pseudo(name)
    if name in scope.template.section("Parameters"):
        return scope.parameter(name)
    return with_resource(name, context, _ref_of)


def get_att(name: str | Unknown, attribute: str, context: Context) -> Value:
    """What ``Fn::GetAtt`` of a resource's attribute is."""
    return with_resource(name, context, lambda resource: _attribute_of(resource, attribute))


def with_resource(name: str | Unknown, context: Context, use: Callable[[Resource], Value]) -> Value:
    """What is made of the resource of that name, where it exists: CloudFormation refuses names of what does not."""
    scope = context.scope
    whole = substituted(name, context.bindings) if isinstance(name, str) else name
    if isinstance(whole, str) and whole in scope.template.section("Resources") and not whole.startswith(FOR_EACH):
        return _where_it_exists(named(scope, whole), use)
    pending: Unknown | None = None
    for family in looped(scope):
        members = made(family, Context(scope))
        if isinstance(members, Unknown):
            pending = pending or members
            continue
        for member in members:
            same = equal(member.name, whole)
            if same is True or member.name == whole:
                return _where_it_exists(from_loop(scope, member), use)
            pending = pending or (same if isinstance(same, Unknown) else None)
    if pending is not None:
        return waiting(pending, terms.apply("resource", (whole, pending)))
    module = whole.partition(".")[0] if isinstance(whole, str) else ""
    if module in scope.template.section("Resources") and named(scope, module).type.endswith("::MODULE"):
        return scope.opaque(str(whole), f"it comes out of the module {scope.prefix}{module}")
    shown = whole if isinstance(whole, str) else "what Ref or Fn::GetAtt names"
    raise Refused(f"{shown} is neither a parameter nor a resource of the template", static=isinstance(name, str))


def _where_it_exists(resource: Resource, use: Callable[[Resource], Value]) -> Value:
    def missing() -> Value:
        raise Refused(f"{resource.address} does not exist where its condition does not hold")

    return choose(exists(resource), lambda: use(resource), missing)


def _ref_of(resource: Resource) -> Value:
    scope, local = resource.context.scope, _local(resource)
    if resource.type == IAM_USER:
        return Ref(resource.address, user_name(resource), scope.account, resource.shown)
    if resource.type == IAM_ACCESS_KEY:
        return scope.computed(local, entropy=GENERATED_BITS, type_=STRING)
    return scope.computed(local, type_=STRING)


def _attribute_of(resource: Resource, attribute: str) -> Value:
    scope, local = resource.context.scope, _local(resource)
    if resource.type == IAM_USER:
        if attribute == "Arn":
            return _arn(resource)
        raise Refused(f"a user has no attribute {attribute}", static=True)
    if resource.type == IAM_ACCESS_KEY:
        if attribute == "SecretAccessKey":
            return scope.computed(f"{local}.{attribute}", entropy=GENERATED_BITS, sensitive=True, type_=STRING)
        if attribute == "Id":
            return scope.computed(local, entropy=GENERATED_BITS, type_=STRING)
        raise Refused(f"an access key has no attribute {attribute}", static=True)
    if resource.type in STACKS and attribute.startswith("Outputs."):
        return _output_of(resource, attribute.removeprefix("Outputs."))
    if resource.type == "AWS::SSM::Parameter" and attribute == "Value":
        return property_of(resource, "Value")
    if resource.type.startswith(CUSTOM):
        return scope.opaque(f"{local}.{attribute}", f"{resource.address} is a custom resource")
    return scope.computed(f"{local}.{attribute}")


def _arn(resource: Resource) -> Value:
    scope = resource.context.scope
    path = property_of(resource, "Path")
    return concat(
        [
            "arn:", scope.pseudo("AWS::Partition"), ":iam::", scope.pseudo("AWS::AccountId"),
            ":user", "/" if path is None else path, plain(user_name(resource)),
        ]
    )  # fmt: skip


def _output_of(resource: Resource, name: str) -> Value:
    scope, local = resource.context.scope, _local(resource)
    nested = scope.links.nested(resource)
    if isinstance(nested, str):
        return scope.opaque(f"{local}.Outputs.{name}", nested)
    return output(nested, name)


def output(scope: Scope, name: str) -> Value:
    """An output of a template, in its place."""
    found = member_of("Outputs", name, scope)
    if found is None:
        raise Refused(f"the nested stack {scope.prefix.rstrip('.')} has no output {name}", static=True)
    node, context = found
    condition, value = (node.get(part) if isinstance(node, nodes.Mapping) else None for part in ("Condition", "Value"))
    if value is None:
        raise Rejected(f"the output {name} has no Value", node.span, static=True)

    def missing() -> Value:
        raise Refused(f"the output {name} does not exist where its condition does not hold")

    def evaluate() -> Value:
        named = condition.text if isinstance(condition, Scalar) else None
        exists_here = context.holds(written(named, context)) if named else True
        return choose(exists_here, lambda: context.value(value), missing)

    return scope.inputs.remember((scope.id, "output", name), evaluate)
