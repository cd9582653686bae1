"""The worlds of a template: defaults, parameter files, given values, and what its parameters and rules refuse."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial

from iac_keycheck.choices import Misuse
from iac_keycheck.cloudformation import parameter_files
from iac_keycheck.cloudformation.assertions import assertions
from iac_keycheck.cloudformation.parameters import Parameter
from iac_keycheck.cloudformation.scope import Scope
from iac_keycheck.deciding.guards import Constraint, Space
from iac_keycheck.deciding.values import Entries, Items, Value
from iac_keycheck.deciding.worlds import Cell, Known, World
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.workspace import Workspace, start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iac_keycheck.choices import Choices

Cells = dict[tuple[str, tuple[str, ...]], Cell]


@dataclass(slots=True, eq=False)
class Files:
    """The choices of a scan as far as they are about templates, with the parameter files that they name."""

    choices: Choices
    workspace: Workspace
    _given: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)

    def named(self) -> Iterator[str]:
        """The files that were named and can be read."""
        for path in dict.fromkeys((*self.choices.parameters, *self.choices.worlds)):
            if self.given(path):
                yield path

    def given(self, path: str) -> Mapping[str, str]:
        """The parameters in a file by name; none in one that cannot be read."""
        if path not in self._given:
            self._given[path] = {}
            try:
                self._given[path] = parameter_files.given(path, self.workspace)
            except InputError as error:
                self._problems.append(error.problem)
        return self._given[path]

    def of(self, scope: Scope) -> Mapping[str, Mapping[str, str]]:
        """The files that give values to parameters of a template and of no other: named, or lying beside it."""
        declared = scope.template.section("Parameters").keys()
        found = {path: self.given(path) for path in self.named() if declared >= self.given(path).keys()}
        self._used |= found.keys()
        if declared:
            for path in parameter_files.beside(scope.template.path, self.workspace):
                if path not in self._given:
                    files = dict(_beside(path, self.workspace))
                    found |= {name: values for name, values in files.items() if values and declared >= values.keys()}
        return found

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the named files: they cannot be read, or are for none of the templates."""
        yield from self._problems
        for path in self.named():
            if path not in self._used and path in self.choices.parameters:
                names = ", ".join(list(self.given(path))[:3])
                message = f"no scanned template has all the parameters that it gives a value: {names}"
                yield Problem("parameters", message, start_of(path), relevant=False)


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
    for given in choices.parameters:
        committed.update(_cells(scope, given, found.get(given, {})))
    committed.update(_given(scope, choices.inputs, path))
    space.committed = {**space.committed, **committed}
    named: list[tuple[str, World]] = list(space.named)
    for name, values in found.items():
        if name not in choices.parameters:
            named.append((name, {**space.committed, **_cells(scope, name, values)}))
    space.named = tuple(named)
    space.constraints = (*space.constraints, *_constraints(scope), *assertions(scope))


def _beside(path: str, workspace: Workspace) -> Iterator[tuple[str, Mapping[str, str]]]:
    try:
        if posixpath.basename(path) == parameter_files.SAM_CONFIG:
            for environment, values in parameter_files.sam_overrides(path, workspace.text(path)):
                yield f"{path} ({environment})", values
        else:
            yield path, parameter_files.given(path, workspace)
    except InputError:
        return


def _mentioned(files: Iterable[Mapping[str, str]]) -> Mapping[str, tuple[Value, ...]]:
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
