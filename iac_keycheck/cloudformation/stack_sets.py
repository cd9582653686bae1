"""Stack sets: a template that is deployed once for each account and region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.detect import is_about_keys
from iac_keycheck.cloudformation.dynamic import resolved
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.mentions import compared
from iac_keycheck.cloudformation.nested import Stacks, chain
from iac_keycheck.cloudformation.nodes import Node, Scalar, Sequence
from iac_keycheck.cloudformation.references import Resource, exists, property_of
from iac_keycheck.cloudformation.scope import Context, Scope
from iac_keycheck.cloudformation.template import Template
from iac_keycheck.deciding.values import Entries, Items, Refused, Unknown, Value, plain
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.resource import Account, Gap, Step

STACK_SET = "AWS::CloudFormation::StackSet"
MOST_INSTANCES = 64


def instances(resource: Resource, library: Library) -> tuple[Scope, ...] | Gap:
    """The scopes of a stack set's instances, or why they cannot be told."""
    template = _template(resource, library)
    if isinstance(template, str):
        return Gap(resource.address, template, resource.span)
    if template is None:
        return ()
    if not template.about_keys:
        return ()
    targets = _targets(resource)
    if targets is None:
        return Gap(resource.address, "the accounts and regions of its stack set cannot be told", resource.span)
    if len(targets) > MOST_INSTANCES:
        return Gap(resource.address, f"its stack set has more than {MOST_INSTANCES} instances", resource.span)
    return tuple(_scope(resource, template, account, region) for account, region in targets)


def _scope(resource: Resource, template: Template, account: str | None, region: str) -> Scope:
    outer = resource.context.scope
    place = region if account is None else f"{account}/{region}"
    fixed: dict[str, Value] = {"AWS::Region": region}
    if account is not None:
        fixed["AWS::AccountId"] = account
    return Scope(
        template=template,
        inputs=outer.inputs,
        language=outer.language,
        links=outer.links,
        prefix=f"{resource.address}[{place}].",
        arguments=_arguments(resource),
        known={**outer.known, **fixed},
        exists=lambda: exists(resource),
        account=Account((("stack set", resource.address), ("account", account or "each of its organization's"))),
        calls=(*outer.calls, Step(resource.address, resource.span)),
        shared=outer.shared,
        problems=outer.problems,
        compared=compared(template),
        parent=outer,
    )


def _template(resource: Resource, library: Library) -> Template | str | None:
    """The template of a stack set; text that says why there is none where it matters."""
    entry = resource.property_entry("TemplateBody")
    if entry is None:
        path = Stacks(library).path_of(resource)
        if path is None:
            return None
        return None if path in chain(resource.context.scope) else library.template(path)
    with resource.context.scope.inputs.assuming(NOTHING):
        try:
            body = plain(property_of(resource, "TemplateBody"))
        except Refused:
            body = None
    if isinstance(body, str):
        about_keys = is_about_keys(body.encode("utf-8", "surrogatepass"))
        place = entry.value.span
        return library.inside(resource.context.scope.template.path, body, place) if about_keys else None
    return "the body of its template cannot be told" if _says_key(entry.value) else None


def _says_key(node: Node) -> bool:
    match node:
        case Scalar(text=str() as written):
            return is_about_keys(written.encode("utf-8", "surrogatepass"))
        case Sequence(items=items):
            return any(map(_says_key, items))
        case nodes.Mapping(entries=entries):
            return any(_says_key(entry.value) for entry in entries)
        case _:
            return False


def _targets(resource: Resource) -> tuple[tuple[str | None, str], ...] | None:
    """Accounts (None for all of some organization) with regions, None where they are not known."""
    with resource.context.scope.inputs.assuming(NOTHING):
        try:
            groups = property_of(resource, "StackInstancesGroup")
        except Refused:
            return None
    found: dict[tuple[str | None, str], None] = {}
    for group in groups.items if isinstance(groups, Items) else ():
        entries: Mapping[str, Value] = group.entries if isinstance(group, Entries) else {}
        regions = _texts(entries.get("Regions"))
        targets = entries.get("DeploymentTargets")
        accounts = _texts(targets.entries.get("Accounts")) if isinstance(targets, Entries) else ()
        if regions is None or accounts is None:
            return None
        for region in regions:
            found |= dict.fromkeys((account, region) for account in (accounts or (None,)))
    return None if isinstance(groups, Unknown) else tuple(found)


def _texts(value: Value) -> tuple[str, ...] | None:
    match value:
        case None:
            return ()
        case Items(items=items) if all(isinstance(item, str) for item in items):
            return tuple(item for item in items if isinstance(item, str))
        case _:
            return None


def _arguments(resource: Resource) -> Mapping[str, partial[Value]]:
    entry = resource.property_entry("Parameters")
    return {} if entry is None else dict(_passed(entry.value, resource.context))


def _passed(node: Node, context: Context) -> Iterator[tuple[str, partial[Value]]]:
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, nodes.Mapping):
            key, value = item.get("ParameterKey"), item.get("ParameterValue")
            if isinstance(key, Scalar) and key.text is not None and value is not None:
                yield key.text, partial(_evaluated, value, context)


def _evaluated(node: Node, context: Context) -> Value:
    return resolved(context.value(node), context.scope.inputs.value)
