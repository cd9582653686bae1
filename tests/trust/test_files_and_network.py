"""A scan opens nothing outside of what it was pointed at, follows no link out of it, and never asks the network.

The program runs in a process of its own, in which an audit hook sees every file that is opened, every directory that is
listed, every process and every socket: https://docs.python.org/3/library/audit_events.html.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from iac_keycheck.report import FORMATS
from tests.conftest import PROJECT
from tests.running import run, scan
from tests.test_changes import committed, git

TWO = 'resource "aws_iam_access_key" "a" {\n  user = "ci"\n}\nresource "aws_iam_access_key" "b" {\n  user = "ci"\n}\n'
TELLTALE = "outside-and-secret"

# The interpreter, its packages and ours; what the system gives every process.
OWN = tuple(
    os.path.realpath(path)
    for path in {*sysconfig.get_paths().values(), sys.base_prefix, sys.prefix, str(PROJECT), "/proc/self", "/dev/null"}
)
SYSTEM = ("/usr/share/zoneinfo", "/etc/localtime", "/usr/lib", "/etc/terminfo", "/usr/share/terminfo")


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run printed, and everything that it did to the outside."""

    exit_code: int
    stdout: str
    events: list[tuple[str, str]]

    def elsewhere(self, *allowed: Path) -> set[str]:
        """The paths that were opened or listed and lie neither in the program nor below what is allowed."""
        below = (*OWN, *SYSTEM, *map(str, allowed))
        return {
            path
            for event, path in self.events
            if event not in ("import", "exec") and not any(path == one or path.startswith(f"{one}/") for one in below)
        }


def watched(cwd: Path, log: Path, *arguments: str, codes: Sequence[int] = (0, 1, 2)) -> Watched:
    """A run of the program, watched."""
    command = [sys.executable, "-P", str(PROJECT / "tests/trust/watched.py"), str(log), *arguments]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "IAC_KEYCHECK_"))}
    done = subprocess.run(
        command, cwd=cwd, env={**env, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode in codes, done.stderr
    return Watched(done.returncode, done.stdout, json.loads(log.read_text("utf-8")))


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the scanned one, of which nothing may be seen."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text(TELLTALE, "utf-8")
    (folder / "main.tf").write_text(TWO.replace("ci", TELLTALE), "utf-8")
    (folder / "stack.yaml").write_text(
        f"Resources:\n  A: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: {TELLTALE}}}}}\n"
        f"  B: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: {TELLTALE}}}}}\n",
        "utf-8",
    )
    (folder / "terraform.tfvars").write_text(f'user = "{TELLTALE}"\n', "utf-8")
    (folder / "terragrunt.hcl").write_text(f'inputs = {{ user = "{TELLTALE}" }}\n', "utf-8")
    (folder / "params.json").write_text(f'{{"Parameters": {{"User": "{TELLTALE}"}}}}', "utf-8")
    (folder / "modules.json").write_text(
        f'{{"Modules": [{{"Key": "m", "Source": "x/y/z", "Dir": "{folder.as_posix()}"}}]}}', "utf-8"
    )
    (folder / "ignore").write_text("main.tf\n", "utf-8")
    return folder


@pytest.fixture
def tree(tmp_path: Path, outside: Path) -> Path:
    """A tree in which everything that can name a file names one of the folder outside, by path and by link."""
    work = tmp_path / "work"
    work.mkdir()
    away = outside.as_posix()
    files = {
        "main.tf": f"""\
            variable "user" {{ default = "ci" }}
            resource "aws_iam_access_key" "a" {{ user = var.user }}
            resource "aws_iam_access_key" "b" {{ user = "ci" }}
            resource "aws_iam_access_key" "c" {{ user = file("../outside/secret.txt") }}
            resource "aws_iam_access_key" "d" {{ user = file("{away}/secret.txt") }}
            resource "aws_iam_access_key" "e" {{ user = templatefile("linked.txt", {{}}) }}
            resource "aws_iam_access_key" "f" {{ user = join("", fileset("{away}", "**")) }}
            resource "aws_iam_access_key" "g" {{ user = join("", fileset("linked", "*")) }}
            resource "aws_iam_access_key" "h" {{ user = file("linked/secret.txt") }}
            resource "aws_iam_access_key" "i" {{ user = tostring(fileexists("{away}/secret.txt")) }}
            module "up" {{ source = "../outside" }}
            module "linked" {{ source = "./linked" }}
            module "m" {{ source = "x/y/z" }}
            resource "aws_cloudformation_stack" "s" {{ template_body = file("linked/stack.yaml") }}
            resource "aws_cloudformation_stack" "t" {{ template_body = file("../outside/stack.yaml") }}
            """,
        "nest.yaml": f"""\
            Resources:
              A: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: ci}}}}
              S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: ../outside/stack.yaml}}}}
              T: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: linked/stack.yaml}}}}
              U: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: "{away}/stack.yaml"}}}}
              V: {{Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: ../outside/stack.yaml}}}}}}
            """,
        "unit/terragrunt.hcl": f"""\
            include "root" {{ path = "../../outside/terragrunt.hcl" }}
            include "far" {{ path = "{away}/terragrunt.hcl" }}
            include "found" {{ path = find_in_parent_folders("outside/terragrunt.hcl", "../linked/terragrunt.hcl") }}
            locals {{
              a = read_terragrunt_config("../../outside/terragrunt.hcl")
              b = file("../../outside/secret.txt")
              c = read_tfvars_file("../linked/terraform.tfvars")
            }}
            terraform {{ source = "../../outside" }}
            """,
    }
    for name, text in files.items():
        (work / name).parent.mkdir(exist_ok=True)
        (work / name).write_text(text, "utf-8")
    links = {
        "linked": outside,
        "linked.txt": outside / "secret.txt",
        "linked.tf": outside / "main.tf",
        "linked.yaml": outside / "stack.yaml",
        "linked.auto.tfvars": outside / "terraform.tfvars",
        "named.tfvars": outside / "terraform.tfvars",
        "nest.params.json": outside / "params.json",
        ".gitignore": outside / "ignore",
    }
    for name, target in links.items():
        (work / name).symlink_to(target)
    (work / ".terraform/modules").mkdir(parents=True)
    (work / ".terraform/modules/modules.json").symlink_to(outside / "modules.json")
    (work / "other/.terraform/modules").mkdir(parents=True)
    (work / "other/main.tf").write_text('module "m" {\n  source = "x/y/z"\n}\n', "utf-8")
    (work / "other/.terraform/modules/modules.json").write_text((outside / "modules.json").read_text("utf-8"), "utf-8")
    return work


def test_nothing_outside_is_opened_or_told(tree: Path, tmp_path: Path) -> None:
    seen = watched(tree, tmp_path / "log", "scan", "--format", "json", ".")
    assert seen.elsewhere(tree) == set()
    assert TELLTALE not in seen.stdout
    # what is inside was found all the same, though a .gitignore that leads out would leave it out
    assert {"main.tf", "nest.yaml"} <= {os.path.relpath(path, tree) for event, path in seen.events if event == "open"}


def test_a_checkout_is_the_limit_of_what_lies_around_a_named_file(tree: Path, tmp_path: Path) -> None:
    (tree / "inner").mkdir()
    (tree / "inner/main.tf").write_text('module "a" {\n  source = "../other"\n}\n' + TWO, "utf-8")
    git(tree, "init", "--quiet")
    seen = watched(tree / "inner", tmp_path / "log", "scan", "--format", "json", "main.tf")
    assert seen.elsewhere(tree) == set()
    assert TELLTALE not in seen.stdout
    assert str(tree / "other/main.tf") in {path for event, path in seen.events if event == "open"}


def test_around_a_directory_that_is_in_no_checkout_nothing_counts(tmp_path: Path) -> None:
    work = tmp_path / "work/code"
    work.mkdir(parents=True)
    (work / "main.tf").write_text(TWO, "utf-8")
    (tmp_path / ".gitignore").write_text("*.tf\n", "utf-8")
    (tmp_path / "work/.gitignore").write_text("*.tf\n", "utf-8")
    seen = watched(work, tmp_path / "log", "scan", "--format", "json", ".")
    assert seen.exit_code == 1
    assert seen.elsewhere(work) == set()


def test_every_report_is_written_without_a_look_elsewhere(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    reports = [word for kind in sorted(FORMATS) for word in ("--report", f"{kind}={out}/report.{kind}")]
    seen = watched(tree, tmp_path / "log", "scan", *reports, ".")
    assert seen.elsewhere(tree, out) == set()
    assert len(list(out.iterdir())) == len(FORMATS)
    assert not any(TELLTALE in path.read_text("utf-8") for path in out.iterdir())


def test_nothing_is_written_but_what_options_name(tree: Path, tmp_path: Path) -> None:
    def contents() -> dict[str, object]:
        return {
            path.as_posix(): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
            for path in tmp_path.rglob("*")
        }

    before = contents()
    done = scan(tree, ("--report", f"csv={tmp_path}/report.csv"))
    assert done.exit_code in (1, 2)
    scan(tree, ("--format", "text", "--diff"))
    after = contents()
    assert {path for path in before.keys() | after if before.get(path) != after.get(path)} == {f"{tmp_path}/report.csv"}


@pytest.mark.parametrize("kind", ["report", "baseline"])
@pytest.mark.parametrize("place", ["out.json", "out/report.json"])
def test_nothing_is_written_through_a_link_that_leads_out(kind: str, place: str, tmp_path: Path) -> None:
    """The name is the user's, the link may have come with the code: what is written has text of the code in it."""
    away = tmp_path / "away"
    away.mkdir()
    work = tmp_path / "work"
    (work / ".git").mkdir(parents=True)
    (work / "main.tf").write_text(TWO, "utf-8")
    (work / "out").symlink_to(away)
    (work / "out.json").symlink_to(away / "report.json")
    if kind == "report":
        done = run("scan", "--report", f"json={place}", ".", cwd=work)
    else:
        done = run("baseline", "--update", place, ".", cwd=work)
    assert done.exit_code == 2
    assert "leads from there out of the checkout" in done.stderr
    assert not list(away.iterdir())


def test_what_the_environment_says_to_other_programs_does_not_count(tmp_path: Path) -> None:
    names = ("TF_VAR_user", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR", "AWS_PROFILE", "AWS_REGION", "UNIT_USER")
    unit = 'locals {\n  a = get_env("UNIT_USER")\n}\ninputs = {\n  user = get_env("UNIT_USER", "x")\n}\n'
    (tmp_path / "terragrunt.hcl").write_text(unit, "utf-8")
    (tmp_path / "main.tf").write_text(
        'variable "user" {}\nresource "aws_iam_access_key" "a" {\n  user = var.user\n}\n'
        'resource "aws_iam_access_key" "b" {\n  user = terraform.workspace\n}\n'
        f'resource "aws_iam_access_key" "c" {{\n  user = "{TELLTALE}"\n}}\n',
        "utf-8",
    )
    printed = []
    for said in ({}, dict.fromkeys(names, TELLTALE)):
        env = {**os.environ, "PYTHONPATH": str(PROJECT), **said}
        command = [sys.executable, "-P", "-m", "iac_keycheck", "scan", "--as-of", "2026-01-01", "--format", "json", "."]
        printed.append(subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False).stdout)
    assert printed[0] == printed[1]
    assert printed[0]


@pytest.mark.parametrize("setting", ["config", "baseline"])
def test_settings_that_nobody_named_lead_nowhere_else(setting: str, tree: Path, outside: Path, tmp_path: Path) -> None:
    if setting == "config":
        (outside / "config.yaml").write_text(f"fail-on: {TELLTALE}\n", "utf-8")
        (tree / ".iac-keycheck.yaml").symlink_to(outside / "config.yaml")
    else:
        (tree / ".iac-keycheck.yaml").write_text("baseline: ../outside/secret.txt\n", "utf-8")
    seen = watched(tree, tmp_path / "log", "scan", ".", codes=(2,))
    assert seen.elsewhere(tree) == set()
    assert TELLTALE not in seen.stdout


@pytest.mark.parametrize("name", ["main.tf", "stack.yaml", ".gitignore", ".iac-keycheck.yaml", "plan.json", ".git"])
def test_what_is_no_regular_file_does_not_make_the_scan_wait(name: str, tmp_path: Path) -> None:
    (tmp_path / "code.tf").write_text(TWO, "utf-8")
    os.mkfifo(tmp_path / name)
    command = [sys.executable, "-P", "-m", "iac_keycheck", "scan", "--format", "json", "."]
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr
    assert [one["rule_id"] for one in json.loads(done.stdout)["findings"]].count("AC_AWS_0554") == 1


def test_what_is_in_a_pipe_is_left_there(tmp_path: Path) -> None:
    pipe = tmp_path / "stack.yaml"
    os.mkfifo(pipe)
    handle = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(handle, b"for somebody else")
        assert [one["kind"] for one in scan(tmp_path).report["problems"]] == ["unreadable"]
        assert os.read(handle, 100) == b"for somebody else"
    finally:
        os.close(handle)


def test_links_that_lead_in_a_circle_are_told(tmp_path: Path) -> None:
    (tmp_path / "code.tf").write_text(TWO, "utf-8")
    (tmp_path / ".gitignore").write_text("*.txt\n", "utf-8")
    for name, target in (("a.tf", "b.tf"), ("b.tf", "a.tf"), ("self", "self"), ("c.yaml", "c.yaml")):
        (tmp_path / name).symlink_to(target)
    result = scan(tmp_path)
    assert [one["rule_id"] for one in result.report["findings"]].count("AC_AWS_0554") == 1
    assert {one["location"]["path"]: one["kind"] for one in result.report["problems"]} == dict.fromkeys(
        ("a.tf", "b.tf", "c.yaml"), "unreadable"
    )


def test_documents_that_are_links_to_nothing_are_passed_over(tmp_path: Path) -> None:
    """Checkouts have links to what is made elsewhere; of code, which Terraform would try to read, it is told."""
    for name in ("a.yaml", "b.json", "c.csv", "d.tf"):
        (tmp_path / name).symlink_to(tmp_path / "nothing" / name)
    result = scan(tmp_path)
    assert [one["location"]["path"] for one in result.report["problems"]] == ["d.tf"]


def test_no_process_is_started_and_no_socket_made(tree: Path, tmp_path: Path) -> None:
    git(tree, "init", "--quiet")
    reports = [word for kind in sorted(FORMATS) for word in ("--report", f"{kind}={tmp_path}/report.{kind}")]
    seen = watched(tree, tmp_path / "log", "scan", *reports, ".")
    started = {
        event for event, _ in seen.events if event.split(".")[0] in ("socket", "subprocess") or event == "os.exec"
    }
    assert started == set()
    imported = {name for event, name in seen.events if event == "import"}
    assert not {"socket", "ssl", "http.client", "urllib.request", "asyncio"} & imported


def test_only_git_is_started_and_only_where_what_changed_is_asked_for(tree: Path, tmp_path: Path) -> None:
    git(tree, "init", "--quiet")
    committed(tree)
    seen = watched(tree, tmp_path / "log", "scan", "--format", "json", "--changed-since", "HEAD", ".")
    started = {Path(path).name for event, path in seen.events if event in ("subprocess.Popen", "os.posix_spawn")}
    assert started <= {"git"}
    assert "git" in started


@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_a_scan_goes_on_where_sockets_are_forbidden(
    format_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        pytest.fail("the network was asked for")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname", "socketpair"):
        monkeypatch.setattr(socket, name, forbidden)
    (tmp_path / "main.tf").write_text(
        TWO + 'module "m" {\n  source = "https://example.invalid/m.zip"\n}\n'
        'data "http" "x" {\n  url = "https://example.invalid"\n}\n',
        "utf-8",
    )
    (tmp_path / "stack.yaml").write_text(
        "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties: {TemplateURL: https://example.invalid/x.yaml}\n"
        "  A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}\n",
        "utf-8",
    )
    assert scan(tmp_path, ("--report", f"{format_}={tmp_path}/out")).exit_code == 1
