"""JSONPath over the graph's JSON form (https://github.com/h2non/jsonpath-ng, with its filters)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from iac_keycheck.choices import Misuse
from iac_keycheck.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True)
class Match:
    """A value that was found, and what it lies in, from the inside out."""

    value: Any
    around: tuple[Any, ...]

    def nearest(self, member: str) -> Any:  # noqa: ANN401 — JSON
        """The member of that name of the value, else of what is nearest around it; None where there is none."""
        places = (self.value, *self.around)
        return next((one[member] for one in places if isinstance(one, dict) and member in one), None)


@cache
def query(expression: str) -> Callable[[Any], Iterator[Match]]:
    """What finds the values of a JSONPath in JSON. Raises `Misuse` where it is none."""
    from jsonpath_ng.exceptions import JSONPathError  # noqa: PLC0415 — only for queries
    from jsonpath_ng.ext.parser import parse  # noqa: PLC0415 — the same

    try:
        path = parse(expression)
    except (JSONPathError, AttributeError, TypeError, ValueError) as error:
        raise Misuse(f"{expression!r} is no JSONPath: {' '.join(str(error).split())}") from error
    return lambda tree: (Match(found.value, tuple(_around(found))) for found in path.find(tree))


def _around(found: Any) -> Iterator[Any]:  # noqa: ANN401 — jsonpath-ng has no types
    while found.context is not None:
        found = found.context
        yield found.value
