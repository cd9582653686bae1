"""The differential test for CloudFormation templates.

Beside the truth of the emulator: one template in its several written forms must give one report, and where cfn-lint's
scenarios of conditions are exact, they must be the combinations of conditions that occur in our worlds.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml

from tests.oracle import analyzer, template_splits
from tests.oracle.case import Case, World
from tests.oracle.cloudformation_truth import Emulator
from tests.oracle.differential import Comparison, compare
from tests.oracle.outcome import Outcome
from tests.oracle.random_templates import TEMPLATE, random_template
from tests.oracle.tally import Tally

_EVERY: Final = 8  # of how many templates the scenarios, and the forms by all rules, are compared, which takes long
_RULES: Final = ("AC_AWS_0554", "CIS_AWS_1_11")
_BOTH: Final = tuple(argument for rule in _RULES for argument in ("--rule", rule))


def check(emulator: Emulator, seeds: Sequence[int], tally: Tally, *, keep: Path | None) -> None:
    """Compare the templates with these numbers. Raises `analyzer.Missing`."""
    ask = partial(_ask, emulator)
    compare(Comparison("cloudformation", random_template, ask, partial(_also_wrong, emulator)), seeds, tally, keep=keep)


def written_forms(template: str) -> Mapping[str, str]:
    """A JSON template in other forms that mean the same, by file name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import cfn_flip  # noqa: PLC0415 - slow, and only needed here

        document = json.loads(template)
        return {
            "template.json": template,
            "template.yaml": yaml.safe_dump(document, sort_keys=False),
            "template.yml": cfn_flip.to_yaml(template, long_form=False),
            "flow.yaml": yaml.safe_dump(document, default_flow_style=None, sort_keys=False),
        }


def _ask(emulator: Emulator, questions: Sequence[tuple[Case, Sequence[World]]]) -> list[list[Outcome]]:
    return [emulator.outcomes(json.loads(case.files[TEMPLATE]), worlds) for case, worlds in questions]


def _also_wrong(emulator: Emulator, case: Case, tally: Tally) -> Iterator[str]:
    now_and_then = tally.counts["cases"] % _EVERY == 0
    arguments = () if now_and_then else _BOTH
    told = {name: _told({name: text}, arguments) for name, text in written_forms(case.files[TEMPLATE]).items()}
    tally.counts["written forms compared"] += len(told)
    yield from _differing_forms(case, told)
    yield from _differing_splits(case, _levels(told[TEMPLATE]), tally)
    if now_and_then:
        yield from _differing_scenarios(emulator, case, tally)


def _told(files: Mapping[str, str], arguments: Sequence[str]) -> analyzer.Report:
    with tempfile.TemporaryDirectory(prefix="oracle-form-") as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        return analyzer.report(Path(folder), arguments)


def _differing_forms(case: Case, told: Mapping[str, analyzer.Report]) -> Iterator[str]:
    reports = {
        name: (report.findings, [(entry.rules, entry.subject) for entry in report.undecided], report.crash)
        for name, report in told.items()
    }
    for name, report in reports.items():
        if report != reports[TEMPLATE]:
            yield f"{name} and {TEMPLATE} are told apart: {report} {reports[TEMPLATE]}\n{case.files[TEMPLATE]}"


def _differing_splits(case: Case, whole: object, tally: Tally) -> Iterator[str]:
    """Where keys in a nested stack, or in one that imports their users, are told apart from those in one template."""
    for name, split in (("nested", template_splits.nested), ("importing", template_splits.importing)):
        files = split(case.files[TEMPLATE])
        if files is None:
            continue
        tally.counts["split templates compared"] += 1
        told = _levels(_told(files, _BOTH))
        if told != whole:
            yield f"{name} stacks and one template are told apart: {told} {whole}\n{case.files[TEMPLATE]}"


def _levels(told: analyzer.Report) -> object:
    """What is found out about each user: keys and levels, without the addresses of stacks."""
    return sorted(
        (
            found.rule,
            str(found.user).lower(),
            tuple(sorted(key.rpartition(":")[2].removeprefix(f"{template_splits.NESTED}.") for key in found.keys)),
            found.level,
        )
        for found in told.findings
        if found.rule in _RULES
    )


def _differing_scenarios(emulator: Emulator, case: Case, tally: Tally) -> Iterator[str]:
    template = json.loads(case.files[TEMPLATE])
    if not _is_exact(template):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cfnlint.decode.decode import decode_str  # noqa: PLC0415 - slow, and only needed here
        from cfnlint.template import Template  # noqa: PLC0415

        decoded, _ = decode_str(case.files[TEMPLATE])
        scenarios = Template(TEMPLATE, decoded, ["us-east-1"]).conditions
        names = {name: {True, False} for name in template["Conditions"]}
        told = {frozenset(scenario.items()) for scenario in scenarios.build_scenarios(names)}
    in_worlds = [emulator.conditions(template, world) for world in case.worlds()]
    real = {frozenset(conditions.items()) for conditions in in_worlds if conditions is not None}
    tally.counts["sets of scenarios compared"] += 1
    if told != real:
        yield f"cfn-lint tells other scenarios: {told ^ real}\n{case.files[TEMPLATE]}"


def _is_exact(template: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether conditions only compare parameters of allowed values with constants, which cfn-lint knows all about."""
    allowed = {
        name
        for name, body in template.get("Parameters", {}).items()
        # cfn-lint takes the value `true` for another than the text "true".
        if all(isinstance(value, str) for value in body.get("AllowedValues", [None]))
    }

    def exact(node: Any) -> bool:  # noqa: ANN401 - JSON
        match node:
            case {"Fn::Equals": [{"Ref": name}, str()]}:
                return name in allowed
            case {"Condition": str()}:
                return True
            case dict() if set(node) <= {"Fn::Not", "Fn::And", "Fn::Or"}:
                return all(exact(item) for items in node.values() for item in items)
            case _:
                return False

    return "Rules" not in template and all(map(exact, template["Conditions"].values()))
