"""The text report, for a person: what fails first and in full, all else in a line each, the counts last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from iac_keycheck.holding.gates import fails
from iac_keycheck.report.paint import Piece, Style, line, painted, style_of
from iac_keycheck.report.visible import visible
from iac_keycheck.report.words import count, when

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from iac_keycheck.findings import Counts, Finding, Report
    from iac_keycheck.report import View
    from iac_keycheck.report.paint import Line
    from iac_keycheck.source import Span

# Undecided entries that are shown of each reason.
_ENTRIES: Final = 5
LEVELS: Final = (
    ("always", "certain"),
    ("default", "by default"),
    ("possible", "possible"),
    ("undecided", "undecided"),
)
_WAYS: Final = {"ignore": "ignored", "rotating": "held back for a rotation", "baseline": "in the baseline"}


def render(report: Report, view: View) -> str:
    """The report as text; its last line counts both main questions at every level."""
    return painted(_lines(report, view), colour=view.colour)


def last_line(counts: Counts) -> str:
    """How many users have more than one active key, and how many were set up together with one."""
    levels = ", ".join(f"{counts.more_than_one.get(level, 0)} {word}" for level, word in LEVELS)
    together = f"{counts.set_up_together} ({counts.with_console} with console login)"
    return f"users with more than one active key: {levels}; users set up together with a key: {together}"


def _lines(report: Report, view: View) -> Iterator[Line]:
    if view.detail >= -1:
        failing: list[Finding] = []
        passing: list[Finding] = []
        held_back: list[Finding] = []
        for finding in report.findings:
            if finding.suppressed is not None:
                held_back.append(finding)
            else:
                (failing if fails(finding, view.fail_on, view.min_severity) else passing).append(finding)
        yield from _findings(report, failing, view)
        yield from _passing(report, passing, view)
        yield from _held_back(held_back, view)
        yield from _undecided(report, view)
        yield from _problems(report)
        yield from _notes(report)
        if report.frameworks:
            yield from _controls(report, view)
        yield from _summary(report, failing, held_back, view)
    yield line(last_line(report.counts))


def _findings(report: Report, findings: Sequence[Finding], view: View) -> Iterator[Line]:
    if not findings:
        return
    if view.detail < 0:
        yield from (row for finding in findings for row in _short(finding))
        return
    for title, group in _grouped(report, findings):
        if title:
            yield _heading(f"-- {title}")
        yield from _all_in_full(report, group, view)


def _grouped(report: Report, findings: Sequence[Finding]) -> Iterable[tuple[str, Sequence[Finding]]]:
    if not report.frameworks:
        return [("", findings)]
    from iac_keycheck.report.by_control import grouped  # noqa: PLC0415 — only where a framework was asked about

    return grouped(report, findings)


def _controls(report: Report, view: View) -> Iterator[Line]:
    from iac_keycheck.report.by_control import controls  # noqa: PLC0415 — the same

    found = list(controls(report, view))
    width = max((len(one.number) for one in found), default=0)
    for framework in report.frameworks:
        yield _heading(f"controls of {visible(framework)}:")
        for one in found:
            if one.framework == framework:
                style = Style.HIGH if one.counted["fails"] else Style.PLAIN
                said, rules = Piece(one.said, style), Piece(f"  {' '.join(map(visible, one.rules))}", Style.FAINT)
                yield line(f"  {visible(one.number):<{width}}  ", said, rules)
        yield line()


def _all_in_full(report: Report, findings: Sequence[Finding], view: View) -> Iterator[Line]:
    from iac_keycheck.report.block import in_full  # noqa: PLC0415 — most reports show nothing in full
    from iac_keycheck.report.excerpt import Excerpts  # noqa: PLC0415

    documentation = {rule.meta.id: rule.documentation for rule in report.rules}
    excerpts = Excerpts(report.sources, view.width)
    for finding in findings:
        yield from in_full(finding, documentation.get(finding.rule.id, ""), excerpts, view)
        yield line()


def _passing(report: Report, findings: Sequence[Finding], view: View) -> Iterator[Line]:
    if not findings:
        return
    if view.detail > 0:
        yield from _findings(report, findings, view)
        return
    if view.detail == 0:
        yield _heading("found, but below what fails a run (-v shows them in full):")
    for title, group in _grouped(report, findings):
        if title and view.detail == 0:
            yield _heading(f"-- {title}")
        yield from (row for finding in group for row in _short(finding))
    if view.detail == 0:
        yield line()


def _short(finding: Finding) -> Iterator[Line]:
    """A line for each user."""
    seen = set()
    for instance in finding.instances:
        if instance.user in seen:
            continue
        seen.add(instance.user)
        if instance is finding.first:
            condition = when(instance)
            text = f"{visible(finding.message)}{', ' + condition if condition else ''}"
        else:
            from iac_keycheck.report.block import instance_in_words  # noqa: PLC0415 — only for some further user

            text = f"the same for {instance_in_words(instance)}"
        severity = Piece(f"{instance.severity}[{finding.rule.id}]", style_of(instance.severity))
        yield line(f"{_place(finding.span)}: ", severity, f" {instance.certainty}: {text}")


def _held_back(findings: Sequence[Finding], view: View) -> Iterator[Line]:
    """What comments hold back, a line each; what is in the baseline is counted only, unless all is to be shown."""
    counted = 0
    for finding in findings:
        suppression = finding.suppressed
        if suppression is None:
            continue
        if suppression.kind == "baseline" and view.detail <= 0:
            counted += 1
            continue
        until = f" until {suppression.until.isoformat()}" if suppression.until else ""
        why = Piece(f"{_WAYS[suppression.kind]}{until}", Style.GOOD)
        reason = f": {visible(suppression.reason)}" if suppression.reason else ""
        message = f" {visible(finding.message)} - "
        yield line(f"{_place(finding.span)}: ", Piece(f"{finding.severity}[{finding.rule.id}]"), message, why, reason)
    if counted:
        yield line(Piece(f"{count(counted, 'finding')} in the baseline", Style.GOOD), " (-v shows them)")
    if findings:
        yield line()


def _undecided(report: Report, view: View) -> Iterator[Line]:
    by_reason: dict[str, list[Line]] = {}
    for entry in report.undecided:
        row = line(
            f"    {_place(entry.span)}  {visible(entry.subject)}  ", Piece(" ".join(entry.rule_ids), Style.FAINT)
        )
        # A reason that begins with what it is about is the same reason for others.
        by_reason.setdefault(entry.reason.removeprefix(f"{entry.subject} "), []).append(row)
    if not by_reason:
        return
    yield _heading(f"undecided: {len(report.undecided)}")
    for reason, rows in by_reason.items():
        yield line(f"  {len(rows)} x ", Piece(visible(reason), Style.STRONG))
        if view.detail >= 0:
            shown = rows if view.detail > 0 else rows[:_ENTRIES]
            yield from shown
            if len(rows) > len(shown):
                yield line(f"    and {len(rows) - len(shown)} more (-v shows them)")
    yield line()


def _problems(report: Report) -> Iterator[Line]:
    for problem in report.problems:
        style = Style.HIGH if problem.relevant else Style.MEDIUM
        yield line(
            f"{_place(problem.span)}: ", Piece(f"problem[{problem.kind}]", style), f" {visible(problem.message)}"
        )
    if report.problems:
        yield line()


def _notes(report: Report) -> Iterator[Line]:
    for note in report.notes:
        yield line(f"{_place(note.span)}: ", Piece("note", Style.INFO), f" {visible(note.message)}")
    if report.notes:
        yield line()


def _summary(report: Report, failing: Sequence[Finding], held_back: Sequence[Finding], view: View) -> Iterator[Line]:
    counts = report.counts
    seen = [
        count(counts.files, "file"),
        count(counts.deployments, "deployment"),
        count(counts.users, "user"),
        count(counts.access_keys, "access key"),
    ]
    yield line(f"scanned: {', '.join(seen)}, as of {report.as_of}")
    reported = [
        count(len(report.findings) - len(held_back), "finding"),
        *([f"{len(held_back)} suppressed"] if held_back else []),
        f"{len(report.undecided)} undecided",
        count(len(report.problems), "problem"),
    ]
    yield line(f"found: {', '.join(reported)}")
    yield line(*_verdict(report, failing, view))


def _verdict(report: Report, failing: Sequence[Finding], view: View) -> Iterable[Piece]:
    gate = f"--fail-on {view.fail_on}, --min-severity {view.min_severity}"
    reasons = []
    if failing:
        reasons.append(f"{count(len(failing), 'finding')} ({gate})")
    if view.fail_on == "undecided" and report.undecided:
        reasons.append(count(len(report.undecided), "undecided entry", "undecided entries"))
    unreadable = sum(problem.relevant for problem in report.problems)
    if unreadable:
        reasons.append(f"{count(unreadable, 'problem')} that can hide a key or a user")
    if not reasons:
        return Piece("passed", Style.GOOD), Piece(f": nothing reaches the gate ({gate})")
    return Piece("failed", Style.HIGH), Piece(f": {' and '.join(reasons)}")


def _heading(text: str) -> Line:
    return line(Piece(text, Style.STRONG))


def _place(span: Span) -> str:
    return f"{visible(span.path)}:{span.line}:{span.column}"
