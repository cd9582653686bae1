"""The GitHub Action, the GitLab template, and what the page about pipelines says, run as their systems would."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import PROJECT
from tests.test_cli_scan import ONE, TWO, written

BASH = shutil.which("bash") or ""
pytestmark = pytest.mark.skipif(not BASH, reason="bash is not installed")


def loaded(name: str) -> dict[str, Any]:
    """A file of YAML."""
    found = yaml.safe_load((PROJECT / name).read_text("utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The environment of a runner on which the program is installed."""
    installed = tmp_path / "runner/iac-keycheck/bin/iac-keycheck"
    installed.parent.mkdir(parents=True)
    installed.write_text(f"#!{sys.executable}\nfrom iac_keycheck.command.entry import main\n\nmain()\n", "utf-8")
    installed.chmod(0o755)
    (installed.parent / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    (installed.parent / "python").chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IAC_KEYCHECK")}
    kept |= {"PYTHONPATH": str(PROJECT), "PATH": f"{installed.parent}:{os.environ['PATH']}"}
    return {**kept, "RUNNER_TEMP": str(tmp_path / "runner"), "GITHUB_OUTPUT": str(tmp_path / "output")}


@pytest.mark.parametrize(
    ("text", "paths", "args", "sarif", "code"),
    [
        (TWO, ".", "", "out.sarif", 1),
        (ONE, ".", "", "out.sarif", 0),
        (TWO, "", "", "out.sarif", 1),
        (TWO, "'with space'", "--fail-on never -q", "", 0),
        (TWO, ".", "--skip-rule 'AC_AWS_0554'", "", 0),
        (TWO, ". $(touch sprung)", "", "", 2),
        (TWO, "--help", "", "", 2),
        (TWO, "main.tf", "--skip-rule 'AC_AWS_0554", "out.sarif", 2),
        (TWO, ".", "`touch sprung`; touch sprung", "", 2),
        (TWO, ".", "", "no/such/out.sarif", 2),
    ],
)
def test_the_action_scans_and_tells_the_exit_code(  # noqa: PLR0913, PLR0917 — the columns
    text: str, paths: str, args: str, sarif: str, code: int, runner: dict[str, str], tmp_path: Path
) -> None:
    work = tmp_path / "work"
    (work / "with space").mkdir(parents=True)
    written(work, text)
    done = acted(work, runner, {"paths": paths, "args": args, "sarif": sarif})
    assert done.returncode == code, done.stdout + done.stderr
    told = (tmp_path / "output").read_text("utf-8").splitlines()
    assert told[0] == f"exit-code={code}"
    assert told[1:] == ([f"sarif={sarif}"] if (work / sarif).is_file() and sarif else [])
    assert not (work / "sprung").exists()
    if sarif and code < 2:
        assert json.loads((work / sarif).read_text("utf-8"))["version"] == "2.1.0"


def acted(work: Path, runner: dict[str, str], inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The step that scans, run as a runner runs it, with these inputs and the defaults of the others."""
    action = loaded("action.yml")
    (step,) = [one for one in action["runs"]["steps"] if one.get("id") == "scan"]
    assert "${{" not in step["run"]
    values = {f"inputs.{name}": inputs.get(name, one["default"]) for name, one in action["inputs"].items()}
    given = {name: values[said.removeprefix("${{ ").removesuffix(" }}")] for name, said in step["env"].items()}
    return subprocess.run(
        [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=work,
        env={**runner, "GITHUB_STEP_SUMMARY": f"{runner['RUNNER_TEMP']}/summary", **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_annotates_and_sums_up(runner: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    done = acted(written(tmp_path / "work", TWO), runner, {})
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert commands[0].startswith("::stop-commands::")
    assert [line for line in commands if line.startswith("::error file=main.tf,line=4")]
    assert (tmp_path / "runner/summary").read_text("utf-8").startswith("### iac-keycheck failed")
    quiet = acted(tmp_path / "work", runner, {"annotations": "false", "summary": "false"})
    assert "::error" not in quiet.stdout


def test_the_action_imports_nothing_from_what_it_scans(runner: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "work/iac_keycheck").mkdir(parents=True)
    for name in ("iac_keycheck/__init__.py", "json.py", "shlex.py"):
        (tmp_path / "work" / name).write_text("open('sprung', 'w').close()\n", "utf-8")
    assert acted(written(tmp_path / "work", TWO), runner, {}).returncode == 1
    assert not (tmp_path / "work/sprung").exists()


def test_nothing_that_is_scanned_is_a_command_to_the_runner(runner: dict[str, str], tmp_path: Path) -> None:
    """A path stands at the beginning of a line; a runner takes lines that begin with two colons for commands."""
    (tmp_path / "work").mkdir()
    written(tmp_path / "work", TWO, "::add-mask::x.tf")
    lines = acted(tmp_path / "work", runner, {"args": "-q"}).stdout.splitlines()
    (token,) = [line.removeprefix("::stop-commands::") for line in lines if line.startswith("::stop-commands::")]
    stopped = lines[1 : lines.index(f"::{token}::")]
    assert any("add-mask::x.tf" in line for line in stopped)
    assert not [line for line in lines if line.startswith("::add-mask::")]


def test_no_python_of_the_templates_imports_from_the_working_directory() -> None:
    texts = [(PROJECT / name).read_text("utf-8") for name in ("action.yml", "ci/gitlab-ci.yml", "docs/ci.md")]
    assert not [line for text in texts for line in text.splitlines() if re.search(r'python"? -m ', line)]


def test_every_input_of_the_action_is_used() -> None:
    action = loaded("action.yml")
    text = (PROJECT / "action.yml").read_text("utf-8")
    assert all(f"inputs.{name} }}}}" in text for name in action["inputs"])
    assert all(one["description"] for one in (*action["inputs"].values(), *action["outputs"].values()))


def test_the_job_for_gitlab_scans_and_keeps_its_reports(runner: dict[str, str], tmp_path: Path) -> None:
    job = loaded("ci/gitlab-ci.yml")["iac-keycheck"]
    (command,) = job["script"]
    written(tmp_path, TWO)
    command = command.replace("/tmp/iac-keycheck/bin/", "")  # noqa: S108 — where the job installs it
    variables = {name: str(value) for name, value in job["variables"].items()}
    done = subprocess.run(
        ["sh", "-ec", command], cwd=tmp_path, env={**runner, **variables}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    kept = (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values())
    assert all((tmp_path / name).is_file() for name in kept)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_it(shell: str, runner: dict[str, str], tmp_path: Path) -> None:
    env = {**runner, "_IAC_KEYCHECK_COMPLETE": f"{shell}_source"}
    code = "from iac_keycheck.command.cli import main; main(prog_name='iac-keycheck')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "_IAC_KEYCHECK_COMPLETE" in done.stdout
    assert f"_IAC_KEYCHECK_COMPLETE={shell}_source" in (PROJECT / "docs/ci.md").read_text("utf-8")


TYPED = [
    ("iac-keycheck ", {"scan", "rules", "graph", "baseline"}),
    ("iac-keycheck scan --fail", {"--fail-on"}),
    ("iac-keycheck scan --fail-on ", {"always", "default", "possible", "undecided", "never"}),
    ("iac-keycheck scan --format sa", {"sarif"}),
    ("iac-keycheck scan --report g", {"github=", "gitlab-quality=", "gitlab-sast="}),
    ("iac-keycheck scan --skip-rule AC_", {"AC_AWS_0554"}),
    ("iac-keycheck baseline --rule avd-aws-0167", {"AVD-AWS-0167"}),
    ("iac-keycheck scan --framework soc", {"soc2"}),
    ("iac-keycheck rules t", {"test"}),
    ("iac-keycheck graph --format m", {"mermaid"}),
]


@pytest.mark.parametrize(("typed", "offered"), TYPED)
def test_what_bash_offers_after_the_line_of_the_page(
    typed: str, offered: set[str], runner: dict[str, str], tmp_path: Path
) -> None:
    """The function that the page has in `~/.bashrc`, called as bash calls it when somebody presses Tab."""
    (line,) = [line for line in (PROJECT / "docs/ci.md").read_text("utf-8").splitlines() if "bash_source" in line]
    words = typed.split(" ")
    last = '""' if not words[-1] else ""
    script = (
        f"{line.partition('#')[0]}\nCOMP_WORDS=({typed} {last})\nCOMP_CWORD={len(words) - 1}\n"
        "_iac_keycheck_completion iac-keycheck\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
    )
    done = subprocess.run(
        [BASH, "--noprofile", "--norc", "-c", script],
        cwd=tmp_path,
        env=runner,
        capture_output=True,
        text=True,
        check=False,
    )
    assert set(done.stdout.split()) == offered, done.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_what_other_shells_are_offered(shell: str, runner: dict[str, str], tmp_path: Path) -> None:
    """What their functions ask for and get; where the shell is installed, it reads its function as well."""
    program = Path(runner["RUNNER_TEMP"]) / "iac-keycheck/bin/iac-keycheck"

    def said(**env: str) -> str:
        return subprocess.run([program], env={**runner, **env}, capture_output=True, text=True, check=True).stdout

    typed = {"zsh": ("iac-keycheck rules AC", "2"), "fish": ("iac-keycheck rules AC", "AC")}[shell]
    env = {"_IAC_KEYCHECK_COMPLETE": f"{shell}_complete", "COMP_WORDS": typed[0], "COMP_CWORD": typed[1]}
    assert "AC_AWS_0554" in said(**env)
    assert "more than one active access key" in said(**env)
    if installed := shutil.which(shell):
        source = said(_IAC_KEYCHECK_COMPLETE=f"{shell}_source")
        subprocess.run([installed, "-n"], input=source, cwd=tmp_path, text=True, check=True)


def test_what_the_page_shows_as_yaml_is_yaml() -> None:
    for name in ("docs/ci.md", "docs/configuration.md"):
        for part in (PROJECT / name).read_text("utf-8").split("```yaml\n")[1:]:
            assert yaml.safe_load(part.split("```")[0])
