"""Fingerprints stay with a finding wherever its lines and files move to, and with no other."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from iac_keycheck.findings import Finding
from iac_keycheck.holding.fingerprints import fingerprinted
from iac_keycheck.source import Span
from tests.sample_reports import SET_UP, finding, occurrence


def prints(*findings: Finding) -> list[str]:
    return [one.fingerprint for one in fingerprinted(findings)]


def test_a_fingerprint_survives_moved_lines_and_renamed_files() -> None:
    moved = finding(span=Span("infra/other.tf", 99, 1, 120, 2), message="another message")
    assert prints(finding()) == prints(moved)


def test_a_fingerprint_does_not_depend_on_the_instances_at_hand() -> None:
    one = finding(occurrence(keys=('module.m["a"].aws_iam_access_key.k[0]', "x")))
    other = finding(occurrence(keys=("x", 'module.m["b]"].aws_iam_access_key.k["c"]')))
    assert prints(one) == prints(other)


def test_another_rule_deployment_user_or_key_is_another_finding() -> None:
    one = finding()
    user = replace(one.first, user=replace(one.first.user, address="aws_iam_user.other"))
    others = (
        finding(rule=SET_UP),
        finding(deployment="other"),
        finding(user),
        finding(occurrence(keys=("aws_iam_access_key.a", "aws_iam_access_key.c"))),
    )
    assert len({*prints(one), *(prints(other)[0] for other in others)}) == 5


def test_findings_that_agree_in_all_are_told_apart() -> None:
    assert len(set(prints(finding(), finding(), finding()))) == 3


def test_it_does_not_matter_where_in_a_checkout_the_program_runs(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "infra").mkdir()
    with contextlib.chdir(tmp_path):
        above = prints(finding(deployment="infra"))
    with contextlib.chdir(tmp_path / "infra"):
        assert prints(finding(deployment=".")) == above
