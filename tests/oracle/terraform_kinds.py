"""The kinds of variables in random configurations, and the values of them that are tried."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.oracle.case import Json

_MOST_WORLDS: Final = 24
NAMES_OF_ENVIRONMENTS: Final = ("dev", "stage", "prod")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of variable: its type, the values to try, and whether these are all unless a validation says so."""

    type: str
    values: tuple[Json, ...]
    closed: bool = False


KINDS: Final = {
    "bool": Kind("bool", (False, True), closed=True),
    "number": Kind("number", (0, 1, 2)),
    "string": Kind("string", NAMES_OF_ENVIRONMENTS),
    "set": Kind("set(string)", ([], ["a"], ["a", "b"])),
    "list": Kind("list(string)", ([], ["a"], ["b", "a"], ["a", "a"])),
    "entries": Kind(
        'map(object({ user = string, status = optional(string, "Active") }))',
        (
            {},
            {"one": {"user": "x0"}},
            {"one": {"user": "x0"}, "two": {"user": "x0"}},
            {"one": {"user": "x0"}, "two": {"user": "x0", "status": "Inactive"}},
            {"one": {"user": "x0"}, "two": {"user": "x1"}},
        ),
    ),
    "settings": Kind(
        "object({ on = optional(bool, true), keys = optional(number, 1), status = optional(string) })",
        ({}, {"keys": 2, "status": "Inactive"}, {"on": False}, {"keys": 2}),
    ),
    "switches": Kind("map(bool)", ({}, {"a": True}, {"a": True, "b": True}, {"a": True, "b": False})),
}


MORE_VALUES: Final[Mapping[str, tuple[Json, ...]]] = {"string": ("other",), "number": (3,)}
REFUSED_VALUES: Final[Mapping[str, Json]] = {"string": "refused", "number": 9}


def few_worlds(domains: dict[str, tuple[Json, ...]], committed: dict[str, Json]) -> dict[str, tuple[Json, ...]]:
    """The domains cut, from their ends, until their combinations are few; committed values stay."""
    while math.prod(map(len, domains.values())) > _MOST_WORLDS:
        name = max(domains, key=lambda name: len(domains[name]))
        kept = list(domains[name][:-1])
        if name in committed and committed[name] not in kept:
            kept[-1] = committed[name]
        domains = domains | {name: tuple(kept)}
    return domains
