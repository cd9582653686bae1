"""The SARIF 2.1.0 report (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), for code scanning.

Paths are relative to the top of the git checkout, by the name ``%SRCROOT%``, so that a report means the same wherever
it was made. What could not be decided or read are notifications of the run. Text is ASCII with escapes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from iac_keycheck import __version__
from iac_keycheck.findings import Finding, Fix, Occurrence, Place, Report, Rule, Severity, Suppression
from iac_keycheck.holding.gates import exit_code
from iac_keycheck.records import dataclass, field
from iac_keycheck.report import View
from iac_keycheck.report.indented import indented
from iac_keycheck.report.plain import Json, witness_json
from iac_keycheck.report.words import when
from iac_keycheck.source import Span
from iac_keycheck.workspace import checkout_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note", Severity.INFO: "note"}
# What GitHub sorts by: below 4.0 is low, below 7.0 medium, below 9.0 high.
_SCORES: Final = {Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0", Severity.INFO: "0.0"}
_KINDS: Final = {"ignore": "inSource", "rotating": "inSource", "baseline": "external"}
_NOTIFICATIONS: Final = {
    "undecided": "What could not be decided: neither a finding nor a pass.",
    "problem": "Something that is wrong with the input.",
    "note": "A remark on the scan itself.",
}
_ROOT: Final = "%SRCROOT%"


def render(report: Report, view: View) -> str:
    """The report as indented SARIF."""
    return indented(_log(report, view)) + "\n"


def _log(report: Report, view: View) -> dict[str, Json]:
    uris = _Uris.around(report)
    indexes = {rule.meta.id: index for index, rule in enumerate(report.rules)}
    driver: dict[str, Json] = {
        "name": "iac-keycheck",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in report.rules],
        "notifications": [{"id": name, "shortDescription": {"text": text}} for name, text in _NOTIFICATIONS.items()],
    }
    invocation: dict[str, Json] = {
        "executionSuccessful": not any(problem.relevant for problem in report.problems),
        "exitCode": exit_code(report, view.fail_on, view.min_severity),
        "toolExecutionNotifications": list(_notifications(report, uris)),
    }
    run: dict[str, Json] = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indexes, uris) for finding in report.findings],
        "properties": {"asOf": report.as_of},
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


@dataclass(frozen=True, slots=True)
class _Uris:
    """Makes URIs of paths, which are relative to ``here``; ``root`` is the directory that `_ROOT` stands for."""

    root: str
    here: str
    _known: dict[str, dict[str, Json]] = field(default_factory=dict)

    @classmethod
    def around(cls, report: Report) -> _Uris:
        """Relative to the checkout that the program runs in, else to the one that holds what was found."""
        here = os.path.realpath(".")
        first = next((finding.span.path for finding in report.findings), ".")
        there = Path(os.path.realpath(first)).parent.as_posix()
        roots = [checkout_of(here), checkout_of(there)]
        return cls(next((root for root in roots if (Path(root) / ".git").exists()), here), here)

    def artifact(self, path: str) -> dict[str, Json]:
        """The location of a file."""
        if path not in self._known:
            self._known[path] = self._artifact(path)
        return self._known[path]

    def _artifact(self, path: str) -> dict[str, Json]:
        absolute = os.path.join(self.here, path)  # noqa: PTH118 — a link keeps its own name
        relative = Path(os.path.relpath(absolute, self.root)).as_posix()
        if relative.startswith("../"):
            return {"uri": Path(os.path.abspath(absolute)).as_uri()}  # noqa: PTH100 — the same
        return {"uri": quote(os.fsencode(relative)), "uriBaseId": _ROOT}

    def location(self, span: Span, message: str = "") -> dict[str, Json]:
        """A place with what is said of it."""
        physical: Json = {"artifactLocation": self.artifact(span.path), "region": _region(span)}
        return {"physicalLocation": physical, **({"message": {"text": message}} if message else {})}


def _region(span: Span) -> dict[str, Json]:
    """The part of a file."""
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _rule(rule: Rule) -> dict[str, Json]:
    meta = rule.meta
    frameworks = (f"{name}/{control}" for name, controls in meta.frameworks.items() for control in controls)
    tags: list[Json] = ["security", "aws", "iam", *frameworks]
    return {
        "id": meta.id,
        "name": meta.name,
        "shortDescription": {"text": meta.summary},
        "fullDescription": {"text": _what(rule.documentation) or meta.summary},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "defaultConfiguration": {"level": _LEVELS[meta.severity]},
        "properties": {
            "tags": tags,
            "aliases": list(meta.aliases),
            "precision": "high",
            "problem.severity": {"note": "recommendation"}.get(_LEVELS[meta.severity], _LEVELS[meta.severity]),
            "security-severity": _SCORES[meta.severity],
        },
    }


def _what(documentation: str) -> str:
    """The first paragraph below the heading that says what the rule finds."""
    section = re.search(r"(?ms)^## +What it finds *\n+(.+?)(?=\n\n|^## |\Z)", documentation)
    return " ".join(section[1].split()) if section else ""


def _result(finding: Finding, indexes: dict[str, int], uris: _Uris) -> dict[str, Json]:
    first = finding.first
    condition = when(first)
    related: list[Json] = [
        {"id": number, **uris.location(place.span, place.message)} for number, place in enumerate(finding.related, 1)
    ]
    return {
        "ruleId": finding.rule.id,
        **({"ruleIndex": indexes[finding.rule.id]} if finding.rule.id in indexes else {}),
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + (f" ({finding.certainty}: {condition})" if condition else "")},
        "locations": [{**uris.location(finding.span), **_logical(first.keys)}],
        "relatedLocations": related,
        **_flow(finding, first.calls, uris),
        "partialFingerprints": {"iacKeycheck/v1": finding.fingerprint},
        **_fixes(finding.fixes, uris),
        "suppressions": [_suppression(finding.suppressed)] if finding.suppressed else [],
        "properties": {
            "severity": str(finding.severity),
            "certainty": str(finding.certainty),
            "deployment": finding.deployment,
            "instances": [_instance(instance) for instance in finding.instances],
        },
    }


def _logical(keys: Sequence[str]) -> dict[str, Json]:
    locations: list[Json] = [{"fullyQualifiedName": key, "kind": "resource"} for key in keys]
    return {"logicalLocations": locations} if locations else {}


def _flow(finding: Finding, calls: Sequence[Place], uris: _Uris) -> dict[str, Json]:
    """The way through the calls to the place, from the outermost."""
    if not calls:
        return {}
    steps = [*((call.span, call.message) for call in reversed(calls)), (finding.span, finding.message)]
    locations: list[Json] = [{"location": uris.location(span, text)} for span, text in steps]
    return {"codeFlows": [{"threadFlows": [{"locations": locations}]}]}


def _fixes(fixes: Sequence[Fix], uris: _Uris) -> dict[str, Json]:
    found: list[Json] = []
    for fix in fixes:
        by_path: dict[str, list[Json]] = {}
        for edit in fix.edits:
            replacement: Json = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
            by_path.setdefault(edit.span.path, []).append(replacement)
        changes: list[Json] = [
            {"artifactLocation": uris.artifact(path), "replacements": replacements}
            for path, replacements in by_path.items()
        ]
        found.append({"description": {"text": fix.description}, "artifactChanges": changes})
    return {"fixes": found} if found else {}


def _instance(instance: Occurrence) -> dict[str, Json]:
    return {
        "user": {"name": instance.user.name, "address": instance.user.address},
        "keys": list(instance.keys),
        "certainty": str(instance.certainty),
        "worlds": list(instance.worlds),
        "witness": witness_json(instance.witness, instance),
    }


def _suppression(suppression: Suppression) -> dict[str, Json]:
    until = f"until {suppression.until.isoformat()}" if suppression.until else ""
    said = ": ".join(part for part in (suppression.kind, suppression.reason) if part)
    return {"kind": _KINDS[suppression.kind], "justification": f"{said}, {until}" if until else said}


def _notifications(report: Report, uris: _Uris) -> Iterator[Json]:
    for entry in report.undecided:
        rules = ", ".join(entry.rule_ids)
        yield _notification("undecided", "warning", f"{entry.subject}: {entry.reason} ({rules})", entry.span, uris)
    for problem in report.problems:
        level = "error" if problem.relevant else "warning"
        yield _notification("problem", level, f"{problem.kind}: {problem.message}", problem.span, uris)
    for note in report.notes:
        yield _notification("note", "note", note.message, note.span, uris)


def _notification(name: str, level: str, text: str, span: Span, uris: _Uris) -> dict[str, Json]:
    return {
        "descriptor": {"id": name, "index": list(_NOTIFICATIONS).index(name)},
        "level": level,
        "message": {"text": text},
        "locations": [uris.location(span)],
    }
