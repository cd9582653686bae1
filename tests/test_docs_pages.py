"""What the pages in `docs/` say of the program is what the program says."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Final

import pytest

from benchmarks.comparison import TOOLS, cases, filled, results, row, score
from iac_keycheck.report import FORMATS
from tests.conftest import PROJECT
from tests.docs_pages import pages

_DOCS: Final = PROJECT / "docs"
_LINK: Final = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def test_pages_that_are_made_from_the_program_are_current() -> None:
    stale = [path.name for path, text in pages() if not path.exists() or path.read_text("utf-8") != text]
    assert stale == [], "write them with: python -m tests.docs_pages"


def test_every_rule_has_its_page_and_no_other_page_stands_there() -> None:
    rules = {f"{path.stem}.md" for path in (PROJECT / "rules").glob("*.py") if path.stem != "__init__"}
    assert {path.name for path in (_DOCS / "rules").iterdir()} == rules | {"README.md"}


def test_every_format_has_an_example_or_a_description() -> None:
    text = (_DOCS / "reports.md").read_text("utf-8")
    described = set(re.findall(r"(?m)^## `([a-z-]+)`", text))
    assert described == set(FORMATS)
    examples = set(re.findall(r"<!-- example: .*?--format ([a-z-]+)", text))
    assert examples == set(FORMATS) - {"html"}


@pytest.mark.parametrize("page", sorted(_DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_comparison_says_what_this_tool_finds_today(tmp_path: Path) -> None:
    text = (_DOCS / "comparison.md").read_text("utf-8")
    tool = TOOLS["iac-keycheck"]
    found = results(tool, filled(tmp_path))
    for question, checks in tool.checks.items():
        assert row("iac-keycheck", checks, score(question, checks, found)) in text


def test_the_comparison_names_the_number_of_its_cases() -> None:
    text = (_DOCS / "comparison.md").read_text("utf-8")
    for question in {case.question for case in cases()}:
        asked = [case for case in cases() if case.question == question]
        bad = sum(case.bad for case in asked)
        assert f"**{question.replace('-', ' ')}**: {len(asked)} cases, {bad} with something to find" in text


def test_no_case_of_the_comparison_holds_its_truth_or_a_key_in_the_repository() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = [path for path in filled(Path(folder)).rglob("*") if path.is_file()]
        assert not [path for path in made if path.name == "truth.txt"]
        assert sum("AKIA" in path.read_text("utf-8") for path in made) == 7
    kept = [path for path in (PROJECT / "benchmarks/cases").rglob("*") if path.is_file()]
    assert not [path for path in kept if re.search("AKIA[A-Z2-7]{16}", path.read_text("utf-8"))]
