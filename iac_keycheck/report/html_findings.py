"""The findings of the HTML report, each with its source, and what they are filtered, searched and grouped by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Finding, Report, Severity
from iac_keycheck.records import replace
from iac_keycheck.report import View
from iac_keycheck.report.block import remarks, source_of
from iac_keycheck.report.excerpt import Excerpts
from iac_keycheck.report.markup import code, painted, place, text
from iac_keycheck.report.standing import Standing, sentence, standing, why_suppressed
from iac_keycheck.report.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

OUTCOMES: Final[dict[Standing, str]] = {
    "fails": "fails the run",
    "passes": "below what fails",
    "suppressed": "suppressed",
}
_ORDER: Final = tuple(OUTCOMES)
# Findings that are open when the page is: more would hide how many there are.
_OPEN: Final = 10
# Findings that are shown with their source: a browser reads some megabytes at once, not hundreds.
_WITH_SOURCE: Final = 2000


def findings(report: Report, view: View) -> Iterator[str]:
    """Each finding as an element, what fails first."""
    documentation = {rule.meta.id: rule.documentation for rule in report.rules}
    excerpts = Excerpts(report.sources)
    full = replace(view, detail=1, width=None)
    ordered = sorted(report.findings, key=lambda one: (_ORDER.index(standing(one, view)), -one.severity))
    for number, finding in enumerate(ordered):
        source = ""
        if number < _WITH_SOURCE:
            lines = painted(source_of(finding, excerpts, full))
            source = f'<pre tabindex="0" role="group" aria-label="Source">{lines}</pre>'
        elif number == _WITH_SOURCE:
            yield f"<p>From here on findings are shown without their source: there are {len(ordered)}.</p>"
        said = _said(finding, documentation.get(finding.rule.id, ""), full)
        yield _element(finding, number, standing(finding, view), f"{source}{said}")


def filters(report: Report, view: View) -> str:
    """The form that filters, searches and groups; hidden until the script of the page works."""
    if not report.findings:
        return ""
    groups: dict[str, Mapping[str, str]] = {
        "severity": {str(one): str(one) for one in sorted(Severity, reverse=True)},
        "certainty": {str(one): str(one) for one in sorted(Certainty, reverse=True)},
        "outcome": {str(kind): title for kind, title in OUTCOMES.items()},
    }
    present = {word for one in report.findings for word in _facets(one, standing(one, view)).values()}
    rows = ['<form class="filters" role="search" aria-label="Filter the findings" hidden>']
    rows.append(
        '<input type="search" aria-label="Search in the findings" aria-keyshortcuts="/" '
        'placeholder="Search in the findings ( / )">'
    )
    rows.append('<output id="told" class="faint" aria-live="polite"></output>')
    rows.append(f'<label>group by <select name="group">{"".join(_groupings(report))}</select></label>')
    rows.append(
        '<button type="button" name="open">Open all</button><button type="button" name="close">Close all</button>'
    )
    for name, values in groups.items():
        boxes = "".join(
            f'<label><input type="checkbox" name="{name}" value="{value}" checked> {title}</label>'
            for value, title in values.items()
            if value in present
        )
        rows.append(f"<fieldset><legend>{name}</legend>{boxes}</fieldset>")
    rows.append("</form>")
    return "\n".join(rows)


def frameworks(report: Report) -> tuple[str, ...]:
    """The frameworks that were asked about, else all that some rule has a control of."""
    known = {name for rule in report.rules for name in rule.meta.frameworks}
    return report.frameworks or tuple(sorted(known))


def _groupings(report: Report) -> Iterator[str]:
    for value, title in {"": "nothing", "rule": "rule", "user": "user", "deployment": "deployment"}.items():
        yield f'<option value="{value}">{title}</option>'
    for number, name in enumerate(frameworks(report)):
        chosen = " selected" if report.frameworks and number == 0 else ""
        yield f'<option value="framework:{text(name)}"{chosen}>control of {text(name)}</option>'


def _facets(finding: Finding, outcome: Standing) -> dict[str, str]:
    return {"severity": str(finding.severity), "certainty": str(finding.certainty), "outcome": outcome}


def _element(finding: Finding, number: int, outcome: Standing, body: str) -> str:
    user = finding.first.user
    controls = {visible(name): ", ".join(map(visible, ids)) for name, ids in finding.rule.frameworks.items()}
    data = {
        **_facets(finding, outcome),
        "rule": visible(finding.rule.id),
        "user": visible(user.name or user.address or "a user whose name is not known"),
        "deployment": visible(finding.deployment),
        "controls": json.dumps(controls),
    }
    said = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items())
    opened = " open" if outcome == "fails" and number < _OPEN else ""
    why = f' <span class="faint">({escape(why_suppressed(finding))})</span>' if finding.suppressed else ""
    severity = finding.severity
    return (
        f'<details class="finding" id="finding-{number + 1}" {said}{opened}><summary>'
        f'<span class="tag {severity.name}">{severity}</span> <b>{escape(sentence(finding))}</b>{why}'
        f'<span class="place">{finding.certainty} · {text(finding.rule.id)} · {place(finding.span)}</span></summary>\n'
        f"<div>{body}</div></details>"
    )


def _said(finding: Finding, documentation: str, view: View) -> str:
    rows = [
        (remark.what, _block(remark.text) if remark.whole else _paragraphs(remark.text))
        for remark in remarks(finding, documentation, view)
    ]
    rule = text(finding.rule.id)
    rows.append(("rule", f'<a href="#rule-{rule}">{rule}</a>: {text(finding.rule.summary)}'))
    rows.append(("deployment", code(finding.deployment)))
    if finding.fingerprint:
        rows.append(("fingerprint", code(finding.fingerprint)))
    return f"<dl>{''.join(f'<dt>{what}</dt><dd>{shown}</dd>' for what, shown in rows)}</dl>"


def _block(command: str) -> str:
    return f"<code>{text(command)}</code>"


def _paragraphs(remark: str) -> str:
    """Prose as it runs, indented lines as code."""
    rows = remark.split("\n")
    parts: list[str] = []
    for row in rows:
        if row.startswith(" "):
            parts.append(f'<code class="row">{text(row)}</code>')
        else:
            parts.append(f"{text(row)} ")
    return "".join(parts).strip()
