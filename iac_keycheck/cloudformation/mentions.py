"""Values that a template's own conditions compare its inputs with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.nodes import Node, Scalar, Sequence
from iac_keycheck.cloudformation.template import Template
from iac_keycheck.deciding.values import Value

COMPARISONS = frozenset({"Fn::Equals", "Fn::Contains", "Fn::EachMemberIn", "Fn::EachMemberEquals"})


def compared(template: Template) -> Callable[[str], tuple[Value, ...]]:
    """What an input of a name (a parameter, a pseudo parameter) is compared with, in source order."""
    found: dict[str, dict[Value, None]] | None = None

    def of(name: str) -> tuple[Value, ...]:
        nonlocal found
        if found is None:
            found = {}
            for section in ("Conditions", "Rules"):
                for member in template.section(section).values():
                    for input_name, value in _comparisons(member.node):
                        found.setdefault(input_name, {}).setdefault(value)
        return tuple(found.get(name, {}))

    return of


def _comparisons(root: Node) -> Iterator[tuple[str, str]]:
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        match node:
            case nodes.Mapping(entries=entries):
                for entry in entries:
                    if entry.key in COMPARISONS and isinstance(entry.value, Sequence):
                        yield from _pairs(entry.value.items)
                stack.extend(entry.value for entry in reversed(entries))
            case Sequence(items=items):
                stack.extend(reversed(items))
            case Scalar():
                pass


def _pairs(arguments: tuple[Node, ...]) -> Iterator[tuple[str, str]]:
    names = [name for argument in arguments if (name := _referred(argument)) is not None]
    for argument in arguments:
        for part in argument.items if isinstance(argument, Sequence) else (argument,):
            if isinstance(part, Scalar) and part.text is not None:
                for name in names:
                    yield name, part.text


def _referred(node: Node) -> str | None:
    match node:
        case nodes.Mapping((nodes.Entry(key="Ref", value=Scalar(text=name)),)):
            return name
        case Sequence((single,)):
            return _referred(single)
        case _:
            return None
