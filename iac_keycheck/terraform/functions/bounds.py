"""What numeric functions tell of numbers of which only bounds are known, which are exclusive as in `Unknown`."""

from __future__ import annotations

import math
from decimal import Decimal

from iac_keycheck.deciding.values import Number, Unknown, Value
from iac_keycheck.records import replace


def bounded(name: str, result: Unknown, arguments: tuple[Value, ...]) -> Value:
    """The result of a numeric function, known where the bounds decide it, else with the bounds that follow."""
    match name, arguments:
        case "ceil", (Unknown(low=low, high=high),):
            return replace(
                result,
                low=None if low is None else math.floor(low),
                high=None if high is None else math.ceil(high) + 1,
            )
        case "floor", (Unknown(low=low, high=high),):
            return replace(
                result,
                low=None if low is None else math.floor(low) - 1,
                high=None if high is None else math.ceil(high),
            )
        case (("max" | "min"), (Unknown() as unknown, int() | Decimal() as known)) if not isinstance(known, bool):
            return _greater(result, unknown, known) if name == "max" else _smaller(result, unknown, known)
        case (("max" | "min"), (int() | Decimal() as known, Unknown() as unknown)) if not isinstance(known, bool):
            return _greater(result, unknown, known) if name == "max" else _smaller(result, unknown, known)
        case _:
            return result


def _greater(result: Unknown, unknown: Unknown, known: Number) -> Value:
    if unknown.low is not None and known <= unknown.low:
        return unknown
    if unknown.high is not None and known >= unknown.high:
        return known
    return replace(result, low=known - 1, high=unknown.high)


def _smaller(result: Unknown, unknown: Unknown, known: Number) -> Value:
    if unknown.high is not None and known >= unknown.high:
        return unknown
    if unknown.low is not None and known <= unknown.low:
        return known
    return replace(result, low=unknown.low, high=known + 1)
