"""``--changed-since``: what touches files that changed, with nothing of the checkout being run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.running import run, scan
from tests.test_cli_scan import MAYBE, TWO, USER, key, written


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


CHILD = USER + key("a") + key("b", "  count = local.n\n")


def modular(folder: Path) -> Path:
    """A checkout of a module with one key, and a second one where a local says so, that `live` calls."""
    for name in ("live", "keys"):
        (folder / name).mkdir()
    written(folder / "keys", CHILD)
    written(folder / "keys", "locals {\n  n = 0\n}\n", "locals.tf")
    written(folder / "live", 'module "keys" {\n  source = "../keys"\n}\n')
    git(folder, "init", "--quiet", "--initial-branch", "main")
    committed(folder)
    return folder


def test_a_change_counts_for_what_it_decides_in_the_files_beside_it(tmp_path: Path) -> None:
    work = modular(tmp_path)
    assert found(work) == set()
    written(work / "keys", "locals {\n  n = 1\n}\n", "locals.tf")
    report = scan(work, ("--rule", "AC_AWS_0554", "--changed-since", "HEAD")).report
    assert [one["keys"][1] for one in report["findings"]] == ["module.keys.aws_iam_access_key.b[0]"]
    named = scan(work, ("--rule", "AC_AWS_0554"), ("keys/locals.tf",)).report
    assert [one["keys"] for one in named["findings"]] == [one["keys"] for one in report["findings"]]


def test_a_file_of_a_module_that_went_is_judged_where_the_module_is_called(tmp_path: Path) -> None:
    work = modular(tmp_path)
    written(work / "keys", "locals {\n  n = 1\n}\n", "locals.tf")
    written(work / "keys", "locals {\n  n = 0\n}\n", "zz_override.tf")
    committed(work)
    assert found(work) == set()
    (work / "keys/zz_override.tf").unlink()
    report = scan(work, ("--rule", "AC_AWS_0554", "--changed-since", "HEAD")).report
    assert [one["keys"][1] for one in report["findings"]] == ["module.keys.aws_iam_access_key.b[0]"]


def test_a_changed_output_counts_for_those_who_call_its_module(tmp_path: Path) -> None:
    (tmp_path / "size").mkdir()
    written(tmp_path / "size", 'output "n" {\n  value = 0\n}\n')
    call = 'module "size" {\n  source = "./size"\n}\n'
    written(tmp_path, call + USER + key("a") + key("b", "  count = module.size.n\n"))
    git(tmp_path, "init", "--quiet")
    committed(tmp_path)
    written(tmp_path / "size", 'output "n" {\n  value = 1\n}\n')
    assert found(tmp_path) == {"main.tf"}


def test_a_changed_file_that_is_one_way_to_apply_the_code_counts_for_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    written(tmp_path, MAYBE)
    git(tmp_path, "init", "--quiet")
    committed(tmp_path)
    written(tmp_path / "env", "both = true\n", "prod.tfvars")
    assert found(tmp_path) == {"main.tf"}


def test_a_changed_file_of_values_beside_code_without_its_variables_counts_for_the_code_above(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    written(tmp_path, MAYBE)
    written(tmp_path / "env", 'variable "bucket" {}\n')
    git(tmp_path, "init", "--quiet")
    committed(tmp_path)
    written(tmp_path / "env", "both = true\n", "prod.tfvars")
    assert found(tmp_path) == {"main.tf"}


def test_changed_data_that_code_reads_counts_for_the_code(tmp_path: Path) -> None:
    more = '  for_each = toset(yamldecode(file("${path.module}/more.yaml")))\n'
    written(tmp_path, USER + key("a") + key("b", more))
    written(tmp_path, "[]\n", "more.yaml")
    git(tmp_path, "init", "--quiet")
    committed(tmp_path)
    written(tmp_path, "[x]\n", "more.yaml")
    assert found(tmp_path) == {"main.tf"}


def test_renamed_files_count_with_their_new_names(work: Path) -> None:
    git(work, "mv", "one/main.tf", "one/keys.tf")
    assert found(work) == {"one/keys.tf"}


def test_a_worktree_is_a_checkout(work: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("trees") / "other"
    git(work, "worktree", "add", "--quiet", str(other))
    (other / "one/main.tf").write_text("\n" + TWO, "utf-8")
    assert found(other) == {"one/main.tf"}
    assert found(other / "one") == {"main.tf"}


def test_a_shallow_clone_is_told_how_to_have_more(work: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    committed(work)
    shallow = tmp_path_factory.mktemp("shallow")
    git(shallow, "clone", "--quiet", "--depth", "1", f"file://{work}", ".")
    result = run("scan", "--changed-since", "HEAD~1", cwd=shallow)
    assert result.exit_code == 2
    assert "The clone is shallow: fetch the revision first" in " ".join(result.stderr.split())
    result = run("scan", "--changed-since", "mian", cwd=work)
    assert "Did you mean main?" in " ".join(result.stderr.split())


TEMPLATE = """\
Parameters:
  Both: {Type: String, Default: "no"}
Conditions:
  Both: !Equals [!Ref Both, "yes"]
Resources:
  A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
  B: {Type: AWS::IAM::AccessKey, Condition: Both, Properties: {UserName: ci}}
"""


@pytest.mark.parametrize("name", ["keys.parameters.json", "params/prod.json"])
def test_a_changed_parameter_file_counts_for_its_template(name: str, tmp_path: Path) -> None:
    written(tmp_path, TEMPLATE, "keys.yaml")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    written(tmp_path, '{"Both": "yes"}\n', name)
    assert {one["certainty"] for one in scan(tmp_path, ("--rule", "AC_AWS_0554"), (name,)).report["findings"]} == {
        "default"
    }


def test_a_named_template_is_judged_where_it_is_nested(tmp_path: Path) -> None:
    parent = (
        "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
        '      TemplateURL: ./keys.yaml\n      Parameters: {Both: "yes"}\n'
    )
    written(tmp_path, TEMPLATE, "keys.yaml")
    written(tmp_path, parent, "all.yaml")
    git(tmp_path, "init", "--quiet")
    (finding,) = scan(tmp_path, ("--rule", "AC_AWS_0554"), ("keys.yaml",)).report["findings"]
    assert (finding["certainty"], finding["keys"]) == ("always", ["Inner.A", "Inner.B"])
