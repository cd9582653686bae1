"""What the fixtures' own language means."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.expectations import Expected, expectations


def _read(folder: Path, **files: str) -> tuple[Expected, ...]:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, "utf-8")
    return expectations(folder).entries


def test_a_comment_expects_a_finding_on_its_own_line(tmp_path: Path) -> None:
    text = 'a = 1\nresource "t" "n" { # expect: R_1 possible low "2 keys" witness {"var.x": true} instances 2\n}\n'
    details = {"severity": "low", "witness": {"var.x": True}, "instances": 2}
    assert _read(tmp_path, main_tf=text) == (Expected("finding", "main.tf", 2, "R_1", "possible", "2 keys", details),)


def test_a_comment_may_expect_several_things(tmp_path: Path) -> None:
    text = 'x // expect: R_1 always "a" expect-undecided: R_2 "b" expect-problem: syntax "c" expect-note: "d"\n'
    read = _read(tmp_path, main_tf=text)
    assert [(e.kind, e.name, e.text) for e in read] == [
        ("finding", "R_1", "a"),
        ("undecided", "R_2", "b"),
        ("problem", "syntax", "c"),
        ("note", "", "d"),
    ]


def test_a_comment_may_stand_behind_another(tmp_path: Path) -> None:
    text = 'x # iac-keycheck: ignore[R_1] agreed # expect: R_1 always "a" suppressed ignore\n'
    (read,) = _read(tmp_path, main_tf=text)
    assert read.details == {"suppressed": "ignore"}


def test_a_list_beside_the_files_expects_as_comments_do(tmp_path: Path) -> None:
    listed = (
        '# why\nmain.json:3 R_1 always "a"\n\n'
        'main.json:4 undecided R_2 "b"\nmain.json:5 problem syntax "c"\n'
        'main.json:6 note "d"\nexit 2\n'
    )
    read = _read(tmp_path, expect_txt=listed, main_json="{}")
    assert [(e.kind, e.line, e.name) for e in read] == [
        ("finding", 3, "R_1"),
        ("undecided", 4, "R_2"),
        ("problem", 5, "syntax"),
        ("note", 6, ""),
    ]
    assert expectations(tmp_path).exit_code == 2


@pytest.mark.parametrize(
    "comment",
    [
        "# expect:",
        "# expect: R_1",
        '# expect: R_1 sometimes "a"',
        "# expect: R_1 always",
        '# expect: R_1 always ""',
        '# expect: R_1 always "a" wittness {}',
        '# expect: R_1 always "a" witness {',
        '# expect: R_1 always "a" suppressed somehow',
        '# expect-undecided: "a"',
        '# expect-problem: syntax "a" witness {}',
    ],
)
def test_an_expectation_that_cannot_be_read_is_refused_with_its_place(comment: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"main\.tf:1: "):
        _read(tmp_path, main_tf=comment)
