"""The rules in the HTML report: where one stands with each control, and the documentation of the rules that fired."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iac_keycheck.findings import Report, Rule
from iac_keycheck.records import replace
from iac_keycheck.report import View, by_control
from iac_keycheck.report.by_control import Control
from iac_keycheck.report.html_findings import frameworks
from iac_keycheck.report.markup import code, folded, table, text
from iac_keycheck.report.rule_pages import markdown
from iac_keycheck.report.visible import visible_lines
from iac_keycheck.report.words import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_TITLES: Final = ("control", "rules", "fails", "below what fails", "suppressed", "undecided")


def fired(report: Report) -> set[str]:
    """The ids of the rules that found something, or could not tell."""
    undecided = (rule for entry in report.undecided for rule in entry.rule_ids)
    return {*(finding.rule.id for finding in report.findings), *undecided}


def controls(report: Report, view: View) -> str:
    """For each framework a table of its controls with what was found; empty where no rule has a control."""
    asked = replace(report, frameworks=frameworks(report))
    by_framework: dict[str, list[Control]] = {}
    for control in by_control.controls(asked, view):
        by_framework.setdefault(control.framework, []).append(control)
    parts = []
    for framework, found in by_framework.items():
        failing = sum(control.counted["fails"] > 0 for control in found)
        said = f"{count(len(found), 'control')} checked, {failing} with findings that fail the run"
        title = f'<b>{text(framework)}</b> <span class="faint">{said}</span>'
        parts.append(folded(title, table(_TITLES, map(_row, found)), opened=framework in report.frameworks))
    return "\n".join(parts)


def _row(control: Control) -> Iterator[str]:
    yield text(control.number)
    yield ", ".join(map(code, control.rules))
    failing = control.counted["fails"]
    yield f'<b class="HIGH">{failing}</b>' if failing else "0"
    yield from (str(control.counted[kind]) for kind in ("passes", "suppressed", "undecided"))


def documentation(report: Report) -> Iterator[str]:
    """The pages of the rules that fired, then the names of those that found nothing."""
    known = fired(report)
    yield from (_page(rule) for rule in report.rules if rule.meta.id in known)
    silent = [code(rule.meta.id) for rule in report.rules if rule.meta.id not in known]
    if silent:
        yield f"<p>Checked as well, without a finding: {', '.join(silent)}.</p>"


def _page(rule: Rule) -> str:
    from markdown_it import MarkdownIt  # noqa: PLC0415 — no other report needs it

    # No markup of its own, nothing loaded: a folder of rules is trusted to run, but its text may quote what is not.
    prose = MarkdownIt("commonmark", {"html": False}).disable("image")
    _, _, body = markdown(rule).partition("\n")
    html = prose.render("\n".join(visible_lines(body)))
    # Headings of a rule stand below that of the section.
    html = re.sub(r"<(/?)h([1-5])>", lambda tag: f"<{tag[1]}h{int(tag[2]) + 1}>", html)
    html = html.replace("<a href=", '<a rel="noreferrer" href=').replace("<pre>", '<pre tabindex="0">')
    title = f"<b>{text(rule.meta.id)}</b> {text(rule.meta.summary)}"
    return folded(title, html, name=f"rule-{text(rule.meta.id)}")
