"""The text report: what a person sees, and what must never reach a terminal."""

from __future__ import annotations

import re

import pytest

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Counts, Place, Report, Severity, Suppression, Worse
from iac_keycheck.report import View, rendered
from iac_keycheck.report.text import last_line
from iac_keycheck.report.visible import visible, width
from iac_keycheck.source import Span
from tests.sample_reports import MAIN, NOTE, PROBLEM, SET_UP, block, finding, framed, occurrence, report, undecided

ALWAYS = finding(occurrence(certainty=Certainty.ALWAYS))
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def text(of: Report, **view: object) -> str:
    given: dict[str, object] = {"fail_on": "default", "min_severity": Severity.MEDIUM, **view}
    return rendered(of, "text", View(**given))  # type: ignore[arg-type]


def test_a_finding_that_fails_is_shown_with_its_source() -> None:
    assert (
        text(report(ALWAYS))
        == """\
medium[AC_AWS_0554] always: user "ci-deploy" has 2 active access keys
  --> infra/main.tf:13:1
   |
 5 |   resource "aws_iam_user" "ci" {
   |   ---------------------------- the user
...
 9 |   resource "aws_iam_access_key" "a" {
   |   --------------------------------- another active key
...
13 | / resource "aws_iam_access_key" "b" {
14 | |   count = var.both ? 1 : 0
   | |           ---------------- exists under this condition
15 | |   user  = aws_iam_user.ci.name
16 | | }
   | |_^
   |
   = fix: Set the status of the surplus key to `Inactive`, then delete it.
   = help: iac-keycheck rules AC_AWS_0554

scanned: 2 files, 1 deployment, 1 user, 2 access keys, as of 2026-11-20T00:00:00Z
found: 1 finding, 0 undecided, 0 problems
failed: 1 finding (--fail-on default, --min-severity medium)
users with more than one active key: 0 certain, 0 by default, 1 possible, 0 undecided; \
users set up together with a key: 0 (0 with console login)
"""
    )


def test_the_last_line_counts_both_questions_at_every_level() -> None:
    levels = {"always": 2, "default": 1, "possible": 3, "undecided": 4}
    counts = Counts(more_than_one=levels, set_up_together=7, with_console=1)
    expected = (
        "users with more than one active key: 2 certain, 1 by default, 3 possible, 4 undecided; "
        "users set up together with a key: 7 (1 with console login)"
    )
    assert last_line(counts) == expected
    for detail in (-2, -1, 0, 1):
        assert text(report(counts=counts), detail=detail).splitlines()[-1] == expected


def test_what_does_not_fail_is_a_line_for_each_user() -> None:
    low = [occurrence(name, Certainty.ALWAYS, severity=Severity.LOW) for name in ("a", "b", "b")]
    lines = text(report(finding(), finding(*low, rule=SET_UP, message="set up"))).splitlines()
    place = "infra/main.tf:13:1: "
    assert lines[:5] == [
        "found, but below what fails a run (-v shows them in full):",
        f'{place}medium[AC_AWS_0554] possible: user "ci-deploy" has 2 active access keys, when var.both = true',
        f"{place}low[CIS_AWS_1_11] always: set up",
        f'{place}low[CIS_AWS_1_11] always: the same for user "b" (always)',
        "",
    ]
    assert "passed: nothing reaches the gate (--fail-on default, --min-severity medium)" in lines


def test_a_possible_finding_is_shown_with_the_command_that_replays_it() -> None:
    witness = {"var.who": "it's", "Parameter X": 1}
    shown = text(report(finding(occurrence(witness=witness))), fail_on="possible", command="iac-keycheck scan a")
    assert '= when: var.who = "it\'s" and Parameter X = 1\n' in shown
    replay = """= replay: iac-keycheck scan a --input 'var.who="it'"'"'s"' --input 'Parameter X=1'\n"""
    assert replay in shown


def test_a_named_world_a_worse_severity_and_further_users_are_told() -> None:
    worse = Worse(Severity.HIGH, Certainty.POSSIBLE, {"var.console": True})
    first = occurrence("a", Certainty.DEFAULT, worlds=("prod.tfvars", "test.tfvars"), worse=worse)
    call = Place(block("main.tf", 4, 6), "called here")
    shown = text(report(finding(first, *(occurrence(f"u{number}", calls=(call,)) for number in range(7)))))
    assert "= when: the values of prod.tfvars or test.tfvars are used" in shown
    assert "= worse: high, possible, when var.console = true" in shown
    assert '= also for: user "u0" (possible when var.both = true; called at main.tf:4)' in shown
    assert 'user "u5"' not in shown
    assert "= also for: 2 more (-v shows them)" in shown
    assert 'user "u6"' in text(report(finding(first, occurrence("u6"))), detail=1)


def test_the_findings_own_remedy_comes_before_the_rules_and_keeps_its_code() -> None:
    remedy = 'Make it inactive:\n    status = "Inactive"\nThen apply.'
    shown = text(report(finding(occurrence(certainty=Certainty.ALWAYS), remedy=remedy)), width=40)
    assert '   = fix: Make it inactive:\n              status = "Inactive"\n          Then apply.\n' in shown


def test_suppressed_findings_undecided_entries_problems_and_notes_are_told() -> None:
    held = finding(suppressed=Suppression("ignore", "both are needed"))
    entries = [undecided(f"key.{number}", line=number + 1) for number in range(7)]
    whole = report(held, undecided=(*entries, undecided(reason="other")), problems=(PROBLEM,), notes=(NOTE,))
    assert text(whole).startswith("""\
infra/main.tf:13:1: medium[AC_AWS_0554] user "ci-deploy" has 2 active access keys - ignored: both are needed

undecided: 8
  7 x its user is not known
    infra/main.tf:1:1  key.0  AC_AWS_0554
    infra/main.tf:2:1  key.1  AC_AWS_0554
    infra/main.tf:3:1  key.2  AC_AWS_0554
    infra/main.tf:4:1  key.3  AC_AWS_0554
    infra/main.tf:5:1  key.4  AC_AWS_0554
    and 2 more (-v shows them)
  1 x other
    infra/main.tf:3:1  aws_iam_access_key.x  AC_AWS_0554

infra/broken.tf:7:1: problem[syntax] unexpected end of file

infra/main.tf:4:1: note this ignore matches nothing

scanned: 2 files, 1 deployment, 1 user, 2 access keys, as of 2026-11-20T00:00:00Z
found: 0 findings, 1 suppressed, 8 undecided, 1 problem
failed: 1 problem that can hide a key or a user
""")


def test_a_reason_that_names_its_subject_is_one_reason_for_all() -> None:
    entries = [undecided(name, f"{name} comes from elsewhere") for name in ("module.a", "module.b")]
    assert "\n  2 x comes from elsewhere\n" in text(report(undecided=tuple(entries)))


def test_findings_that_fail_and_a_file_that_could_not_be_read_are_both_told() -> None:
    shown = text(report(ALWAYS, problems=(PROBLEM,)))
    assert (
        "failed: 1 finding (--fail-on default, --min-severity medium) and 1 problem that can hide a key or a user"
        in shown
    )


def test_colours_change_nothing_but_the_colours() -> None:
    whole = report(ALWAYS, finding(), undecided=(undecided(),), problems=(PROBLEM,), notes=(NOTE,))
    coloured = text(whole, colour=True)
    assert ANSI.search(coloured)
    assert ANSI.sub("", coloured) == text(whole)
    assert "\x1b" not in text(whole)


@pytest.mark.parametrize(
    "hostile", ["\x1b[2Jx", "a\u202eb", "a\u2028b", "\x07", "\x9b1m", "\u200bx", "\udc9b", "\r\nfake: line"]
)
def test_no_character_of_scanned_text_drives_the_terminal(hostile: str) -> None:
    place = Span(f"{hostile}.tf", 1, 1, 2, 2)
    one = finding(
        occurrence(hostile, witness={hostile: hostile}, calls=(Place(place, hostile),)),
        occurrence(hostile, keys=(hostile,), worlds=(hostile,), certainty=Certainty.DEFAULT),
        message=hostile,
        span=place,
        related=(Place(place, hostile),),
        remedy=hostile,
    )
    problem = type(PROBLEM)("syntax", hostile, place)
    whole = report(
        one,
        finding(message=hostile, suppressed=Suppression("ignore", hostile)),
        sources={place.path: f"{hostile}\n{hostile}\n"},
        undecided=(undecided(hostile, hostile),),
        problems=(problem,),
        notes=(type(NOTE)(hostile, place),),
    )
    for fail_on in ("possible", "never"):
        for columns in (None, 60):
            shown = text(whole, fail_on=fail_on, width=columns, detail=1)
            assert all(character == "\n" or visible(character) == character for character in shown)
            assert not [line for line in shown.splitlines() if line.startswith("fake: line")]


def test_lines_of_any_length_are_cut_around_the_mark() -> None:
    source = "x" * 5000 + "MARKED" + "y" * 100_000
    one = finding(occurrence(certainty=Certainty.ALWAYS), span=Span("t.json", 1, 5001, 1, 5007), related=())
    shown = text(report(one, sources={"t.json": source}), width=80).splitlines()
    row = next(number for number, line in enumerate(shown) if line.startswith("1 | "))
    assert len(shown[row]) <= 80
    start = shown[row].index("MARKED")
    assert shown[row + 1][start:] == "^^^^^^"
    assert shown[row].count("...") == 2


def test_marks_stand_below_wide_and_tabbed_characters() -> None:
    line = '\tname = "日本" # MARK'
    column = line.index("MARK") + 1
    one = finding(occurrence(certainty=Certainty.ALWAYS), span=Span("m.tf", 1, column, 1, column + 4), related=())
    shown = text(report(one, sources={"m.tf": line}), width=80).splitlines()
    row = next(number for number, text in enumerate(shown) if text.startswith("1 | "))
    before = shown[row][: shown[row].index("MARK")]
    assert shown[row + 1].index("^") == width(before)


def test_places_outside_what_was_read_are_told_without_source() -> None:
    place = Place(Span("gone.tf", 99, 1, 99, 2), "called here")
    beyond = Place(Span("infra/main.tf", 9999, 1, 9999, 2), "beyond the end")
    shown = text(report(finding(occurrence(certainty=Certainty.ALWAYS), related=(place, beyond))))
    assert "::: gone.tf:99:1" in shown
    assert "99: called here" in shown


def test_a_long_block_loses_its_middle() -> None:
    source = "".join(f"line {number}\n" for number in range(1, 31))
    one = finding(occurrence(certainty=Certainty.ALWAYS), span=Span("m.tf", 2, 1, 29, 4), related=())
    shown = text(report(one, sources={"m.tf": source}))
    assert " 7 | | line 7\n...  |\n29 | | line 29\n   | |___^\n" in shown


def test_nothing_is_wrapped_where_there_is_no_terminal_and_all_prose_where_there_is() -> None:
    long = "word " * 40
    one = finding(occurrence(certainty=Certainty.ALWAYS), message=long.strip(), remedy=long.strip())
    assert long.strip() in text(report(one))
    prose = [line for line in text(report(one), width=60).splitlines() if "word" in line]
    assert max(map(len, prose)) <= 60
    assert sum(line.count("word") for line in prose) == 80
    assert MAIN.count("\n") == 16


def test_findings_stand_under_the_controls_that_were_asked_about() -> None:
    shown = text(framed("cis-aws-3.0.0", "soc2"))
    assert shown.startswith("-- cis-aws-3.0.0 1.13; soc2 CC6.1\nmedium[AC_AWS_0554] always: two keys\n")
    assert (
        """
found, but below what fails a run (-v shows them in full):
-- cis-aws-3.0.0 1.4, 1.14; soc2 CC6.1
infra/main.tf:13:1: low[ROTATED] always: not rotated 1
infra/main.tf:13:1: low[ROTATED] always: not rotated 2
"""
        in shown
    )
    assert (
        """
controls of cis-aws-3.0.0:
  1.4    2 below what fails  ROTATED
  1.12   nothing found  IDLE
  1.13   1 failing, 1 undecided  AC_AWS_0554
  1.14   2 below what fails  ROTATED

controls of soc2:
  CC6.1  1 failing, 2 below what fails, 1 undecided  AC_AWS_0554 ROTATED
"""
        in shown
    )
    assert "pci" not in shown
    assert "\n-- " not in "\n" + text(framed())


def test_what_is_in_the_baseline_is_counted_and_listed_only_in_full() -> None:
    held = report(*(finding(suppressed=Suppression("baseline", "known in x.json")) for _ in range(3)))
    assert "3 findings in the baseline (-v shows them)\n\n" in text(held)
    assert "infra/main.tf:13:1" not in text(held)
    assert text(held, detail=1).count("in the baseline: known in x.json") == 3
