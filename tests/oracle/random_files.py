"""In which files the blocks of a random configuration stand, and files with values for its variables."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from tests.oracle.case import Case, Json
from tests.oracle.terraform_text import Block, as_json, native, values_file

_ROOT_FILES: Final = ("main.tf", "iam.tf", "keys.tf")
_RARELY: Final = 0.12  # how likely each thing is that most configurations do not do


def in_files(
    rng: random.Random,
    root: Sequence[Block],
    modules: Sequence[Sequence[Block]],
    override: Callable[[], Block | None],
    case: Case,
) -> Case:
    """The case with its files: the root module, those of the numbered modules that are called, an override, values."""
    files = _placed(rng, root, "", rng.sample(_ROOT_FILES, rng.choice((1, 1, 2, 3))))
    for number in sorted(_called(root, modules)):
        files |= _placed(rng, modules[number - 1], f"modules/m{number}/", ["main.tf"])
    overriding = override()
    if overriding:
        files[rng.choice(("override.tf", "iam_override.tf"))] = native([overriding])
    return _with_values(rng, replace(case, files=files))


def _called(blocks: Sequence[Block], modules: Sequence[Sequence[Block]]) -> set[int]:
    """Numbers of the modules that these blocks call, directly or not."""
    numbers: set[int] = set()
    for block in blocks:
        if block.kind == "module":
            number = int(dict(block.arguments)["source"].strip('"').rpartition("/m")[2])
            numbers |= {number} | _called(modules[number - 1], modules)
    return numbers


def _placed(rng: random.Random, blocks: Sequence[Block], folder: str, names: Sequence[str]) -> dict[str, str]:
    by_file: dict[str, list[Block]] = {name: [] for name in names}
    for block in blocks:
        by_file[rng.choice(names)].append(block)
    files = {}
    for name, own in by_file.items():
        if rng.random() < _RARELY:
            files[f"{folder}{name}.json"] = as_json(own)
        else:
            files[f"{folder}{name}"] = native(own)
    return files


def _with_values(rng: random.Random, case: Case) -> Case:
    """With files of values: those that Terraform reads by itself, and named worlds."""
    files, committed, named = dict(case.files), dict(case.committed), {}
    for name in ("terraform.tfvars", "a.auto.tfvars", "b.auto.tfvars.json", "terraform.tfvars.json")[
        : 4 if case.domains else 0
    ]:
        if rng.random() < _RARELY:
            files[name] = values_file(_some_values(rng, case), in_json=name.endswith(".json"))
    # Terraform's order: terraform.tfvars, terraform.tfvars.json, then the others by name.
    for name in ("terraform.tfvars", "terraform.tfvars.json", "a.auto.tfvars", "b.auto.tfvars.json"):
        if name in files:
            committed |= _values(files[name])
    for name in ("production.tfvars", "staging.tfvars.json")[: 2 if case.domains else 0]:
        if rng.random() < _RARELY:
            named[name] = _some_values(rng, case)
            files[name] = values_file(named[name], in_json=name.endswith(".json"))
    return replace(case, files=files, committed=committed, named=named)


def _some_values(rng: random.Random, case: Case) -> dict[str, Json]:
    names = rng.sample(list(case.domains), rng.randint(1, len(case.domains)))
    return {name: rng.choice(case.domains[name]) for name in names}


def _values(text: str) -> dict[str, Json]:
    if text.startswith("{"):
        loaded: dict[str, Json] = json.loads(text)
        return loaded
    pairs = (line.partition(" = ") for line in text.splitlines())
    return {name: json.loads(value) for name, _, value in pairs}
