"""``format`` and ``formatlist``: texts made from a pattern, which may have unknown parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf, SetOf, TupleOf, Type
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import Items, Null, Number, Refused, Unknown, Value, is_known, type_of, untyped
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.terraform import conversions, number
from iac_keycheck.terraform.functions.arguments import characters, normal, opaque, within_bounds, within_text
from iac_keycheck.terraform.typed_nulls import NULL

_VERB = expression(r"%([0#\- +]*)([1-9][0-9]*)?(?:\.([0-9]*))?(?:\[([1-9][0-9]*)\])?([a-zA-Z])", re.ASCII)


_NO_TYPE = "Terraform does not tell the text of a null that has no type"

_PREFIXES = {"o": "0", "x": "0x", "X": "0X", "b": "0b"}


@dataclass(frozen=True, slots=True)
class _Verb:
    """One ``%…x`` of a pattern; ``argument`` counts from 1, ``offset`` is its place in the pattern."""

    raw: str
    offset: int
    flags: str
    width: int | None
    precision: int | None
    argument: int
    mode: str

    def refused(self, problem: str) -> Refused:
        return Refused(f'unsupported value for "{self.raw}" at {self.offset}: {problem}')


def _format(pattern: str | Unknown, *given: Value | Null) -> Value:
    if NULL in given:
        return opaque("format(…)", _NO_TYPE)
    arguments = tuple(map(untyped, given))
    if isinstance(pattern, Unknown):
        return apply("format", (pattern, *arguments), STRING, not_null=True)
    return _formatted(_pieces(pattern, len(arguments)), arguments)


def _format_list(pattern: str | Unknown, *given: Value | Null) -> Value:
    if NULL in given:
        return opaque("formatlist(…)", _NO_TYPE)
    arguments = tuple(map(untyped, given))
    waiting = apply("formatlist", (pattern, *arguments), ListOf(STRING), not_null=True)
    if isinstance(pattern, Unknown):
        return waiting
    lengths = {len(argument.items) for argument in arguments if isinstance(argument, Items)}
    if len(lengths) > 1:
        raise Refused(f"the lists have different lengths: {', '.join(map(str, sorted(lengths)))}")
    if any(not isinstance(argument, Items) and _may_be_sequence(type_of(argument), argument) for argument in arguments):
        return waiting
    if any(isinstance(a, Items) and a.kind == "set" and len(a.items) > 1 and not is_known(a) for a in arguments):
        return waiting
    rounds = lengths.pop() if lengths else 1
    if not rounds:
        return conversions.make_list((), STRING)
    within_bounds(rounds)
    pieces = _pieces(pattern, len(arguments))
    rows = (tuple(a.items[at] if isinstance(a, Items) else a for a in arguments) for at in range(rounds))
    return conversions.make_list([_formatted(pieces, row) for row in rows], STRING)


def _may_be_sequence(kind: Type, argument: Value) -> bool:
    return isinstance(argument, Unknown) and (kind == ANY or isinstance(kind, ListOf | SetOf | TupleOf))


def _pieces(pattern: str, given: int) -> list[str | _Verb]:
    """The pattern taken apart; raises `Refused` where it is malformed or does not fit the number of arguments."""
    pieces: list[str | _Verb] = []
    at, following, highest = 0, 1, 0
    while at < len(pattern):
        percent = pattern.find("%", at)
        if percent < 0:
            pieces.append(pattern[at:])
            break
        pieces.append(pattern[at:percent])
        if pattern.startswith("%%", percent):
            pieces.append("%")
            at = percent + 2
            continue
        match = _VERB.match(pattern, percent)
        if match is None:
            raise Refused(f"unrecognized format character at offset {percent}")
        verb = _verb(match, following)
        if verb.argument > given:
            need = f"need index {verb.argument} but have {given} total"
            raise Refused(f'not enough arguments for "{verb.raw}" at {verb.offset}: {need}')
        pieces.append(verb)
        at, following, highest = match.end(), verb.argument + 1, max(highest, verb.argument)
    if highest < given:
        raise Refused(f"too many arguments; only {highest} used by format string")
    return pieces


def _verb(match: re.Match[str], following: int) -> _Verb:
    flags, width, precision, argument, mode = match.groups()
    if any(digits is not None and len(digits) > 9 for digits in (width, precision, argument)):  # noqa: PLR2004
        raise Refused(f'the width of "{match.group()}" is greater than any that is worked with')
    within_text(max(int(width or 0), int(precision or 0)))
    return _Verb(
        match.group(),
        match.start(),
        flags,
        int(width) if width else None,
        None if precision is None else int(precision or 0),
        int(argument) if argument else following,
        mode,
    )


def _formatted(pieces: list[str | _Verb], arguments: tuple[Value, ...]) -> str | Unknown:
    parts: list[str | Unknown] = []
    size = 0
    for piece in pieces:
        part = piece if isinstance(piece, str) else _value(piece, arguments[piece.argument - 1])
        parts.append(part)
        size += len(part) if isinstance(part, str) else 0
        within_text(size)
    text = terms.concat(parts)
    return normal(text) if isinstance(text, str) else text


def _value(verb: _Verb, value: Value) -> str | Unknown:
    if verb.mode not in "vtbdoxXeEfgGsq":
        raise Refused(f'unsupported format verb "{verb.mode}" in "{verb.raw}" at offset {verb.offset}')
    if value is None and verb.mode != "v":
        raise verb.refused("null value cannot be formatted")
    if not is_known(value):
        return _unknown(verb, value)
    try:
        match verb.mode:
            case "v":
                return _padded(verb, _as_is(verb, value))
            case "t":
                return "true" if conversions.to_bool(value) else "false"
            case "s" | "q":
                return _padded(verb, _as_text(verb, str(conversions.to_text(value))))
            case _:
                amount = conversions.to_number(value)
    except Refused as error:
        raise verb.refused(error.message) from error
    return _as_number(verb, amount) if isinstance(amount, int | Decimal) else ""


def _unknown(verb: _Verb, value: Value) -> str | Unknown:
    """An unknown part: the value itself where its text is, so that it is the same as in a template."""
    simple = not verb.flags and verb.width is None and verb.precision is None
    kind = type_of(value)
    if simple and isinstance(value, Unknown):
        # ``%v`` writes great numbers, and null, in its own way
        if verb.mode == "s" or (verb.mode == "v" and kind in (STRING, BOOL) and value.not_null):
            return conversions.to_text(value)
        if verb.mode == "d" and kind == NUMBER:
            return conversions.to_text(value)
    if verb.mode in "sq" and kind not in (STRING, BOOL, NUMBER, ANY):
        conversions.to_text(value)
    return apply("format", (_one_verb(verb), value), STRING, not_null=True)


def _one_verb(verb: _Verb) -> str:
    return re.sub(r"\[[0-9]+\]", "", verb.raw)


def _as_is(verb: _Verb, value: Value) -> str:
    from iac_keycheck.terraform.functions.json_text import json_text  # noqa: PLC0415 — rare

    match value:
        case bool() | None:
            return json_text(value)
        case str() if "#" not in verb.flags:
            return value
        case int() | Decimal() if "#" not in verb.flags:
            return _general(value, None, "e")
        case _:
            return json_text(value)


def _as_text(verb: _Verb, text: str) -> str:
    if verb.precision:
        text = "".join(characters(text)[: verb.precision])
    if verb.mode == "s":
        return text
    from iac_keycheck.terraform.functions.json_text import json_text  # noqa: PLC0415 — rare

    return json_text(text)


def _padded(verb: _Verb, text: str) -> str:
    if verb.width is None:
        return text
    missing = max(verb.width - len(characters(text)), 0)
    padding = ("0" if "0" in verb.flags else " ") * missing
    return text + padding if "-" in verb.flags else padding + text


def _as_number(verb: _Verb, amount: Number) -> str:
    negative = amount < 0
    sharp = "#" in verb.flags
    sign = "-" if negative else ("+" if "+" in verb.flags else (" " if " " in verb.flags else ""))
    magnitude = abs(amount) if isinstance(amount, int) else amount.copy_abs()
    if verb.mode in "bdoxX":
        if not isinstance(magnitude, int):
            raise verb.refused("an integer is required")
        digits = _integer(verb, magnitude)
        if sharp:
            sign += _PREFIXES.get(verb.mode, "")
    elif verb.mode in "fF":
        digits = _fixed(magnitude, 6 if verb.precision is None else verb.precision)
    elif verb.mode in "eE":
        digits = _scientific(magnitude, 6 if verb.precision is None else verb.precision, verb.mode)
    else:
        digits = _general(magnitude, verb.precision, "e" if verb.mode == "g" else "E")
    missing = max((verb.width or 0) - len(sign) - len(digits), 0)
    whole = verb.mode in "bdoxX"
    zeros = "0" in verb.flags and not (whole and (verb.precision is not None or "-" in verb.flags))
    if "-" in verb.flags and not zeros:
        return sign + digits + " " * missing
    return sign + "0" * missing + digits if zeros else " " * missing + sign + digits


def _integer(verb: _Verb, magnitude: int) -> str:
    if verb.precision is None:
        return format(magnitude, verb.mode)
    return "" if verb.precision == 0 and not magnitude else format(magnitude, verb.mode).rjust(verb.precision, "0")


def _fixed(magnitude: Number, places: int) -> str:
    exact = number.exact(magnitude)
    scaled = round(exact * 10**places)
    digits = str(scaled).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def _scientific(magnitude: Number, places: int, letter: str) -> str:
    digits, exponent = _digits(magnitude, places + 1)
    mantissa = digits[0] + ("." + digits[1:].ljust(places, "0") if places else "")
    return f"{mantissa}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _general(magnitude: Number, precision: int | None, letter: str) -> str:
    """``%g``: scientific below 1e-4, and from as many digits on as are asked for, else from six."""
    sign = "-" if magnitude < 0 else ""
    magnitude = abs(magnitude) if isinstance(magnitude, int) else magnitude.copy_abs()
    if precision is None:
        digits, exponent = _digits(magnitude, None)
        most = 6
    else:
        digits, exponent = _digits(magnitude, precision or 1)
        digits = digits.rstrip("0") or "0"
        most = precision or 1
        if most > len(digits) > exponent:
            most = len(digits)
    if exponent < -4 or exponent >= most:  # noqa: PLR2004 — as in C
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{mantissa}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}" if digits != "0" else "0"
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    rest = digits[exponent + 1 :]
    return sign + whole + ("." + rest if rest else "")


def _digits(magnitude: Number, wanted: int | None) -> tuple[str, int]:
    """The significant digits of a number, rounded to as many as are wanted, and its decimal exponent."""
    if not magnitude:
        return "0" * (wanted or 1), 0
    if wanted is None:
        written = number.text(magnitude)
        whole, _, rest = written.partition(".")
        together = (whole + rest).lstrip("0")
        exponent = len(whole.lstrip("0")) - 1 if whole.strip("0") else -(len(rest) - len(rest.lstrip("0"))) - 1
        return together.rstrip("0"), exponent
    exact = number.exact(magnitude)
    exponent = _digits(magnitude, None)[1]
    scaled = round(exact / Fraction(10) ** (exponent - wanted + 1))
    if len(str(scaled)) > wanted:
        exponent += 1
        scaled = round(exact / Fraction(10) ** (exponent - wanted + 1))
    return str(scaled), exponent


FUNCTIONS: Mapping[str, Callable[..., Value]] = {"format": _format, "formatlist": _format_list}
