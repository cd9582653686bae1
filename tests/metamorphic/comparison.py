"""One body of code, one change: what is different after it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.expectations import NOT_SCANNED
from tests.metamorphic import cloudformation_changes, terraform_changes
from tests.metamorphic.hcl_text import NotUnderstood
from tests.metamorphic.outcome import committed, in_any_order, is_broken, outcome, report
from tests.metamorphic.terraform_changes import Change, Files
from tests.oracle.random_templates import random_template
from tests.oracle.random_terraform import random_case
from tests.test_fixtures import CASES

CHANGES: Final[Mapping[str, Change]] = {**terraform_changes.CHANGES, **cloudformation_changes.CHANGES}
_VALUES: Final = "with values for variables"
_ORDERS: Final = ("files in another order", "blocks in another order", "keys in another order")
"""Changes by which another of several places comes first."""
EXCEPTIONS: Final[Mapping[tuple[str, str], str]] = {
    (_VALUES, "conditions/a-key-whose-user-is-null-is-refused"): "Terraform refuses the default",
    (_VALUES, "identity/a-choice-of-two-users-by-default"): "a known stage leaves two users, each possible",
    (_VALUES, "identity/a-name-that-a-declared-user-has-in-some-worlds"): "where the value is known, so is the address",
    (_VALUES, "identity/what-an-expression-is-by-default-and-has-a-key-more"): "where the value is known, the user whom"
    " the expression names is no other than the one of that name",
    ("in json", "stacks/resources-of-the-serverless-framework-in-other-files"): "the file that names the others keeps"
    " their names, which end otherwise now",
    **{
        (change, "problems/sections-and-resources-that-are-none"): "a section that stands twice is written once"
        for change in ("in json", "with long intrinsics", "with short intrinsics", "keys in another order")
    },
    ("with one more resource", "problems/sections-and-resources-that-are-none"): "the same",
}
"""Where a change makes a difference that is known, with what it is: the change is made and the difference must stay."""
_INPUT_FILES: Final = ("--var-file", "--parameters", "--world", "--input", "--baseline")
"""Options that name files or inputs of a folder, which changes may move."""


@dataclass(frozen=True, slots=True)
class Code:
    """A body of code with the options that it is scanned with."""

    name: str
    files: Files
    options: tuple[str, ...] = ()


@cache
def fixtures() -> tuple[Code, ...]:
    """All fixtures that are scanned as a whole and hold text alone."""
    return tuple(_fixtures())


def _fixtures() -> Iterator[Code]:
    for case in CASES:
        inside = [path for path in case.folder.rglob("*") if path.is_file() and path.name not in NOT_SCANNED]
        links = any(path.is_symlink() for path in case.folder.rglob("*"))
        if case.paths != (".",) or links or any(option in _INPUT_FILES for option in case.options):
            continue
        try:
            files = {path.relative_to(case.folder).as_posix(): path.read_bytes().decode() for path in inside}
        except UnicodeDecodeError:
            continue
        yield Code(str(case), files, case.options)


def generated(seed: int) -> Iterator[Code]:
    """A configuration and a template of that number."""
    yield Code(f"configuration {seed}", random_case(seed).files)
    yield Code(f"template {seed}", random_template(seed).files)


def changed(code: Code, name: str) -> dict[str, str] | None:
    """The files after a change; None where it does not apply."""
    try:
        return CHANGES[name](code.files)
    except NotUnderstood:
        return None


def difference(code: Code, name: str) -> Sequence[str] | None:
    """The lines that a change makes different, ``-`` before and ``+`` after; None where it does not apply."""
    files = changed(code, name)
    if files is None:
        return None
    before = _reported(code.files, code.options)
    if is_broken(before):
        return None
    after = _reported(files, code.options)
    told = committed if name == _VALUES else in_any_order if name in _ORDERS else outcome
    old, new = told(before), told(after)
    broken = [f"+ {problem['kind']}: {problem['message']}" for problem in after["problems"] if is_broken(after)]
    return [*(f"- {line}" for line in sorted(old - new)), *(f"+ {line}" for line in sorted(new - old)), *broken]


def _reported(files: Files, options: tuple[str, ...]) -> Mapping[str, Any]:
    with tempfile.TemporaryDirectory(prefix="metamorphic-") as folder:
        return report(files, Path(folder), options)
