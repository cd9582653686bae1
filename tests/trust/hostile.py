"""Trees that grow on purpose: for everything that can grow one, with words of what is said where the bound is met."""

# ruff: noqa: E501 — a case a paragraph

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Files = Mapping[str, str | bytes]

YAML_KEY: Final = "{Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}"
_NESTED: Final = "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: FILE}}"


def key(user: str, name: str = "k", extra: str = "") -> str:
    """A key of Terraform; ``user`` is an expression."""
    return f'resource "aws_iam_access_key" "{name}" {{\n  user = {user}\n{extra}}}\n'


ONE: Final = key('"ci"', "x")
TWO: Final = key('"ci"', "x") + key('"ci"', "y")


USER: Final = 'resource "aws_iam_user" "u" {\n  name = "u"\n}\n'


@dataclass(frozen=True, slots=True)
class Case:
    """What grows, in which files, and what a report says of it in a problem, or as the reason of `undecided`.

    What is within all bounds is said in a finding instead, ``finds``. With neither, the report is empty.
    """

    grows: str
    files: Files
    says: str = ""
    finds: str = ""


def _doubled(first: str, again: str, levels: int = 60) -> str:
    steps = "".join(f"  a{n + 1} = {again.replace('A', f'local.a{n}')}\n" for n in range(levels))
    return f"locals {{\n  a0 = {first}\n{steps}}}\n"


def _modules(levels: int, calls: str, last: str = USER) -> dict[str, str]:
    return {
        f"m{level}/main.tf": calls.replace("NEXT", f"../m{level + 1}") if level < levels else last
        for level in range(levels + 1)
    }


# An entry of git's index before its path: 60 bytes of times, owner and object, and flags.
_ENTRY = b"\0" * 60 + b"\0\1"


def _calls(number: int, extra: str = "") -> str:
    return "".join(f'module "m{n}" {{\n  source = "NEXT"\n{extra}}}\n' for n in range(number))


def _bomb(first: str, line: str, levels: int = 12) -> str:
    steps = (line.replace("N", str(n + 1)).replace("*", ",".join([f"*a{n}"] * 10)) for n in range(levels))
    return first + "".join(steps)


def _archive(name: str, size: int, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as archive:
        archive.writestr(name, b"\0" * size)
    return held.getvalue()


def _plan(kind: str, arguments: Mapping[str, str]) -> str:
    """A plan that creates something and two keys of one user."""
    listed = [("x", kind, arguments), *((name, "aws_iam_access_key", {"user": "u"}) for name in "pq")]
    changes = [
        {
            "address": f"{kind}.{name}",
            "mode": "managed",
            "type": kind,
            "name": name,
            "change": {"actions": ["create"], "after": after},
        }
        for name, kind, after in listed
    ]
    head = {"format_version": "1.2", "terraform_version": "1.5.0", "planned_values": {}}
    return json.dumps({**head, "resource_changes": changes})


def _damaged(archive: bytes) -> bytes:
    """An archive whose first file has, behind the settings of its compression, what that does not know."""
    start = archive.index(b"tfplan") + len("tfplan") + 9
    return archive[:start] + b"\xff" * 12 + archive[start + 12 :]


CASES: Final = (
    Case("brackets in HCL", {"m.tf": TWO + key("[" * 5000 + "]" * 5000)}, "nested too deeply"),
    Case("parentheses in HCL", {"m.tf": TWO + key("(" * 5000 + ")" * 5000)}, "nested too deeply"),
    Case("templates in templates", {"m.tf": TWO + key('"${' * 3000 + "1" + '}"' * 3000)}, "nested too deeply"),
    Case("operators in a row", {"m.tf": TWO + key(" + ".join(["1"] * 20_000))}, "an expression too long"),
    Case("conditions in conditions", {"m.tf": TWO + key("true ? " * 3000 + '"a"' + ' : "b"' * 3000)}, "too long"),
    Case("templates in a text", {"m.tf": TWO + key('"' + '${"a"}' * 350_000 + '"')}, "more than 10000 template sequences"),
    Case("digits of a number", {"m.tf": TWO + key("9" * 5000)}, "a number too large"),
    Case("an exponent", {"m.tf": TWO + key('"u${1e99999999}"')}, "a number too large"),
    Case("nesting of .tf.json", {
        "m.tf.json": '{"resource": {"aws_iam_access_key": {"k": {"user": ' + "[" * 9999,
    }, "nested too deeply"),
    Case("values of .tf.json", {
        "m.tf.json": json.dumps({"resource": {"aws_iam_access_key": {f"k{n}": {"user": "u"} for n in range(50_001)}}}),
    }, "more than 100000 values"),
    Case("brackets in what a key needs", {
        "m.tf": TWO + "locals {\n  x = " + "[" * 10_000 + "]" * 10_000 + "\n}\n" + key("local.x"),
    }, "nested too deeply"),
    Case("rounds of loops in loops", {
        "m.tf": "locals {\n  r = range(1000)\n  x = [for a in local.r : [for b in local.r : [for c in local.r : a]]]\n}\n"
        + key('"u${length(local.x)}"') + key('"u"', "l"),
    }, "for expressions"),
    Case("a text that doubles", {"m.tf": _doubled('"aaaaaaaa"', '"${A}${A}"') + key("local.a60") + ONE}, "more than"),
    Case("a list that doubles", {
        "m.tf": _doubled('["x"]', "[A, A]") + key("jsonencode(local.a60)") + ONE,
    }, "a value of more than"),
    Case("an unknown text that doubles", {
        "m.tf": 'variable "v" {}\n' + _doubled("var.v", '"${A}${A}"') + key("local.a60") + ONE,
    }, "more than"),
    Case("a list that is put together", {
        "m.tf": _doubled('["x"]', "concat(A, A)") + key("local.a60[0]") + ONE,
    }, "more than the 100000 that are worked with"),
    Case("a chain of locals", {
        "m.tf": _doubled('"x"', "A", 5000) + key("local.a5000") + ONE,
    }, "leads through too many values"),
    Case("locals in a circle", {"m.tf": "locals {\n  a = local.b\n  b = local.a\n}\n" + key("local.a") + TWO}, "itself"),
    Case("a template that renders itself", {
        "m.tf": key('templatefile("t.tpl", {})') + ONE, "t.tpl": '${templatefile("t.tpl", {})}',
    }, "leads through too many values"),
    Case("results of a function", {"m.tf": key('format("%999999999d", 1)') + ONE}, "worked with"),
    Case("braces of a pattern of files", {"m.tf": key(f'join("", fileset(".", "{"{a,b}" * 30}"))') + ONE}, "stars"),
    Case("depth of modules", {"m.tf": 'module "m" {\n  source = "./m0"\n}\n', **_modules(40, _calls(1))}, "itself"),
    Case("calls of modules", {"m.tf": 'module "m" {\n  source = "./m0"\n}\n', **_modules(12, _calls(3))}, "500 calls"),
    Case("instances of modules", {
        "m.tf": 'module "m" {\n  source = "./m0"\n}\n', **_modules(5, _calls(1, "  count = 900\n"), TWO),
    }, "instances of modules"),
    Case("a module that calls itself", {"m.tf": TWO + 'module "m" {\n  source = "./"\n}\n'}, "calls itself"),
    Case("keys of one user", {"m.tf": "".join(key('"u"', f"a{n}") for n in range(205))}, "20000 combinations"),
    Case("instances of a count", {
        "m.tf": key('"u${count.index}"', "x", "  count = 5000\n") + key('"u4500"', "y"),
    }, "more than 2000 instances"),
    Case("members of a count that something refers to", {
        "m.tf": 'resource "aws_iam_user" "u" {\n  count = 5000\n  name = "u${count.index}"\n}\n'
        + key("aws_iam_user.u[4500].name") + key('"u4500"', "y"),
    }, "more than 2000 instances"),
    Case("keys of one user by a count", {
        "m.tf": key('"ci"', "x", "  count = 2000\n"),
    }, finds='IAM user "ci" has 2000 active access keys'),
    Case("keys of one user by a count that are off", {
        "m.tf": key('"ci"', "x", '  count = 2000\n  status = "Inactive"\n'),
    }, finds='IAM user "ci" has 2000 access keys; there can be two'),
    Case("keys of one user by a count that may be off", {
        "m.tf": 'variable "v" {}\n' + key('"ci"', "x", "  count = 2000\n  status = var.v\n"),
    }, finds="active access keys"),
    Case("terragrunt files that read each other", {
        **{f"u{n}/terragrunt.hcl": f'include "x" {{\n  path = "../u{n + 1}/terragrunt.hcl"\n}}\n' for n in range(30)},
        "u30/terragrunt.hcl": "inputs = {}\n", "u0/main.tf": TWO,
    }, finds="2 active access keys"),
    Case("terragrunt files of which each asks the next for a user", {
        **{f"u{n}/terragrunt.hcl": f'locals {{\n  x = read_terragrunt_config("../u{n + 1}/terragrunt.hcl").locals.x\n}}\n' for n in range(30)},
        "u30/terragrunt.hcl": 'locals {\n  x = "ci"\n}\n', "m/main.tf": 'variable "x" {}\n' + key("var.x") + key('"ci"', "l"),
        "u/terragrunt.hcl": 'terraform {\n  source = "../m"\n}\ninputs = {\n  x = read_terragrunt_config("../u0/terragrunt.hcl").locals.x\n}\n',
    }, "more than 16 files of Terragrunt read each other"),
    Case("a template", {"t.yaml": f"Resources:\n  A: {YAML_KEY}\n" + "# long\n" * 700_000}, "larger than 4 MiB"),
    Case("resources of a template", {
        "t.yaml": "Resources:\n" + "".join(f"  A{n}: {YAML_KEY}\n" for n in range(2001)),
    }, "more than 2000 resources"),
    Case("values of a template", {
        "t.yaml": f"Resources:\n  A: {YAML_KEY}\n  B: {YAML_KEY.replace('ci', '!Join [x, [' + 'a, ' * 1_200_000 + ']]')}\n",
    }, "more than 200000 names and values are not read"),
    Case("values that a parameter allows", {
        "t.yaml": "Parameters:\n  P: {Type: String, AllowedValues: [" + ", ".join(f"u{n}" for n in range(12_000)) + "]}\n"
        + f"Resources:\n  A: {YAML_KEY.replace('ci', '!Ref P')}\n  B: {YAML_KEY.replace('ci', 'u7')}\n",
    }, finds='IAM user "u7" can have 2 active access keys'),
    Case("nesting of YAML", {"t.yaml": f"Resources:\n  A: {YAML_KEY}\n  B: {'[' * 9999}"}, "100 levels"),
    Case("aliases of YAML", {
        "t.yaml": f"Resources:\n  A: {YAML_KEY}\n" + _bomb("x: &a0 [x]\n", "xN: &aN [*]\n"),
    }, "aliases stand for more than"),
    Case("merges of YAML", {
        "t.yaml": f"Resources:\n  A: {YAML_KEY}\n" + _bomb("x: &a0 {k: 1}\n", "xN: &aN {<<: [*]}\n"),
    }, "aliases stand for more than"),
    Case("an alias in itself", {"t.yaml": f"Resources: &r\n  A: {YAML_KEY}\n  B: *r\n"}, "inside what it names"),
    Case("a chain of conditions", {
        "t.yaml": "Conditions:\n  C0: !Equals [!Ref AWS::Region, x]\n"
        + "".join(f"  C{n + 1}: !Not [!Condition C{n}]\n" for n in range(3000))
        + "Resources:\n  A: {Type: AWS::IAM::AccessKey, Condition: C3000, Properties: {UserName: ci}}\n",
    }, "100 levels of evaluation"),
    Case("members of Fn::ForEach", {
        "t.yaml": "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::A: [A, [" + ",".join(
            f"a{n}" for n in range(3000)) + f"], {{'K${{A}}': {YAML_KEY}}}]\n",
    }, "more than 2048 members"),
    Case("characters of a block", {
        "m.tf": TWO + key('"' + "x" * 16_000_000 + '"', "long"),
    }, "a block of more than 16,000,000 characters"),
    Case("blocks of users with keys", {
        "m.tf": "".join(f'resource "aws_iam_user" "u{n}" {{\n  name = "u{n}"\n}}\n' + key(f'"u{n}"', f"k{n}") for n in range(5001)),
    }, "more than 10,000 blocks of users, keys and logins"),
    Case("users at whom two blocks meet", {
        "main.tf": 'variable "on" {\n  type    = bool\n  default = true\n}\nlocals {\n'
        '  names = toset([for i in range(600) : "u${i}" if var.on])\n}\n'
        + key("each.key", "a", "  for_each = local.names\n") + key("each.key", "b", "  for_each = local.names\n"),
    }, "more than 500 users"),
    Case("instances of a stack set", {
        "t.yaml": "Resources:\n  S:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      StackSetName: s\n"
        "      PermissionModel: SELF_MANAGED\n      StackInstancesGroup:\n        - DeploymentTargets: {Accounts: ['123456789012']}\n"
        "          Regions: [" + ", ".join(f"r-{n}" for n in range(100)) + "]\n"
        f"      TemplateBody: |\n        Resources:\n          A: {YAML_KEY}\n",
    }, "more than 64 instances"),
    Case("directories of fileset", {
        "main.tf": key("each.key", "a", '  for_each = fileset(".", "**/*.key")\n'),
        "/".join(["d"] * 25) + "/one.key": "x",
    }, "fileset would look at more than"),
    Case("entries of a map", {
        "t.yaml": "Parameters:\n  P: {Type: String}\nMappings:\n  M:\n"
        + "".join(f"    a{n}: {{k: v{n}}}\n" for n in range(3000))
        + "Resources:\n  A: {Type: AWS::IAM::AccessKey, Properties: {UserName: !FindInMap [M, !Ref P, k]}}\n"
        + "  B: {Type: AWS::IAM::AccessKey, Properties: {UserName: v2999}}\n",
    }, "it depends on Parameter P in a way"),
    Case("stacks of a count", {
        "main.tf": 'resource "aws_cloudformation_stack" "s" {\n  count         = 300\n  name          = "s${count.index}"\n'
        '  capabilities  = ["CAPABILITY_NAMED_IAM"]\n  template_body = file("t.yaml")\n  parameters    = { U = "u${count.index}" }\n}\n'
        + key('"u299"'),
        "t.yaml": "Parameters: {U: {Type: String}}\nResources:\n  A: " + YAML_KEY.replace("ci", "!Ref U") + "\n",
    }, "more than 128 stacks are deployed here"),
    Case("stacks that a template nests", {
        "t.yaml": "Resources:\n" + "".join(f"  S{n}: {_NESTED.replace('FILE', 'c.yaml')}\n" for n in range(513)),
        "c.yaml": "Resources:\n  A: {Type: AWS::IAM::User}\n",
    }, "more than 512 stacks are nested here"),
    Case("stacks inside each other", {
        **{f"t{n}.yaml": f"Resources:\n  S: {_NESTED.replace('FILE', f't{n + 1}.yaml')}\n" for n in range(18)},
        "t18.yaml": f"Resources:\n  A: {YAML_KEY}\n  B: {YAML_KEY}\n",
    }, "more than 16 stacks are nested inside each other"),
    Case("variables of the Serverless Framework", {
        "serverless.yml": "service: s\ncustom:\n" + "".join(f"  v{n}: ${{self:custom.v{n + 1}}}\n" for n in range(12))
        + "  v12: ci\nresources:\n  Resources:\n    A: {Type: AWS::IAM::AccessKey, Properties: {UserName: '${self:custom.v0}'}}\n"
        + f"    B: {YAML_KEY}\n",
    }, "more than 8 variables of the framework lead to each other"),
    Case("a text in a plan", {"plan.json": _plan("aws_instance", {"user_data": '\\"' * (2 << 20)})}, finds="2 active access keys"),
    Case("a value in a plan", {
        "plan.json": _plan("aws_iam_access_key", {"user": "u", "pgp_key": "k" * (17 << 20)}),
    }, "one value is larger than 16 MiB", finds="2 active access keys"),
    Case("networks of Fn::Cidr", {
        "t.yaml": "Resources:\n  A: {Type: AWS::IAM::AccessKey, Properties: "
        "{UserName: !Select [0, !Cidr [10.0.0.0/8, 99999999, 8]]}}\n",
    }, "1 to 256 networks"),
    Case("nesting of a plan", {
        "plan.json": '{"format_version": "1.2", "planned_values": {"root_module": ' + '{"child_modules": [' * 9999,
    }, "too many levels of nesting"),
    Case("nesting of a plan that is long", {
        "plan.json": '{"format_version": "1.2", "planned_values": {"root_module": ' + '{"child_modules": [' * 150
        + '"' + "x" * (2 << 20) + '"' + "]}" * 150 + "}}",
    }, "more than 200 levels of nesting"),
    Case("digits in a state", {
        "s.tfstate": '{"version": 4, "terraform_version": "1.5.0", "serial": ' + "9" * 9999
        + ', "resources": [{"type": "aws_iam_access_key"}]}',
    }, "this is no JSON"),
    Case("columns of a report", {
        "r.csv": "user,access_key_1_active,access_key_2_active," + ",".join(f"c{n}" for n in range(50_000)) + "\nu,true\n",
    }, "columns"),
    Case("what looks like an archive", {"p.tfplan": b"PK\x03\x04" + b"\0" * 4096}),
    Case("an archive that unpacks to much", {"p.tfplan": _archive("tfplan", 80 << 20)}, "terraform show -json"),
    Case("an archive whose contents are damaged", {"p.tfplan": _damaged(_archive("tfplan", 999, zipfile.ZIP_LZMA))}),
    Case("nesting of JSON in UTF-16 that is about no key", {"k.json": b"\xff\xfe" + "{".encode("utf-16-le") * 50_000}),
    Case("findings", {"m.tf": "".join(key(f'"u{n}"', f"a{n}") + key(f'"u{n}"', f"b{n}") for n in range(60))}, finds="2 active access keys"),
    Case("suppression comments", {"m.tf": "# iac-keycheck: ignore[AC_AWS_0554] x\n" * 300 + TWO}, finds="2 active access keys"),
    Case("parts of Fn::Sub", {
        "t.yaml": f"Resources:\n  A: {YAML_KEY}\n  B: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !Sub '{'${A}' * 500_000}'}}}}\n",
    }, "a text of more than 10000 parts"),
    Case("a path in code", {
        "m.tf": TWO + key(f'file("{"../" * 300_000}x")'),
    }, "the file lies outside of the scanned directories", finds="2 active access keys"),
    Case("objects of one address", {
        "plan.json": json.dumps({
            "format_version": "1.2", "terraform_version": "1.5.0", "planned_values": {}, "resource_changes": [{
                "address": "aws_iam_access_key.a", "mode": "managed", "type": "aws_iam_access_key", "name": "a",
                "change": {"actions": ["create"], "after": {"user": "u"}},
            }] * 400,
        }),
    }, "20000 combinations", finds="2 active access keys"),
    Case("paths in the index of git", {
        # of version 4, in which a path may repeat the one before but for its last letters
        ".git/index": b"DIRC" + (4).to_bytes(4, "big") + (60_000).to_bytes(4, "big") + _ENTRY + b"\0" + b"a/" * 2000 + b"000\0"
        + b"".join(_ENTRY + b"\3%03x\0" % (n % 4096) for n in range(59_999)),
        ".git/config": "", ".git/HEAD": "ref: refs/heads/main\n", ".gitignore": "*.old\n", "a.old": "", "m.tf": TWO,
    }, finds="2 active access keys"),
    Case("stars of ignore patterns", {".gitignore": "*a" * 40 + "*b\n", "a" * 200 + ".tf": TWO}, finds="2 active access keys"),
    Case("deep stars of ignore patterns", {
        ".gitignore": "**/a/" * 40 + "b\n", "/".join("a" * 100) + "/m.tf": TWO,
    }, finds="2 active access keys"),
    Case("keys of a list of keys", {
        "k.json": json.dumps({"AccessKeyMetadata": [
            {"UserName": f"u{n}", "AccessKeyId": f"AKIA{n:016d}", "Status": "Active", "CreateDate": "2020-01-01T00:00:00Z"}
            for n in range(300)
        ]}),
    }, finds='access key AKIA0000000000000299 of IAM user "u299"'),
    Case("rows of a report", {
        "report.csv": "user,access_key_1_active,access_key_2_active\n" + "".join(f"u{n},true,true\n" for n in range(10_001)),
    }, "more than 10,000 rows"),
    Case("users, keys and logins of a file", {
        "k.json": json.dumps({"AccessKeyMetadata": [
            {"UserName": f"u{n}", "AccessKeyId": f"AKIA{n:016d}", "Status": "Active", "CreateDate": "2020-01-01T00:00:00Z"}
            for n in range(25_001)
        ]}),
    }, "more than 25,000 users, keys and logins"),
)  # fmt: skip
