"""The options that several commands share, and how command line, environment and settings file become one choice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import click

from iac_keycheck.choices import Misuse
from iac_keycheck.command import completion
from iac_keycheck.command.arguments import assignments, json_assignments, moment
from iac_keycheck.nearest import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

PREFIX: Final = "IAC_KEYCHECK_"
_Function = Callable[..., None]

# What code is given is said on the command line or in files that it names.
_NOT_FROM_ENVIRONMENT: Final = frozenset({"variables", "inputs", "help", "version", "fix", "diff"})
_FILE: Final = click.Path(exists=True, dir_okay=False)
_FOLDER: Final = click.Path(exists=True, file_okay=False)
PATHS: Final = click.argument("paths", nargs=-1, type=click.Path(exists=True), metavar="[PATH]...")
RULES_DIR: Final = click.option(
    "--rules-dir", multiple=True, type=_FOLDER, help="A folder with rules of your own. Their code is run."
)


def inputs(command: _Function) -> _Function:
    """The options that say what the code is scanned with, as `choices` takes them."""
    options = (
        click.option(
            "--var",
            "variables",
            multiple=True,
            callback=assignments,
            metavar="NAME=VALUE",
            help="A Terraform variable, as `terraform -var` takes it.",
        ),
        click.option("--var-file", "var_files", multiple=True, type=_FILE, help="A file of Terraform variables."),
        click.option("--parameters", multiple=True, type=_FILE, help="A file of CloudFormation parameters."),
        click.option(
            "--input",
            "inputs",
            multiple=True,
            callback=json_assignments,
            metavar="[DIR:]NAME=JSON",
            help="Any input by the name it is reported with, such as var.x or 'Parameter X'.",
        ),
        click.option(
            "--world",
            "worlds",
            multiple=True,
            type=_FILE,
            help="A file of values that are one way to apply the code; reported by its name.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            default=1,
            metavar="N",
            help="Taken, and of no effect: one process does all of the work.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def surroundings(command: _Function) -> _Function:
    """The options that say what is looked at and where settings stand, as `choices` takes them."""
    options = (
        click.option(
            "--exclude",
            "excludes",
            multiple=True,
            metavar="PATTERN",
            help="Leave out what matches, as a line of .gitignore would; may be repeated.",
        ),
        click.option("--no-gitignore", is_flag=True, help="Look at what .gitignore leaves out as well."),
        click.option(
            "--config",
            type=_FILE,
            help="A file of settings.  [default: .iac-keycheck.yaml in the working directory, if there is one]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def selection(command: _Function) -> _Function:
    """The options that say which rules look, at what and when, as `choices` takes them."""
    options = (
        click.option(
            "--rule",
            "rules",
            multiple=True,
            shell_complete=completion.rules,
            metavar="ID|ALIAS",
            help="Run this rule only; may be repeated.",
        ),
        click.option(
            "--framework",
            "frameworks",
            multiple=True,
            shell_complete=completion.frameworks,
            metavar="NAME",
            help="Run the rules with controls in this framework only, such as cis-aws-3.0 or soc2; may be repeated.",
        ),
        click.option(
            "--skip-rule",
            "skipped",
            multiple=True,
            shell_complete=completion.rules,
            metavar="ID|ALIAS",
            help="Do not run this rule.",
        ),
        RULES_DIR,
        click.option(
            "--as-of",
            callback=moment,
            metavar="DATE",
            help="The day on which ages and `until` are judged.  [default: now]",
        ),
        click.option("--no-ignores", is_flag=True, help="Report what suppression comments hold back."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def from_environment(command: click.Command) -> click.Command:
    """The command, whose options but the inputs are read from IAC_KEYCHECK_… where they are not given."""
    for option in command.params:
        if isinstance(option, click.Option) and option.name not in _NOT_FROM_ENVIRONMENT:
            word = max(option.opts, key=len).removeprefix("--").replace("-", "_").upper()
            option.envvar = f"{PREFIX}{word}"
    return command


def unknown_variables(known: Iterable[click.Command]) -> Iterator[str]:
    """What is to be said of variables in the environment that look like ours and are none."""
    right = {str(option.envvar) for command in known for option in command.params if option.envvar}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in right:
            yield f"{name} in the environment is no setting.{did_you_mean(name, right)}"


def settled(ctx: click.Context, options: dict[str, Any]) -> dict[str, Any]:
    """The options, with what the settings file says where neither command line nor environment does."""
    from iac_keycheck.command import config  # noqa: PLC0415 — not for `--help`

    given = {name for name in options if ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT}
    return config.settled(options, given)


@contextmanager
def with_exit_codes() -> Iterator[None]:
    """Turns `Misuse` into the command line's own."""
    try:
        yield
    except Misuse as error:
        from iac_keycheck.report.visible import visible_lines  # noqa: PLC0415 — only where something is wrong

        # it may quote what stands in a file of the scanned tree
        raise click.UsageError("\n".join(visible_lines(str(error)))) from error
