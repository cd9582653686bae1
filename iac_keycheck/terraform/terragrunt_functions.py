"""Terragrunt's own functions, as far as files alone decide them: what the environment or AWS says is unknown."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from iac_keycheck.deciding.values import Entries, Refused, Unknown, Value, plain, untyped
from iac_keycheck.terraform import functions
from iac_keycheck.terraform.functions.arguments import opaque
from iac_keycheck.workspace import Workspace, checkout_of, join, shown

WORKING = "/path/to/working/directory"
"""Stands for the directory that the scan runs in, where Terragrunt has absolute paths: they are the same everywhere."""

Function = Callable[[tuple[Value, ...]], Value]

_OF_THE_RUN = (
    "feature", "get_aws_account_alias", "get_aws_account_id", "get_aws_caller_identity_arn",
    "get_aws_caller_identity_user_id", "get_default_retryable_errors", "get_env", "get_platform",
    "get_terraform_cli_args", "get_terraform_command", "get_terraform_commands_that_need_input",
    "get_terraform_commands_that_need_locking", "get_terraform_commands_that_need_parallelism",
    "get_terraform_commands_that_need_vars", "get_terragrunt_source_cli_flag", "get_working_dir", "run_cmd",
    "sops_decrypt_file",
)  # fmt: skip
"""Functions whose results only the run knows."""


class Place(Protocol):
    """Where a call of a function stands. Paths are as the scan names them."""

    @property
    def workspace(self) -> Workspace:
        """The files that may be read."""

    @property
    def files(self) -> functions.Files:
        """The same as functions of Terraform see them."""

    @property
    def here(self) -> str:
        """The directory of the file that is read: of the including one, for one that is included."""

    @property
    def original(self) -> str:
        """The directory of the unit that is deployed."""

    def included(self, label: str | None) -> str | None:
        """The path of the file that is included under a label (the only one without), None where there is none."""

    def configuration(self, path: str) -> Value:
        """Another file's locals and inputs."""

    def variables(self, path: str) -> Entries:
        """The assignments of a file of variables."""


def functions_at(place: Place) -> Mapping[str, Function]:
    """What the functions mean in a place."""
    return {
        **{name: partial(_unknown, name) for name in _OF_THE_RUN},
        "find_in_parent_folders": partial(_find_in_parent_folders, place),
        "get_original_terragrunt_dir": lambda _: absolute(place.original),
        "get_parent_terragrunt_dir": lambda arguments: absolute(_parent(place, arguments)),
        "get_path_from_repo_root": lambda _: posixpath.relpath(place.here, _top(place)),
        "get_path_to_repo_root": lambda _: posixpath.relpath(_top(place), place.here),
        "get_repo_root": lambda _: absolute(_top(place)),
        "get_terragrunt_dir": lambda _: absolute(place.here),
        "mark_as_read": lambda arguments: _text(arguments, 0),
        "path_relative_from_include": lambda arguments: posixpath.relpath(_parent(place, arguments), place.here),
        "path_relative_to_include": lambda arguments: posixpath.relpath(place.here, _parent(place, arguments)),
        "read_terragrunt_config": partial(_read_terragrunt_config, place),
        "read_tfvars_file": partial(_read_tfvars_file, place),
    }


def absolute(path: str) -> str:
    """A path of the scan as Terragrunt has it."""
    return posixpath.normpath(f"{WORKING}/{path}")


def located(path: str, base: str) -> str:
    """The path of the scan that Terragrunt means by one: relative ones begin at ``base``."""
    return posixpath.relpath(path, WORKING) if path.startswith("/") else join(base, path)


def unknown(what: str) -> Unknown:
    """A value that only the run knows."""
    return opaque(what, f"{what} is known when Terragrunt runs")


def _unknown(name: str, _arguments: tuple[Value, ...]) -> Value:
    return unknown(f"{name}()")


def _text(arguments: tuple[Value, ...], index: int) -> str:
    value = plain(arguments[index]) if index < len(arguments) else None
    if not isinstance(value, str):
        raise Refused("a function of Terragrunt needs a text that is known")
    return value


def _label(arguments: tuple[Value, ...]) -> str | None:
    return _text(arguments, 0) if arguments else None


def _parent(place: Place, arguments: tuple[Value, ...]) -> str:
    """The directory of what is included; in a file that is included its own; without any, where the call stands."""
    found = place.included(_label(arguments))
    return place.here if found is None else posixpath.dirname(found) or "."


def _top(place: Place) -> str:
    return shown(checkout_of(os.path.realpath(place.here)))


def _find_in_parent_folders(place: Place, arguments: tuple[Value, ...]) -> Value:
    name = _text(arguments, 0) if arguments else "terragrunt.hcl"
    directory = place.here
    while True:
        above = join(directory, "..")
        if above == directory or not place.workspace.is_directory(above):
            break
        directory = above
        if place.workspace.exists(join(directory, name)):
            return absolute(join(directory, name))
    if len(arguments) > 1:
        return arguments[1]
    raise Refused(f'there is no "{name}" in a directory above {place.here}')


def _read_terragrunt_config(place: Place, arguments: tuple[Value, ...]) -> Value:
    path = located(_text(arguments, 0), place.here)
    if not place.workspace.exists(path) and len(arguments) > 1:
        return arguments[1]
    return place.configuration(path)


def _read_tfvars_file(place: Place, arguments: tuple[Value, ...]) -> Value:
    values = place.variables(located(_text(arguments, 0), place.here))
    return untyped(functions.call("jsonencode", (values,), place.files))
