"""Functions that write and read other formats: JSON, YAML, CSV, Base64, URLs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from iac_keycheck.deciding.shapes import STRING, ObjectOf
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import Apply, Entries, Null, Refused, Unknown, Value, untyped
from iac_keycheck.terraform.conversions import make_list
from iac_keycheck.terraform.functions.arguments import invalid, normal
from iac_keycheck.terraform.functions.json_text import json_text, json_value, through_json
from iac_keycheck.terraform.measure import within_measure
from iac_keycheck.terraform.typed_nulls import NULL

_CODECS = {
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (*range(1, 11), *range(13, 17))},
    **{f"windows-{page}": f"cp{page}" for page in (874, *range(1250, 1259))},
    **{name: name for name in ("big5", "euc-jp", "euc-kr", "gbk", "gb18030", "iso-2022-jp", "shift_jis")},
    **{name: name for name in ("koi8-r", "koi8-u")},
    "us-ascii": "ascii",
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "ibm437": "cp437",
    "ibm850": "cp850",
    "ibm852": "cp852",
    "ibm866": "cp866",
    "macintosh": "mac-roman",
    "latin1": "iso8859-1",
}
"""Names that IANA gives to encodings of texts."""


def _base64_decode(text: str) -> Value:
    try:
        return normal(_decoded(text).decode())
    except UnicodeDecodeError as error:
        raise Refused("the result of decoding the provided string is not valid UTF-8") from error
    except ValueError as error:
        raise Refused("failed to decode base64 data") from error


def _decoded(text: str) -> bytes:
    # new lines do not count
    return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)


def _base64_encode(text: str) -> Value:
    return base64.b64encode(text.encode()).decode()


def _text_encode(text: str, encoding: str) -> Value:
    codec = _codec(encoding)
    try:
        encoded = b"\xfe\xff" + text.encode("utf-16-be") if codec == "utf-16" else text.encode(codec)
    except UnicodeEncodeError as error:
        problem = f"the given string contains characters that cannot be represented in {encoding}"
        raise invalid("string", problem) from error
    return base64.b64encode(encoded).decode()


def _text_decode(text: str, encoding: str) -> Value:
    codec = _codec(encoding)
    try:
        encoded = _decoded(text)
    except ValueError as error:
        raise invalid("source", "the given value has an invalid base64 symbol") from error
    if codec == "utf-16" and encoded[:2] not in {b"\xfe\xff", b"\xff\xfe"}:
        codec = "utf-16-be"
    try:
        decoded = encoded.decode(codec)
    except UnicodeDecodeError as error:
        raise invalid("source", f"the given string contains symbols that are not defined for {encoding}") from error
    return normal(decoded)


def _codec(encoding: str) -> str:
    codec = _CODECS.get(encoding.lower())
    if codec is None:
        raise invalid("encoding", f'"{encoding}" is not a supported IANA encoding name or alias')
    return codec


def _url_encode(text: str) -> Value:
    from urllib.parse import quote_plus  # noqa: PLC0415 — rare

    return quote_plus(text, safe="")


def _json_encode(given: Value | Null) -> Value:
    return normal(json_text(within_measure(untyped(given))))


def _json_decode(text: str | Unknown) -> Value | Null:
    match text:
        case str():
            value = json_value(text)
            return NULL if value is None else value
        case Unknown(term=Apply("jsonencode", (value,))):
            return through_json(value)
        case _:
            return apply("jsondecode", (text,))


def _csv_decode(text: str) -> Value:
    from iac_keycheck.terraform.functions.csv_text import records  # noqa: PLC0415 — rare

    rows = records(text)
    if not rows:
        raise Refused("missing header line")
    header = rows[0]
    seen: set[str] = set()
    for name in header:
        if name in seen:
            raise Refused(f'duplicate column name "{name}"')
        seen.add(name)
    if any(len(row) != len(header) for row in rows):
        raise Refused("CSV parse error: wrong number of fields")
    columns = sorted(range(len(header)), key=header.__getitem__)
    kind = ObjectOf({header[column]: STRING for column in columns})
    objects = (Entries("object", {header[column]: normal(row[column]) for column in columns}) for row in rows[1:])
    return make_list(objects, kind)


def _yaml_decode(text: str) -> Value | Null:
    from iac_keycheck.terraform.functions.yaml_text import yaml_value  # noqa: PLC0415 — loads pyyaml

    # libyaml takes no text of a class of its own, as made-up ones are
    value = yaml_value(str(text))
    return NULL if value is None else value


def _yaml_encode(given: Value | Null) -> Value:
    from iac_keycheck.terraform.functions.yaml_text import yaml_text  # noqa: PLC0415 — loads pyyaml

    return normal(yaml_text(within_measure(untyped(given))))


FUNCTIONS: Mapping[str, Callable[..., Value | Null]] = {
    "base64decode": _base64_decode,
    "base64encode": _base64_encode,
    "csvdecode": _csv_decode,
    "jsondecode": _json_decode,
    "jsonencode": _json_encode,
    "textdecodebase64": _text_decode,
    "textencodebase64": _text_encode,
    "urlencode": _url_encode,
    "yamldecode": _yaml_decode,
    "yamlencode": _yaml_encode,
}
