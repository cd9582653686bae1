"""Which users and active keys a configuration has in given worlds, told by the real `terraform`.

A case is written unchanged as a child module and called by a root module of our own, once for every world and many
cases at a time, so that one process answers for hundreds of worlds. Where Terraform refuses, the errors say which
call is to blame; the rest is asked again without it. What only a root module has, the files of values that Terraform
loads by itself, is checked by planning the case itself.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.oracle.case import Case, Json, World
from tests.oracle.outcome import Deployed, Holder, Outcome, Refused
from tests.oracle.terraform_program import Diagnostic, Rejected, Terraform

# Worlds in one process: with fewer its start counts, with more its time grows faster than their number.
_BATCH: Final = 100
_PROCESSES: Final = 2
_INDEX: Final = re.compile(r'\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]')
_CALL: Final = re.compile(r'module\.w(\d+)(?:\["(\d+)"\])?\.')


@dataclass(frozen=True, slots=True)
class _Call:
    """A case with some worlds, called with `for_each` over them if they are several."""

    number: int
    case: Case
    worlds: tuple[tuple[int, World], ...]


def outcomes(terraform: Terraform, questions: Sequence[tuple[Case, Sequence[World]]]) -> list[list[Outcome]]:
    """For each case the outcome of each of its worlds, in their order."""
    batches: list[list[_Call]] = [[]]
    for number, (case, worlds) in enumerate(questions):
        numbered = tuple(enumerate(worlds))
        if sum(len(call.worlds) for call in batches[-1]) + len(numbered) > _BATCH:
            batches.append([])
        # Terraform forbids `for_each` on a module that configures providers; and a world with a null is often
        # refused, which its own call tells at once.
        alone = [one for one in numbered if case.accounts or None in one[1].values()]
        together = tuple(one for one in numbered if one not in alone)
        batches[-1] += [_Call(number, case, (one,)) for one in alone]
        if together:
            batches[-1].append(_Call(number, case, together))
    answers: dict[tuple[int, int], Outcome] = {}
    with ThreadPoolExecutor(_PROCESSES) as pool:
        for result in pool.map(partial(_answers, terraform), batches):
            answers |= result
    return [[answers[number, index] for index in range(len(worlds))] for number, (_, worlds) in enumerate(questions)]


def root_outcome(terraform: Terraform, case: Case, assignments: Mapping[str, Json], *value_files: str) -> Outcome:
    """The outcome of planning the case itself, with `-var-file` and `-var` on the command line."""
    with tempfile.TemporaryDirectory(prefix="oracle-root-") as name:
        folder = Path(name)
        case.write(folder)
        files = [f"-var-file={path}" for path in value_files]
        plan = terraform.plan(
            folder, *files, *(f"-var={name}={json.dumps(value)}" for name, value in assignments.items())
        )
        if isinstance(plan, Rejected):
            return Refused(plan.reason)
        return _deployed(case, list(_resources(plan)))


def _answers(terraform: Terraform, calls: Sequence[_Call]) -> dict[tuple[int, int], Outcome]:
    """The outcomes of the calls' worlds by (case, world); what is refused is taken out and the rest asked again."""
    answers: dict[tuple[int, int], Outcome] = {}
    while calls:
        result = _planned(terraform, calls)
        if not isinstance(result, Rejected):
            return answers | result
        blamed = [_blamed(diagnostic, calls) for diagnostic in result.diagnostics]
        if not any(blamed):
            if len(calls) > 1:  # no call is named: halve, until one is alone
                half = len(calls) // 2
                return answers | _answers(terraform, calls[:half]) | _answers(terraform, calls[half:])
            blamed = [(0, None)]
        refused, apart = set(), set()
        for place, diagnostic in zip(blamed, result.diagnostics, strict=False):
            if place is None:
                continue
            index, world = place
            if world is None and len(calls[index].worlds) > 1:
                apart.add(index)
            else:
                key = calls[index].number, calls[index].worlds[0][0] if world is None else world
                refused.add(key)
                answers.setdefault(key, Refused(diagnostic.message))
        calls = list(_remaining(calls, refused, apart))
    return answers


def _remaining(
    calls: Sequence[_Call], refused: AbstractSet[tuple[int, int]], apart: AbstractSet[int]
) -> Iterator[_Call]:
    """The calls without the refused worlds; those in ``apart`` with a call for each world, so that errors tell it."""
    for index, call in enumerate(calls):
        worlds = tuple(one for one in call.worlds if (call.number, one[0]) not in refused)
        if index in apart:
            yield from (_Call(call.number, call.case, (one,)) for one in worlds)
        elif worlds:
            yield _Call(call.number, call.case, worlds)


def _planned(terraform: Terraform, calls: Sequence[_Call]) -> dict[tuple[int, int], Outcome] | Rejected:
    with tempfile.TemporaryDirectory(prefix="oracle-batch-") as name:
        folder = Path(name)
        for index, call in enumerate(calls):
            call.case.write(folder / f"w{index}")
            # A file for each call, so that errors blamed on its arguments name the call.
            (folder / f"call{index}.tf.json").write_text(json.dumps({"module": {f"w{index}": _call_body(index, call)}}))
        plan = terraform.plan(folder)
        if isinstance(plan, Rejected):
            return plan
        found: dict[tuple[int, int], list[_Resource]] = {}
        for resource in _resources(plan):
            matched = _CALL.match(resource.address)
            if matched is None:
                message = f"a resource of no call: {resource.address}"
                raise ValueError(message)
            key = int(matched[1]), int(matched[2] or calls[int(matched[1])].worlds[0][0])
            found.setdefault(key, []).append(resource.below(matched[0]))
        return {
            (call.number, number): _deployed(call.case, found.get((index, number), []))
            for index, call in enumerate(calls)
            for number, _ in call.worlds
        }


def _call_body(index: int, call: _Call) -> Mapping[str, Json]:
    source = {"source": f"./w{index}"}
    if len(call.worlds) == 1:
        return {**source, **{name: _literal(value) for name, value in call.worlds[0][1].items()}}
    each = {str(number): _literal(world) for number, world in call.worlds}
    names = call.worlds[0][1]
    # A map wants values of one type, which worlds with null or with collections of different shape do not have; and an
    # expression like `{…}[each.key]` takes objects of any types.
    return {
        **source,
        "for_each": f"${{toset({json.dumps(list(each))})}}",
        **{name: _chosen({key: world[name] for key, world in _numbered(call)}) for name in names},
    }


def _chosen(values: Mapping[str, Json]) -> str:
    """An expression for the value of ``each.key``."""
    members = ", ".join(f"{key} = {json.dumps(_literal(value))}" for key, value in values.items())
    return f"${{{{{members}}}[each.key]}}"


def _numbered(call: _Call) -> Iterator[tuple[str, World]]:
    return ((json.dumps(str(number)), world) for number, world in call.worlds)


def _literal(value: Json) -> Json:
    """The value as an argument in Terraform's JSON syntax, in which strings are templates."""
    match value:
        case str():
            return value.replace("${", "$${").replace("%{", "%%{")
        case list():
            return [_literal(item) for item in value]
        case dict():
            return {key: _literal(item) for key, item in value.items()}
        case _:
            return value


@dataclass(frozen=True, slots=True)
class _Resource:
    address: str
    kind: str
    provider: str
    values: Mapping[str, Json]

    def below(self, prefix: str) -> _Resource:
        return _Resource(self.address.removeprefix(prefix), self.kind, self.provider, self.values)


def _resources(plan: Mapping[str, Any]) -> Iterator[_Resource]:
    """Managed resources of the plan; ``provider`` is the name of the configuration, like `aws` or `aws.other`."""
    providers = dict(_providers(plan["configuration"]["root_module"], ""))

    def walk(module: Mapping[str, Any]) -> Iterator[_Resource]:
        for resource in module.get("resources", []):
            if resource["mode"] == "managed":
                provider = providers[_INDEX.sub("", resource["address"])]
                yield _Resource(resource["address"], resource["type"], provider, resource["values"])
        for child in module.get("child_modules", []):
            yield from walk(child)

    return walk(plan["planned_values"].get("root_module", {}))


def _providers(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for resource in module.get("resources", []):
        yield prefix + resource["address"], resource["provider_config_key"].rpartition(":")[2]
    for name, call in module.get("module_calls", {}).items():
        yield from _providers(call["module"], f"{prefix}module.{name}.")


def _deployed(case: Case, resources: Sequence[_Resource]) -> Deployed:
    users, keys, active = {}, {}, set()
    for resource in resources:
        account = case.accounts.get(resource.provider.partition(".")[2], "")
        match resource.kind:
            case "aws_iam_user":
                users[resource.address] = Holder(account, resource.values["name"].lower())
            case "aws_iam_access_key":
                keys[resource.address] = Holder(account, resource.values["user"].lower())
                if resource.values["status"] == "Active":
                    active.add(resource.address)
    return Deployed(users, keys, frozenset(active))


def _blamed(diagnostic: Diagnostic, calls: Sequence[_Call]) -> tuple[int, int | None] | None:
    """The call that an error is about, by the file or address it names, and the world if known; None if neither."""
    by_address = _CALL.match(diagnostic.address)
    if by_address:
        return int(by_address[1]), int(by_address[2]) if by_address[2] else None
    by_path = re.match(r"(?:call|w)(\d+)(?:\.tf\.json|/)", diagnostic.path)
    return (int(by_path[1]), None) if by_path and int(by_path[1]) < len(calls) else None
