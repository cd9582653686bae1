"""SHA-256 without OpenSSL, which takes longer to load than all that is ever digested here."""

from __future__ import annotations

from functools import cache
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def sha256(data: bytes) -> str:
    """The digest of some bytes, in hexadecimal."""
    digest: str = _function()(data).hexdigest()
    return digest


@cache
def _function() -> Callable[[bytes], Any]:
    # the names of CPython's own implementation, from 3.12 on and before; `random` does the same
    for module in ("_sha2", "_sha256", "hashlib"):
        try:
            made: Callable[[bytes], Any] = import_module(module).sha256
        except ImportError:
            continue
        return made
    raise AssertionError("hashlib is always there")
