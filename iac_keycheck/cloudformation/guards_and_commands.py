"""What templates say about keys beside declaring them: guards that guard nothing, commands that make keys."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.nodes import Entry, Node, Scalar, Sequence
from iac_keycheck.cloudformation.references import CUSTOM, type_of
from iac_keycheck.cloudformation.scope import Scope
from iac_keycheck.cloudformation.sites import Site, sites, value_at
from iac_keycheck.deciding.values import Entries, Unknown, Value, plain
from iac_keycheck.expressions import expression
from iac_keycheck.facts import Claim, Period
from iac_keycheck.source import Span
from iac_keycheck.users.empty_guards import (
    CONDITION_KEY,
    CONFIG_RULES,
    LIMIT,
    conformance_pack,
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
    for text in _texts(body.value) if body else ():
        for rule, limit in conformance_pack(text):
            if body is not None and (limit is None or limit > LIMIT):
                yield Claim(site.fact(body.span, lambda _member: True), late(rule, limit))


def _managed(site: Site, rule: str, source: Entry, parameters: Entry | None) -> Claim:
    of_organization = source.key != "Source"

    def limit(member: object) -> Value:
        given = plain(value_at(member, source.key if of_organization else "InputParameters"))  # type: ignore[arg-type]
        if of_organization and isinstance(given, Entries):
            given = plain(given.entries.get("InputParameters"))
        return plain(limit_in(given, rule))

    def is_late(member: object) -> bool | Unknown:
        found = limit(member)
        match found:
            case None:
                return True
            case str() if found.isdecimal():
                return int(found) > LIMIT
            case int() | Decimal() | Unknown():
                return Period(found).longer_than(LIMIT)
            case _:
                return False

    members = site.members()
    shown = limit(members[0]) if isinstance(members, tuple) and members else None
    text = shown if isinstance(shown, str) else "a number of" if isinstance(shown, Unknown) else None
    return Claim(site.fact((parameters or source).span, is_late), late(rule, text))


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
