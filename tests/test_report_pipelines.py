"""The reports for pipelines: each is valid for what reads it, and nothing that was scanned breaks out of it."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import xmlschema

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Report, Severity, Suppression
from iac_keycheck.levels import FailOn
from iac_keycheck.report import View, rendered
from iac_keycheck.source import Span
from tests.sample_reports import NOTE, PROBLEM, finding, framed, occurrence, report, undecided

SCHEMAS: Final = Path(__file__).parent / "schemas"
JUNIT: Final = xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))
FORMATS: Final = (
    "text",
    "json",
    "sarif",
    "junit",
    "gitlab-quality",
    "gitlab-sast",
    "github",
    "markdown",
    "csv",
    "html",
)
HOSTILE: Final = (
    "=cmd|' /C calc'!A0 \x1b]0;x\x07 \u202egnp \udc80\r\n::error file=x::y ]]></failure><script>alert(1)</script>"
    " | `` ``` ![x](http://e/x) @team #1 [a](javascript:b) www.evil.example %0A <!-- & \" '"
)
ALWAYS: Final = finding(occurrence(certainty=Certainty.ALWAYS))
SUPPRESSED: Final = finding(suppressed=Suppression("ignore", "both are needed"))
WHOLE: Final = report(ALWAYS, finding(), SUPPRESSED, undecided=(undecided(),), problems=(PROBLEM,), notes=(NOTE,))
EVIL: Final = report(
    finding(occurrence(HOSTILE, Certainty.ALWAYS), message=HOSTILE, deployment=HOSTILE),
    undecided=(undecided(HOSTILE, HOSTILE),),
    sources={"infra/main.tf": (HOSTILE.replace("\r\n", " ") + "\n") * 20},
)


def shown(of: Report, format_: str, fail_on: FailOn = "default") -> str:
    return rendered(of, format_, View(fail_on, Severity.MEDIUM))


def as_json(of: Report, format_: str) -> Any:  # noqa: ANN401 — JSON
    return json.loads(shown(of, format_))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_is_the_same_every_time_and_ends_its_last_line(format_: str) -> None:
    assert shown(WHOLE, format_) == shown(WHOLE, format_)
    assert shown(WHOLE, format_).endswith("\n")


@pytest.mark.parametrize("format_", FORMATS)
def test_no_character_drives_a_terminal_or_turns_text_round(format_: str) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown(EVIL, format_))


ORDERS: Final = "##vso[task.setvariable variable=PATH]x ##[add-mask]y ##teamcity[z] ###[debug]"


@pytest.mark.parametrize("format_", FORMATS)
def test_nothing_that_was_scanned_gives_orders_to_a_runner(format_: str) -> None:
    of = report(
        finding(occurrence(ORDERS, Certainty.ALWAYS), message=ORDERS),
        finding(message="low", span=Span("::stop-commands::x.tf", 1, 1, 1, 2)),
        undecided=(undecided(ORDERS, ORDERS),),
        sources={"infra/main.tf": (ORDERS + "\n") * 20},
    )
    text = shown(of, format_)
    assert not re.search(r"##\w*\[", text)
    assert "vso[task.setvariable" in html.unescape(text)
    if format_ != "github":
        assert not re.search(r"(?m)^\s*::[a-z]", text)
    if format_ in {"json", "sarif", "gitlab-quality", "gitlab-sast"}:
        assert ORDERS in str(json.loads(text))


@pytest.mark.parametrize("of", [report(), WHOLE, EVIL])
@pytest.mark.parametrize("fail_on", ["default", "undecided", "never"])
def test_junit_is_valid_by_its_schema(of: Report, fail_on: FailOn) -> None:
    JUNIT.validate(shown(of, "junit", fail_on))


def test_junit_has_a_case_for_each_finding_and_each_rule_without_one() -> None:
    text = shown(WHOLE, "junit")
    assert '<testsuites name="iac-keycheck" tests="5" failures="1" errors="1">' in text
    assert text.count("<skipped") == 3
    assert "suppressed: ignore: both are needed" in text
    assert 'type="syntax" message="unexpected end of file"' in text
    assert "13 | / resource &quot;aws_iam_access_key&quot; &quot;b&quot; {" in text
    clean = shown(report(), "junit")
    assert 'tests="2" failures="0" errors="0"' in clean
    assert 'name="IAM user with more than one active access key"/>' in clean


def test_code_quality_has_what_gitlab_requires() -> None:
    entries = as_json(WHOLE, "gitlab-quality")
    assert [entry["check_name"] for entry in entries] == ["AC_AWS_0554", "AC_AWS_0554", "problem-syntax", "undecided"]
    for entry in entries:
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["description"]
        assert entry["location"]["lines"]["begin"] > 0
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)


SOME_TEXT: Final = {"type": "string", "minLength": 1}
IDENTIFIER: Final = {
    "type": "object",
    "required": ["type", "name", "value"],
    "properties": {"type": SOME_TEXT, "name": SOME_TEXT, "value": SOME_TEXT},
}
TOOL: Final = {
    "type": "object",
    "required": ["id", "name", "version", "vendor"],
    "properties": {
        "id": SOME_TEXT,
        "name": SOME_TEXT,
        "version": SOME_TEXT,
        "vendor": {"type": "object", "required": ["name"], "properties": {"name": SOME_TEXT}},
    },
}
MOMENT: Final = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
# What GitLab's schema 15.2.1 says of all that the report has, read in gitlabhq/gitlabhq at commit 9d2ebf5c7a7f
# (lib/gitlab/ci/parsers/security/validators/schemas/15.2.1), and its documentation of where things are.
SAST: Final = {
    "type": "object",
    "required": ["scan", "version", "vulnerabilities"],
    "properties": {
        "version": {"const": "15.2.1"},
        "scan": {
            "required": ["analyzer", "scanner", "start_time", "end_time", "status", "type"],
            "properties": {
                "analyzer": TOOL,
                "scanner": TOOL,
                "start_time": MOMENT,
                "end_time": MOMENT,
                "type": {"const": "sast"},
                "status": {"enum": ["success", "failure"]},
                "messages": {
                    "items": {
                        "required": ["level", "value"],
                        "properties": {"level": {"enum": ["info", "warn", "fatal"]}, "value": SOME_TEXT},
                    }
                },
            },
        },
        "vulnerabilities": {
            "items": {
                "required": ["id", "identifiers", "location"],
                "properties": {
                    "id": SOME_TEXT,
                    "name": {"type": "string", "maxLength": 255},
                    "description": {"type": "string", "maxLength": 1048576},
                    "solution": {"type": "string", "maxLength": 7000},
                    "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                    "identifiers": {"minItems": 1, "items": IDENTIFIER},
                    "location": {
                        "required": ["file", "start_line"],
                        "properties": {
                            "file": SOME_TEXT,
                            "start_line": {"type": "integer", "minimum": 1},
                            "end_line": {"type": "integer", "minimum": 1},
                        },
                    },
                },
            }
        },
    },
}


def closed(schema: Any) -> Any:  # noqa: ANN401 — JSON
    """The schema with no member allowed that it says nothing of: all that the report has is checked."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    return {**inner, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else inner


@pytest.mark.parametrize("of", [report(), WHOLE, EVIL])
def test_sast_is_as_the_documentation_of_gitlab_has_it(of: Report) -> None:
    jsonschema.Draft7Validator(closed(SAST)).validate(as_json(of, "gitlab-sast"))


@pytest.mark.parametrize("of", [report(), WHOLE, EVIL])
def test_sast_is_valid_by_the_schema_of_gitlab(of: Report) -> None:
    path = os.environ.get("GITLAB_SAST_SCHEMA")
    if path is None:
        pytest.skip("no package index has GitLab's schema: set GITLAB_SAST_SCHEMA to sast-report-format.json 15.2.1")
    jsonschema.Draft7Validator(json.loads(Path(path).read_text("utf-8"))).validate(as_json(of, "gitlab-sast"))


def test_sast_has_what_counts_with_all_its_names() -> None:
    whole = as_json(WHOLE, "gitlab-sast")
    assert whole["scan"]["status"] == "failure"
    assert [one["level"] for one in whole["scan"]["messages"]] == ["warn", "info"]
    first, second = whole["vulnerabilities"]
    assert first["id"] != second["id"]
    assert [one["value"] for one in first["identifiers"]] == ["AC_AWS_0554", "AVD-AWS-0167", "cis-aws-3.0.0/1.13"]
    assert first["location"] == {"file": "infra/main.tf", "start_line": 13, "end_line": 16}
    assert first["solution"].startswith("Set the status")


def test_annotations_begin_with_what_fails_and_stay_on_their_lines() -> None:
    rows = shown(WHOLE, "github").splitlines()
    assert rows[0] == (
        "::error file=infra/main.tf,line=13,endLine=16,title=AC_AWS_0554 (medium%2C always)"
        '::user "ci-deploy" has 2 active access keys'
    )
    assert [row.split()[0] for row in rows] == ["::error", "::warning", "::error", "::notice", "users"]
    evil = shown(EVIL, "github")
    assert sum(row.startswith("::") for row in evil.splitlines()) == 2
    assert "%250A" in evil


def test_markdown_shows_what_was_scanned_and_takes_nothing_of_it_for_markup() -> None:
    text = shown(WHOLE, "markdown")
    assert text.startswith("### iac-keycheck failed: 1 finding and 1 problem that can hide a key or a user\n")
    assert "| medium | always | <code>AC&#95;AWS&#95;0554</code> |" in text
    assert "13 | / resource" in text
    evil = shown(EVIL, "markdown")
    outside = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", evil)
    assert "<script" not in outside
    assert not re.search(r"[@#][\w]|!\[|\]\(|`|www\.", re.sub(r"&#\d+;", "", outside.replace("### ", "")))
    (row,) = (row for row in outside.splitlines() if row.startswith("| medium"))
    assert row.count("|") == 6
    assert "![x](http://e/x)" in html.unescape(row.replace("<!-- -->", ""))
    opened = re.search(r"(?m)^(`{3,})text$", evil)
    assert opened is not None
    assert len(opened[1]) == 4


def test_markdown_fits_into_a_comment() -> None:
    many = report(*[ALWAYS] * 2000)
    text = shown(many, "markdown")
    assert len(text) < 65_536
    assert "see the whole report" in text
    assert text.splitlines()[-1].startswith("users with more than one active key")


def test_markdown_shows_where_one_stands_with_each_control() -> None:
    text = html.unescape(shown(framed("cis-aws-3.0.0"), "markdown"))
    assert "**Controls of cis-aws-3.0.0**" in text
    assert "| 1.12 | nothing found | <code>IDLE</code> |\n| 1.13 | 1 failing, 1 undecided | <code>AC_AWS" in text
    assert text.index("**Fails the run: cis-aws-3.0.0 1.13**") < text.index("| medium | always |")
    assert text.count("**Found, but below what fails a run: cis-aws-3.0.0 1.4, 1.14**") == 1
    assert "Controls" not in shown(framed(), "markdown")


@pytest.mark.parametrize(
    ("asked", "controls"),
    [((), "cis-aws-3.0.0/1.13 soc2/CC6.1 pci-dss-4.0.1/8.6.3"), (("soc2",), "soc2/CC6.1")],
)
def test_csv_names_the_controls(asked: tuple[str, ...], controls: str) -> None:
    rows = csv.DictReader(io.StringIO(shown(framed(*asked), "csv")))
    assert next(row["controls"] for row in rows if row["rule_id"] == "AC_AWS_0554") == controls


def test_csv_has_a_row_for_each_instance_and_no_formula() -> None:
    one = finding(occurrence("a", Certainty.ALWAYS), occurrence("-b"), suppressed=Suppression("baseline", ""))
    rows = list(csv.DictReader(io.StringIO(shown(report(one), "csv"))))
    assert [row["user"] for row in rows] == ["a", "'-b"]
    assert [row["outcome"] for row in rows] == ["suppressed"] * 2
    assert [row["when"] for row in rows] == ["", "when var.both = true"]
    for row in csv.reader(io.StringIO(shown(EVIL, "csv"))):
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row)
