"""Hashes of texts, and identifiers made from names."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial

from iac_keycheck.deciding.values import Value
from iac_keycheck.terraform.functions.arguments import invalid

_SPACES = {"dns": "6ba7b810", "url": "6ba7b811", "oid": "6ba7b812", "x500": "6ba7b814"}
_SPACE_REST = "-9dad-11d1-80b4-00c04fd430c8"


def digest(name: str, data: bytes, *, as_base64: bool = False) -> str:
    """The digest of some bytes, in hexadecimal or Base64."""
    made = hashlib.new(name, data, usedforsecurity=False)
    return b64encode(made.digest()).decode() if as_base64 else made.hexdigest()


def _hash(name: str, text: str, *, as_base64: bool = False) -> Value:
    return digest(name, text.encode(), as_base64=as_base64)


def _uuidv5(namespace: str, name: str) -> Value:
    from uuid import UUID, uuid5  # noqa: PLC0415 — rare

    try:
        space = UUID(_SPACES[namespace] + _SPACE_REST if namespace in _SPACES else namespace)
    except ValueError as error:
        raise invalid("namespace", f"uuidv5() doesn't support namespace {namespace}") from error
    return str(uuid5(space, name))


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "base64sha256": partial(_hash, "sha256", as_base64=True),
    "base64sha512": partial(_hash, "sha512", as_base64=True),
    "md5": partial(_hash, "md5"),
    "sha1": partial(_hash, "sha1"),
    "sha256": partial(_hash, "sha256"),
    "sha512": partial(_hash, "sha512"),
    "uuidv5": _uuidv5,
}
