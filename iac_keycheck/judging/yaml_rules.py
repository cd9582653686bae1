"""Rules without code: a JSONPath selection over the graph's JSON form, conditions, a message.

The graph's JSON form shows the committed world, so what is found holds by ``default``. A condition on a value that
inputs decide is undecided, with their names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from iac_keycheck.checked_yaml import checked, schema
from iac_keycheck.choices import Misuse
from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.expressions import expression
from iac_keycheck.findings import Finding, Meta, Occurrence, Rule, Severity, Undecided, User
from iac_keycheck.graph_query import Match, query
from iac_keycheck.records import dataclass
from iac_keycheck.resource import ACCESS_KEY, USER
from iac_keycheck.source import Span

if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

SUFFIXES: Final = (".yaml", ".yml")
_PLACEHOLDER: Final = expression(r"\{([^{}]+)\}")
# Characters of a value that are shown of it.
_SHOWN: Final = 200
_Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class _Stuck:
    """Why a value is not known."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Condition:
    """A question about a value of what was selected."""

    value: Callable[[Any], Iterator[Match]]
    tests: tuple[_Test, ...]

    def of(self, selected: Any) -> bool | _Stuck:  # noqa: ANN401 — JSON
        """Whether it holds of some value there is, or of null where there is none."""
        values = [_value(match.value) for match in self.value(selected)] or [None]
        stuck = next((value for value in values if isinstance(value, _Stuck)), None)
        if any(not isinstance(value, _Stuck) and all(test(value) for test in self.tests) for value in values):
            return True
        return stuck or False


def rule(path: Path) -> Rule:
    """The rule in a file. Raises `Misuse`."""
    said = checked(path, schema("rule"))
    if not said:
        raise Misuse(f"{path}: it is empty.")
    meta = Meta(
        said["id"], said["name"], said["summary"], Severity[said["severity"].upper()], tuple(said.get("aliases", ()))
    )
    try:
        select = query(said["select"])
        conditions = tuple(_condition(one) for one in said.get("where", ()))
        message = _message(said["message"])
    except (Misuse, re.error, OverflowError, RecursionError) as error:
        raise Misuse(f"{path}: {error}") from error

    def check(graph: Graph) -> Iterator[Finding | Undecided]:
        """What is selected, where all conditions hold."""
        for match in select(_listed(graph.to_json())):
            yield from _judged(meta, match, conditions, message)

    return Rule(meta, said.get("documentation") or f"{meta.summary}.", check, path.as_posix())


def why_silent(path: Path, graph: dict[str, Any]) -> Iterator[str]:
    """What a rule that finds nothing selects, and which of its conditions ask for what is not there."""
    said = checked(path, schema("rule"))
    selected = [match.value for match in query(said["select"])(_listed(graph))]
    yield f"select finds {len(selected)} in the graph" + ("" if selected else f": {said['select']}")
    for number, one in enumerate(said.get("where", ()) if selected else ()):
        values = [match.value for value in selected for match in query(one["value"])(value)]
        if not values:
            yield f"where[{number}]: {one['value']} is in none of them; the first is {_short(selected[0])}"
        elif not any(_condition(one).of(value) is True for value in selected):
            yield f"where[{number}]: {one['value']} is {_short(values[0])}, of which it does not hold"


def _short(value: Any) -> str:  # noqa: ANN401 — JSON
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _listed(graph: dict[str, Any]) -> dict[str, Any]:
    """The graph, in which instances that are not known are listed as one of which nothing is known.

    A selection would pass them over otherwise.
    """
    for deployment in graph["deployments"]:
        for resource in deployment["resources"]:
            why = resource["instances"]
            if not isinstance(why, list):
                attributes = dict.fromkeys(("name", "user", "status"), why)
                resource["instances"] = [{**why, "address": resource["address"], "attributes": attributes}]
    return graph


def _judged(
    meta: Meta, match: Match, conditions: tuple[_Condition, ...], message: Callable[[Any], str]
) -> Iterator[Finding | Undecided]:
    known = _value(match.value)
    answers = [known] if isinstance(known, _Stuck) else [condition.of(match.value) for condition in conditions]
    if any(answer is False for answer in answers):
        return
    where = match.nearest("location")
    address = match.nearest("address")
    if where is None:
        raise Misuse(f"{meta.id} selects something without a location: select resources, or what is in them.")
    span = Span(where["path"], where["line"], where["column"], where["end_line"], where["end_column"])
    stuck = next((answer for answer in answers if isinstance(answer, _Stuck)), None)
    if stuck is not None:
        yield Undecided((meta.id,), str(address), stuck.reason, span)
        return
    deployment = next(one for one in match.around if isinstance(one, dict) and "language" in one)
    instance = Occurrence(
        user=_user(match, address),
        keys=(address,) if match.nearest("kind") == ACCESS_KEY else (),
        certainty=Certainty.DEFAULT,
        severity=meta.severity,
        subject_spans=(span,),
    )
    yield Finding(meta, message(match.value), span, (instance,), deployment["name"], subject_spans=(span,))


def _user(match: Match, address: str) -> User:
    attributes = match.nearest("attributes") or {}
    if match.nearest("kind") == USER:
        name = _value(attributes.get("name"))
        return User(name if isinstance(name, str) else None, address)
    owner = attributes.get("user")
    name = _value(owner)
    ref = owner.get("ref") if isinstance(owner, dict) else None
    return User(name if isinstance(name, str) else None, ref)


def _condition(said: Mapping[str, Any]) -> _Condition:
    makers: Mapping[str, Callable[[Any], _Test]] = {
        "equals": lambda right: lambda value: value == right,
        "not-equals": lambda right: lambda value: value != right,
        "in": lambda right: lambda value: value in right,
        "not-in": lambda right: lambda value: value not in right,
        "matches": _matching,
        "not-matches": _not_matching,
        "exists": lambda right: lambda value: (value is not None) is right,
    }
    tests = tuple(make(said[name]) for name, make in makers.items() if name in said)
    if not tests:
        raise Misuse(f"the condition on {said['value']} asks nothing: say one of {', '.join(makers)}.")
    return _Condition(query(said["value"]), tests)


def _matching(pattern: str) -> _Test:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.search(value) is not None


def _not_matching(pattern: str) -> _Test:
    found = _matching(pattern)
    return lambda value: not found(value)


def _message(text: str) -> Callable[[Any], str]:
    queries = {found[1]: query(found[1]) for found in _PLACEHOLDER.finditer(text)}

    def said(selected: Any) -> str:  # noqa: ANN401 — JSON
        return _PLACEHOLDER.sub(lambda found: _shown(queries[found[1]](selected)), text)

    return said


def _shown(found: Iterator[Match]) -> str:
    values = [_value(match.value) for match in found]
    return ", ".join("unknown" if isinstance(value, _Stuck) else str(value) for value in values) or "none"


def _value(value: Any) -> Any:  # noqa: ANN401 — JSON
    """The value itself of what refers to something; why there is none where that is so."""
    match value:
        case {"ref": _, "value": inner}:
            return _value(inner)
        case {"unknown": [*inputs]}:
            return _Stuck(f"it depends on {', '.join(map(str, inputs))}")
        case {"undecided": str(reason)} | {"refused": str(reason)}:
            return _Stuck(reason)
        case _:
            return value
