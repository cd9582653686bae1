"""Credential reports: as moto writes them, on both sides of every limit, and with everything wrong that can be."""

from __future__ import annotations

import base64
import importlib.util
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.running import scan

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
COLUMNS = (
    "user,user_creation_time,password_enabled,password_last_used,password_last_changed,access_key_1_active,"
    "access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date"
)
NO_KEY = "false,N/A,N/A"
SECOND = timedelta(seconds=1)


def said(moment: datetime) -> str:
    return moment.isoformat()


def rules(folder: Path, rows: str, *options: str) -> list[str]:
    """The rules that are reported for a report with these rows, as of `NOW`."""
    (folder / "report.csv").write_text(f"{COLUMNS}\n{rows}\n")
    as_of = () if "--as-of" in options else ("--as-of", said(NOW))
    report = scan(folder, (*as_of, *options)).report
    assert not report["problems"]
    return sorted(finding["rule_id"] for finding in report["findings"])


@pytest.mark.parametrize(("age", "expected"), [(46 * 86400, ["AWS_IAM_50"]), (46 * 86400 - 1, []), (0, [])])
def test_a_key_is_too_old_from_its_forty_sixth_day_on(tmp_path: Path, age: int, expected: list[str]) -> None:
    made = said(NOW - timedelta(seconds=age))
    row = f"ci,2020-01-01T00:00:00Z,false,N/A,N/A,true,{made},{said(NOW - SECOND)},{NO_KEY}"
    assert rules(tmp_path, row) == expected


@pytest.mark.parametrize(("days", "expected"), [(45, ["CIS_AWS_1_12"]), (44, [])])
@pytest.mark.parametrize("used", [True, False])
@pytest.mark.parametrize("credential", ["password", "first key", "second key"])
def test_a_credential_is_unused_from_its_forty_fifth_day_on(
    tmp_path: Path, days: int, expected: list[str], credential: str, *, used: bool
) -> None:
    moment = said(NOW - timedelta(days=days, hours=0 if expected else 23))
    long_ago = "2020-01-01T00:00:00+00:00"
    pair = f"{moment},{long_ago}" if used else f"no_information,{moment}"
    key = f"{long_ago},{moment}" if used else f"{moment},N/A"
    row = {
        "password": f"true,{pair},{NO_KEY},{NO_KEY}",
        "first key": f"false,N/A,N/A,true,{key},{NO_KEY}",
        "second key": f"false,N/A,N/A,{NO_KEY},true,{key}",
    }[credential]
    assert rules(tmp_path, f"ci,2019-01-01T00:00:00Z,{row}", "--rule", "CIS_AWS_1_12") == expected


@pytest.mark.parametrize(("seconds", "expected"), [(0, ["CIS_AWS_1_11"]), (300, ["CIS_AWS_1_11"]), (301, [])])
def test_a_key_is_of_the_setup_that_comes_within_five_minutes(
    tmp_path: Path, seconds: int, expected: list[str]
) -> None:
    created = NOW - timedelta(days=1)
    row = f"ci,{said(created)},false,N/A,N/A,true,{said(created + timedelta(seconds=seconds))},N/A,{NO_KEY}"
    assert rules(tmp_path, row) == expected


@pytest.mark.parametrize(
    ("password", "used", "severity"),
    [("true", "N/A", "medium"), ("false", "N/A", "low"), ("true", said(NOW - SECOND), "low")],
)
def test_a_key_of_the_setup_is_worse_with_a_password_and_without_any_use(
    tmp_path: Path, password: str, used: str, severity: str
) -> None:
    made = said(NOW - timedelta(days=1))
    (tmp_path / "report.csv").write_text(f"{COLUMNS}\nci,{made},{password},{made},{made},true,{made},{used},{NO_KEY}\n")
    [finding] = scan(tmp_path, ("--rule", "CIS_AWS_1_11")).report["findings"]
    assert finding["severity"] == severity


@pytest.mark.parametrize(
    ("made", "as_of", "days"),
    [
        # noon in UTC is two in the afternoon in Berlin in summer, and five in the morning in Phoenix
        ("2026-06-01T12:00:00Z", "2026-07-17T14:00:00+02:00", 46),
        ("2026-06-01T12:00:00Z", "2026-07-17T13:59:59+02:00", None),
        ("2026-06-01T05:00:00-07:00", "2026-07-17T12:00:00Z", 46),
        ("2026-06-01T05:00:01-07:00", "2026-07-17T12:00:00Z", None),
        # the calendar of the place where it is written does not count
        ("2026-06-01T23:30:00-11:00", "2026-07-18", None),
        ("2026-06-01T23:30:00-11:00", "2026-07-19", 46),
        # a day alone is its midnight in UTC
        ("2026-06-01T00:00:00Z", "2026-07-17", 46),
        ("2026-06-01T00:00:01Z", "2026-07-17", None),
        # into and out of a leap day
        ("2028-02-29T00:00:00Z", "2028-04-15", 46),
        ("2028-02-29T00:00:00Z", "2028-04-14T23:59:59Z", None),
    ],
)
def test_days_are_periods_of_24_hours_whatever_the_time_zone(
    tmp_path: Path, made: str, as_of: str, days: int | None
) -> None:
    row = f"ci,2020-01-01T00:00:00Z,false,N/A,N/A,true,{made},N/A,{NO_KEY}"
    found = rules(tmp_path, row, "--rule", "AWS_IAM_50", "--as-of", as_of)
    assert found == ([] if days is None else ["AWS_IAM_50"])


def test_only_the_key_of_the_setup_is_reported_as_set_up_with_its_user(tmp_path: Path) -> None:
    made, later = said(NOW - timedelta(days=30)), said(NOW - timedelta(days=1))
    (tmp_path / "report.csv").write_text(f"{COLUMNS}\nci,{made},false,N/A,N/A,true,{later},N/A,true,{made},N/A\n")
    [finding] = scan(tmp_path, ("--rule", "CIS_AWS_1_11")).report["findings"]
    assert finding["keys"] == ["ci/access_key_2"]


def test_a_report_is_judged_as_of_when_it_was_generated_unless_another_day_is_chosen(tmp_path: Path) -> None:
    row = f"ci,2020-01-01T00:00:00Z,false,N/A,N/A,true,2026-01-01T00:00:00Z,2026-01-15T00:00:00Z,{NO_KEY}"
    answer = {
        "Content": base64.b64encode(f"{COLUMNS}\n{row}".encode()).decode(),
        "ReportFormat": "text/csv",
        "GeneratedTime": "2026-02-01T10:00:00+00:00",
    }
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    own = scan(tmp_path, ("--rule", "AWS_IAM_50")).report
    chosen = scan(tmp_path, ("--rule", "AWS_IAM_50", "--as-of", "2026-02-16")).report
    assert (own["as_of"], own["findings"]) == ("2026-02-01T10:00:00Z", [])
    assert chosen["as_of"] == "2026-02-16T00:00:00Z"
    assert [finding["message"] for finding in chosen["findings"]] == [
        'access key 1 of IAM user "ci" was not replaced for 46 days'
    ]


def test_places_in_an_encoded_report_differ_from_cell_to_cell(tmp_path: Path) -> None:
    rows = "\n".join(
        f"{name},2020-01-01T00:00:00Z,false,N/A,N/A,true,2025-01-01T00:00:00Z,N/A,{NO_KEY}" for name in "abc"
    )
    text = json.dumps(
        {"Content": base64.b64encode(f"{COLUMNS}\n{rows}".encode()).decode(), "GeneratedTime": "2026-01-01"}
    )
    (tmp_path / "answer.json").write_text(text)
    findings = scan(tmp_path, ("--rule", "AWS_IAM_50")).report["findings"]
    assert [finding["user"]["name"] for finding in findings] == ["a", "b", "c"]
    for finding in findings:
        place = finding["location"]
        column = place["column"] - 1
        start = column - (column - text.index('"', 12) - 1) % 4
        decoded = base64.b64decode(text[start : start + 12])
        assert b"true"[:3] in decoded or b"rue" in decoded


@pytest.mark.skipif(importlib.util.find_spec("moto") is None, reason="moto is not installed")
def test_a_report_of_moto_is_read(tmp_path: Path) -> None:
    import boto3  # noqa: PLC0415 — takes long to import, and may be missing
    from moto import mock_aws  # noqa: PLC0415

    with mock_aws():
        iam = boto3.client("iam", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")  # noqa: S106
        for user in ("alice", "bob", "ci"):
            iam.create_user(UserName=user)
        iam.create_login_profile(UserName="alice", Password="not-a-password")  # noqa: S106
        keys = [iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"] for user in ("alice", "ci", "ci")]
        iam.update_access_key(UserName="ci", AccessKeyId=keys[1], Status="Inactive")
        keys.append(iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"])
        keys.append(iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"])
        iam.generate_credential_report()
        report = iam.get_credential_report()["Content"]
        lists = [iam.list_access_keys(UserName=user) for user in ("alice", "bob", "ci")]
    (tmp_path / "report").mkdir()
    (tmp_path / "report/report.csv").write_bytes(report)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/keys.json").write_text("\n".join(json.dumps(one, default=str) for one in lists))
    chosen = ("--rule", "AC_AWS_0554", "--rule", "CIS_AWS_1_11")
    by_report = scan(tmp_path / "report", chosen).report
    assert not by_report["problems"]
    assert not by_report["undecided"]
    # moto's users are made in the seconds before their keys, and its reports have moto's own moments
    assert [(f["rule_id"], f["user"]["name"]) for f in by_report["findings"] if f["rule_id"] == "AC_AWS_0554"] == [
        ("AC_AWS_0554", "bob")
    ]
    by_list = scan(tmp_path / "lists", chosen).report
    assert [(f["user"]["name"], f["keys"]) for f in by_list["findings"]] == [("bob", keys[3:])]
