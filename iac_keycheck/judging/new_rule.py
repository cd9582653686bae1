"""Makes a rule to start from, with a fixture in which it fires and one in which it is silent."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from iac_keycheck.choices import Misuse
from iac_keycheck.expressions import expression
from iac_keycheck.judging.rule_files import FIXTURES, load

Kind = Literal["python", "yaml"]
_ID: Final = expression(r"[A-Za-z][A-Za-z0-9_]*")

_PYTHON: Final = '''"""Access key of a user that is made elsewhere.

## What it finds

Say here what the rule finds. This one finds access keys in deployments that declare no user.

## Why

Say here why that is bad.

## Remediation

Say here how to put it right.
"""

from iac_keycheck import Certainty, Finding, Meta, Occurrence, Severity, User

META = Meta(
    id="{id}",
    name="{name}",
    summary="Access key of a user that is made elsewhere",
    severity=Severity.LOW,
)


def check(graph):
    """One finding for each key."""
    for deployment in graph.deployments:
        if deployment.of_kind("aws_iam_user"):
            continue
        for key in deployment.of_kind("aws_iam_access_key"):
            yield Finding(
                rule=META,
                message=f"{{key.address}} belongs to a user that is made elsewhere",
                span=key.span,
                instances=(
                    Occurrence(User(None, None), (key.address,), Certainty.ALWAYS, severity=META.severity),
                ),
                deployment=deployment.name,
                subject_spans=(key.span,),
            )
'''
_YAML: Final = """\
id: {id}
name: {name}
summary: Access key of a user that is made elsewhere
severity: low
documentation: |
  Access key of a user that is made elsewhere.

  ## What it finds

  Say here what the rule finds. This one finds access keys whose user is no resource of the deployment.

# From the JSON that `iac-keycheck graph --format json` prints.
select: $.deployments[*].resources[?(@.kind == "aws_iam_access_key")].instances[*]
where:
  - value: attributes.user.ref
    exists: false
message: "{{address}} belongs to a user that is made elsewhere"
"""
_FIRES: Final = """\
resource "aws_iam_access_key" "ci" {{ # expect: {id} {certainty} "is made elsewhere"
  user = "ci"
}}
"""
_SILENT: Final = """\
resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "ci" {
  user = aws_iam_user.ci.name
}
"""


def make(name: str, folder: Path, kind: Kind) -> list[Path]:
    """Write the files of a rule, none of which may be there, and return their paths. Raises `Misuse`."""
    if not _ID.fullmatch(name):
        raise Misuse(f"{name!r} is no id: letters, digits and underscores, such as ACME_0001.")
    known = [rule.meta.id for rule in load() if name.casefold() in map(str.casefold, rule.meta.names)]
    if known:
        raise Misuse(f"{name} is a name of the rule {known[0]} already.")
    suffix, text, certainty = (".py", _PYTHON, "always") if kind == "python" else (".yaml", _YAML, "default")
    said = {"id": name, "name": name.lower().replace("_", "-"), "certainty": certainty}
    files = {
        folder / f"{name}{suffix}": text.format(**said),
        folder / FIXTURES / name / "fires" / "main.tf": _FIRES.format(**said),
        folder / FIXTURES / name / "is-silent" / "main.tf": _SILENT,
    }
    there = next((path for path in (*files, folder / f"{name}.py", folder / f"{name}.yaml") if path.exists()), None)
    if there is not None:
        raise Misuse(f"{there} is there already; nothing was written.")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        raise Misuse(f"{folder}: cannot be written: {error.strerror or error}.") from error
    return list(files)
