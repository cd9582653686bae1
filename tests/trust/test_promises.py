"""Every promise of docs/security.md names a test that is there, and every test of this folder keeps a promise."""

from __future__ import annotations

import ast
import re

import pytest

import iac_keycheck
from tests.conftest import PROJECT
from tests.trust.broken import BREAKS, Broken

_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def _tests_in(path: str) -> set[str]:
    tree = ast.parse((PROJECT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_promise_names_a_test_that_is_there() -> None:
    rows = [line for line in (PROJECT / "docs/security.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith(("| ---", "| promise"))]
    assert len(promises) > 20
    for row in promises:
        path, name = _NAMED.findall(row)[-1]
        assert name in _tests_in(path), row


def test_every_test_of_trust_keeps_a_promise() -> None:
    promised = set(_NAMED.findall((PROJECT / "docs/security.md").read_text("utf-8")))
    here = {
        (path.relative_to(PROJECT).as_posix(), name)
        for path in (PROJECT / "tests/trust").glob("test_*.py")
        if path.name not in ("test_promises.py", "test_release.py")
        for name in _tests_in(path.relative_to(PROJECT).as_posix())
    }
    assert here == promised


def test_the_version_stands_in_one_place() -> None:
    settings = (PROJECT / "pyproject.toml").read_text("utf-8")
    assert 'version = { attr = "iac_keycheck.__version__" }' in settings
    assert not re.search(r'(?m)^version = "', settings)
    assert (PROJECT / "iac_keycheck/__init__.py").read_text("utf-8").count(iac_keycheck.__version__) == 1


def test_everything_that_tests_install_is_pinned_by_hash() -> None:
    locked = (PROJECT / "requirements/test.txt").read_text("utf-8")
    pinned = re.findall(
        r"(?m)^([\w.-]+)==(\S+)(?: ;[^\\\n]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", locked
    )
    entries = re.findall(r"(?m)^[\w.-]+==", locked)
    assert len(pinned) == len(entries) > 50
    wanted = re.findall(r'(?m)^  "([\w.-]+)(?:\[[\w,]+\])?[><=]', (PROJECT / "pyproject.toml").read_text("utf-8"))
    assert {name.casefold() for name in wanted} <= {name.casefold() for name, _, _ in pinned}


def test_every_promise_is_broken_on_purpose_in_some_way() -> None:
    promised = {"::".join(named) for named in _NAMED.findall((PROJECT / "docs/security.md").read_text("utf-8"))}
    assert {one.test for one in BREAKS} == promised


def test_as_many_breaks_are_told_as_there_are() -> None:
    assert f"{len(BREAKS)} in all" in (PROJECT / "docs/security.md").read_text("utf-8")


@pytest.mark.parametrize("one", BREAKS, ids=lambda one: f"{one.file}: {one.old[:40]}")
def test_what_is_broken_on_purpose_is_there(one: Broken) -> None:
    assert (PROJECT / one.file).read_text("utf-8").count(one.old) == 1
