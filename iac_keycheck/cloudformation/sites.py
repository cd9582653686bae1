"""Resources and outputs of the templates of a deployment, as the places of facts."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.loops import Family, made
from iac_keycheck.cloudformation.nodes import Scalar
from iac_keycheck.cloudformation.references import Resource, exists, from_loop, property_of, resources
from iac_keycheck.cloudformation.scope import Context, Scope
from iac_keycheck.deciding.terms import both, either
from iac_keycheck.deciding.values import Refused, Unknown, Value
from iac_keycheck.deciding.verdicts import Verdict
from iac_keycheck.facts import Fact, Mark
from iac_keycheck.records import dataclass
from iac_keycheck.source import Span

Test = Callable[[Resource], "bool | Unknown"]


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A resource of a template, or all that a loop makes of one block."""

    scope: Scope
    resource: Resource | Family

    @property
    def address(self) -> str:
        """The logical id, behind those of the stacks that nest it."""
        one = self.resource
        return one.address if isinstance(one, Resource) else f"{self.scope.prefix}{one.pattern}"

    def members(self) -> tuple[Resource, ...] | Unknown:
        """The resources, or what their number waits for."""
        if isinstance(self.resource, Resource):
            return (self.resource,)
        found = made(self.resource, Context(self.scope))
        return found if isinstance(found, Unknown) else tuple(from_loop(self.scope, member) for member in found)

    def somewhere(self, test: Test) -> Verdict:
        """Whether something holds of a resource that exists."""
        members = self.members()
        if isinstance(members, Unknown):
            return members
        verdict: bool | Unknown = False
        for member in members:
            there = exists(member)
            verdict = either(verdict, False if there is False else both(there, test(member)))
            if verdict is True:
                break
        return verdict

    def fact(self, span: Span, test: Test, way: tuple[Mark, ...] = ()) -> Fact:
        """A fact at a place in the resource."""
        node = self.resource.node
        entry = node.entry("Condition") if isinstance(node, nodes.Mapping) else None
        return Fact(
            self.address,
            span,
            (self.resource.span, self.resource.header),
            lambda: self.somewhere(test),
            way,
            self.scope.calls,
            entry.span if entry is not None and isinstance(entry.value, Scalar) else None,
        )


def sites(scope: Scope, types: Container[str] | None = None) -> Iterator[Site]:
    """The resources of some types, or all, in source order."""
    wanted = types if types is not None else _Everything()
    for one in resources(scope, wanted):
        yield Site(scope, one)


class _Everything:
    """Has every name in it."""

    def __contains__(self, name: object) -> bool:
        return True


def value_at(member: Resource, name: str) -> Value:
    """A property; nothing where CloudFormation would refuse it, which is somebody else's to say."""
    try:
        return property_of(member, name)
    except Refused:
        return None
