"""What front ends give to the analysis: deployments with the declarations of users, keys and what surrounds them.

Kinds and attributes are named as Terraform names them in every language: ``aws_iam_user`` (``name``),
``aws_iam_access_key`` (``user``, ``status``), ``aws_iam_user_login_profile`` (``user``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from iac_keycheck.deciding.guards import Space
from iac_keycheck.deciding.values import Ref, Unknown, Value, plain
from iac_keycheck.deciding.verdicts import Cannot
from iac_keycheck.expressions import expression
from iac_keycheck.facts import Facts
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Problem, Span
from iac_keycheck.users.observed import Evidence

USER = "aws_iam_user"
ACCESS_KEY = "aws_iam_access_key"
LOGIN_PROFILE = "aws_iam_user_login_profile"
EXPIRING_KEY = "awsutils_expiring_iam_access_key"
"""An access key that its provider (cloudposse/awsutils) replaces at the first apply after its ``max_age``."""
TERRAFORM_TYPES: Mapping[str, str] = {
    USER: USER,
    ACCESS_KEY: ACCESS_KEY,
    EXPIRING_KEY: ACCESS_KEY,
    LOGIN_PROFILE: LOGIN_PROFILE,
}
"""The types of resources in Terraform that are users, keys and login profiles, with their kinds."""
EVIDENCE = frozenset({"plan", "state", "report"})
_KEYS = expression(r"""\[(?:"(?:[^"\\]|\\.)*+"|[^\]"]*+)\]""")


@dataclass(frozen=True, slots=True)
class Account:
    """The settings of a provider configuration that choose an account; equal settings are the same account."""

    settings: tuple[tuple[str, Value], ...] = ()

    def __hash__(self) -> int:
        """By the names of the settings; their values need not be hashable."""
        return hash(tuple(name for name, _ in self.settings))


@dataclass(frozen=True, slots=True)
class Step:
    """One module call or nested stack on the way to a declaration: its address and the block of the call."""

    address: str
    span: Span


@dataclass(frozen=True, slots=True)
class Instance:
    """One resource instance in one world. ``attribute`` evaluates in the world the instance was expanded in.

    ``target`` tells it from all others; it differs from ``address`` in a family, whose members are shown as one.
    ``imported`` marks one that existed before, ``late`` one that evidence shows was not made when its user was set up.
    ``seen`` is where evidence shows it.
    """

    declaration: Declaration
    address: str
    attribute: Callable[[str], Value]
    account: Account = field(default_factory=Account)
    target: str = ""
    imported: bool = False
    late: bool = False
    seen: Span | None = None

    @property
    def owner(self) -> Value:
        """The user that this is (a user) or belongs to (a key, a login profile)."""
        if self.declaration.kind == USER:
            return Ref(self.target or self.address, plain(self.attribute("name")), self.account, self.address)
        return self.attribute("user")


class Apart(Enum):
    """How the users of two instances of one block are known to differ, whatever the instances are."""

    UNKNOWN = "unknown"
    BY_NAME = "by name"  # each name has the instance key in it, and is still another's if they differ in case alone
    BY_USER = "by user"  # each is an instance of a user block of its own


@dataclass(frozen=True, slots=True)
class Declaration:
    """One block of code that declares instances of a resource, in one static place of the tree of modules.

    ``address`` is without instance keys. ``expand`` gives the instances in the world of the moment, an unknown whose
    value the number of instances waits for, or why they cannot be told; it raises `Refused`. ``calls`` leads from the
    root to the block, outermost first. ``condition`` is the place of ``count``, ``for_each`` or ``Condition``.
    ``undeclared`` marks what evidence shows and no code declares: its place is in the evidence. ``construct`` is the
    path of the construct that a program (CDK) made it of. ``apart`` says how users of its instances differ.
    """

    kind: str
    address: str
    span: Span
    header: Span
    expand: Callable[[], tuple[Instance, ...] | Unknown | Cannot] = field(compare=False, hash=False)
    calls: tuple[Step, ...] = ()
    condition: Span | None = None
    attribute_spans: Mapping[str, Span] = field(default_factory=dict, compare=False, hash=False)
    undeclared: bool = False
    construct: str = ""
    apart: Apart = Apart.UNKNOWN

    def __hash__(self) -> int:
        """By address: few blocks share one, and all are looked up often."""
        return hash(self.address)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that may hold users or keys and could not be read: becomes an ``undecided`` entry."""

    subject: str
    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is applied as a whole. ``name`` is its directory or template, relative to the working directory.

    ``gaps`` matter by themselves; those of ``unread``, by their reason, only where a key's user comes out of them.
    ``account`` is a word that deployments of one account share, as far as that is known; it speaks of the resources
    whose provider has the settings of ``home`` in the world of the moment.
    ``evidence`` is what plans, states and reports tell besides; ``language`` is ``plan``, ``state`` or ``report`` where
    no code is known to which they belong. What questions ``met`` in blocks that were not read before is a problem too.
    """

    name: str
    language: str
    space: Space
    declarations: tuple[Declaration, ...] = ()
    gaps: tuple[Gap, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: Mapping[str, Gap] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    account: str | None = None
    home: Callable[[], Account] = Account
    facts: Facts = field(default_factory=Facts, compare=False)
    met: Callable[[], Iterable[Problem]] = tuple

    @property
    def is_evidence(self) -> bool:
        """Whether it is known from evidence alone: then it is no code that somebody applies."""
        return self.language in EVIDENCE

    def of_kind(self, kind: str) -> tuple[Declaration, ...]:
        """The declarations of one kind, in source order."""
        return tuple(declaration for declaration in self.declarations if declaration.kind == kind)


def without_keys(address: str) -> str:
    """An address without the keys of instances: what stands in the code."""
    return _KEYS.sub("", address)
