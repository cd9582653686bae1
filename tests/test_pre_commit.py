"""The hook, run by the real pre-commit on a temporary git repository."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import NO_NETWORK

pytestmark = pytest.mark.slow

_KEY = 'resource "aws_iam_access_key" "{name}" {{\n  user = aws_iam_user.ci.name\n}}\n'


@dataclass(frozen=True, slots=True)
class Hook:
    """The project as a repository of hooks."""

    repository: Path

    def __call__(self, work: Path, *files: str) -> subprocess.CompletedProcess[str]:
        """Run the hook in ``work`` on ``files``; skips the test where it cannot be installed."""
        command = [sys.executable, "-m", "pre_commit", "try-repo", str(self.repository), "iac-keycheck", "--verbose"]
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env["PRE_COMMIT_COLOR"] = "never"
        done = subprocess.run(
            [*command, "--files", *files], cwd=work, env=env, capture_output=True, text=True, check=False
        )
        if NO_NETWORK.search(done.stdout + done.stderr):
            pytest.skip("the package index cannot be reached, so pre-commit cannot install the hook")
        return done


def _git(work: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=work, check=True, capture_output=True)


def _committed(work: Path, files: dict[str, str]) -> Path:
    work.mkdir(exist_ok=True)
    for name, text in files.items():
        (work / name).write_text(text, "utf-8")
    _git(work, "init", "--quiet")
    _git(work, "add", "--all")
    _git(work, "commit", "--quiet", "--message", "all of it")
    return work


@pytest.fixture(scope="session")
def hook(project_copy: Path) -> Hook:
    """The hook of the sources as they stand, committed or not."""
    if importlib.util.find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed")
    return Hook(_committed(project_copy, {}))


def test_the_hook_fails_on_a_changed_file_whose_user_has_a_second_key_next_door(hook: Hook, tmp_path: Path) -> None:
    files = {
        "user.tf": 'resource "aws_iam_user" "ci" {\n  name = "ci"\n}\n' + _KEY.format(name="a"),
        "more.tf": _KEY.format(name="b"),
    }
    done = hook(_committed(tmp_path / "work", files), "more.tf")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "AC_AWS_0554" in done.stdout
    assert "- exit code: 1" in done.stdout


def test_the_hook_passes_where_no_user_has_two_keys(hook: Hook, tmp_path: Path) -> None:
    files = {
        "user.tf": 'resource "aws_iam_user" "ci" {\n  name = "ci"\n}\n',
        "more.tf": _KEY.format(name="b"),
        "notes.txt": "no code\n",
    }
    done = hook(_committed(tmp_path / "work", files), *files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_the_hook_is_skipped_where_no_file_is_code(hook: Hook, tmp_path: Path) -> None:
    done = hook(_committed(tmp_path / "work", {"notes.txt": "no code\n"}), "notes.txt")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(no files to check)Skipped" in done.stdout


def test_a_partial_commit_is_judged_by_what_is_staged(hook: Hook, tmp_path: Path) -> None:
    """What is not staged is set aside: one key is committed, the second one stays in the working directory."""
    one = 'resource "aws_iam_user" "ci" {\n  name = "ci"\n}\n' + _KEY.format(name="a")
    work = _committed(tmp_path / "work", {"main.tf": "# nothing yet\n"})
    config = f"repos:\n- repo: {hook.repository}\n  rev: {_head(hook.repository)}\n  hooks:\n  - id: iac-keycheck\n"
    (work / ".pre-commit-config.yaml").write_text(config, "utf-8")
    _git(work, "add", ".pre-commit-config.yaml")
    (work / "main.tf").write_text(one, "utf-8")
    _git(work, "add", "main.tf")
    (work / "main.tf").write_text(one + _KEY.format(name="b"), "utf-8")
    done = _pre_commit(work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout
    _git(work, "add", "main.tf")
    (work / "main.tf").write_text(one, "utf-8")
    done = _pre_commit(work)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "AC_AWS_0554" in done.stdout
    assert (work / "main.tf").read_text("utf-8") == one


def _head(work: Path) -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=work, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _pre_commit(work: Path) -> subprocess.CompletedProcess[str]:
    """Run the hooks on what is staged, as `git commit` does; skips the test where they cannot be installed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env["PRE_COMMIT_COLOR"] = "never"
    command = [sys.executable, "-m", "pre_commit", "run"]
    done = subprocess.run(command, cwd=work, env=env, capture_output=True, text=True, check=False)
    if NO_NETWORK.search(done.stdout + done.stderr):
        pytest.skip("the package index cannot be reached, so pre-commit cannot install the hook")
    return done
