"""Functions on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from iac_keycheck.deciding.values import Number, Refused, Value, type_of
from iac_keycheck.terraform import number
from iac_keycheck.terraform.common_type import friendly
from iac_keycheck.terraform.functions.arguments import integer, invalid
from iac_keycheck.terraform.functions.go_math import float_log, float_pow

_NO_NUMBER = "result is not a number"

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _absolute(num: Number) -> Value:
    return abs(num) if isinstance(num, int) else num.copy_abs()


def _ceil(num: Number) -> Value:
    return math.ceil(num)


def _floor(num: Number) -> Value:
    return math.floor(num)


def _signum(num: Number) -> Value:
    whole = integer(num, "num")
    return (whole > 0) - (whole < 0)


def _log(num: Number, base: Number) -> Value:
    if not base and num > 0:
        return 0
    if not num or (base == 1 and num != 1):
        raise number.endless()
    return _of_float(lambda: float_log(float(num)) / float_log(float(base)))


def _pow(num: Number, power: Number) -> Value:
    if not num and power < 0:
        raise number.endless()
    return _of_float(lambda: float_pow(float(num), float(power)))


def _of_float(compute: Callable[[], float]) -> Number:
    """The number as it is written: a result of so few bits is known by the shortest decimal that has them."""
    try:
        result = compute()
    except OverflowError:
        raise number.endless() from None
    except (ValueError, ZeroDivisionError) as error:
        raise Refused(_NO_NUMBER) from error
    parsed = None if math.isinf(result) else number.parse(repr(result))
    if parsed is None:
        raise number.endless() if math.isinf(result) else Refused(_NO_NUMBER)
    return parsed


def _greatest(*numbers: Number) -> Value:
    if not numbers:
        raise Refused("must pass at least one number")
    return max(numbers)


def _smallest(*numbers: Number) -> Value:
    if not numbers:
        raise Refused("must pass at least one number")
    return min(numbers)


def _parse_int(text: Value, base: Number) -> Value:
    if not isinstance(text, str):
        raise invalid("number", f"first argument must be a string, not {friendly(type_of(text))}")
    radix = integer(base, "base")
    if not 2 <= radix <= 62:  # noqa: PLR2004 — as many digits and letters as there are
        raise invalid("base", "base must be a whole number between 2 and 62 inclusive")
    digits = text[1:] if text[:1] in {"+", "-"} else text
    # up to base 36 capital letters are the same digits
    values = [_DIGITS.find(char.lower() if radix <= 36 else char) for char in digits]  # noqa: PLR2004
    if not values or not all(0 <= value < radix for value in values):
        raise invalid("number", f'cannot parse "{text}" as a base {radix} integer')
    if len(values) > number.DIGITS:
        raise number.too_long()
    result = 0
    for value in values:
        result = result * radix + value
    return number.rounded(-result if text[0] == "-" else result)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "abs": _absolute,
    "ceil": _ceil,
    "floor": _floor,
    "log": _log,
    "max": _greatest,
    "min": _smallest,
    "parseint": _parse_int,
    "pow": _pow,
    "signum": _signum,
}
