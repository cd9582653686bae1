"""The one model that rules read: deployments of both languages, with what meets at each user."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from iac_keycheck.deciding.verdicts import Verdict
from iac_keycheck.facts import Exposure, Fact, Pace, Retention, Rotation
from iac_keycheck.limits import Limits
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, USER, Declaration, Deployment, Gap
from iac_keycheck.source import Problem
from iac_keycheck.users import across, claims, iam, named
from iac_keycheck.users.claims import Case, Decision
from iac_keycheck.users.iam import Meeting, Meetings, Person, Unclear
from iac_keycheck.users.meetings import meetings
from iac_keycheck.users.observed import KEYS_TOGETHER, SET_UP_TOGETHER, Credential
from iac_keycheck.users.sightings import People

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iac_keycheck.users.literals import Literal


@dataclass(slots=True)
class Graph:
    """All deployments of a scan. Answers are worked out when a rule asks for them, once.

    ``as_of_given`` says that ``as_of`` was chosen, so that it counts for reports too, whenever they were generated.
    ``literals`` gives the keys that are written into the scanned code.
    """

    deployments: tuple[Deployment, ...]
    as_of: datetime
    as_of_given: bool = True
    limits: Limits = field(default_factory=Limits)
    literals: Callable[[], Iterable[Literal]] = tuple
    _meetings: dict[tuple[int, tuple[str, ...]], Meetings] = field(default_factory=dict)
    _joined: dict[tuple[str, ...], Mapping[int, tuple[Meeting, ...]]] = field(default_factory=dict)
    _active: dict[int, Deployment] = field(default_factory=dict)
    _pairs: dict[int, tuple[Meeting, ...]] = field(default_factory=dict)
    _people: People | None = None

    def keys_together(self, deployment: Deployment) -> tuple[Meeting, ...]:
        """Users with more than one active access key."""
        return self._together((ACCESS_KEY, ACCESS_KEY))[id(deployment)]

    def keys_across(self) -> across.Across:
        """Users with an active key in each of several deployments of one account."""
        return across.keys_across(self.deployments)

    def users_with_keys(self, deployment: Deployment) -> tuple[Meeting, ...]:
        """Declared users, not imported, with an active access key declared beside them."""
        return self._together((USER, ACCESS_KEY))[id(deployment)]

    def console_users_with_keys(self, deployment: Deployment) -> tuple[Meeting, ...]:
        """As `users_with_keys`, those that have a console login as well."""
        return self._together((USER, ACCESS_KEY, LOGIN_PROFILE))[id(deployment)]

    def keys_of_user(self, deployment: Deployment, name: str) -> tuple[Meeting, ...]:
        """Blocks with keys of the user of this name."""
        return tuple(named.keys_of_user(deployment, name))

    def unclear_keys_together(self, deployment: Deployment) -> list[Unclear]:
        """Keys of which it could not be told whether they are a second active key of some user."""
        found = list(self._meet(deployment, (ACCESS_KEY, ACCESS_KEY)).unclear)
        known = {unclear.declaration for unclear in found}
        found += (unclear for unclear in iam.opaque_owners(deployment) if unclear.declaration not in known)
        found += _lacking(deployment, KEYS_TOGETHER)
        return [unclear for unclear in found if unclear.reason not in deployment.unread]

    def unclear_users_with_keys(self, deployment: Deployment) -> list[Unclear]:
        """Keys of which it could not be told whether they belong to a declared user."""
        found = [*self._meet(deployment, (USER, ACCESS_KEY)).unclear, *_lacking(deployment, SET_UP_TOGETHER)]
        return [unclear for unclear in found if unclear.reason not in deployment.unread]

    def gaps(self, deployment: Deployment) -> tuple[Gap, ...]:
        """What could not be read and matters: by itself, or because the user of a key comes out of it."""
        reasons = {unclear.reason for unclear in iam.opaque_owners(deployment)}
        for key in ((ACCESS_KEY, ACCESS_KEY), (USER, ACCESS_KEY)):
            reasons.update(unclear.reason for unclear in self._meet(deployment, key).unclear)
        used = (gap for reason, gap in deployment.unread.items() if reason in reasons)
        return tuple(dict.fromkeys((*deployment.gaps, *used)))

    def problems(self) -> list[Problem]:
        """What is wrong with the input beyond its syntax, as far as questions came across it."""
        found = [problem for meetings in self._meetings.values() for problem in meetings.problems]
        for deployment in self.deployments:
            found += (*deployment.problems, *deployment.met())
            found += iam.users_of_one_name(deployment)
        return found

    def person(self, deployment: Deployment, credential: Credential) -> Person:
        """The user who has a credential that evidence shows."""
        return self._known_people().person(deployment, credential)

    def rotated(self, deployment: Deployment, test: Callable[[Rotation], Verdict]) -> Iterator[tuple[Case, Rotation]]:
        """The keys that can be active and of whose rotation something holds, with how they are rotated then."""
        for case in claims.rotations(deployment, test):
            yield case, claims.rotation_in(deployment, case) if case.keys else Rotation(Pace.NONE)

    def kept_keys(
        self, deployment: Deployment, test: Callable[[Retention], Verdict]
    ) -> Iterator[tuple[Case, Retention]]:
        """The keys that stay where they should go, with what makes them stay."""
        return claims.retained(deployment, test)

    def beyond_two_keys(self, deployment: Deployment) -> tuple[tuple[Meeting, ...], list[Unclear]]:
        """Users with more than two keys, active or not, and keys of which it could not be told whether they are third.

        Where no user is known to have two, that is not told: whether a key is a second one is asked by itself.
        """
        if not self._with_two(deployment):
            return (), []
        found = meetings(self._all_active(deployment), (ACCESS_KEY,) * 3)
        return found.meetings, [unclear for unclear in found.unclear if unclear.reason not in deployment.unread]

    def without_room_for_a_new_key(self, deployment: Deployment) -> tuple[Meeting, ...]:
        """Users with two keys, of which one is replaced by a third."""
        pairs = () if deployment.is_evidence else self._with_two(deployment)
        return tuple(pair for pair in pairs if any(map(deployment.facts.new_one_first, pair.instances)))

    def decided(self, deployment: Deployment, fact: Fact) -> Decision:
        """How surely a fact holds."""
        return claims.decided(deployment, fact)

    def exposed(self, deployment: Deployment, exposure: Exposure) -> tuple[Decision, list[tuple[str, Person]]]:
        """How surely a secret is exposed, and whose: the addresses of the keys with their users."""
        decision = claims.decided(deployment, exposure.fact)
        answer = decision[0]
        if answer.certainty is None:
            return decision, []
        with deployment.space.inputs.assuming(answer.world):
            addresses = exposure.keys()
        return decision, [(one, claims.person_at(deployment, one, answer.world)) for one in addresses]

    def number(self, kind: str) -> int:
        """How many users or keys there are, those of which both code and a report tell once."""
        return self._known_people().number(kind)

    def now(self, deployment: Deployment) -> datetime:
        """The moment as of which ages in a deployment are judged: the chosen one, or when a report was generated."""
        return self.as_of if self.as_of_given else deployment.evidence.generated or self.as_of

    def _together(self, kinds: tuple[str, ...]) -> Mapping[int, tuple[Meeting, ...]]:
        """The meetings of all deployments, those of reports joined with their like in code."""
        if kinds not in self._joined:
            console = LOGIN_PROFILE in kinds
            found = {
                id(one): self._meet(one, kinds).meetings if not console or one.of_kind(LOGIN_PROFILE) else ()
                for one in self.deployments
            }
            together = self._together((USER, ACCESS_KEY)) if console else {}
            self._joined[kinds] = self._known_people().joined(found, together)
        return self._joined[kinds]

    def _with_two(self, deployment: Deployment) -> tuple[Meeting, ...]:
        """Users with two keys, whether active or not."""
        active = self._all_active(deployment)
        if active is deployment:
            return self._meet(deployment, (ACCESS_KEY, ACCESS_KEY)).meetings
        if id(deployment) not in self._pairs:
            self._pairs[id(deployment)] = meetings(active, (ACCESS_KEY, ACCESS_KEY)).meetings
        return self._pairs[id(deployment)]

    def _all_active(self, deployment: Deployment) -> Deployment:
        if id(deployment) not in self._active:
            self._active[id(deployment)] = claims.all_active(deployment)
        return self._active[id(deployment)]

    def _known_people(self) -> People:
        if self._people is None:
            self._people = People(self.deployments)
        return self._people

    def _meet(self, deployment: Deployment, kinds: tuple[str, ...]) -> Meetings:
        key = (id(deployment), kinds)
        if key not in self._meetings:
            self._meetings[key] = meetings(deployment, kinds)
        return self._meetings[key]

    def to_json(self) -> dict[str, Any]:
        """The graph as plain data: see `graph_json`."""
        from iac_keycheck.graph_json import graph_json  # noqa: PLC0415 — it knows this class

        return graph_json(self)


def _lacking(deployment: Deployment, columns: tuple[str, ...]) -> list[Unclear]:
    """That a cut-down report cannot answer a question, at the place of its columns."""
    evidence = deployment.evidence
    reason = evidence.lacks(columns)
    if reason is None or evidence.header is None:
        return []
    report = Declaration(ACCESS_KEY, deployment.name, evidence.header, evidence.header, lambda: (), undeclared=True)
    return [Unclear(report, reason)]
