"""Users that reports show, brought together with the same users in code by their names: one user is one meeting.

A report shows what there is now, whatever the inputs: what it confirms of code holds always. Keys that it shows and
that no code declares are counted; they are told apart by their ids where a state knows those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from iac_keycheck.deciding.values import Ref, Refused, plain
from iac_keycheck.deciding.verdicts import Answer, Certainty
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.resource import ACCESS_KEY, USER, Deployment, Instance
from iac_keycheck.users.iam import Meeting, Person, Sighting
from iac_keycheck.users.observed import Credential

Found = Mapping[int, tuple[Meeting, ...]]
"""Meetings of some kinds by the id of their deployment."""


@dataclass(slots=True)
class _Known:
    """A user as code, a plan or a state has it, in the committed worlds."""

    address: str | None = None
    user: Instance | None = None
    keys: list[Instance] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)


class People:
    """The users of all deployments that are no reports, by their names."""

    def __init__(self, deployments: Sequence[Deployment]) -> None:
        self._known: dict[str, _Known] = {}
        self._reports = [one for one in deployments if one.language == "report"]
        self._others = [one for one in deployments if one.language != "report"]
        for deployment in self._others if self._reports else ():
            for instance in _committed(deployment):
                self._add(instance, deployment)

    def person(self, deployment: Deployment, credential: Credential) -> Person:
        """Whose a credential is: where the user is declared, if anywhere."""
        known = self._of(credential.user) if deployment.language == "report" else None
        if known is None:
            return Person(credential.user, credential.user_address)
        declaration = known.user.declaration if known.user else None
        return Person(credential.user, known.address, declaration)

    def number(self, kind: str) -> int:
        """How many users or keys there are: blocks of code, and what evidence shows beyond them."""
        number = sum(len(deployment.of_kind(kind)) for deployment in self._others)
        for report in self._reports:
            shown: dict[str, int] = {}
            for instance in _committed(report, (kind,)):
                name = plain(instance.owner)
                if isinstance(name, str):
                    shown[name.casefold()] = shown.get(name.casefold(), 0) + 1
            for name, count in shown.items():
                known = self._known.get(name, _Known())
                number += max(count - (len(known.keys) if kind == ACCESS_KEY else 1 if known.deployments else 0), 0)
        return number

    def joined(self, found: Found, together: Found) -> Found:
        """Meetings of some kinds, those of reports brought to their like in code.

        ``together`` are the meetings of users with keys, where ``found`` are those with a console login as well.
        """
        joined = {key: [*meetings] for key, meetings in found.items()}
        for deployment in self._others:
            if not deployment.is_evidence:
                joined[id(deployment)] = [_counted(meeting) for meeting in joined[id(deployment)]]
        for report in self._reports:
            own, joined[id(report)] = joined[id(report)], []
            for meeting in own:
                known = self._of(meeting.person.name)
                if known is None or not self._confirmed(meeting, known, joined, together):
                    joined[id(report)].append(self._seen_only(meeting, known))
        return {key: tuple(meetings) for key, meetings in joined.items()}

    def _confirmed(self, meeting: Meeting, known: _Known, joined: dict[int, list[Meeting]], together: Found) -> bool:
        """Whether code has a meeting of the same user, which then holds always."""
        for deployment in known.deployments:
            own = joined[id(deployment)]
            like = _like(meeting, own)
            # a report may be alone to know of a console login
            base = like or _like(meeting, together.get(id(deployment), ()))
            if base is None:
                continue
            places = tuple(Sighting(key.declaration.span, "one of its keys as it is in use") for key in _keys(meeting))
            answer = Answer(Certainty.ALWAYS, world=base.answer.world)
            confirmed = replace(base, answer=answer, sightings=(*base.sightings, *places))
            joined[id(deployment)] = [confirmed if one is like else one for one in own]
            if like is None:
                joined[id(deployment)].append(confirmed)
            return True
        return False

    def _seen_only(self, meeting: Meeting, known: _Known | None) -> Meeting:
        """A meeting that only a report shows, with what code knows of its user and how many of the keys it knows."""
        keys = _keys(meeting)
        if known is None:
            person = replace(meeting.person, address=None)
            return replace(
                meeting, person=person, undeclared=len(keys) if self._others else 0, declared_in=self._where()
            )
        ids = {key.attribute("id"): key for key in known.keys if key.attribute("id") is not None}
        matched = {key.address: ids[key.attribute("id")] for key in keys if key.attribute("id") in ids}
        undeclared = len(keys) - len(matched) if matched else max(len(keys) - len(known.keys), 0)
        # the surplus key, at which a finding points, is one that is in no code
        ordered = sorted(meeting.instances, key=lambda one: one.address not in matched)
        instances = tuple(matched.get(one.address, one) for one in ordered)
        user = known.user.declaration if known.user else meeting.person.declaration
        return replace(
            meeting,
            person=Person(meeting.person.name, known.address, user),
            instances=instances,
            undeclared=undeclared,
            declared_in=self._where(),
            sightings=tuple(
                Sighting(key.declaration.span, f"the key that is declared, {key.address}")
                for key in known.keys
                if key not in instances
            ),
        )

    def _of(self, name: str | None) -> _Known | None:
        return self._known.get(name.casefold()) if name is not None else None

    def _add(self, instance: Instance, deployment: Deployment) -> None:
        try:
            owner = instance.owner
        except Refused:
            return  # whose it is cannot be told, and the code itself is asked about that
        name = plain(owner)
        if not isinstance(name, str):
            return
        known = self._known.setdefault(name.casefold(), _Known())
        if deployment not in known.deployments:
            known.deployments.append(deployment)
        if instance.declaration.kind == USER and known.user is None:
            known.user, known.address = instance, instance.address
        elif instance.declaration.kind == ACCESS_KEY:
            known.keys.append(instance)
        if known.address is None and isinstance(owner, Ref):
            known.address = owner.shown or owner.target

    def _where(self) -> str:
        code = [one for one in self._others if not one.is_evidence]
        return "this code" if code or not self._others else f"the {self._others[0].language}"


def _counted(meeting: Meeting) -> Meeting:
    """A meeting in code with the number of those keys that only a plan or state shows."""
    undeclared = sum(key.declaration.undeclared for key in _keys(meeting))
    return replace(meeting, undeclared=undeclared) if undeclared else meeting


def _like(meeting: Meeting, others: Iterable[Meeting]) -> Meeting | None:
    name = (meeting.person.name or "").casefold()
    return next((other for other in others if (other.person.name or "").casefold() == name), None)


def _keys(meeting: Meeting) -> tuple[Instance, ...]:
    return tuple(instance for instance in meeting.instances if instance.declaration.kind == ACCESS_KEY)


def _committed(deployment: Deployment, kinds: tuple[str, ...] = (USER, ACCESS_KEY)) -> Iterable[Instance]:
    with deployment.space.inputs.assuming(deployment.space.committed):
        found: list[Instance] = []
        for kind in kinds:
            for declaration in deployment.of_kind(kind):
                try:
                    expanded = declaration.expand()
                    found += expanded if isinstance(expanded, tuple) else ()
                except Refused:
                    continue
        return found
