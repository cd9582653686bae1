"""``--baseline`` and ``iac-keycheck baseline``: what is known does not fail a run, and nothing else is held back."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.running import Run, run, scan
from tests.test_cli_scan import MAYBE, ONE, TWO, key, written

THREE = TWO.replace('"ci"', '"other"').replace('"a"', '"x"').replace('"b"', '"y"')


def update(folder: Path, *options: str) -> Run:
    """Make or renew ``known.json``."""
    return run("baseline", "--update", "known.json", *options, cwd=folder)


def checked(folder: Path, *options: str) -> Run:
    """Scan with ``known.json``."""
    return scan(folder, ("--baseline", "known.json", *options))


def kinds(result: Run, rule: str = "AC_AWS_0554") -> list[str | None]:
    """By what the findings of a rule are held back."""
    found: list[dict[str, Any]] = [one for one in result.report["findings"] if one["rule_id"] == rule]
    return [one["suppressed"] and one["suppressed"]["kind"] for one in found]


def test_what_is_known_does_not_fail_and_is_shown(tmp_path: Path) -> None:
    written(tmp_path, TWO)
    assert scan(tmp_path).exit_code == 1
    assert update(tmp_path).exit_code == 0
    result = checked(tmp_path)
    assert result.exit_code == 0
    assert kinds(result) == ["baseline"]
    assert result.report["notes"] == []


def test_lines_and_files_may_move(tmp_path: Path) -> None:
    written(tmp_path, TWO)
    update(tmp_path)
    (tmp_path / "main.tf").unlink()
    written(tmp_path, "# moved\n\n\n" + key("a"), "first.tf")
    written(tmp_path, "\n\n" + key("b"), "second.tf")
    result = checked(tmp_path)
    assert (result.exit_code, kinds(result), result.report["notes"]) == (0, ["baseline"], [])


@pytest.mark.parametrize("place", ["main.tf", "other.tf", "below/main.tf"])
def test_a_new_finding_of_the_same_rule_is_not_swallowed(place: str, tmp_path: Path) -> None:
    written(tmp_path, TWO)
    update(tmp_path)
    (tmp_path / place).parent.mkdir(exist_ok=True)
    with (tmp_path / place).open("a", encoding="utf-8") as file:
        file.write(THREE)
    result = checked(tmp_path)
    assert result.exit_code == 1
    assert sorted(map(str, kinds(result))) == ["None", "baseline"]


def test_a_third_key_of_a_known_user_is_new(tmp_path: Path) -> None:
    written(tmp_path, TWO)
    update(tmp_path)
    written(tmp_path, TWO + key("c"))
    result = checked(tmp_path)
    assert (result.exit_code, kinds(result)) == (1, [None])


def test_a_new_caller_of_known_code_is_new(tmp_path: Path) -> None:
    (tmp_path / "pair").mkdir()
    written(tmp_path / "pair", 'variable "n" {}\n' + TWO.replace('"ci"', "var.n"))
    written(tmp_path, 'module "one" {\n  source = "./pair"\n  n = "one"\n}\n')
    update(tmp_path)
    assert checked(tmp_path).exit_code == 0
    with (tmp_path / "main.tf").open("a", encoding="utf-8") as file:
        file.write('module "another" {\n  source = "./pair"\n  n = "another"\n}\n')
    result = checked(tmp_path)
    assert result.exit_code == 1
    named = {one["user"]["name"]: one["suppressed"] for one in result.report["findings"] if "0554" in one["rule_id"]}
    assert named["another"] is None
    assert named["one"]["kind"] == "baseline"


def test_what_has_become_surer_is_reported_and_said(tmp_path: Path) -> None:
    written(tmp_path, MAYBE)
    update(tmp_path)
    assert kinds(checked(tmp_path)) == ["baseline"]
    written(tmp_path, MAYBE.replace("var.both ? 1 : 0", "1"))
    result = checked(tmp_path)
    assert (result.exit_code, kinds(result)) == (1, [None])
    assert [one["message"] for one in result.report["notes"] if "AC_AWS_0554" in one["message"]] == [
        "AC_AWS_0554 is in the baseline as medium possible and is medium always now: reported"
    ]


def test_what_is_no_longer_found_is_said_with_its_line_and_goes_with_the_next_update(tmp_path: Path) -> None:
    written(tmp_path, TWO)
    update(tmp_path, "--rule", "AC_AWS_0554")
    written(tmp_path, ONE)
    (note,) = checked(tmp_path).report["notes"]
    assert note["message"].startswith("stale: AC_AWS_0554 at main.tf")
    assert (note["location"]["path"], note["location"]["line"]) == ("known.json", 4)
    assert checked(tmp_path, "--skip-rule", "AC_AWS_0554").report["notes"] == []
    assert "1 gone" in update(tmp_path, "--rule", "AC_AWS_0554").stdout
    assert checked(tmp_path).report["notes"] == []


def test_an_update_keeps_what_its_paths_do_not_cover(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, TWO)
    update(tmp_path)
    assert "kept from before, 0 gone" in update(tmp_path, "one").stdout
    assert checked(tmp_path).exit_code == 0


def test_an_update_keeps_all_where_something_could_not_be_read(tmp_path: Path) -> None:
    written(tmp_path, TWO)
    update(tmp_path)
    written(tmp_path, key("a") + 'resource "aws_iam_access_key" "b" {\n')
    assert update(tmp_path).exit_code == 2
    written(tmp_path, TWO)
    assert checked(tmp_path).exit_code == 0


def test_a_baseline_means_the_same_from_anywhere_in_a_checkout(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "infra").mkdir()
    written(tmp_path / "infra", TWO)
    update(tmp_path)
    result = scan(tmp_path / "infra", ("--baseline", "../known.json"))
    assert (result.exit_code, result.report["notes"]) == (0, [])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "half-written or no baseline"),
        ('{"iac_keycheck_baseline": 1,\n"findings": [', "half-written or no baseline"),
        ('{"iac_keycheck_baseline": 1}', "half-written"),
        ('{"iac_keycheck_baseline": 2, "findings": []}', "a baseline of version 2; this program reads version 1"),
        ('{"iac_keycheck_baseline": 1, "findings": [{}]}', "finding 1 is not complete"),
        ("[]", "it is no baseline"),
        ("\udcff", "it is not UTF-8"),
    ],
)
def test_a_broken_baseline_is_told_and_never_replaced(text: str, answer: str, tmp_path: Path) -> None:
    written(tmp_path, TWO)
    data = text.encode("utf-8", "surrogateescape")
    (tmp_path / "known.json").write_bytes(data)
    for result in (checked(tmp_path), update(tmp_path)):
        assert result.exit_code == 2
        assert answer in " ".join(result.stderr.split())
    assert (tmp_path / "known.json").read_bytes() == data


def test_a_baseline_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    written(tmp_path, TWO)
    result = run("baseline", "--update", "no/such/known.json", cwd=tmp_path)
    assert result.exit_code == 2
    assert "no/such/known.json: cannot be written: No such file or directory." in result.stderr


def test_a_baseline_is_an_entry_a_line(tmp_path: Path) -> None:
    written(tmp_path, TWO + THREE)
    update(tmp_path, "--rule", "AC_AWS_0554")
    text = (tmp_path / "known.json").read_text("utf-8")
    assert json.loads(text)["iac_keycheck_baseline"] == 1
    assert len(text.splitlines()) == 3 + 2 + 2
    update(tmp_path, "--rule", "AC_AWS_0554")
    assert (tmp_path / "known.json").read_text("utf-8") == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["known.json", "main.tf"]
