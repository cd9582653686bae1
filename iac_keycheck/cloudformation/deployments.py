"""The deployments of a scan's templates: root stacks with what they nest, and the worlds they are judged in."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iac_keycheck.cloudformation.declarations import declarations, refusal
from iac_keycheck.cloudformation.detect import is_about_keys, leads_elsewhere
from iac_keycheck.cloudformation.evaluation import LANGUAGE
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.mentions import compared
from iac_keycheck.cloudformation.nested import Stacks
from iac_keycheck.cloudformation.references import STACKS, Resource, resources
from iac_keycheck.cloudformation.scope import Links, Scope
from iac_keycheck.cloudformation.template import LANGUAGE_EXTENSIONS, SERVERLESS
from iac_keycheck.cloudformation.template_worlds import worlds_of
from iac_keycheck.guards import Space
from iac_keycheck.resource import Declaration, Deployment, Gap
from iac_keycheck.source import Problem
from iac_keycheck.values import Value
from iac_keycheck.workspace import Workspace
from iac_keycheck.worlds import Inputs

if TYPE_CHECKING:
    from iac_keycheck.choices import Choices

DEMONSTRATION = frozenset({"example", "examples", "test", "tests", "fixtures", "samples", "demo"})
HARMLESS = frozenset({LANGUAGE_EXTENSIONS, SERVERLESS})
"""Transforms that add neither users nor keys."""


def deployments(templates: Mapping[str, str], choices: Choices, workspace: Workspace) -> Iterator[Deployment]:
    """A deployment for each root template (path to text) that is about users and keys or nests what may be."""
    library = Library(templates, workspace)
    stacks = Stacks(library)
    wanted = [path for path, text in templates.items() if _is_wanted(text)]
    nested = _nested_by(wanted, library, stacks)
    for path in wanted:
        if path not in nested or _is_root_anyway(path, nested[path]):
            yield from _deployment(path, library, choices, workspace)


def _is_wanted(text: str) -> bool:
    data = text.encode("utf-8", "surrogatepass")
    return is_about_keys(data) or leads_elsewhere(data)


def _nested_by(paths: list[str], library: Library, stacks: Stacks) -> Mapping[str, set[str]]:
    """The templates that nest a template, for each that is nested by a readable address."""
    found: dict[str, set[str]] = {}
    for path in paths:
        template = library.template(path)
        if template is None or not leads_elsewhere(library.texts[path].encode("utf-8", "surrogatepass")):
            continue
        scope = _root(path, library)
        for resource in resources(scope, lambda kind: kind in STACKS):
            if isinstance(resource, Resource):
                inner = stacks.path_of(resource)
                if inner is not None and inner != path:
                    found.setdefault(inner, set()).add(path)
    return found


def _is_root_anyway(path: str, parents: set[str]) -> bool:
    here = posixpath.dirname(path)
    return all(DEMONSTRATION & set(posixpath.relpath(parent, here or ".").split("/")[:-1]) for parent in parents)


@dataclass(slots=True, eq=False)
class _Parts:
    """What the templates of one deployment give."""

    declarations: list[Declaration] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _root(path: str, library: Library) -> Scope:
    template = library.template(path)
    if template is None:
        raise KeyError(path)
    stacks = Stacks(library)

    def exported(scope: Scope, name: Value) -> Value:
        shown = name if isinstance(name, str) else "of an unknown name"
        return scope.opaque(f"Fn::ImportValue {shown}", f"no scanned template exports {shown}")

    return Scope(template, Inputs(), LANGUAGE, Links(stacks.nested, exported), compared=compared(template))


def _deployment(path: str, library: Library, choices: Choices, workspace: Workspace) -> Iterator[Deployment]:
    template = library.template(path)
    if template is None:
        if path in library.gaps or path in library.problems:
            gap, problem = library.gaps.get(path), library.problems.get(path)
            yield Deployment(
                path,
                "cloudformation",
                Space(Inputs()),
                gaps=() if gap is None else (gap,),
                problems=() if problem is None else (problem,),
            )
        return
    scope = _root(path, library)
    space = Space(scope.inputs)
    parts = _Parts()
    worlds_of(scope, space, choices, workspace)
    _collect(scope, library, parts)
    if not (parts.declarations or parts.gaps or parts.problems):
        return
    problems = dict.fromkeys((*parts.problems, *scope.problems))
    yield Deployment(path, "cloudformation", space, tuple(parts.declarations), tuple(parts.gaps), tuple(problems))


def _collect(scope: Scope, library: Library, parts: _Parts) -> None:
    template = scope.template
    parts.problems += template.problems
    text = library.texts.get(template.path, "")
    macros = [name for name in template.transforms if name not in HARMLESS]
    if macros:
        if is_about_keys(text.encode("utf-8", "surrogatepass")):
            reason = f"the transform {', '.join(macros)} may add or change users and keys"
            parts.gaps.append(Gap(template.path, reason, template.span))
        return
    for declaration in declarations(scope):
        problem = refusal(declaration, scope)
        if problem is None:
            parts.declarations.append(declaration)
        else:
            parts.problems.append(problem)
    for resource in resources(scope, lambda kind: kind in STACKS):
        if isinstance(resource, Resource):
            inner = scope.links.nested(resource)
            if isinstance(inner, Scope):
                _collect(inner, library, parts)
    parts.problems += template.document.problems
