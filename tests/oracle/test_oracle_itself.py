"""The oracle's own parts: what it takes for the truth is the truth."""

from pathlib import Path

import pytest

from tests.oracle import found, terraform_program
from tests.oracle.analyzer import Finding, Level, Report
from tests.oracle.case import Case
from tests.oracle.outcome import Deployed, Holder, Outcome, Refused
from tests.oracle.random_terraform import random_case
from tests.oracle.shrink import shrunk
from tests.oracle.terraform_truth import outcomes, root_outcome
from tests.oracle.verdicts import Table, expectations, judgement, table

TWO_KEYS = """
variable "second" {
  type    = bool
  default = false
}

resource "aws_iam_user" "ci" {
  name = "CI"
}

resource "aws_iam_access_key" "a" {
  user = aws_iam_user.ci.id
}

resource "aws_iam_access_key" "b" {
  count = var.second ? 1 : 0
  user  = "ci"
}
"""
CASE = Case({"main.tf": TWO_KEYS}, {"second": (False, True, None)}, frozenset(), {"second": False})
CI = Holder("", "ci")
ONE = Deployed({"aws_iam_user.ci": CI}, {"aws_iam_access_key.a": CI}, frozenset({"aws_iam_access_key.a"}))
TWO = Deployed(
    {"aws_iam_user.ci": CI},
    {"aws_iam_access_key.a": CI, "aws_iam_access_key.b[0]": CI},
    frozenset({"aws_iam_access_key.a", "aws_iam_access_key.b[0]"}),
)
TRUTH = table(CASE, CASE.worlds(), [ONE, TWO, Refused("a null condition")])


def finding(level: Level, **witness: object) -> Report:
    keys = ("aws_iam_access_key.a", "aws_iam_access_key.b[0]")
    return Report((Finding("AC_AWS_0554", "CI", "aws_iam_user.ci", keys, level, (), witness), set_up()), (), ())


def set_up() -> Finding:
    return Finding("CIS_AWS_1_11", "CI", "aws_iam_user.ci", ("aws_iam_access_key.a",), Level.ALWAYS, (), {})


def kinds(report: Report, truth: Table = TRUTH) -> set[str]:
    return {item.kind for item in judgement(truth, truth, report).disagreements}


def test_terraform_tells_the_keys_of_a_user_in_each_world() -> None:
    if terraform_program.missing():
        pytest.skip(f"needs {terraform_program.missing()}")
    with terraform_program.running() as terraform:
        [[one, two, refused]] = outcomes(terraform, [(CASE, CASE.worlds())])
        root = root_outcome(terraform, CASE, {"second": True})
    assert (one, two, root) == (ONE, TWO, TWO)
    assert isinstance(refused, Refused)


def test_plans_with_unknowns_leave_the_ids_of_users_open(tmp_path: Path) -> None:
    if terraform_program.missing():
        pytest.skip(f"needs {terraform_program.missing()}")
    CASE.write(tmp_path)
    with terraform_program.running() as terraform:
        plan = terraform.plan(tmp_path, all_known=False)
    assert not isinstance(plan, terraform_program.Rejected)
    unknown = {change["address"]: change["change"]["after_unknown"] for change in plan["resource_changes"]}
    assert unknown["aws_iam_access_key.a"]["user"] is True


def test_a_finding_that_is_right_is_right() -> None:
    assert {str(item.person): item.level for item in expectations(TRUTH) if item.rule == "AC_AWS_0554"} == {
        "/ci": Level.POSSIBLE
    }
    assert kinds(finding(Level.POSSIBLE, **{"var.second": True})) == set()


@pytest.mark.parametrize(
    ("report", "kind"),
    [
        (Report((set_up(),), (), ()), "missed"),
        (finding(Level.DEFAULT), "overstated"),
        (finding(Level.ALWAYS), "overstated"),
        (finding(Level.POSSIBLE, **{"var.second": False}), "witness"),
        (finding(Level.POSSIBLE, **{"var.unknown": 1}), "witness"),
    ],
)
def test_a_finding_that_is_wrong_is_told_so(report: Report, kind: str) -> None:
    assert kind in kinds(report)


def test_a_witness_with_more_than_it_needs_is_told_so() -> None:
    case = Case(CASE.files, {**CASE.domains, "other": (1, 2)}, frozenset(), {"second": False, "other": 1})
    by_second: dict[object, Outcome] = {False: ONE, True: TWO, None: Refused("a null condition")}
    truth = table(case, case.worlds(), [by_second[world["second"]] for world in case.worlds()])
    assert kinds(finding(Level.POSSIBLE, **{"var.second": True, "var.other": 1}), truth) == {"witness"}


def test_a_case_is_the_same_each_time() -> None:
    assert random_case(7) == random_case(7)


def test_a_failing_case_is_made_small() -> None:
    small = shrunk(CASE, lambda cases: ["aws_iam_access_key" in "".join(case.files.values()) for case in cases])
    assert "variable" not in small.files["main.tf"]
    assert small.domains == {}


def test_a_case_that_is_kept_reads_back(tmp_path: Path) -> None:
    found.write(tmp_path, TRUTH, judgement(TRUTH, TRUTH, finding(Level.ALWAYS)))
    assert found.read(tmp_path) == TRUTH
