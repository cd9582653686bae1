"""The worlds of a template: defaults, parameter files, given values, and what its parameters and rules refuse."""

from __future__ import annotations

import json
import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from iac_keycheck.choices import Misuse
from iac_keycheck.cloudformation import parameter_files
from iac_keycheck.cloudformation.assertions import assertions
from iac_keycheck.cloudformation.parameters import Parameter
from iac_keycheck.cloudformation.scope import Scope
from iac_keycheck.guards import Constraint, Space
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.values import Entries, Items, Value
from iac_keycheck.workspace import Workspace
from iac_keycheck.worlds import Cell, Known, World

if TYPE_CHECKING:
    from iac_keycheck.choices import Choices

Cells = dict[tuple[str, tuple[str, ...]], Cell]


def worlds_of(scope: Scope, space: Space, choices: Choices, workspace: Workspace) -> None:
    """Fill the committed world, the named worlds and the constraints of a root template's space."""
    path = scope.template.path
    files = _files(scope, choices, workspace)
    scope.mentioned = _mentioned(files.values())
    committed: Cells = {}
    for name in scope.template.section("Parameters"):
        known = scope.declared(name)
        if known is not None and known[0].has_default:
            committed[known[1].name, ()] = Known(known[0].default)
    for given in choices.parameters:
        committed.update(_cells(scope, given, files.get(given, {})))
    committed.update(_given(scope, choices.inputs, path))
    space.committed = committed
    named: list[tuple[str, World]] = []
    for name, values in files.items():
        if name not in choices.parameters:
            named.append((name, {**committed, **_cells(scope, name, values)}))
    space.named = tuple(named)
    space.constraints = (*_constraints(scope), *assertions(scope))


def _files(scope: Scope, choices: Choices, workspace: Workspace) -> dict[str, Mapping[str, str]]:
    """The files that give this template's parameters values, and which."""
    declared = scope.template.section("Parameters")
    found: dict[str, Mapping[str, str]] = {}
    named = dict.fromkeys((*choices.parameters, *choices.worlds))
    for path in named:
        try:
            values = parameter_files.given(path, workspace)
        except InputError as error:
            scope.problems.append(error.problem)
            continue
        foreign = [name for name in values if name not in declared]
        if foreign and declared:
            message = f"it is not for {scope.template.path}, which has no parameter {', '.join(foreign[:3])}"
            scope.problems.append(Problem("parameters", message, Span(path, 1, 1, 1, 1), relevant=False))
        elif not foreign:
            found[path] = values
    if not declared:
        return found
    for path in parameter_files.beside(scope.template.path, workspace):
        if path not in named:
            files = dict(_beside(path, workspace))
            found |= {name: values for name, values in files.items() if values and declared.keys() >= values.keys()}
    return found


def _beside(path: str, workspace: Workspace) -> Iterator[tuple[str, Mapping[str, str]]]:
    try:
        if posixpath.basename(path) == parameter_files.SAM_CONFIG:
            config = tomllib.loads(workspace.text(path))
            for environment, values in parameter_files.sam_overrides(config):
                yield f"{path} ({environment})", values
        else:
            yield path, parameter_files.given(path, workspace)
    except (InputError, tomllib.TOMLDecodeError):
        return


def _mentioned(files: Any) -> Mapping[str, tuple[Value, ...]]:  # noqa: ANN401
    found: dict[str, tuple[Value, ...]] = {}
    for values in files:
        for name, value in values.items():
            found[name] = (*found.get(name, ()), value)
    return found


def _cells(scope: Scope, path: str, values: Mapping[str, str]) -> Cells:
    cells: Cells = {}
    for name, text in values.items():
        known = scope.declared(name)
        if known is None or known[0].from_store:
            continue
        value = known[0].read(text)
        if value is None or known[0].fits(value) is False:
            message = f"{text!r} is not among the values that the parameter {name} allows"
            if known[0].secret:
                message = f"its value for the parameter {name} is not among those that it allows"
            scope.problems.append(Problem("parameters", message, Span(path, 1, 1, 1, 1), relevant=False))
        else:
            cells[known[1].name, ()] = Known(value)
    return cells


def _given(scope: Scope, options: tuple[str, ...], path: str) -> Iterator[tuple[tuple[str, tuple[str, ...]], Cell]]:
    """The values of ``--input``, each for this template or for all."""
    places = {path, posixpath.dirname(path) or "."}
    for option in options:
        name, _, text = option.partition("=")
        place, colon, rest = name.partition(":")
        if colon and rest.startswith(("Parameter ", "AWS::", "{{")) and not name.startswith("AWS::"):
            if posixpath.normpath(place) not in places:
                continue
            name = rest
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
