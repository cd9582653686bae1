"""The kept tables are those of python-hcl2's grammar, and the installed python-hcl2 is asked where they are not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from iac_keycheck.terraform import grammar, grammar_tables
from iac_keycheck.terraform.nodes import builder


def test_the_kept_tables_are_those_of_the_installed_grammar() -> None:
    digest = grammar.installed_digest()
    if grammar_tables.DIGEST not in ("", digest):
        pytest.skip("another version of python-hcl2 is installed; empty DIGEST in grammar_tables.py to keep its tables")
    made = grammar.python_hcl2()
    kept = grammar.kept()
    states = {number: kept.states[number] for number in range(len(grammar_tables.STATES))}
    rules = {number: kept.rules[number] for number in range(len(grammar_tables.RULES))}
    if digest != grammar_tables.DIGEST or grammar.Automaton(states, rules, kept.end) != made:
        Path(grammar_tables.__file__).write_text(grammar.rendered(made, digest), encoding="utf-8")
        pytest.fail("grammar_tables.py was out of date and has been made anew")


def test_every_rule_of_the_installed_grammar_is_known() -> None:
    for rule in grammar.python_hcl2().rules.values():
        builder(rule.name, rule.size)


def test_a_run_with_the_kept_tables_does_not_load_python_hcl2() -> None:
    if grammar.installed_digest() != grammar_tables.DIGEST:
        pytest.skip("another version of python-hcl2 is installed")
    code = (
        "import json, sys; from iac_keycheck.terraform.hcl import parse_body; "
        "from iac_keycheck.terraform.text import Text; parse_body(Text.of('x.tf', 'a = 1\\n')); "
        "print(json.dumps([name for name in ('hcl2', 'lark') if name in sys.modules]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []


def test_another_grammar_is_read_by_python_hcl2_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = grammar.automaton()
    monkeypatch.setattr(grammar_tables, "DIGEST", "of another version")
    asked = grammar.automaton()
    assert asked is not kept
    assert asked.states[asked.end] == {}
