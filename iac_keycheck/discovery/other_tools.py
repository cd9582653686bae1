"""Files with which other tools make access keys: programs of the CDK, of Pulumi, for the Serverless Framework; others.

They are not read, and said where they are seen: what looks like making a key, outside of comments. Programs are looked
at below a directory that has the settings of their tool, and where they are named themselves.
"""

from __future__ import annotations

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from typing import Final

_SERVERLESS: Final = ("serverless.ts", "serverless.js", "serverless.mjs", "serverless.cjs")
SETTINGS: Final = frozenset({"cdk.json", "cdktf.json", "Pulumi.yaml", "Pulumi.yml", "sst.config.ts", *_SERVERLESS})
"""Files that say that the programs below their directory are of such a tool."""
PROGRAMS: Final = (".ts", ".js", ".mts", ".mjs", ".cjs", ".tsx", ".jsx", ".py", ".go", ".java", ".kt", ".cs", ".fs")
_NO_PROGRAMS: Final = (".d.ts", ".d.mts")
SYNTHESIZED: Final = ("cdk.out", "cdktf.out")
"""Where what such a program makes is put, unless somebody says otherwise."""

_CDK: Final = (b"aws-cdk-lib", b"@aws-cdk/", b"aws_cdk", b"awscdk", b"Amazon.CDK", b"software.amazon.awscdk")
_CDKTF: Final = (b"cdktf",)
_PULUMI: Final = (b"pulumi", b"Pulumi")
_MADE = expression(rb"\b(?:New)?(?:Cfn)?AccessKey(?:\.Builder\.create|_Override)?\s*\(")
_MADE_BY_CDKTF = expression(rb"\b(?:New)?IamAccessKey(?:\.Builder\.create)?\s*\(")
# without an import where a tool on top of Pulumi gives the name
_MADE_BY_PULUMI = expression(rb"(?<![\w.])aws\.iam\.AccessKey\s*\(")
_IN_TEMPLATE = expression(rb"""\b[Tt]ype["']?\s*:\s*["'`]AWS::IAM::AccessKey["'`]""")
_MATCHES: Final = 10_000
"""So many places in comments are passed over."""
_WIDTH: Final = 4096
"""So many characters of a line are looked at for what makes a comment of it."""
_LINES, _COLUMNS = 100, 256
"""So many lines of one task are looked at, and so much of each."""
_COMMENT: Final = (b"//", b"#", b"*", b"/*")
_PULUMI_TYPE = expression(
    rb"""(?m)^[ \t]*(?:-[ \t]+)?["']?type["']?[ \t]*:[ \t]*["']?aws:iam(?:/accessKey)?:AccessKey\b"""
)
_KIND = expression(rb"""(?m)^[ \t]*(?:-[ \t]+)?kind:[ \t]*["']?AccessKey["']?[ \t\r]*(?:#.*)?$""")
_VERSION = expression(rb"""(?m)^[ \t]*(?:-[ \t]+)?apiVersion:[ \t]*["']?iam\.aws\.[\w.-]+/""")
_TASK = expression(
    rb"(?m)^([ \t]*(?:-[ \t]+)?)((?:community|amazon)\.aws\.)?iam_access_key[ \t]*:[ \t]*([^\s#].*)?(?:#.*)?$"
)
_USER = expression(rb"\buser_?name[ \t]*[:=]")
_OLD_TASK = expression(rb"""(?m)^[ \t]*access_key_state[ \t]*:[ \t]*["']?(?:create|active)\b""")
# of a key that is there: it is changed or taken away
_NO_NEW = expression(rb"""\bstate[ \t]*[:=][ \t]*["']?absent\b|(?<![\w-])(?:access_key_)?id[ \t]*[:=]""")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A file that makes keys with a tool that is not read: why, and on which line (from 1) it does."""

    path: str
    reason: str
    line: int


def is_program(name: str) -> bool:
    """Whether a file may be a program by its name; what tests a program makes nothing."""
    return name.endswith(PROGRAMS) and not name.endswith(_NO_PROGRAMS) and not {"test", "spec"} & {*name.split(".")}


def in_program(path: str, data: bytes) -> Elsewhere | None:
    """What a program makes keys with, if it does."""
    if b"AccessKey" not in data:
        return None
    if any(word in data for word in _CDKTF):
        line = _made(_MADE_BY_CDKTF.finditer(data), data)
        how = "with the CDK for Terraform, whose programs are not run: synthesize and scan cdktf.out"
    elif any(word in data for word in _CDK):
        line = _made(_MADE.finditer(data), data)
        how = "with the AWS CDK, whose programs are not run: synthesize and scan cdk.out"
    elif any(word in data for word in _PULUMI) or _MADE_BY_PULUMI.search(data) is not None:
        line = _made(_MADE.finditer(data), data)
        how = "with Pulumi, whose programs are not run"
    else:
        line = _made(_IN_TEMPLATE.finditer(data), data)
        how = "in a template that a program gives, which is not run: scan what comes of it"
    return None if line is None else Elsewhere(path, f"it makes access keys {how}", line)


def may_make_keys(data: bytes) -> bool:
    """Whether one of several documents, which stand behind each other here, is worth `in_document`."""
    return b"AccessKey" in data or b"iam_access_key" in data or b"access_key_state" in data


def in_document(path: str, data: bytes) -> Elsewhere | None:
    """What a file in YAML makes keys with, if it does and is no template."""
    line = how = None
    if b"AccessKey" in data:
        line, how = _made(_PULUMI_TYPE.finditer(data), data), "Pulumi"
        if line is None and _VERSION.search(data) is not None:
            line, how = _made(_KIND.finditer(data), data), "Crossplane"
    if line is None and (b"iam_access_key" in data or b"access_key_state" in data):
        line, how = _made((one for one in _TASK.finditer(data) if _makes(one, data)), data), "Ansible"
        line = line or _made(_OLD_TASK.finditer(data), data)
    return None if line is None else Elsewhere(path, f"it makes access keys with {how}, which is not read", line)


def _made(matches: Iterator[re.Match[bytes]], data: bytes) -> int | None:
    """The line of the first of these that is in no comment; of what is too much to look at, that of the last."""
    for number, match in enumerate(matches, 1):
        found = match.start() + len(match[0]) - len(match[0].lstrip())
        near = max(0, found - _WIDTH)
        before = data[max(near, data.rfind(b"\n", near, found) + 1) : found]
        if number == _MATCHES or (not before.lstrip().startswith(_COMMENT) and b"//" not in before):
            return data.count(b"\n", 0, found) + 1
    return None


def _makes(task: re.Match[bytes], data: bytes) -> bool:
    """Whether that is a task of Ansible that makes a key: none that changes one or takes one away."""
    said = _task(task, data)
    return (task[2] is not None or _USER.search(said) is not None) and _NO_NEW.search(said) is None


def _task(task: re.Match[bytes], data: bytes) -> bytes:
    """What is said on the line of a task, and on those that stand deeper below it."""
    said = [task[3] or b""]
    depth, at = len(task[1]), task.end() + 1
    while at < len(data) and len(said) < _LINES:
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        line = data[at : min(end, at + _COLUMNS)]
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        said.append(line)
        at = end + 1
    return b"\n".join(said)
