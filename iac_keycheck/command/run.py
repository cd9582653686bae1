"""What ``scan`` does once its options are read and settled: scan, report, tell the exit code.

Nothing here knows who read the options: see `entry` and `cli`. Nothing is imported before it is needed.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

    from iac_keycheck.choices import Choices
    from iac_keycheck.discovery.looking import Look
    from iac_keycheck.findings import Report
    from iac_keycheck.levels import FailOn

MISUSE: Final = 2
# What gives a scan its inputs, by the field of `Choices`.
INPUTS: Final = {
    "variables": "--var",
    "var_files": "--var-file",
    "parameters": "--parameters",
    "inputs": "--input",
    "worlds": "--world",
    "rules_dir": "--rules-dir",
}
# Formats that tell nothing of the rules themselves, options that no scan depends on, and those that say where to look
# and by which rules: in these, and without others, a scan that has nothing to judge need not load the rules.
_PLAIN: Final = ("text", "json", "csv")
_OUTPUT: Final = frozenset({"quiet", "verbose", "no_color", "fail_on", "min_severity", "strict", "jobs", "config"})
_LOOK: Final = frozenset({"excludes", "no_gitignore", "rules", "skipped", "configured"})


def run(paths: Sequence[str], format_: str, reports: Sequence[tuple[str, str]], options: dict[str, Any]) -> int:
    """Scan, print, write the further ``reports``; the exit code. Raises `Misuse` before anything is printed."""
    from iac_keycheck.command.output import colours_wanted, to_file, to_stdout, width_of_terminal  # noqa: PLC0415
    from iac_keycheck.findings import Severity  # noqa: PLC0415 — see the module's docstring
    from iac_keycheck.holding.gates import exit_code  # noqa: PLC0415
    from iac_keycheck.report import View, rendered  # noqa: PLC0415

    report = _scanned(paths, format_, reports, options)
    reasons: list[str] = []
    text: str | None = None
    if options["fix"] or options["diff"]:
        report, text, reasons = _mended(paths, options, report)
    elif "sarif" in (format_, *(kind for kind, _ in reports)):
        from iac_keycheck.fixing.mending import with_fixes  # noqa: PLC0415 — it scans again

        report = with_fixes(paths, choices(options), report)
    strict: bool = options["strict"]
    fail_on: FailOn = options["fail_on"] or ("possible" if strict else "default")
    least = Severity[(options["min_severity"] or ("low" if strict else "medium")).upper()]
    view = View(
        fail_on,
        least,
        detail=options["verbose"] - options["quiet"],
        width=width_of_terminal(),
        colour=colours_wanted(refused=options["no_color"]),
        command=_again(paths, options) if any(finding.first.witness for finding in report.findings) else "",
    )
    outcomes = [*reasons, to_stdout(rendered(report, format_, view) if text is None else text)]
    if reports:
        from iac_keycheck.records import replace  # noqa: PLC0415

        plain = replace(view, width=None, colour=False)
        outcomes += [to_file(path, rendered(report, kind, plain)) for kind, path in reports]
    unwritten = [message for message in outcomes if message]
    for message in unwritten:
        _say(f"Error: {message}")
    return MISUSE if unwritten else exit_code(report, fail_on, least)


def nothing(seen: Look) -> Report:
    """What a scan reports where there is nothing to judge, but for its rules."""
    from time import gmtime, strftime  # noqa: PLC0415

    from iac_keycheck.findings import Counts, Report  # noqa: PLC0415

    levels = {"always": 0, "default": 0, "possible": 0, "undecided": 0}
    counts = Counts(files=seen.found.files, more_than_one=levels)
    return Report(as_of=strftime("%Y-%m-%dT%H:%M:%SZ", gmtime()), counts=counts)


def choices(options: dict[str, Any]) -> Choices:
    """The choices of a scan, from settled options."""
    from iac_keycheck.choices import Choices  # noqa: PLC0415 — see the module's docstring

    names = (*INPUTS, "jobs", "rules", "frameworks", "skipped", "as_of", "baseline", "excludes", "changed_since")
    given = {name: options[name] for name in names if name in options}
    configured = dict(options.get("configured", {}))
    given["skipped"] = (*given.get("skipped", ()), *configured.pop("skipped", ()))
    given |= {"ignores": not options.get("no_ignores", False), "gitignore": not options.get("no_gitignore", False)}
    return Choices(**given, **configured)


def _scanned(paths: Sequence[str], format_: str, reports: Sequence[tuple[str, str]], options: dict[str, Any]) -> Report:
    from iac_keycheck.command.output import StatusLine  # noqa: PLC0415

    with StatusLine(wanted=not options["quiet"]) as status:
        seen = None
        wanted = None if reports or format_ not in _PLAIN else words(options)
        if wanted is not None:
            from iac_keycheck.discovery.looking import look  # noqa: PLC0415
            from iac_keycheck.discovery.patterns import Ignored, Patterns  # noqa: PLC0415

            seen = look(paths, Ignored(Patterns.of(options["excludes"]), not options["no_gitignore"]), wanted)
            if seen.nothing:
                return nothing(seen)
        from iac_keycheck.scan import scan  # noqa: PLC0415 — what judges is not imported where there is nothing

        return scan(paths, choices(options), status, seen)


def words(options: dict[str, Any]) -> tuple[str, ...] | None:
    """What rules look for besides users and keys; None where only who loads the rules can tell what is asked."""
    from iac_keycheck.judging import built_in  # noqa: PLC0415 — see the module's docstring

    if any(value for name, value in options.items() if name not in _OUTPUT and name not in _LOOK):
        return None
    configured = options["configured"]
    skipped = (*options["skipped"], *configured.get("skipped", ()))
    named = {*options["rules"], *skipped, *configured.get("severities", ())}
    return built_in.words(options["rules"], skipped) if not named or named <= built_in.ids() else None


def _mended(paths: Sequence[str], options: dict[str, Any], report: Report) -> tuple[Report, str | None, list[str]]:
    """What is left to report, the changes where they are to be shown, and what could not be written."""
    from iac_keycheck.fixing.mending import mended  # noqa: PLC0415 — only where it is wanted

    result = mended(paths, choices(options), report)
    wrong = result.write() if options["fix"] else []
    for message in result.done if options["fix"] else ():
        _say(f"Fixed {message}")
    left = result.report if options["fix"] and not wrong else report
    return left, result.diff() if options["diff"] else None, wrong


def _again(paths: Sequence[str], options: dict[str, Any]) -> str:
    """The command that scans the same with the same inputs, to which a witness is added."""
    from shlex import join  # noqa: PLC0415

    words = [word for name, flag in INPUTS.items() for value in options[name] for word in (flag, value)]
    return join(("iac-keycheck", "scan", *words, *paths))


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
