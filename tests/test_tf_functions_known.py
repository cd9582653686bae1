"""Built-in functions, conversions and operators on known values: each line says what an expression equals.

Where `terraform` is on the path, it is asked whether it says so too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from iac_keycheck.deciding.values import Refused
from iac_keycheck.terraform import functions
from tests.tf_values import shape_of, value_of

_TEXTS = Path(__file__).with_name("terraform_lines")


def _read(name: str) -> list[str]:
    lines = (_TEXTS / name).read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line and not line.startswith("#")]


_LINES = _read("equal.txt")
_ERRORS = _read("refused.txt")


def _sides(line: str) -> tuple[str, str]:
    expression, _, expected = line.partition(" === ")
    return expression, expected


@pytest.mark.parametrize("line", _LINES)
def test_an_expression_equals_what_the_line_says(line: str) -> None:
    expression, expected = _sides(line)
    assert shape_of(value_of(expression)) == shape_of(value_of(expected))


@pytest.mark.parametrize("expression", _ERRORS)
def test_an_expression_that_terraform_reports_an_error_for_is_refused(expression: str) -> None:
    with pytest.raises(Refused):
        value_of(expression)


def test_every_function_that_needs_no_file_and_no_clock_has_a_line() -> None:
    elsewhere = {
        "abspath", "base64gzip", "base64sha512", "bcrypt", "can", "ephemeralasnull", "file", "filebase64",
        "filebase64sha256", "filebase64sha512", "fileexists", "filemd5", "fileset", "filesha1", "filesha256",
        "filesha512", "issensitive", "pathexpand", "plantimestamp", "rsadecrypt", "sha512", "templatefile",
        "templatestring", "timestamp", "try", "uuid",
    }  # fmt: skip
    assert {name for name in functions.NAMES if not re.search(rf"\b{name}\(", "\n".join(_LINES))} == elsewhere


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the path")
def test_terraform_agrees_with_every_line(tmp_path: Path) -> None:
    outputs = [f"[{left}, {right}]" for left, right in map(_sides, _LINES)]
    outputs += [f"[can({expression}), false]" for expression in _ERRORS]
    block = 'output "o%d" {\n  sensitive = true\n  value = %s\n}\n'
    (tmp_path / "lines.tf").write_text("".join(block % pair for pair in enumerate(outputs)), encoding="utf-8")
    _terraform(tmp_path, "plan", "-out=plan")
    told = json.loads(_terraform(tmp_path, "show", "-json", "plan"))["planned_values"]["outputs"]
    both = [told[f"o{index}"] for index in range(len(outputs))]
    agreed = [side["value"][0] == side["value"][1] and _same(*side["type"][1]) for side in both]
    assert [line for line, same in zip([*_LINES, *_ERRORS], agreed, strict=True) if not same] == []


def _terraform(folder: Path, *arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    done = subprocess.run(["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True)  # noqa: PLW1510
    assert done.returncode == 0, done.stderr
    return done.stdout


def _same(left: Any, right: Any) -> bool:  # noqa: ANN401 — a type in JSON
    """Whether two types are one, where that of null is any."""
    match left, right:
        case ("dynamic", _) | (_, "dynamic"):
            return True
        case [kind, dict(some)], [other, dict(others)]:
            return kind == other and some.keys() == others.keys() and all(_same(some[key], others[key]) for key in some)
        case ["tuple", some], ["tuple", others]:
            return len(some) == len(others) and all(map(_same, some, others))
        case [kind, inner], [other, others]:
            return kind == other and _same(inner, others)
        case _:
            return bool(left == right)
