"""Where the secrets of a template's keys end in clear: in outputs, and in properties that others read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.conditions import written
from iac_keycheck.cloudformation.loops import Family, looped_members
from iac_keycheck.cloudformation.nodes import Node, Scalar
from iac_keycheck.cloudformation.references import IAM_ACCESS_KEY, STACKS, Resource, output, type_of
from iac_keycheck.cloudformation.scope import Context, Scope
from iac_keycheck.cloudformation.sites import Site, sites, value_at
from iac_keycheck.cloudformation.template import Member
from iac_keycheck.deciding.secrets import gives_away, key_of, secrets_in
from iac_keycheck.deciding.terms import both
from iac_keycheck.deciding.values import Entries, Leaf, Refused, Unknown, Value, plain
from iac_keycheck.facts import Exposure, Fact, Mark
from iac_keycheck.source import Span

_USER_DATA, _VARIABLES, _TAGS = "the user data", "the environment variables", "the tags"
FUNCTION = "AWS::Serverless::Function"
SINKS: Mapping[str, Mapping[str, str]] = {
    "AWS::EC2::Instance": {"UserData": _USER_DATA},
    "AWS::EC2::LaunchTemplate": {"LaunchTemplateData": _USER_DATA},
    "AWS::EC2::SpotFleet": {"SpotFleetRequestConfigData": _USER_DATA},
    "AWS::AutoScaling::LaunchConfiguration": {"UserData": _USER_DATA},
    "AWS::Lambda::Function": {"Environment": _VARIABLES},
    FUNCTION: {"Environment": _VARIABLES},
    "AWS::CodeBuild::Project": {"Environment": _VARIABLES},
    "AWS::Amplify::App": {"EnvironmentVariables": _VARIABLES},
    "AWS::ECS::TaskDefinition": {"ContainerDefinitions": "the container definitions"},
    "AWS::Batch::JobDefinition": {"ContainerProperties": "the container properties"},
    "AWS::ElasticBeanstalk::Environment": {"OptionSettings": "the settings"},
    "AWS::Glue::Job": {"DefaultArguments": "the arguments"},
    "AWS::SSM::Parameter": {"Value": "the value"},
}
"""Properties that keep what they are given where others read it."""


def exposures(scopes: tuple[Scope, ...]) -> Iterator[Exposure]:
    """Where secrets of keys end in clear."""
    if not any("SecretAccessKey" in scope.template.text for scope in scopes):
        return
    keys = _keys(scopes)
    for scope in scopes:
        for name, member in scope.template.section("Outputs").items():
            if member.entry("Value") is not None:
                yield _output(name, member, keys, Context(scope))
        for family, made in looped_members("Outputs", scope):
            if isinstance(made.name, str):
                yield _output(made.name, family, keys, Context(scope, made.bindings))
        yield from _of_globals(scope, keys)
        for site in sites(scope):
            yield from _of_resource(site, keys)


def _keys(scopes: tuple[Scope, ...]) -> Mapping[str, Span]:
    return {site.address: site.resource.span for scope in scopes for site in sites(scope, (IAM_ACCESS_KEY,))}


def _output(name: str, member: Member | Family, keys: Mapping[str, Span], context: Context) -> Exposure:
    scope, node = context.scope, member.node
    condition, given = (
        node.entry(part) if isinstance(node, nodes.Mapping) else None for part in ("Condition", "Value")
    )

    def value() -> Value:
        try:
            return output(scope, name)
        except Refused:
            return None

    def holds() -> bool | Unknown:
        there = scope.exists()
        if condition is not None and isinstance(condition.value, Scalar):
            there = both(there, context.holds(written(condition.value.text or "", context)))
        return False if there is False else both(there, gives_away(value(), _is_secret))

    fact = Fact(
        f"{scope.prefix}{name}",
        member.header if given is None else given.span,
        (member.span, member.header),
        holds,
        _way(value, keys),
        scope.calls,
        condition.span if condition else None,
    )
    return Exposure(fact, f"the output {scope.prefix}{name}", lambda: secrets_in(value()))


def _of_globals(scope: Scope, keys: Mapping[str, Span]) -> Iterator[Exposure]:
    """What a serverless template gives to all of its functions."""
    shared = scope.template.section("Globals").get("Function")
    given = None if shared is None else shared.entry("Environment")
    if shared is None or given is None or not scope.template.resources((FUNCTION,)):
        return

    def value() -> Value:
        try:
            return Context(scope).value(given.value)
        except Refused:
            return None

    def holds() -> bool | Unknown:
        return both(scope.exists(), gives_away(value(), _is_secret))

    name = f"{scope.prefix}Globals.Function"
    fact = Fact(name, given.span, (shared.span, shared.header), holds, _way(value, keys), scope.calls)
    yield Exposure(fact, f"{_VARIABLES} of {name}", lambda: secrets_in(value()))


def _of_resource(site: Site, keys: Mapping[str, Span]) -> Iterator[Exposure]:
    kind = _kind(site)
    node = site.resource.node
    for name, what in {**SINKS.get(kind, {}), "Tags": _TAGS}.items():
        span = _span(node, name)
        if span is not None:
            yield _exposure(site, span, f"{what} of {site.address}", lambda one, name=name: value_at(one, name), keys)  # type: ignore[misc]
    metadata = node.entry("Metadata") if isinstance(node, nodes.Mapping) else None
    if metadata is not None:
        yield _exposure(
            site, metadata.span, f"the metadata of {site.address}", lambda one: _attribute(one, "Metadata"), keys
        )
    span = _span(node, "Parameters") if kind in STACKS else None
    if span is not None:
        yield _exposure(site, span, f"a parameter without NoEcho of {site.address}", _echoed, keys)


def _exposure(
    site: Site, span: Span, sink: str, value: Callable[[Resource], Value], keys: Mapping[str, Span]
) -> Exposure:
    def found() -> Value:
        members = site.members()
        values = [value(member) for member in members] if isinstance(members, tuple) else []
        return Entries("object", {str(index): one for index, one in enumerate(values)})

    fact = site.fact(span, lambda member: gives_away(value(member), _is_secret), _way(found, keys))
    return Exposure(fact, sink, lambda: secrets_in(found()))


def _is_secret(leaf: Leaf) -> bool:
    return key_of(leaf) is not None


def _way(value: Callable[[], Value], keys: Mapping[str, Span]) -> tuple[Mark, ...]:
    try:
        found = secrets_in(value())
    except Refused:
        return ()
    return tuple(Mark(keys[address], f"the key, {address}") for address in found if address in keys)


def _echoed(stack: Resource) -> Value:
    """What a nested stack is given for parameters that hide nothing."""
    nested = stack.context.scope.links.nested(stack)
    given = plain(value_at(stack, "Parameters"))
    if not isinstance(nested, Scope) or not isinstance(given, Entries):
        return None
    shown = {}
    for name, one in given.entries.items():
        declared = nested.declared(name)
        if declared is not None and not declared[1].sensitive:
            shown[name] = one
    return Entries("map", shown)


def _attribute(member: Resource, name: str) -> Value:
    entry = member.entry(name)
    try:
        return None if entry is None else member.context.value(entry.value)
    except Refused:
        return None


def _kind(site: Site) -> str:
    return type_of(site.resource.node)


def _span(node: Node, name: str) -> Span | None:
    properties = node.get("Properties") if isinstance(node, nodes.Mapping) else None
    entry = properties.entry(name) if isinstance(properties, nodes.Mapping) else None
    return None if entry is None else entry.span
