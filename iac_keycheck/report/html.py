"""The HTML report: one file that loads nothing, to be read, searched, filtered and printed.

What was scanned stands in it as text only; a policy in the page forbids the network, and all scripts but its own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files

from iac_keycheck import __version__
from iac_keycheck.findings import Report, Undecided
from iac_keycheck.report import View
from iac_keycheck.report.graph_svg import STYLE, drawing
from iac_keycheck.report.html_findings import OUTCOMES, filters, findings
from iac_keycheck.report.html_rules import controls, documentation
from iac_keycheck.report.markup import code, folded, place, table, text
from iac_keycheck.report.picture import Owner, bounded, panels
from iac_keycheck.report.standing import reasons_to_fail, standing
from iac_keycheck.report.text import LEVELS
from iac_keycheck.report.words import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

# Boxes in the picture; one of thousands would hide what it shows.
_BOXES: Final = 400
# Entries that are listed of one reason.
_ENTRIES: Final = 500
# Undecided entries that are shown open.
_FEW: Final = 20


def render(report: Report, view: View) -> str:
    """The page."""
    style, script = _part("page.css") + STYLE, _part("page.js")
    reasons = reasons_to_fail(report, view)
    gate = f"--fail-on {view.fail_on}, --min-severity {view.min_severity}"
    sections = list(_sections(report, view))
    parts = {
        "policy": (
            f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
            "base-uri 'none'; form-action 'none'"
        ),
        "style": style,
        "script": script,
        "outcome": "failed" if reasons else "passed",
        "why": f"{' and '.join(reasons)} ({gate})" if reasons else f"nothing reaches the gate ({gate})",
        "scanned": text(_scanned(report)),
        "counts": "".join(
            f'<li class="{kind}"><b>{number}</b> {name}</li>' for kind, name, number in _counts(report, view)
        ),
        "answers": _answers(report),
        "contents": "".join(
            f'<a href="#{name}">{title}</a>' for name, title, _ in [("findings", "Findings", ""), *sections]
        ),
        "filters": filters(report, view),
        "findings": "\n".join(findings(report, view)) or "<p>Nothing was found.</p>",
        "sections": "\n".join(
            f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{title}</h2>\n{body}</section>'
            for name, title, body in sections
        ),
        "version": __version__,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _part("page.html"))


def _part(name: str) -> str:
    return files("iac_keycheck.report").joinpath(name).read_text("utf-8")


def _hash(own: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()}'"


def _scanned(report: Report) -> str:
    counts = report.counts
    seen = (
        count(counts.files, "file"),
        count(counts.deployments, "deployment"),
        count(counts.users, "user"),
        count(counts.access_keys, "access key"),
    )
    return f"{', '.join(seen)}, as of {report.as_of}"


def _counts(report: Report, view: View) -> Iterator[tuple[str, str, int]]:
    standings = Counter(standing(finding, view) for finding in report.findings)
    for kind, title in OUTCOMES.items():
        number = standings[kind]
        yield kind, title if number == 1 or kind != "fails" else "fail the run", number
    yield "undecided", "undecided", len(report.undecided)
    yield "problems", "problems", len(report.problems)


def _answers(report: Report) -> str:
    counts = report.counts
    levels = table(
        ("users", *(word for _, word in LEVELS)),
        [("with more than one active key", *(str(counts.more_than_one.get(level, 0)) for level, _ in LEVELS))],
    )
    together = f"<b>{counts.set_up_together}</b> ({counts.with_console} with console login)"
    return f"{levels}<p>Users set up together with a key: {together}</p>"


def _sections(report: Report, view: View) -> Iterator[tuple[str, str, str]]:
    if drawn := _picture(report.graph()):
        yield "picture", "Users, keys, conditions and secrets", drawn
    if report.undecided:
        yield "undecided", "Undecided", "\n".join(_undecided(report))
    if report.problems:
        problems = [
            (
                place(one.span),
                text(one.kind),
                text(one.message),
                "a key or a user" if one.relevant else "nothing of this",
            )
            for one in report.problems
        ]
        yield "problems", "Problems", table(("place", "kind", "what is wrong", "what it can hide"), problems)
    if report.notes:
        yield "notes", "Notes", table(("place", "note"), [(place(one.span), text(one.message)) for one in report.notes])
    if found := controls(report, view):
        yield "controls", "Controls", found
    if report.rules:
        yield "rules", "Rules", "\n".join(documentation(report))


def _picture(graph: dict[str, Any]) -> str:
    shown, left_out = bounded(panels(graph), _BOXES)
    if not shown:
        return ""
    more = (
        f"<p>{count(left_out, 'further user')} with fewer keys, conditions and secrets: left out here. "
        "<code>iac-keycheck graph --format svg</code> draws all.</p>"
        if left_out
        else ""
    )
    said = (
        "<p>With the committed values: users, their keys and logins, then what decides about a key, and where its "
        "secret ends in clear. Dashed is what inputs decide, dotted what is not there by default; a user in red has "
        "more than one active key.</p>"
    )
    words = "".join(f"<h3>{text(panel.name)}</h3><ul>{''.join(map(_in_words, panel.owners))}</ul>" for panel in shown)
    pictures = "".join(drawing((panel,)) for panel in shown)
    return (
        f'{said}{more}\n<div class="picture" tabindex="0" role="group" aria-label="Picture">{pictures}</div>\n'
        + folded("The same in words", words)
    )


def _in_words(owner: Owner) -> str:
    rows = []
    for item in owner.items:
        said = [item.kind if item.kind == "login" else f"{item.state} {item.kind}"]
        said += [item.condition] if item.condition else []
        said += [f"its secret {'ends' if sink.certain else 'may end'} in {sink.label}" for sink in item.sinks]
        rows.append(f"<li>{code(item.address)}: {text('; '.join(said))}</li>")
    inner = f"<ul>{''.join(rows)}</ul>" if rows else ""
    return f"<li>{code(owner.label)} {text(owner.remark)}{inner}</li>"


def _undecided(report: Report) -> Iterator[str]:
    by_reason: dict[str, list[Undecided]] = {}
    for entry in report.undecided:
        # A reason that begins with what it is about is the same reason for others.
        by_reason.setdefault(entry.reason.removeprefix(f"{entry.subject} "), []).append(entry)
    yield "<p>Never a pass: what could not be told, by its reason.</p>"
    for reason, entries in by_reason.items():
        rows = [(place(one.span), text(one.subject), ", ".join(map(code, one.rule_ids))) for one in entries[:_ENTRIES]]
        more = f"<p>And {len(entries) - _ENTRIES} more: the JSON report has all.</p>" if len(entries) > _ENTRIES else ""
        listed = table(("place", "what", "rules"), rows) + more
        yield folded(f"<b>{len(entries)}</b> &times; {text(reason)}", listed, opened=len(report.undecided) <= _FEW)
