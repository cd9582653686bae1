"""Users and keys that depend on themselves, through references or ``DependsOn``: CloudFormation makes none of them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Several

from iac_keycheck.cloudformation.nodes import Mapping, Node, Scalar, Sequence
from iac_keycheck.cloudformation.references import IAM_ACCESS_KEY, IAM_USER
from iac_keycheck.cloudformation.template import Member, Template
from iac_keycheck.expressions import expression
from iac_keycheck.source import Problem, Span

_TYPES = frozenset({IAM_USER, IAM_ACCESS_KEY})
_VARIABLE = expression(r"\$\{([A-Za-z0-9]+)[^{}]*\}")
MOST = 10_000
"""Resources that are looked at for a circle."""


def circles(template: Template, problems: Several[Problem]) -> list[Problem]:
    """A problem for each circle that a user or key is on, whatever the inputs are, unless it is one already."""
    known: dict[str, tuple[str, ...]] = {}
    told: set[str] = set()
    found: list[Problem] = []
    for member in template.resources(_TYPES):
        circle = [] if member.name in told else _circle(member.name, template, known)
        told.update(circle)
        places = [template.section("Resources")[name].span for name in circle]
        if circle and not any(_is_told(problem, places) for problem in problems):
            way = " → ".join((*circle, member.name))
            message = f"the resource {member.name} depends on itself: {way}"
            found.append(Problem("template", message, member.header))
    return found


def _is_told(problem: Problem, places: list[Span]) -> bool:
    """Whether a problem at one of these places is that something depends on itself."""
    at = problem.span
    inside = any(place.path == at.path and place.line <= at.line <= place.end_line for place in places)
    return inside and "depends on itself" in problem.message


def _circle(start: str, template: Template, known: dict[str, tuple[str, ...]]) -> list[str]:
    """The resources on the shortest way from one back to itself; none where there is no such way."""
    before: dict[str, str] = {}
    todo = [start]
    for name in todo:
        for other in _asked_for(name, template, known):
            if other == start:
                way = [name]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if other not in before and len(before) < MOST:
                before[other] = name
                todo.append(other)
    return []


def _asked_for(name: str, template: Template, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if name not in known:
        resources = template.section("Resources")
        member = resources.get(name)
        named = () if member is None else _named(member)
        known[name] = tuple(other for other in dict.fromkeys(named) if other in resources)
    return known[name]


def _named(member: Member) -> Iterator[str]:
    """What a resource cannot be made without; nothing of one that may not be made at all."""
    if member.get("Condition") is not None:
        return
    after = member.get("DependsOn")
    for one in after.items if isinstance(after, Sequence) else (after,):
        if isinstance(one, Scalar) and one.text is not None:
            yield one.text
    properties = member.get("Properties")
    if properties is not None:
        yield from _references(properties)


def _references(node: Node) -> Iterator[str]:
    match node:
        case Sequence(items=items):
            for item in items:
                yield from _references(item)
        case Mapping(entries=entries):
            for entry in entries:
                match entry.key, entry.value:
                    case "Fn::If", _:
                        continue  # which branch is taken may depend on inputs
                    case ("Ref", Scalar(text=str() as name)):
                        yield name
                    case ("Fn::GetAtt", Scalar(text=str() as path)):
                        yield path.partition(".")[0]
                    case ("Fn::GetAtt", Sequence((Scalar(text=str() as name), *_))):
                        yield name
                    case ("Fn::Sub", Scalar(text=str() as written)):
                        yield from _VARIABLE.findall(written)
                    case ("Fn::Sub", Sequence((Scalar(text=str() as written), Mapping() as given))):
                        yield from (name for name in _VARIABLE.findall(written) if given.entry(name) is None)
                        yield from _references(given)
                    case _, value:
                        yield from _references(value)
        case _:
            return
