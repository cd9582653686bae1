"""Units of Terragrunt: which module each ``terragrunt.hcl`` deploys, and the values that it gives to its variables."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from itertools import pairwise

from iac_keycheck.deciding.values import Apply, Items, Unknown, Value, plain
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Problem
from iac_keycheck.terraform.file_names import configuration_files
from iac_keycheck.terraform.public_modules import is_sketch
from iac_keycheck.terraform.public_modules.sketches import public_module
from iac_keycheck.terraform.syntax import Block
from iac_keycheck.terraform.terragrunt_files import Configuration, Reader
from iac_keycheck.terraform.terragrunt_functions import located
from iac_keycheck.terraform.terragrunt_inputs import Given
from iac_keycheck.workspace import Workspace, join

FILE = "terragrunt.hcl"


@dataclass(slots=True, eq=False)
class Unit:
    """One ``terragrunt.hcl``. ``module`` is the directory of the module that it deploys.

    ``block`` is where it says which one; None where that is the directory of the unit itself.
    """

    configuration: Configuration
    module: str
    block: Block | None
    _given: Given | None = None

    @property
    def path(self) -> str:
        """The file, which names the world of its inputs."""
        return self.configuration.path

    @property
    def directory(self) -> str:
        """Where the file lies."""
        return posixpath.dirname(self.path) or "."

    @property
    def given(self) -> Given:
        """The inputs that it gives to the variables of the module."""
        if self._given is None:
            self._given = self.configuration.given()
        return self._given

    def extra_arguments(self) -> Iterator[tuple[str, str]]:
        """What it adds to the command line: ``var-file`` with the path of a file, ``var`` with a name and a value."""
        for configuration in (*_included(self.configuration), self.configuration):
            for block in configuration.body.nested("terraform"):
                for extra in block.body.blocks:
                    if extra.type == "extra_arguments":
                        yield from _arguments_of(extra, configuration)


@dataclass(slots=True)
class Units:
    """All units of a scan, by the directory of their module."""

    by_module: dict[str, list[Unit]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def at(self, path: str) -> Unit | None:
        """The unit of a file."""
        return next((unit for units in self.by_module.values() for unit in units if unit.path == path), None)


def units_of(paths: Iterable[str], workspace: Workspace) -> Units:
    """The units that deploy a module which can be read, or of which something is known.

    What they generate beside a module is from here on part of its files.
    """
    found = Units()
    reader = Reader(workspace, found.problems)
    for path in paths:
        unit = _unit(Configuration(reader, path, path))
        if unit is not None:
            if not is_sketch(unit.module):
                _generate(unit, workspace)
            found.by_module.setdefault(unit.module, []).append(unit)
    return found


def _unit(configuration: Configuration) -> Unit | None:
    skipped = configuration.body.attributes.get("skip")
    if skipped is not None and configuration.value(skipped.expression) is True:
        return None
    block, source = _source(configuration)
    here = configuration.here
    if block is None:
        return Unit(configuration, here, None) if _is_module(here, configuration.workspace) else None
    for candidate in _texts(source):
        directory = _directory(candidate, here)
        if directory is None:
            module = public_module(candidate, None, configuration.given().values)
            if module is not None:
                return Unit(configuration, module, block)
        elif _is_module(directory, configuration.workspace):
            return Unit(configuration, directory, None if directory == here else block)
    return None


def _source(configuration: Configuration) -> tuple[Block | None, Value]:
    """What a unit says of the source of its module, itself or by what it includes, and where it says so."""
    for block in configuration.body.nested("terraform"):
        attribute = block.body.attributes.get("source")
        if attribute is not None:
            return block, configuration.value(attribute.expression)
    for _, included, block in configuration.includes():
        if included is not None:
            found, source = _source(included)
            if found is not None:
                return block, source
    return None, None


def _texts(value: Value) -> Iterator[str]:
    """The texts that a value may be: more than one where a condition chooses that only the run knows."""
    match plain(value):
        case str(text):
            yield text
        case Unknown(term=Apply("if", (_, then, otherwise))):
            yield from _texts(then)
            yield from _texts(otherwise)
        case _:
            return


def _directory(source: str, here: str) -> str | None:
    """The directory of a local source, of which ``//`` separates what is copied from where the module lies in it."""
    if not source.startswith((".", "/")):
        return None
    path, _, _ = source.partition("?")
    return located(posixpath.normpath(path.replace("//", "/")), here)


def _is_module(directory: str, workspace: Workspace) -> bool:
    return bool(configuration_files(workspace.listing(directory)))


def _included(configuration: Configuration) -> list[Configuration]:
    return [included for _, included, _ in configuration.includes() if included is not None]


def _arguments_of(extra: Block, configuration: Configuration) -> Iterator[tuple[str, str]]:
    words = list(_listed(extra, "arguments", configuration))
    named = list(pairwise(words))
    found = [(option, value) for option, value in named if option in ("-var", "-var-file")]
    found += [(option, value) for option, _, value in (word.partition("=") for word in words) if value]
    for name in ("required_var_files", "optional_var_files"):
        found += [("-var-file", path) for path in _listed(extra, name, configuration)]
    for option, value in found:
        if option == "-var" and "=" in value:
            yield "var", value
        elif option == "-var-file":
            path = located(value, configuration.original)
            if configuration.workspace.exists(path):
                yield "var-file", path


def _listed(extra: Block, name: str, configuration: Configuration) -> Iterator[str]:
    """The texts of a list, as far as they are static."""
    attribute = extra.body.attributes.get(name)
    value = plain(configuration.value(attribute.expression)) if attribute else None
    for item in value.items if isinstance(value, Items) else ():
        text = plain(item)
        if isinstance(text, str):
            yield text


def _generate(unit: Unit, workspace: Workspace) -> None:
    """Add what Terragrunt writes beside the module, where it is static and the module has no such file itself."""
    for configuration in (unit.configuration, *_included(unit.configuration)):
        for block in configuration.body.blocks:
            if block.type == "generate":
                path, contents = (
                    plain(configuration.value(attribute.expression)) if attribute else None
                    for attribute in map(block.body.attributes.get, ("path", "contents"))
                )
                if not isinstance(path, str) or not isinstance(contents, str) or "/" in path:
                    continue
                if path.endswith(".tf") and path not in workspace.listing(unit.module):
                    workspace.keep(join(unit.module, path), contents.encode())
