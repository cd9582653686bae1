"""The inputs of a root module: its variables, what is committed for them, and which values they may have at all."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial

from iac_keycheck.choices import Misuse, without_place
from iac_keycheck.deciding.guards import Space
from iac_keycheck.deciding.shapes import ANY, STRING
from iac_keycheck.deciding.values import Input, Origin, Refused, Sample, Value, is_known, plain
from iac_keycheck.deciding.verdicts import Constraint
from iac_keycheck.deciding.worlds import Cell, Known, World
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError, Problem
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.configuration import Module
from iac_keycheck.terraform.defaults import Defaults
from iac_keycheck.terraform.evaluate import evaluate
from iac_keycheck.terraform.file_names import configuration_files
from iac_keycheck.terraform.instances import ModuleInstance, Scope
from iac_keycheck.terraform.syntax import Block, Expression, GetAttr, Literal, Name, Template, children
from iac_keycheck.terraform.worlds_of_files import (
    automatic_files,
    evaluated,
    from_json,
    from_option,
    is_named_file,
    may_be_variables,
    read_values,
)
from iac_keycheck.workspace import Workspace, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.choices import Choices
    from iac_keycheck.terraform.terragrunt import Unit


_DEEPEST = 3
"""How far below the folders of a root module its variable files are looked for."""
_VALIDATION = "validation"
_COMPARISONS = ("==", "!=")
_A_FILE = Sample("~/file")
"""The path of a file that is not in the scan, but may be there."""


class RootInputs(dict[str, Input]):
    """The variables of a root module as inputs, made when they are first asked for."""

    def __init__(self, instance: ModuleInstance) -> None:
        super().__init__()
        self._instance = instance
        self.mentioned: dict[str, list[Value]] = {}

    def __missing__(self, name: str) -> Input:
        made = _input(self._instance, name, self.mentioned.get(name, []))
        self[name] = made
        return made


def _input(instance: ModuleInstance, name: str, mentioned: list[Value]) -> Input:
    block = instance.scope.module.block("variable", name)
    try:
        type_ = instance.variable_type(name)
    except Refused:
        type_ = ANY
    flags = {
        flag: plain(evaluate(block.body.attributes[flag].expression, instance.frame))
        for flag in ("nullable", "sensitive")
        if block is not None and flag in block.body.attributes
    }
    constants = [*_validated(block), *_compared(instance.scope, name), *mentioned] if block is not None else mentioned
    unique: list[Value] = []
    for value in constants:
        if value is not None and value not in unique:
            unique.append(value)
    return Input(
        f"var.{name}",
        Origin.VARIABLE,
        type_,
        nullable=flags.get("nullable") is not False,
        sensitive=flags.get("sensitive") is True,
        mentions=tuple(unique),
        samples=(_A_FILE,) if type_ in (STRING, ANY) and _is_path(instance.scope, name) else (),
    )


def _compared(scope: Scope, name: str) -> Iterator[Value]:
    """What a module compares a variable with, or one that it is passed on to as it is: plain texts."""
    said = f"var.{name}"
    texts = [text for text in _texts(scope.module, said) if _is_compared(said, text)]
    if texts:
        quoted = r'"([^"\\$%\n]*)"'
        compared = re.compile(rf"\b{re.escape(said)}\s*[!=]=\s*{quoted}|{quoted}\s*[!=]=\s*{re.escape(said)}\b")
        for text in texts:
            for match in compared.finditer(text):
                yield match[1] if match[1] is not None else match[2]
    for child, own in _passed_on(scope, name):
        declared = child.module.block("variable", own)
        yield from _validated(declared) if declared is not None else ()
        yield from _compared(child, own)


def _is_compared(said: str, text: str) -> bool:
    """Whether a name has ``==`` or ``!=`` beside it somewhere: to look at the names first is faster by far."""
    at = text.find(said)
    while at >= 0:
        before, after = at - 1, at + len(said)
        while before > 0 and text[before].isspace():
            before -= 1
        while after < len(text) and text[after].isspace():
            after += 1
        if text[before - 1 : before + 1] in _COMPARISONS or text[after : after + 2] in _COMPARISONS:
            return True
        at = text.find(said, at + 1)
    return False


def _is_path(scope: Scope, name: str) -> bool:
    """Whether a module reads the file that a variable names, or one that it is passed on to as it is."""
    read = re.compile(rf"\b(?:template)?file(?:base64|md5|sha\d+|base64sha\d+)?\(\s*var\.{re.escape(name)}\s*[,)]")
    if any(read.search(text) for text in _texts(scope.module, f"var.{name}") if "file" in text):
        return True
    return any(_is_path(child, own) for child, own in _passed_on(scope, name))


def _texts(module: Module, saying: str) -> Iterator[str]:
    """The texts of the files of a module that say something."""
    for file in configuration_files(module.workspace.listing(module.directory)):
        text = module.workspace.texts.get(join(module.directory, file), "")
        if saying in text:
            yield text.replace('\\"', '"') if file.endswith(".json") else text


def _passed_on(scope: Scope, name: str) -> Iterator[tuple[Scope, str]]:
    """The variables of called modules that get a variable as it is."""
    for called, child in scope.children.items():
        if not isinstance(child, Scope):
            continue
        entry = scope.module.entry("module", called)
        text = entry.text() if entry is not None else ""
        block = scope.module.block("module", called) if not text or f"var.{name}" in text else None
        for own, attribute in block.body.attributes.items() if block is not None else ():
            match attribute.expression:
                case (
                    GetAttr(source=Name(name="var"), name=passed)
                    | Template(parts=(GetAttr(source=Name(name="var"), name=passed),))
                ) if passed == name:
                    yield child, own
                case _:
                    pass


def _validated(block: Block) -> Iterator[Value]:
    """The constants that a variable's validations mention."""
    for validation in block.body.nested("validation"):
        condition = validation.body.attributes.get("condition")
        if condition is not None:
            yield from constants(condition.expression)


def constants(node: object) -> Iterator[Value]:
    """The constant texts and numbers in an expression."""
    match node:
        case Literal(value=int() | Decimal() as value) if not isinstance(value, bool):
            yield value
        case Template(parts=(str(text),)):
            yield text
        case str() | int() | None | Literal():
            return
        case _:
            for part in children(node):
                yield from constants(part)


@dataclass(frozen=True, slots=True)
class Givers:
    """Who gives values to the variables of a root module besides files and options.

    That are the ``defaults``, and units of Terragrunt: ``own`` alone deploys the module and fixes what it gives, the
    ``others`` name worlds. ``module`` gives the module of a folder below, which may have files of its own.
    """

    defaults: Defaults
    module: Callable[[str], Module]
    own: Unit | None = None
    others: Sequence[Unit] = ()


def worlds_of(
    instance: ModuleInstance, choices: Choices, space: Space, problems: list[Problem], givers: Givers
) -> None:
    """Fill the committed world, the named worlds and the constraints of a root module's space."""
    module, workspace = instance.scope.module, instance.scope.module.workspace
    inputs = instance.scope.root_inputs
    defaults = dict(givers.defaults.of(instance, problems))
    automatic = _of_files(automatic_files(workspace.listing(module.directory)), module.directory, instance, problems)
    options = _of_files(choices.var_files, ".", instance, problems)
    for option in choices.variables:
        options.update(_of_option(option, instance))
    own, others = givers.own, givers.others
    unit_values = {unit: {**_of_unit(unit, defaults, automatic, instance, problems), **options} for unit in others}
    if own is not None:
        instance.scope.fixed = {**_of_unit(own, defaults, automatic, instance, problems), **options}
    committed = {**defaults, **automatic, **options} if own is None else {}
    given = dict(_given(choices.inputs, instance, own.directory if own else module.directory))
    world = {**_world(committed), **given}
    space.committed = world
    named: list[tuple[str, World]] = [(unit.path, {**_world(values), **given}) for unit, values in unit_values.items()]
    worlds = ((path, ()) for path in choices.worlds if may_be_variables(path, workspace))
    for path, nearer in (*_named_files(module.directory, workspace), *worlds):
        values = _read(path, instance, problems, all_names=path not in choices.worlds)
        if values and not any(_declares(givers.module(folder), values) for folder in nearer):
            named.append((path, {**world, **_world(values)}))
    space.named = tuple(named)
    if isinstance(inputs, RootInputs):
        for values in (committed, defaults, *(_values(cells) for _, cells in named)):
            for name, value in values.items():
                inputs.mentioned.setdefault(name, []).append(value)
        inputs.clear()
    space.constraints = tuple(_constraints(instance))


def _declares(module: Module, names: Iterable[str]) -> bool:
    return all(module.has("variable", name) for name in names)


def _of_files(
    names: Iterable[str], directory: str, instance: ModuleInstance, problems: list[Problem]
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name in names:
        values.update(_read(join(directory, name), instance, problems))
    return values


def _of_option(option: str, instance: ModuleInstance) -> dict[str, Value]:
    """The value that ``NAME=VALUE`` gives to a variable, where there is one of this name; raises `Misuse`."""
    name, _, text = option.partition("=")
    if not instance.scope.module.has("variable", name):
        return {}
    try:
        return {name: from_option(text, instance, name)}
    except Refused as refused:
        raise Misuse(f"--var {option}: {refused.message}") from None


def _of_unit(
    unit: Unit,
    defaults: Mapping[str, Value],
    automatic: Mapping[str, Value],
    instance: ModuleInstance,
    problems: list[Problem],
) -> dict[str, Value]:
    """The values of variables where a unit of Terragrunt deploys the module; those that only the run knows are missing.

    Its inputs beat defaults and nothing else. The files of variables beside it are copied to those of the module.
    """
    values = {} if unit.given.open_ else dict(defaults)
    for name, given in unit.given.values.items():
        if not instance.scope.module.has("variable", name):
            continue
        values.pop(name, None)
        try:
            value = conversions.convert(given.value, instance.variable_type(name))
        except Refused as refused:
            problems.append(Problem("value", f"the value of var.{name} is refused: {refused.message}", given.span))
            continue
        if is_known(value):
            values[name] = value
    values.update(automatic)
    names = automatic_files(instance.scope.module.workspace.listing(unit.directory))
    values.update(_of_files(names, unit.directory, instance, problems))
    for kind, argument in unit.extra_arguments():
        if kind == "var-file":
            values.update(_read(argument, instance, problems))
        else:
            with suppress(Misuse):
                values.update(_of_option(argument, instance))
    return values


def _read(
    path: str, instance: ModuleInstance, problems: list[Problem], *, all_names: bool = False
) -> Mapping[str, Value]:
    try:
        assignments = read_values(path, instance.scope.module.workspace)
    except InputError as error:
        problems.append(error.problem)
        return {}
    if all_names and not all(instance.scope.module.has("variable", name) for name in assignments):
        return {}
    return evaluated(assignments, instance, problems)


def _world(values: Mapping[str, Value]) -> dict[tuple[str, tuple[str, ...]], Cell]:
    return {(f"var.{name}", ()): Known(value) for name, value in values.items()}


def _values(world: World) -> Mapping[str, Value]:
    return {
        name.removeprefix("var."): cell.value
        for (name, path), cell in world.items()
        if not path and name.startswith("var.") and isinstance(cell, Known)
    }


def _given(
    options: tuple[str, ...], instance: ModuleInstance, deployment: str
) -> Iterator[tuple[tuple[str, tuple[str, ...]], Cell]]:
    """The values of ``--input``, each for this root or for all."""
    module = instance.scope.module
    for option in options:
        name, _, text = option.partition("=")
        own = without_place(name, posixpath.normpath(deployment))
        if own is None and ":" in name.partition('"')[0].replace("::", ""):
            continue
        name = own or name
        try:
            value = from_json(text, name)
            if name.startswith("var.") and module.has("variable", name[4:]):
                value = conversions.convert(value, instance.variable_type(name[4:]))
        except Refused as refused:
            raise Misuse(f"--input {option}: {refused.message}") from None
        yield (name, ()), Known(value)


def _named_files(directory: str, workspace: Workspace) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Variable files at or below a root module that Terraform does not load by itself, and that may belong to it.

    Each with the nearer folders of code, whose it is where they declare all that it sets.
    """
    for name in workspace.listing(directory):
        path = join(directory, name)
        if is_named_file(name):
            yield path, ()
        elif _may_hold_values(path, name, workspace):
            yield from _files_below(path, workspace, _DEEPEST, ())


def _files_below(
    directory: str, workspace: Workspace, levels: int, nearer: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The variable files in a folder and in those in it; what Terraform loads for code beside it belongs there."""
    has_code = _is_root(directory, workspace)
    nearer = (*nearer, directory) if has_code else nearer
    for name in workspace.listing(directory):
        path = join(directory, name)
        if name.endswith((".tfvars", ".tfvars.json")):
            if is_named_file(name) if has_code else is_variable_file(name):
                yield path, nearer
        elif levels and "." not in name and _may_hold_values(path, name, workspace):
            yield from _files_below(path, workspace, levels - 1, nearer)


def _may_hold_values(path: str, name: str, workspace: Workspace) -> bool:
    return not name.startswith(".") and workspace.is_directory(path)


def is_variable_file(name: str) -> bool:
    """Whether a file below a root module gives it values."""
    return is_named_file(name) or bool(automatic_files([name]))


def _is_root(directory: str, workspace: Workspace) -> bool:
    return any(name.endswith((".tf", ".tf.json", ".tofu")) for name in workspace.listing(directory))


def _constraints(instance: ModuleInstance) -> Iterator[Constraint]:
    module = instance.scope.module
    for (name,) in module.labels("variable"):
        text = "".join(entry.text() or _VALIDATION for entry in module.entries("variable", name))
        block = module.block("variable", name) if _VALIDATION in text else None
        for validation in block.body.nested(_VALIDATION) if block is not None else ():
            condition = validation.body.attributes.get("condition")
            if condition is not None:
                yield Constraint(f"var.{name}", partial(_holds, condition.expression, instance))


def _holds(condition: Expression, instance: ModuleInstance) -> Value:
    return conversions.to_bool(evaluate(condition, instance.frame))
