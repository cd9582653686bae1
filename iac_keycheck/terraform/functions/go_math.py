"""Logarithm and power to the last bit as Go's ``math`` computes them.

The C library's differ in the last bit, which decides what ``ceil(log(n, 2))`` is.
"""

from __future__ import annotations

import math

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ODD = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)
_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)
_LARGEST = 1 << 12
"""The greatest binary exponent that is worth going on with."""


def float_log(x: float) -> float:
    """The natural logarithm, by FreeBSD's ``e_log.c``; raises `ValueError` for what has none."""
    if x <= 0:
        raise ValueError(x)
    mantissa, exponent = math.frexp(x)
    if mantissa < math.sqrt(2) / 2:
        mantissa, exponent = mantissa * 2, exponent - 1
    f = mantissa - 1
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    odd = s2 * (_ODD[0] + s4 * (_ODD[1] + s4 * (_ODD[2] + s4 * _ODD[3])))
    even = s4 * (_EVEN[0] + s4 * (_EVEN[1] + s4 * _EVEN[2]))
    half = 0.5 * f * f
    return exponent * _LN2_HIGH - ((half - (s * (half + odd + even) + exponent * _LN2_LOW)) - f)


def float_pow(x: float, y: float) -> float:
    """``x`` to the power of ``y``, by squaring; raises `ValueError` or `OverflowError` for what is no number."""
    if y == 0 or x == 1:
        return 1.0
    if x == 0 or abs(y) == 0.5:  # noqa: PLR2004 — a root
        return math.pow(x, y)
    fraction, whole = math.modf(abs(y))
    if fraction and x < 0:
        raise ValueError(x)
    if whole >= 1 << 63:
        return math.pow(x, y)
    result, scale = 1.0, 0
    if fraction:
        if fraction > 0.5:  # noqa: PLR2004 — to the nearest
            fraction, whole = fraction - 1, whole + 1
        result = math.exp(fraction * float_log(x))
    mantissa, exponent = math.frexp(x)
    left = int(whole)
    while left:
        if abs(exponent) > _LARGEST:
            scale += exponent
            break
        if left & 1:
            result, scale = result * mantissa, scale + exponent
        mantissa, exponent = mantissa * mantissa, exponent * 2
        if mantissa < 0.5:  # noqa: PLR2004 — a mantissa is at least a half
            mantissa, exponent = mantissa * 2, exponent - 1
        left >>= 1
    return math.ldexp(1 / result, -scale) if y < 0 else math.ldexp(result, scale)
