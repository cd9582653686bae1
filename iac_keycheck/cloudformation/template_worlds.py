"""The worlds of a template: defaults, parameter files, given values, and what its parameters and rules refuse."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial

from iac_keycheck.choices import Misuse, without_place
from iac_keycheck.cloudformation.assertions import assertions
from iac_keycheck.cloudformation.parameters import Parameter
from iac_keycheck.cloudformation.scope import Scope
from iac_keycheck.deciding.guards import Space
from iac_keycheck.deciding.values import Entries, Items, Value
from iac_keycheck.deciding.verdicts import Constraint
from iac_keycheck.deciding.worlds import Cell, Known, World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iac_keycheck.cloudformation.given_files import Files
    from iac_keycheck.cloudformation.parameter_files import Given

Cells = dict[tuple[str, tuple[str, ...]], Cell]


def worlds_of(scope: Scope, space: Space, files: Files) -> None:
    """Add the committed world, the named worlds and the constraints of a root template to a space."""
    path = scope.template.path
    choices = files.choices
    found = files.of(scope)
    scope.mentioned = _mentioned(found.values())
    committed: Cells = {}
    for name in scope.template.section("Parameters"):
        known = scope.declared(name)
        if known is not None and known[0].has_default:
            committed[known[1].name, ()] = Known(known[0].default)
    for name in choices.parameters:
        if name in found:
            committed.update(_cells(scope, found[name]))
    committed.update(_given(scope, choices.inputs, path))
    space.committed = {**space.committed, **committed}
    named: list[tuple[str, World]] = list(space.named)
    for name, given in found.items():
        if name not in choices.parameters:
            named.append((name, {**space.committed, **_cells(scope, given)}))
    space.named = tuple(named)
    space.constraints = (*space.constraints, *_constraints(scope), *assertions(scope))


def _mentioned(files: Iterable[Given]) -> Mapping[str, tuple[Value, ...]]:
    found: dict[str, tuple[Value, ...]] = {}
    for given in files:
        for name, value in given.values.items():
            found[name] = (*found.get(name, ()), value)
    return found


def _cells(scope: Scope, given: Given) -> Cells:
    """The values of a file that their parameters allow."""
    cells: Cells = {}
    for name, text in given.values.items():
        known = scope.declared(name)
        if known is None or known[0].from_store:
            continue
        value = known[0].read(text)
        if value is not None and known[0].fits(value) is not False:
            cells[known[1].name, ()] = Known(value)
    return cells


def _given(scope: Scope, options: tuple[str, ...], path: str) -> Iterator[tuple[tuple[str, tuple[str, ...]], Cell]]:
    """The values of ``--input``, each for this template or for all."""
    for option in options:
        name, _, text = option.partition("=")
        own = without_place(name, path, posixpath.dirname(path) or ".")
        _, colon, rest = name.partition(":")
        if own is None and colon and rest.startswith(("Parameter ", "AWS::", "{{")) and not name.startswith("AWS::"):
            continue
        name = own or name
        value = _from_json(json.loads(text, parse_float=Decimal))
        parameter = _declared(scope, name)
        if parameter is not None:
            read = parameter.read(value)
            if read is None or (not parameter.from_store and parameter.fits(read) is False):
                raise Misuse(f"--input {option}: the parameter {parameter.name} does not allow that value")
            value = read
        yield (name, ()), Known(value)


def _declared(scope: Scope, name: str) -> Parameter | None:
    known = scope.declared(name.removeprefix("Parameter ")) if name.startswith("Parameter ") else None
    return None if known is None else known[0]


def _from_json(value: Any) -> Value:  # noqa: ANN401 — where JSON enters
    match value:
        case list():
            return Items("list", tuple(map(_from_json, value)))
        case dict():
            return Entries("map", {key: _from_json(item) for key, item in value.items()})
        case _:
            known: Value = value
            return known


def _constraints(scope: Scope) -> Iterator[Constraint]:
    for name in scope.template.section("Parameters"):
        known = scope.declared(name)
        if known is not None and known[0].is_constrained and not known[0].from_store:
            yield Constraint(known[1].name, partial(_fits, known[0], scope))


def _fits(parameter: Parameter, scope: Scope) -> Value:
    return parameter.fits(scope.parameter(parameter.name))
