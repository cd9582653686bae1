"""The program's entry. The plainest command lines are read here: importing click takes as long as a small scan.

What is read here is read by click as well, to the same options (tested); whatever is not as plain as this, wrong, or
said in the environment or a settings file, is left to click.
"""

from __future__ import annotations

import gc
import os
import sys

from iac_keycheck.levels import FAIL_ON, SETTINGS_FILE, SEVERITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any, Final

# What an option is where it is not given: as `cli` has it.
DEFAULTS: Final[Mapping[str, Any]] = {
    "variables": (),
    "var_files": (),
    "parameters": (),
    "inputs": (),
    "worlds": (),
    "jobs": 1,
    "rules": (),
    "frameworks": (),
    "skipped": (),
    "rules_dir": (),
    "excludes": (),
    "no_gitignore": False,
    "config": None,
    "as_of": None,
    "no_ignores": False,
    "baseline": None,
    "changed_since": None,
    "fail_on": None,
    "min_severity": None,
    "strict": False,
    "diff": False,
    "fix": False,
    "quiet": 0,
    "verbose": 0,
    "no_color": False,
}
# Options that are one word, and those that are followed by one of some words, with what they set.
_FLAGS: Final = {"--strict": "strict", "--no-color": "no_color"}
_COUNTS: Final = {"-q": "quiet", "--quiet": "quiet", "-v": "verbose", "--verbose": "verbose"}
_CHOSEN: Final = {"--format": "format_", "--fail-on": "fail_on", "--min-severity": "min_severity"}
_VARIABLES: Final = ("IAC_KEYCHECK_", "_IAC_KEYCHECK_")
_INTERRUPTED: Final = 130


def main(prog_name: str | None = None) -> None:
    """Run the command line that the process was given, and end the process."""
    # A scan leaves next to no garbage in cycles, and looking for it takes a twentieth of the time of a small one and a
    # tenth of that of one with thousands of keys.
    gc.set_threshold(1_000_000)
    try:
        _run(prog_name)
    except KeyboardInterrupt:
        # as a shell has it, at whatever moment
        sys.exit(_INTERRUPTED)


def _run(prog_name: str | None) -> None:
    plain = read(sys.argv[1:], os.environ)
    if plain is not None:
        from iac_keycheck.command.run import run  # noqa: PLC0415
        from iac_keycheck.misuse import Misuse  # noqa: PLC0415 — see the module's docstring

        paths, format_, options = plain
        try:
            code = run(paths or (".",), format_, (), {**options, "configured": {}})
        except Misuse:
            # click says it: nothing is printed so far
            pass
        else:
            _end(code)
    from iac_keycheck.command.cli import main as commands  # noqa: PLC0415 — it takes the time that is saved here

    commands(prog_name=prog_name)


def _end(code: int) -> None:
    """End the process at once: to take all objects apart one by one takes a tenth of a small scan's time."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def read(words: Sequence[str], environment: Mapping[str, str]) -> tuple[tuple[str, ...], str, dict[str, Any]] | None:
    """The paths, the format and the options of a plain ``scan``; None where the words are click's to read."""
    if words[:1] != ["scan"] or any(name.startswith(_VARIABLES) for name in environment):
        return None
    if os.path.exists(SETTINGS_FILE):  # noqa: PTH110 — pathlib takes longer to import than this takes
        return None
    options = {**DEFAULTS, "format_": "text"}
    paths: list[str] = []
    left = iter(words[1:])
    for word in left:
        name, equals, value = word.partition("=")
        if word in _FLAGS:
            options[_FLAGS[word]] = True
        elif word in _COUNTS:
            options[_COUNTS[word]] += 1
        elif name in _CHOSEN:
            chosen = value if equals else next(left, "")
            if chosen not in _right_words(name):
                return None
            options[_CHOSEN[name]] = chosen
        elif word.startswith("-") or not os.access(word, os.R_OK):
            return None
        else:
            paths.append(word)
    return tuple(paths), options.pop("format_"), options


def _right_words(name: str) -> Collection[str]:
    match name:
        case "--format":
            from iac_keycheck.report import FORMATS  # noqa: PLC0415

            return FORMATS
        case "--fail-on":
            return FAIL_ON
        case _:
            return SEVERITIES
