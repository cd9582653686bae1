"""The analyzer as these tests see it: the JSON report of its command line, and its evaluation of one expression."""

from __future__ import annotations

import importlib
import json
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = Any


class Missing(Exception):
    """The analyzer, or the part of it that is asked, is not there."""


class NotDecided(Exception):
    """The analyzer gives an expression no known value."""


class Level(IntEnum):
    """How certain a finding is; `NONE` is no finding."""

    NONE = 0
    POSSIBLE = 1
    DEFAULT = 2
    ALWAYS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One instance of a finding: about one user."""

    rule: str
    user: str | None
    address: str | None
    keys: tuple[str, ...]
    level: Level
    worlds: tuple[str, ...]
    witness: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Undecided:
    """What the analyzer leaves open."""

    rules: tuple[str, ...]
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the analyzer says about a folder; ``crash`` is the end of the trace if it says nothing."""

    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
    problems: tuple[str, ...]
    crash: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that an expression may use: its type constraint and its value."""

    type: str
    value: Json


def report(folder: Path, arguments: Sequence[str] = ()) -> Report:
    """The analyzer's report on ``folder``. Raises `Missing`."""
    try:
        cli = importlib.import_module("iac_keycheck.command.cli")
        testing = importlib.import_module("click.testing")
    except ImportError as error:
        raise Missing(str(error)) from error
    result = testing.CliRunner().invoke(cli.main, ["scan", str(folder), "--format", "json", *arguments])
    if isinstance(result.exception, ImportError):
        raise Missing(str(result.exception)) from result.exception
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return Report((), (), (), "".join(traceback.format_exception(result.exception)[-3:]))
    return parsed(json.loads(result.stdout))


def parsed(document: Mapping[str, Json]) -> Report:
    """The report in the project's JSON form."""
    return Report(
        tuple(
            Finding(
                rule=finding["rule_id"],
                user=instance["user"]["name"],
                address=instance["user"]["address"],
                keys=tuple(instance["keys"]),
                level=Level[instance["certainty"].upper()],
                worlds=tuple(instance["worlds"]),
                witness=instance["witness"],
            )
            for finding in document["findings"]
            for instance in finding["instances"]
        ),
        tuple(
            Undecided(tuple(entry["rule_ids"]), str(entry["subject"]), entry["reason"])
            for entry in document["undecided"]
        ),
        tuple(f"{problem['kind']}: {problem['message']}" for problem in document["problems"]),
    )


def evaluate(expression: str, variables: Mapping[str, Variable]) -> tuple[Json, Json] | str:
    """Value and type of a Terraform expression by the analyzer, in Terraform's JSON forms; or the error.

    Raises `Missing`, and `NotDecided` where the analyzer knows no value.
    """
    try:
        expressions = importlib.import_module("tests.oracle.analyzer_expressions")
    except ImportError as error:
        raise Missing(str(error)) from error
    try:
        answer: tuple[Json, Json] | str = expressions.answer(
            expression, {name: (variable.type, variable.value) for name, variable in variables.items()}
        )
    except expressions.NotDecided as undecided:
        raise NotDecided(str(undecided)) from undecided
    return answer
