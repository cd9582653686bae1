"""From what meets at a user to the words and places of a finding, alike for all rules about users and keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Finding, Meta, Occurrence, Place, Severity, User, Worse
from iac_keycheck.resource import ACCESS_KEY, Declaration, Deployment, Instance, Step
from iac_keycheck.source import Span
from iac_keycheck.users.iam import Meeting, Person
from iac_keycheck.users.observed import ROOT, Credential


def user_of(person: Person) -> User:
    """The user of a finding."""
    return User(person.name, person.address)


def named(person: Person) -> str:
    """The user in a message: its name, else its address, else that it is not known."""
    if person.name == ROOT:
        return "the root user of the account"
    if person.name is not None:
        return f'IAM user "{person.name}"'
    return f"IAM user {person.address}" if person.address is not None else "one IAM user"


def keys_of(meeting: Meeting) -> tuple[Instance, ...]:
    """The access keys of a meeting."""
    return tuple(instance for instance in meeting.instances if instance.declaration.kind == ACCESS_KEY)


def occurrence(meeting: Meeting, severity: Severity, worse: Worse | None = None) -> Occurrence:
    """One instance of a finding about a meeting."""
    calls = tuple(Place(step.span, f"called here as {step.address}") for step in reversed(_calls(meeting.instances)))
    keys = {(key.declaration.span, key.address): key.address for key in keys_of(meeting)}
    return Occurrence(
        user=user_of(meeting.person),
        keys=tuple(keys.values()),
        certainty=meeting.answer.certainty or Certainty.POSSIBLE,
        worlds=meeting.answer.worlds,
        witness=meeting.answer.witness,
        calls=calls,
        severity=severity,
        worse=worse,
        sensitive=meeting.sensitive,
        subject_spans=subjects(meeting),
    )


def of_credentials(
    rule: Meta, message: str, person: Person, credentials: Sequence[Credential], deployment: Deployment
) -> Finding:
    """A finding about credentials of one user that evidence shows, at the first of them; it holds always."""
    first = credentials[0]
    user = person.declaration.span if person.declaration is not None else None
    related = [Place(user, "the user")] if user is not None and user != first.span else []
    related += (Place(one.span, one.name) for one in credentials[1:])
    instance = Occurrence(
        user=user_of(person),
        keys=tuple(one.address for one in credentials if one.kind == "access key"),
        certainty=Certainty.ALWAYS,
        severity=rule.severity,
        subject_spans=tuple(dict.fromkeys((*(one.span for one in credentials), *([user] if user else [])))),
    )
    return Finding(rule, message, first.span, (instance,), deployment.name, tuple(related))


def subjects(meeting: Meeting) -> tuple[Span, ...]:
    """The blocks at which a comment about a meeting may stand: its keys, its user, the calls of their modules."""
    spans = [instance.declaration.span for instance in meeting.instances]
    if meeting.person.declaration is not None:
        spans.append(meeting.person.declaration.span)
    return tuple(dict.fromkeys((*spans, *(step.span for step in _calls(meeting.instances)))))


def places(meeting: Meeting, primary: Instance) -> tuple[Place, ...]:
    """The related places: the user, the other keys, conditions, the calls on the way (outermost last)."""
    found: list[Place] = []
    if meeting.person.declaration is not None:
        user = meeting.person.declaration
        found.append(Place(user.span, f"the user{_made_of(user)}"))
    found += (
        Place(key.declaration.span, f"the other key, {key.address}{_made_of(key.declaration)}")
        for key in keys_of(meeting)
        if key.declaration is not primary.declaration
    )
    found += (
        Place(instance.declaration.condition, f"decides whether {instance.address} exists")
        for instance in meeting.instances
        if instance.declaration.condition is not None and meeting.answer.certainty is not Certainty.ALWAYS
    )
    found += (Place(step.span, f"called here as {step.address}") for step in reversed(_calls(meeting.instances)))
    found += (
        Place(instance.seen, f"{instance.address} as evidence shows it")
        for instance in meeting.instances
        if instance.seen is not None and instance.seen != instance.declaration.span
    )
    found += (Place(sighting.span, sighting.message) for sighting in meeting.sightings)
    return tuple(dict.fromkeys(found))


_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}


def _made_of(declaration: Declaration) -> str:
    """The construct that a program made a resource of, behind its name."""
    return f" ({declaration.construct})" if declaration.construct else ""


def constructs(instances: Iterable[Instance]) -> str:
    """The constructs that a program made keys of, as the end of a sentence; empty where none did."""
    found = dict.fromkeys(one.declaration.construct for one in instances if one.declaration.construct)
    return f"; made of {', '.join(found)}" if found else ""


def outside(meeting: Meeting) -> str:
    """How many of the active keys nothing declares, as the end of a sentence; empty where that is not so."""
    count, total = meeting.undeclared, len(keys_of(meeting))
    if count == 0:
        return ""
    of = f"of the {_NUMBERS.get(total, total)} active keys"
    if count == total:
        return f"; {'neither' if total == 2 else 'none'} {of} is in {meeting.declared_in}"  # noqa: PLR2004
    is_ = "is" if count == 1 else "are"
    return f"; {_NUMBERS.get(count, count)} {of} {is_} not in {meeting.declared_in}"


def _calls(instances: Iterable[Instance]) -> list[Step]:
    return list(dict.fromkeys(step for instance in instances for step in instance.declaration.calls))


def condition(meeting: Meeting) -> str:
    """When it holds, as the end of a sentence: empty where it always does."""
    match meeting.answer.certainty:
        case Certainty.DEFAULT if meeting.answer.worlds:
            return f" with the values of {', '.join(meeting.answer.worlds)}"
        case Certainty.DEFAULT:
            return " with the committed values"
        case _:
            return ""
