"""One finding as a person reads it: what and where, the source, when it holds, how to mend it."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.expressions import expression
from iac_keycheck.findings import Finding, Occurrence, Place
from iac_keycheck.records import dataclass
from iac_keycheck.report import View
from iac_keycheck.report.excerpt import Excerpts, gutter_of
from iac_keycheck.report.paint import Line, Piece, Style, line, style_of, wrapped
from iac_keycheck.report.plain import witness_json
from iac_keycheck.report.visible import visible
from iac_keycheck.report.words import conditions, count, replay, user_called, when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# Places and further users that are shown as a rule; the rest is counted.
_PLACES: Final = 6
_USERS: Final = 5
_REMEDIATION: Final = expression(r"(?ms)^## +Remediation *\n+(.*?)(?=^## |\Z)")


def in_full(finding: Finding, documentation: str, excerpts: Excerpts, view: View) -> Iterator[Line]:
    """The lines of a finding. ``documentation`` is its rule's, asked where the finding itself has no remedy."""
    head = f"{finding.severity}[{finding.rule.id}]"
    message = wrapped(visible(finding.message), view.width, len(head) + len(str(finding.certainty)) + 3)
    yield line(Piece(head, style_of(finding.severity)), f" {finding.certainty}: ", Piece(message[0], Style.STRONG))
    yield from (line("    ", Piece(rest, Style.STRONG)) for rest in message[1:])
    yield from source_of(finding, excerpts, view)
    gutter = gutter_of(finding.span, _places(finding, view))
    for remark in remarks(finding, documentation, view):
        yield from _said(remark, view, gutter)
    yield from _said(Remark("help", f"iac-keycheck rules {finding.rule.id}", whole=True), view, gutter)


def source_of(finding: Finding, excerpts: Excerpts, view: View) -> Iterator[Line]:
    """The source that a finding is about, with its places marked."""
    shown = _places(finding, view)
    yield from excerpts.of(finding.span, style_of(finding.severity), shown, gutter_of(finding.span, shown))


@dataclass(frozen=True, slots=True)
class Remark:
    """``= what: text`` below an excerpt. Lines of ``text`` that are ``whole``, or indented code, are never wrapped."""

    what: str
    text: str
    whole: bool = False


def _places(finding: Finding, view: View) -> list[Place]:
    """The related places that are shown."""
    places = _all_places(finding)
    return places if view.detail > 0 else places[:_PLACES]


def _all_places(finding: Finding) -> list[Place]:
    """The related places and, where those do not say it, the calls that lead there."""
    known = {place.span for place in finding.related}
    return [*finding.related, *(call for call in finding.first.calls if call.span not in known)]


def remarks(finding: Finding, documentation: str, view: View) -> Iterator[Remark]:
    """What is said of a finding below its source, as text that is still to be made visible.

    ``documentation`` is as for `in_full`.
    """
    first = finding.first
    left_out = len(_all_places(finding)) - len(_places(finding, view))
    if left_out:
        yield Remark("also", f"{count(left_out, 'further place')} (-v shows them)")
    if condition := when(first):
        yield Remark("when", condition.removeprefix("when "))
    if command := replay(view.command, first):
        yield Remark("replay", command, whole=True)
    if first.worse is not None:
        worse = conditions(witness_json(first.worse.witness, first))
        yield Remark("worse", f"{first.worse.severity}, {first.worse.certainty}, when {worse}")
    others = finding.instances[1:]
    shown = others if view.detail > 0 else others[:_USERS]
    yield from (Remark("also for", instance_in_words(instance)) for instance in shown)
    if len(others) > len(shown):
        yield Remark("also for", f"{len(others) - len(shown)} more (-v shows them)")
    if text := remedy(finding, documentation):
        yield Remark("fix", text)


def instance_in_words(instance: Occurrence) -> str:
    """Whose it is, how sure, and through which call: ``user "ci" (always; called at main.tf:4)``."""
    more = [f"{instance.certainty}{' ' + text if (text := when(instance)) else ''}"]
    if instance.calls:
        call = instance.calls[-1].span
        more.append(f"called at {visible(call.path)}:{call.line}")
    return f"{user_called(instance.user)} ({'; '.join(more)})"


def remedy(finding: Finding, documentation: str) -> str:
    """How to put a finding right: its own remedy, else the first paragraph of its rule's."""
    return finding.remedy.strip("\n") or _first_paragraph(documentation)


def _first_paragraph(documentation: str) -> str:
    section = _REMEDIATION.search(documentation)
    return " ".join(section[1].split("\n\n")[0].split()) if section else ""


def _said(remark: Remark, view: View, gutter: int) -> Iterator[Line]:
    margin = f"{' ' * gutter} = "
    indent = len(margin) + len(remark.what) + 2
    before = line(Piece(margin, Style.FRAME), Piece(f"{remark.what}: ", Style.STRONG))
    for row in remark.text.split("\n"):
        whole = remark.whole or row.startswith(" ")
        for part in [row] if whole else wrapped(row, view.width, indent):
            yield (*before, Piece(visible(part)))
            before = line(" " * indent)
