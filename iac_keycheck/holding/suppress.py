"""Holds findings back where the code says so, and says what is wrong with how it says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from iac_keycheck.findings import Finding, Meta, Note, Occurrence, Suppression
from iac_keycheck.nearest import did_you_mean
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from iac_keycheck.holding.marks import Mark

# The rule whose second key may exist for as long as a rotation takes, and how long that is.
_ROTATED: Final = "AC_AWS_0554"
_KEYS: Final = 2
_LONGEST: Final = timedelta(days=45)
# In every mark, so that files without it need no further look.
_WORDS: Final = ("iac-keycheck", "checkov", "bridgecrew:skip", "trivy:ignore", "tfsec:ignore", "ts:skip")
_IN_COMMON: Final = ("check", ":skip", ":ignore")


def apply_suppressions(
    findings: Iterable[Finding],
    sources: Mapping[str, str],
    as_of: datetime,
    *,
    ran: Sequence[Meta] = (),
    known: Sequence[Meta] = (),
) -> tuple[tuple[Finding, ...], tuple[Note, ...]]:
    """The findings, those held back marked so, and what is to be said about the marks in ``sources``.

    Where only some instances of a finding are held back they become a finding of their own. ``ran`` are the rules
    that were run and ``known`` all that there are: a mark for a rule that was not run is not idle, one for a rule that
    does not exist is a slip. Where they are not given, that is not judged.
    """
    marked = sorted(path for path, text in sources.items() if _says_some(text))
    if not marked:
        return tuple(findings), ()
    from iac_keycheck.holding.marks import marks  # noqa: PLC0415 — only where there are some

    used = [_Use(mark) for path in marked for mark in marks(path, sources[path])]
    today = as_of.date()
    split = tuple(part for finding in findings for part in _parts(finding, used, today))
    notes = tuple(note for use in used for note in _notes(use, ran, known))
    return split, notes


def _says_some(text: str) -> bool:
    for common in _IN_COMMON:
        if common in text:
            return any(word in text for word in _WORDS)
    return False


@dataclass(slots=True)
class _Use:
    """A mark with the ids of the rules that it met findings of, and why it did not hold where it did not."""

    mark: Mark
    rules: set[str] = field(default_factory=set)
    refused: dict[str, None] = field(default_factory=dict)

    def on(self, rule: Meta, instance: Occurrence, spans: Sequence[Span], today: date) -> Suppression | None:
        """How the mark holds an instance of a finding back; None where it does not."""
        mark = self.mark
        if mark.void or not any(mark.is_on(span) for span in spans) or not _names(mark, rule):
            return None
        self.rules.add(rule.id)
        if mark.until is not None and mark.until < today:
            what = "rotation" if mark.kind == "rotating" else "ignore"
            self.refused[f"this {what} ended on {mark.until.isoformat()} and holds nothing back"] = None
            return None
        if mark.kind == "rotating" and mark.until is not None and mark.until - today > _LONGEST:
            end = f"{mark.until.isoformat()}, in {(mark.until - today).days} days"
            reason = (
                f"this rotation ends on {end}; more than {_LONGEST.days} are no rotation, and it holds nothing back"
            )
            self.refused[reason] = None
            return None
        if mark.kind == "rotating" and not _one_more(instance):
            return None
        return Suppression(mark.kind, mark.reason, mark.until)


def _parts(finding: Finding, uses: Sequence[_Use], today: date) -> Iterator[Finding]:
    """The finding with the instances that stay, and one with those that each suppression holds back."""
    held: dict[Suppression | None, list[Occurrence]] = {}
    own = [(*instance.subject_spans, *(call.span for call in instance.calls)) for instance in finding.instances]
    apart = {span for spans in own for span in spans}
    common = tuple(span for span in finding.subject_spans if span not in apart)
    for instance, spans in zip(finding.instances, own, strict=True):
        found = [use.on(finding.rule, instance, (*common, *spans), today) for use in uses]
        held.setdefault(next((one for one in found if one is not None), None), []).append(instance)
    for suppression, instances in held.items():
        yield replace(finding, instances=tuple(instances), suppressed=suppression)


def _names(mark: Mark, rule: Meta) -> bool:
    if mark.kind == "rotating":
        return rule.id == _ROTATED
    return any(_is_called(rule, name) for name in mark.rules)


def _one_more(instance: Occurrence) -> bool:
    """Whether there are two keys, so that only the second one is held back; a family may have more."""
    return len(instance.keys) <= _KEYS and not any("[*]" in key for key in instance.keys)


def _notes(use: _Use, ran: Sequence[Meta], known: Sequence[Meta]) -> Iterator[Note]:
    mark = use.mark
    span = mark.where.span
    yield from (Note(fault, span) for fault in mark.faults)
    if mark.void:
        return
    yield from (Note(reason, span) for reason in use.refused)
    if use.rules or mark.foreign:
        return
    if mark.kind == "rotating":
        if not ran or any(rule.id == _ROTATED for rule in ran):
            yield Note("this rotation holds nothing back: no user has a second active key here", span)
        return
    for name in mark.rules:
        if known and not any(_is_called(rule, name) for rule in known):
            near = did_you_mean(name, [other for rule in known for other in rule.names])
            yield Note(f"ignore[{name}]: there is no such rule.{near}", span)
        elif not ran or any(_is_called(rule, name) for rule in ran):
            yield Note(f"ignore[{name}] matches nothing here", span)


def _is_called(rule: Meta, name: str) -> bool:
    return name.casefold() in {other.casefold() for other in rule.names}
