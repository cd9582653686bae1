"""``--changed-since``: what touches files that changed, with nothing of the checkout being run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.running import run, scan
from tests.test_cli_scan import MAYBE, TWO, key, written


def git(work: Path, *arguments: str) -> None:
    """Run git as some author."""
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *identity, *arguments], cwd=work, check=True, capture_output=True, env=env)


def committed(work: Path, message: str = "x") -> None:
    """Commit all there is."""
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--allow-empty", "--message", message)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A checkout of two directories, each with two keys of one user."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, TWO)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    committed(tmp_path)
    return tmp_path


def found(folder: Path, *options: str, since: str = "HEAD", paths: tuple[str, ...] = (".",)) -> set[str]:
    """The files with users who have two keys."""
    result = scan(folder, ("--rule", "AC_AWS_0554", "--changed-since", since, *options), paths)
    assert result.exit_code in (0, 1), result.stderr
    return {one["location"]["path"] for one in result.report["findings"]}


def test_without_a_change_there_is_nothing(work: Path) -> None:
    assert found(work) == set()


def test_changed_new_and_committed_files_count(work: Path) -> None:
    (work / "one/main.tf").write_text("\n" + TWO, "utf-8")
    assert found(work) == {"one/main.tf"}
    (work / "three").mkdir()
    written(work / "three", TWO, "odd name \n.tf")
    assert found(work) == {"one/main.tf", "three/odd name \n.tf"}
    committed(work)
    assert found(work) == set()
    assert found(work, since="HEAD~1") == {"one/main.tf", "three/odd name \n.tf"}
    assert found(work, since="HEAD~1", paths=("one",)) == {"one/main.tf"}
    assert found(work / "one", since="HEAD~1") == {"main.tf"}


def test_it_counts_from_where_the_branch_forked(work: Path) -> None:
    git(work, "checkout", "--quiet", "-b", "branch")
    (work / "one/main.tf").write_text("\n" + TWO, "utf-8")
    committed(work)
    git(work, "checkout", "--quiet", "main")
    (work / "two/main.tf").write_text("\n" + TWO, "utf-8")
    committed(work)
    git(work, "checkout", "--quiet", "branch")
    assert found(work, since="main") == {"one/main.tf"}


def test_a_key_meets_one_that_did_not_change(work: Path) -> None:
    written(work / "one", key("a"))
    committed(work)
    written(work / "one", key("b"), "more.tf")
    assert found(work) == {"one/more.tf"}


def test_a_changed_file_of_values_is_a_change_of_its_directory(work: Path) -> None:
    written(work / "one", MAYBE)
    committed(work)
    written(work / "one", "both = true\n", "terraform.tfvars")
    assert found(work) == {"one/main.tf"}


def test_a_file_that_went_is_a_change_of_its_directory(work: Path) -> None:
    written(work / "one", key("c"), "more.tf")
    committed(work)
    (work / "one/more.tf").unlink()
    assert found(work) == {"one/main.tf"}


@pytest.mark.parametrize("revision", ["no-such", "--output=x", "HEAD:one/main.tf", ""])
def test_a_revision_that_is_none_is_misuse(revision: str, work: Path) -> None:
    result = run("scan", f"--changed-since={revision}", cwd=work)
    assert result.exit_code == 2
    assert "git knows no revision" in " ".join(result.stderr.split())
    assert not (work / "x").exists()


def test_outside_a_checkout_it_is_misuse(tmp_path: Path) -> None:
    result = run("scan", "--changed-since", "HEAD", cwd=written(tmp_path, TWO))
    assert result.exit_code == 2
    assert "is in no checkout of git" in " ".join(result.stderr.split())


def test_nothing_that_the_checkout_names_is_run(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = work / ".git/trap"
    trap.write_text(f"#!/bin/sh\ntouch {work}/.git/sprung\ncat\n", "utf-8")
    trap.chmod(0o755)
    hook = work / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(trap.read_text("utf-8"), "utf-8")
    hook.chmod(0o755)
    (work / ".git/info").mkdir(exist_ok=True)
    (work / ".git/info/attributes").write_text("*.tf filter=trap diff=trap\n", "utf-8")
    for name in ("core.fsmonitor", "core.pager", "diff.external", "diff.trap.command", "diff.trap.textconv"):
        git(work, "config", name, str(trap))
    for name in ("clean", "smudge", "process"):
        git(work, "config", f"filter.trap.{name}", str(trap))
    git(work, "config", "filter.trap.required", "true")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap))
    (work / ".git/sprung").unlink(missing_ok=True)
    (work / "one/main.tf").write_text("\n" + TWO, "utf-8")
    os.utime(work / "two/main.tf")
    assert found(work) == {"one/main.tf"}
    assert not (work / ".git/sprung").exists()
