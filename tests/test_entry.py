"""Plain command lines, which are read without click, are read as click reads them; all others are left to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from iac_keycheck.command import entry
from iac_keycheck.command.cli import main, scan
from iac_keycheck.command.options import settled

_PLAIN = (
    (),
    ("a.tf",),
    ("a.tf", "b", "a.tf"),
    ("--format", "json", "b"),
    ("b", "--format=sarif"),
    ("--fail-on", "never", "--min-severity=low", "--strict"),
    ("-q", "--quiet", "-v", "--verbose", "--no-color"),
    ("--fail-on=undecided", "--format", "html", "--format", "csv", "."),
    ("--rule", "AC_AWS_0554", "b", "--rule=no-such", "--skip-rule", "x", "--framework=soc2", "--exclude", "*.json"),
    ("--report", "sarif=out.sarif", "--report=html=a=b", "b"),
    ("--baseline", "a.tf", "--baseline=b/c", "--config", "settings.yaml"),
    ("--var-file", "a.tf", "--var-file=b/c", "--parameters", "b/c", "--world", "b/c"),
)
# What a settings file says, and what is said beside it.
_SETTLED = (
    ("", ()),
    ("fail-on: never\nmin-severity: low\nexclude: [x]\ngitignore: false\nbaseline: b/c\n", ()),
    ("fail-on: never\nexclude: [x]\nbaseline: b/c\n", ("--fail-on=always", "--exclude", "y", "--baseline", "a.tf")),
    ("rules: {AC_AWS_0554: off, CIS_AWS_1_11: high}\nlimits: {max-age-days: 3}\naccounts: {a: b}\n", ()),
    ("rules: {AC_AWS_0554: off, CIS_AWS_1_11: high}\n", ("--rule", "AC_AWS_0554")),
)
_LEFT_TO_CLICK = (
    (),
    ("rules",),
    ("--version",),
    ("a.tf",),
    ("scan", "missing.tf"),
    ("scan", "--help"),
    ("scan", "--", "a.tf"),
    ("scan", "-"),
    ("scan", "-qv"),
    ("scan", "--format"),
    ("scan", "--format", "JSON"),
    ("scan", "--format", "jsn"),
    ("scan", "--fail-on="),
    ("scan", "--no-colo"),
    ("scan", "--strict=yes"),
    ("scan", "--min-sev", "low"),
    ("scan", "--var", "a=b"),
    ("scan", "--fix"),
    ("scan", ""),
    ("scan", "--rule"),
    ("scan", "--rule="),
    ("scan", "--rule", "-x"),
    ("scan", "--report", "sarif"),
    ("scan", "--report", "sarif="),
    ("scan", "--report", "SARIF=x"),
    ("scan", "--report", "no=x"),
    ("scan", "--baseline", "missing"),
    ("scan", "--baseline", "b"),
    ("scan", "--config"),
    ("scan", "--var-file=b"),
    ("scan", "--as-of", "2026-11-20"),
)


@pytest.fixture(autouse=True)
def _in_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.tf").touch()
    (tmp_path / "b").mkdir()
    (tmp_path / "b/c").touch()
    (tmp_path / "settings.yaml").write_text("fail-on: never\n", "utf-8")
    monkeypatch.chdir(tmp_path)


def by_click(words: Sequence[str]) -> dict[str, Any]:
    """What click reads."""
    with (
        main.make_context("iac-keycheck", ["scan", *words]) as outer,
        scan.make_context("scan", list(words), outer) as ctx,
    ):
        return settled(ctx, ctx.params)


@pytest.mark.parametrize("words", _PLAIN)
def test_a_plain_command_line_is_read_as_click_reads_it(words: tuple[str, ...]) -> None:
    read = entry.read(["scan", *words], {})
    assert read is not None
    said = {"paths": read.paths, "format_": read.format_, "reports": read.reports}
    assert {**read.settled(), **said} == by_click(words)


@pytest.mark.parametrize(("text", "words"), _SETTLED)
def test_settings_mean_the_same_to_both(text: str, words: tuple[str, ...]) -> None:
    plain = entry.read(["scan", *words], {})
    assert plain is not None
    alone = plain.settled()
    Path(".iac-keycheck.yaml").write_text(text, "utf-8")
    assert {**plain.settled(), "paths": (), "format_": "text", "reports": ()} == by_click(words)
    assert plain.settled() != alone


@pytest.mark.parametrize("words", _LEFT_TO_CLICK)
def test_any_other_command_line_is_left_to_click(words: tuple[str, ...]) -> None:
    assert entry.read(list(words), {}) is None


@pytest.mark.parametrize("name", ["IAC_KEYCHECK_FORMAT", "IAC_KEYCHECK_SLIP", "_IAC_KEYCHECK_COMPLETE"])
def test_what_the_environment_says_is_left_to_click(name: str) -> None:
    assert entry.read(["scan", "a.tf"], {"PATH": "/bin"}) is not None
    assert entry.read(["scan", "a.tf"], {name: "json"}) is None


def test_both_ways_print_the_same() -> None:
    Path("b/main.tf").write_text(
        'resource "aws_iam_user" "a" {\n  name = "a"\n}\nresource "aws_iam_access_key" "a" {\n  count = 2\n'
        "  user  = aws_iam_user.a.name\n}\n",
        "utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    ran = [
        subprocess.run(
            [sys.executable, "-m", "iac_keycheck", "scan", *more, "b", "--format", "csv"],
            capture_output=True,
            check=False,
            env=environment,
        )
        for more in (("--rule", "AC_AWS_0554"), ("--rule", "AC_AWS_0554", "--jobs", "1"))
    ]
    assert ran[0].returncode == ran[1].returncode == 1
    assert ran[0].stdout == ran[1].stdout
    assert ran[0].stdout.count(b"\n") > 1


def test_misuse_that_the_scan_finds_is_told_by_click(monkeypatch: pytest.MonkeyPatch) -> None:
    from iac_keycheck.choices import Misuse  # noqa: PLC0415
    from iac_keycheck.command import run  # noqa: PLC0415

    def misused(*_: object) -> int:
        raise Misuse("no such thing")

    monkeypatch.setattr(run, "run", misused)
    monkeypatch.setattr(sys, "argv", ["iac-keycheck", "scan", "a.tf"])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == click.UsageError.exit_code
