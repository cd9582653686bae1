"""The JSON report is a contract: fields keep their names, meaning and order."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iac_keycheck import __version__
from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Entries, Input, Items, Leaf, Origin, Ref, Sample, Unknown
from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Place, Report, Severity, Suppression, Worse
from iac_keycheck.report import View, rendered
from iac_keycheck.report.indented import indented
from iac_keycheck.report.plain import MASK, plain_json
from tests.sample_reports import NOTE, PROBLEM, block, finding, occurrence, report, undecided

VIEW = View("default", Severity.MEDIUM)


def as_json(of: Report) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(rendered(of, "json", VIEW))
    return read


def test_the_report_has_the_fields_of_the_contract_in_their_order() -> None:
    whole = as_json(report(finding(), undecided=(undecided(),), problems=(PROBLEM,), notes=(NOTE,)))
    user = {"name": "ci-deploy", "address": "aws_iam_user.ci"}
    keys = ["aws_iam_access_key.a", "aws_iam_access_key.b[0]"]
    expected = {
        "schema_version": "1",
        "tool": {"name": "iac-keycheck", "version": __version__},
        "as_of": "2026-11-20T00:00:00Z",
        "summary": {
            "files": 2,
            "deployments": 1,
            "users": 1,
            "access_keys": 2,
            "findings": 1,
            "undecided": 1,
            "problems": 1,
        },
        "findings": [
            {
                "rule_id": "AC_AWS_0554",
                "rule_name": "multiple-active-access-keys",
                "severity": "medium",
                "certainty": "possible",
                "worlds": [],
                "witness": {"var.both": True},
                "worse": None,
                "message": 'user "ci-deploy" has 2 active access keys',
                "fingerprint": "0123456789abcdef",
                "user": user,
                "keys": keys,
                "instances": [
                    {
                        "user": user,
                        "keys": keys,
                        "certainty": "possible",
                        "worlds": [],
                        "witness": {"var.both": True},
                        "calls": [],
                    }
                ],
                "location": {"path": "infra/main.tf", "line": 13, "column": 1, "end_line": 16, "end_column": 2},
                "related": [
                    {"path": "infra/main.tf", "line": 5, "message": "the user"},
                    {"path": "infra/main.tf", "line": 9, "message": "another active key"},
                    {"path": "infra/main.tf", "line": 14, "message": "exists under this condition"},
                ],
                "deployment": "infra",
                "suppressed": None,
            }
        ],
        "undecided": [
            {
                "rule_ids": ["AC_AWS_0554"],
                "subject": "aws_iam_access_key.x",
                "reason": "its user is not known",
                "location": {"path": "infra/main.tf", "line": 3},
            }
        ],
        "problems": [
            {
                "kind": "syntax",
                "message": "unexpected end of file",
                "location": {"path": "infra/broken.tf", "line": 7},
            }
        ],
        "notes": [{"message": "this ignore matches nothing", "location": {"path": "infra/main.tf", "line": 4}}],
    }
    assert json.dumps(whole) == json.dumps(expected)


def test_the_first_instance_stands_at_the_top() -> None:
    (shown,) = as_json(
        report(
            finding(
                occurrence(
                    "a", Certainty.DEFAULT, worlds=("prod.tfvars",), calls=(Place(block("x.tf", 2, 3), "here"),)
                ),
                occurrence("b"),
            )
        )
    )["findings"]
    assert [instance["user"]["name"] for instance in shown["instances"]] == ["a", "b"]
    for word in ("user", "keys", "certainty", "worlds", "witness"):
        assert shown[word] == shown["instances"][0][word]
    assert shown["instances"][0]["calls"] == [{"path": "x.tf", "line": 2, "message": "here"}]


def test_a_worse_severity_stands_beside() -> None:
    worse = Worse(Severity.HIGH, Certainty.POSSIBLE, {"var.console": True})
    (shown,) = as_json(report(finding(occurrence(worse=worse))))["findings"]
    assert shown["worse"] == {"severity": "high", "certainty": "possible", "witness": {"var.console": True}}


def test_suppressed_findings_are_listed_and_do_not_count() -> None:
    whole = as_json(report(finding(suppressed=Suppression("ignore", "both are needed")), finding()))
    assert whole["summary"]["findings"] == 1
    assert [one["suppressed"] for one in whole["findings"]] == [
        {"kind": "ignore", "reason": "both are needed", "until": None},
        None,
    ]


def test_values_are_plain_json() -> None:
    leaf = Unknown(Leaf(Input("var.x", Origin.VARIABLE, STRING)))
    value = Entries(
        "object",
        {
            "list": Items("set", (1, Decimal("2.0"), Decimal("0.5"))),
            "text": Sample("a"),
            "user": Ref("aws_iam_user.a", "ci"),
            "open": leaf,
            "none": None,
            "flag": True,
        },
    )
    assert json.dumps(plain_json(value)) == (
        '{"list": [1, 2, 0.5], "text": "a", "user": "ci", "open": null, "none": null, "flag": true}'
    )


def test_values_of_sensitive_inputs_are_masked() -> None:
    one = finding(occurrence(witness={"var.password": "hunter2", "var.n": 2}, sensitive=frozenset({"var.password"})))
    for format_ in ("json", "sarif", "text"):
        assert "hunter2" not in rendered(report(one), format_, VIEW)
    (shown,) = as_json(report(one))["findings"]
    assert shown["witness"] == {"var.password": MASK, "var.n": 2}


def test_no_character_of_scanned_text_reaches_the_terminal_as_it_is() -> None:
    hostile = "\x1b]0;x\x07 \u202egnp \udc80 \x7f"
    written = rendered(report(finding(message=hostile)), "json", VIEW)
    assert written.isascii()
    assert all(character.isprintable() or character == "\n" for character in written)
    assert json.loads(written)["findings"][0]["message"] == hostile


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_is_written_is_what_the_standard_library_writes(value: object) -> None:
    assert indented(value) == json.dumps(value, indent=2)
