"""Marks in code that hold findings back, and what is said about those that do not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Finding, Place, Suppression
from iac_keycheck.holding.suppress import apply_suppressions
from iac_keycheck.source import Span
from tests.sample_reports import SET_UP, TWO_KEYS, block, finding, occurrence

AS_OF = datetime(2026, 11, 20, tzinfo=UTC)
REASON = Suppression("ignore", "the old system needs both")
IGNORE = "iac-keycheck: ignore[AC_AWS_0554] the old system needs both"
ROTATING = "iac-keycheck: rotating until=2026-12-01"


def about(line: int, path: str = "main.tf", column: int = 1) -> Finding:
    """A finding whose key is a block that begins in that line."""
    span = Span(path, line, column, line + 2, 2)
    return finding(occurrence(certainty=Certainty.ALWAYS), span=span, subject_spans=(span,))


def held(text: str, one: Finding, path: str = "main.tf") -> tuple[Suppression | None, list[str]]:
    """How the marks in ``text`` hold a finding back, and what is said about them."""
    (found,), notes = apply_suppressions([one], {path: text}, AS_OF)
    return found.suppressed, [note.message for note in notes]


@pytest.mark.parametrize(
    "text",
    [
        f"# {IGNORE}\nBLOCK {{\n}}\n",
        f"// {IGNORE}\nBLOCK {{\n}}\n",
        f"/* {IGNORE} */\nBLOCK {{\n}}\n",
        f"\nBLOCK {{ # {IGNORE}\n}}\n",
        f"\nBLOCK {{ // {IGNORE}\n}}\n",
        f"\nBLOCK {{ /* {IGNORE} */\n}}\n",
        f"#{IGNORE}\r\nBLOCK {{\r\n}}\r\n",
        "# iac-keycheck: ignore[ac_aws_0554]: the old system needs both\nBLOCK {\n}\n",
        "# iac-keycheck:ignore [CKV_X, AVD-AWS-0167] - the old system needs both\nBLOCK {\n}\n",
        "# iac-keycheck: ignore[multiple-active-access-keys] the old system needs both\nBLOCK {\n}\n",
    ],
)
def test_an_ignore_counts_on_the_header_and_on_the_line_above(text: str) -> None:
    assert held(text, about(2))[0] == REASON


@pytest.mark.parametrize(
    "text",
    [
        f"# {IGNORE}\n\nBLOCK {{\n}}\n",
        f"\n\nBLOCK {{\n  # {IGNORE}\n}}\n",
        f"\nother = 1 # {IGNORE}\nBLOCK {{\n}}\n",
        f'\n\nBLOCK "# {IGNORE}" {{\n}}\n',
        f"x = <<EOT\n# {IGNORE}\nBLOCK\nEOT\n",
        f"x = <<-EOT\n# {IGNORE}\n${{BLOCK}}\n  EOT\n",
        "\n# iac-keycheck: ignore[CIS_AWS_1_11] another rule\nBLOCK {\n}\n",
        "\n# see iac-keycheck: ignore[AC_AWS_0554] in the manual\nBLOCK {\n}\n",
        "\n# iac-keycheck: ingore[AC_AWS_0554] slip\nBLOCK {\n}\n",
    ],
)
def test_an_ignore_elsewhere_does_not_count(text: str) -> None:
    assert held(text, about(3))[0] is None


def test_a_comment_after_strings_templates_and_heredocs_is_one() -> None:
    text = (
        'locals {\n  a = "} # ${b["x # y"]} $${ /* \\" "\n  b = <<EOT\n /* ${ upper("}") } "\n  EOT\n}\n'
        f"# {IGNORE}\nBLOCK {{\n}}\n"
    )
    assert held(text, about(8))[0] == REASON


def test_several_marks_stand_above_one_block() -> None:
    text = f"# {IGNORE}\n# iac-keycheck: ignore[CIS_AWS_1_11] it is a robot\nBLOCK {{\n}}\n"
    one = about(3)
    found, notes = apply_suppressions(
        [one, finding(rule=SET_UP, span=one.span, subject_spans=(one.span,))], {"main.tf": text}, AS_OF
    )
    assert [part.suppressed and part.suppressed.reason for part in found] == [REASON.reason, "it is a robot"]
    assert not notes


def test_an_ignore_in_another_file_does_not_count() -> None:
    (found,), notes = apply_suppressions([about(2)], {"other.tf": f"# {IGNORE}\nBLOCK {{\n}}\n"}, AS_OF)
    assert found.suppressed is None
    assert [note.message for note in notes] == ["ignore[AC_AWS_0554] matches nothing here"]
    assert notes[0].span == Span("other.tf", 1, 1, 1, len(IGNORE) + 3)


def test_an_ignore_without_a_reason_holds_and_is_noted() -> None:
    suppressed, notes = held("# iac-keycheck: ignore[AC_AWS_0554]\nBLOCK {\n}\n", about(2))
    assert suppressed == Suppression("ignore", "")
    assert notes == ["this ignore gives no reason"]


def test_an_ignore_includes_its_last_day() -> None:
    text = "# iac-keycheck: ignore[AC_AWS_0554] until=2026-11-20 moving\nBLOCK {\n}\n"
    assert held(text, about(2)) == (Suppression("ignore", "moving", date(2026, 11, 20)), [])


def test_an_ignore_lapses_and_that_is_said() -> None:
    text = "# iac-keycheck: ignore[AC_AWS_0554] moving until=2026-11-19\nBLOCK {\n}\n"
    assert held(text, about(2)) == (None, ["this ignore ended on 2026-11-19 and holds nothing back"])


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ("ingore[AC_AWS_0554] x", "'ingore' is neither ignore nor rotating. Did you mean ignore?"),
        ("ignore the old system", "ignore names no rule: write ignore[RULE] and the reason"),
        ("ignore[] the old system", "ignore names no rule: write ignore[RULE] and the reason"),
        ("ignore[AC_AWS_0554] x until=soon", "until=soon is no date such as 2026-12-01"),
        ("rotating", "rotating needs its end, until=DATE"),
        ("rotating until=2026-13-01", "until=2026-13-01 is no date such as 2026-12-01"),
    ],
)
def test_a_mark_with_a_slip_is_noted_and_holds_nothing(mark: str, note: str) -> None:
    assert held(f"# iac-keycheck: {mark}\nBLOCK {{\n}}\n", about(2)) == (None, [note])


def test_a_mark_for_a_rule_that_was_not_run_is_not_idle_and_an_unknown_rule_is_a_slip() -> None:
    text = "# iac-keycheck: ignore[CIS_AWS_1_11, AC_AWS_0544, AVD-AWS-0167] all of it\nBLOCK {\n}\n"
    _, notes = apply_suppressions([], {"main.tf": text}, AS_OF, ran=[TWO_KEYS], known=[TWO_KEYS, SET_UP])
    assert [note.message for note in notes] == [
        "ignore[AC_AWS_0544]: there is no such rule. Did you mean AC_AWS_0554?",
        "ignore[AVD-AWS-0167] matches nothing here",
    ]


def test_a_rotation_holds_the_second_key_back() -> None:
    assert held(f"# {ROTATING}\nBLOCK {{\n}}\n", about(2)) == (Suppression("rotating", "", date(2026, 12, 1)), [])


@pytest.mark.parametrize("keys", [("a", "b", "c"), ("a", "b[*]")])
def test_a_rotation_does_not_hold_a_third_key_back(keys: tuple[str, ...]) -> None:
    one = about(2)
    three = finding(occurrence(keys=keys), span=one.span, subject_spans=(one.span,))
    assert held(f"# {ROTATING}\nBLOCK {{\n}}\n", three) == (None, [])


def test_a_rotation_of_45_days_holds_and_of_46_does_not() -> None:
    text = "# iac-keycheck: rotating until={}\nBLOCK {{\n}}\n"
    assert held(text.format("2027-01-04"), about(2))[0] is not None
    suppressed, (note,) = held(text.format("2027-01-05"), about(2))
    assert suppressed is None
    assert note.startswith("this rotation ends on 2027-01-05, in 46 days")


def test_a_rotation_lapses_by_itself() -> None:
    text = "# iac-keycheck: rotating until=2026-11-19\nBLOCK {\n}\n"
    assert held(text, about(2)) == (None, ["this rotation ended on 2026-11-19 and holds nothing back"])


def test_a_rotation_is_about_two_keys_only() -> None:
    one = about(2)
    other = finding(rule=SET_UP, span=one.span, subject_spans=(one.span,))
    suppressed, (note,) = held(f"# {ROTATING}\nBLOCK {{\n}}\n", other)
    assert suppressed is None
    assert "no user has a second active key" in note


def test_an_ignore_on_one_call_holds_back_what_comes_through_it() -> None:
    text = f'# {IGNORE}\nmodule "a" {{\n}}\nmodule "b" {{\n}}\n'
    calls = [Place(block("main.tf", line, line + 1), "called here") for line in (2, 4)]
    shared = finding(
        *(occurrence(name, calls=(call,)) for name, call in zip("ab", calls, strict=True)),
        subject_spans=(block("keys/main.tf", 1, 3), *(call.span for call in calls)),
    )
    found, notes = apply_suppressions([shared], {"main.tf": text, "keys/main.tf": "\n"}, AS_OF)
    assert [(part.first.user.name, part.suppressed) for part in found] == [("a", REASON), ("b", None)]
    assert not notes


YAML = """\
Resources:
  User:
    Type: AWS::IAM::User
    Properties:
      Tags:
        - Key: note
          Value: |
            # iac-keycheck: ignore[AC_AWS_0554] not a comment
  # {above}
  Key: # {beside}
    Type: AWS::IAM::AccessKey
    Metadata: {metadata}
    Properties:
      UserName: !Ref User
"""


@pytest.mark.parametrize(
    "said",
    [
        {"above": IGNORE},
        {"beside": IGNORE},
        {"metadata": "{iac-keycheck: {ignore: [AC_AWS_0554], reason: the old system needs both}}"},
        {"metadata": "{iac-keycheck: {ignore: AC_AWS_0554 the old system needs both}}"},
        {"metadata": "{iac-keycheck: {ignore: [{rule: AC_AWS_0554, reason: the old system needs both}]}}"},
        {"metadata": "{iac-keycheck: {ignore: {AC_AWS_0554: the old system needs both}}}"},
    ],
)
def test_a_template_says_it_in_comments_and_metadata(said: dict[str, str]) -> None:
    text = YAML.format(**{"above": "", "beside": "", "metadata": "{}", **said})
    assert held(text, about(10, "t.yaml", 3), "t.yaml") == (REASON, [])


def test_metadata_holds_a_rotation() -> None:
    text = YAML.format(above="", beside="", metadata="{iac-keycheck: {rotating: {until: 2026-12-01}}}")
    expected: tuple[Suppression, list[str]] = (Suppression("rotating", "", date(2026, 12, 1)), [])
    assert held(text, about(10, "t.yaml", 3), "t.yaml") == expected
    as_json = json.dumps(
        {"Resources": {"Key": {"Metadata": {"iac-keycheck": {"rotating": {"until": "2026-12-01"}}}}}}, indent="\t"
    )
    assert held(as_json, about(3, "t.json", 3), "t.json") == expected


def test_metadata_with_a_slip_is_noted() -> None:
    text = YAML.format(above="", beside="", metadata="{iac-keycheck: {ignores: [AC_AWS_0554]}}")
    assert held(text, about(10, "t.yaml", 3), "t.yaml") == (
        None,
        ["'ignores' is neither ignore nor rotating. Did you mean ignore?"],
    )


@pytest.mark.parametrize("value", [IGNORE, ["made by a machine", IGNORE]])
@pytest.mark.parametrize("indent", [None, 2])
def test_json_says_it_in_a_member_of_the_block(value: object, indent: int | None) -> None:
    text = json.dumps(
        {"resource": {"aws_iam_access_key": {"a": {"user": "ci"}, "b": {"//": value, "user": "ci"}}}}, indent=indent
    )
    at = text.index('"b"') + len('"b": ')
    column = at - text.rfind("\n", 0, at)
    line = text.count("\n", 0, at) + 1
    assert held(text, about(line, "x.tf.json", column), "x.tf.json") == (REASON, [])
    before = text.index('"a"') + len('"a": ')
    other = about(text.count("\n", 0, before) + 1, "x.tf.json", before - text.rfind("\n", 0, before))
    assert held(text, other, "x.tf.json")[0] is None


@pytest.mark.parametrize("path", ["main.tf", "t.yaml", "t.json"])
@pytest.mark.parametrize(
    "text",
    [
        "# iac-keycheck: ",
        "{[ iac-keycheck: ignore[",
        '"iac-keycheck',
        "iac-keycheck: !",
        "\ufeff# iac-keycheck: ignore[A",
        "<<iac-keycheck\n",
        "/* iac-keycheck",
    ],
)
def test_broken_text_is_no_mark_and_no_failure(path: str, text: str) -> None:
    assert held(text, about(2, path), path)[0] is None
