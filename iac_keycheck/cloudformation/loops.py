"""``Fn::ForEach``: members that a section gets from loops, and the names that the loops give them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.branching import lift
from iac_keycheck.cloudformation.nodes import Entry, Node, Scalar, Sequence
from iac_keycheck.cloudformation.scope import Bindings, Context, Rejected, Scope
from iac_keycheck.cloudformation.template import LANGUAGE_EXTENSIONS, Template
from iac_keycheck.cloudformation.texts import concat, text
from iac_keycheck.deciding import terms
from iac_keycheck.deciding.values import Items, Refused, Sample, Unknown, Value
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError, Problem, Span

FOR_EACH = "Fn::ForEach::"
MOST_MEMBERS = 2048
_PARTS = 3
_PLACE = expression(r"([$&])\{(\w+)\}")


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """One loop: the variable, what it runs over, and where."""

    variable: str
    collection: Node
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Members that loops make, outermost loop first. ``pattern`` is the name before the variables are filled in."""

    pattern: str
    header: Span
    node: Node
    loops: tuple[Loop, ...]

    @property
    def span(self) -> Span:
        """The whole member."""
        return self.header.to(self.node.span)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """One member as a loop makes it: its name as far as known, the values of the loops.

    ``label`` tells it from the others; ``shown`` is the name that it has in reports, where one of unknown name stands
    for all.
    """

    family: Family
    name: Value
    label: str
    shown: str
    bindings: Bindings


def families(template: Template, section: str, problems: list[Problem]) -> tuple[Family, ...]:
    """The members that loops make in a section; what is wrong with the loops is added to ``problems``."""
    found: list[Family] = []
    for name, member in template.section(section).items():
        if not name.startswith(FOR_EACH):
            continue
        if not template.extended:
            message = f"{name} needs the transform {LANGUAGE_EXTENSIONS}, which the template does not name"
            problems.append(Problem("template", message, member.header))
            continue
        try:
            found += _families(Entry(name, member.header, member.node), ())
        except InputError as error:
            problems.append(error.problem)
    return tuple(found)


def _families(entry: Entry, outer: tuple[Loop, ...]) -> Iterator[Family]:
    match entry.value:
        case Sequence((Scalar(text=str() as variable), collection, nodes.Mapping() as body)):
            loops = (*outer, Loop(variable, collection, entry.key_span))
            for inner in body.entries:
                if inner.key.startswith(FOR_EACH):
                    yield from _families(inner, loops)
                else:
                    yield Family(inner.key, inner.key_span, inner.value, loops)
        case _:
            message = f"{entry.key} needs a variable, a list to run over, and what it makes"
            raise InputError(Problem("template", message, entry.key_span))


def made(family: Family, context: Context) -> tuple[Made, ...] | Unknown:
    """The members of a family in the world of the moment, or what their number waits for."""
    combinations: list[tuple[Bindings, tuple[str, ...]]] = [((), ())]
    for loop in family.loops:
        longer: list[tuple[Bindings, tuple[str, ...]]] = []
        for bindings, labels in combinations:
            inner = Context(context.scope, (*context.bindings, *bindings))
            items = _items(loop, inner)
            if isinstance(items, Unknown):
                return items
            for index, item in enumerate(items):
                value = text(item)
                label = value if isinstance(value, str) and not isinstance(value, Sample) else f"[{index}]"
                longer.append(((*bindings, (loop.variable, value)), (*labels, label)))
            if len(longer) > MOST_MEMBERS:
                raise Rejected(f"a loop makes more than {MOST_MEMBERS} members", loop.span, static=True)
        combinations = longer
    members = tuple(_one(family, bindings, labels) for bindings, labels in combinations)
    names = [member.name for member in members if isinstance(member.name, str)]
    if len(set(names)) < len(names):
        raise Rejected(f"the loop gives two members the name {_twice(names)}", family.header)
    return members


def member_of(section: str, name: str, scope: Scope) -> tuple[Node, Context] | None:
    """What stands under a name of a section (a condition, an output), also where a loop makes it; and where."""
    template = scope.template
    member = template.section(section).get(name)
    if member is not None and not name.startswith(FOR_EACH):
        return member.node, Context(scope)
    for family in _looped(section, scope):
        members = made(family, Context(scope))
        if isinstance(members, Unknown):
            raise Refused(f"what the loop {family.pattern} makes depends on the inputs", bound=True)
        for one in members:
            if one.name == name:
                return family.node, Context(scope, one.bindings)
    return None


def _looped(section: str, scope: Scope) -> tuple[Family, ...]:
    return scope.inputs.remember(
        (scope.id, "families of", section), lambda: families(scope.template, section, scope.problems)
    )


def entry_of(node: nodes.Mapping, name: str, context: Context) -> tuple[Node, Context] | Unknown | None:
    """What loops among the entries of a mapping put under a name, and where it stands; what their number waits for."""
    for entry in node.entries:
        if not entry.key.startswith(FOR_EACH):
            continue
        if not context.scope.template.extended:
            raise Rejected(f"{entry.key} needs the transform {LANGUAGE_EXTENSIONS}", entry.key_span, static=True)
        try:
            inner = tuple(_families(entry, ()))
        except InputError as error:
            raise Rejected(error.problem.message, error.problem.span, static=True) from None
        for family in inner:
            members = made(family, context)
            if isinstance(members, Unknown):
                return members
            for one in members:
                if one.name == name:
                    return family.node, Context(context.scope, (*context.bindings, *one.bindings))
    return None


def looped_members(section: str, scope: Scope) -> Iterator[tuple[Family, Made]]:
    """The members that loops make in a section, as far as no input decides which they are."""
    for family in _looped(section, scope):
        members = made(family, Context(scope))
        for one in members if isinstance(members, tuple) else ():
            yield family, one


def _twice(names: list[str]) -> str:
    return next(name for name in names if names.count(name) > 1)


def _items(loop: Loop, context: Context) -> tuple[Value, ...] | Unknown:
    match context.value(loop.collection):
        case Items(items=items):
            return items
        case Unknown() as unknown:
            return unknown
        case _:
            raise Rejected("Fn::ForEach needs a list to run over", loop.span, static=True)


def _one(family: Family, bindings: Bindings, labels: tuple[str, ...]) -> Made:
    given = tuple((name, label) for (name, _), label in zip(bindings, labels, strict=True))
    label = substituted(family.pattern, given)
    name = substituted(family.pattern, bindings)
    if not isinstance(label, str):
        label = family.pattern
    any_of = tuple((name, "[*]" if label.startswith("[") else label) for name, label in given)
    shown = substituted(family.pattern, any_of)
    return Made(family, name, label, shown if isinstance(shown, str) else label, bindings)


def substituted(written: str, bindings: Mapping[str, Value] | Bindings) -> Value:
    """Text with the variables of the loops around it filled in; ``&{X}`` without what a logical id cannot have."""
    values = dict(bindings)
    if not values or "{" not in written:
        return written
    parts: list[Value] = []
    at = 0
    for found in _PLACE.finditer(written):
        if found[2] in values:
            value = values[found[2]]
            parts += [written[at : found.start()], lift(value, _alphanumeric) if found[1] == "&" else value]
            at = found.end()
    return concat([*parts, written[at:]])


def _alphanumeric(value: Value) -> Value:
    if isinstance(value, str):
        return re.sub(r"[^A-Za-z0-9]", "", value)
    return terms.apply("alphanumeric", (value,))
