"""What the readers of evidence give: objects of an account as they are or will be, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from iac_keycheck.deciding.values import Value
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Account, Gap
from iac_keycheck.source import Problem, Span
from iac_keycheck.users.observed import Credential, Evidence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


@dataclass(frozen=True, slots=True)
class Seen:
    """A user, key or login profile that evidence shows. ``block`` is its address without instance keys.

    ``values`` are the few attributes that are asked for; those in ``hidden`` are not printed. ``existed`` says that it
    was there before what a plan makes; ``late`` that it was not made with its user. ``made`` is when it was;
    ``credential`` is what the evidence tells of it besides.
    """

    kind: str
    address: str
    block: str
    span: Span
    values: Mapping[str, Value]
    account: Account = field(default_factory=Account)
    hidden: frozenset[str] = frozenset()
    existed: bool = False
    late: bool = False
    made: datetime | None = None
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A file of evidence as read.

    ``blocks`` are the addresses, without instance keys, for which a plan or state speaks. ``others`` says which blocks
    of the code there are besides: none; those that exist whatever the inputs, so that they are newer than it; or all,
    as the code has them. ``evidence`` is all but the credentials, which are those of the objects. ``text`` is what
    excerpts are made of, where nothing in it can be secret.
    """

    path: str
    language: Literal["plan", "state", "report"]
    objects: tuple[Seen, ...] = ()
    blocks: frozenset[str] = frozenset()
    others: Literal["none", "certain", "all"] = "certain"
    evidence: Evidence = field(default_factory=Evidence)
    gaps: tuple[Gap, ...] = ()
    problems: tuple[Problem, ...] = ()
    text: str = ""
