"""What templates say about keys beside declaring them: guards that guard nothing, commands that make keys."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.conformance_packs import late_rules, managed_rules
from iac_keycheck.cloudformation.nodes import Entry, Node, Scalar, Sequence
from iac_keycheck.cloudformation.references import CUSTOM, Resource, type_of
from iac_keycheck.cloudformation.scope import Scope
from iac_keycheck.cloudformation.sites import Site, sites, value_at
from iac_keycheck.deciding.values import Entries, Items, Unknown, Value, plain
from iac_keycheck.expressions import expression
from iac_keycheck.facts import Claim, Period
from iac_keycheck.source import Span
from iac_keycheck.users.empty_guards import (
    CONDITION_KEY,
    CONFIG_RULES,
    LIMIT,
    effect,
    late,
    limit_in,
    makes_key,
)

_CALL = expression(r"\bcreateAccessKey\b|\bcreate_access_key\s*\(|\bCreateAccessKeyCommand\b")
_CONFIG = {
    "AWS::Config::ConfigRule": "Source",
    "AWS::Config::OrganizationConfigRule": "OrganizationManagedRuleMetadata",
}


def commands(scopes: tuple[Scope, ...]) -> Iterator[Claim]:
    """The commands, and the calls of custom resources, that make access keys."""
    for scope in scopes:
        text = scope.template.text
        if "create-access-key" not in text and not _CALL.search(text):
            continue
        used = {
            name for site in sites(scope) if type_of(site.resource.node).startswith(CUSTOM) for name in _services(site)
        }
        for site in sites(scope):
            span = _making(site, used)
            if span is not None:
                what = "a custom resource" if type_of(site.resource.node).startswith(CUSTOM) else "a command"
                message = f"{what}, {site.address}, makes an access key that no code declares"
                yield Claim(site.fact(span, lambda _member: True), message)


def _making(site: Site, used: set[str]) -> Span | None:
    """The place in a resource that makes a key."""
    kind = type_of(site.resource.node)
    for entry in _properties(site.resource.node):
        said = list(_texts(entry.value))
        if (entry.key in ("UserData", "LaunchTemplateData") and any(map(makes_key, said))) or (
            kind.startswith(CUSTOM) and any(_CALL.search(one) for one in said)
        ):
            return entry.span
        if (
            entry.key == "Code"
            and site.address.removeprefix(site.scope.prefix) in used
            and any(map(_CALL.search, said))
        ):
            return entry.span
    return None


def _services(site: Site) -> Iterator[str]:
    for entry in _properties(site.resource.node):
        if entry.key == "ServiceToken":
            for text in _texts(entry.value):
                yield text.partition(".")[0]


def guards(scopes: tuple[Scope, ...]) -> Iterator[Claim]:
    """The guards that guard nothing."""
    for scope in scopes:
        text = scope.template.text
        if CONDITION_KEY not in text.casefold() and not any(rule in text for rule in CONFIG_RULES):
            continue
        for site in sites(scope):
            for operator, span in _operators(site.resource.node):
                message = f"there is no condition key iam:AccessKeysCount: {operator} on it {effect(operator)}"
                yield Claim(site.fact(span, lambda _member: True), message)
            yield from _config_rules(site)


def _operators(node: Node) -> Iterator[tuple[str, Span]]:
    match node:
        case nodes.Mapping(entries=entries):
            for entry in entries:
                inner = entry.value
                if isinstance(inner, nodes.Mapping) and any(
                    one.key.casefold() == CONDITION_KEY for one in inner.entries
                ):
                    yield entry.key, entry.span
                else:
                    yield from _operators(inner)
        case Sequence(items=items):
            for item in items:
                yield from _operators(item)
        case _:
            return


def _config_rules(site: Site) -> Iterator[Claim]:
    kind = type_of(site.resource.node)
    properties = {entry.key: entry for entry in _properties(site.resource.node)}
    source = properties.get(_CONFIG.get(kind, ""))
    if source is not None:
        rule = next((text for text in _texts(source.value) if text in CONFIG_RULES), None)
        if rule is not None:
            yield _managed(site, rule, source, properties.get("InputParameters"))
    body = properties.get("TemplateBody") if kind.endswith("ConformancePack") else None
    if body is not None:
        yield from _of_packs(site, body)


def _of_packs(site: Site, body: Entry) -> Iterator[Claim]:
    """The managed rules of a conformance pack that look too late."""

    def limits(member: Resource, rule: str) -> list[Value]:
        given = _pack_parameters(member)
        found = (one for text in _texts(body.value) for one in managed_rules(text, {}, given))
        return [limit for named, limit in found if named == rule]

    members = site.members()
    for first in members[:1] if isinstance(members, tuple) else ():
        for rule, shown, is_late in late_rules(first, limits, _is_late):
            yield Claim(site.fact(body.span, is_late), late(rule, _shown(shown)))


def _pack_parameters(member: Resource) -> dict[str, Value]:
    """The parameters that a conformance pack is deployed with."""
    given = plain(value_at(member, "ConformancePackInputParameters"))
    found: dict[str, Value] = {}
    for item in given.items if isinstance(given, Items) else ():
        one = plain(item)
        if isinstance(one, Entries):
            found[str(plain(one.entries.get("ParameterName")))] = plain(one.entries.get("ParameterValue"))
    return found


def _managed(site: Site, rule: str, source: Entry, parameters: Entry | None) -> Claim:
    of_organization = source.key != "Source"

    def limit(member: object) -> Value:
        given = plain(value_at(member, source.key if of_organization else "InputParameters"))  # type: ignore[arg-type]
        if of_organization and isinstance(given, Entries):
            given = plain(given.entries.get("InputParameters"))
        return plain(limit_in(given, rule))

    def is_late(member: object) -> bool | Unknown:
        return _is_late(limit(member))

    members = site.members()
    shown = limit(members[0]) if isinstance(members, tuple) and members else None
    return Claim(site.fact((parameters or source).span, is_late), late(rule, _shown(shown)))


def _shown(limit: Value) -> str | None:
    return limit if isinstance(limit, str) else "a number of" if isinstance(limit, Unknown) else None


def _is_late(limit: Value) -> bool | Unknown:
    match limit:
        case None:
            return True
        case str() if limit.isdecimal():
            return int(limit) > LIMIT
        case int() | Decimal() | Unknown():
            return Period(limit).longer_than(LIMIT)
        case _:
            return False


def _properties(node: Node) -> tuple[Entry, ...]:
    found = node.get("Properties") if isinstance(node, nodes.Mapping) else None
    return found.entries if isinstance(found, nodes.Mapping) else ()


def _texts(node: Node) -> Iterator[str]:
    match node:
        case Scalar(text=str() as text):
            yield text
        case Sequence(items=items):
            for item in items:
                yield from _texts(item)
        case nodes.Mapping(entries=entries):
            for entry in entries:
                yield from _texts(entry.value)
        case _:
            return
