"""What may stand on the command line: words, dates, assignments; a wrong one is told with the nearest right one."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime

import click

from iac_keycheck.nearest import did_you_mean
from iac_keycheck.report import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    _Choice = click.Choice[str]
else:
    _Choice = click.Choice  # not generic before click 8.2


class OneOf(_Choice):
    """One of some words in lower case."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 — click's
        """The word as it is spelt here; misuse where it is none of them."""
        word = str(value).casefold()
        if word not in self.choices:
            self.fail(_wrong_word(str(value), tuple(self.choices)), param, ctx)
        return word


def report_files(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """``FORMAT=FILE`` as format and file."""
    return tuple(map(_report_file, values))


def assignments(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """``NAME=VALUE`` as it was written."""
    for value in values:
        _name_and_value(value)
    return values


def json_assignments(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """``NAME=JSON`` as it was written."""
    for value in values:
        name, assigned = _name_and_value(value)
        try:
            json.loads(assigned)
        except ValueError:
            quoted = shlex.quote(f"{name}={json.dumps(assigned)}")
            raise click.BadParameter(f"{assigned!r} is not JSON. For text, write {quoted}.") from None
    return values


def moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """A day, which is its midnight in UTC, or a moment with its time zone."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is not a date such as 2026-11-20 or 2026-11-20T12:00:00Z.") from None


def _report_file(value: str) -> tuple[str, str]:
    format_, equals, path = value.partition("=")
    if not equals or not path:
        raise click.BadParameter(f"{value!r} is not FORMAT=FILE, such as sarif=report.sarif.")
    if format_.casefold() not in FORMATS:
        raise click.BadParameter(_wrong_word(format_, tuple(FORMATS)))
    return format_.casefold(), path


def _name_and_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.BadParameter(f"{text!r} has no NAME= before its value.")
    return name, value


def _wrong_word(word: str, right: tuple[str, ...]) -> str:
    return f"{word!r} is none of {', '.join(right)}.{did_you_mean(word, right)}"
