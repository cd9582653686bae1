"""The JSON report: a contract that other programs rely on, so fields keep their names, meaning and order.

Text is ASCII with escapes: nothing in it can drive a terminal.
"""

from __future__ import annotations

from iac_keycheck import __version__
from iac_keycheck.findings import Finding, Note, Occurrence, Place, Report, Suppression, Undecided, User, Worse
from iac_keycheck.report import View
from iac_keycheck.report.indented import indented
from iac_keycheck.report.plain import Json, location_json, witness_json
from iac_keycheck.source import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SCHEMA_VERSION: Final = "1"


def render(report: Report, _view: View) -> str:
    """The report as indented JSON."""
    return indented(as_json(report)) + "\n"


def as_json(report: Report) -> dict[str, Json]:
    """The report as JSON's own types."""
    counts = report.counts
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "iac-keycheck", "version": __version__},
        "as_of": report.as_of,
        "summary": {
            "files": counts.files,
            "deployments": counts.deployments,
            "users": counts.users,
            "access_keys": counts.access_keys,
            "findings": sum(finding.suppressed is None for finding in report.findings),
            "undecided": len(report.undecided),
            "problems": len(report.problems),
        },
        "findings": [_finding(finding) for finding in report.findings],
        "undecided": [_undecided(entry) for entry in report.undecided],
        "problems": [_problem(problem) for problem in report.problems],
        "notes": [_note(note) for note in report.notes],
    }


def _finding(finding: Finding) -> dict[str, Json]:
    first = finding.first
    return {
        "rule_id": finding.rule.id,
        "rule_name": finding.rule.name,
        "severity": str(finding.severity),
        "certainty": str(finding.certainty),
        "worlds": list(first.worlds),
        "witness": witness_json(first.witness, first),
        "worse": _worse(first.worse, first),
        "message": finding.message,
        "fingerprint": finding.fingerprint,
        "user": _user(first.user),
        "keys": list(first.keys),
        "instances": [_instance(instance) for instance in finding.instances],
        "location": location_json(finding.span),
        "related": [_place(place) for place in finding.related],
        "deployment": finding.deployment,
        "suppressed": _suppressed(finding.suppressed),
    }


def _instance(instance: Occurrence) -> dict[str, Json]:
    return {
        "user": _user(instance.user),
        "keys": list(instance.keys),
        "certainty": str(instance.certainty),
        "worlds": list(instance.worlds),
        "witness": witness_json(instance.witness, instance),
        "calls": [_place(call) for call in instance.calls],
    }


def _user(user: User) -> dict[str, Json]:
    return {"name": user.name, "address": user.address}


def _worse(worse: Worse | None, occurrence: Occurrence) -> dict[str, Json] | None:
    if worse is None:
        return None
    return {
        "severity": str(worse.severity),
        "certainty": str(worse.certainty),
        "witness": witness_json(worse.witness, occurrence),
    }


def _suppressed(suppression: Suppression | None) -> dict[str, Json] | None:
    if suppression is None:
        return None
    until = suppression.until.isoformat() if suppression.until is not None else None
    return {"kind": suppression.kind, "reason": suppression.reason, "until": until}


def _place(place: Place) -> dict[str, Json]:
    return {"path": place.span.path, "line": place.span.line, "message": place.message}


def _undecided(entry: Undecided) -> dict[str, Json]:
    return {
        "rule_ids": list(entry.rule_ids),
        "subject": entry.subject,
        "reason": entry.reason,
        "location": {"path": entry.span.path, "line": entry.span.line},
    }


def _problem(problem: Problem) -> dict[str, Json]:
    return {
        "kind": problem.kind,
        "message": problem.message,
        "location": {"path": problem.span.path, "line": problem.span.line},
    }


def _note(note: Note) -> dict[str, Json]:
    return {"message": note.message, "location": {"path": note.span.path, "line": note.span.line}}
