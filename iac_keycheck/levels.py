"""The words for what fails a run, without the types behind them, so that the command line knows them at once."""

from __future__ import annotations

from typing import Final, Literal, get_args

FailOn = Literal["always", "default", "possible", "undecided", "never"]
FAIL_ON: Final[tuple[FailOn, ...]] = get_args(FailOn)
SEVERITIES: Final = ("high", "medium", "low", "info")
