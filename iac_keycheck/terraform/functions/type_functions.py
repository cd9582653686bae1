"""``tostring`` and the other conversions, and functions about marks that values do not have here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from json import dumps

from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf, MapOf, SetOf, Type
from iac_keycheck.deciding.values import Null, Refused, Value, plain, type_of, untyped
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.common_type import friendly
from iac_keycheck.terraform.functions.arguments import invalid, opaque


def _converted(wanted: Type, value: Value | Null) -> Value | Null:
    try:
        if value is None or isinstance(value, Null):
            return conversions.converted_null(value, wanted)
        return conversions.convert(value, wanted)
    except Refused as error:
        given = plain(untyped(value))
        if isinstance(given, str) and wanted == BOOL:
            problem = f'cannot convert {dumps(given)} to bool; only the strings "true" or "false" are allowed'
        elif isinstance(given, str) and wanted == NUMBER:
            rule = "given string must be a decimal representation of a number"
            problem = f"cannot convert {dumps(given)} to number; {rule}"
        else:
            problem = f"cannot convert {friendly(type_of(value))} to {friendly(wanted)}"
        raise invalid("v", problem) from error


def _as_is(value: Value | Null) -> Value | Null:
    return value


def _is_sensitive(_value: Value | Null) -> Value:
    return opaque("issensitive(…)", "which values are sensitive is not followed through expressions", BOOL)


FUNCTIONS: Mapping[str, Callable[..., Value | Null]] = {
    "ephemeralasnull": _as_is,
    "issensitive": _is_sensitive,
    "nonsensitive": _as_is,
    "sensitive": _as_is,
    "tobool": partial(_converted, BOOL),
    "tolist": partial(_converted, ListOf(ANY)),
    "tomap": partial(_converted, MapOf(ANY)),
    "tonumber": partial(_converted, NUMBER),
    "toset": partial(_converted, SetOf(ANY)),
    "tostring": partial(_converted, STRING),
}
