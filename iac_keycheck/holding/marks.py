"""Suppression marks as they stand in code: comments, ``"//"`` members of JSON, ``Metadata`` of templates.

The forms: ``iac-keycheck: ignore[RULE,ALIAS] reason until=DATE`` and ``iac-keycheck: rotating until=DATE``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from iac_keycheck.expressions import expression
from iac_keycheck.holding.comments import Comment, of_terraform, of_yaml
from iac_keycheck.holding.foreign_marks import ForeignMark, foreign
from iac_keycheck.nearest import did_you_mean
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError, Span

if TYPE_CHECKING:
    from yaml.nodes import Node as YamlNode

Kind = Literal["ignore", "rotating"]
WORD: Final = "iac-keycheck"
_MARK: Final = expression(rf"\s*{WORD}:\s*([\w-]*)\s*(?:\[([^\]]*)\])?(.*)", re.DOTALL)
_UNTIL: Final = expression(r"(?:^|\s)until\s*=\s*(\S+)")
_FORMS: Final = ("ignore", "rotating")
_MEMBERS: Final = ("//", "Metadata")
_NOT_REASON: Final = " \t\r\n:;,.-\u2013\u2014"


@dataclass(frozen=True, slots=True)
class Where:
    """Where a mark stands, and the first and last line and column in which blocks begin that it counts for."""

    span: Span
    first: tuple[int, int]
    last: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """One suppression. ``faults`` say what is wrong with how it is written; one that is ``void`` does not count.

    One that is ``foreign`` was written for another tool, which judges it; ``inside`` it counts for the block around it.
    """

    kind: Kind
    rules: tuple[str, ...]
    reason: str
    until: date | None
    where: Where
    faults: tuple[str, ...] = ()
    void: bool = False
    foreign: bool = False
    inside: bool = False

    def is_on(self, block: Span) -> bool:
        """Whether it counts for a block."""
        where = self.where
        if self.inside:
            return block.path == where.span.path and block.line <= where.span.line <= block.end_line
        return block.path == where.span.path and where.first <= (block.line, block.column) <= where.last


@dataclass(frozen=True, slots=True)
class _Text:
    """A file, and the places of offsets into it."""

    path: str
    text: str

    def at(self, offset: int) -> tuple[int, int]:
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)

    def span(self, start: int, end: int) -> Span:
        return Span(self.path, *self.at(start), *self.at(end))


def marks(path: str, text: str) -> tuple[Mark, ...]:
    """The suppressions in a file, in order; none in one that cannot be read."""
    source = _Text(path, text)
    if path.endswith((".tf", ".tofu", ".tfvars", ".hcl")):
        return tuple(_in_comments(source, list(of_terraform(text))))
    from iac_keycheck.cloudformation.reader import read  # noqa: PLC0415 — only for a file with the word

    try:
        document = read(path, text)
    except InputError:
        return ()
    if document is None:
        return ()
    commented = _in_comments(source, list(of_yaml(text, document.root)))
    return tuple(sorted((*commented, *_in_members(source, document.root)), key=lambda mark: mark.where.span))


def _in_comments(source: _Text, comments: list[Comment]) -> Iterator[Mark]:
    theirs = [(comment, found) for comment in comments if (found := tuple(foreign(comment.body)))]
    ours = [comment for comment in comments if comment.body.lstrip().startswith(f"{WORD}:")]
    ours += (comment for comment, found in theirs if comment not in ours and not found[0].inside)
    alone = {source.at(comment.start)[0] for comment in ours if _stands_alone(source.text, comment)}
    for comment in ours:
        span = source.span(comment.start, comment.end)
        line = span.line
        if line in alone:
            # The line below, past further marks: several may stand above one block.
            line = span.end_line + 1
            while line in alone:
                line += 1
        where = Where(span, (line, 0), (line + 1, 0))
        mark = _written(comment.body, where)
        if mark is not None:
            yield mark
        yield from (_foreign(one, where) for one in foreign(comment.body) if not one.inside)
    for comment, found in theirs:
        where = Where(source.span(comment.start, comment.end), (0, 0), (0, 0))
        yield from (_foreign(one, where) for one in found if one.inside)


def _foreign(mark: ForeignMark, where: Where) -> Mark:
    return Mark("ignore", (mark.rule,), mark.reason, mark.until, where, foreign=True, inside=mark.inside)


def _stands_alone(text: str, comment: Comment) -> bool:
    return not text[text.rfind("\n", 0, comment.start) + 1 : comment.start].strip()


def _written(text: str, where: Where) -> Mark | None:
    """The mark of a comment's text; None where the text is none."""
    found = _MARK.match(text)
    if found is None:
        return None
    word, names, rest = found[1], found[2], found[3]
    until = _UNTIL.search(rest)
    reason = " ".join(_UNTIL.sub(" ", rest).strip(_NOT_REASON).split())
    rules = tuple(name.strip() for name in (names or "").split(",") if name.strip())
    return _mark(word, rules, reason, until[1] if until else None, where)


def _mark(word: str, rules: tuple[str, ...], reason: str, until: str | None, where: Where) -> Mark:
    wrong = []
    day: date | None = None
    if word not in _FORMS:
        wrong.append(f"{word or 'nothing'!r} is neither ignore nor rotating.{did_you_mean(word, _FORMS)}")
    if until is not None:
        try:
            day = date.fromisoformat(until)
        except ValueError:
            wrong.append(f"until={until} is no date such as 2026-12-01")
    elif word == "rotating":
        wrong.append("rotating needs its end, until=DATE")
    if word == "ignore" and not rules:
        wrong.append("ignore names no rule: write ignore[RULE] and the reason")
    kind: Kind = "rotating" if word == "rotating" else "ignore"
    no_reason = ("this ignore gives no reason",) if word == "ignore" and rules and not reason else ()
    return Mark(kind, rules, reason, day, where, (*wrong, *no_reason), void=bool(wrong))


def _in_members(source: _Text, root: YamlNode) -> Iterator[Mark]:
    """The marks in ``"//"`` and in ``Metadata``, each for the object that it is a member of."""
    # Each node with where what it is the value of begins.
    stack: list[tuple[YamlNode, int]] = [(root, root.start_mark.index)]
    seen: set[int] = set()
    while stack:
        node, start = stack.pop()
        if id(node) in seen or isinstance(node.value, str):
            continue
        seen.add(id(node))
        for item in node.value:
            if not isinstance(item, tuple):
                stack.append((item, item.start_mark.index))
                continue
            key, value = item
            stack.append((value, key.start_mark.index))
            if key.value in _MEMBERS:
                span = source.span(key.start_mark.index, value.end_mark.index)
                where = Where(span, source.at(start), source.at(node.start_mark.index))
                yield from _in_member(_plain(value), where, bare=key.value == "//")


def _in_member(value: Any, where: Where, *, bare: bool) -> Iterator[Mark]:  # noqa: ANN401 — YAML or JSON
    """The marks in the value of ``Metadata``, or of a ``"//"``, which is ``bare`` text too."""
    if isinstance(value, dict) and isinstance(value.get(WORD), dict):
        yield from _in_metadata(value[WORD], where)
    if isinstance(value, dict) and isinstance(value.get("checkov"), dict):
        # https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
        skipped = value["checkov"].get("skip")
        for entry in skipped if isinstance(skipped, list) else []:
            if isinstance(entry, dict) and "id" in entry:
                reason = f"checkov: skip: {entry['id']}: {entry.get('comment', '')}".rstrip(": ")
                yield Mark("ignore", (str(entry["id"]),), reason, None, where, foreign=True)
    if bare and not isinstance(value, dict):
        for text in value if isinstance(value, list) else [value]:
            mark = _written(text, where) if isinstance(text, str) else None
            if mark is not None:
                yield mark


def _in_metadata(value: dict[str, Any], where: Where) -> Iterator[Mark]:
    """``{ignore: [RULE, …], rotating: {until: …}}``; after a rule its reason may follow, or it is an object itself."""
    for key in value:
        if key not in {*_FORMS, "reason", "until"}:
            yield _mark(key, (), "", None, where)
    entries = value.get("ignore", [])
    if isinstance(entries, dict):
        entries = [{"rule": rule, "reason": reason} for rule, reason in entries.items()]
    for entry in entries if isinstance(entries, list) else [entries]:
        given = {"reason": value.get("reason"), "until": value.get("until")}
        given |= entry if isinstance(entry, dict) else _in_entry(str(entry))
        rules = (str(given["rule"]),) if given.get("rule") else ()
        yield _mark("ignore", rules, str(given["reason"] or ""), given["until"], where)
    if "rotating" in value:
        rotating = value["rotating"]
        given = rotating if isinstance(rotating, dict) else {}
        yield _mark("rotating", (), str(given.get("reason") or ""), given.get("until"), where)


def _in_entry(text: str) -> dict[str, str]:
    until = _UNTIL.search(text)
    rule, _, reason = _UNTIL.sub(" ", text).strip().partition(" ")
    said = {"rule": rule, "reason": reason.strip(_NOT_REASON), "until": until[1] if until else ""}
    return {name: value for name, value in said.items() if value}


def _plain(node: YamlNode) -> Any:  # noqa: ANN401 — YAML, to be looked at by its kind
    """The node's value, with text for every scalar. The reader has bounded what aliases can make of it."""
    if isinstance(node.value, str):
        return node.value
    if node.value and isinstance(node.value[0], tuple):
        return {str(key.value): _plain(value) for key, value in node.value}
    return [_plain(item) for item in node.value]
