"""Everything that can grow meets a bound: the scan ends with a report that says which, and reports the rest."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from iac_keycheck.discovery.ignore_lines import line
from iac_keycheck.discovery.tracked import Index
from iac_keycheck.report import FORMATS
from tests.conftest import PROJECT
from tests.running import PATIENCE, run, scan
from tests.trust.hostile import CASES, TWO, YAML_KEY, Case

MEMORY = 512 << 20


def laid_out(folder: Path, case: Case) -> None:
    """Write the files of a case."""
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.grows)
def test_what_grows_meets_a_bound_that_is_named(case: Case, tmp_path: Path) -> None:
    laid_out(tmp_path, case)
    report = scan(tmp_path).report
    said = [one["message"] for one in report["problems"]] + [one["reason"] for one in report["undecided"]]
    found = [one["message"] for one in report["findings"]]
    assert not [one for one in report["problems"] if one["kind"] == "internal"]
    assert any(case.says in message for message in said) if case.says else not said, said
    assert any(case.finds in message for message in found) or not case.finds, found
    assert case.says or case.finds or not found


def test_all_that_grows_fits_into_little_memory(tmp_path: Path) -> None:
    """One scan of all of it, with all its reports, in 512 MB of address space, as the system counts it."""
    for number, case in enumerate(CASES):
        laid_out(tmp_path / "tree" / str(number), case)
    reports = [word for kind in sorted(FORMATS) for word in ("--report", f"{kind}={tmp_path}/{kind}")]
    command = [sys.executable, "-P", "-m", "iac_keycheck", "scan", "--as-of", "2026-01-01", *reports, "tree"]
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=partial(_limited, MEMORY),
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    report = json.loads((tmp_path / "json").read_text("utf-8"))
    assert not [one for one in report["problems"] if one["kind"] == "internal"]
    said = [one["message"] for one in report["problems"]] + [one["reason"] for one in report["undecided"]]
    missing = [case.grows for case in CASES if not any(case.says in message for message in said)]
    # a state in the tree may speak for code beside it, which is then not asked what it leaves open
    assert not missing, missing


def _limited(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


@pytest.mark.parametrize(("name", "size", "bound"), [("m.tf", 65 << 20, "64 MiB"), ("m.yaml", 257 << 20, "256 MiB")])
def test_a_file_has_a_greatest_size(name: str, size: int, bound: str, tmp_path: Path) -> None:
    (tmp_path / "n.tf").write_text(TWO, "utf-8")
    with (tmp_path / name).open("wb") as file:
        file.truncate(size)
    result = scan(tmp_path)
    assert [one["message"] for one in result.report["problems"]] == [f"it is larger than {bound}"]
    assert result.report["findings"]


def test_what_does_not_fit_into_memory_is_a_problem_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(TWO, "utf-8")
    keys = '{"AccessKeyMetadata": [{"UserName": "u", "AccessKeyId": "AKIA0000000000000001", "Status": "Active"}'
    (tmp_path / "k.json").write_text(f"{keys}{' ' * (180 << 20)}]}}", "utf-8")
    command = [sys.executable, "-P", "-m", "iac_keycheck", "scan", "--format", "json", "."]
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=partial(_limited, 192 << 20),
        timeout=PATIENCE,
    )
    report = json.loads(done.stdout)
    said = {one["location"]["path"]: one["message"] for one in report["problems"] if one["kind"] == "bound"}
    assert "memory" in said["k.json"]
    assert {one["location"]["path"] for one in report["findings"]} == {"main.tf"}


def test_directories_may_lead_back_into_themselves(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/main.tf").write_text(TWO, "utf-8")
    for name in "abc":
        (tmp_path / "d" / name).symlink_to(".")
    found = [one["location"]["path"] for one in scan(tmp_path).report["findings"] if one["rule_id"] == "AC_AWS_0554"]
    assert found == ["d/main.tf"]


@pytest.mark.parametrize("text", ["fail-on: [&a [x], *a]\n", "limits: {x: &a {k: 1}, y: {<<: [*a, *a]}}\n"])
def test_settings_take_no_aliases(text: str, tmp_path: Path) -> None:
    (tmp_path / ".iac-keycheck.yaml").write_text(text, "utf-8")
    done = run("scan", ".", cwd=tmp_path)
    assert done.exit_code == 2
    assert "aliases" in done.stderr


def test_settings_nest_to_a_depth(tmp_path: Path) -> None:
    (tmp_path / ".iac-keycheck.yaml").write_text("[" * 1000 + "]" * 1000, "utf-8")
    done = run("scan", ".", cwd=tmp_path)
    assert done.exit_code == 2
    assert "more than 20 levels of nesting" in done.stderr


@pytest.mark.parametrize("number", [":".join("1" * 400_000), ":".join("1" * 400_000) + ".5", "0x" + "f" * 9000])
def test_numbers_in_settings_have_a_greatest_length(number: str, tmp_path: Path) -> None:
    """Colons make a number in base 60, as YAML 1.1 has it for times."""
    (tmp_path / ".iac-keycheck.yaml").write_text(f"limits: {{max-age-days: {number}}}\n", "utf-8")
    done = run("scan", ".", cwd=tmp_path)
    assert done.exit_code == 2
    assert "a number of more than 100 characters" in done.stderr


@pytest.mark.parametrize("limit", ["max-age-days", "max-unused-days", "setup-window"])
def test_limits_have_a_greatest_value(limit: str, tmp_path: Path) -> None:
    """The time since or until then could not be told: that it is too long for a date is no reason to end."""
    (tmp_path / ".iac-keycheck.yaml").write_text(f"limits: {{{limit}: 99999999999999999999}}\n", "utf-8")
    done = run("scan", ".", cwd=tmp_path)
    assert done.exit_code == 2
    assert f"limits.{limit} must be at most" in done.stderr


def test_patterns_to_leave_out_have_a_greatest_length(tmp_path: Path) -> None:
    patterns = ", ".join(f'"**/a{n}*b*c*d"' for n in range(20_000))
    (tmp_path / ".iac-keycheck.yaml").write_text(f"exclude: [{patterns}]\n", "utf-8")
    (tmp_path / "main.tf").write_text(TWO, "utf-8")
    done = run("scan", ".", cwd=tmp_path)
    assert done.exit_code == 2
    assert "more than 64 KiB" in done.stderr


@pytest.mark.parametrize("count", ["1e999999999", "NaN", '"x"', "[]"])
def test_a_baseline_with_a_count_that_is_none_is_refused(count: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(TWO, "utf-8")
    assert run("baseline", "--update", "known.json", ".", cwd=tmp_path).exit_code == 0
    known = tmp_path / "known.json"
    known.write_text(known.read_text("utf-8").replace('"count": 1', f'"count": {count}'), "utf-8")
    done = run("scan", "--baseline", "known.json", ".", cwd=tmp_path)
    assert done.exit_code == 2
    assert "finding 1 has a value that no baseline has" in done.stderr


def test_a_baseline_has_a_greatest_size(tmp_path: Path) -> None:
    (tmp_path / ".iac-keycheck.yaml").write_text("baseline: known.json\n", "utf-8")
    (tmp_path / "main.tf").write_text(TWO, "utf-8")
    with (tmp_path / "known.json").open("wb") as file:
        file.truncate(17 << 20)
    done = run("scan", ".", cwd=tmp_path)
    assert done.exit_code == 2
    assert "larger than 16 MiB" in done.stderr


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["main.tf", "stack.yaml"])
def test_code_in_a_wide_encoding_is_told(name: str, encoding: str, tmp_path: Path) -> None:
    """Nobody deploys it as it is, and still silence about it would be taken for safety."""
    text = TWO if name == "main.tf" else f"Resources:\n  A: {YAML_KEY}\n"
    (tmp_path / name).write_bytes(text.encode(encoding))
    result = scan(tmp_path)
    assert [one["kind"] for one in result.report["problems"]] == ["encoding"]
    assert result.exit_code == 2


@pytest.mark.parametrize("entry", [{"Key": "m", "Dir": ["m"]}, {"Key": ["m"], "Dir": "m"}, {"Key": "m", "Dir": {}}])
def test_a_list_of_modules_that_is_none_is_passed_over(entry: object, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(TWO + 'module "m" {\n  source = "x/y/z"\n}\n', "utf-8")
    (tmp_path / ".terraform/modules").mkdir(parents=True)
    (tmp_path / ".terraform/modules/modules.json").write_text(json.dumps({"Modules": [entry]}), "utf-8")
    assert scan(tmp_path).report["findings"]


def test_a_slip_in_settings_is_told_harmlessly(tmp_path: Path) -> None:
    (tmp_path / ".iac-keycheck.yaml").write_text('"\\e[31mrules\\u202e": 1\n', "utf-8")
    done = run("scan", ".", cwd=tmp_path)
    assert done.exit_code == 2
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr


def test_paths_in_the_index_of_git_have_a_greatest_length(tmp_path: Path) -> None:
    # of version 4, in which each path may repeat the one before and add a letter
    entry = b"\0" * 60 + b"\0\1"
    data = b"DIRC" + (4).to_bytes(4, "big") + (100_000).to_bytes(4, "big") + (entry + b"\0a\0") * 100_000
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/index").write_bytes(data)
    (tmp_path / ".git/config").write_text("", "utf-8")
    index = Index.of(str(tmp_path))
    assert index.holds("a")
    assert not index.holds("a" * 5000)


def test_of_more_tracked_paths_than_can_be_kept_each_may_be_one(tmp_path: Path) -> None:
    """What is passed over because of `.gitignore` must not be what git tracks."""
    entry = b"\0" * 60 + b"\0\1"
    others = b"".join(entry + b"\5%05d\0" % n for n in range(40_000))
    data = b"DIRC" + (4).to_bytes(4, "big") + (40_001).to_bytes(4, "big") + entry + b"\0" + b"a" * 4000 + b"00000\0"
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/index").write_bytes(data + others)
    (tmp_path / ".git/config").write_text("", "utf-8")
    assert Index.of(str(tmp_path)).holds("main.tf")


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("/a*b*c", "aXbYc", True),
        ("/a*b*c", "aXcYb", False),
        ("/a*b*b*c", "abc", False),
        ("/a*ab*b", "aabab", True),
        ("/x/**/y/**/z", "x/a/y/b/y/z", True),
        ("/x/**/y/**/z", "x/y/z", True),
        ("/x/**/y/**/z", "x/ay/z", False),
        ("**/a*/b/**/a/c", "ab/b/ac/b/a/c", True),
        ("x/a[^b]c", "x/a/c", False),
        ("/a*a*a*a*a*a*a*a*b", "a" * 5000, False),
        ("**/a/**/a/**/a/**/a/b", "a/" * 2000 + "c", False),
    ],
)
def test_patterns_made_linear_find_the_same(pattern: str, path: str, found: bool) -> None:  # noqa: FBT001
    meant = line(pattern)
    assert meant is not None
    assert (meant.means.fullmatch(path) is not None) is found
