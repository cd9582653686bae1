"""The SARIF report is valid by the official schema, and says where things are from the top of the checkout."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Place, Report, Severity, Suppression
from iac_keycheck.report import View, rendered
from iac_keycheck.source import Span
from tests.sample_reports import NOTE, PROBLEM, block, finding, occurrence, report, undecided

SCHEMA = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "infra").mkdir()
    with contextlib.chdir(tmp_path):
        yield


def run_of(of: Report) -> dict[str, Any]:
    """The one run of a report, once the whole is valid."""
    log = json.loads(rendered(of, "sarif", View("default", Severity.MEDIUM)))
    jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER).validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_an_empty_report_is_valid() -> None:
    run = run_of(report(rules=()))
    assert run["results"] == []
    assert run["invocations"][0]["exitCode"] == 0


def test_a_rule_brings_its_help() -> None:
    (rule,) = run_of(report(finding()))["tool"]["driver"]["rules"]
    assert rule["id"] == "AC_AWS_0554"
    assert rule["fullDescription"]["text"] == "Users with two."
    assert "## Remediation" in rule["help"]["markdown"]
    assert rule["defaultConfiguration"]["level"] == "warning"
    assert rule["properties"]["tags"] == ["security", "aws", "iam", "cis-aws-3.0.0/1.13"]
    assert float(rule["properties"]["security-severity"]) > 0


def test_a_result_says_what_where_and_when() -> None:
    (result,) = run_of(report(finding()))["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("AC_AWS_0554", 0, "warning")
    assert result["message"]["text"].endswith("2 active access keys (possible: when var.both = true)")
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "infra/main.tf", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 13, "startColumn": 1, "endLine": 16, "endColumn": 2},
    }
    assert [one["message"]["text"] for one in result["relatedLocations"]] == [
        "the user",
        "another active key",
        "exists under this condition",
    ]
    assert [one["id"] for one in result["relatedLocations"]] == [1, 2, 3]
    assert result["partialFingerprints"] == {"iacKeycheck/v1": "0123456789abcdef"}
    assert result["suppressions"] == []


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.HIGH, "error"), (Severity.MEDIUM, "warning"), (Severity.LOW, "note"), (Severity.INFO, "note")],
)
def test_the_severity_gives_the_level(severity: Severity, level: str) -> None:
    (result,) = run_of(report(finding(occurrence(severity=severity))))["results"]
    assert result["level"] == level


def test_calls_are_a_flow_from_the_outermost() -> None:
    calls = (Place(block("infra/modules/main.tf", 3, 5), "inner"), Place(block("infra/main.tf", 1, 3), "outer"))
    (result,) = run_of(report(finding(occurrence(calls=calls))))["results"]
    ((flow,),) = [one["threadFlows"] for one in result["codeFlows"]]
    assert [step["location"]["message"]["text"] for step in flow["locations"]][:2] == ["outer", "inner"]


def test_a_suppression_is_told() -> None:
    one, other = (Suppression("ignore", "both are needed"), Suppression("baseline", ""))
    results = run_of(report(finding(suppressed=one), finding(suppressed=other)))["results"]
    assert [result["suppressions"] for result in results] == [
        [{"kind": "inSource", "justification": "ignore: both are needed"}],
        [{"kind": "external", "justification": "baseline"}],
    ]


def test_what_is_undecided_or_wrong_is_a_notification() -> None:
    run = run_of(report(undecided=(undecided(),), problems=(PROBLEM,), notes=(NOTE,)))
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert invocation["exitCode"] == 2
    shown = [(one["descriptor"]["id"], one["level"]) for one in invocation["toolExecutionNotifications"]]
    assert shown == [("undecided", "warning"), ("problem", "error"), ("note", "note")]


def test_paths_are_relative_to_the_top_of_the_checkout(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with contextlib.chdir(tmp_path / "infra"):
        one = finding(occurrence(certainty=Certainty.ALWAYS), span=Span("a b/ä.tf", 1, 1, 1, 2), related=())
        (result,) = run_of(report(one))["results"]
        assert _uri(result) == ("infra/a%20b/%C3%A4.tf", "%SRCROOT%")
        (result,) = run_of(report(finding(span=Span("../top.tf", 1, 1, 1, 2))))["results"]
        assert _uri(result) == ("top.tf", "%SRCROOT%")
        (result,) = run_of(report(finding(span=Span("../../away.tf", 1, 1, 1, 2))))["results"]
        assert _uri(result) == ((tmp_path.parent / "away.tf").as_uri(), None)


def _uri(result: dict[str, Any]) -> tuple[str, str | None]:
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    return artifact["uri"], artifact.get("uriBaseId")
