"""A deployment to try: its files, the inputs it has, and the values it commits for them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

# A value as JSON has it. An input of a collection type takes a JSON list or object.
Json: TypeAlias = Any
# One value for every root variable.
World: TypeAlias = Mapping[str, Json]

_AUTOMATIC_SUFFIXES: Final = (".auto.tfvars", ".auto.tfvars.json")


@dataclass(frozen=True, slots=True)
class Case:
    """A root module or template with all that belongs to it.

    ``domains`` has the values to try for each variable or parameter: all that there are if it is not in
    ``unbounded``, else a choice of them. ``committed`` has the value that it takes by default or from the files that
    Terraform reads by itself; an input without one is open. ``named`` has the assignments of each other file of
    values. ``accounts`` tells the account of each aliased provider configuration; the unaliased one has the account
    "". ``prefix`` stands before the names of inputs in reports, and ``as_text`` says that all values are text.
    """

    files: Mapping[str, str]
    domains: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    unbounded: frozenset[str] = frozenset()
    committed: Mapping[str, Json] = field(default_factory=dict)
    named: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    prefix: str = "var."
    as_text: bool = False

    def worlds(self) -> tuple[World, ...]:
        """Every combination of the values to try, the named worlds and the default worlds included."""
        everything = [*self._over(self.domains), *self.default_worlds()]
        for name in self.named:
            everything += self.named_worlds(name)
        return unique(everything)

    def default_worlds(self) -> tuple[World, ...]:
        """The committed values with every value of the open inputs."""
        return self._over({name: self._choices(name, self.committed) for name in self.domains})

    def named_worlds(self, name: str) -> tuple[World, ...]:
        """The same under the assignments of a named file."""
        return self.worlds_with(self.named[name])

    def worlds_with(self, assignments: Mapping[str, Json]) -> tuple[World, ...]:
        """The committed values changed by ``assignments``, with every value of the inputs that stay open."""
        given = {**self.committed, **assignments}
        return self._over({name: self._choices(name, given) for name in self.domains})

    def assignments(self, witness: Mapping[str, Json]) -> dict[str, Json] | None:
        """The inputs that a witness sets, by their own names; None if it names something else."""
        named = {name: self.prefix + name for name in self.domains} | {
            name: name for name in self.domains if "::" in name
        }
        printed = {shown: name for name, shown in named.items()}
        if not set(witness) <= set(printed):
            return None
        return {printed[shown]: _text(value) if self.as_text else value for shown, value in witness.items()}

    def write(self, folder: Path) -> None:
        """Write the files below ``folder``."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def reads_value_files(self) -> bool:
        """Whether Terraform loads values that a module call would not see."""
        return any(
            name in ("terraform.tfvars", "terraform.tfvars.json") or name.endswith(_AUTOMATIC_SUFFIXES)
            for name in self.files
        )

    def _choices(self, name: str, given: Mapping[str, Json]) -> tuple[Json, ...]:
        return (given[name],) if name in given else self.domains[name]

    @staticmethod
    def _over(choices: Mapping[str, tuple[Json, ...]]) -> tuple[World, ...]:
        return tuple(dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values()))


def _text(value: Json) -> str:
    """A value as parameters have it: a list is its items with commas."""
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value)


def unique(worlds: list[World]) -> tuple[World, ...]:
    """The worlds without repetition, in order."""
    seen: dict[str, World] = {}
    for world in worlds:
        seen.setdefault(key_of(world), world)
    return tuple(seen.values())


def key_of(world: World) -> str:
    """A text that two equal worlds share."""
    return repr(sorted((name, repr(value)) for name, value in world.items()))
