"""What the person who scans chooses: values of inputs, rules, the clock."""

from __future__ import annotations

from datetime import datetime

from iac_keycheck.records import dataclass


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a scan that are not about output.

    ``variables`` are ``k=v`` of Terraform variables, ``inputs`` are ``NAME=JSON`` or ``DIR:NAME=JSON``; ``var_files``,
    ``parameters`` and ``worlds`` are paths of files. ``as_of`` is in UTC. ``ignores`` is False to let no comment
    suppress a finding.
    """

    variables: tuple[str, ...] = ()
    var_files: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    worlds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    rules_dir: tuple[str, ...] = ()
    as_of: datetime | None = None
    ignores: bool = True
    jobs: int = 1


class Misuse(Exception):
    """An option that cannot be carried out as given: ends the run with code 2."""
