"""A part of the comparisons in every run of the tests: every fixture with one change, and a few texts of chance."""

from __future__ import annotations

import zlib
from typing import Final

import pytest

from tests.metamorphic.comparison import CHANGES, EXCEPTIONS, Code, changed, difference, fixtures, generated

_SHARE: Final = 80
"""Of so many pairs of a fixture and a change, one is tried here; `make metamorphic` tries all."""
_MADE: Final = tuple(code for seed in range(1, 4) for code in generated(seed))


def _pairs() -> list[tuple[Code, str]]:
    pairs = [(code, name) for code in (*fixtures(), *_MADE) for name in CHANGES]
    return [pair for pair in pairs if zlib.crc32(f"{pair[0].name} {pair[1]}".encode()) % _SHARE == 0]


@pytest.mark.parametrize(("code", "name"), _pairs(), ids=lambda one: getattr(one, "name", one))
def test_a_change_that_changes_nothing_changes_no_finding(code: Code, name: str) -> None:
    if (name, code.name) not in EXCEPTIONS:
        assert not difference(code, name)


@pytest.mark.parametrize(("name", "code"), EXCEPTIONS)
def test_a_known_difference_is_still_there(name: str, code: str) -> None:
    assert difference(next(one for one in fixtures() if one.name == code), name)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_applies_to_some_fixture(name: str) -> None:
    assert any(changed(code, name) for code in fixtures())
