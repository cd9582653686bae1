"""The doors by which text comes in: where the bytes of an input go, what lies around them, and what they start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from iac_keycheck.choices import Choices

ROOT: Final = Path(__file__).parents[2]
SEEDS: Final = Path(__file__).with_name("seeds")
_FIXTURES: Final = "tests/fixtures/**/"
_MOST_BYTES: Final = 24_000


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """One kind of text.

    The bytes of an input go to ``path``, each line of them behind ``comment`` where that is set, and ``around`` has the
    files beside it. ``options`` are fields of `Choices`. ``grammar`` says how texts of this kind are cut into pieces,
    ``vocabulary`` names the lists in ``words/`` of what is worth putting in. It starts from ``seeds/NAME``, from the
    files of this repository that ``globs`` match, and from those of a corpus that end in one of ``suffixes``, the
    latter two where they hold one of ``about``. ``misuse`` is True where what is wrong with the text may end the run
    with `Misuse`, since it is what somebody told the program to use.
    """

    name: str
    path: str
    grammar: str
    globs: tuple[str, ...]
    vocabulary: tuple[str, ...]
    suffixes: tuple[str, ...] = ()
    about: tuple[bytes, ...] = ()
    around: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    misuse: bool = False
    command_line: bool = False

    def write(self, folder: Path, data: bytes | None) -> None:
        """Write the input below ``folder``; with None what lies around it."""
        if data is None:
            for name, text in self.around.items():
                _written(folder / name, text.encode())
            return
        if self.comment:
            lines = b"".join(self.comment.encode() + line + b"\n" for line in data.split(b"\n"))
            data = b"".join(lines + text.encode() for text in _TWO_KEYS)
        _written(folder / self.path, data)

    def choices(self) -> Choices:
        """What a scan of such an input is run with."""
        return Choices(**self.options)

    def seeds(self, corpus: Path | None = None) -> list[bytes]:
        """The texts to start from, the smallest first, each once."""
        own = [path.read_bytes() for path in SEEDS.glob(f"{self.name}/*")]
        found = {path.read_bytes() for glob in self.globs for path in ROOT.glob(glob) if path.is_file()}
        if corpus is not None:
            files = (path for path in corpus.rglob("*") if path.name.endswith(self.suffixes or (".",)))
            found |= {path.read_bytes() for path in files if path.is_file() and path.stat().st_size <= _MOST_BYTES}
        found = {data for data in found if not self.about or any(word in data for word in self.about)}
        return sorted((data for data in {*found, *own} if len(data) <= _MOST_BYTES), key=lambda d: (len(d), d))


@cache
def words(vocabulary: tuple[str, ...]) -> tuple[str, ...]:
    """What is worth putting in."""
    texts = [Path(__file__).with_name("words").joinpath(f"{name}.txt").read_text() for name in vocabulary]
    return tuple(line.replace("\\n", "\n") for text in texts for line in text.splitlines())


def _written(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


_TWO_KEYS: Final = (
    'resource "aws_iam_access_key" "a" {\n  user = aws_iam_user.u.name\n}\n',
    'resource "aws_iam_access_key" "b" {\n  user = aws_iam_user.u.name\n}\n',
    'resource "aws_iam_user" "u" {\n  name = "u"\n}\n',
)
_CODE: Final = """
variable "text" { type = string }
variable "name" { default = "ci" }
variable "number" { type = number }
variable "on" { type = bool }
variable "list" { type = list(string) }
variable "set" { type = set(string) }
variable "map" { type = map(string) }
variable "entries" { type = map(object({ user = string, status = optional(string, "Active") })) }
variable "any" { default = null }
resource "aws_iam_access_key" "a" {
  count  = var.number
  user   = "a"
  status = var.on ? "Active" : "Inactive"
}
resource "aws_iam_access_key" "b" {
  for_each = var.set
  user     = "b-${each.key}"
}
resource "aws_iam_access_key" "c" {
  count = length(var.entries)
  user  = "c"
}
resource "aws_iam_access_key" "d" {
  count = length(var.list)
  user  = "d"
}
resource "aws_iam_access_key" "e" {
  count = lookup(var.map, "x", var.any) == var.text ? 1 : 0
  user  = "e"
}
"""
_TEMPLATE: Final = """
Parameters:
  Name: {Type: String, Default: ci}
  Number: {Type: Number, MinValue: 1, MaxValue: 5}
  Names: {Type: CommaDelimitedList}
  On: {Type: String, AllowedValues: ["yes", "no"]}
Conditions:
  Second: !Equals [!Ref On, "yes"]
Resources:
  A: {Type: "AWS::IAM::AccessKey", Properties: {UserName: !Ref Name, Serial: !Ref Number}}
  B: {Type: "AWS::IAM::AccessKey", Condition: Second, Properties: {UserName: !Select [0, !Ref Names]}}
"""
_UNIT_CODE: Final = 'variable "users" {}\nvariable "again" {}\n' + "".join(_TWO_KEYS).replace('"u"\n', "var.users\n")

_ABOUT_KEYS: Final = (b"access_key", b"AccessKey", b"aws_iam_user", b"IAM::User")

_ALL: Final = (
    FrontEnd(
        "hcl",
        "main.tf",
        "hcl",
        (f"{_FIXTURES}*.tf", f"{_FIXTURES}*.tofu", "examples/**/*.tf", "tests/oracle/found_cases/**/*.tf"),
        ("hcl",),
        suffixes=(".tf",),
        about=_ABOUT_KEYS,
    ),
    FrontEnd(
        "tf-json",
        "main.tf.json",
        "json",
        (f"{_FIXTURES}*.tf.json", "tests/oracle/found_cases/**/*.tf.json"),
        ("hcl",),
        suffixes=(".tf.json",),
    ),
    FrontEnd(
        "tfvars",
        "terraform.tfvars",
        "hcl",
        (f"{_FIXTURES}*.tfvars",),
        ("tfvars", "hcl"),
        suffixes=(".tfvars",),
        around={"main.tf": _CODE},
        options={"rules": ("AC_AWS_0554",)},
    ),
    FrontEnd(
        "tfvars-json",
        "terraform.tfvars.json",
        "json",
        (f"{_FIXTURES}*.tfvars.json",),
        ("tfvars-json",),
        suffixes=(".tfvars.json",),
        around={"main.tf": _CODE},
        options={"rules": ("AC_AWS_0554",)},
    ),
    FrontEnd(
        "cfn-yaml",
        "template.yaml",
        "yaml",
        (f"{_FIXTURES}*.yaml", f"{_FIXTURES}*.yml", "examples/**/*.yaml", "tests/oracle/found_cases/**/*.yaml"),
        ("template",),
        suffixes=(".yaml", ".yml", ".template"),
        about=_ABOUT_KEYS,
    ),
    FrontEnd(
        "cfn-json",
        "template.json",
        "json",
        (f"{_FIXTURES}cloudformation/**/*.json", f"{_FIXTURES}*template*.json", "tests/oracle/found_cases/**/*.json"),
        ("template",),
        suffixes=(".json", ".template"),
        about=(b"AWS::IAM",),
    ),
    FrontEnd(
        "parameters",
        "template.parameters.json",
        "json",
        (f"{_FIXTURES}*param*.json",),
        ("parameters",),
        around={"template.yaml": _TEMPLATE},
    ),
    FrontEnd(
        "plan",
        "plan.json",
        "json",
        (f"{_FIXTURES}*plan*.json", f"{_FIXTURES}evidence/**/*.json"),
        ("evidence",),
        about=(b"format_version",),
        around={"main.tf": "".join(_TWO_KEYS)},
    ),
    FrontEnd(
        "state",
        "terraform.tfstate",
        "json",
        (f"{_FIXTURES}*.tfstate", f"{_FIXTURES}*state*.json"),
        ("evidence",),
        suffixes=(".tfstate",),
        around={"main.tf": "".join(_TWO_KEYS)},
    ),
    FrontEnd(
        "credential-report",
        "report.csv",
        "csv",
        (f"{_FIXTURES}*.csv",),
        ("report",),
        suffixes=(".csv",),
        about=(b"user",),
    ),
    FrontEnd(
        "aws-answers",
        "answer.json",
        "json",
        (f"{_FIXTURES}evidence/**/*.json", f"{_FIXTURES}rules/**/*.json"),
        ("evidence",),
        about=(b"AccessKeyMetadata", b"UserDetailList", b"GeneratedTime"),
        around={"main.tf": "".join(_TWO_KEYS)},
    ),
    FrontEnd(
        "config",
        ".iac-keycheck.yaml",
        "yaml",
        (),
        ("config",),
        around={"main.tf": "".join(_TWO_KEYS), "known.json": '{"iac_keycheck_baseline": 1, "findings": []}'},
        misuse=True,
        command_line=True,
    ),
    FrontEnd(
        "baseline",
        "known.json",
        "json",
        (),
        ("baseline",),
        around={"main.tf": "".join(_TWO_KEYS)},
        options={"baseline": "known.json"},
        misuse=True,
    ),
    FrontEnd(
        "suppression",
        "main.tf",
        "text",
        (),
        ("marks",),
        comment="# ",
    ),
    FrontEnd(
        "terragrunt",
        "live/unit/terragrunt.hcl",
        "hcl",
        (f"{_FIXTURES}terragrunt/**/*.hcl",),
        ("terragrunt", "hcl"),
        suffixes=("terragrunt.hcl",),
        around={
            "live/root.hcl": 'locals {\n  again = "u"\n}\ninputs = {\n  again = "v"\n}\n',
            "live/unit/settings.yaml": "name: u\nusers: w\n",
            "live/other/terragrunt.hcl": 'terraform {\n  source = "../modules/user"\n}\n',
            "live/modules/user/main.tf": _UNIT_CODE,
        },
    ),
    FrontEnd(
        "yaml-rules",
        "rules/own.yaml",
        "yaml",
        ("tests/**/rules/*.yaml", "docs/**/*.yaml"),
        ("yaml-rules",),
        around={"code/main.tf": "".join(_TWO_KEYS)},
        options={"rules_dir": ("rules",)},
        misuse=True,
    ),
    FrontEnd(
        "gitignore",
        ".gitignore",
        "text",
        (".gitignore",),
        ("gitignore",),
        around={"main.tf": "".join(_TWO_KEYS), "sub/dir/more.tf": _TWO_KEYS[0]},
    ),
)
FRONT_ENDS: Final[Mapping[str, FrontEnd]] = {front.name: front for front in _ALL}
"""By name, in the order in which they take turns."""
