"""What CI runners take for orders when they read it in a log: scanned text must give none.

Azure Pipelines obeys ``##vso[…]`` and GitHub Actions ``##[…]`` wherever they stand in a line, TeamCity
``##teamcity[…]``, and GitHub Actions ``::name …::`` at the beginning of a line.
"""

from __future__ import annotations

from iac_keycheck.expressions import expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_ANYWHERE: Final = expression(r"##(?=\w*\[)")
_IN_FRONT: Final = expression(r"(?m)^([ \t]*)::(?=[A-Za-z])")
# How the second number sign is written where a format has a way of its own; else as `visible` writes characters.
_ESCAPES: Final = {
    "json": r"\u0023",
    "sarif": r"\u0023",
    "gitlab-quality": r"\u0023",
    "gitlab-sast": r"\u0023",
    "junit": "&#35;",
    "html": "&#35;",
}


def without_orders(text: str, format_: str) -> str:
    """A report in the format of that name, in which nothing is an order but what the format consists of."""
    escape = _ESCAPES.get(format_)
    quiet = _ANYWHERE.sub(lambda _: f"#{escape or chr(92) + 'x23'}", text)
    if escape is not None or format_ == "github":
        return quiet
    return _IN_FRONT.sub(lambda found: f"{found[1]}\\x3a:", quiet)
