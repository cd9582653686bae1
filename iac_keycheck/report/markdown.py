"""The Markdown report, for a comment on a pull request or the summary of a job.

Nothing that was scanned becomes markup, a mention or a link. A comment on GitHub has at most 65,536 characters: what
does not fit is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from iac_keycheck.expressions import expression
from iac_keycheck.findings import Finding, Report
from iac_keycheck.report import View
from iac_keycheck.report.by_control import Control, controls, grouped
from iac_keycheck.report.standing import in_plain_text, reasons_to_fail, sentence, standing, why_suppressed
from iac_keycheck.report.text import last_line
from iac_keycheck.report.visible import visible
from iac_keycheck.report.words import count
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_ROOM: Final = 60_000
_MARKUP: Final = expression(r"""[^\w \-,;/=()?."]|_|(?<=www)\.""", re.IGNORECASE)
# After these, services look for users, issues, merge requests, labels: an empty comment parts them from what follows.
_MENTIONS: Final = frozenset("@#!~%$&^")
_TABLE: Final = "| severity | certainty | rule | finding | place |\n| --- | --- | --- | --- | --- |\n"
_CONTROLS: Final = "| control | where it stands | rules |\n| --- | --- | --- |\n"
_TITLES: Final = {
    "fails": "Fails the run",
    "passes": "Found, but below what fails a run",
    "suppressed": "Suppressed",
}


def render(report: Report, view: View) -> str:
    """The report as Markdown of GitHub and GitLab."""
    text = "\n".join(_head(report, view))
    left = 0
    for part in _parts(report, view):
        if left or len(text) + len(part) > _ROOM:
            left += 1
        else:
            text += part
    if left:
        text += f"\n{count(left, 'more entry', 'more entries')}: see the whole report.\n"
    return f"{text}\n{last_line(report.counts)}\n"


def plain(text: str) -> str:
    """Text in which nothing is markup."""
    return _MARKUP.sub(_entity, visible(text))


def _entity(found: re.Match[str]) -> str:
    character = found[0]
    return f"&#{ord(character)};{'<!-- -->' if character in _MENTIONS else ''}"


def _head(report: Report, view: View) -> Iterator[str]:
    reasons = reasons_to_fail(report, view)
    verdict = f"failed: {' and '.join(reasons)}" if reasons else "passed"
    yield f"### iac-keycheck {verdict}"
    yield ""


def _parts(report: Report, view: View) -> Iterator[str]:
    for framework in report.frameworks:
        yield f"\n**Controls of {plain(framework)}**\n\n{_CONTROLS}"
        yield from (_control(one) for one in controls(report, view) if one.framework == framework)
    for kind, title in _TITLES.items():
        found = [finding for finding in report.findings if standing(finding, view) == kind]
        for about, group in grouped(report, found):
            yield f"\n**{title}{f': {plain(about)}' if about else ''}**\n\n{_TABLE}"
            yield from map(_row, group)
        if kind == "fails":
            yield from (_details(report, finding, view) for finding in found)
    yield from _folded(
        "undecided",
        ((entry.span, f"{plain(entry.subject)}: {plain(entry.reason)}") for entry in report.undecided),
    )
    yield from _folded(
        "problems", ((problem.span, f"{plain(problem.kind)}: {plain(problem.message)}") for problem in report.problems)
    )
    yield from _folded("notes", ((note.span, plain(note.message)) for note in report.notes))


def _control(control: Control) -> str:
    rules = " ".join(_code(rule) for rule in control.rules)
    return f"| {plain(control.number)} | {plain(control.said)} | {rules} |\n"


def _row(finding: Finding) -> str:
    why = f" ({plain(why_suppressed(finding))})" if finding.suppressed else ""
    more = len(finding.instances) - 1
    others = f" (and {count(more, 'more instance')})" if more else ""
    cells = (
        str(finding.severity),
        str(finding.certainty),
        _code(finding.rule.id),
        f"{plain(sentence(finding))}{others}{why}",
        _place(finding.span),
    )
    return f"| {' | '.join(cells)} |\n"


def _details(report: Report, finding: Finding, view: View) -> str:
    source = in_plain_text(report, finding, view)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", source)), default=0))
    title = f"{plain(finding.rule.id)}: {plain(sentence(finding))}"
    return f"\n<details><summary>{title}</summary>\n\n{fence}text\n{source}{fence}\n\n</details>\n"


def _folded(what: str, entries: Iterable[tuple[Span, str]]) -> Iterator[str]:
    rows = [f"- {_place(span)} {text}\n" for span, text in entries]
    if rows:
        yield f"\n<details><summary>{what}: {len(rows)}</summary>\n\n{''.join(rows[:100])}"
        yield (f"- and {len(rows) - 100} more\n" if len(rows) > 100 else "") + "\n</details>\n"  # noqa: PLR2004


def _place(span: Span) -> str:
    return _code(f"{span.path}:{span.line}")


def _code(text: str) -> str:
    """Text as code, also within a table; HTML, since there all characters have an escape."""
    return f"<code>{plain(text)}</code>"
