"""Regular expressions that are compiled when they are first used, and not while their module is imported.

A scan of a small directory uses one in ten of those that its modules know, and to compile the others was a tenth of
the time that it took.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any, AnyStr


class _Expression:
    """Has all that a compiled expression has: the methods that were asked for are its own from then on."""

    def __init__(self, said: str | bytes, flags: int) -> None:
        self._said, self._flags = said, flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 — methods and facts of a compiled expression
        import re  # noqa: PLC0415 — a scan with nothing to judge does without

        found = self.__dict__[name] = getattr(re.compile(self._said, self._flags), name)
        return found


def expression(said: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What ``re.compile`` gives, later; what is wrong with the expression is told later as well."""
    return _Expression(said, flags)  # type: ignore[return-value]
