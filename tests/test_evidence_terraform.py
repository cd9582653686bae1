"""Plans and states that the real `terraform` makes, with stub providers, are read for what they say."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.random_terraform import random_case
from tests.oracle.terraform_program import Terraform, missing, running
from tests.running import Run, scan

USER = 'resource "aws_iam_user" "ci" {\n  name = "ci"\n}\n'
OLD = "2026-01-02T03:04:05Z"
# more of them where somebody asks for more
SEEDS = range(int(os.environ.get("EVIDENCE_CASES", "24")))


@pytest.fixture(scope="module")
def terraform() -> Iterator[Terraform]:
    lacking = missing()
    if lacking:
        pytest.skip(f"this machine lacks {lacking}")
    with running() as program:
        yield program


def key(name: str, more: str = "") -> str:
    return f'\nresource "aws_iam_access_key" "{name}" {{\n  user = aws_iam_user.ci.id\n{more}}}\n'


def apply(terraform: Terraform, folder: Path, code: str) -> None:
    """Apply the code, and let all keys be old."""
    (folder / "main.tf").write_text(code)
    applied = terraform.run(folder, "apply", "-auto-approve", "-input=false", "-no-color", all_known=False)
    assert not applied.returncode, applied.stderr
    path = folder / "terraform.tfstate"
    state = json.loads(path.read_text())
    for resource in state["resources"]:
        for instance in resource["instances"]:
            if "create_date" in instance["attributes"]:
                instance["attributes"]["create_date"] = OLD
    path.write_text(json.dumps(state))


def plan(terraform: Terraform, folder: Path, into: Path, code: str, *arguments: str) -> None:
    (folder / "main.tf").write_text(code)
    planned = terraform.plan(folder, *arguments, all_known=False)
    assert isinstance(planned, Mapping), planned
    into.mkdir()
    (into / "plan.json").write_text(json.dumps(planned))


def found(folder: Path, *options: str) -> list[tuple[str, tuple[str, ...]]]:
    """Rule and keys of each instance of a finding by what evidence tells."""
    rules = ("AC_AWS_0554", "CIS_AWS_1_11", "AWS_IAM_50")
    chosen = [word for rule in rules for word in ("--rule", rule)]
    report = scan(folder, (*chosen, "--as-of", "2026-06-01", *options)).report
    assert not report["problems"]
    assert not report["undecided"]
    return sorted(
        (finding["rule_id"], tuple(instance["keys"]))
        for finding in report["findings"]
        if finding["severity"] != "info"
        for instance in finding["instances"]
    )


def test_a_key_made_for_a_user_who_exists_was_not_set_up_with_it(terraform: Terraform, tmp_path: Path) -> None:
    apply(terraform, tmp_path, USER)
    plan(terraform, tmp_path, tmp_path / "plan", USER + key("a"))
    assert found(tmp_path / "plan") == []


def test_a_key_that_is_replaced_is_not_old(terraform: Terraform, tmp_path: Path) -> None:
    apply(terraform, tmp_path, USER + key("a"))
    plan(terraform, tmp_path, tmp_path / "kept", USER + key("a"))
    plan(terraform, tmp_path, tmp_path / "replaced", USER + key("a"), "-replace=aws_iam_access_key.a")
    assert found(tmp_path / "kept") == [("AWS_IAM_50", ("aws_iam_access_key.a",))]
    assert found(tmp_path / "replaced") == []


def test_a_key_that_is_deleted_does_not_count_and_one_that_is_forgotten_does(
    terraform: Terraform, tmp_path: Path
) -> None:
    apply(terraform, tmp_path, USER + key("a"))
    forgotten = "removed {\n  from = aws_iam_access_key.a\n  lifecycle {\n    destroy = false\n  }\n}\n"
    plan(terraform, tmp_path, tmp_path / "deleted", USER + key("b"))
    plan(terraform, tmp_path, tmp_path / "forgotten", USER + key("b") + forgotten)
    assert found(tmp_path / "deleted") == []
    assert found(tmp_path / "forgotten") == [
        ("AC_AWS_0554", ("aws_iam_access_key.a (forgotten)", "aws_iam_access_key.b")),
        ("AWS_IAM_50", ("aws_iam_access_key.a (forgotten)",)),
    ]


def test_a_state_and_what_terraform_shows_of_it_say_the_same(terraform: Terraform, tmp_path: Path) -> None:
    apply(terraform, tmp_path, USER + key("a", "  count = 3\n") + key("off", '  status = "Inactive"\n'))
    shown = terraform.run(tmp_path, "show", "-json", all_known=False).stdout
    keys = tuple(f"aws_iam_access_key.a[{index}]" for index in range(3))
    expected = [("AC_AWS_0554", keys), *(("AWS_IAM_50", (address,)) for address in keys)]
    for name, text in (("terraform.tfstate", (tmp_path / "terraform.tfstate").read_text()), ("state.json", shown)):
        (tmp_path / name[:5]).mkdir()
        (tmp_path / name[:5] / name).write_text(text)
        assert found(tmp_path / name[:5]) == expected


def test_a_plan_that_only_refreshes_shows_the_state(terraform: Terraform, tmp_path: Path) -> None:
    apply(terraform, tmp_path, USER + key("a", "  count = 2\n"))
    terraform.run(tmp_path, "plan", "-refresh-only", "-out=.refresh", all_known=False)
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan/plan.json").write_text(
        terraform.run(tmp_path, "show", "-json", ".refresh", all_known=False).stdout
    )
    assert [rule for rule, _ in found(tmp_path / "plan")] == ["AC_AWS_0554", "AWS_IAM_50", "AWS_IAM_50"]


@pytest.mark.parametrize("configured", [True, False], ids=["with configuration", "without"])
def test_plans_of_every_format_version_say_the_same(terraform: Terraform, tmp_path: Path, *, configured: bool) -> None:
    apply(terraform, tmp_path, USER + key("old"))
    plan(terraform, tmp_path, tmp_path / "plan", USER + key("old") + key("new"))
    written = json.loads((tmp_path / "plan/plan.json").read_text())
    if not configured:
        del written["configuration"]
    expected = [
        ("AC_AWS_0554", ("aws_iam_access_key.new", "aws_iam_access_key.old")),
        ("AWS_IAM_50", ("aws_iam_access_key.old",)),
    ]
    for version in ("0.1", "0.2", "1.0", "1.1", "1.2", "1.17"):
        # early versions have no marks of what is sensitive, nor of whether the plan is whole
        early = {name: value for name, value in written.items() if name not in ("complete", "errored", "applyable")}
        (tmp_path / "plan/plan.json").write_text(json.dumps({**early, "format_version": version}))
        assert [(rule, tuple(sorted(keys))) for rule, keys in found(tmp_path / "plan")] == expected, version


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_and_its_code_with_the_same_values_agree(terraform: Terraform, tmp_path: Path, seed: int) -> None:
    case = random_case(seed)
    worlds = case.worlds()
    world = worlds[seed % len(worlds)]
    code, alone = tmp_path / "code", tmp_path / "alone"
    for folder in (code, alone):
        folder.mkdir()
    case.write(code)
    values = tmp_path / "values.tfvars.json"
    values.write_text(json.dumps(world))
    planned = terraform.plan(code, f"-var-file={values}", all_known=False)
    if not isinstance(planned, Mapping):
        pytest.skip(f"terraform refuses it: {planned.reason}")
    inputs = [word for name, value in world.items() for word in ("--input", f"var.{name}={json.dumps(value)}")]
    by_code = scan(code, ("--rule", "AC_AWS_0554", *inputs))
    for folder in (code, alone):
        (folder / "plan.json").write_text(json.dumps(planned))
    reports = [by_code, scan(alone, ("--rule", "AC_AWS_0554")), scan(code, ("--rule", "AC_AWS_0554"))]
    answers = [_users(run) for run in reports if not run.report["undecided"]]
    assert all(answer == answers[0] for answer in answers), answers


def _users(run: Run) -> Sequence[tuple[Any, ...]]:
    """The users with more than one active key, in the world that was planned, and their keys."""
    instances = (one for finding in run.report["findings"] for one in finding["instances"])
    certain = (one for one in instances if one["certainty"] != "possible" and not one["worlds"])
    return sorted({(one["user"]["name"] or "", *sorted(one["keys"])) for one in certain})
