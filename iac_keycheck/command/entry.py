"""The program's entry. The plainest command lines are read here: importing click takes as long as a small scan.

What is read here is read by click as well, to the same options (tested); whatever is not as plain as this, wrong, or
said in the environment, is left to click.
"""

from __future__ import annotations

import gc
import os
import sys

from iac_keycheck.levels import FAIL_ON, SETTINGS_FILE, SEVERITIES
from iac_keycheck.records import dataclass, field

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
# Options of one word, with what they set.
_FLAGS: Final = {"--strict": "strict", "--no-color": "no_color"}
_COUNTS: Final = {"-q": "quiet", "--quiet": "quiet", "-v": "verbose", "--verbose": "verbose"}
# Options with a value, of which the last counts: one of some words, or a file. And those of which each does.
_WORDS: Final = {"--format": "format_", "--fail-on": "fail_on", "--min-severity": "min_severity"}
_FILE: Final = {"--baseline": "baseline", "--config": "config"}
_FILES: Final = {"--var-file": "var_files", "--parameters": "parameters", "--world": "worlds"}
_TEXTS: Final = {"--rule": "rules", "--framework": "frameworks", "--skip-rule": "skipped", "--exclude": "excludes"}
_REPORTS: Final = {"--report": "reports"}
_VALUED: Final = _WORDS | _FILE | _FILES | _TEXTS | _REPORTS
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

        try:
            code = run(plain.paths or (".",), plain.format_, plain.reports, plain.settled())
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


@dataclass(slots=True)
class Plain:
    """What a plain ``scan`` says: its paths, and its options, of which those ``given`` do not come from elsewhere."""

    paths: tuple[str, ...] = ()
    format_: str = "text"
    reports: tuple[tuple[str, str], ...] = ()
    options: dict[str, Any] = field(default_factory=lambda: dict(DEFAULTS))
    given: set[str] = field(default_factory=set)

    def takes(self, option: str, value: str) -> bool:
        """Whether a value is right for an option, and as plain as this; it is kept."""
        if not value or value.startswith("-"):
            return False
        if option in _REPORTS:
            format_, _, path = value.partition("=")
            self.reports += ((format_, path),)
            return bool(path) and format_ in _right_words("--format")
        if option == "--format":
            self.format_ = value
            return value in _right_words(option)
        name = _VALUED[option]
        self.given.add(name)
        if option in _FILES or option in _TEXTS:
            self.options[name] += (value,)
        else:
            self.options[name] = value
        if option in _WORDS:
            return value in _right_words(option)
        return option in _TEXTS or (os.path.isfile(value) and os.access(value, os.R_OK))  # noqa: PTH113 — as below

    def settled(self) -> dict[str, Any]:
        """The options, with what a settings file says of those that are not given. Raises `Misuse`."""
        if self.options["config"] is None and not os.path.exists(SETTINGS_FILE):  # noqa: PTH110 — pathlib takes longer
            return {**self.options, "configured": {}}
        from iac_keycheck.command.config import settled  # noqa: PLC0415 — it reads YAML

        return settled(self.options, self.given)


def read(words: Sequence[str], environment: Mapping[str, str]) -> Plain | None:
    """What a plain ``scan`` says; None where the words are click's to read."""
    if words[:1] != ["scan"] or any(name.startswith(_VARIABLES) for name in environment):
        return None
    plain = Plain()
    left = iter(words[1:])
    for word in left:
        option, equals, value = word.partition("=")
        if word in _FLAGS:
            plain.options[_FLAGS[word]] = True
        elif word in _COUNTS:
            plain.options[_COUNTS[word]] += 1
        elif option in _VALUED:
            if not plain.takes(option, value if equals else next(left, "")):
                return None
        elif word.startswith("-") or not os.access(word, os.R_OK):
            return None
        else:
            plain.paths += (word,)
    return plain


def _right_words(name: str) -> Collection[str]:
    match name:
        case "--format":
            from iac_keycheck.report import FORMATS  # noqa: PLC0415

            return FORMATS
        case "--fail-on":
            return FAIL_ON
        case _:
            return SEVERITIES
