"""Which managed rules about keys a conformance pack of AWS Config has, and which limits it gives them.

The packs that AWS publishes give each limit by a parameter with a default, under a condition that is off where the
parameter is empty: https://docs.aws.amazon.com/config/latest/developerguide/conformancepack-sample-templates.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.nodes import Node, Scalar
from iac_keycheck.cloudformation.reader import read
from iac_keycheck.cloudformation.template import Template, outline
from iac_keycheck.deciding.terms import either
from iac_keycheck.deciding.values import Term, Unknown, Value, plain
from iac_keycheck.source import InputError
from iac_keycheck.users.empty_guards import CONFIG_RULES, limit_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Where = TypeVar("Where")

UNTOLD = "?"
"""A limit that is given, but in a way that cannot be told."""
_MARK = "\ue000{}\ue001"
_KINDS = ("AWS::Config::ConfigRule",)


def joined(parts: tuple[str | Term, ...]) -> tuple[str, dict[str, Value]]:
    """A template of which parts are not known as one text, with what these parts are marked by."""
    marked: dict[str, Value] = {}
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
        else:
            mark = _MARK.format(len(marked))
            marked[mark] = Unknown(part)
            text += mark
    return text, marked


def managed_rules(text: str, marked: Mapping[str, Value], given: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """The managed rules about keys in a pack with their limits, None where one has none.

    ``given`` are the parameters that the pack is deployed with.
    """
    template = _template(text)
    for resource in template.resources(_KINDS) if template else ():
        source, parameters = resource.property("Source"), resource.property("InputParameters")
        named = source.value.get("SourceIdentifier") if source and isinstance(source.value, nodes.Mapping) else None
        rule = (named.text if isinstance(named, Scalar) else None) or ""
        if template is not None and rule in CONFIG_RULES:
            pack = _Pack(template, marked, given)
            yield rule, None if parameters is None else pack.limit(parameters.value, rule)


@lru_cache(8)
def _template(text: str) -> Template | None:
    try:
        document = read("template", text)
    except InputError:
        return None
    return None if document is None else outline(document)


def late_rules(
    first: Where, limits: Callable[[Where, str], Sequence[Value]], too_late: Callable[[Value], bool | Unknown]
) -> Iterator[tuple[str, Value, Callable[[Where], bool | Unknown]]]:
    """The rules that look too late: the limit that shows it at the ``first`` place, and whether one is late at any.

    ``limits`` gives those of a rule at a place.
    """

    def is_late(where: Where, rule: str) -> bool | Unknown:
        verdict: bool | Unknown = False
        for limit in limits(where, rule):
            verdict = either(verdict, too_late(limit))
        return verdict

    for rule in CONFIG_RULES:
        shown = next((limit for limit in limits(first, rule) if too_late(limit) is not False), UNTOLD)
        if shown != UNTOLD:
            yield rule, shown, partial(is_late, rule=rule)


class _Pack:
    """A pack as it is deployed."""

    def __init__(self, template: Template, marked: Mapping[str, Value], given: Mapping[str, Value]) -> None:
        self._template, self._marked, self._given = template, marked, given

    def limit(self, parameters: Node, rule: str) -> Value:
        """The limit among the parameters of a rule."""
        match parameters:
            case Scalar(text=str(text)):
                return limit_in(text, rule)
            case nodes.Mapping() if nodes.intrinsic(parameters) is None:
                found = parameters.get(CONFIG_RULES[rule])
                return None if found is None else self._value(found)
            case _:
                return UNTOLD

    def _value(self, node: Node) -> Value:
        called = nodes.intrinsic(node)
        match node, called:
            case Scalar(text=text), _:
                return self._marked.get(text, text) if text else None
            case _, nodes.Entry(key="Ref", value=Scalar(text=str(name))):
                return self._parameter(name)
            case _, nodes.Entry(key="Fn::Sub", value=Scalar(text=str(text))) if text[:2] == "${" and text[-1] == "}":
                return self._parameter(text[2:-1])
            case _, nodes.Entry(key="Fn::If", value=nodes.Sequence(items=(_, then, otherwise))):
                # what such a condition asks is whether the parameter is given
                found = self._value(then)
                return self._value(otherwise) if found is None else found
            case _:
                return UNTOLD

    def _parameter(self, name: str) -> Value:
        if name in self._given:
            value = plain(self._given[name])
            return value if value != "" else None
        declared = self._template.section("Parameters").get(name)
        if declared is None:
            return None if name == "AWS::NoValue" else UNTOLD
        default = declared.get("Default")
        return UNTOLD if default is None else self._value(default)
