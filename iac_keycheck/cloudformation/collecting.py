"""What a template and those that it nests give to their deployment: declarations, gaps, problems."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import islice

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.assertions import lookups
from iac_keycheck.cloudformation.circles import circles
from iac_keycheck.cloudformation.declarations import checked, declarations, wrong_policies
from iac_keycheck.cloudformation.detect import is_about_keys
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.loops import Family, made
from iac_keycheck.cloudformation.nested import TOO_DEEP, TOO_MANY
from iac_keycheck.cloudformation.pseudo import looks
from iac_keycheck.cloudformation.references import STACKS, Resource, from_loop, resources
from iac_keycheck.cloudformation.refusals import refusals
from iac_keycheck.cloudformation.scope import Context, Scope
from iac_keycheck.cloudformation.stack_sets import STACK_SET, instances
from iac_keycheck.cloudformation.template import LANGUAGE_EXTENSIONS, SERVERLESS, Template
from iac_keycheck.deciding.values import Refused
from iac_keycheck.deciding.verdicts import Constraint
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Declaration, Gap
from iac_keycheck.source import InputError, Problem
from iac_keycheck.workspace import join

HARMLESS = frozenset({LANGUAGE_EXTENSIONS, SERVERLESS})
"""Transforms that add neither users nor keys."""

_LOCATION = expression(r"""\bLocation["']?\s*+:\s*+["']?([^\s"'{},]++)""")
_MOST_LOCATIONS = 64
_CREDENTIAL = expression(r"(?i)access_?key|secret|user_?name")
_OUTPUT = expression(r"\b(\w+)[\"']?\s*[.,\n]\s*-?\s*[\"']?Outputs\.(\w+)")


@dataclass(slots=True, eq=False)
class Parts:
    """What the templates of one deployment give. ``unread`` are gaps by the reason of what comes out of them."""

    declarations: list[Declaration] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: dict[str, Gap] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)


def collect(scope: Scope, library: Library, parts: Parts) -> None:
    """Add what a template and those that it nests give."""
    template = scope.template
    parts.problems += template.problems
    if template.foreign is not None:
        if template.about_keys:
            parts.gaps.append(Gap(template.path, f"it is {template.foreign}", template.span))
        return
    macros = [name for name in template.transforms if name not in HARMLESS]
    macros += _inside(template)
    if macros:
        if template.about_keys or any(_included(template, library)):
            reason = f"the transform {', '.join(macros)} may add or change users and keys"
            parts.gaps.append(Gap(template.path, reason, template.span))
        return
    parts.scopes.append(scope)
    parts.constraints += (*looks(scope), *lookups(scope))
    for declaration, declaring in declarations(scope):
        parts.problems += wrong_policies(declaring, scope)
        found = checked(declaration, declaring, scope)
        if isinstance(found, Problem):
            parts.problems.append(found)
        else:
            parts.declarations.append(declaration)
            parts.constraints += () if found is None else (found,)
    parts.problems += circles(template, parts.problems)
    for resource in _stacks(scope, parts):
        inner = scope.links.nested(resource)
        if isinstance(inner, Scope):
            collect(inner, library, parts)
        else:
            gap = Gap(resource.address, inner, resource.span)
            if inner in (TOO_DEEP, TOO_MANY) and inner not in parts.unread:
                parts.gaps.append(gap)
            parts.unread[inner] = gap
            if resource.name in _credentials(template.text):
                parts.gaps.append(gap)
    for stack_set in resources(scope, (STACK_SET,)):
        if isinstance(stack_set, Resource):
            _collect_set(stack_set, library, parts)
    parts.problems += list(refusals(scope, parts.problems))
    parts.problems += (problem for document in template.documents for problem in document.problems)
    if template.unread and template.about_keys:
        parts.gaps += (Gap(template.path, reason, span) for reason, span in template.unread)


def _inside(template: Template) -> Iterator[str]:
    """The name of the macro that makes resources, where one stands among them."""
    member = template.section("Resources").get("Fn::Transform")
    name = None if member is None else member.get("Name")
    if member is not None:
        yield f"Fn::Transform with {name.text}" if isinstance(name, nodes.Scalar) and name.text else "Fn::Transform"


def _collect_set(stack_set: Resource, library: Library, parts: Parts) -> None:
    found, gap = instances(stack_set, library)
    parts.gaps += () if gap is None else (gap,)
    for one in found:
        collect(one, library, parts)


def _included(template: Template, library: Library) -> Iterator[bool]:
    """Of each file that ``AWS::Include`` takes in from beside the template, whether it is about users or keys."""
    if "AWS::Include" not in template.text:
        return
    locations = dict.fromkeys(_LOCATION.findall(template.text))
    if len(locations) > _MOST_LOCATIONS:
        yield True
    for location in islice(locations, _MOST_LOCATIONS):
        try:
            yield is_about_keys(library.workspace.read(join(posixpath.dirname(template.path), location)))
        except InputError:
            yield False


def _stacks(scope: Scope, parts: Parts) -> Iterator[Resource]:
    for one in resources(scope, STACKS):
        if isinstance(one, Resource):
            yield one
        else:
            yield from _made(one, scope, parts)


def _made(family: Family, scope: Scope, parts: Parts) -> Iterator[Resource]:
    with scope.inputs.assuming(NOTHING):
        try:
            members = made(family, Context(scope))
        except Refused as refused:
            parts.problems.append(Problem("template", refused.message, family.header))
            return
    if isinstance(members, tuple):
        for member in members:
            yield from_loop(scope, member)
    else:
        reason = "how many stacks its loop nests depends on the inputs"
        parts.gaps.append(Gap(f"{scope.prefix}{family.pattern}", reason, family.header))


def _credentials(text: str) -> frozenset[str]:
    """The logical ids of nested stacks whose outputs are called like credentials or a user."""
    return frozenset(name for name, output in _OUTPUT.findall(text) if _CREDENTIAL.search(output))
