"""Comments that other tools understand hold back what they name by an alias of ours, and are shown as what they are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Finding, Suppression
from iac_keycheck.holding.suppress import apply_suppressions
from iac_keycheck.source import Span
from tests.running import scan
from tests.sample_reports import finding, occurrence
from tests.test_cli_scan import key, written

AS_OF = datetime(2026, 11, 20, tzinfo=UTC)


def held(text: str, line: int, path: str = "main.tf") -> tuple[Suppression | None, list[str]]:
    """How the marks in a text hold back a finding about the block of three lines that begins in that line."""
    span = Span(path, line, 1 if path == "main.tf" else 3, line + 2, 2)
    one: Finding = finding(occurrence(certainty=Certainty.ALWAYS), span=span, subject_spans=(span,))
    (found,), notes = apply_suppressions([one], {path: text}, AS_OF)
    return found.suppressed, [note.message for note in notes]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("BLOCK {\n  # checkov:skip=AC_AWS_0554:both are needed\n}\n", 1, "checkov:skip=AC_AWS_0554: both are needed"),
        ("BLOCK { #checkov:skip=CKV_AWS_9,AVD-AWS-0167\n\n}\n", 1, "checkov:skip=AVD-AWS-0167"),
        ("BLOCK {\n  //bridgecrew:skip= AVD-AWS-0167: x\n}\n", 1, "bridgecrew:skip=AVD-AWS-0167: x"),
        ("BLOCK {\n  #ts:skip=AC_AWS_0554 both are needed\n}\n", 1, "ts:skip=AC_AWS_0554: both are needed"),
        ("#trivy:ignore:AVD-AWS-0167\nBLOCK {\n\n}\n", 2, "trivy:ignore:AVD-AWS-0167"),
        ("# trivy:ignore:avd-aws-0167\nBLOCK {\n\n}\n", 2, "trivy:ignore:avd-aws-0167"),
        ("BLOCK { # tfsec:ignore:x-y tfsec:ignore:avd-aws-0167\n\n}\n", 1, "tfsec:ignore:avd-aws-0167"),
        ("# tfsec:ignore:x\n# trivy:ignore:AVD-AWS-0167\n# tfsec:ignore:y\nBLOCK {\n\n}\n", 4, None),
    ],
)
def test_they_count_where_they_count_for_their_tool(text: str, line: int, reason: str | None) -> None:
    assert held(text, line) == (Suppression("ignore", reason or "trivy:ignore:AVD-AWS-0167"), [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# checkov:skip=AC_AWS_0554:above the block\nBLOCK {\n\n}\n", 2),
        ("BLOCK {\n\n}\n# checkov:skip=AC_AWS_0554:below\n", 1),
        ("BLOCK {\n  # trivy:ignore:AVD-AWS-0167\n}\n", 1),
        ("# trivy:ignore:AVD-AWS-0001\nBLOCK {\n\n}\n", 2),
        ("# trivy:ignore:*\nBLOCK {\n\n}\n", 2),
        ("# trivy:ignore:AVD-AWS-0167:ws:prod\nBLOCK {\n\n}\n", 2),
        ("# trivy:ignore:AVD-AWS-0167:exp:soon\nBLOCK {\n\n}\n", 2),
        ('BLOCK {\n  x = "# checkov:skip=AC_AWS_0554"\n}\n', 1),
        ("BLOCK {\n  # see checkov:skip\n}\n", 1),
    ],
)
def test_others_hold_nothing_and_are_no_slip_of_ours(text: str, line: int) -> None:
    assert held(text, line) == (None, [])


def test_one_that_ended_holds_nothing_and_that_is_said() -> None:
    text = "# trivy:ignore:AVD-AWS-0167:exp:{}\nBLOCK {{\n\n}}\n"
    lasting = Suppression("ignore", "trivy:ignore:AVD-AWS-0167", date(2026, 11, 20))
    assert held(text.format("2026-11-20"), 2) == (lasting, [])
    assert held(text.format("2026-11-19"), 2) == (None, ["this ignore ended on 2026-11-19 and holds nothing back"])


def test_checkov_is_honoured_in_the_metadata_of_a_template() -> None:
    text = (
        "Resources:\n  Key:\n    Metadata: {checkov: {skip: [{id: AC_AWS_0554, comment: theirs}]}}\n"
        "    Type: AWS::IAM::AccessKey\n"
    )
    assert held(text, 2, "t.yaml") == (Suppression("ignore", "checkov: skip: AC_AWS_0554: theirs"), [])


def test_both_words_stand_in_one_metadata() -> None:
    text = (
        "Resources:\n  Key:\n    Metadata:\n      checkov: {skip: [{id: CKV_1, comment: theirs}]}\n"
        "      iac-keycheck: {ignore: {AC_AWS_0554: ours}}\n    Type: AWS::IAM::AccessKey\n"
    )
    assert held(text, 2, "t.yaml") == (Suppression("ignore", "ours"), [])


def test_a_scan_shows_it(tmp_path: Path) -> None:
    written(tmp_path, key("a") + key("b", "  #checkov:skip=AVD-AWS-0167:the vendor needs both\n"))
    result = scan(tmp_path, ("--rule", "AC_AWS_0554"))
    assert result.exit_code == 0
    (one,) = result.report["findings"]
    assert one["suppressed"]["reason"] == "checkov:skip=AVD-AWS-0167: the vendor needs both"
    assert scan(tmp_path, ("--rule", "AC_AWS_0554", "--no-ignores")).exit_code == 1
