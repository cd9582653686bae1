"""Where the built-in rules are, and what can be told of them without loading any."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Final

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "IKC_AWS_0006": (
        "iam:AccessKeysCount",
        "iam:accessKeysCount",
        "iam:accesskeyscount",
        "ACCESS_KEYS_ROTATED",
        "IAM_USER_UNUSED_CREDENTIALS_CHECK",
    ),
    "IKC_AWS_0008": ("create-access-key", "createAccessKey", "create_access_key", "CreateAccessKeyCommand"),
}
"""What rules look for besides users and keys, by their ids: the ``words`` of their metadata."""
_SUFFIX: Final = ".py"


def folder() -> str:
    """Their folder: in the installed package, or beside the package in a checkout."""
    package = os.path.dirname(os.path.dirname(__file__))
    inside = os.path.join(package, "rules")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "rules")


def ids() -> frozenset[str]:
    """Their ids, which are the names of their files."""
    names = os.listdir(folder())
    return frozenset(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX) and name[0] != "_")


def words(chosen: Collection[str] = (), skipped: Collection[str] = ()) -> tuple[str, ...]:
    """What those ``chosen`` (all where none is) and not ``skipped`` look for, all of them ids."""
    wanted = (said for name, said in WORDS.items() if (not chosen or name in chosen) and name not in skipped)
    return tuple(word for said in wanted for word in said)
