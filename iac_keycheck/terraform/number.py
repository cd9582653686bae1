"""Numbers as Terraform computes them: 512 bits in binary, written as the shortest decimal that is theirs.

A value that is an integer is an ``int``, any other a `Decimal`. Both stand for the nearest 512-bit number, and each
such number has one writing: equal numbers are equal in Python.
"""

from __future__ import annotations

import re
from decimal import Decimal

from iac_keycheck.deciding.values import Number, Refused
from iac_keycheck.expressions import expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fractions import Fraction

BITS = 512
DIGITS = 4000
"""The greatest number of digits before or after the point that is worked with."""

_SYNTAX = expression(r"([+-]?)(\d+\.?\d*|\.\d+)(?:([eEpP])([+-]?\d+))?", re.ASCII)
_SURE = 153
"""Decimals of so many digits are told apart by 512 bits, so each is the shortest writing of its number."""


def too_long() -> Refused:
    """What is raised for a number of more digits than are worked with."""
    return Refused(f"a number of more than {DIGITS} digits is not worked with", bound=True)


def endless() -> Refused:
    """What is raised for an infinity, which Terraform computes with but cannot store."""
    return Refused("a number without end is not worked with", bound=True)


def parse(text: str) -> Number | None:
    """The number that a text writes in decimal, or None where it writes none."""
    match = _SYNTAX.fullmatch(text)
    if match is None:
        return None
    sign, digits, letter, exponent = match.groups()
    power = int(exponent) if exponent and len(exponent) <= 9 else 0  # noqa: PLR2004 — far beyond the bound either way
    if len(digits) > DIGITS or abs(power) > DIGITS or (exponent and len(exponent) > 9):  # noqa: PLR2004
        raise too_long()
    if len(digits) <= _SURE and letter not in {"p", "P"} and abs(power) < _SURE:
        return tidy(Decimal(f"{sign}{digits}e{power}"))
    from fractions import Fraction  # noqa: PLC0415 — most numbers are small and whole

    value = Fraction(digits) * (Fraction(2) if letter in {"p", "P"} else Fraction(10)) ** power
    return rounded(-value if sign == "-" else value)


def exact(number: Number) -> Fraction:
    """What the number is, to the last bit."""
    from fractions import Fraction  # noqa: PLC0415 — most numbers are small and whole

    if isinstance(number, int) and number.bit_length() <= BITS:
        return Fraction(number)
    return _nearest(Fraction(number))


def rounded(value: Fraction | int) -> Number:
    """The number nearest to an exact value."""
    if value.denominator == 1 and value.numerator.bit_length() <= BITS:
        return value.numerator
    number = _nearest(value)
    if abs(number.numerator).bit_length() > DIGITS * 10 // 3 or number.denominator.bit_length() > DIGITS * 10 // 3:
        raise too_long()
    return _shortest(number)


def text(number: Number) -> str:
    """How Terraform writes the number: in full, without an exponent."""
    if isinstance(number, int):
        return str(number)
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def brief(number: Number) -> str:
    """The number with ten significant digits, by which Terraform orders collections in a set."""
    try:
        return f"{float(number):.10g}"
    except OverflowError:
        return text(number)


def _nearest(value: Fraction | int) -> Fraction:
    """The nearest number with a mantissa of 512 bits, the even one of two."""
    from fractions import Fraction  # noqa: PLC0415

    mantissa, shift = _mantissa(value)
    return Fraction(mantissa << shift) if shift >= 0 else Fraction(mantissa, 1 << -shift)


def _mantissa(value: Fraction | int) -> tuple[int, int]:
    """``value`` as an integer of 512 bits times a power of two, rounded to the nearest."""
    if not value:
        return 0, 0
    shift = value.numerator.bit_length() - value.denominator.bit_length() - BITS
    numerator = abs(value.numerator) << max(-shift, 0)
    denominator = value.denominator << max(shift, 0)
    mantissa = _halfway_to_even(numerator, denominator)
    if mantissa.bit_length() > BITS:
        mantissa, shift = _halfway_to_even(numerator, denominator * 2), shift + 1
    return (mantissa if value > 0 else -mantissa), shift


def _halfway_to_even(numerator: int, denominator: int) -> int:
    quotient, rest = divmod(numerator, denominator)
    doubled = 2 * rest
    return quotient + (doubled > denominator or (doubled == denominator and quotient & 1))


def _shortest(number: Fraction) -> Number:
    """The shortest decimal that is nearest to no other number."""
    if number.denominator == 1 and len(str(abs(number.numerator)).rstrip("0")) <= _SURE:
        return number.numerator
    from fractions import Fraction  # noqa: PLC0415

    magnitude = abs(number)
    exponent = len(str(magnitude.numerator)) - len(str(magnitude.denominator))

    def written(digits: int) -> tuple[int, int]:
        power = exponent - digits + 1
        scaled = magnitude / Fraction(10) ** power
        return round(scaled), power

    fewest, enough = 1, _SURE + 4
    while fewest < enough:
        middle = (fewest + enough) // 2
        coefficient, power = written(middle)
        if _nearest(coefficient * Fraction(10) ** power) == magnitude:
            enough = middle
        else:
            fewest = middle + 1
    coefficient, power = written(enough)
    return tidy(Decimal((int(number < 0), tuple(map(int, str(coefficient))), power)))


def tidy(value: Decimal) -> Number:
    """An integer as such, anything else without zeros at its end."""
    sign, digits, power = value.as_tuple()
    written = "".join(map(str, digits)).lstrip("0")
    kept = written.rstrip("0")
    exponent = int(power) + len(written) - len(kept)
    if not kept:
        return 0
    if exponent >= 0:
        return int(kept + "0" * exponent) * (-1 if sign else 1)
    return Decimal((sign, tuple(map(int, kept)), exponent))
