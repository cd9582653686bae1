"""Trees of code to scan, made from a seed: the same bytes at every run, and never part of the repository."""

from __future__ import annotations

import random
from pathlib import Path

_PLAIN = """resource "aws_s3_bucket" "{name}" {{
  bucket = "{name}"
  tags   = {{ team = "{team}", note = "{note}" }}
}}

resource "aws_sqs_queue" "{name}" {{
  name                       = "{name}"
  visibility_timeout_seconds = {number}
}}
"""
_KEY = """resource "aws_iam_user" "{name}" {{
  name = "{name}"
}}

resource "aws_iam_access_key" "{name}" {{
  user = aws_iam_user.{name}.name
}}
"""
_TEMPLATE = """AWSTemplateFormatVersion: "2010-09-09"
Resources:
  User:
    Type: AWS::IAM::User
  Key:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: !Ref User
"""
_MANY = """resource "aws_iam_user" "people" {{
  for_each = toset([for number in range({users}) : "user-${{number}}"])
  name     = each.key
}}

resource "aws_iam_access_key" "first" {{
  for_each = aws_iam_user.people
  user     = each.value.name
}}
"""
_CONDITION = """variable "c{number}" {{
  type = bool
}}

resource "aws_iam_access_key" "on{number}" {{
  count = var.c{number} ? 1 : 0
  user  = aws_iam_user.ci.name
}}

resource "aws_iam_access_key" "off{number}" {{
  count = var.c{number} ? 0 : 1
  user  = aws_iam_user.ci.name
}}
"""
_MODULE = """variable "name" {
  type = string
}

resource "aws_iam_user" "this" {
  name = var.name
}

resource "aws_iam_access_key" "this" {
  user = aws_iam_user.this.name
}
"""
_WRAPPED = """variable "create" {
  type    = bool
  default = true
}

variable "create_access_key" {
  type    = bool
  default = true
}

variable "create_login_profile" {
  type    = bool
  default = true
}

variable "name" {
  type = string
}

variable "status" {
  type    = string
  default = null
}

resource "aws_iam_user" "this" {
  count = var.create ? 1 : 0
  name  = var.name
}

resource "aws_iam_access_key" "this" {
  count  = var.create && var.create_access_key ? 1 : 0
  user   = aws_iam_user.this[0].name
  status = var.status
}

resource "aws_iam_user_login_profile" "this" {
  count = var.create && var.create_login_profile ? 1 : 0
  user  = aws_iam_user.this[0].name
}
"""
_WRAPPER = """variable "defaults" {
  type    = any
  default = {}
}

variable "items" {
  type    = any
  default = {}
}

module "wrapper" {
  source   = "./modules/user"
  for_each = var.items

  create               = try(each.value.create, var.defaults.create, true)
  create_access_key    = try(each.value.create_access_key, var.defaults.create_access_key, true)
  create_login_profile = try(each.value.create_login_profile, var.defaults.create_login_profile, true)
  name                 = try(each.value.name, var.defaults.name, "")
  status               = try(each.value.status, var.defaults.status, null)
}
"""


def plain(top: Path) -> None:
    """One file without a word about keys."""
    _write(top / "main.tf", _filler(random.Random(1), "logs"))  # noqa: S311 — the same at every run


def checkout(top: Path) -> None:
    """The same in a checkout with the usual lines in its ``.gitignore``."""
    plain(top)
    _write(top / ".git/HEAD", "ref: refs/heads/main\n")
    _write(top / ".gitignore", "**/.terraform/*\n*.tfstate\n*.tfstate.*\ncrash.log\n*.tfvars\n!example.tfvars\n/dist\n")


def one_key(top: Path) -> None:
    """One user with one key."""
    _write(top / "main.tf", _KEY.format(name="ci"))


def template(top: Path) -> None:
    """One template with one key."""
    _write(top / "template.yaml", _TEMPLATE)


def repository(top: Path, files: int, per_directory: int = 10, with_keys: float = 0.01) -> None:
    """Many files in many directories, of which some are about users and keys."""
    chance = random.Random(files)  # noqa: S311 — the same at every run
    for number in range(files):
        name = f"n{number}"
        text = _KEY.format(name=name) if chance.random() < with_keys else _filler(chance, name)
        _write(top / f"team{number // per_directory % 50}" / f"d{number // per_directory}" / f"{name}.tf", text)


def users(top: Path, count: int) -> None:
    """Users with a key each, by one ``for_each``."""
    _write(top / "main.tf", _MANY.format(users=count))


def blocks(top: Path, count: int) -> None:
    """Users with a key each, in blocks of their own."""
    _write(top / "main.tf", "\n".join(_KEY.format(name=f"user-{number}") for number in range(count)))


def conditions(top: Path, count: int) -> None:
    """One user with two keys for each of so many booleans, of which one exists."""
    blocks = (_CONDITION.format(number=number) for number in range(count))
    _write(top / "main.tf", 'resource "aws_iam_user" "ci" {\n  name = "ci"\n}\n\n' + "\n".join(blocks))


def calls(top: Path, count: int) -> None:
    """So many calls of one module with a user and a key."""
    _write(top / "modules" / "machine" / "main.tf", _MODULE)
    block = 'module "m{0}" {{\n  source = "./modules/machine"\n  name   = "machine-{0}"\n}}\n'
    _write(top / "main.tf", "\n".join(block.format(number) for number in range(count)))


def wrapper(top: Path) -> None:
    """A module that is called for each entry of an untyped variable, with all of its arguments optional."""
    _write(top / "modules" / "user" / "main.tf", _WRAPPED)
    _write(top / "main.tf", _WRAPPER)


def _filler(chance: random.Random, name: str) -> str:
    words = " ".join(chance.choice(("alpha", "beta", "gamma", "delta")) for _ in range(20))
    return "\n".join(
        _PLAIN.format(name=f"{name}-{part}", team=chance.randrange(99), note=words, number=chance.randrange(900))
        for part in range(4)
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
