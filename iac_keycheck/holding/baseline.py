"""Baselines: findings that are known and accepted for now, so that only new ones fail a run.

An entry knows a finding by its rule, deployment, user and keys; where several agree in these, and where there is
neither user nor key, by the text of its place as well. It holds nothing back that has become graver or surer since.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from iac_keycheck.choices import Misuse
from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Finding, Note, Occurrence, Severity, Suppression
from iac_keycheck.holding.fingerprints import Anchors, digest, identified, subject
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

VERSION: Final = 1
# Settings may name a file of the checkout: forty thousand findings are more than anybody accepts.
_BYTES: Final = 16 << 20
_MEMBER: Final = "iac_keycheck_baseline"
_TEXTS: Final = ("fingerprint", "context", "rule", "severity", "certainty", "deployment", "path", "message")


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted finding at one user; ``count`` is how many findings agree in fingerprint and context.

    ``context`` is a digest of the text at its place without its white space. ``path`` and ``message`` are for people.
    """

    fingerprint: str
    context: str
    rule: str
    severity: str
    certainty: str
    deployment: str
    path: str
    message: str
    count: int = 1

    @property
    def level(self) -> tuple[Severity, Certainty]:
        """How grave and how sure it was."""
        return Severity[self.severity.upper()], Certainty[self.certainty.upper()]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a scan looked at: deployments below ``tops`` by these ``rules``; not all of them if it is not ``whole``."""

    tops: tuple[str, ...]
    rules: frozenset[str]
    whole: bool

    @classmethod
    def of(cls, tops: Iterable[str], rules: Iterable[str], *, whole: bool) -> Scope:
        """The scope of a scan of these paths."""
        anchors = Anchors()
        return cls(tuple(anchors.of(top) for top in tops), frozenset(rules), whole)

    def covers(self, entry: Entry) -> bool:
        """Whether the scan would have found the entry's finding if it were still there."""
        if not self.whole or entry.rule not in self.rules:
            return False
        place = entry.deployment
        return any(
            place in (top, ".") or (top == "." and not place.startswith("../")) or place.startswith(f"{top}/")
            for top in self.tops
        )


@dataclass(frozen=True, slots=True)
class Baseline:
    """The entries of a file, and its text, for the places of notes."""

    path: str
    entries: tuple[Entry, ...]
    text: str = ""

    def applied(
        self, findings: Sequence[Finding], sources: Mapping[str, str], scope: Scope
    ) -> tuple[tuple[Finding, ...], tuple[Note, ...]]:
        """The findings, those that are known held back, with notes on entries that are stale and on what got worse.

        Where only some instances of a finding are known, they become a finding of their own.
        """
        matching = _Matching.of(self.entries)
        anchors = Anchors()
        marks = [_Marks.of(finding, sources, anchors) for finding in findings]
        for exact in (True, False):
            for one in marks:
                matching.match(one, exact=exact)
        held = tuple(part for one in marks for part in one.parts(self.path))
        worse = tuple(note for one in marks for note in one.notes())
        stale = tuple(
            Note(f"stale: {entry.rule} at {entry.path or entry.deployment} is no longer found", self._place(entry))
            for entry, left in zip(self.entries, matching.left, strict=True)
            if left and scope.covers(entry)
        )
        return held, (*worse, *stale)

    def _place(self, entry: Entry) -> Span:
        at = max(self.text.find(f'"fingerprint": "{entry.fingerprint}", "context": "{entry.context}"'), 0)
        line = self.text.count("\n", 0, at) + 1
        return Span(self.path, line, 1, line, 1)


def read(path: str) -> Baseline:
    """The baseline in a file. Raises `Misuse` where it is none, half-written, or of another version."""
    try:
        if Path(path).stat().st_size > _BYTES:
            raise Misuse(f"{path}: a baseline larger than {_BYTES >> 20} MiB is not read.")
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Misuse(f"{path}: the baseline cannot be read: {reason}.") from error
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Misuse(
            f"{path}: it is half-written or no baseline: {error}. Restore it; nothing was held back."
        ) from error
    version = loaded.get(_MEMBER) if isinstance(loaded, dict) else None
    if version is None:
        raise Misuse(f'{path}: it is no baseline: it has no "{_MEMBER}".')
    if version != VERSION or isinstance(version, bool):
        raise Misuse(
            f"{path}: it is a baseline of version {json.dumps(version)}; this program reads version {VERSION}. "
            "Make it anew with `iac-keycheck baseline --update` into another file."
        )
    listed = loaded.get("findings")
    if not isinstance(listed, list):
        raise Misuse(f'{path}: it is half-written: it has no list "findings".')
    return Baseline(path, tuple(_entry(path, number, item) for number, item in enumerate(listed, 1)), text)


def entries_of(findings: Iterable[Finding], sources: Mapping[str, str]) -> tuple[Entry, ...]:
    """Entries for all findings that nothing holds back, in stable order."""
    found: dict[tuple[str, str], Entry] = {}
    anchors = Anchors()
    for finding in findings:
        if finding.suppressed is not None:
            continue
        marks = _Marks.of(finding, sources, anchors)
        for fingerprint, instances in marks.by_fingerprint.items():
            one = _made(finding, marks, fingerprint, instances)
            known = found.get((fingerprint, marks.context))
            if known is None:
                found[fingerprint, marks.context] = one
                continue
            severity, certainty = (max(pair) for pair in zip(known.level, one.level, strict=True))
            found[fingerprint, marks.context] = replace(
                known, severity=str(severity), certainty=str(certainty), count=known.count + 1
            )
    return tuple(sorted(found.values(), key=_order))


def written(entries: Iterable[Entry]) -> bytes:
    """The text of a baseline, an entry a line so that differences read well."""
    lines = ",\n".join(f"  {json.dumps(_members(entry))}" for entry in sorted(entries, key=_order))
    return f'{{\n"{_MEMBER}": {VERSION},\n"findings": [\n{lines}\n]\n}}\n'.encode()


@dataclass(slots=True)
class _Marks:
    """A finding with the fingerprints of its instances, those that are known, and those that were less bad."""

    finding: Finding
    context: str
    deployment: str
    by_fingerprint: dict[str, list[Occurrence]]
    known: set[str] = field(default_factory=set)
    worse: dict[str, Entry] = field(default_factory=dict)

    @classmethod
    def of(cls, finding: Finding, sources: Mapping[str, str], anchors: Anchors) -> _Marks:
        deployment = anchors.of(finding.deployment)
        groups: dict[str, list[Occurrence]] = {}
        for instance in finding.instances:
            groups.setdefault(digest(subject(finding, instance, deployment)), []).append(instance)
        return cls(finding, digest(_text(finding.span, sources)), deployment, groups)

    def parts(self, path: str) -> Iterator[Finding]:
        """What stays, and what is known."""
        reason = Suppression("baseline", f"known in {path}")
        for held, suppression in ((False, self.finding.suppressed), (True, reason)):
            instances = tuple(
                one for name, group in self.by_fingerprint.items() if (name in self.known) is held for one in group
            )
            if instances:
                # the order of the finding, which has the surest first
                ordered = tuple(one for one in self.finding.instances if one in instances)
                yield replace(self.finding, instances=ordered, suppressed=suppression)

    def notes(self) -> Iterator[Note]:
        """That something was less bad when it was accepted."""
        for name, entry in self.worse.items():
            severity, certainty = _worst(self.by_fingerprint[name])
            was, now = f"{entry.severity} {entry.certainty}", f"{severity} {certainty}"
            yield Note(f"{entry.rule} is in the baseline as {was} and is {now} now: reported", self.finding.span)


@dataclass(slots=True)
class _Matching:
    """How many findings each entry may still hold back."""

    left: list[int]
    entries: tuple[Entry, ...]
    places: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, entries: tuple[Entry, ...]) -> _Matching:
        places: dict[str, list[int]] = {}
        for index, entry in enumerate(entries):
            places.setdefault(entry.fingerprint, []).append(index)
        return cls([entry.count for entry in entries], entries, places)

    def match(self, one: _Marks, *, exact: bool) -> None:
        """Mark what is known of a finding; ``exact`` asks for the same text at its place as well."""
        finding = one.finding
        if finding.suppressed is not None or not (exact or identified(finding)):
            return
        for name, instances in one.by_fingerprint.items():
            if name in one.known or name in one.worse:
                continue
            for index in self.places.get(name, ()):
                entry = self.entries[index]
                if self.left[index] and (not exact or entry.context == one.context):
                    self.left[index] -= 1
                    if any(now > was for now, was in zip(_worst(instances), entry.level, strict=True)):
                        one.worse[name] = entry
                    else:
                        one.known.add(name)
                    break


def _worst(instances: Sequence[Occurrence]) -> tuple[Severity, Certainty]:
    return max(one.severity for one in instances), max(one.certainty for one in instances)


def _made(finding: Finding, marks: _Marks, fingerprint: str, instances: Sequence[Occurrence]) -> Entry:
    severity, certainty = _worst(instances)
    return Entry(
        fingerprint,
        marks.context,
        finding.rule.id,
        str(severity),
        str(certainty),
        marks.deployment,
        finding.span.path,
        finding.message,
    )


def _members(entry: Entry) -> dict[str, str | int]:
    return {**{name: getattr(entry, name) for name in _TEXTS}, "count": entry.count}


def _entry(path: str, number: int, item: Any) -> Entry:  # noqa: ANN401 — JSON
    if not isinstance(item, dict) or any(not isinstance(item.get(name), str) for name in _TEXTS):
        raise Misuse(f"{path}: it is half-written or was edited: finding {number} is not complete.")
    count = item.get("count", 1)
    try:
        entry = Entry(**{name: item[name] for name in _TEXTS}, count=int(count))
        _ = entry.level
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Misuse(f"{path}: finding {number} has a value that no baseline has: {error}.") from error
    return entry


def _order(entry: Entry) -> tuple[str, ...]:
    return entry.deployment, entry.rule, entry.path, entry.message, entry.fingerprint, entry.context


def _text(span: Span, sources: Mapping[str, str]) -> str:
    lines = sources.get(span.path, "").split("\n")[span.line - 1 : max(span.end_line, span.line)]
    return re.sub(r"\s+", " ", "\n".join(lines)).strip()
