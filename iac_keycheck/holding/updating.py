"""Renews a file of known findings from a scan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from iac_keycheck.atomic import replace_file
from iac_keycheck.choices import Choices, Misuse
from iac_keycheck.holding.baseline import Scope, entries_of, read, written
from iac_keycheck.holding.gates import PASSED, UNREADABLE
from iac_keycheck.scan import scan
from iac_keycheck.workspace import leads_out


def updated(file: str, paths: Sequence[str], choices: Choices) -> tuple[list[str], int]:
    """Write the findings of a scan to ``file``; what is to be said about it, and the exit code. Raises `Misuse`.

    Entries stay that the scan could not have found: of other paths and rules, and all of them where something that
    matters could not be read.
    """
    if leads_out(file):
        raise Misuse(f"{file}: a link leads from there out of the checkout. Name the file that it leads to.")
    old = read(file).entries if Path(file).exists() else ()
    report = scan(paths, choices)
    unread = [problem for problem in report.problems if problem.relevant]
    whole = not unread and not any(Path(path).is_file() for path in paths)
    scope = Scope.of(paths, (rule.meta.id for rule in report.rules), whole=whole)
    new = entries_of(report.findings, report.sources)
    known = {(entry.fingerprint, entry.context) for entry in new}
    kept = [entry for entry in old if (entry.fingerprint, entry.context) not in known and not scope.covers(entry)]
    try:
        replace_file(file, written([*new, *kept]))
    except OSError as error:
        raise Misuse(f"{file}: cannot be written: {error.strerror or error}.") from error
    left = known | {(entry.fingerprint, entry.context) for entry in kept}
    gone = len({(entry.fingerprint, entry.context) for entry in old} - left)
    said = [f"{file}: {len(new)} found, {len(kept)} kept from before, {gone} gone"]
    said += (f"{problem.span.path}:{problem.span.line}: {problem.message}" for problem in unread)
    return said, UNREADABLE if unread else PASSED
