"""What ``--exclude`` and ``.gitignore`` leave out, and what they do not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.running import run, scan
from tests.test_changes import git
from tests.test_cli_scan import TWO, key, written


def found(folder: Path, *options: str, paths: tuple[str, ...] = (".",)) -> set[str]:
    """The files with users who have two keys."""
    report = scan(folder, ("--rule", "AC_AWS_0554", *options), paths).report
    return {one["location"]["path"] for one in report["findings"]}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Three directories, each with two keys of one user."""
    for name in ("app", "old", "app/examples"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, TWO)
    return tmp_path


ALL = {"app/main.tf", "app/examples/main.tf", "old/main.tf"}


@pytest.mark.parametrize(
    ("patterns", "left_out"),
    [
        ((), set()),
        (("old",), {"old/main.tf"}),
        (("old/",), {"old/main.tf"}),
        (("examples",), {"app/examples/main.tf"}),
        (("/examples",), set()),
        (("app/**",), {"app/main.tf", "app/examples/main.tf"}),
        (("app/*", "!app/examples/"), {"app/main.tf"}),
        (("old", "examples"), {"old/main.tf", "app/examples/main.tf"}),
        (("*.tf",), ALL),
    ],
)
def test_patterns_leave_out_what_gitignore_would(patterns: tuple[str, ...], left_out: set[str], tree: Path) -> None:
    options = [word for pattern in patterns for word in ("--exclude", pattern)]
    assert found(tree, *options) == ALL - left_out
    (tree / ".gitignore").write_text("\n".join(patterns), "utf-8")
    # A directory is applied as a whole: its code is left out with the directory, not file by file.
    by_directory = [pattern for pattern in patterns if pattern not in ("*.tf", "app/*", "!app/examples/")]
    if by_directory == list(patterns):
        assert found(tree) == ALL - left_out
    assert found(tree, "--no-gitignore") == ALL


def test_a_finding_with_one_place_that_is_not_left_out_is_kept(tmp_path: Path) -> None:
    written(tmp_path, key("a"))
    written(tmp_path, key("b"), "other.tf")
    assert found(tmp_path, "--exclude", "other.tf") == {"other.tf"}
    assert found(tmp_path, "--exclude", "*.tf") == set()


def test_gitignore_files_count_from_the_top_of_the_checkout(tree: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)
    (tree / ".gitignore").write_text("examples/\n", "utf-8")
    assert found(tree / "app") == {"main.tf"}
    (tree / "app/.gitignore").write_text("!examples/\n", "utf-8")
    assert found(tree / "app") == {"main.tf", "examples/main.tf"}
    assert found(tree) == ALL


def test_gitignore_of_another_checkout_does_not_count(tree: Path) -> None:
    (tree / ".gitignore").write_text("examples/\n", "utf-8")
    subprocess.run(["git", "init", "--quiet", "app"], cwd=tree, check=True)
    assert found(tree / "app") == {"main.tf", "examples/main.tf"}


def test_what_is_named_is_looked_at_whatever_gitignore_says(tree: Path) -> None:
    (tree / ".gitignore").write_text("old/\n*.csv\n", "utf-8")
    assert found(tree, paths=("old",)) == {"old/main.tf"}
    assert found(tree, paths=("old/main.tf",)) == {"old/main.tf"}


def test_a_module_that_is_left_out_is_read_where_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "vendored").mkdir()
    written(tmp_path / "vendored", TWO)
    written(tmp_path, 'module "keys" {\n  source = "./vendored"\n}\n')
    (tmp_path / ".gitignore").write_text("vendored/\n", "utf-8")
    report = scan(tmp_path, ("--rule", "AC_AWS_0554")).report
    assert len(report["findings"]) == 1


def test_a_gitignore_that_is_broken_is_passed_over_and_a_pattern_of_ours_is_misuse(tree: Path) -> None:
    (tree / ".gitignore").write_bytes(b"\xff\xfe\n!\n[z-\n")
    assert found(tree) == ALL
    result = run("scan", "--exclude", "!", cwd=tree)
    assert result.exit_code == 2
    assert "a pattern to leave out cannot be read" in result.stderr


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("pattern", ["old/", "*.tf", "/old/main.tf", "*"])
def test_what_git_tracks_is_never_ignored(version: str, pattern: str, tree: Path) -> None:
    git(tree, "init", "--quiet")
    git(tree, "add", "old/main.tf")
    git(tree, "update-index", "--index-version", version)
    if version == "3":
        (tree / "later.tf").write_text("", "utf-8")
        git(tree, "add", "--intent-to-add", "later.tf")
    (tree / ".gitignore").write_text(f"{pattern}\n", "utf-8")
    (tree / "old/ignored").mkdir()
    written(tree / "old/ignored", TWO)
    everything = ALL | {"old/ignored/main.tf"}
    ignored = {"old/": {"old/ignored/main.tf"}, "/old/main.tf": set()}.get(pattern, everything - {"old/main.tf"})
    assert found(tree) == everything - ignored
    assert found(tree / "old") == ({"main.tf"} if pattern == "*.tf" else {"main.tf", "ignored/main.tf"})


def test_what_is_tracked_in_a_worktree_counts_there(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (tree / ".gitignore").write_text("*.tf\n", "utf-8")
    git(tree, "init", "--quiet")
    git(tree, "add", "--force", "old")
    git(tree, "add", ".gitignore")
    git(tree, "commit", "--quiet", "--message", "x")
    other = tmp_path_factory.mktemp("trees") / "other"
    git(tree, "worktree", "add", "--quiet", str(other))
    assert found(other) == {"old/main.tf"}


def test_many_ignored_files_are_asked_for_and_a_broken_index_tracks_nothing(tree: Path) -> None:
    (tree / ".gitignore").write_text("*.tf\nx*.json\n", "utf-8")
    git(tree, "init", "--quiet")
    git(tree, "add", "--force", "old")
    for number in range(60):
        (tree / f"x{number}.json").write_text("{}", "utf-8")
    assert found(tree) == {"old/main.tf"}
    data = (tree / ".git/index").read_bytes()
    for broken in (data[:40], b"DIRC", b"", data[:8] + b"\xff\xff\xff\xff" + data[12:]):
        (tree / ".git/index").write_bytes(broken)
        assert found(tree) <= {"old/main.tf"}
