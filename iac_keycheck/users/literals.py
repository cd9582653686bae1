"""Long-term access keys that are written into code: ids by their form, secrets by their form and by what names them.

Found in the text of files, so that they are seen wherever they stand: providers, variables, parameters, user data.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from iac_keycheck.discovery.looking import may_hold_literals
from iac_keycheck.expressions import expression
from iac_keycheck.holding.comments import of_terraform
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError, Span
from iac_keycheck.workspace import Workspace

NEAR = 8
"""Lines within which an id and a secret are taken for one key."""

_ID = expression(r"(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])")
_TEMPORARY = expression(r"(?<![A-Za-z0-9])ASIA[A-Z0-9]{16}(?![A-Za-z0-9])")
_FORM = r"(?<![A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
_ANY = expression(_FORM)
_NAMED = expression(
    r"""(?ix)
    (?: secret[_-]?(?:access[_-]?)?key (?:[_-]?id)? | aws[_-]?secret\w* )
    (?: ["']? \s* [:=,]+ \s* ["']?                                            # secret_key = "…"
      | ["']? \s* ,? \s* ["']? (?:Parameter)?value ["']? \s* [:=] \s* ["']?    # name = "…", value = "…"
      | \w* ["']? \s* \{ [^{}]*? \b default \s* = \s* ["']?                    # variable "…" { default = "…" }
      | \w* ["']? \s* : \s* \{? [^{}]{0,160}? \b default ["']? \s* : \s* ["']? # Parameters: …: {Default: …}
    )
    """
    + _FORM.replace("(?<![A-Za-z0-9/+])", "")
)
_PLACEHOLDER = expression(
    r"(?i)example|x{4}|0{6}|1{5}|a{8}|12345678|abcdefg|qwerty|placeholder|changeme|replace|fake|dummy|sample|yoursecret|youraccess"
)
_HEX = expression(r"[0-9a-f]{40}|[0-9A-F]{40}")
_LOCAL = expression(r"https?://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|localstack|minio|host\.docker\.internal|moto)")
_BLOCK = expression(r"(?m)^(\w+)[^\n]*\{[ \t]*(?:[#/][^\n]*)?$")
_JSON_PIECE = expression(r""""(?P<key>(?:[^"\\]|\\.)*+)"(?=\s*:)|"(?:[^"\\]|\\.)*+"|[{}\[\]]""")
_VARIED = 12
"""Different characters that a secret has at least: a random one has some 30."""
_VARIED_ID = 6


@dataclass(frozen=True, slots=True)
class Literal:
    """A key in code: the id as it may be shown, the place, and where the other half stands."""

    shown: str | None
    span: Span
    secret: Span | None


@dataclass(frozen=True, slots=True)
class _Hit:
    text: str
    start: int
    line: int


def literals(paths: Iterable[str], workspace: Workspace) -> Iterator[Literal]:
    """The keys that are written into files, in order. An id with its secret is one."""
    for path in sorted(set(paths)):
        if workspace.watched(path) is False:
            continue
        try:
            if not may_hold_literals(workspace.read(path)):
                continue
            text = workspace.text(path)
        except InputError:
            continue
        yield from _in_text(path, text)


def concealed(text: str) -> str:
    """A text with the secrets in it, and all of their ids but the ends, made unreadable; every place stays."""
    if "AKIA" not in text and "ecret" not in text.lower():
        return text
    halves = [(found.start() + 4, found.end() - 4) for found in _ID.finditer(text) if _is_id(found[0])]
    wholes = [found.span(1) for found in _NAMED.finditer(text) if _is_secret(found[1])]
    nearby = [found.span(1) for found in _ANY.finditer(text) if halves and _is_secret(found[1])]
    for start, end in (*halves, *wholes, *nearby):
        text = text[:start] + "*" * (end - start) + text[end:]
    return text


def _in_text(path: str, text: str) -> Iterator[Literal]:
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    for start, end in _comments(path, text):
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]

    def hit(found: re.Match[str], group: int = 0) -> _Hit:
        return _Hit(found[group], found.start(group), bisect_right(starts, found.start(group)))

    def span(one: _Hit) -> Span:
        column = one.start - starts[one.line - 1] + 1
        return Span(path, one.line, column, one.line, column + len(one.text))

    in_json = _providers_in_json(text) if path.endswith((".tf.json", ".tofu.json")) else None

    def is_local(at: int) -> bool:
        block = _block_around(text, at) if in_json is None else next((one for one in in_json if at in one), None)
        return block is not None and _LOCAL.search(text, block.start, block.stop) is not None

    def counts(one: _Hit) -> bool:
        return not is_local(one.start)

    ids = [one for found in _ID.finditer(text) if _is_id(found[0]) and counts(one := hit(found))]
    named = [one for found in _NAMED.finditer(text) if _is_secret(found[1]) and counts(one := hit(found, 1))]
    nearby = [one for found in _ANY.finditer(text) if ids and _is_secret(found[1]) and counts(one := hit(found, 1))]
    left = dict.fromkeys((*named, *nearby))

    def taken(one: _Hit) -> _Hit | None:
        """The secret that belongs to an id."""
        close = [other for other in left if abs(other.line - one.line) <= NEAR]
        secret = min(close, key=lambda other: (abs(other.line - one.line), other.start), default=None)
        if secret is not None:
            del left[secret]
        return secret

    pairs = [(one, taken(one)) for one in ids]
    # what is left beside the id of temporary credentials is theirs, and expires with them
    for found in _TEMPORARY.finditer(text) if left else ():
        taken(hit(found))
    for one, secret in pairs:
        yield Literal(f"{one.text[:4]}…{one.text[-4:]}", span(one), span(secret) if secret is not None else None)
    for one in left:
        if one in named:
            yield Literal(None, span(one), None)


def _is_id(text: str) -> bool:
    return _PLACEHOLDER.search(text) is None and len(set(text[4:])) >= _VARIED_ID


def _is_secret(text: str) -> bool:
    if _HEX.fullmatch(text) or _PLACEHOLDER.search(text) or len(set(text)) < _VARIED:
        return False
    return any(c.isupper() for c in text) and any(c.islower() for c in text) and any(c.isdigit() for c in text)


def _comments(path: str, text: str) -> list[tuple[int, int]]:
    if path.endswith((".tf", ".tofu", ".tfvars")):
        return [(comment.start, comment.end) for comment in of_terraform(text)]
    if path.endswith((".json", ".tfvars.json")):
        return []
    return [found.span() for found in re.finditer(r"(?m)^[ \t]*#[^\n]*$", text)]


def _block_around(text: str, at: int) -> range | None:
    """The configuration of a provider or backend in which a place lies: what talks to this machine needs no secret."""
    begin = None
    for found in _BLOCK.finditer(text, 0, at):
        begin = found
    if begin is None or begin[1] not in ("provider", "terraform"):
        return None
    end = text.find("\n}", begin.end())
    return range(begin.start(), end) if at < end else None


def _providers_in_json(text: str) -> list[range]:
    """The configurations of providers in Terraform's JSON: ``{"provider": {"aws": {…}}}``, with lists anywhere."""
    found: list[range] = []
    held: list[tuple[str | None, int]] = []
    key = None
    for piece in _JSON_PIECE.finditer(text):
        if piece[0] in "{[":
            held.append((key, piece.start()))
        elif held and piece[0] in "}]":
            keys = [name for name, _ in held if name is not None]
            _, start = held.pop()
            if piece[0] == "}" and keys[:1] == ["provider"] and len(keys) == 2:  # noqa: PLR2004 — and which one
                found.append(range(start, piece.end()))
        key = piece["key"]
    return found
