"""Functions on files of the scan and on paths. A file outside of the scan is opaque."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import partial

from iac_keycheck.deciding.shapes import ANY, BOOL, STRING, MapOf, ObjectOf, SetOf, Type
from iac_keycheck.deciding.terms import apply, concat
from iac_keycheck.deciding.values import Entries, Refused, Unknown, Value
from iac_keycheck.terraform.functions.arguments import invalid, normal, opaque, within_text
from iac_keycheck.terraform.set_order import make_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.terraform.functions import Files

_OUTSIDE = "the file lies outside of the scanned directories"


def _outside(name: str, path: str, type_: Type = STRING) -> Value:
    return opaque(f'{name}("{path}")', _OUTSIDE, type_)


def _is_open(files: Files, path: str) -> bool:
    return not path.startswith("~") and files.contains(path)


def _read(files: Files, path: str) -> bytes:
    if not files.exists(path):
        hint = "this function works only with files of the configuration itself"
        raise invalid("path", f"no file exists at {path}; {hint}")
    return files.read(path)


def _text(files: Files, path: str) -> str:
    try:
        return normal(_read(files, path).decode())
    except UnicodeDecodeError as error:
        raise Refused(f"contents of {path} are not valid UTF-8; use the filebase64 function instead") from error


def _file(files: Files, path: str) -> Value:
    return _text(files, path) if _is_open(files, path) else _outside("file", path)


def _file_base64(files: Files, path: str) -> Value:
    if not _is_open(files, path):
        return _outside("filebase64", path)
    from base64 import b64encode  # noqa: PLC0415 — rare

    data = _read(files, path)
    within_text(len(data) * 4 // 3)
    return b64encode(data).decode()


def _hash(name: str, algorithm: str, files: Files, path: str, *, as_base64: bool = False) -> Value:
    if not _is_open(files, path):
        return _outside(name, path)
    from iac_keycheck.terraform.functions.hashing import digest  # noqa: PLC0415 — rare

    return digest(algorithm, _read(files, path), as_base64=as_base64)


def _file_exists(files: Files, path: str) -> Value:
    return files.exists(path) if _is_open(files, path) else _outside("fileexists", path, BOOL)


def _file_set(files: Files, path: str, pattern: str) -> Value:
    if not _is_open(files, path) or not _is_open(files, posixpath.join(path, pattern)):
        return _outside("fileset", posixpath.join(path, pattern), SetOf(STRING))
    return make_set(map(normal, files.glob(path, pattern)), STRING)


def _template_file(files: Files, path: str | Unknown, variables: Value) -> Value:
    if isinstance(path, Unknown):
        return apply("templatefile", (path, variables))
    if not _is_open(files, path):
        return _outside("templatefile", path, ANY)
    return _rendered(files, "templatefile", _text(files, path), variables, path)


def _template_string(files: Files, template: str | Unknown, variables: Value) -> Value:
    if isinstance(template, Unknown):
        return apply("templatestring", (template, variables), STRING, not_null=True)
    return _rendered(files, "templatestring", template, variables, "<templatestring argument>")


def _rendered(files: Files, function: str, template: str, variables: Value, name: str) -> Value:
    match variables:
        case Entries():
            for variable in variables.entries:
                if variable.startswith("-") or not variable.replace("-", "_").isidentifier():
                    raise invalid("vars", f'invalid template variable name "{variable}"')
            return files.render(template, variables, name)
        case Unknown(type=kind) if kind == ANY or isinstance(kind, MapOf | ObjectOf):
            return apply(function, (template, variables), STRING)
        case _:
            raise invalid("vars", "invalid vars value: must be a map")


def _basename(_files: Files, path: str) -> Value:
    stripped = path.rstrip("/")
    return posixpath.basename(stripped) or ("/" if path else ".")


def _dirname(_files: Files, path: str) -> Value:
    head = path[: path.rfind("/") + 1]
    return _clean(head)


def _clean(path: str) -> str:
    cleaned = posixpath.normpath(path) if path else "."
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _absolute(files: Files, path: str) -> Value:
    return _clean(posixpath.join(files.cwd, path))


def _expanded(_files: Files, path: str) -> Value:
    if not path.startswith("~"):
        return path
    if path[1:2] not in {"", "/", "\\"}:
        raise Refused("cannot expand user-specific home dir")
    home = opaque('pathexpand("~")', "the home directory is that of whoever runs Terraform", STRING)
    return concat([home, "/" + path[2:]]) if path[2:] else home


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "abspath": _absolute,
    "basename": _basename,
    "dirname": _dirname,
    "file": _file,
    "filebase64": _file_base64,
    "filebase64sha256": partial(_hash, "filebase64sha256", "sha256", as_base64=True),
    "filebase64sha512": partial(_hash, "filebase64sha512", "sha512", as_base64=True),
    "fileexists": _file_exists,
    "filemd5": partial(_hash, "filemd5", "md5"),
    "fileset": _file_set,
    "filesha1": partial(_hash, "filesha1", "sha1"),
    "filesha256": partial(_hash, "filesha256", "sha256"),
    "filesha512": partial(_hash, "filesha512", "sha512"),
    "pathexpand": _expanded,
    "templatefile": _template_file,
    "templatestring": _template_string,
}
