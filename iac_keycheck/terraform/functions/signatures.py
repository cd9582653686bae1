"""What each of Terraform's built-in functions takes and gives, and which module computes it."""

from __future__ import annotations

from collections.abc import Mapping

from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf, MapOf, SetOf, Type
from iac_keycheck.records import dataclass

Parameter = tuple[str, Type]


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's parameters and result; ``more`` is the parameter that takes all further arguments.

    ``nullable``: arguments may be null, and come with their types then. ``partial``: it is computed with what is known
    of its arguments, otherwise only with arguments that are known in full. ``keeps``: it passes elements on as they
    are, with whose name they are.
    """

    module: str
    parameters: tuple[Parameter, ...]
    result: Type
    more: Parameter | None = None
    nullable: bool = False
    partial: bool = False
    keeps: bool = False


_LIST = ListOf(ANY)
_SET = SetOf(ANY)
_STR = (("str", STRING),)
_LIST_OF_ANY = (("list", _LIST),)
_VALUE = (("value", ANY),)


def _text(parameters: tuple[Parameter, ...] = _STR, result: Type = STRING, *, partial: bool = False) -> Signature:
    return Signature("text_functions", parameters, result, partial=partial)


def _collection(  # noqa: PLR0913 — the columns of the table
    module: str,
    parameters: tuple[Parameter, ...],
    result: Type,
    more: Parameter | None = None,
    *,
    nullable: bool = False,
    keeps: bool = True,
) -> Signature:
    return Signature(f"{module}_functions", parameters, result, more, nullable, partial=True, keeps=keeps)


def _set(parameters: tuple[Parameter, ...], more: Parameter | None = None) -> Signature:
    return Signature("set_functions", parameters, _SET, more, partial=True, keeps=True)


def _numeric(parameters: tuple[Parameter, ...] = (("num", NUMBER),), more: Parameter | None = None) -> Signature:
    return Signature("numeric", parameters, NUMBER, more)


def _hash() -> Signature:
    return Signature("hashing", _STR, STRING)


def _file(result: Type = STRING) -> Signature:
    return Signature("file_functions", (("path", STRING),), result)


def _conversion(result: Type) -> Signature:
    return Signature("type_functions", (("v", ANY),), result, nullable=True, partial=True, keeps=True)


def _as_is() -> Signature:
    return Signature("type_functions", _VALUE, ANY, nullable=True, partial=True, keeps=True)


def _impure(*parameters: Parameter, more: Parameter | None = None) -> Signature:
    return Signature("", parameters, STRING, more)


SIGNATURES: Mapping[str, Signature] = {
    "abs": _numeric(),
    "abspath": _file(),
    "alltrue": _collection("summary", (("list", ListOf(BOOL)),), BOOL, keeps=False),
    "anytrue": _collection("summary", (("list", ListOf(BOOL)),), BOOL, keeps=False),
    "base64decode": Signature("encoding", _STR, STRING),
    "base64encode": Signature("encoding", _STR, STRING),
    "base64gzip": _impure(*_STR),  # its bytes depend on the library that compresses
    "base64sha256": _hash(),
    "base64sha512": _hash(),
    "basename": _file(),
    "bcrypt": _impure(*_STR, more=("cost", NUMBER)),
    "ceil": _numeric(),
    "chomp": _text(),
    "chunklist": _collection("list", (("list", _LIST), ("size", NUMBER)), ListOf(_LIST)),
    "cidrhost": Signature("network", (("prefix", STRING), ("hostnum", NUMBER)), STRING),
    "cidrnetmask": Signature("network", (("prefix", STRING),), STRING),
    "cidrsubnet": Signature("network", (("prefix", STRING), ("newbits", NUMBER), ("netnum", NUMBER)), STRING),
    "cidrsubnets": Signature("network", (("prefix", STRING),), ListOf(STRING), ("newbits", NUMBER)),
    "coalesce": _collection("choice", (), ANY, ("vals", ANY), nullable=True),
    "coalescelist": _collection("choice", (), ANY, ("vals", ANY), nullable=True),
    "compact": _collection("list", (("list", ListOf(STRING)),), ListOf(STRING)),
    "concat": _collection("list", (), ANY, ("seqs", ANY)),
    "contains": _collection("summary", (("list", ANY), ("value", ANY)), BOOL, keeps=False),
    "csvdecode": Signature("encoding", _STR, ANY),
    "dirname": _file(),
    "distinct": _collection("list", _LIST_OF_ANY, _LIST),
    "element": _collection("choice", (("list", ANY), ("index", NUMBER)), ANY),
    "endswith": _text((("str", STRING), ("suffix", STRING)), BOOL, partial=True),
    "ephemeralasnull": _as_is(),
    "file": _file(),
    "filebase64": _file(),
    "filebase64sha256": _file(),
    "filebase64sha512": _file(),
    "fileexists": _file(BOOL),
    "filemd5": _file(),
    "fileset": Signature("file_functions", (("path", STRING), ("pattern", STRING)), SetOf(STRING)),
    "filesha1": _file(),
    "filesha256": _file(),
    "filesha512": _file(),
    "flatten": _collection("list", (("list", ANY),), ANY),
    "floor": _numeric(),
    "format": Signature("formatting", (("format", STRING),), STRING, ("args", ANY), nullable=True, partial=True),
    "formatdate": Signature("time_functions", (("format", STRING), ("time", STRING)), STRING),
    "formatlist": Signature(
        "formatting", (("format", STRING),), ListOf(STRING), ("args", ANY), nullable=True, partial=True
    ),
    "indent": _text((("spaces", NUMBER), ("str", STRING))),
    "index": _collection("summary", (("list", ANY), ("value", ANY)), NUMBER, keeps=False),
    "issensitive": Signature("type_functions", _VALUE, BOOL, nullable=True, partial=True),
    "join": _collection("summary", (("separator", STRING),), STRING, ("lists", ListOf(STRING))),
    "jsondecode": Signature("encoding", _STR, ANY, partial=True),
    "jsonencode": Signature("encoding", (("val", ANY),), STRING, nullable=True),
    "keys": _collection("map", (("inputMap", ANY),), ANY, keeps=False),
    "length": _collection("summary", _VALUE, NUMBER, keeps=False),
    "log": _numeric((("num", NUMBER), ("base", NUMBER))),
    "lookup": _collection("choice", (("inputMap", ANY), ("key", STRING)), ANY, ("default", ANY), nullable=True),
    "lower": _text(partial=True),
    "matchkeys": _collection("map", (("values", _LIST), ("keys", _LIST), ("searchset", _LIST)), _LIST),
    "max": _numeric((), ("numbers", NUMBER)),
    "md5": _hash(),
    "merge": _collection("map", (), ANY, ("maps", ANY), nullable=True),
    "min": _numeric((), ("numbers", NUMBER)),
    "nonsensitive": _as_is(),
    "one": _collection("choice", (("list", ANY),), ANY),
    "parseint": _numeric((("number", ANY), ("base", NUMBER))),
    "pathexpand": _file(),
    "plantimestamp": _impure(),
    "pow": _numeric((("num", NUMBER), ("power", NUMBER))),
    "range": Signature("list_functions", (), ListOf(NUMBER), ("params", NUMBER)),
    "regex": Signature("pattern_functions", (("pattern", STRING), ("string", STRING)), ANY),
    "regexall": Signature("pattern_functions", (("pattern", STRING), ("string", STRING)), _LIST),
    "replace": _text((("str", STRING), ("substr", STRING), ("replace", STRING))),
    "reverse": _collection("list", (("list", ANY),), ANY),
    "rsadecrypt": _impure(("ciphertext", STRING), ("privatekey", STRING)),
    "sensitive": _as_is(),
    "setintersection": _set((("first_set", _SET),), ("other_sets", _SET)),
    "setproduct": Signature("set_functions", (), ANY, ("sets", ANY), partial=True, keeps=True),
    "setsubtract": _set((("a", _SET), ("b", _SET))),
    "setunion": _set((("first_set", _SET),), ("other_sets", _SET)),
    "sha1": _hash(),
    "sha256": _hash(),
    "sha512": _hash(),
    "signum": _numeric(),
    "slice": _collection("list", (("list", ANY), ("start_index", NUMBER), ("end_index", NUMBER)), ANY),
    "sort": _collection("list", (("list", ListOf(STRING)),), ListOf(STRING)),
    "split": _text((("separator", STRING), ("str", STRING)), ListOf(STRING)),
    "startswith": _text((("str", STRING), ("prefix", STRING)), BOOL, partial=True),
    "strcontains": _text((("str", STRING), ("substr", STRING)), BOOL, partial=True),
    "strrev": _text(),
    "substr": _text((("str", STRING), ("offset", NUMBER), ("length", NUMBER)), partial=True),
    "sum": _collection("summary", (("list", ANY),), NUMBER, keeps=False),
    "templatefile": Signature("file_functions", (("path", STRING), ("vars", ANY)), ANY, partial=True, keeps=True),
    "templatestring": Signature(
        "file_functions", (("template", STRING), ("vars", ANY)), STRING, partial=True, keeps=True
    ),
    "textdecodebase64": Signature("encoding", (("source", STRING), ("encoding", STRING)), STRING),
    "textencodebase64": Signature("encoding", (("string", STRING), ("encoding", STRING)), STRING),
    "timeadd": Signature("time_functions", (("timestamp", STRING), ("duration", STRING)), STRING),
    "timecmp": Signature("time_functions", (("timestamp_a", STRING), ("timestamp_b", STRING)), NUMBER),
    "timestamp": _impure(),
    "title": _text(),
    "tobool": _conversion(BOOL),
    "tolist": _conversion(_LIST),
    "tomap": _conversion(MapOf(ANY)),
    "tonumber": _conversion(NUMBER),
    "toset": _conversion(_SET),
    "tostring": _conversion(STRING),
    "transpose": Signature("map_functions", (("values", MapOf(ListOf(STRING))),), MapOf(ListOf(STRING))),
    "trim": _text((("str", STRING), ("cutset", STRING))),
    "trimprefix": _text((("str", STRING), ("prefix", STRING)), partial=True),
    "trimspace": _text(),
    "trimsuffix": _text((("str", STRING), ("suffix", STRING)), partial=True),
    "upper": _text(partial=True),
    "urlencode": Signature("encoding", _STR, STRING),
    "uuid": _impure(),
    "uuidv5": Signature("hashing", (("namespace", STRING), ("name", STRING)), STRING),
    "values": _collection("map", (("mapping", ANY),), ANY),
    "yamldecode": Signature("encoding", (("src", STRING),), ANY),
    "yamlencode": Signature("encoding", _VALUE, STRING, nullable=True),
    "zipmap": _collection("map", (("keys", ListOf(STRING)), ("values", ANY)), ANY),
}
