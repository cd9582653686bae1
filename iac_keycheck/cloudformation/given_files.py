"""The files that give a template's parameters values, by option or by lying beside it, and what of them is refused."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from iac_keycheck.cloudformation import beside
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.parameter_files import Given, all_given, given
from iac_keycheck.cloudformation.parameters import parameter
from iac_keycheck.cloudformation.scope import Scope
from iac_keycheck.cloudformation.template import Template
from iac_keycheck.nearest import or_rather
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.source import InputError, Problem
from iac_keycheck.workspace import start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.choices import Choices

MOST = 2000
"""Templates of a scan that are looked at for one that a file beside another may be for."""
_SHOWN = 3
_FORMS = (".json", ".yaml", ".yml", ".toml")


@dataclass(slots=True, eq=False)
class Files:
    """The choices of a scan as far as they are about templates, with the parameter files that they name."""

    choices: Choices
    library: Library
    _named: dict[str, Given | None] = field(default_factory=dict)
    _lying: dict[str, tuple[Given, ...] | Problem] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)

    def of(self, scope: Scope) -> Mapping[str, Given]:
        """What gives values to parameters of a template and of no other, by its name in reports.

        What files that are clearly meant for it give and it does not take is noted among its problems.
        """
        declared = scope.template.section("Parameters").keys()
        self._known |= declared
        found: dict[str, Given] = {}
        for one in self.named():
            if declared >= one.values.keys():
                self._used.add(one.path)
                wrong = refused(one, scope.template)
                scope.problems += wrong
                if not wrong or one.path in self.choices.parameters:
                    found[one.path] = one
        for path in beside.parameter_files(scope.template.path, self.library.workspace):
            mine = beside.is_named_for(path, scope.template.path, self.library.workspace)
            if path in self._named or mine is False or not (declared or mine):
                continue
            told = bool(mine) or beside.is_for_any(path)
            read = self._read(path)
            if isinstance(read, Problem):
                scope.problems += [read] if told else []
                continue
            for one in read:
                taken = self._taken(one, scope, mine=bool(mine) or scope.template.path in one.templates, told=told)
                if taken is not None:
                    found[one.name] = taken
        return found

    def named(self) -> Iterator[Given]:
        """The files that were named and can be read."""
        worlds = (path for path in self.choices.worlds if path.lower().endswith(_FORMS) and ".tfvars" not in path)
        for path in dict.fromkeys((*self.choices.parameters, *worlds)):
            if path not in self._named:
                try:
                    self._named[path] = given(path, self.library.workspace)
                except InputError as error:
                    self._named[path] = None
                    self._problems.append(error.problem)
            known = self._named[path]
            if known is not None:
                yield known

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the named files: they cannot be read, or are for none of the templates."""
        yield from self._problems
        for one in self.named():
            if one.path not in self._used and (one.sure or one.path in self.choices.parameters):
                names = ", ".join(list(one.values)[:_SHOWN])
                place = next((span for name, span in one.names.items() if name not in self._known), start_of(one.path))
                message = f"no scanned template has all the parameters that it gives a value: {names}"
                yield Problem("parameters", message, place, relevant=False)

    def _read(self, path: str) -> tuple[Given, ...] | Problem:
        if path not in self._lying:
            try:
                self._lying[path] = all_given(path, self.library.workspace)
            except InputError as error:
                problem = error.problem
                self._lying[path] = Problem(problem.kind, problem.message, problem.span, relevant=False)
        return self._lying[path]

    def _taken(self, one: Given, scope: Scope, *, mine: bool, told: bool) -> Given | None:
        """What a file that lies beside a template gives it; None where it is not for it, or would be refused.

        Why is noted where it is to be ``told``.
        """
        template = scope.template
        lacking = [name for name in one.values if name not in template.section("Parameters")]
        wrong = refused(one, template)
        if not (lacking or wrong):
            return one
        if not mine:
            scope.problems += self._of_none(one, template, lacking, wrong) if told else ()
            return None
        if lacking:
            scope.problems.append(_lacking(one, template, lacking))
        scope.problems += wrong
        if wrong or not one.lenient or len(lacking) == len(one.values):
            return None
        return replace(one, values={name: text for name, text in one.values.items() if name not in lacking})

    def _of_none(
        self, one: Given, template: Template, lacking: Sequence[str], wrong: Sequence[Problem]
    ) -> Iterator[Problem]:
        """What is wrong with a file for whatever lies in its directory, unless another template takes it all."""
        others = [other for other in self._others(one, template) if other is not template]
        if any(_takes(other, one) for other in others):
            return
        nearest = max((template, *others), key=lambda other: len(_shared(one, other)))
        shared = _shared(one, nearest)
        if nearest is not template:
            lacking = [name for name in one.values if name not in shared]
        if lacking and (shared or one.sure):
            yield _lacking(one, nearest, lacking)
        elif not lacking:
            yield from wrong

    def _others(self, one: Given, template: Template) -> Iterator[Template]:
        """The templates of a directory, and those of the scan, that say a name of which a file gives the value."""
        directory = posixpath.dirname(template.path)
        near = beside.templates_in(directory, self.library.workspace)
        for path in dict.fromkeys((*near, *list(self.library.texts)[:MOST])):
            try:
                text = self.library.texts.get(path) or self.library.workspace.text(path)
            except InputError:
                continue
            is_near = posixpath.dirname(path) == directory
            if "Resources" in text and (any if is_near else all)(name in text for name in one.values):
                other = self.library.template(path)
                if other is not None:
                    yield other


def refused(one: Given, template: Template) -> list[Problem]:
    """A problem for each value that its parameter does not allow."""
    found: list[Problem] = []
    for name, text in one.values.items():
        member = template.section("Parameters").get(name)
        known = None if member is None else parameter(member, [])
        if known is None or known.from_store:
            continue
        value = known.read(text)
        if value is None or known.fits(value) is False:
            message = f"{text!r} is not among the values that the parameter {name} allows"
            if known.secret:
                message = f"its value for the parameter {name} is not among those that it allows"
            found.append(Problem("parameters", message, one.places[name], relevant=False))
    return found


def _shared(one: Given, template: Template) -> frozenset[str]:
    return frozenset(one.values.keys() & template.section("Parameters").keys())


def _takes(template: Template, one: Given) -> bool:
    """Whether a template has all parameters of a file, and allows their values."""
    return template.section("Parameters").keys() >= one.values.keys() and not refused(one, template)


def _lacking(one: Given, template: Template, names: Sequence[str]) -> Problem:
    shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    free = [name for name in template.section("Parameters") if name not in one.values]
    message = f"{template.path} has no parameter {shown}{or_rather(names[0], free)}"
    return Problem("parameters", message, one.names[names[0]], relevant=False)
