"""The command line: arguments, exit codes, and the only printing.

Nothing heavy is imported before a command needs it: ``--help`` and a mistyped option answer at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from iac_keycheck import __version__
from iac_keycheck.choices import Misuse
from iac_keycheck.command import completion, help_pages
from iac_keycheck.command.arguments import OneOf, report_files
from iac_keycheck.command.options import (
    PATHS,
    RULES_DIR,
    from_environment,
    inputs,
    selection,
    settled,
    surroundings,
    unknown_variables,
    with_exit_codes,
)
from iac_keycheck.command.run import MISUSE, choices
from iac_keycheck.levels import FAIL_ON, SEVERITIES
from iac_keycheck.nearest import did_you_mean
from iac_keycheck.report import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

GRAPH_FORMATS: Final = ("text", "json", "mermaid", "dot", "svg")

_FILE: Final = click.Path(exists=True, dir_okay=False)
_SETTINGS: Final = {"help_option_names": ["-h", "--help"]}

_HELP: Final = "Find out which access keys IAM users can have, from Terraform and CloudFormation code."


class _Interrupted(BaseException):
    """An interrupt on its way past click, which would take it for its own."""


@contextmanager
def _passing_interrupts() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise _Interrupted from None


class Commands(click.Group):
    """Commands that are offered where one is mistyped, or left out before a path; an interrupt ends them quietly."""

    def main(self, *args: Any, **more: Any) -> Any:  # noqa: ANN401 — click's
        """Run a command line. Raises `KeyboardInterrupt`, of which click would make the code of a finding."""
        try:
            return super().main(*args, **more)
        except _Interrupted:
            raise KeyboardInterrupt from None

    def make_context(self, *args: Any, **more: Any) -> click.Context:  # noqa: ANN401 — click's
        """Read a command line."""
        with _passing_interrupts():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 — click's
        """Do what a command line says."""
        with _passing_interrupts():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first argument; misuse where it is none."""
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            known = self.list_commands(ctx)
            near = f" Did you mean scan {word}?" if Path(word).exists() else did_you_mean(word, known)
            ctx.fail(f"No such command {word!r}.{near} Commands: {', '.join(known)}.")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, help=_HELP, epilog=help_pages.PROGRAM, context_settings=_SETTINGS)
@click.version_option(__version__, "-V", "--version", prog_name="iac-keycheck")
def main() -> None:
    """The command without a sub-command, which is its help."""


@main.command(epilog=help_pages.SCAN, short_help="Scan files and directories.", context_settings=_SETTINGS)
@PATHS
@click.option("--format", "format_", type=OneOf(tuple(FORMATS)), default="text", help="What standard output gets.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    callback=report_files,
    shell_complete=completion.reports,
    metavar="FORMAT=FILE",
    help="Write a further report to a file.",
)
@selection
@surroundings
@inputs
@click.option("--baseline", type=_FILE, help="A file of known findings, which do not fail the run.")
@click.option(
    "--changed-since",
    metavar="REV",
    help="Report only what touches files changed since a revision of git, such as origin/main.",
)
@click.option("--fail-on", type=OneOf(FAIL_ON), help="The least certainty that fails the run.  [default: default]")
@click.option(
    "--min-severity", type=OneOf(SEVERITIES), help="The least severity that fails the run.  [default: medium]"
)
@click.option("--strict", is_flag=True, help="Short for --fail-on possible --min-severity low.")
@click.option("--diff", is_flag=True, help="Print the edits that put findings right, instead of a report.")
@click.option("--fix", is_flag=True, help="Make these edits; what is left is reported.")
@click.option("-q", "--quiet", count=True, help="A line for each finding; twice: the last line only.")
@click.option("-v", "--verbose", count=True, help="Everything in full, also what does not fail the run.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
@click.pass_context
def scan(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    format_: str,
    reports: tuple[tuple[str, str], ...],
    **options: Any,  # noqa: ANN401 — what click has read and checked
) -> None:
    """Scan files and directories (the working directory, if none is named).

    Terraform and CloudFormation are told apart by content. A named file is judged together with everything that is
    applied with it; only what touches it is reported.
    """
    from iac_keycheck.command.run import run  # noqa: PLC0415 — see the module's docstring

    for message in unknown_variables(main.commands.values()):
        click.echo(f"Warning: {message}", err=True)
    with with_exit_codes():
        options = settled(ctx, options)
        code = run(paths or (".",), format_, reports, options)
    ctx.exit(code)


@main.command(
    "rules",
    epilog=help_pages.RULES,
    short_help="List rules, explain one, make and test your own.",
    context_settings=_SETTINGS,
)
@click.argument("words", nargs=-1, metavar="[ID|ALIAS] | new ID | test [ID]", shell_complete=completion.words_of_rules)
@RULES_DIR
@click.option("--dir", "folder", default="rules", help="The folder of your rules, for new and test.  [default: rules]")
@click.option("--kind", type=OneOf(("python", "yaml")), default="python", help="What `new` makes.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
@click.pass_context
def rules_(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401 — checked by click
    """List the rules; with an id or alias, print its documentation.

    `rules new ID` makes a rule of your own with its fixtures, `rules test` runs your rules on theirs.
    """
    with with_exit_codes():
        match words:
            case ("test",) | ("test", _):
                code = _test_rules(Path(options["folder"]), *words[1:])
            case () | (_,):
                code = MISUSE if _print(_shown_rules(words, options)) else 0
            case ("new", name):
                code = MISUSE if _print(_make_rule(name, options)) else 0
            case _:
                said, near = " ".join(words), did_you_mean(words[0], ("new", "test"))
                ctx.fail(f"{said!r} is neither one rule, nor new ID, nor test [ID].{near}")
    ctx.exit(code)


@main.command(
    epilog=help_pages.GRAPH, short_help="Show users, keys and what connects them.", context_settings=_SETTINGS
)
@PATHS
@click.option("--format", "format_", type=OneOf(GRAPH_FORMATS), default="text", help="What standard output gets.")
@click.option("--query", metavar="JSONPATH", help="Print what a JSONPath finds in the JSON form, as JSON.")
@surroundings
@inputs
@click.pass_context
def graph(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    format_: str,
    query: str | None,
    **options: Any,  # noqa: ANN401 — checked by click
) -> None:
    """Print which users and keys there are, and what connects them."""
    from iac_keycheck.report.visible import visible  # noqa: PLC0415
    from iac_keycheck.scan import surveyed  # noqa: PLC0415

    with with_exit_codes():
        found, problems = surveyed(paths or (".",), choices(settled(ctx, options)))
        text = _drawn(found.to_json(), format_, query)
    unwritten = _print(text)
    for problem in problems:
        click.echo(f"{visible(problem.span.path)}:{problem.span.line}: {visible(problem.message)}", err=True)
    ctx.exit(MISUSE if unwritten or any(problem.relevant for problem in problems) else 0)


def _drawn(found: dict[str, Any], format_: str, query: str | None) -> str:
    if query is None:
        from iac_keycheck.report.graphs import drawn  # noqa: PLC0415

        return drawn(found, format_)
    import json  # noqa: PLC0415 — only where something is asked

    from iac_keycheck.graph_query import query as finder  # noqa: PLC0415

    return json.dumps([match.value for match in finder(query)(found)], indent=2) + "\n"


def _shown_rules(names: tuple[str, ...], options: dict[str, Any]) -> str:
    from iac_keycheck.command.output import colours_wanted, width_of_terminal  # noqa: PLC0415
    from iac_keycheck.judging.rule_files import load, named  # noqa: PLC0415
    from iac_keycheck.report.rule_pages import listing, page  # noqa: PLC0415

    colour, width = colours_wanted(refused=options["no_color"]), width_of_terminal()
    rules = load(options["rules_dir"])
    if not names:
        return listing(rules, colour=colour, width=width)
    near = did_you_mean(names[0], ("new", "test")) if len(names) == 1 else ""
    try:
        shown = [rule for name in names for rule in named(rules, name)]
    except Misuse as error:
        raise (Misuse(f"{names[0]!r} is neither a rule nor a command.{near}") if near else error) from None
    return "\n".join(page(rule, colour=colour, width=width) for rule in shown)


def _make_rule(name: str, options: dict[str, Any]) -> str:
    import shlex  # noqa: PLC0415

    from iac_keycheck.judging.new_rule import make  # noqa: PLC0415

    made = "".join(f"made {path}\n" for path in make(name, Path(options["folder"]), options["kind"]))
    return f"{made}Next: iac-keycheck rules test --dir {shlex.quote(options['folder'])}\n"


def _test_rules(folder: Path, name: str | None = None) -> int:
    from iac_keycheck.judging.rule_fixtures import outcomes  # noqa: PLC0415
    from iac_keycheck.report.visible import visible  # noqa: PLC0415

    failed = total = 0
    for outcome in outcomes(folder, name):
        total += 1
        failed += bool(outcome.wrong)
        said = [f"{outcome.case}: {'wrong' if outcome.wrong else 'as expected'}"]
        said += (f"  {visible(line)}" for line in outcome.wrong)
        _print("".join(f"{line}\n" for line in said))
    return MISUSE if _print(f"{total - failed} of {total} as expected\n") else int(bool(failed))


def _print(text: str) -> bool:
    """Print to standard output; whether it could not be written, which is said."""
    from iac_keycheck.command.output import to_stdout  # noqa: PLC0415

    wrong = to_stdout(text)
    if wrong:
        click.echo(f"Error: {wrong}", err=True)
    return wrong is not None


@main.command(
    "baseline", epilog=help_pages.BASELINE, short_help="Accept what is found now.", context_settings=_SETTINGS
)
@PATHS
@click.option("--update", "file", required=True, type=click.Path(dir_okay=False), help="The file to make or renew.")
@selection
@surroundings
@inputs
@click.option("-q", "--quiet", count=True, help="Say nothing but what is wrong.")
@click.pass_context
def baseline_(ctx: click.Context, /, paths: tuple[str, ...], file: str, **options: Any) -> None:  # noqa: ANN401 — checked by click
    """Write what is found now into a file of known findings, for `scan --baseline FILE`.

    Entries for what the paths do not cover are kept. The file is replaced whole or not at all.
    """
    from iac_keycheck.holding.updating import updated  # noqa: PLC0415 — see the module's docstring

    with with_exit_codes():
        options = settled(ctx, options)
        said, code = updated(file, paths or (".",), choices(options))
    text = "".join(f"{message}\n" for message in said)
    if code:
        click.echo(text, err=True, nl=False)
    elif not options["quiet"]:
        # the file is written by now, whoever reads this
        _print(text)
    ctx.exit(code)


for _command in main.commands.values():
    from_environment(_command)
