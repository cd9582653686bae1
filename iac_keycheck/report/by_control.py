"""Where one stands with the controls of the frameworks that were asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from iac_keycheck.records import dataclass
from iac_keycheck.report.standing import standing
from iac_keycheck.report.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from iac_keycheck.findings import Finding, Meta, Report
    from iac_keycheck.report import View

# A framework by its order, and a control of it by its numbers.
_Place = tuple[int, tuple[tuple[int, str], ...]]
_WORDS: Final = (
    ("fails", "failing"),
    ("passes", "below what fails"),
    ("suppressed", "suppressed"),
    ("undecided", "undecided"),
)


@dataclass(frozen=True, slots=True)
class Control:
    """A control with the rules that speak of it, and how many of their findings stand in which way with the gate."""

    framework: str
    number: str
    rules: tuple[str, ...]
    counted: Counter[str]

    @property
    def said(self) -> str:
        """``2 below what fails, 1 undecided``; that nothing was found is no proof that a control is met."""
        parts = (f"{self.counted[kind]} {word}" for kind, word in _WORDS if self.counted[kind])
        return ", ".join(parts) or "nothing found"


def controls(report: Report, view: View) -> Iterator[Control]:
    """The controls of the frameworks that were asked about, in their order."""
    by_rule: dict[str, Counter[str]] = {}
    for finding in report.findings:
        by_rule.setdefault(finding.rule.id, Counter())[standing(finding, view)] += 1
    for entry in report.undecided:
        for rule in entry.rule_ids:
            by_rule.setdefault(rule, Counter())["undecided"] += 1
    for framework in report.frameworks:
        speaking: dict[str, list[str]] = {}
        for one in report.rules:
            for number in one.meta.frameworks.get(framework, ()):
                speaking.setdefault(number, []).append(one.meta.id)
        for number in sorted(speaking, key=_natural):
            rules = speaking[number]
            counted = sum((by_rule.get(rule, Counter()) for rule in rules), Counter[str]())
            yield Control(framework, number, tuple(rules), counted)


def grouped(report: Report, findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """The findings by the controls that they are about, under their titles; under none where none was asked about."""
    groups: dict[tuple[_Place, ...], tuple[str, list[Finding]]] = {}
    for finding in findings:
        places = tuple(
            (index, _natural(number))
            for index, framework in enumerate(report.frameworks)
            for number in finding.rule.frameworks.get(framework, ())
        )
        groups.setdefault(places, (title(report, finding.rule), []))[1].append(finding)
    for places in sorted(groups):
        yield groups[places]


def title(report: Report, rule: Meta) -> str:
    """``cis-aws-3.0.0 1.13; soc2 CC6.1``: the controls that a rule speaks of, of those that were asked about."""
    found = ((name, rule.frameworks[name]) for name in report.frameworks if name in rule.frameworks)
    return "; ".join(f"{visible(name)} {', '.join(map(visible, numbers))}" for name, numbers in found)


def _natural(number: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in number.split("."))
