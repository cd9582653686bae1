"""What a template declares: users, keys and login profiles, as declarations that are evaluated when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.branching import conditions_of, is_partly_refused, lift
from iac_keycheck.cloudformation.loops import Family, made
from iac_keycheck.cloudformation.references import (
    IAM_ACCESS_KEY,
    IAM_USER,
    Resource,
    at_property,
    exists,
    from_loop,
    owner_of,
    property_of,
    resources,
    type_of,
    user_name,
)
from iac_keycheck.cloudformation.scope import Context, Rejected, Scope
from iac_keycheck.cloudformation.template import LANGUAGE_EXTENSIONS
from iac_keycheck.cloudformation.texts import among
from iac_keycheck.deciding.shapes import BOOL
from iac_keycheck.deciding.terms import apply, both
from iac_keycheck.deciding.values import Apply, Entries, Items, Ref, Refused, Unknown, Value, leaves
from iac_keycheck.deciding.verdicts import Constraint
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, USER, Declaration, Instance
from iac_keycheck.source import Problem, Span

CONSTRUCT = "aws:cdk:path"
Attribute = Callable[[Resource], Value]
_OPTIONS = ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
_STATUSES: Mapping[str, Callable[[], Value]] = {"Active": lambda: "Active", "Inactive": lambda: "Inactive"}


def declarations(scope: Scope) -> Iterator[tuple[Declaration, Resource | Family]]:
    """The declarations of one template in its place, in source order, each with what declares it."""
    for resource in resources(scope, _KINDS):
        node = resource.node
        kind = resource.type if isinstance(resource, Resource) else type_of(node)
        yield _declaration(scope, resource, _KINDS[kind], _ATTRIBUTES[kind], _PROPERTIES[kind]), resource
        if kind == IAM_USER and (profile := _property(node, "LoginProfile")) is not None:
            yield _login_profile(scope, resource, profile.span), resource


def checked(declaration: Declaration, resource: Resource | Family, scope: Scope) -> Problem | Constraint | None:
    """Why a declaration is refused whatever the inputs are, or the constraint where some inputs would refuse it."""

    def accepted() -> Value:
        # the inputs alone: what else stands in the values is nothing that the inputs are compared with
        # and the conditions on which something else is chosen
        values = tuple(_values(declaration))
        waits = dict.fromkeys(leaf for value in values for leaf in leaves(value))
        chosen_by = (one for value in values for one in conditions_of(value))
        return apply("accepted", (*map(Unknown, waits), *chosen_by), BOOL, not_null=True) if waits else True

    with scope.inputs.assuming(NOTHING):
        try:
            partly = any(map(is_partly_refused, _values(declaration))) or _may_be_refused(scope, resource)
        except Rejected as rejected:
            return Problem("template", rejected.message, rejected.span)
        except Refused as refused:
            return Problem("template", refused.message, declaration.header)
    return Constraint(declaration.address, accepted) if partly else None


def wrong_policies(resource: Resource | Family, scope: Scope) -> Iterator[Problem]:
    """What is wrong with how a resource is kept: functions stand there with the language extensions only."""
    for name in _POLICY_NAMES.values():
        entry = resource.node.entry(name) if isinstance(resource.node, nodes.Mapping) else None
        if entry is None or (scope.template.extended and not isinstance(entry.value, nodes.Scalar)):
            continue
        if not isinstance(entry.value, nodes.Scalar):
            message = f"{name} takes plain text, unless the template names the transform {LANGUAGE_EXTENSIONS}"
            yield Problem("template", message, entry.span, relevant=False)
        elif entry.value.text not in _OPTIONS:
            message = f"{name} is one of {', '.join(_OPTIONS)}, not {entry.value.text}"
            yield Problem("template", message, entry.span, relevant=False)


def _may_be_refused(scope: Scope, resource: Resource | Family) -> bool:
    """Whether some inputs would refuse a resource where it exists, which may depend on inputs as well."""
    members = _members(scope, resource)
    if isinstance(members, Unknown):
        return True
    for member in members:
        readers = (_owner, _status) if member.type == IAM_ACCESS_KEY else (user_name,)
        try:
            if any(is_partly_refused(reader(member)) for reader in readers):
                return True
        except Refused:
            return True
    return False


def _values(declaration: Declaration) -> Iterator[Value]:
    """What CloudFormation evaluates of a declaration, as far as it is read here."""
    expanded = declaration.expand()
    if not isinstance(expanded, tuple):
        yield expanded if isinstance(expanded, Unknown) else None
        return
    for instance in expanded:
        yield instance.owner
        if declaration.kind == ACCESS_KEY:
            yield instance.attribute("status")


def _declaration(
    scope: Scope,
    resource: Resource | Family,
    kind: str,
    attributes: Mapping[str, Attribute],
    properties: Mapping[str, str],
) -> Declaration:
    def expand() -> tuple[Instance, ...] | Unknown:
        found: list[Instance] = []
        members = _members(scope, resource)
        if isinstance(members, Unknown):
            return members
        for member in members:
            there = exists(member)
            if isinstance(there, Unknown):
                return there
            if there:
                found.append(_instance(declaration, member, attributes))
        return tuple(found)

    node = resource.node
    spans = {name: entry.span for name, key in properties.items() if (entry := _property(node, key)) is not None}
    if isinstance(node, nodes.Mapping):
        spans |= {name: entry.span for name, key in _POLICY_NAMES.items() if (entry := node.entry(key)) is not None}
    declaration = Declaration(
        kind=kind,
        address=_address(scope, resource),
        span=resource.span,
        header=resource.header,
        expand=expand,
        calls=scope.calls,
        condition=_condition_span(node),
        attribute_spans=spans,
        construct=_construct(node),
    )
    return declaration


def _login_profile(scope: Scope, resource: Resource | Family, span: Span) -> Declaration:
    def expand() -> tuple[Instance, ...] | Unknown:
        found: list[Instance] = []
        members = _members(scope, resource)
        if isinstance(members, Unknown):
            return members
        for member in members:
            there = both(exists(member), at_property(member, "LoginProfile", partial(_has_profile, member)))
            if isinstance(there, Unknown):
                return there
            if there:
                found.append(_instance(declaration, member, {"user": _itself}, ".LoginProfile"))
        return tuple(found)

    declaration = Declaration(
        kind=LOGIN_PROFILE,
        address=f"{_address(scope, resource)}.LoginProfile",
        span=span,
        header=resource.header,
        expand=expand,
        calls=scope.calls,
        condition=_condition_span(resource.node),
    )
    return declaration


def _members(scope: Scope, resource: Resource | Family) -> tuple[Resource, ...] | Unknown:
    if isinstance(resource, Resource):
        return (resource,)
    members = made(resource, Context(scope))
    return members if isinstance(members, Unknown) else tuple(from_loop(scope, member) for member in members)


def _instance(
    declaration: Declaration, member: Resource, attributes: Mapping[str, Attribute], suffix: str = ""
) -> Instance:
    def attribute(name: str) -> Value:
        reader = attributes.get(name)
        return None if reader is None else reader(member)

    return Instance(
        declaration,
        f"{member.shown or member.address}{suffix}",
        attribute,
        member.context.scope.account,
        target=f"{member.address}{suffix}",
    )


def _has_profile(member: Resource) -> bool | Unknown:
    return _is_given(property_of(member, "LoginProfile"))


def _is_given(value: Value) -> bool | Unknown:
    match value:
        case None:
            return False
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            one, other = _is_given(then), _is_given(otherwise)
            return one if one == other else apply("if", (condition, one, other), not_null=True)
        case Entries(entries=entries) if "Password" not in entries and "Fn::Transform" not in entries:
            raise Refused("LoginProfile needs a Password", static=True)
        case str() | bool() | int() | Items():
            raise Refused("LoginProfile is a map with a Password", static=True)
        case _:
            return True


def _itself(member: Resource) -> Value:
    return Ref(member.address, user_name(member), member.context.scope.account, member.shown)


def _owner(member: Resource) -> Value:
    value = property_of(member, "UserName")
    if value is None:
        raise Rejected("an access key must name its user", member.header, static=True)
    return at_property(member, "UserName", lambda: owner_of(value))


def _status(member: Resource) -> Value:
    entry = member.property_entry("Status")
    place = entry.span if entry else member.header

    def known(value: Value) -> Value:
        if value is None:
            return "Active"
        return among(value, _STATUSES, lambda: refused(value), ())

    def refused(value: Value) -> Value:
        shown = repr(value) if isinstance(value, str) else "any other text"
        raise Rejected(f"the status of a key is Active or Inactive, not {shown}", place)

    return lift(property_of(member, "Status"), known)


def _plain(name: str) -> Attribute:
    return lambda member: property_of(member, name)


def _policy(name: str) -> Attribute:
    def read(member: Resource) -> Value:
        entry = member.entry(name)
        if entry is None:
            return None
        if not (isinstance(entry.value, nodes.Scalar) or member.context.scope.template.extended):
            raise Rejected(f"{name} takes plain text", entry.span, static=True)
        return member.context.value(entry.value)

    return read


_POLICY_NAMES: Mapping[str, str] = {"deletion_policy": "DeletionPolicy", "update_replace_policy": "UpdateReplacePolicy"}
_POLICIES: Mapping[str, Attribute] = {name: _policy(key) for name, key in _POLICY_NAMES.items()}
_KINDS: Mapping[str, str] = {IAM_USER: USER, IAM_ACCESS_KEY: ACCESS_KEY}
_ATTRIBUTES: Mapping[str, Mapping[str, Attribute]] = {
    IAM_USER: {"name": user_name, "path": _plain("Path"), **_POLICIES},
    IAM_ACCESS_KEY: {"user": _owner, "status": _status, "serial": _plain("Serial"), **_POLICIES},
}
_PROPERTIES: Mapping[str, Mapping[str, str]] = {
    IAM_USER: {"name": "UserName", "path": "Path"},
    IAM_ACCESS_KEY: {"user": "UserName", "status": "Status", "serial": "Serial"},
}


def _address(scope: Scope, resource: Resource | Family) -> str:
    return resource.address if isinstance(resource, Resource) else f"{scope.prefix}{resource.pattern}"


def _property(node: nodes.Node, name: str) -> nodes.Entry | None:
    properties = node.get("Properties") if isinstance(node, nodes.Mapping) else None
    return properties.entry(name) if isinstance(properties, nodes.Mapping) else None


def _construct(node: nodes.Node) -> str:
    """The path of the construct of which a program made a resource, as its metadata tell."""
    metadata = node.get("Metadata") if isinstance(node, nodes.Mapping) else None
    path = metadata.get(CONSTRUCT) if isinstance(metadata, nodes.Mapping) else None
    # the last step is the resource itself inside its construct
    return (path.text or "").removesuffix("/Resource") if isinstance(path, nodes.Scalar) else ""


def _condition_span(node: nodes.Node) -> Span | None:
    entry = node.entry("Condition") if isinstance(node, nodes.Mapping) else None
    return None if entry is None else entry.span
