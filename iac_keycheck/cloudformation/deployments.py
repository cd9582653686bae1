"""The deployments of a scan's templates: root stacks with what they nest and import, each with its worlds."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from iac_keycheck.cloudformation.assembling import files_in
from iac_keycheck.cloudformation.collecting import Parts, collect
from iac_keycheck.cloudformation.detect import is_about_keys, is_framework, leads_elsewhere
from iac_keycheck.cloudformation.facts import facts_of
from iac_keycheck.cloudformation.given_files import Files
from iac_keycheck.cloudformation.groups import Group, joined
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.loops import Family
from iac_keycheck.cloudformation.references import STACKS, Resource, resources
from iac_keycheck.cloudformation.stack_sets import STACK_SET, instances
from iac_keycheck.cloudformation.template_worlds import worlds_of
from iac_keycheck.deciding.guards import Space
from iac_keycheck.deciding.worlds import Inputs, Known
from iac_keycheck.records import replace
from iac_keycheck.resource import Deployment
from iac_keycheck.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.choices import Choices
    from iac_keycheck.cloudformation.scope import Scope

DEMONSTRATION = frozenset({"example", "examples", "test", "tests", "fixtures", "samples", "demo"})
CLOUDFORMATION = "cloudformation"
_INCLUDE = b"AWS::Include"


def deployments(
    templates: Mapping[str, str], choices: Choices, workspace: Workspace, words: tuple[str, ...] = ()
) -> Iterator[Deployment]:
    """A deployment for each root template (path to text) that is about users and keys or nests what may be.

    ``words`` are others that the rules care about.

    Templates of which one imports what another exports are one deployment, named by the first that exports.
    """
    library = Library(templates, workspace)
    files = Files(choices, library)
    wanted = [path for path, text in templates.items() if _is_wanted(text, words)]
    nested = _nested_by(wanted, library)
    roots = [path for path in _roots(wanted, nested) if path not in workspace.deployed]
    found: list[Deployment] = []
    readable = [path for path in roots if library.template(path) is not None]
    for group in joined(readable, library):
        deployment = _deployment(group, library, files, words)
        if deployment is not None:
            found.append(deployment)
    # also of what another template nests, which otherwise nobody would tell
    broken = [path for path in wanted if path in library.gaps or path in library.problems]
    found += [_unreadable(path, library) for path in broken if path not in workspace.deployed]
    yield from _with_unused(found, files)


def _is_wanted(text: str, words: tuple[str, ...]) -> bool:
    if any(word in text for word in words):
        return True
    data = text.encode("utf-8", "surrogatepass")
    return is_about_keys(data) or leads_elsewhere(data) or is_framework(data) or _INCLUDE in data


def _nested_by(paths: list[str], library: Library) -> Mapping[str, set[str]]:
    """The templates that nest a template, for each that is nested by a readable address."""
    found: dict[str, set[str]] = {}
    for path in paths:
        template = library.template(path)
        if template is not None and template.framework:
            for part in files_in(template.document.text, path):
                found.setdefault(part, set()).add(path)
        if template is None or not leads_elsewhere(library.texts[path].encode("utf-8", "surrogatepass")):
            continue
        group = Group.of((path,), library)
        for resource in resources(group.first, (*STACKS, STACK_SET)):
            inner = group.stacks.path_of(resource) if isinstance(resource, Resource) else None
            if inner is not None and inner != path and _is_deployed(resource, library):
                found.setdefault(inner, set()).add(path)
    return found


def _is_deployed(resource: Resource | Family, library: Library) -> bool:
    """Whether a nested template is judged where it is nested: of a stack set only where its instances are known."""
    if not isinstance(resource, Resource) or resource.type != STACK_SET:
        return True
    made, _ = instances(resource, library)
    return bool(made)


def _roots(paths: list[str], nested: Mapping[str, set[str]]) -> list[str]:
    """The templates that no other deploys; of those that nest each other, the first."""
    roots = [path for path in paths if path not in nested or _is_root_anyway(path, nested[path])]
    reached: set[str] = set()
    for path in (*roots, *paths):
        if path not in reached:
            if path not in roots:
                roots.append(path)
            reached |= _below(path, nested)
    return sorted(roots, key=paths.index)


def _below(path: str, nested: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {path}, [path]
    while waiting:
        here = waiting.pop()
        inner = {child for child, parents in nested.items() if here in parents} - found
        found |= inner
        waiting += inner
    return found


def _is_root_anyway(path: str, parents: set[str]) -> bool:
    """Whether those who nest a template are only demonstrations of it."""
    here = posixpath.dirname(path) or "."
    return all(DEMONSTRATION & set(posixpath.relpath(parent, here).split("/")[:-1]) for parent in parents)


def _deployment(paths: tuple[str, ...], library: Library, files: Files, words: tuple[str, ...]) -> Deployment | None:
    group = Group.of(paths, library)
    space = Space(group.inputs)
    parts = Parts()
    for scope in group.scopes.values():
        worlds_of(scope, space, files)
        collect(scope, library, parts)
    for name, value in group.shared.committed.items():
        space.committed = {(name, ()): Known(value), **space.committed}
    space.constraints = (*space.constraints, *parts.constraints)
    for path, scope in group.others.items():
        if path not in group.scopes:
            worlds_of(scope, space, files)
    problems = dict.fromkeys(parts.problems)
    for scope in group.scopes.values():
        problems |= dict.fromkeys(scope.problems)
    for path, scope in group.others.items():
        # files of parameters that are for what lies beside are nobody's business here
        problems |= {problem: None for problem in scope.problems if problem.span.path == path or path in group.scopes}
    if not (parts.declarations or parts.gaps):
        # what is wrong with a template that declares nothing of ours is nobody's business here
        problems = {problem: None for problem in problems if problem.relevant}
        if not any(scope.template.about_keys for scope in (*group.scopes.values(), *parts.scopes)):
            problems = {replace(problem, relevant=False): None for problem in problems}
    if not (parts.declarations or parts.gaps or problems or _says(parts.scopes, words)):
        return None
    return Deployment(
        paths[0],
        CLOUDFORMATION,
        space,
        tuple(parts.declarations),
        tuple(parts.gaps),
        tuple(problems),
        parts.unread,
        facts=facts_of(tuple(parts.scopes)),
    )


def _says(scopes: list[Scope], words: tuple[str, ...]) -> bool:
    return any(word in scope.template.text for scope in scopes for word in words)


def _unreadable(path: str, library: Library) -> Deployment:
    gap, problem = library.gaps.get(path), library.problems.get(path)
    return Deployment(
        path,
        CLOUDFORMATION,
        Space(Inputs()),
        gaps=() if gap is None else (gap,),
        problems=() if problem is None else (problem,),
    )


def _with_unused(found: list[Deployment], files: Files) -> Iterator[Deployment]:
    """The deployments, the first of them with what is wrong with parameter files that are for none of them."""
    problems = tuple(files.problems())
    for index, deployment in enumerate(found):
        yield replace(deployment, problems=(*deployment.problems, *problems)) if index == 0 else deployment
