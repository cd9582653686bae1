"""Words that the command line knows at once, without the types behind them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

    FailOn = Literal["always", "default", "possible", "undecided", "never"]
else:
    # the module `typing` is not imported for a name that only checkers look at
    FailOn = str

FAIL_ON: Final[tuple[FailOn, ...]] = ("always", "default", "possible", "undecided", "never")
SEVERITIES: Final = ("high", "medium", "low", "info")
SETTINGS_FILE: Final = ".iac-keycheck.yaml"
