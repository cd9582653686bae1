"""The SAST report of GitLab, schema 15.2.1, for its security dashboards and merge request widgets.

The schema is at https://gitlab.com/gitlab-org/security-products/security-report-schemas. The moments of the scan are
those as of which it judges, so that two reports of one tree are the same.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

from iac_keycheck import __version__
from iac_keycheck.findings import Finding, Report, Severity
from iac_keycheck.report import View
from iac_keycheck.report.block import remedy
from iac_keycheck.report.indented import indented
from iac_keycheck.report.plain import Json
from iac_keycheck.report.standing import from_top_of_checkout, sentence
from iac_keycheck.report.visible import visible
from iac_keycheck.report.words import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_VERSION: Final = "15.2.1"
_LONGEST_NAME: Final = 255
_LONGEST_SOLUTION: Final = 7000
# Below the 1,048,576 of the schema: nobody reads more, and a fence is added.
_LONGEST_DESCRIPTION: Final = 100_000
_USERS: Final = 100
_SEVERITIES: Final = {Severity.HIGH: "High", Severity.MEDIUM: "Medium", Severity.LOW: "Low", Severity.INFO: "Info"}


def render(report: Report, _view: View) -> str:
    """The findings that count as vulnerabilities, all else as messages of the scan."""
    tool: dict[str, Json] = {
        "id": "iac-keycheck",
        "name": "iac-keycheck",
        "version": __version__,
        "vendor": {"name": "iac-keycheck"},
    }
    moment = report.as_of.removesuffix("Z")
    failed = any(problem.relevant for problem in report.problems)
    whole: dict[str, Json] = {
        "version": _VERSION,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "sast",
            "start_time": moment,
            "end_time": moment,
            "status": "failure" if failed else "success",
            "messages": list(_messages(report)),
        },
        "vulnerabilities": list(_vulnerabilities(report)),
    }
    return indented(whole) + "\n"


def _vulnerabilities(report: Report) -> Iterator[Json]:
    relative = from_top_of_checkout()
    documentation = {rule.meta.id: rule.documentation for rule in report.rules}
    seen: dict[str, int] = {}
    for finding in report.findings:
        if finding.suppressed is not None:
            continue
        identity = f"{finding.rule.id} {finding.fingerprint}"
        seen[identity] = seen.get(identity, 0) + 1
        solution = _visible_paragraphs(remedy(finding, documentation.get(finding.rule.id, "")))
        yield {
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{identity} {seen[identity]}")),
            "name": visible(finding.rule.summary)[:_LONGEST_NAME],
            "description": _description(finding),
            "severity": _SEVERITIES[finding.severity],
            **({"solution": solution[:_LONGEST_SOLUTION]} if solution else {}),
            "identifiers": list(_identifiers(finding)),
            "location": {
                "file": relative(finding.span.path),
                "start_line": finding.span.line,
                "end_line": finding.span.end_line,
            },
        }


def _visible_paragraphs(text: str) -> str:
    """Text of several lines, each made visible."""
    return "\n".join(map(visible, text.split("\n")))


def _description(finding: Finding) -> str:
    """The sentence as code, since GitLab shows descriptions as Markdown."""
    others = finding.instances[1:]
    users = [shown(one.user.name or one.user.address) for one in others[:_USERS]]
    rest = f" and {len(others) - _USERS} more" if len(others) > _USERS else ""
    more = f" The same holds for {', '.join(users)}{rest}." if users else ""
    text = f"{sentence(finding)} (certainty: {finding.certainty}).{more}"[:_LONGEST_DESCRIPTION]
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}"


def _identifiers(finding: Finding) -> Iterator[Json]:
    rule = finding.rule
    yield {"type": "iac_keycheck_rule", "name": f"iac-keycheck {rule.id}", "value": rule.id}
    for alias in rule.aliases:
        yield {"type": "iac_keycheck_alias", "name": alias, "value": alias}
    for framework, controls in rule.frameworks.items():
        for control in controls:
            yield {"type": "control", "name": f"{framework} {control}", "value": f"{framework}/{control}"}


def _messages(report: Report) -> Iterator[Json]:
    for problem in report.problems:
        text = f"{visible(problem.span.path)}:{problem.span.line}: {problem.kind}: {visible(problem.message)}"
        yield {"level": "warn", "value": text}
    for entry in report.undecided:
        place = f"{visible(entry.span.path)}:{entry.span.line}"
        yield {"level": "info", "value": f"{place}: undecided: {visible(entry.subject)}: {visible(entry.reason)}"}
