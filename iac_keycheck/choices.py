"""What the person who scans chooses: values of inputs, rules, the clock."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from datetime import datetime

from iac_keycheck.limits import Limits
from iac_keycheck.misuse import Misuse
from iac_keycheck.records import dataclass, field

__all__ = ["Choices", "Misuse", "without_place"]


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a scan that are not about output.

    ``variables`` are ``k=v`` of Terraform variables, ``inputs`` are ``NAME=JSON`` or ``DIR:NAME=JSON``; ``var_files``,
    ``parameters`` and ``worlds`` are paths of files. ``as_of`` is in UTC. ``ignores`` is False to let no comment
    suppress a finding.

    ``frameworks`` are names of frameworks whose controls are asked about: the rules that speak of them run, and those
    of ``rules``.

    ``baseline`` is the path of a file of known findings. ``excludes`` are patterns as in ``.gitignore``, for paths
    from the working directory, as are the first ones of ``accounts``, which give deployments an account;
    ``gitignore`` is False to look at what ``.gitignore`` files leave out as well. ``severities`` are by rule.
    ``changed_since`` is a revision of git: only what touches files changed since then is reported. ``overlay`` has
    bytes that take the place of files.
    """

    variables: tuple[str, ...] = ()
    var_files: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    worlds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    rules_dir: tuple[str, ...] = ()
    as_of: datetime | None = None
    ignores: bool = True
    jobs: int = 1
    baseline: str | None = None
    excludes: tuple[str, ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()
    changed_since: str | None = None
    gitignore: bool = True
    severities: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    overlay: Mapping[str, bytes] = field(default_factory=dict)


def without_place(name: str, *places: str) -> str | None:
    """The name of an input without one of these places and a colon before it; None where none of them is there."""
    # an address, a dynamic reference and a directory may all have colons in them
    for index, character in enumerate(name):
        if character == ":" and posixpath.normpath(name[:index]) in places:
            return name[index + 1 :]
    return None
