"""What rules report: findings with their certainty, what cannot be told, and the metadata of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum

from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date
    from typing import Any, Literal

    from iac_keycheck.deciding.values import Value
    from iac_keycheck.deciding.verdicts import Certainty
    from iac_keycheck.graph import Graph


class Severity(IntEnum):
    """How bad a finding is (the higher the worse)."""

    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4

    def __str__(self) -> str:
        """The word of the reports."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Meta:
    """What is fixed about a rule. ``words`` are what a file must contain for the rule to care about it.

    ``aliases`` are the rule's names in other tools and benchmarks, by which it is selected and suppressed too.
    ``frameworks`` maps a framework (``cis-aws-3.0.0``) to its control ids. ``about_all_keys`` says that the rule
    speaks of every key there is: what may hold keys and could not be read is undecided for it.
    """

    id: str
    name: str
    summary: str
    severity: Severity
    aliases: tuple[str, ...] = ()
    frameworks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    about_all_keys: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which the rule is selected and suppressed, without regard to case.

        A control of a CIS benchmark is one with its version, ``CIS_AWS_v1.4.0_1.13``, since numbers move between them.
        """
        controls = (
            f"CIS_AWS_v{framework.removeprefix('cis-aws-')}_{control}"
            for framework, numbers in self.frameworks.items()
            if framework.startswith("cis-aws-")
            for control in numbers
        )
        return (self.id, self.name, *self.aliases, *controls)


@dataclass(frozen=True, slots=True)
class Place:
    """A related place and what it is (``the user``, ``called here``)."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class User:
    """The user of a finding: ``name`` is None when unknown, ``address`` None when not declared in the scan."""

    name: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Worse:
    """A worse severity that the finding has at a lower certainty."""

    severity: Severity
    certainty: Certainty
    witness: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One instance of a finding: whose keys, how sure, in which worlds, through which calls.

    ``sensitive`` names the inputs whose values a report must not show. ``subject_spans`` are the blocks at which a
    suppression comment counts for this instance alone; those of the finding count for all.
    """

    user: User
    keys: tuple[str, ...]
    certainty: Certainty
    worlds: tuple[str, ...] = ()
    witness: Mapping[str, Value] = field(default_factory=dict)
    calls: tuple[Place, ...] = ()
    severity: Severity = Severity.MEDIUM
    worse: Worse | None = None
    sensitive: frozenset[str] = frozenset()
    subject_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding does not count."""

    kind: Literal["ignore", "rotating", "baseline"]
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What takes the place of a part of a file."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that put a finding right, and what they do in one sentence."""

    description: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong at one place; ``instances`` has every caller and instance that shows it.

    ``span`` is what to edit. ``fixes`` is text that says how to put it right here. Findings with one rule and place are
    merged into one by the scan. ``subject_spans`` are the blocks at which a suppression comment counts.
    """

    rule: Meta
    message: str
    span: Span
    instances: tuple[Occurrence, ...]
    deployment: str
    related: tuple[Place, ...] = ()
    remedy: str = ""
    subject_spans: tuple[Span, ...] = ()
    suppressed: Suppression | None = None
    fingerprint: str = ""
    fixes: tuple[Fix, ...] = ()

    @property
    def first(self) -> Occurrence:
        """The instance that stands for all: of the highest certainty, then the first address."""
        return self.instances[0]

    @property
    def severity(self) -> Severity:
        """The severity at the highest certainty."""
        return self.first.severity

    @property
    def certainty(self) -> Certainty:
        """The highest certainty at which it holds."""
        return self.first.certainty


@dataclass(frozen=True, slots=True)
class Undecided:
    """What could not be told, for which rules, and why."""

    rule_ids: tuple[str, ...]
    subject: str
    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the scan itself worth a line: a suppression that matches nothing or has no reason."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as loaded: its metadata, its documentation page, its check."""

    meta: Meta
    documentation: str
    check: Callable[[Graph], Iterable[Finding | Undecided]]
    path: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of the summary. ``more_than_one`` and ``set_up_together`` count users by level."""

    files: int = 0
    deployments: int = 0
    users: int = 0
    access_keys: int = 0
    more_than_one: Mapping[str, int] = field(default_factory=dict)
    set_up_together: int = 0
    with_console: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a scan found, in stable order. ``graph`` gives the JSON form of what was judged, to draw it.

    ``frameworks`` are those that were asked about, by the names that the rules have for them.
    """

    as_of: str
    counts: Counts
    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    rules: tuple[Rule, ...] = ()
    frameworks: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    graph: Callable[[], dict[str, Any]] = field(default_factory=lambda: dict, compare=False)
