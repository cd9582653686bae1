"""How much work scans of small trees are, counted and not timed: imports, reads, parsed blocks, worlds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import trees
from iac_keycheck.choices import Choices
from iac_keycheck.command.entry import DEFAULTS
from iac_keycheck.command.run import nothing
from iac_keycheck.command.run import words as words_without_rules
from iac_keycheck.deciding.guards import Space
from iac_keycheck.deciding.worlds import Inputs
from iac_keycheck.discovery import patterns
from iac_keycheck.discovery.looking import look
from iac_keycheck.discovery.patterns import Ignored, Patterns
from iac_keycheck.expressions import expression
from iac_keycheck.judging import built_in
from iac_keycheck.judging.rule_files import load
from iac_keycheck.records import replace
from iac_keycheck.scan import scan
from iac_keycheck.terraform import commands, entries, rotation, words
from iac_keycheck.terraform.sites import Tree
from iac_keycheck.users import meetings
from iac_keycheck.users.holding_keys import Holder
from iac_keycheck.users.together import Together
from iac_keycheck.workspace import Workspace

_LIST_MODULES = """
import os
import sys
import time
{}
os._exit = sys.exit
sys.argv[1:] = ["scan", sys.argv[1], *{}]
try:
    main()
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""
_ROOT = """
provider "aws" {
  allowed_account_ids = ["111122223333"]
}
variable "on" {
  type = bool
}
variable "stage" {
  default = "prod"
}
resource "aws_iam_access_key" "this" {
  count = var.on ? 1 : 0
  user  = USER
}
"""
_LIST_EXPRESSIONS = """
import os
import re
import re._compiler as compiler
import sys

compiled = compiler.compile
def compile(said, flags):
    print(said, file=sys.stderr)
    return compiled(said, flags)

compiler.compile = compile
from iac_keycheck.command.entry import main

os._exit = sys.exit
sys.argv[1:] = ["scan", sys.argv[1], "--format", "json"]
try:
    main()
except SystemExit:
    pass
"""


@pytest.fixture(autouse=True)
def _in_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def imported(
    folder: Path, entry: str = "from iac_keycheck.command.cli import main", options: str = "('--format', 'json')"
) -> set[str]:
    """The modules that a whole process imports to scan a folder."""
    source = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES.format(entry, options), str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(source)},
    )
    return set(done.stderr.split())


def counted(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> Counter[str]:
    """How often a function was called with what first argument of text."""
    calls: Counter[str] = Counter()
    original: Callable[..., object] = getattr(owner, name)

    def counting(*arguments: object, **named: object) -> object:
        calls[next((one for one in arguments if isinstance(one, str)), "")] += 1
        return original(*arguments, **named)

    monkeypatch.setattr(owner, name, counting)
    return calls


def test_no_parser_and_no_evaluator_is_imported_where_no_file_has_a_word_about_keys(tmp_path: Path) -> None:
    trees.plain(tmp_path)
    modules = imported(tmp_path)
    assert not modules & {"hcl2", "lark", "yaml", "cfn_flip", "rich", "jsonpath_ng"}
    assert not modules & {"iac_keycheck.terraform.deployments", "iac_keycheck.terraform.evaluate"}


def test_nothing_of_yaml_and_of_terminals_is_imported_for_terraform_alone(tmp_path: Path) -> None:
    trees.one_key(tmp_path)
    assert not imported(tmp_path) & {"yaml", "cfn_flip", "rich", "jsonpath_ng", "iac_keycheck.cloudformation.reader"}


def test_nothing_of_terraform_is_imported_for_templates_alone(tmp_path: Path) -> None:
    trees.template(tmp_path)
    assert not imported(tmp_path) & {"hcl2", "lark", "rich", "iac_keycheck.terraform.evaluate"}


def test_methods_of_dataclasses_are_not_compiled_while_modules_are_imported() -> None:
    package = Path(__file__).parents[1] / "iac_keycheck"
    importing = [
        path.name
        for path in package.rglob("*.py")
        if path.name != "records.py" and "from dataclasses import dataclass" in path.read_text("utf-8")
    ]
    assert importing == []


def test_a_file_without_a_word_about_keys_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    trees.repository(Path("code"), files=60, with_keys=0)
    reads = counted(monkeypatch, Workspace, "read")
    scan(["code"], Choices())
    assert len(reads) == 60
    assert set(reads.values()) == {1}


def test_a_file_about_keys_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    trees.one_key(Path("code"))
    reads = counted(monkeypatch, Workspace, "read")
    scan(["code"], Choices())
    assert reads["code/main.tf"] == 1


def test_outside_git_the_checkout_is_not_looked_for_from_each_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = counted(monkeypatch, patterns, "checkout_of")
    trees.repository(tmp_path / "code", files=60, with_keys=0)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    scan([tmp_path / "code"], Choices())
    # at the top of the scan
    assert looked.total() <= 3


def test_only_blocks_that_a_key_needs_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    trees.plain(Path("code"))
    Path("code/keys.tf").write_text(
        'locals {\n  name = "ci"\n}\n\nresource "aws_iam_user" "ci" {\n  name = local.name\n}\n\n'
        'resource "aws_iam_access_key" "ci" {\n  user = aws_iam_user.ci.name\n}\n',
        "utf-8",
    )
    parsed = counted(monkeypatch, entries, "block_at")
    scan(["code"], Choices())
    # the local, the user, the key; none of the buckets and queues
    assert parsed.total() == 3


def test_defaults_that_are_written_alike_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = (
        'variable "plain" {\n  default = "x"\n}\n\nvariable "list" {\n  type    = list(string)\n  default = ["a"]\n}\n'
    )
    for number in range(10):
        trees.one_key(Path(f"code/r{number}"))
        Path(f"code/r{number}/variables.tf").write_text(f"# {number}\n{variables}", "utf-8")
    parsed = counted(monkeypatch, entries, "block_at")
    scan(["code/r0"], Choices())
    alone = parsed.total()
    parsed.clear()
    scan(["code"], Choices())
    assert parsed.total() == 10 * alone - 9 * 2


def test_an_argument_that_shows_nothing_is_not_parsed_for_a_secret_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    trees.one_key(Path("code"))
    parsed = counted(monkeypatch, entries, "block_at")
    scan(["code"], Choices())
    alone = parsed.total()
    parsed.clear()
    key = next(line.split('"')[3] for line in Path("code/main.tf").read_text("utf-8").splitlines() if "_key" in line)
    data = f"{{\n    x = aws_iam_access_key.{key}.secret\n  }}"
    Path("code/kept.tf").write_text(f'resource "kubernetes_secret" "s" {{\n  data = {data}\n}}\n', "utf-8")
    scan(["code"], Choices())
    assert parsed.total() == alone


def test_words_are_looked_for_in_all_files_of_a_directory_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    trees.repository(Path("code"), files=60, with_keys=0)
    searched = counted(monkeypatch, words, "mentions_keys")
    scan(["code"], Choices())
    assert searched.total() == len([*Path("code").glob("*")])


def test_what_is_computed_grows_with_the_conditions_and_not_with_their_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    work = counted(monkeypatch, Inputs, "remember")
    trees.conditions(Path("few"), 16)
    scan(["few"], Choices())
    few = work.total()
    work.clear()
    trees.conditions(Path("many"), 32)
    scan(["many"], Choices())
    # of twice as many there are four times as many pairs, and eight times as many sets of three
    assert work.total() <= 2.1 * few


def test_questions_grow_with_the_users_and_not_with_their_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    work = [counted(monkeypatch, Space, "ask"), counted(monkeypatch, Together, "fit")]
    trees.users(Path("few"), 160)
    scan(["few"], Choices())
    few = [one.total() for one in work]
    for one in work:
        one.clear()
    trees.users(Path("many"), 320)
    scan(["many"], Choices())
    assert [one.total() <= 2.5 * before for one, before in zip(work, few, strict=True)] == [True, True]


def test_questions_grow_with_the_deployments_of_an_account_and_not_with_their_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = counted(monkeypatch, Space, "ask")
    totals = []
    for top, roots in (("few", 8), ("many", 16)):
        asked.clear()
        for number in range(roots):
            folder = Path(top) / str(number)
            folder.mkdir(parents=True)
            user = '"one"' if number < 2 else f'"${{var.stage}}-{number}"'
            (folder / "main.tf").write_text(_ROOT.replace("USER", user), "utf-8")
        (finding,) = scan([top], Choices(rules=("AC_AWS_0554",))).findings
        assert [*finding.first.witness] == [f"{top}/0:var.on", f"{top}/1:var.on"]
        totals.append(asked.total())
    assert totals[1] <= 2.1 * totals[0]


def test_keys_of_one_deployment_of_an_account_are_not_looked_up_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = counted(monkeypatch, Holder, "_look_up")
    for name, kind in (("keys", "aws_iam_access_key"), ("users", "aws_iam_user")):
        Path(name).mkdir()
        Path(name, "main.tf").write_text(_ROOT.replace("USER", '"one"').replace("aws_iam_access_key", kind), "utf-8")
    scan(["."], Choices())
    assert looked_up.total() == 0


def test_what_is_computed_grows_with_the_blocks_of_users_and_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    work = counted(monkeypatch, Inputs, "remember")
    trees.blocks(Path("few"), 40)
    scan(["few"], Choices())
    few = work.total()
    work.clear()
    trees.blocks(Path("many"), 80)
    scan(["many"], Choices())
    assert work.total() <= 2.1 * few


def test_what_no_input_decides_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    work = [counted(monkeypatch, Space, "ask"), counted(monkeypatch, rotation, "_rotation_at")]
    trees.blocks(Path("code"), 40)
    scan(["code"], Choices())
    # of users and keys who the user is, of keys whether they are active, of two findings whether all can be applied
    asked, rotated = (one.total() for one in work)
    assert asked <= 5 * 40 + 10
    assert rotated == 40


def test_keys_that_are_all_active_are_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = counted(monkeypatch, meetings._Search, "run")  # noqa: SLF001
    trees.blocks(Path("code"), 3)
    scan(["code"], Choices())
    # keys with keys, whether active or not, and users with keys
    assert searches.total() == 2


def test_a_file_that_says_much_besides_resources_is_not_searched_for_what_these_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("main.tf").write_text(_KEY + 'locals {\n  x = "' + "program " * 100_000 + '"\n}\n', "utf-8")
    lengths = []
    searched = commands._RUNS.search  # noqa: SLF001

    def search(text: str) -> object:
        lengths.append(len(text))
        return searched(text)

    monkeypatch.setattr(commands, "_RUNS", SimpleNamespace(search=search))
    scan(["."], Choices())
    assert max(lengths, default=0) < 1_000


def test_sixty_four_keys_under_thirty_two_booleans_are_some_thousand_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = counted(monkeypatch, Space, "ask")
    trees.conditions(Path("code"), 32)
    report = scan(["code"], Choices(rules=("AC_AWS_0554",)))
    assert len(report.findings) == 1
    assert asked.total() < 40_000


def test_what_no_open_switch_matters_for_is_not_asked_for_each_way_to_set_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = counted(monkeypatch, Space, "ask")
    trees.wrapper(Path("code"))
    report = scan(["code"], Choices())
    assert {finding.rule.id for finding in report.findings} == {"AWS_IAM_50", "CIS_AWS_1_11"}
    assert asked.total() < 1_000


def test_texts_are_searched_once_for_all_keys_of_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = counted(monkeypatch, Tree, "texts")
    keys = (f'resource "aws_iam_access_key" "k{n}" {{\n  user = "u{n}"\n}}\n' for n in range(50))
    Path("main.tf").write_text("".join(keys), "utf-8")
    assert len(scan(["."], Choices()).findings) == 50
    assert searched.total() <= 1


def test_the_words_of_the_built_in_rules_are_known_before_they_are_loaded() -> None:
    rules = load()
    assert built_in.ids() == {rule.meta.id for rule in rules}
    assert dict(built_in.WORDS) == {rule.meta.id: rule.meta.words for rule in rules if rule.meta.words}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rules": ("AC_AWS_0554",), "skipped": ("IKC_AWS_0008",)},
        {"excludes": ("main.tf",), "severities": {"AC_AWS_0554": "high"}},
        {"gitignore": False},
    ],
)
def test_what_is_told_without_the_rules_is_what_a_scan_reports(tmp_path: Path, options: dict[str, Any]) -> None:
    trees.plain(tmp_path)
    (tmp_path / "values.yaml").write_text("a: b\n", "utf-8")
    (tmp_path / "terraform.tfvars").write_text("a = 1\n", "utf-8")
    (tmp_path / ".gitignore").write_text("values.yaml\n", "utf-8")
    words = built_in.words(options.get("rules", ()), options.get("skipped", ()))
    ignored = Ignored(Patterns.of(options.get("excludes", ())), options.get("gitignore", True))
    seen = look([tmp_path], ignored, words)
    assert seen.nothing
    light, full = nothing(seen), scan([tmp_path], Choices(**options))
    assert replace(light, as_of="", graph=dict) == replace(full, as_of="", graph=dict, rules=())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", 'resource "aws_iam_user" "a" {}\n'),
        ("main.tf", 'resource "null_resource" "a" {\n  triggers = { a = "aws iam create-access-key" }\n}\n'),
        ("a.tfvars", 'access_key = "AKIAQ3EGT7N2JX5RWBZL"\n'),
        ("a.yaml", "Resources:\n  A:\n    Type: AWS::S3::Bucket\n"),
        ("a.csv", "user,password_enabled,access_key_1_active\n"),
    ],
)
def test_what_has_something_to_judge_is_not_told_without_the_rules(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert not look([tmp_path], Ignored(Patterns.of(())), built_in.words()).nothing


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, 9),
        ({"rules": ["IKC_AWS_0008"]}, 4),
        ({"rules": ["AC_AWS_0554"]}, 0),
        ({"skipped": ["IKC_AWS_0006"], "configured": {"skipped": ("AC_AWS_0554",)}}, 4),
        ({"excludes": ["*.json"], "configured": {"severities": {"AC_AWS_0554": "low"}, "limits": None}}, 9),
        ({"rules": ["iam_user_two_active_access_key"]}, None),
        ({"configured": {"severities": {"no-such-rule": "low"}}}, None),
        ({"baseline": "known.json"}, None),
        ({"frameworks": ["soc2"]}, None),
        ({"rules_dir": ["rules"]}, None),
    ],
)
def test_only_who_loads_the_rules_knows_aliases_frameworks_and_rules_of_ones_own(
    options: dict[str, Any], told: int | None
) -> None:
    words = words_without_rules({**DEFAULTS, "configured": {}, **options})
    assert (None if words is None else len(words)) == told


@pytest.mark.parametrize("options", ["('--rule', 'AC_AWS_0554', '--exclude', '*.json')", "()"])
def test_settings_and_rules_that_are_chosen_import_neither_click_nor_what_judges(tmp_path: Path, options: str) -> None:
    trees.plain(tmp_path)
    Path(".iac-keycheck.yaml").write_text("rules: {AC_AWS_0554: high}\nfail-on: possible\n", "utf-8")
    modules = imported(tmp_path, "from iac_keycheck.command.entry import main", options)
    assert not modules & {"click", "iac_keycheck.scan", "iac_keycheck.judging.rule_files"}
    assert "iac_keycheck.command.config" in modules


def test_a_scan_with_nothing_to_judge_imports_next_to_nothing(tmp_path: Path) -> None:
    trees.plain(tmp_path)
    modules = imported(tmp_path, "from iac_keycheck.command.entry import main", "()")
    heavy = {"click", "datetime", "decimal", "json.decoder", "pathlib", "re", "typing", "inspect", "hashlib", "urllib"}
    assert not modules & heavy - imported(tmp_path, "main = print", "()")
    assert not modules & {
        "iac_keycheck.scan",
        "iac_keycheck.graph",
        "iac_keycheck.deciding.guards",
        "iac_keycheck.choices",
    }
    assert "iac_keycheck.discovery.looking" in modules


@pytest.mark.parametrize("tree", [trees.one_key, trees.template])
def test_a_scan_of_one_key_imports_nothing_for_paths_and_for_keys_in_code(
    tmp_path: Path, tree: Callable[[Path], None]
) -> None:
    tree(tmp_path)
    modules = imported(tmp_path, "from iac_keycheck.command.entry import main", "()")
    needless = {"click", "pathlib", "ipaddress", "urllib.parse", "iac_keycheck.users.literals"}
    needless |= {"cfn_tools", "six", "fractions", "fnmatch", "shlex", "unicodedata", "typing"}
    # an editable installation imports some before anything of ours
    assert not modules & needless - imported(tmp_path, "main = print", "()")
    assert "iac_keycheck.graph" in modules


@pytest.mark.parametrize("tree", [trees.one_key, trees.template])
def test_a_scan_of_one_key_compiles_few_regular_expressions(tmp_path: Path, tree: Callable[[Path], None]) -> None:
    tree(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _LIST_EXPRESSIONS, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    # six of them by the standard library's json; with all that the imported modules know they are up to sixty
    assert len(done.stderr.splitlines()) < 25


def test_every_regular_expression_can_be_compiled() -> None:
    package = Path(__file__).parents[1] / "iac_keycheck"
    late = type(expression(""))
    found = []
    for path in package.rglob("*.py"):
        if "= expression(" in path.read_text("utf-8"):
            module = import_module(".".join(path.relative_to(package.parent).with_suffix("").parts))
            found += [one for one in vars(module).values() if isinstance(one, late)]
    assert all(one.pattern for one in found)
    assert len(found) > 100


_KEY = (
    'resource "aws_iam_user" "u" {\n  name = "u"\n}\n\n'
    'resource "aws_iam_access_key" "a" {\n  user = aws_iam_user.u.name\n}\n'
)


def _doubling() -> str:
    lines = (f'  x{n + 1} = "${{local.x{n}}}${{local.x{n}}}${{local.x{n}}}${{local.x{n}}}"\n' for n in range(30))
    counted = 'resource "aws_iam_access_key" "b" {\n  count = length(local.x30) > 3 ? 1 : 0\n  user  = "u"\n}\n'
    return 'locals {\n  x0 = "aaaaaaaaaa"\n' + "".join(lines) + "}\n" + counted


@pytest.mark.parametrize(
    "text",
    [
        "locals {\n  x = " + "[" * 10_000 + "]" * 10_000 + "\n}\n",
        "x " + "{\n x " * 10_000 + "}\n" * 10_000,
        'locals {\n  x = "' + "a" * 5_000_000 + '"\n}\n',
        'locals {\n  x = regex("(a+)+$", "' + "a" * 60 + 'b")\n}\n',
        _doubling(),
        "".join(f'resource "aws_s3_bucket" "b{n}" {{\n  bucket = "b{n}"\n}}\n' for n in range(10_000)),
    ],
    ids=["brackets", "blocks in blocks", "a long line", "a regex", "templates that double", "many blocks"],
)
def test_files_that_are_slow_on_purpose_are_done_or_declined_at_once(tmp_path: Path, text: str) -> None:
    (tmp_path / "main.tf").write_text(_KEY + text, "utf-8")
    before = time.process_time()
    report = scan([tmp_path])
    # far more than they take; what explodes does not end at all
    assert time.process_time() - before < 10
    assert report.counts.access_keys


def test_a_text_of_many_megabytes_is_not_worked_with(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(_KEY.replace('= "u"', f'= "{"u" * 14_000_000}"'), "utf-8")
    assert any("parts" in one.reason for one in scan([tmp_path]).undecided)


def test_modules_that_call_each_other_in_a_ring_end(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"m{number}").mkdir()
        call = f'module "n" {{\n  source = "../m{(number + 1) % 200}"\n}}\n'
        (tmp_path / f"m{number}" / "main.tf").write_text(call + _KEY, "utf-8")
    before = time.process_time()
    scan([tmp_path])
    assert time.process_time() - before < 10
