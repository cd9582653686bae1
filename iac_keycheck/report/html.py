"""The HTML report: one file that loads nothing, to be read, searched, filtered and printed.

What was scanned stands in it as text only; a policy in the page forbids the network, and all scripts but its own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Final

from iac_keycheck import __version__
from iac_keycheck.findings import Finding, Report, Rule, Severity
from iac_keycheck.gates import exit_code
from iac_keycheck.guards import Certainty
from iac_keycheck.records import replace
from iac_keycheck.report import View
from iac_keycheck.report.block import in_full
from iac_keycheck.report.excerpt import Excerpts
from iac_keycheck.report.graph_svg import STYLE, drawing
from iac_keycheck.report.paint import Line, Style
from iac_keycheck.report.picture import panels
from iac_keycheck.report.rule_pages import markdown
from iac_keycheck.report.standing import Standing, sentence, standing, why_suppressed
from iac_keycheck.report.text import last_line
from iac_keycheck.report.visible import visible
from iac_keycheck.report.words import count
from iac_keycheck.source import Span

_OUTCOMES: Final[dict[Standing, str]] = {
    "fails": "fails the run",
    "passes": "below what fails",
    "suppressed": "suppressed",
}
# Deployments that are drawn; the picture of thousands would hide what it shows.
_DRAWN: Final = 200


def render(report: Report, view: View) -> str:
    """The page."""
    style, script = _part("page.css") + STYLE, _part("page.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    failed = exit_code(report, view.fail_on, view.min_severity) > 0
    sections = [*_sections(report)]
    parts = {
        "policy": policy,
        "style": style,
        "script": script,
        "outcome": "failed" if failed else "passed",
        "verdict": "failed" if failed else "passed",
        "scanned": escape(_scanned(report)),
        "counts": "".join(f"<li><b>{number}</b>{name}</li>" for name, number in _counts(report, view)),
        "answers": escape(last_line(report.counts)),
        "contents": "".join(
            f'<a href="#{name}">{title}</a>' for name, title, _ in [("findings", "Findings", ""), *sections]
        ),
        "filters": _filters(report.findings, view),
        "findings": "\n".join(_findings(report, view)) or "<p>Nothing was found.</p>",
        "sections": "\n".join(
            f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{title}</h2>\n{body}</section>'
            for name, title, body in sections
        ),
        "version": __version__,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _part("page.html"))


def _part(name: str) -> str:
    return files("iac_keycheck.report").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _scanned(report: Report) -> str:
    counts = report.counts
    seen = (
        count(counts.files, "file"),
        count(counts.deployments, "deployment"),
        count(counts.users, "user"),
        count(counts.access_keys, "access key"),
    )
    return f"{', '.join(seen)}, as of {report.as_of}"


def _counts(report: Report, view: View) -> Iterator[tuple[str, int]]:
    standings = Counter(standing(finding, view) for finding in report.findings)
    for kind, title in _OUTCOMES.items():
        yield title, standings[kind]
    yield "undecided", len(report.undecided)
    yield "problems", len(report.problems)


def _filters(findings: Sequence[Finding], view: View) -> str:
    if not findings:
        return ""
    groups: dict[str, Mapping[str, str]] = {
        "severity": {str(one): str(one) for one in sorted(Severity, reverse=True)},
        "certainty": {str(one): str(one) for one in sorted(Certainty, reverse=True)},
        "outcome": {str(kind): title for kind, title in _OUTCOMES.items()},
    }
    present = {word for finding in findings for word in _facets(finding, view).values()}
    rows = ['<form class="filters" role="search" hidden>']
    rows.append('<input type="search" aria-label="Search in the findings" placeholder="Search in the findings (/)">')
    for name, values in groups.items():
        boxes = "".join(
            f'<label><input type="checkbox" name="{name}" value="{value}" checked> {title}</label>'
            for value, title in values.items()
            if value in present
        )
        rows.append(f"<fieldset><legend>{name}</legend>{boxes}</fieldset>")
    rows.append('<span id="told" class="faint" role="status"></span></form>')
    return "\n".join(rows)


def _facets(finding: Finding, view: View) -> dict[str, str]:
    return {
        "severity": str(finding.severity),
        "certainty": str(finding.certainty),
        "outcome": standing(finding, view),
    }


def _findings(report: Report, view: View) -> Iterator[str]:
    documentation = {rule.meta.id: rule.documentation for rule in report.rules}
    excerpts = Excerpts(report.sources)
    full = replace(view, detail=1, width=None)
    order = list(_OUTCOMES)
    for finding in sorted(report.findings, key=lambda one: order.index(standing(one, view))):
        facets = _facets(finding, view)
        data = " ".join(f'data-{name}="{value}"' for name, value in facets.items())
        opened = " open" if facets["outcome"] == "fails" else ""
        why = f' <span class="faint">({escape(why_suppressed(finding))})</span>' if finding.suppressed else ""
        lines = in_full(finding, documentation.get(finding.rule.id, ""), excerpts, full)
        next(lines, None)  # the heading, which the summary has
        rule = escape(finding.rule.id)
        yield (
            f'<details class="finding" {data}{opened}><summary>'
            f'<span class="tag {finding.severity.name}">{finding.severity}</span> '
            f"<b>{escape(sentence(finding))}</b>{why}"
            f'<span class="place">{finding.certainty} · <a href="#rule-{rule}">{rule}</a> · '
            f"{_place(finding.span)}</span></summary>"
            f'<div><pre tabindex="0">{_painted(lines)}</pre></div></details>'
        )


def _painted(lines: Iterator[Line]) -> str:
    return "\n".join("".join(_piece(piece.text, piece.style) for piece in row) for row in lines)


def _piece(text: str, style: Style) -> str:
    return escape(text) if style is Style.PLAIN else f'<span class="{style.name}">{escape(text)}</span>'


def _sections(report: Report) -> Iterator[tuple[str, str, str]]:
    shown = panels(report.graph())
    if shown:
        left = f"<p>{len(shown) - _DRAWN} more deployments are not drawn.</p>" if len(shown) > _DRAWN else ""
        picture = f'<div class="picture" tabindex="0">{drawing(shown[:_DRAWN])}</div>{left}'
        said = (
            "<p>With the committed values. Dashed is what inputs decide, dotted what is not there by default; at the "
            "right stands what decides.</p>"
        )
        yield "picture", "Users, keys and conditions", f"{said}\n{picture}"
    if report.undecided:
        rows = [
            (
                _place(one.span),
                escape(visible(one.subject)),
                escape(visible(one.reason)),
                escape(", ".join(one.rule_ids)),
            )
            for one in report.undecided
        ]
        yield "undecided", "Undecided", _table(("place", "what", "why it could not be told", "rules"), rows)
    if report.problems:
        problems = [
            (_place(one.span), escape(visible(one.kind)), escape(visible(one.message))) for one in report.problems
        ]
        yield "problems", "Problems", _table(("place", "kind", "what is wrong"), problems)
    if report.notes:
        notes = [(_place(one.span), escape(visible(one.message))) for one in report.notes]
        yield "notes", "Notes", _table(("place", "note"), notes)
    if report.rules:
        yield "rules", "Rules", "\n".join(_rule_pages(report.rules))


def _rule_pages(rules: Sequence[Rule]) -> Iterator[str]:
    from markdown_it import MarkdownIt  # noqa: PLC0415 — no other report needs it

    prose = MarkdownIt("commonmark", {"html": False}).disable("image")
    for rule in rules:
        meta = rule.meta
        _, _, body = markdown(rule).partition("\n")
        text = "\n".join(map(visible, body.split("\n")))
        # Headings of a rule stand below that of the section.
        html = re.sub(r"<(/?)h2>", r"<\1h3>", prose.render(text))
        yield (
            f'<details id="rule-{escape(meta.id)}"><summary><b>{escape(meta.id)}</b> {escape(visible(meta.summary))}'
            f"</summary><div>{html}</div></details>"
        )


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _place(span: Span) -> str:
    return f"<code>{escape(visible(span.path))}:{span.line}</code>"
