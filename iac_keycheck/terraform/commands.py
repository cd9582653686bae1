"""Commands in Terraform code that make access keys: in provisioners, programs and user data, and in files they run."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.deciding.terms import either
from iac_keycheck.deciding.values import Items, Refused, Unknown, Value, plain
from iac_keycheck.expressions import expression
from iac_keycheck.facts import Claim
from iac_keycheck.records import dataclass
from iac_keycheck.terraform.evaluate import Frame
from iac_keycheck.terraform.hints import COMMANDS, SCRIPTS
from iac_keycheck.terraform.references import calls
from iac_keycheck.terraform.said import holds_of, texts_in
from iac_keycheck.terraform.sites import Site, Tree, value_of
from iac_keycheck.terraform.syntax import Attribute, Call, Expression, Template
from iac_keycheck.terraform.unguarded import texts
from iac_keycheck.users.empty_guards import makes_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_RUNS: Final = expression(rf"\b(?:{'|'.join(SCRIPTS)}|provisioner)\b")
_ELSEWHERE: Final = expression(r"\b(?:local|var|data|module)\.|file\(|\bscripts?\b|\.(?:sh|bash|py|ps1|js|rb)\b")
_FILE: Final = expression(r"[\w./-]+\.(?:sh|bash|py|ps1|js|rb)\b")
_IN_PROGRAM: Final = expression(r"\bcreate_access_key\(|\bcreateAccessKey\(|\bCreateAccessKeyCommand\(")


@dataclass(frozen=True, slots=True)
class _Script:
    """What is run: an argument that is a script, or (``is_path``) names the files of some."""

    what: str
    attribute: Attribute
    is_path: bool = False


def commands(tree: Tree) -> Iterator[Claim]:
    """The commands that make access keys."""

    def says(text: str) -> bool:
        if not any(word in text for word in COMMANDS) or _RUNS.search(text) is None:
            return False
        return "create-access-key" in text or _ELSEWHERE.search(text) is not None

    for mode in ("resource", "data"):
        for site in tree.sites(mode, says):
            for script in _scripts(site):
                message = f"{script.what} of {site.address} makes an access key that no code declares"
                yield Claim(site.fact(script.attribute.span, lambda frame, one=script: _makes(one, frame)), message)  # type: ignore[misc]


def _scripts(site: Site) -> Iterator[_Script]:
    body = site.block.body
    for name in SCRIPTS:
        if name in body.attributes:
            yield _Script("the program" if name == "program" else "the user data", body.attributes[name])
    for block in body.nested("provisioner", 1):
        for name in ("command", "inline", "content", "script", "scripts", "source"):
            if name in block.body.attributes:
                yield _Script("a provisioner", block.body.attributes[name], name in ("script", "scripts", "source"))


def _makes(script: _Script, frame: Frame) -> bool | Unknown:
    expression = script.attribute.expression
    value = value_of(expression, frame)
    if script.is_path:
        return any(_in_file(path, script, frame) for path in _paths(value))
    found = holds_of(value, makes_key)
    if found is False and any(call.name.startswith("base64") for call in calls(expression)):
        # encoded as a whole, its text is what goes in
        arguments = (one for call in calls(expression) if call.name.startswith("base64") for one in call.arguments)
        for argument in arguments:
            found = either(found, holds_of(value_of(argument, frame), makes_key))
        found = found if found is not False else any(map(makes_key, texts(expression)))
    if found is not False:
        return found
    named = dict.fromkeys(path for text in texts_in(value) for path in _FILE.findall(text))
    return any(_in_file(path, script, frame) for path in named)


def _paths(value: Value) -> Iterator[str]:
    whole = plain(value)
    for one in whole.items if isinstance(whole, Items) else (whole,):
        path = plain(one)
        if isinstance(path, str):
            yield path


def _in_file(path: str, script: _Script, frame: Frame) -> bool:
    """Whether a file of the scan makes a key; one that is not there, or outside, says nothing."""
    span = script.attribute.span
    name: Expression = Template((path,), span)
    try:
        if value_of(Call("fileexists", (name,), False, span), frame) is not True:  # noqa: FBT003 — as the parser has it
            return False
        text = value_of(Call("file", (name,), False, span), frame)  # noqa: FBT003
    except Refused:
        return False
    return isinstance(text, str) and (makes_key(text) or _IN_PROGRAM.search(text) is not None)
