"""Stack sets: a template that is deployed once for each account and region."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import partial

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.detect import is_about_keys
from iac_keycheck.cloudformation.dynamic import resolved
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.mentions import compared
from iac_keycheck.cloudformation.nested import Stacks, chain
from iac_keycheck.cloudformation.nodes import Entry, Node, Scalar, Sequence
from iac_keycheck.cloudformation.references import IAM_ACCESS_KEY, IAM_USER, STACKS, Resource, exists, property_of
from iac_keycheck.cloudformation.scope import Context, Scope
from iac_keycheck.cloudformation.template import Template
from iac_keycheck.deciding.values import Entries, Items, Refused, Unknown, Value, plain
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.resource import Account, Gap, Step

STACK_SET = "AWS::CloudFormation::StackSet"
MOST_INSTANCES = 64
ANY = "any"
"""What an instance is called of which it is not known where it is."""
UNTOLD = "the accounts and regions of its stack set cannot be told"
Target = tuple[Value, Value]
"""An account, null for each of some organization, and a region; null where it is not known."""


def instances(resource: Resource, library: Library) -> tuple[tuple[Scope, ...], Gap | None]:
    """The scopes of a stack set's instances, and what cannot be told of them.

    Where they are not known, one of them shows what each has by itself.
    """
    template = _template(resource, library)
    if isinstance(template, str):
        return (), Gap(resource.address, template, resource.span)
    if template is None or not template.about_keys:
        return (), None
    targets = _targets(resource)
    if targets is None:
        gap = None if has_users_of_its_own(template) else Gap(resource.address, UNTOLD, resource.span)
        return (_scope(resource, template, "one of several", None),), gap
    if len(targets) > MOST_INSTANCES:
        return (), Gap(resource.address, f"its stack set has more than {MOST_INSTANCES} instances", resource.span)
    return tuple(_scope(resource, template, *target) for target in targets), None


def has_users_of_its_own(template: Template) -> bool:
    """Whether each key is one of a user of the same template, whom no other instance of it can give a key."""
    if template.resources(STACKS) or any(name.startswith("Fn::") for name in template.section("Resources")):
        return False
    users = {member.name for member in template.resources((IAM_USER,))}
    return all(_is_of(member.property("UserName"), users) for member in template.resources((IAM_ACCESS_KEY,)))


def _is_of(named: Entry | None, users: Container[str]) -> bool:
    match None if named is None else named.value:
        case nodes.Mapping((Entry(key="Ref", value=Scalar(text=str() as name)),)):
            return name in users
        case _:
            return False


def _scope(resource: Resource, template: Template, account: Value, region: Value) -> Scope:
    outer = resource.context.scope
    known = [value if isinstance(value, str) else ANY for value in (account, region) if value is not None]
    place = "/".join(known) if region is not None else ANY
    fixed: dict[str, Value] = {} if region is None else {"AWS::Region": region}
    if account is not None and region is not None:
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


def _targets(resource: Resource) -> tuple[Target, ...] | None:
    """Accounts with regions, None where it is not known which they are; of a single one that does not matter."""
    if resource.property_entry("StackInstancesGroup") is None:
        return None
    with resource.context.scope.inputs.assuming(NOTHING):
        try:
            groups = property_of(resource, "StackInstancesGroup")
        except Refused:
            return None
    found: list[Target] = []
    for group in groups.items if isinstance(groups, Items) else ():
        entries: Mapping[str, Value] = group.entries if isinstance(group, Entries) else {}
        regions = _items(entries.get("Regions"))
        targets = entries.get("DeploymentTargets")
        accounts = _items(targets.entries.get("Accounts")) if isinstance(targets, Entries) else ()
        if regions is None or accounts is None:
            return None
        found += ((account, region) for region in regions for account in (accounts or (None,)))
    told = len(found) <= 1 or all(isinstance(part, str | None) for target in found for part in target)
    return None if isinstance(groups, Unknown) or not told else tuple(dict.fromkeys(found))


def _items(value: Value) -> tuple[Value, ...] | None:
    match value:
        case None:
            return ()
        case Items(items=items):
            return tuple(map(plain, items))
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
