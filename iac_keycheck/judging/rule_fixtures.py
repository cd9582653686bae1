"""Runs rules on their fixtures: folders of code in which comments say what is to be found.

Below the folder of the rules, ``fixtures/RULE/CASE/`` is scanned with that rule alone; ``# expect: RULE CERTAINTY "part
of the message"`` stands on the line of each finding. In a case without such a line the rule is silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from iac_keycheck.choices import Choices, Misuse
from iac_keycheck.expressions import expression
from iac_keycheck.findings import Finding
from iac_keycheck.judging.rule_files import FIXTURES, load
from iac_keycheck.judging.yaml_rules import SUFFIXES, why_silent
from iac_keycheck.nearest import did_you_mean
from iac_keycheck.records import dataclass
from iac_keycheck.scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_EXPECT: Final = expression(r'(?:#|//)\s*expect:\s*(\S+)\s+(always|default|possible)\s+"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case showed: nothing ``wrong`` where the rule found what is expected and nothing else."""

    case: str
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Expected:
    path: str
    line: int
    rule: str
    certainty: str
    text: str

    def meets(self, finding: Finding) -> bool:
        """Whether the finding is the expected one."""
        place = (finding.span.path, finding.span.line, finding.rule.id, str(finding.certainty))
        return place == (self.path, self.line, self.rule, self.certainty) and self.text in finding.message


def outcomes(folder: Path, name: str | None = None) -> Iterator[Outcome]:
    """The outcome of each case of the rules in a folder, or of one of them; a rule without a case that fires is wrong.

    Raises `Misuse`.
    """
    own = [rule for rule in load((folder,)) if Path(rule.path).parent == folder]
    if not own:
        raise Misuse(f"{folder}: there are no rules.")
    ids = [rule.meta.id for rule in own]
    own = [rule for rule in own if name is None or rule.meta.id.casefold() == name.casefold()]
    if not own:
        raise Misuse(f"{folder}: there is no rule {name!r}.{did_you_mean(name or '', ids)}")
    for rule in own:
        name = rule.meta.id
        cases = sorted(path for path in (folder / FIXTURES / name).glob("*") if path.is_dir())
        fired = False
        for case in cases:
            expected = list(_expected(case))
            fired = fired or any(one.rule == name for one in expected)
            report = scan((case,), Choices(rules=(name,), rules_dir=(folder.as_posix(),), gitignore=False))
            wrong = [*_differences(expected, list(report.findings))]
            wrong += (f"{problem.span.path}:{problem.span.line}: {problem.message}" for problem in report.problems)
            if expected and not report.findings and Path(rule.path).suffix in SUFFIXES:
                wrong += why_silent(Path(rule.path), report.graph())
            yield Outcome(f"{name}/{case.name}", tuple(wrong))
        if not fired:
            yield Outcome(name, (f"it has no case below {folder / FIXTURES / name} in which it fires",))


def _expected(case: Path) -> Iterator[_Expected]:
    from iac_keycheck.workspace import shown  # noqa: PLC0415 — beside its only use

    for path in sorted(one for one in case.rglob("*") if one.is_file()):
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), 1):
            for found in _EXPECT.finditer(line):
                yield _Expected(shown(path), number, found[1], found[2], found[3])


def _differences(expected: list[_Expected], findings: list[Finding]) -> Iterator[str]:
    for one in expected:
        met = next((finding for finding in findings if one.meets(finding)), None)
        if met is None:
            yield f'{one.path}:{one.line}: not found: {one.rule} {one.certainty} "{one.text}"'
        else:
            findings.remove(met)
    for finding in findings:
        place = f"{finding.span.path}:{finding.span.line}"
        yield f'{place}: not expected: {finding.rule.id} {finding.certainty} "{finding.message}"'
