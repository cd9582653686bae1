"""Mends findings: tries edits on a copy in memory, keeps those that a second scan confirms, writes or shows them."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from iac_keycheck.atomic import replace_file
from iac_keycheck.choices import Choices
from iac_keycheck.findings import Finding, Fix, Report
from iac_keycheck.fixing.edits import edited
from iac_keycheck.fixing.fixes import fix_of
from iac_keycheck.records import dataclass, replace
from iac_keycheck.scan import scan
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# A user with four keys takes three rounds; more are somebody's joke.
_ROUNDS: Final = 8
# How often edits are tried that do not work all together; each time is a scan.
_TRIES: Final = 12
# A rotation that does not fire is not judged by its period; once it fires, it is.
_HIDES: Final = {"IKC_AWS_0001": "AWS_IAM_50"}


@dataclass(frozen=True, slots=True)
class Mended:
    """What is right after the edits: the new texts of files beside the old ones, the edits in words, a new report."""

    report: Report
    texts: Mapping[str, str]
    before: Mapping[str, str]
    done: tuple[str, ...]

    def diff(self) -> str:
        """The changes as `git apply` and `patch -p1` read them."""
        import difflib  # noqa: PLC0415 — only where something changed

        lines: list[str] = []
        for path in sorted(self.texts):
            old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (self.before[path], self.texts[path]))
            lines += (
                line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
                for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
            )
        return "".join(lines)

    def write(self) -> list[str]:
        """Write the files; what went wrong."""
        wrong = []
        for path, text in sorted(self.texts.items()):
            try:
                replace_file(path, _bytes(path, text))
            except OSError as error:
                wrong.append(f"{path}: cannot be written: {error.strerror or error}")
        return wrong


def mended(paths: Sequence[str], choices: Choices, report: Report) -> Mended:
    """The result of mending what can be mended of a report that a scan with these choices gave."""
    texts: dict[str, str] = {}
    done: list[str] = []
    before = dict(report.sources)
    for _ in range(_ROUNDS):
        tried = _fixes(report)
        good, after, new = _confirmed(paths, choices, report, tried, texts)
        if not good:
            break
        done += (f"{finding.span.path}:{finding.span.line}: {fix.description}" for finding, fix in good)
        report, texts = after, new
    return Mended(report, texts, before, tuple(done))


def with_fixes(paths: Sequence[str], choices: Choices, report: Report) -> Report:
    """The report with the fix of each finding that has one which a second scan confirms."""
    good, _, _ = _confirmed(paths, choices, report, _fixes(report), {})
    known = {id(finding): fix for finding, fix in good}
    findings = tuple(replace(one, fixes=(known[id(one)],)) if id(one) in known else one for one in report.findings)
    return replace(report, findings=findings)


_Tried = Sequence[tuple[Finding, Fix]]


def _fixes(report: Report) -> _Tried:
    """The fixes of findings, the first one of each place; where two write different things to one place, the first."""
    found: dict[tuple[str, int], tuple[Finding, Fix]] = {}
    written: dict[Span, str] = {}
    for finding in report.findings:
        fix = fix_of(finding, report.sources)
        if fix is not None and all(written.get(one.span, one.text) == one.text for one in fix.edits):
            found.setdefault((finding.span.path, finding.span.line), (finding, fix))
            written |= {one.span: one.text for one in fix.edits}
    return tuple(found.values())


def _confirmed(
    paths: Sequence[str], choices: Choices, report: Report, tried: _Tried, texts: Mapping[str, str]
) -> tuple[_Tried, Report, dict[str, str]]:
    """Those fixes that together put their findings right and nothing wrong, with the report and the texts after."""
    good: _Tried = ()
    found, after = dict(texts), report
    waiting = [tried] if tried else []
    for _ in range(_TRIES):
        if not waiting:
            break
        part = waiting.pop(0)
        new = _edited(report, (*good, *part), texts)
        tried_out = _again(paths, choices, new)
        if _is_better(report, tried_out, (*good, *part)):
            good, found, after = (*good, *part), new, tried_out
        else:
            waiting = [*_smaller(part, tried_out), *waiting]
    return good, after, found


def _smaller(part: _Tried, after: Report) -> Iterator[_Tried]:
    """Parts to be tried of one that does not work: those that put their findings right before the others, or halves."""
    left = _left(after)
    stays = [one for one in part if _stays(one[0], left)]
    if len(part) == len(stays) or not stays:
        half = len(part) // 2
        yield from (one for one in (part[:half], part[half:]) if len(part) > 1)
    else:
        yield from ([one for one in part if one not in stays], stays)


def _edited(report: Report, tried: _Tried, texts: Mapping[str, str]) -> dict[str, str]:
    new = dict(texts)
    every = [edit for _, fix in tried for edit in fix.edits]
    for path in {edit.span.path for edit in every}:
        new[path] = edited(report.sources[path], (edit for edit in every if edit.span.path == path))
    return new


def _again(paths: Sequence[str], choices: Choices, texts: Mapping[str, str]) -> Report:
    return scan(paths, replace(choices, overlay={path: text.encode() for path, text in texts.items()}))


def _is_better(before: Report, after: Report, tried: _Tried) -> bool:
    """Whether the findings are gone, or have fewer keys, and there is nothing that was not there or hidden by them."""
    hidden = {_HIDES[finding.rule.id] for finding, _ in tried if finding.rule.id in _HIDES}
    left = _left(after)
    if any(_stays(one, left) for one, _ in tried):
        return False
    return not (
        Counter(_about(one) for one in after.findings if one.rule.id not in hidden)
        - Counter(map(_about, before.findings))
        or Counter((one.kind, one.message) for one in after.problems)
        - Counter((one.kind, one.message) for one in before.problems)
        or Counter((one.subject, one.reason) for one in after.undecided)
        - Counter((one.subject, one.reason) for one in before.undecided)
    )


def _left(report: Report) -> Mapping[tuple[object, ...], int]:
    """How many keys each finding is about."""
    return {_about(one): len(one.first.keys) for one in report.findings if one.suppressed is None}


def _stays(finding: Finding, left: Mapping[tuple[object, ...], int]) -> bool:
    """Whether a finding is as it was."""
    return left.get(_about(finding), -1) >= len(finding.first.keys)


def _about(finding: Finding) -> tuple[object, ...]:
    user = finding.first.user
    keyless = () if user.address or user.name else finding.first.keys
    return finding.rule.id, finding.deployment, finding.span.path, user.address or user.name, keyless


def _bytes(path: str, text: str) -> bytes:
    data = text.encode()
    return codecs.BOM_UTF8 + data if Path(path).read_bytes().startswith(codecs.BOM_UTF8) else data
