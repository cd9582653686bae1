"""Every folder below ``fixtures/TOPIC`` and ``fixtures/rules/RULE`` is scanned, and must expect what the report says.

A folder may have a file ``scan.args`` with options of ``iac-keycheck scan``, one a line and without quotes, and
``paths: A B`` for what is scanned instead of the whole folder; one beside the folders of a topic counts for those
without their own. Below ``fixtures/rules/RULE`` only that rule runs unless there is one. A fixture is scanned in a
copy, so that neither its place in this repository nor the checkout around it count.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.expectations import NOT_SCANNED, Expected, expectations
from tests.running import Run, scan

FIXTURES: Final = Path(__file__).with_name("fixtures")
RULES: Final = Path(__file__).parents[1] / "rules"
# By the language of a fenced example, the file that it is scanned as.
FILES: Final = {"terraform": "main.tf", "yaml": "template.yaml", "json": "template.json", "csv": "report.csv"}


@dataclass(frozen=True, slots=True)
class Case:
    """A folder to scan, with the options and paths that it is scanned with."""

    folder: Path
    options: tuple[str, ...]
    paths: tuple[str, ...]

    def __str__(self) -> str:
        return self.folder.relative_to(FIXTURES).as_posix()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as far as its source text tells: its id and its documentation."""

    id: str
    documentation: str


def _cases() -> list[Case]:
    topics = [topic for topic in _folders(FIXTURES) if topic.name != "rules"] + _folders(FIXTURES / "rules")
    return [_case(folder) for topic in topics for folder in _folders(topic)]


def _folders(of: Path) -> list[Path]:
    return [path for path in sorted(of.iterdir()) if path.is_dir()]


def _case(folder: Path) -> Case:
    topic = folder.parent
    named = [] if topic.parent == FIXTURES else ["--rule", topic.name]
    source = next((path for path in (folder / "scan.args", topic / "scan.args") if path.is_file()), None)
    if source is None:
        return Case(folder, tuple(named), (".",))
    lines = [line for line in source.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    paths = [word for line in lines if line.startswith("paths:") for word in line.split()[1:]]
    options = [word for line in lines if not line.startswith("paths:") for word in line.split(maxsplit=1)]
    return Case(folder, tuple(options), tuple(paths) or (".",))


def _rules() -> Iterator[Rule]:
    for path in sorted(RULES.glob("[!_]*.py")):
        module = ast.parse(path.read_text("utf-8"))
        named = [node.value for node in ast.walk(module) if isinstance(node, ast.keyword) and node.arg == "id"]
        assert named, f"{path.name}: META names no id"
        yield Rule(str(ast.literal_eval(named[0])), ast.get_docstring(module) or "")


CASES: Final = _cases()
ALL_RULES: Final = tuple(_rules())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fixture_gives_the_findings_it_expects_and_no_others(case: Case, tmp_path: Path) -> None:
    expected = expectations(case.folder)
    result = scan(_copied(case.folder, tmp_path), case.options, case.paths)
    missing, extra = _difference(expected.entries, result.report)
    assert not missing + extra, "\n".join([str(case), *missing, *extra])
    if expected.exit_code is not None:
        assert result.exit_code == expected.exit_code, result.stderr


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_possible_finding_replays_with_its_witness_and_with_nothing_less(case: Case, tmp_path: Path) -> None:
    possible = [e for e in expectations(case.folder).entries if e.kind == "finding" and e.certainty == "possible"]
    if not possible:
        return
    root = _copied(case.folder, tmp_path)
    for finding in scan(root, case.options, case.paths).report["findings"]:
        if finding["certainty"] != "possible":
            continue
        witness = finding["witness"]
        assert witness, f"{_shown(finding)}: a possible finding without a witness"
        assert _holds(finding, _with(witness, root, case)), f"{_shown(finding)}: does not replay with {witness}"
        for name in witness:
            fewer = {other: value for other, value in witness.items() if other != name}
            assert not _holds(finding, _with(fewer, root, case)), f"{_shown(finding)}: {name} is not needed"


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_fixture_that_fires_and_one_that_is_silent(rule: Rule) -> None:
    own = FIXTURES / "rules" / rule.id
    fires = [
        any(e.name == rule.id for e in expectations(case.folder).entries) for case in CASES if case.folder.parent == own
    ]
    assert True in fires, f"no fixture below {own} expects {rule.id}"
    assert False in fires, f"no fixture below {own} is silent"


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_the_examples_in_a_rules_documentation_are_true(rule: Rule, tmp_path: Path) -> None:
    fails, passes = _examples(rule.documentation, "Fails"), _examples(rule.documentation, "Passes")
    assert fails, f"{rule.id}: no example under a heading Fails"
    assert passes, f"{rule.id}: no example under a heading Passes"
    for number, (language, text) in enumerate(fails + passes):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / FILES[language]).write_text(text, "utf-8")
        report = scan(folder, ("--rule", rule.id)).report
        assert not report["problems"], text
        assert bool(report["findings"]) == (number < len(fails)), text


def test_at_least_one_fixture_runs_all_rules() -> None:
    assert any("--rule" not in case.options for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_expectations_of_a_fixture_can_be_read(case: Case) -> None:
    entries = expectations(case.folder).entries
    for entry in entries:
        assert entry.line <= len((case.folder / entry.path).read_bytes().splitlines()) or entry.path == ".", entry
    assert len({str(entry) for entry in entries}) == len(entries), "an expectation is written twice"


def _copied(folder: Path, into: Path) -> Path:
    root = into / "work"
    shutil.copytree(folder, root, symlinks=True, ignore=shutil.ignore_patterns(*NOT_SCANNED))
    return root


def _difference(expected: tuple[Expected, ...], report: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The expected entries that the report lacks, and the report's entries that nothing expects."""
    actual = [("finding", entry) for entry in report["findings"]]
    actual += [("undecided", entry) for entry in report["undecided"]]
    actual += [("problem", entry) for entry in report["problems"]]
    actual += [("note", entry) for entry in report.get("notes", ())]
    missing = []
    for wanted in expected:
        match = next((a for a in actual if a[0] == wanted.kind and _matches(wanted, a[1])), None)
        if match is None:
            missing.append(f"missing: {wanted}")
        else:
            actual.remove(match)
    return missing, [f"extra:   {_shown(entry)}" for _, entry in actual]


def _matches(wanted: Expected, entry: Mapping[str, Any]) -> bool:
    location = entry["location"]
    if (location["path"], location["line"]) != (wanted.path, wanted.line):
        return False
    match wanted.kind:
        case "undecided":
            return wanted.name in entry["rule_ids"] and wanted.text in entry["reason"]
        case "problem":
            return bool(wanted.name == entry["kind"]) and wanted.text in entry["message"]
        case "note":
            return wanted.text in entry["message"]
        case "finding":
            return (
                (entry["rule_id"], entry["certainty"]) == (wanted.name, wanted.certainty)
                and wanted.text in entry["message"]
                and ((entry["suppressed"] or {}).get("kind") == wanted.details.get("suppressed"))
                and all(_detail(word, entry) == value for word, value in wanted.details.items() if word != "suppressed")
            )


def _detail(word: str, finding: Mapping[str, Any]) -> object:
    match word:
        case "user":
            return finding["user"]["name"]
        case "address":
            return finding["user"]["address"]
        case "keys" | "instances":
            return len(finding[word])
        case _:
            return finding[word]


def _shown(entry: Mapping[str, Any]) -> str:
    place = f"{entry['location']['path']}:{entry['location']['line']}"
    if "rule_id" in entry:
        more = {word: entry[word] for word in ("witness", "worlds", "worse", "suppressed") if entry[word]}
        head = f"{place} {entry['rule_id']} {entry['certainty']} {entry['severity']}"
        return f"{head} {json.dumps(entry['message'])} {json.dumps(more)}"
    if "rule_ids" in entry:
        return f"{place} undecided {','.join(entry['rule_ids'])} {json.dumps(entry['reason'])}"
    kind = f"problem {entry['kind']}" if "kind" in entry else "note"
    return f"{place} {kind} {json.dumps(entry['message'])}"


def _with(witness: Mapping[str, Any], root: Path, case: Case) -> Run:
    inputs = [word for name, value in witness.items() for word in ("--input", f"{name}={json.dumps(value)}")]
    return scan(root, (*case.options, *inputs), case.paths)


def _holds(finding: Mapping[str, Any], result: Run) -> bool:
    """Whether ``result`` reports the finding with more than possibility. The witness may be what names the user."""
    same = [
        other
        for other in result.report["findings"]
        if (other["rule_id"], other["location"]) == (finding["rule_id"], finding["location"])
        and finding["user"]["name"] in (None, other["user"]["name"])
    ]
    return any(other["certainty"] != "possible" for other in same)


def _examples(documentation: str, heading: str) -> list[tuple[str, str]]:
    """The fenced blocks below a heading of a rule's documentation: language and text."""
    sections = re.split(r"(?m)^#+ +(.*)$", documentation)
    bodies = [body for title, body in zip(sections[1::2], sections[2::2], strict=True) if title.strip() == heading]
    return [(found[1], found[2]) for body in bodies for found in re.finditer(r"(?ms)^```(\w+)\n(.*?)^```$", body)]
