"""Root templates that are one deployment: alone, or joined by what one exports and another imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iac_keycheck.cloudformation.evaluation import LANGUAGE
from iac_keycheck.cloudformation.exports import Exports, imported_names
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.mentions import compared
from iac_keycheck.cloudformation.nested import Stacks
from iac_keycheck.cloudformation.references import IAM_ACCESS_KEY, IAM_USER, STACKS, Resource, resources
from iac_keycheck.cloudformation.scope import Context, Links, Scope, Shared
from iac_keycheck.cloudformation.template import Template
from iac_keycheck.deciding.worlds import Inputs
from iac_keycheck.records import dataclass, field


@dataclass(slots=True, eq=False)
class Group:
    """Root templates that are one deployment: their scopes by path, in one space of inputs."""

    library: Library
    inputs: Inputs
    stacks: Stacks
    scopes: dict[str, Scope] = field(default_factory=dict)
    others: dict[str, Scope] = field(default_factory=dict)
    shared: Shared = field(default_factory=Shared)

    @property
    def first(self) -> Scope:
        """The scope whose names have no prefix."""
        return next(iter(self.scopes.values()))

    @classmethod
    def of(cls, paths: tuple[str, ...], library: Library) -> Group:
        """The group of some paths, each of which is a readable template."""
        group = cls(library, Inputs(), Stacks(library))
        exports = Exports(group.exporting)
        links = Links(group.stacks.nested, exports.value)
        for path in paths:
            template = library.template(path)
            if template is not None:
                group.scopes[path] = group.opened(path, template, links)
        return group

    def opened(self, path: str, template: Template, links: Links) -> Scope:
        """The scope of one of several root templates; parameters that are declared alike are one input."""
        if not self.scopes:
            return Scope(template, self.inputs, LANGUAGE, links, shared=self.shared, compared=compared(template))
        mine = template.section("Parameters")
        alike = {
            name: f"Parameter {name}"
            for name in mine
            if all(_alike(name, template, other.template) for other in self.scopes.values())
        }
        return Scope(
            template,
            self.inputs,
            LANGUAGE,
            links,
            prefix=f"{path}:",
            renamed=alike,
            shared=self.shared,
            compared=compared(template),
        )

    def exporting(self) -> Mapping[str, Scope]:
        """All templates of the scan that export something: those of the group, and the others."""
        if not self.others:
            for path, text in self.library.texts.items():
                if path in self.scopes:
                    self.others[path] = self.scopes[path]
                elif "Export" in text and (template := self.library.template(path)) is not None:
                    self.others[path] = self.opened(path, template, self.first.links)
        return self.others


def _alike(name: str, one: Template, other: Template) -> bool:
    """Whether two templates declare a parameter with the same type and allowed values, or only one does."""
    mine, theirs = one.section("Parameters").get(name), other.section("Parameters").get(name)
    if mine is None or theirs is None:
        return True
    return mine.outline("Type", "AllowedValues", "Default") == theirs.outline("Type", "AllowedValues", "Default")


def joined(paths: list[str], library: Library) -> Iterator[tuple[str, ...]]:
    """The paths in groups that are connected by imports of what is about users; exporters come first."""
    exporting = {path for path in paths if "Export" in library.texts[path]}
    importing = [path for path in paths if "ImportValue" in library.texts[path]]
    leads: dict[str, set[str]] = {path: set() for path in paths}
    for path in importing if exporting else ():
        group = Group.of((path,), library)
        exports = Exports(group.exporting)
        for scope in _with_nested(group.first, group):
            iam = resources(scope, {IAM_USER, IAM_ACCESS_KEY, *STACKS})
            for name in imported_names((one.node for one in iam), Context(scope)):
                found = exports.of(name)
                if len(found) == 1:
                    leads[path] |= ({found[0][0].template.path} & exporting) - {path}
    done: set[str] = set()
    for path in paths:
        if path not in done:
            members = _connected(path, leads)
            done |= members
            yield tuple(sorted(members, key=lambda one: (bool(leads[one]), paths.index(one))))


def _with_nested(scope: Scope, group: Group) -> Iterator[Scope]:
    yield scope
    for resource in resources(scope, STACKS):
        inner = group.stacks.nested(resource) if isinstance(resource, Resource) else None
        if isinstance(inner, Scope):
            yield from _with_nested(inner, group)


def _connected(path: str, leads: Mapping[str, set[str]]) -> set[str]:
    found, waiting = {path}, [path]
    while waiting:
        here = waiting.pop()
        near = leads[here] | {other for other, sources in leads.items() if here in sources}
        waiting += near - found
        found |= near
    return found
