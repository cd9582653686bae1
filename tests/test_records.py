"""Dataclasses of `records` are those of `dataclasses`: first instances, for which nothing is compiled, and others."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from iac_keycheck import records

# As many as are made without a compiled `__init__`, and some with one.
MADE = 200


def _classes(module: Any) -> tuple[type[Any], type[Any]]:  # noqa: ANN401 — either module
    @module.dataclass(frozen=True, slots=True)
    class Frozen:
        first: int
        second: str = "b"
        third: list[int] = module.field(default_factory=list)
        fourth: int = module.field(compare=False, default_factory=lambda: 4)

        def __post_init__(self) -> None:
            if self.first < 0:
                raise ValueError(self.first)

    @module.dataclass(slots=True)
    class Open:
        first: int
        second: object = None

    return Frozen, Open


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((1,), {}),
        ((), {"first": 1}),
        ((1, "x", [2], 5), {}),
        ((1,), {"fourth": 6, "second": "y"}),
        ((-1,), {}),
        ((), {}),
        ((), {"second": "x"}),
        ((1,), {"first": 1}),
        ((1, "x", [2], 5, 6), {}),
        ((1,), {"fifth": 5}),
        ((), {"second": "x", "third": [], "fourth": 1, "fifth": 5}),
    ],
)
def test_instances_are_those_of_dataclasses(arguments: tuple[object, ...], named: dict[str, object]) -> None:
    ours, theirs = _classes(records)[0], _classes(dataclasses)[0]
    for _ in range(MADE):
        assert _made(ours, arguments, named) == _made(theirs, arguments, named)


def test_each_instance_has_a_list_of_its_own() -> None:
    ours, _ = _classes(records)
    made = [ours(1) for _ in range(MADE)]
    assert len({id(one.third) for one in made}) == MADE


def test_fields_that_are_open_can_be_set() -> None:
    _, ours = _classes(records)
    made = [ours(number) for number in range(MADE)]
    for one in made:
        one.second = one.first
    assert [one.second for one in made] == list(range(MADE))


def _made(cls: type[Any], arguments: tuple[object, ...], named: dict[str, object]) -> object:
    """The fields of an instance, or what is said against it."""
    try:
        one = cls(*arguments, **named)
    except (TypeError, ValueError) as error:
        return type(error), str(error).rpartition("__init__")[2]
    return one.first, one.second, one.third, one.fourth
