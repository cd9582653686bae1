"""Rules of one's own: made, tested, in Python and in YAML; and queries of the graph."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from iac_keycheck.checked_yaml import schema
from tests.conftest import PROJECT
from tests.running import run, scan
from tests.test_cli_scan import MAYBE, ONE, TWO, USER, key, written

RULE = """\
id: ACME_0001
name: key-of-ci
summary: Access key of ci
severity: medium
select: $.deployments[*].resources[?(@.kind == "aws_iam_access_key")].instances[*]
where:
  - value: attributes.user
    {test}
message: "{{address}} is of {{attributes.user}}"
"""


def own(folder: Path, text: str, name: str = "rule.yaml") -> tuple[str, ...]:
    """The options that scan with one rule of that text only."""
    (folder / "mine").mkdir(exist_ok=True)
    written(folder / "mine", text, name)
    return ("--rules-dir", "mine", "--rule", "ACME_0001", "--exclude", "mine")


@pytest.mark.parametrize("kind", ["python", "yaml"])
def test_a_new_rule_passes_its_own_fixtures(kind: str, tmp_path: Path) -> None:
    made = run("rules", "new", "ACME_0001", "--kind", kind, cwd=tmp_path)
    assert made.exit_code == 0, made.stderr
    tested = run("rules", "test", cwd=tmp_path)
    assert tested.stdout.splitlines() == [
        "ACME_0001/fires: as expected",
        "ACME_0001/is-silent: as expected",
        "2 of 2 as expected",
    ]
    assert tested.exit_code == 0
    page = run("rules", "--rules-dir", "rules", "acme_0001", cwd=tmp_path)
    assert "Access key of a user that is made elsewhere" in page.stdout
    written(tmp_path, ONE)
    found = scan(tmp_path, ("--rules-dir", "rules", "--exclude", "rules/", "--rule", "acme-0001")).report["findings"]
    assert [one["keys"] for one in found] == [["aws_iam_access_key.a"]]
    again = run("rules", "new", "ACME_0001", "--kind", kind, cwd=tmp_path)
    assert again.exit_code == 2
    assert "is there already; nothing was written" in again.stderr


@pytest.mark.parametrize(
    ("name", "answer"),
    [("ac_aws_0554", "is a name of the rule AC_AWS_0554 already"), ("../x", "is no id"), ("a b", "is no id")],
)
def test_a_new_rule_needs_a_name_of_its_own(name: str, answer: str, tmp_path: Path) -> None:
    result = run("rules", "new", name, cwd=tmp_path)
    assert result.exit_code == 2
    assert answer in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_rule_that_finds_nothing_says_what_it_looked_at(tmp_path: Path) -> None:
    run("rules", "new", "ACME_0001", "--kind", "yaml", cwd=tmp_path)
    rule = tmp_path / "rules/ACME_0001.yaml"
    text = rule.read_text("utf-8")
    rule.write_text(text.replace("exists: false", "equals: me").replace("user.ref", "usr"), "utf-8")
    result = run("rules", "test", "acme_0001", cwd=tmp_path)
    assert result.exit_code == 1
    assert "  select finds 1 in the graph\n" in result.stdout
    assert "  where[0]: attributes.usr is in none of them; the first is {" in result.stdout
    rule.write_text(text.replace("exists: false", "equals: me").replace("user.ref", "user"), "utf-8")
    assert 'where[0]: attributes.user is "ci", of which' in run("rules", "test", cwd=tmp_path).stdout
    rule.write_text(text.replace("aws_iam_access_key", "aws_iam_access_keys"), "utf-8")
    assert "  select finds 0 in the graph: $.deployments" in run("rules", "test", cwd=tmp_path).stdout


def test_one_rule_is_tested_by_its_id(tmp_path: Path) -> None:
    for name in ("ACME_0001", "ACME_0002"):
        run("rules", "new", name, cwd=tmp_path)
    assert run("rules", "test", "ACME_0002", cwd=tmp_path).stdout.endswith("2 of 2 as expected\n")
    wrong = run("rules", "test", "ACME_0003", cwd=tmp_path)
    assert wrong.exit_code == 2
    assert "there is no rule 'ACME_0003'. Did you mean ACME_000" in " ".join(wrong.stderr.split())


def test_fixtures_of_rules_are_no_code_of_a_scan_with_these_rules(tmp_path: Path) -> None:
    for folder in ("rules", "od[d] *rules"):
        run("rules", "new", "ACME_0001", "--dir", folder, cwd=tmp_path)
        result = scan(written(tmp_path, ONE), ("--rules-dir", folder, "--rule", "ACME_0001"))
        paths = {one["location"]["path"].split("/")[0] for one in result.report["findings"]}
        assert paths == {"main.tf", *({"rules"} if folder != "rules" else ())}
        named = scan(tmp_path, ("--rules-dir", folder, "--rule", "ACME_0001"), (f"{folder}/fixtures/ACME_0001/fires",))
        assert len(named.report["findings"]) == 1


def test_a_fixture_that_says_something_else_fails(tmp_path: Path) -> None:
    run("rules", "new", "ACME_0001", cwd=tmp_path)
    silent = tmp_path / "rules/fixtures/ACME_0001/is-silent/main.tf"
    silent.write_text(ONE, "utf-8")
    fires = tmp_path / "rules/fixtures/ACME_0001/fires/main.tf"
    fires.write_text(fires.read_text("utf-8").replace("always", "possible"), "utf-8")
    result = run("rules", "test", cwd=tmp_path)
    assert result.exit_code == 1
    assert "rules/fixtures/ACME_0001/is-silent/main.tf:1: not expected: ACME_0001 always" in result.stdout
    assert 'fires/main.tf:1: not found: ACME_0001 possible "is made elsewhere"' in result.stdout
    fires.unlink()
    assert "it has no case below" in run("rules", "test", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ("equals: ci", 1),
        ("equals: CI", 0),
        ("not-equals: ci", 0),
        ("in: [x, ci]", 1),
        ("not-in: [x, ci]", 0),
        ("matches: '^c'", 1),
        ("not-matches: '^c'", 0),
        ("exists: true", 1),
        ("exists: false", 0),
    ],
)
def test_a_condition_asks_what_it_says(test: str, found: int, tmp_path: Path) -> None:
    written(tmp_path, USER + key("a").replace('"ci"\n', "aws_iam_user.ci.name\n"))
    report = scan(tmp_path, own(tmp_path, RULE.format(test=test))).report
    assert len(report["findings"]) == found
    for one in report["findings"]:
        assert one["message"] == "aws_iam_access_key.a is of ci"
        assert (one["certainty"], one["severity"]) == ("default", "medium")
        assert one["user"] == {"name": "ci", "address": "aws_iam_user.ci"}
        assert (one["location"]["line"], one["deployment"]) == (4, ".")


def test_what_inputs_decide_is_undecided_with_their_names(tmp_path: Path) -> None:
    written(tmp_path, 'variable "who" {}\n' + key("a").replace('"ci"', "var.who") + MAYBE.replace('"a"', '"c"'))
    report = scan(tmp_path, own(tmp_path, RULE.format(test="equals: ci"))).report
    assert [one["keys"] for one in report["findings"]] == [["aws_iam_access_key.c"]]
    assert {(one["subject"], one["reason"]) for one in report["undecided"]} == {
        ("aws_iam_access_key.a", "it depends on var.who"),
        ("aws_iam_access_key.b", "it depends on var.both"),
    }


def test_a_finding_of_a_rule_in_yaml_is_held_back_like_any_other(tmp_path: Path) -> None:
    written(tmp_path, "# iac-keycheck: ignore[ACME_0001] it is theirs\n" + ONE)
    (finding,) = scan(tmp_path, own(tmp_path, RULE.format(test="equals: ci"))).report["findings"]
    assert finding["suppressed"]["reason"] == "it is theirs"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "it is empty"),
        ("id: ACME_0001\n", ":1: the file has no name, which it needs."),
        (RULE.format(test="equal: ci"), ":8: where[0].equal is not known here. Did you mean equals?"),
        (RULE.format(test="matches: '('"), "unterminated subpattern"),
        (RULE.format(test=f"matches: '{'(' * 5000}'"), "recursion"),
        (RULE.format(test=f"matches: 'a{{{2**64}}}'"), "repetition number is too large"),
        (RULE.format(test="exists: 1"), "where[0].exists must be true or false"),
        (RULE.format(test="equals: ci").replace("severity: medium", "severity: bad"), "'bad' is none of high,"),
        (RULE.format(test="equals: ci").replace("$.deployments[*]", "$.["), "is no JSONPath"),
        (RULE.format(test="equals: ci").replace("    equals: ci\n", ""), "asks nothing: say one of equals"),
        (RULE.format(test="equals: ci").replace("ACME_0001", "AC_AWS_0554"), "is the id of two rules"),
        ("[", "it is no YAML"),
    ],
)
def test_a_rule_in_yaml_with_a_slip_is_misuse(text: str, answer: str, tmp_path: Path) -> None:
    result = run("scan", *own(tmp_path, text), cwd=written(tmp_path, ONE))
    assert result.exit_code == 2
    assert answer in " ".join(result.stderr.split())


def test_a_selection_without_a_place_is_a_problem(tmp_path: Path) -> None:
    text = RULE.format(test="exists: false").replace('.resources[?(@.kind == "aws_iam_access_key")].instances[*]', "")
    report = scan(written(tmp_path, ONE), own(tmp_path, text)).report
    assert "selects something without a location" in report["problems"][0]["message"]


def test_the_schema_of_rules_is_published_and_is_the_one_that_counts() -> None:
    assert (PROJECT / "docs/rule.schema.json").read_bytes() == (PROJECT / "iac_keycheck/rule.schema.json").read_bytes()
    validator = jsonschema.Draft202012Validator(schema("rule"))
    validator.check_schema(schema("rule"))
    assert validator.is_valid(yaml.safe_load(RULE.format(test="equals: ci")))
    assert not validator.is_valid(yaml.safe_load(RULE.format(test="equal: ci")))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("$..instances[*].address", ["aws_iam_access_key.a", "aws_iam_access_key.b"]),
        ('$.deployments[*].resources[?(@.address =~ "b$")].kind', ["aws_iam_access_key"]),
        ("$.nothing", []),
    ],
)
def test_the_graph_is_asked(query: str, found: list[str], tmp_path: Path) -> None:
    result = run("graph", "--query", query, cwd=written(tmp_path, TWO))
    assert (result.exit_code, json.loads(result.stdout)) == (0, found)


def test_a_query_that_is_no_jsonpath_is_misuse(tmp_path: Path) -> None:
    result = run("graph", "--query", "$[", cwd=written(tmp_path, TWO))
    assert result.exit_code == 2
    assert "'$[' is no JSONPath" in result.stderr


def test_the_page_about_own_rules_is_true(tmp_path: Path) -> None:
    """Its files are written, its commands run, their output compared."""
    text = (PROJECT / "docs/own-rules.md").read_text("utf-8")
    commands = 0
    for name, language, body in re.findall(r"(?ms)^(?:`([^`\n]+)`:\n\n)?```(\w+)\n(.*?)^```$", text):
        if name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(body, "utf-8")
        elif language == "console":
            for command, output in re.findall(r"(?m)^\$ (.*)\n((?:(?!\$ ).*\n)*)", body):
                words = shlex.split(command)
                assert words[0] == "iac-keycheck"
                done = run(*words[1:], cwd=tmp_path)
                said = [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]
                for line in output.splitlines():
                    assert line in said or line == "…", f"{command}: {line!r} is not in {said}"
                commands += 1
    assert commands > 5


def test_the_example_of_the_page_about_the_api_runs(tmp_path: Path) -> None:
    text = (PROJECT / "docs/api.md").read_text("utf-8")
    code, expected = re.findall(r"(?ms)^```(?:python|text)\n(.*?)^```$", text)
    written(tmp_path, TWO)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(PROJECT)},
    )
    assert done.stdout == expected, done.stderr


def test_the_package_gives_its_names_when_they_are_asked_for() -> None:
    code = (
        "import sys, iac_keycheck\n"
        "assert not [name for name in sys.modules if name.startswith('iac_keycheck.')]\n"
        "import iac_keycheck.command.cli, iac_keycheck.scan\n"
        "from iac_keycheck import scan, Finding, Severity\n"
        "assert callable(scan) and 'scan' in dir(iac_keycheck) and Severity.LOW\n"
        "assert sys.modules['iac_keycheck.scan'].scan is scan\n"
        "for name in iac_keycheck._NAMES: getattr(iac_keycheck, name)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)
