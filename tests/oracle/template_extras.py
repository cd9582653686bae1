"""What the templates of higher numbers also have: rules of all functions, loops in loops, and files of parameters.

Each is made from random numbers of its own, so that the templates of lower numbers stay what they are.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any

FROM: Final = 1_000_000
"""The first template that has them."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a template declares: the values to try of each parameter, and which of them are texts and lists."""

    domains: Mapping[str, tuple[str, ...]]
    scalars: Sequence[str]
    lists: Sequence[str]


def rules(rng: random.Random, given: Parameters) -> Json:
    """The section `Rules`, with conditions of every function that the emulator's companion knows; maybe none."""
    if not (given.scalars or given.lists) or rng.random() < 0.4:
        return {}
    body: dict[str, Json] = {
        "Assertions": [{"Assert": _asserted(rng, given, 0)} for _ in range(rng.choice((1, 1, 2)))],
    }
    if rng.random() < 0.4:
        body["RuleCondition"] = _asserted(rng, given, 1)
    return {"Rules": {"Kept": body}}


def _asserted(rng: random.Random, given: Parameters, depth: int) -> Json:
    chance = rng.random()
    if chance < 0.2 and depth < 2:
        return {"Fn::Not": [_asserted(rng, given, depth + 1)]}
    if chance < 0.6 and depth < 2:
        operator = rng.choice(("Fn::And", "Fn::Or", "Fn::Or"))
        return {operator: [_asserted(rng, given, depth + 1) for _ in range(rng.randint(2, 3))]}
    if given.lists and (not given.scalars or rng.random() < 0.3):
        name = rng.choice(given.lists)
        items = sorted({item for value in given.domains[name] for item in value.split(",")})
        return rng.choice(
            (
                {"Fn::Contains": [{"Ref": name}, rng.choice(items)]},
                {"Fn::EachMemberIn": [{"Ref": name}, rng.sample(items, min(len(items), 3))]},
                {"Fn::EachMemberEquals": [{"Ref": name}, rng.choice(items)]},
            )
        )
    name = rng.choice(given.scalars)
    values = given.domains[name]
    return rng.choice(
        (
            {"Fn::Contains": [list(values[:2]), {"Ref": name}]},
            {"Fn::Equals": [{"Ref": name}, rng.choice(values)]},
            {"Fn::EachMemberIn": [[{"Ref": name}, {"Ref": rng.choice(given.scalars)}], list(values)]},
        )
    )


def nested_loop(rng: random.Random, given: Parameters) -> Json:
    """A loop in a loop that makes keys, one for each pair of items, or one a user for each."""
    outer: Json = {"Ref": rng.choice(given.lists)} if given.lists and rng.random() < 0.4 else ["ci", "cd"]
    target: Json = rng.choice(
        (
            {"Fn::Sub": "${Team}-${Stage}"},
            {"Fn::Sub": "team-${Team}"},
            {"Ref": "Stage"},
            {"Fn::If": ["C0", {"Ref": "Team"}, {"Fn::Sub": "${Stage}"}]},
        )
    )
    key: dict[str, Json] = {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": target}}
    if rng.random() < 0.4:
        key["Condition"] = "C0"
    inner = {"Fn::ForEach::Inner": ["Stage", ["one", "two"], {"InnerKey${Team}${Stage}": key}]}
    return {"Fn::ForEach::Outer": ["Team", outer, inner]}


def parameter_files(rng: random.Random, given: Parameters) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Files that give parameters values, in all forms, and what each gives: worlds of their own."""
    files: dict[str, str] = {}
    named: dict[str, dict[str, str]] = {}
    names = [*given.scalars, *given.lists]
    if not names:
        return files, named
    for form in rng.sample(("list", "pipeline", "sam"), rng.choice((0, 1, 1, 2))):
        values = {name: rng.choice(given.domains[name]) for name in rng.sample(names, rng.randint(1, len(names)))}
        match form:
            case "list":
                pairs = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]
                path, text = "template.parameters.json", json.dumps(pairs)
            case "pipeline":
                path, text = "params.stage.json", json.dumps({"Parameters": values, "Tags": {"team": "x"}})
            case _:
                words = " ".join(f'{name}=\\"{value}\\"' for name, value in values.items())
                path = "samconfig.toml"
                text = f'version = 0.1\n[stage.deploy.parameters]\nparameter_overrides = "{words}"\n'
        files[path], named[path] = text, values
    return files, named
