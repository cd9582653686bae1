"""No code from a scanned tree runs: not as a rule, not by lying where Python looks, not through git."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.test_changes import committed, git

TWO = 'resource "aws_iam_access_key" "a" {\n  user = "ci"\n}\nresource "aws_iam_access_key" "b" {\n  user = "ci"\n}\n'


@pytest.fixture
def sign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is there as soon as any of the traps was sprung."""
    return tmp_path_factory.mktemp("sign") / "sprung"


@pytest.fixture
def traps(tmp_path: Path, sign: Path) -> Path:
    """A tree with code to find, and with everything in it that some program would run or import by itself."""
    trap = f"open({str(sign)!r}, 'a').write(__name__)\n"
    rule = f"'''A rule.'''\n{trap}\ndef check(graph):\n    {trap}"
    (tmp_path / "main.tf").write_text(TWO, "utf-8")
    for folder in ("rules", ".iac-keycheck", "iac_keycheck", "iac_keycheck/rules", "hcl2", "yaml", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text(trap, "utf-8")
        (tmp_path / folder / "EVIL_0001.py").write_text(rule, "utf-8")
        (tmp_path / folder / "conftest.py").write_text(trap, "utf-8")
    (tmp_path / "iac_keycheck/__main__.py").write_text(trap, "utf-8")
    for name in ("conftest", "sitecustomize", "usercustomize", "json", "re", "click", "rich", "regex"):
        (tmp_path / f"{name}.py").write_text(trap, "utf-8")
    (tmp_path / "evil.pth").write_text(f"import os; {trap}", "utf-8")
    (tmp_path / "pyvenv.cfg").write_text(f"home = {tmp_path}\n", "utf-8")
    return tmp_path


def installed_command(folder: Path) -> Path:
    """What pip makes of ``[project.scripts]``: a file whose own folder, and not the working directory, is searched."""
    command = folder / "iac-keycheck"
    command.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.append({str(PROJECT)!r})\n"
        "from iac_keycheck.command.cli import main\nsys.exit(main())\n",
        "utf-8",
    )
    command.chmod(0o755)
    return command


def printed(command: list[str], folder: Path, **variables: str) -> str:
    """What a process prints that scans a folder from inside of it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GIT_"))}
    done = subprocess.run(command, cwd=folder, env={**env, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_nothing_that_lies_in_the_tree_is_imported(
    traps: Path, sign: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    command = installed_command(tmp_path_factory.mktemp("bin"))
    reports = [f"{kind}=out.{kind}" for kind in ("json", "sarif", "junit", "gitlab-sast", "markdown", "csv")]
    options = [word for report in reports for word in ("--report", report)]
    assert "2 active access keys" in printed([str(command), "scan", *options, "."], traps)
    assert not sign.exists(), sign.read_text("utf-8")


def test_nothing_is_imported_by_the_module_run_in_isolation(traps: Path, sign: Path) -> None:
    # `python -m` alone looks into the working directory first, before any line of ours: hence `-P`, and PYTHONPATH
    # for the checkout that the tests run from
    found = printed([sys.executable, "-P", "-m", "iac_keycheck", "scan", "."], traps, PYTHONPATH=str(PROJECT))
    assert "2 active access keys" in found
    assert not sign.exists(), sign.read_text("utf-8")


def test_the_module_run_does_not_look_for_what_it_imports_in_the_working_directory(traps: Path, sign: Path) -> None:
    for name in ("iac_keycheck/__init__.py", "iac_keycheck/__main__.py", "json.py", "re.py"):
        (traps / name).unlink()
    (traps / "iac_keycheck").rename(traps / "other")
    # none of these is asked for before the module has put the search path right; click is where an option is not plain
    found = printed([sys.executable, "-m", "iac_keycheck", "scan", "--jobs", "1", "."], traps, PYTHONPATH=str(PROJECT))
    assert "2 active access keys" in found
    assert not sign.exists(), sign.read_text("utf-8")


def test_settings_that_nobody_named_run_no_rules(traps: Path, sign: Path) -> None:
    (traps / ".iac-keycheck.yaml").write_text("rules-dir: [rules]\n", "utf-8")
    command = [sys.executable, "-P", "-m", "iac_keycheck", "scan", "."]
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=traps, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "rules-dir runs code" in done.stderr
    assert not sign.exists(), sign.read_text("utf-8")


@pytest.fixture
def checkout(tmp_path: Path, sign: Path) -> Path:
    """A checkout whose own settings name a program wherever git lets them."""
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho sprung >> {sign}\ntimeout 5 cat\n", "utf-8")
    trap.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    (work / "main.tf").write_text(TWO, "utf-8")
    (work / ".gitattributes").write_text("*.tf filter=a=b diff=c\n", "utf-8")
    git(work, "init", "--quiet", "--initial-branch", "main")
    committed(work)
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (work / ".git/hooks" / name).write_text(trap.read_text("utf-8"), "utf-8")
        (work / ".git/hooks" / name).chmod(0o755)
    with (work / ".git/config").open("a", encoding="utf-8") as file:
        file.write(
            f'[core]\n\tfsmonitor = "{trap}"\n\tpager = "{trap}"\n\tsshCommand = "{trap}"\n\teditor = "{trap}"\n'
            f'[diff]\n\texternal = "{trap}"\n[diff "c"]\n\tcommand = "{trap}"\n\ttextconv = "{trap}"\n'
            f'[filter "a=b"]\n\tclean = "{trap}"\n\tprocess = "{trap}"\n\tsmudge = "{trap}"\n'
            f'[credential]\n\thelper = "{trap}"\n[pager]\n\tdiff = "{trap}"\n\tls-files = "{trap}"\n'
        )
    (work / "main.tf").write_text("\n" + TWO, "utf-8")
    return work


def since_the_last_commit(work: Path) -> str:
    """What a scan of what changed prints."""
    command = [sys.executable, "-P", "-m", "iac_keycheck", "scan", "--changed-since", "HEAD", "."]
    return printed(command, work, PYTHONPATH=str(PROJECT))


def test_git_runs_nothing_that_the_checkout_names(checkout: Path, sign: Path) -> None:
    assert "2 active access keys" in since_the_last_commit(checkout)
    assert not sign.exists()


def test_a_git_that_would_run_what_the_checkout_names_is_refused(
    checkout: Path, sign: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # git before 2.31 does not know of settings in the environment
    older = tmp_path_factory.mktemp("bin") / "git"
    older.write_text(f'#!/bin/sh\nunset GIT_CONFIG_COUNT\nexec "{shutil.which("git")}" "$@"\n', "utf-8")
    older.chmod(0o755)
    command = [sys.executable, "-P", "-m", "iac_keycheck", "scan", "--changed-since", "HEAD", "."]
    env = {**os.environ, "PYTHONPATH": str(PROJECT), "PATH": f"{older.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "git before 2.31" in done.stderr
    assert not sign.exists()


def test_git_fetches_nothing_that_the_checkout_lacks(checkout: Path, sign: Path, tmp_path: Path) -> None:
    # a clone that promises to fetch what it lacks, by a program that it names
    (checkout / ".gitattributes").unlink()
    with (checkout / ".git/config").open("a", encoding="utf-8") as file:
        file.write(
            "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n"
            '[protocol "ext"]\n\tallow = always\n[remote "origin"]\n'
            f'\turl = "ext::{tmp_path}/trap.sh"\n\tpromisor = true\n\tpartialclonefilter = blob:none\n'
        )
    tree = subprocess.run(
        ["git", "rev-parse", "HEAD^{tree}"], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout.strip()
    (checkout / ".git/objects" / tree[:2] / tree[2:]).unlink()
    command = [sys.executable, "-P", "-m", "iac_keycheck", "scan", "--changed-since", "HEAD", "."]
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "git failed" in done.stderr
    assert not sign.exists()
