"""``iac-keycheck scan``: options, output, exit codes, and what it says to a slip."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from iac_keycheck import __version__
from tests.conftest import PROJECT
from tests.running import PATIENCE, run

USER = 'resource "aws_iam_user" "ci" {\n  name = "ci"\n}\n'
LOGIN = 'resource "aws_iam_user_login_profile" "ci" {\n  user = aws_iam_user.ci.name\n}\n'
SWITCH = 'variable "both" {\n  type = bool\n}\n'


def key(name: str, more: str = "") -> str:
    """A key of the user ``ci``."""
    return f'resource "aws_iam_access_key" "{name}" {{\n  user = "ci"\n{more}}}\n'


ONE, TWO = key("a"), key("a") + key("b")
MAYBE = SWITCH + key("a") + key("b", "  count = var.both ? 1 : 0\n")


def written(folder: Path, text: str, name: str = "main.tf") -> Path:
    """The folder, with one file of that text in it."""
    (folder / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (ONE, (), 0),
        (TWO, (), 1),
        (TWO, ("--fail-on", "never"), 0),
        (TWO, ("--min-severity", "high"), 0),
        (TWO, ("--skip-rule", "AC_AWS_0554"), 0),
        (TWO, ("--skip-rule", "avd-aws-0167"), 0),
        (TWO, ("--rule", "CIS_AWS_1_11"), 0),
        (TWO, ("--rule", "CIS_AWS_1_11", "--rule", "CIS_AWS_v3.0.0_1.13"), 1),
        (MAYBE, (), 0),
        (MAYBE, ("--fail-on", "possible"), 1),
        (MAYBE, ("--fail-on", "undecided"), 1),
        (MAYBE, ("--strict",), 1),
        (MAYBE, ("--var", "both=true"), 1),
        (MAYBE, ("--input", "var.both=true"), 1),
        (MAYBE, ("--input", "var.both=false"), 0),
        (MAYBE, ("--input", "var.both=true", "--input", "var.both=false"), 0),
        (USER + ONE, (), 0),
        (USER + ONE, ("--min-severity", "low"), 1),
        (USER + ONE, ("--strict",), 1),
        (USER + ONE, ("--strict", "--min-severity", "medium"), 0),
        (USER + LOGIN + ONE, (), 1),
        (TWO + 'resource "aws_iam_access_key" "c" {\n', (), 2),
    ],
)
def test_the_gate_gives_the_exit_code(text: str, options: tuple[str, ...], code: int, tmp_path: Path) -> None:
    result = run("scan", *options, cwd=written(tmp_path, text))
    assert result.exit_code == code, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1].startswith("users with more than one active key: ")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("scan", "--fromat", "json"), "--format"),
        (("scan", "--format", "jsno"), "Did you mean json?"),
        (("scan", "--report", "saarif=x"), "Did you mean sarif?"),
        (("scan", "--report", "x"), "'x' is not FORMAT=FILE, such as sarif=report.sarif."),
        (
            ("scan", "--rule", "AC_AWS_0545"),
            "No rule has the id, name or alias 'AC_AWS_0545'. Did you mean AC_AWS_0554?",
        ),
        (("scan", "--rule", "two_active"), "Did you mean iam_user_two_active_access_key?"),
        (("scan", "--skip-rule", "0000000000"), "No rule has the id, name or alias '0000000000'."),
        (("scan", "--fail-on", "defualt"), "Did you mean default?"),
        (("scan", "--min-severity", "critical"), "'critical' is none of high, medium, low, info."),
        (("scan", "--input", "var.x=both"), """'both' is not JSON. For text, write 'var.x="both"'."""),
        (("scan", "--input", "true"), "'true' has no NAME= before its value."),
        (("scan", "--var", "both"), "'both' has no NAME= before its value."),
        (("scan", "--as-of", "tomorrow"), "'tomorrow' is not a date such as 2026-11-20"),
        (("scan", "nowhere"), "'nowhere' does not exist"),
        (("scan", "--var-file", "nowhere"), "'nowhere' does not exist"),
        (("scan", "--rules-dir", "nowhere"), "'nowhere' does not exist"),
        (("scna",), "No such command 'scna'. Did you mean scan?"),
        (("main.tf",), "No such command 'main.tf'. Did you mean scan main.tf?"),
        (("rules", "AC_AWS_0545"), "Did you mean AC_AWS_0554?"),
    ],
)
def test_misuse_is_told_with_what_was_probably_meant(words: tuple[str, ...], answer: str, tmp_path: Path) -> None:
    result = run(*words, cwd=written(tmp_path, ONE))
    assert result.exit_code == 2
    assert answer in result.stderr
    assert not result.stdout


def test_reports_go_to_files_beside_standard_output(tmp_path: Path) -> None:
    work = written(tmp_path, TWO)
    reports = ("--report", "json=out.json", "--report", "sarif=out.sarif", "--report", "text=out.txt")
    result = run("scan", "--rule", "AC_AWS_0554", *reports, cwd=work)
    assert result.exit_code == 1
    assert json.loads((work / "out.json").read_text("utf-8"))["summary"]["findings"] == 1
    assert json.loads((work / "out.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert (work / "out.txt").read_text("utf-8") == result.stdout


def test_a_report_that_cannot_be_written_leaves_standard_output_whole(tmp_path: Path) -> None:
    reports = ("--report", "sarif=no/such/folder", "--report", "json=out.json")
    result = run("scan", *reports, cwd=written(tmp_path, TWO))
    assert result.exit_code == 2
    assert "AC_AWS_0554" in result.stdout
    assert "Error: no/such/folder: cannot be written: No such file or directory" in result.stderr
    assert (tmp_path / "out.json").is_file()


def test_as_of_is_midnight_utc_or_a_moment_and_is_printed(tmp_path: Path) -> None:
    work = written(tmp_path, ONE)
    for given, shown in (
        ("2026-11-20", "2026-11-20T00:00:00Z"),
        ("2026-11-20T01:00:00+02:00", "2026-11-19T23:00:00Z"),
        ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
    ):
        assert run("scan", "--format", "json", "--as-of", given, cwd=work).report["as_of"] == shown
        assert f"as of {shown}" in run("scan", "--as-of", given, cwd=work).stdout


def test_no_ignores_reports_what_comments_hold_back(tmp_path: Path) -> None:
    work = written(tmp_path, key("a") + "# iac-keycheck: ignore[AC_AWS_0554] both are needed\n" + key("b"))
    assert run("scan", cwd=work).exit_code == 0
    assert "ignored: both are needed" in run("scan", cwd=work).stdout
    assert run("scan", "--no-ignores", cwd=work).exit_code == 1


def test_the_replay_of_a_possible_finding_is_a_command_that_fails(tmp_path: Path) -> None:
    work = written(tmp_path, MAYBE)
    shown = run("scan", "--fail-on", "possible", "main.tf", cwd=work).stdout
    (replay,) = [line.partition("replay: ")[2] for line in shown.splitlines() if "replay: " in line]
    words = shlex.split(replay)
    assert words == ["iac-keycheck", "scan", "main.tf", "--input", "var.both=true"]
    assert run(*words[1:], cwd=work).exit_code == 1


ON = 'variable "on" { type = bool }\n' + key("a").replace("{", "{\n  count = var.on ? 1 : 0", 1)
HOME = 'provider "aws" {\n  allowed_account_ids = ["111111111111"]\n}\n'
OUTER = """\
    Resources:
      Inner:
        Type: AWS::CloudFormation::Stack
        Properties: {TemplateURL: inner.yaml}
"""
INNER = """\
    Resources:
      Thing: {Type: Custom::Thing, Properties: {ServiceToken: x}}
      Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci, Status: !GetAtt Thing.State}}
"""
PARAMETER = """\
    Parameters: {On: {Type: String}}
    Conditions: {IsOn: !Equals [!Ref On, "yes"]}
    Resources:
      Key: {Type: AWS::IAM::AccessKey, Condition: IsOn, Properties: {UserName: ci}}
"""
OUTSIDE = """\
data "external" "this" {
  for_each = toset(["a:b"])
  program  = ["x"]
}
resource "aws_iam_access_key" "a" {
  count = data.external.this["a:b"].result.on == "1" ? 1 : 0
  user  = "ci"
}
"""


@pytest.mark.parametrize(
    ("files", "inputs"),
    [
        ({"one/main.tf": ON, "two/main.tf": key("a")}, ["one:var.on=true"]),
        ({"one/main.tf": ON, "two/main.tf": ON}, ["one:var.on=true", "two:var.on=true"]),
        ({"main.tf": HOME + ON, "two/main.tf": HOME + key("a")}, [".:var.on=true"]),
        ({"one/a.yaml": PARAMETER, "two/main.tf": key("a")}, ['one/a.yaml:Parameter On="yes"']),
        (
            {"one/top.yaml": OUTER, "one/inner.yaml": INNER, "two/main.tf": key("a")},
            ['one/top.yaml:Inner.Thing.State="Active"'],
        ),
        (
            {"one/main.tf": OUTSIDE, "two/main.tf": key("a")},
            ['one:data.external.this["a:b"].result={"on": "1"}'],
        ),
    ],
)
def test_what_several_deployments_have_together_replays_with_the_inputs_of_each(
    files: dict[str, str], inputs: list[str], tmp_path: Path
) -> None:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        written(tmp_path, text, path)
    (tmp_path / ".iac-keycheck.yaml").write_text('accounts: {"*": "111111111111"}\n', "utf-8")
    rule = ("--rule", "AC_AWS_0554")
    shown = run("scan", *rule, "--fail-on", "possible", cwd=tmp_path).stdout
    (replay,) = [line.partition("replay: ")[2] for line in shown.splitlines() if "replay: " in line]
    words = shlex.split(replay)
    assert words[-len(inputs) * 2 :] == [word for text in inputs for word in ("--input", text)]
    (possible,) = run("scan", *rule, "--format", "json", cwd=tmp_path).report["findings"]
    (default,) = run(*words[1:], *rule, "--format", "json", cwd=tmp_path).report["findings"]
    assert (possible["certainty"], default["certainty"]) == ("possible", "default")
    assert (possible["location"], possible["fingerprint"]) == (default["location"], default["fingerprint"])


def test_a_folder_of_rules_is_run_beside_the_built_in_ones(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    rule = """\
        '''Says hello.'''
        from iac_keycheck.findings import Finding, Meta, Occurrence, Severity, User
        from iac_keycheck.deciding.verdicts import Certainty
        from iac_keycheck.source import Span

        META = Meta(id="HELLO", name="hello", summary="Says hello", severity=Severity.HIGH)

        def check(graph):
            user = User(None, None)
            instance = Occurrence(user, (), Certainty.ALWAYS, severity=Severity.HIGH)
            yield Finding(META, "hello", Span("main.tf", 1, 1, 1, 2), (instance,), ".")
        """
    written(own, textwrap.dedent(rule), "hello.py")
    result = run("scan", "--rules-dir", "own", cwd=written(tmp_path, ONE))
    assert "high[HELLO] always: hello" in result.stdout
    assert result.exit_code == 1
    assert "HELLO" in run("rules", "--rules-dir", "own", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "a rule needs META"),
        ("this is no Python\n", "cannot be loaded: SyntaxError"),
        ("1 / 0\n", "cannot be loaded: ZeroDivisionError"),
        ('"""x"""\nfrom iac_keycheck.findings import *\nMETA = Meta("X", "x", "x", Severity.LOW)\n', "function check"),
    ],
)
def test_a_rule_that_cannot_be_loaded_is_misuse(text: str, answer: str, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    written(own, text, "bad.py")
    result = run("scan", "--rules-dir", "own", cwd=tmp_path)
    assert result.exit_code == 2
    assert answer in result.stderr
    assert "bad.py" in result.stderr


def environment() -> dict[str, str]:
    """What a process finds that is to run this program on a terminal with colours."""
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    return {**kept, "PYTHONPATH": str(PROJECT), "TERM": "xterm"}


def process(*words: str, cwd: Path, **more: object) -> subprocess.Popen[bytes]:
    """The program in a process of its own."""
    env = {**environment(), **more.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.Popen([sys.executable, "-m", "iac_keycheck", *words], cwd=cwd, env=env, **more)  # type: ignore[call-overload, no-any-return]


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    work = written(tmp_path, USER + "".join(key(f"k{number}") for number in range(40)))
    scan = process("scan", "-v", cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert scan.stdout is not None
    scan.stdout.close()
    assert scan.wait(PATIENCE) == 1
    assert scan.stderr is not None
    assert scan.stderr.read() == b""


@pytest.mark.parametrize(
    "words",
    [
        ("baseline", "--update", "known.json"),
        ("rules",),
        ("rules", "AC_AWS_0554"),
        ("rules", "new", "ACME_0001"),
        ("graph",),
        ("graph", "--query", "$"),
        ("scan", "--fail-on", "never", "--diff"),
        ("scan", "--help"),
    ],
)
def test_a_closed_pipe_is_no_error_of_any_command(words: tuple[str, ...], tmp_path: Path) -> None:
    done = process(*words, cwd=written(tmp_path, TWO), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.stdout is not None
    done.stdout.close()
    _, said = done.communicate(timeout=PATIENCE)
    if words != ("scan", "--help"):  # which click prints
        assert done.returncode == 0
    assert said == b""
    assert words[0] != "baseline" or (tmp_path / "known.json").exists()


@pytest.mark.parametrize("words", [("scan", "-q"), ("scan", "--format", "sarif"), ("baseline", "--update", "k.json")])
@pytest.mark.parametrize("at", ["load", "check"])
def test_an_interrupt_ends_it_without_a_word(words: tuple[str, ...], at: str, tmp_path: Path) -> None:
    """A rule of one's own stands in for the moment at which somebody presses Ctrl-C."""
    rule = (
        f'"""Interrupts."""\nfrom iac_keycheck import Meta, Severity\nMETA = Meta("X", "x", "x", Severity.LOW)\n'
        f"def check(graph):\n    raise KeyboardInterrupt\n{'check(None)' if at == 'load' else ''}\n"
    )
    (tmp_path / "mine").mkdir()
    written(tmp_path / "mine", rule, "x.py")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    done = process(*words, "--rules-dir", "mine", cwd=written(tmp_path, TWO), **pipes)
    assert (*done.communicate(timeout=PATIENCE), done.returncode) == (b"", b"", 130)
    assert not (tmp_path / "k.json").exists()


@pytest.mark.parametrize(
    ("options", "env", "coloured"),
    [((), {}, True), (("--no-color",), {}, False), ((), {"NO_COLOR": "1"}, False), ((), {"TERM": "dumb"}, False)],
)
def test_colours_are_for_terminals_and_for_those_who_want_them(
    options: tuple[str, ...],
    env: dict[str, str],
    coloured: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    shown = on_a_terminal("scan", *options, cwd=written(tmp_path, TWO), env=env)
    assert "AC_AWS_0554" in shown
    assert ("\x1b[" in shown) == coloured
    assert "\x1b[" not in run("scan", cwd=tmp_path).stdout


def test_progress_is_shown_on_a_terminal_alone_and_goes_when_all_is_done(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"d{number}").mkdir()
        written(tmp_path / f"d{number}", "".join(key(f"k{one}") for one in range(12)))
    # Nothing is shown in the first moments, so that each look at this clock finds a second gone, on any machine.
    hasty = "import itertools, time; time.monotonic = itertools.count().__next__"
    started = f"{hasty}; from iac_keycheck.command.entry import main; main()"
    for options, shown in (((), True), (("-q",), False), (("-qq",), False)):
        ours, theirs = pty.openpty()
        command = [sys.executable, "-c", started, "scan", "--rule", "AC_AWS_0554", *options]
        scan = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=theirs)
        scan.communicate(timeout=PATIENCE)
        os.close(theirs)
        said = terminal(ours)
        assert bool(re.search(r"\r\x1b\[K\d+/60 d\d+", said)) is shown
        assert said.endswith("\r\x1b[K") is shown
    piped = process("scan", cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert piped.communicate(timeout=PATIENCE)[1] == b""


def terminal(ours: int) -> str:
    """What was written to a terminal whose other end is closed."""
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            part = b""
        if not part:
            os.close(ours)
            return text.decode()
        text += part


def on_a_terminal(*words: str, cwd: Path, env: dict[str, str]) -> str:
    """What the program writes to a terminal."""
    ours, theirs = pty.openpty()
    scan = process(*words, cwd=cwd, stdout=theirs, stderr=subprocess.DEVNULL, env=env)
    os.close(theirs)
    text = terminal(ours)
    scan.wait(PATIENCE)
    return text


def test_output_that_the_terminal_cannot_encode_is_escaped(tmp_path: Path) -> None:
    work = written(tmp_path, TWO.replace('"ci"', '"ci" # \u65e5\u672c'))
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    scan = process("scan", cwd=work, stdout=subprocess.PIPE, env=env)
    shown, _ = scan.communicate(timeout=PATIENCE)
    assert b"\\u65e5\\u672c" in shown
    assert scan.returncode == 1


def test_nothing_heavy_is_imported_before_it_is_needed(tmp_path: Path) -> None:
    def imported(*words: str) -> set[str]:
        command = (
            f"import sys; sys.argv[1:] = {list(words)!r}\ntry:\n  from iac_keycheck.command.cli import main; main()\n"
        )
        command += "finally:\n  print('\\0' + ' '.join(sys.modules))"
        env = {**os.environ, "PYTHONPATH": str(PROJECT)}
        done = subprocess.run([sys.executable, "-c", command], cwd=tmp_path, env=env, capture_output=True, check=False)
        return set(done.stdout.decode().rpartition("\0")[2].split())

    written(tmp_path, TWO)
    heavy = {"rich", "yaml", "hcl2", "jsonpath_ng", "difflib", "cfn_flip"}
    assert not imported("--version") & {*heavy, "iac_keycheck.findings", "iac_keycheck.scan"}
    assert not imported("scan", "--format", "json") & {"rich", "yaml", "jsonpath_ng", "difflib", "cfn_flip"}
    assert not imported("scan") & {"rich", "yaml", "jsonpath_ng", "difflib", "cfn_flip"}


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout.strip().endswith(__version__)


@pytest.mark.parametrize(
    "options", [(), ("--rule", "IKC_AWS_0006"), ("--skip-rule", "AC_AWS_0554", "--skip-rule", "CIS_AWS_1_11")]
)
def test_the_last_line_counts_both_questions_whatever_is_asked_for(options: tuple[str, ...], tmp_path: Path) -> None:
    setup = 'resource "aws_iam_user" "o" {\n  name = "o"\n}\n'
    setup += 'resource "aws_iam_access_key" "o" {\n  user = aws_iam_user.o.name\n}\n'
    setup += 'module "m" {\n  source = "example.com/m"\n}\n'
    setup += 'resource "aws_iam_access_key" "m" {\n  user = module.m.user_name\n}\n'
    written(tmp_path, f"{TWO}\n{setup}")
    result = run("scan", *options, cwd=tmp_path)
    assert result.stdout.splitlines()[-1] == (
        "users with more than one active key: 1 certain, 0 by default, 0 possible, 1 undecided; "
        "users set up together with a key: 1 (0 with console login)"
    )
    report = run("scan", "--format", "json", *options, cwd=tmp_path).report
    reported = {one["rule_id"] for one in report["findings"]}
    reported |= {rule for one in report["undecided"] for rule in one["rule_ids"]}
    assert bool(reported & {"AC_AWS_0554", "CIS_AWS_1_11"}) is not bool(options)
