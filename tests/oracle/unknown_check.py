"""What the analyzer tells of an expression before its inputs are known, held against what comes out once they are.

Random expressions are evaluated with one or two variables unknown or known in part, then with values for them. What
was told early (a value or a part of one, an error, a type, not null, excluded values, bounds, a prefix, how many
elements, which keys) must be so in each of these worlds.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from iac_keycheck.deciding.shapes import ANY, STRING, ObjectOf
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Input,
    Items,
    Origin,
    Refused,
    Unknown,
    Value,
    is_known,
    plain,
    type_of,
)
from iac_keycheck.deciding.worlds import Cell, Inputs, Known, Members, Other
from iac_keycheck.source import InputError
from iac_keycheck.terraform.alone import evaluate_text
from iac_keycheck.terraform.common_type import conflict
from iac_keycheck.terraform.conversions import convert
from iac_keycheck.terraform.functions.known_parts import bounds, length, member, members
from iac_keycheck.terraform.operators import equal
from tests.oracle.analyzer_expressions import known, type_constraint
from tests.oracle.random_expressions import VARIABLES, random_expression
from tests.oracle.tally import Tally

VALUES: Final[Mapping[str, tuple[Any, ...]]] = {
    "text": ("hello world", "", "a", "5", "true", "x-y"),
    "empty": ("", "a", "hello"),
    "umlaut": ("Grüße, 世界 ${x}", "b", ""),
    "nothing": (None, "a", "", "7"),
    "three": (3, 0, -1, 2.5, 100),
    "half": (-2.5, 0, 1, 3),
    "no_number": (None, 0, 4),
    "yes": (True, False),
    "maybe": (None, True, False),
    "names": (["beta", "alpha", "beta", ""], [], ["a"], ["b", "a"], ["x", None]),
    "none": ([], ["a"], ["b", "b"]),
    "tags": (["b", "a", "c"], [], ["a"], ["5", "x"]),
    "sizes": ({"small": 1, "large": 10, "two words": 2}, {}, {"a": 5}, {"small": 0, "b": 2}),
    "groups": ({"admins": ["ann", "bob"], "readers": ["bob"], "nobody": []}, {}, {"admins": []}, {"a": ["x", "x"]}),
    "users": (
        [{"name": "ann", "age": 30}, {"name": "bob", "tags": ["x", "y"]}],
        [],
        [{"name": "", "age": 1, "tags": []}],
        [{"name": "c"}, {"name": "c"}, {"name": "d", "tags": ["z"]}],
    ),
    "settings": (
        {"on": True, "level": "5", "limits": {}},
        {"on": False, "level": "", "limits": {"a": 1}},
        {"on": None, "level": None, "limits": None},
    ),
    "anything": ({"a": [1, "two", None], "b": {"c": True}}, "text", ["a", "b"], 5, {}, {"b": {"d": 1}}),
    "mixed": (["1", 2, False], ["", 0, True], [None, None, None]),
}
"""For each variable of the random expressions, values it may have; the first is what Terraform is asked with."""

_WORLDS: Final = 5


def check(seeds: Sequence[int], tally: Tally) -> None:
    """Try the expressions with these numbers."""
    for seed in seeds:
        tally.counts["cases"] += 1
        expression = random_expression(seed)
        rng = random.Random(seed)  # noqa: S311 - not for secrets
        used = sorted(set(re.findall(r"\bvar\.(\w+)", expression)))
        open_ones = rng.sample(used, min(len(used), rng.choice((1, 1, 2))))
        if not open_ones:
            tally.counts["without a variable"] += 1
            continue
        wrong = difference(expression, open_ones, rng, tally)
        if wrong:
            tally.failures.append(f"unknown {seed}: {expression}\n  {wrong}")


def difference(expression: str, open_ones: Sequence[str], rng: random.Random, tally: Tally) -> str:
    """How what is told with these variables open differs from what comes out; empty if it does not."""
    worlds = [{name: rng.choice(VALUES[name]) for name in open_ones} for _ in range(_WORLDS)]
    # what is assumed of the open ones fits at least the first world
    inputs = {name: _input(name) for name in open_ones}
    assumed: dict[tuple[str, tuple[str, ...]], Cell] = {}
    for name in open_ones:
        assumed |= _assumption(inputs[name], _value(name, worlds[0][name]), rng)
    fitting = [world for world in worlds if all(_fits(inputs[n], _value(n, world[n]), assumed) for n in open_ones)]
    told = _told(expression, inputs, assumed)
    tally.counts["an error told early" if isinstance(told, str) else _how_much(told)] += 1
    for world in fitting:
        tally.counts["worlds"] += 1
        outcome = _told(expression, {}, {}, world)
        if isinstance(outcome, str) or not is_known(outcome):
            continue
        if isinstance(told, str):
            return f"told an error: {told}, and in {world} it is {outcome}"
        wrong = broken(told, outcome)
        if wrong:
            return f"{wrong}: in {world} with {assumed} told {told}, and it is {outcome}"
    return ""


def _how_much(told: Value) -> str:
    match told:
        case Unknown(term=Concat()):
            return "parts of a text told"
        case Unknown(type=type_):
            return "no more than a type told" if type_ != ANY else "nothing told"
        case Items() | Entries() if not is_known(told):
            return "parts of a collection told"
        case _:
            return "the value told"


def _input(name: str) -> Input:
    return Input(f"var.{name}", Origin.VARIABLE, type_constraint(VARIABLES[name].type), nullable=None in VALUES[name])


def _value(name: str, value: Any) -> Value:  # noqa: ANN401 - JSON
    return convert(known(value), type_constraint(VARIABLES[name].type))


def _told(
    expression: str,
    inputs: Mapping[str, Input],
    assumed: Mapping[tuple[str, tuple[str, ...]], Cell],
    world: Mapping[str, Any] | None = None,
) -> Value | str:
    """Value or error of the expression, with some variables open or with values of a world."""
    seen = Inputs(dict(assumed))
    types = {name: type_constraint(variable.type) for name, variable in VARIABLES.items()}
    given = {name: variable.value for name, variable in VARIABLES.items()} | dict(world or {})
    try:
        values = {name: _value(name, value) for name, value in given.items() if name not in inputs}
        values |= {name: seen.value(source) for name, source in inputs.items()}
        return evaluate_text(expression, {"var": Entries("object", values, ObjectOf(types))}, part=seen.value)
    except Refused as refused:
        return refused.message
    except InputError as error:
        return error.problem.message


def _assumption(source: Input, value: Value, rng: random.Random) -> dict[tuple[str, tuple[str, ...]], Cell]:
    """What may be known of an input that has this value: nothing, something, or parts of it."""
    match value:
        case _ if rng.random() < 0.4:
            return {}
        case Items("list", items):
            cells: dict[tuple[str, tuple[str, ...]], Cell] = {
                (source.name, ()): Members(tuple(map(str, range(len(items)))))
            }
            for index, item in enumerate(items):
                if rng.random() < 0.5:
                    cells[source.name, (str(index),)] = Known(item)
            return cells
        case Entries("map", entries):
            cells = {(source.name, ()): Members(tuple(entries))}
            for key, item in entries.items():
                if rng.random() < 0.5:
                    cells[source.name, (key,)] = Known(item)
            return cells
        case str():
            return {(source.name, ()): Other(tuple(text for text in ("", "a", "nope") if text != value))}
        case bool():
            return {}
        case int() | Decimal():
            return {(source.name, ()): Other((), value - 1, None if rng.random() < 0.5 else value + 2)}
        case _:
            return {}


def _fits(source: Input, value: Value, assumed: Mapping[tuple[str, tuple[str, ...]], Cell]) -> bool:
    for (name, path), cell in assumed.items():
        if name != source.name:
            continue
        part: Value = value
        for step in path:
            match part:
                case Items(items=items) if int(step) < len(items):
                    part = items[int(step)]
                case Entries(entries=entries) if step in entries:
                    part = entries[step]
                case _:
                    return False
        match cell:
            case Known(expected):
                if part != expected:
                    return False
            case Members(keys):
                own = tuple(map(str, range(len(part.items)))) if isinstance(part, Items) else ()
                if (tuple(part.entries) if isinstance(part, Entries) else own) != keys:
                    return False
            case Other(excluded, low, high):
                if part is None or part in excluded:
                    return False
                if (low, high) != (None, None) and not (isinstance(part, int | Decimal) and _between(part, low, high)):
                    return False
            case _:
                return False
    return True


def _between(number: int | Decimal, low: int | Decimal | None, high: int | Decimal | None) -> bool:
    return (low is None or low < number) and (high is None or number < high)


def broken(told: Value, outcome: Value) -> str:
    """What was told that is not so; empty if all is."""
    return next(_broken(plain(told), plain(outcome)), "")


def _broken(told: Value, outcome: Value) -> Iterator[str]:
    match told, outcome:
        case Unknown(), _:
            yield from _broken_unknown(told, outcome)
        case Items("set", items), Items("set", others):
            if len(items) != len(others):
                yield "another number of elements"
        case Items(kind, items), Items(other, others):
            if kind != other or len(items) != len(others):
                yield "another kind or length of list"
            else:
                for one, real in zip(items, others, strict=True):
                    yield from _broken(plain(one), plain(real))
        case Entries(kind, entries), Entries(other, reals):
            if kind != other or list(entries) != list(reals):
                yield "another kind or keys of map"
            else:
                for key, one in entries.items():
                    yield from _broken(plain(one), plain(reals[key]))
        case _:
            if type(told) is not type(outcome) and not (isinstance(told, str) and isinstance(outcome, str)):
                yield "another type"
            elif told != outcome:
                yield "another value"
    if conflict(type_of(told), type_of(outcome)):
        yield "another type"
    if equal(told, outcome) is False and not _has_null(outcome):
        yield "never equal"


def _broken_unknown(told: Unknown, outcome: Value) -> Iterator[str]:
    if isinstance(told.term, Apply) and told.term.function == "error":
        yield "an error"
    if outcome is None:
        if told.not_null or None in told.excluded:
            yield "not null"
        return
    if outcome in told.excluded:
        yield "excluded"
    if isinstance(outcome, int | Decimal) and not isinstance(outcome, bool):
        if not _between(outcome, told.low, told.high):
            yield "bounds"
    elif (told.low, told.high) != (None, None):
        yield "a number"
    if isinstance(outcome, Items | Entries):
        low, high = bounds(told)
        size = len(outcome.items) if isinstance(outcome, Items) else len(outcome.entries)
        if size < low or (high is not None and size > high):
            yield "number of elements"
    if isinstance(outcome, Items):
        found, complete = members(told)
        if complete and len(outcome.items) > len(found):
            yield "other elements"
    if isinstance(outcome, Entries):
        for key in ("a", "b", "small", *outcome.entries):
            sure, entry = member(told, key)
            if sure and bool(entry) != (key in outcome.entries):
                yield f"has {key}"
    if isinstance(outcome, str) and told.type in (ANY, STRING):
        try:
            counted = length(told)
        except Refused:
            yield "has no length"
        else:
            match counted, length(outcome):
                case int(), int() as size:
                    if counted != size:
                        yield "length"
                case Unknown(low=least, high=most), int() as size:
                    if not _between(size, least, most):
                        yield "length"


def _has_null(value: Value) -> bool:
    match value:
        case Items(items=items):
            return any(map(_has_null, items))
        case Entries(entries=entries):
            return any(map(_has_null, entries.values()))
        case _:
            return value is None
