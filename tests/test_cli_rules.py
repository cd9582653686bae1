"""``iac-keycheck rules``: the list, and the documentation of one rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from iac_keycheck.judging.rule_files import load, named, select
from iac_keycheck.report.rule_pages import listing, page
from tests.running import run


def test_the_list_has_every_rule_with_its_names(tmp_path: Path) -> None:
    shown = run("rules", cwd=tmp_path).stdout
    for rule in load():
        assert rule.meta.id in shown
        assert rule.meta.summary in shown
        assert all(alias in shown for alias in rule.meta.aliases)


@pytest.mark.parametrize("name", ["AC_AWS_0554", "ac_aws_0554", "AVD-AWS-0167", "CIS_AWS_v6.0.0_2.12"])
def test_a_rule_is_shown_by_each_of_its_names(name: str, tmp_path: Path) -> None:
    shown = run("rules", name, cwd=tmp_path).stdout
    assert shown.startswith("# AC_AWS_0554: Multiple active access keys for one IAM user\n\n- Name: ")
    assert "## Remediation" in shown
    assert "cis-aws-6.0.0 2.12" in shown


def test_a_terminal_gets_it_set() -> None:
    (rule,) = named(load(), "AC_AWS_0554")
    shown = page(rule, colour=True, width=70)
    assert "\x1b[" in shown
    assert "## Remediation" not in shown
    assert "\x1b[" in listing([rule], colour=True, width=70)


def test_every_rule_has_the_headings_and_names_that_are_its_own() -> None:
    rules = load()
    # a control of a benchmark is not a rule's own: two rules may speak of one
    names = [name.casefold() for rule in rules for name in (rule.meta.id, rule.meta.name, *rule.meta.aliases)]
    assert len(names) == len(set(names))
    for rule in rules:
        headings = [line[3:] for line in rule.documentation.splitlines() if line.startswith("## ")]
        assert headings == ["What it finds", "Why", "Fails", "Passes", "Remediation", "References"]


def test_rules_are_chosen_and_skipped_by_name() -> None:
    rules = load()
    assert [rule.meta.id for rule in select(rules, ["AVD-AWS-0167"])] == ["AC_AWS_0554"]
    assert "AC_AWS_0554" not in [rule.meta.id for rule in select(rules, (), ["iam_user_two_active_access_key"])]
    assert select(rules, ["AC_AWS_0554"], ["AC_AWS_0554"]) == ()
