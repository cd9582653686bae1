"""Value and type of Terraform expressions, told by the real `terraform`.

Every expression becomes an output of one root module, in a file of its own: an error names its file, so that all
expressions which fail are known after one or two plans, and the values and types of the rest are in the last.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

from tests.oracle.analyzer import Json, Variable
from tests.oracle.terraform_program import Diagnostic, Terraform, errors

_BATCH: Final = 250
_PROCESSES: Final = 2


@dataclass(frozen=True, slots=True)
class Value:
    """A value and its type, in Terraform's JSON forms; numbers that are no integers are `Decimal`."""

    value: Json
    type: Json


@dataclass(frozen=True, slots=True)
class Failure:
    """The expression has no value."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Terraform tells neither a value nor an error in the expression: it leaves it unknown, or breaks down itself."""

    reason: str


Answer: TypeAlias = Value | Failure | Unsettled

_BREAKDOWN: Final = "panic in function implementation"


def answers(terraform: Terraform, expressions: Sequence[str], variables: Mapping[str, Variable]) -> list[Answer]:
    """What each expression evaluates to."""
    batches = [expressions[start : start + _BATCH] for start in range(0, len(expressions), _BATCH)]
    with ThreadPoolExecutor(_PROCESSES) as pool:
        return [answer for batch in pool.map(partial(_batch, terraform, variables), batches) for answer in batch]


def _batch(terraform: Terraform, variables: Mapping[str, Variable], expressions: Sequence[str]) -> list[Answer]:
    failures: dict[int, Answer] = {}
    with tempfile.TemporaryDirectory(prefix="oracle-expressions-") as name:
        folder = Path(name)
        _write_variables(folder, variables)
        for index, expression in enumerate(expressions):
            # Sensitive, so that sensitive values are no error.
            (folder / f"e{index}.tf").write_text(
                f'output "e{index}" {{\n  sensitive = true\n  value = {expression}\n}}\n'
            )
        while True:
            planned = terraform.run(folder, "plan", "-json", "-input=false", "-lock=false", "-out=.plan")
            if planned.returncode == 0:
                break
            blamed = dict(_blamed(errors(planned.stdout)))
            if not blamed:
                message = f"terraform names no expression: {planned.stdout[-2000:]}{planned.stderr}"
                raise RuntimeError(message)
            for index, reason in blamed.items():
                failures[index] = Unsettled(_BREAKDOWN) if _BREAKDOWN in reason else Failure(reason)
                (folder / f"e{index}.tf").unlink()
        shown = terraform.run(folder, "show", "-json", ".plan")
        plan = json.loads(shown.stdout, parse_float=Decimal)
    outputs: Mapping[str, Any] = plan["planned_values"].get("outputs", {})
    changes: Mapping[str, Any] = plan.get("output_changes", {})
    return [
        failures.get(index) or _value(outputs.get(f"e{index}", {}), changes.get(f"e{index}", {}))
        for index in range(len(expressions))
    ]


def _value(output: Mapping[str, Json], change: Mapping[str, Json]) -> Answer:
    if change.get("after_unknown"):
        return Unsettled("left unknown")
    # A null is left out, and so is the type of a null that has none.
    return Value(output.get("value"), output.get("type", "dynamic"))


def _write_variables(folder: Path, variables: Mapping[str, Variable]) -> None:
    body = "".join(f'variable "{name}" {{\n  type = {variable.type}\n}}\n' for name, variable in variables.items())
    (folder / "variables.tf").write_text(body)
    values = {name: variable.value for name, variable in variables.items()}
    (folder / "terraform.tfvars.json").write_text(json.dumps(values))


def _blamed(diagnostics: Sequence[Diagnostic]) -> Iterator[tuple[int, str]]:
    """The expressions that errors are about; an output that cannot be stored is named in the text only."""
    for diagnostic in diagnostics:
        matched = re.fullmatch(r"e(\d+)\.tf", diagnostic.path) or re.search(
            r'output value "e(\d+)"|output\.e(\d+)\b', f"{diagnostic.summary} {diagnostic.detail}"
        )
        if matched:
            yield int(next(filter(None, matched.groups()))), f"{diagnostic.summary}: {diagnostic.detail}"
