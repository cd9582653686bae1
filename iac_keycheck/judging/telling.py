"""From what holds of single keys and facts to findings, alike for all rules about them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from iac_keycheck.deciding.verdicts import Answer, Certainty
from iac_keycheck.facts import Fact, Mark
from iac_keycheck.findings import Finding, Meta, Occurrence, Place, Severity, Undecided, Worse
from iac_keycheck.judging.wording import constructs, named, user_of
from iac_keycheck.resource import Step
from iac_keycheck.source import Span
from iac_keycheck.users.claims import Case
from iac_keycheck.users.iam import Person

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.users.literals import Literal

NOBODY = Person(None, None)


def about_keys(  # noqa: PLR0913, PLR0917 — all that a finding is made of
    meta: Meta,
    deployment: str,
    case: Case,
    severity: Severity,
    message: str,
    span: Span | None = None,
    way: Iterable[Mark] = (),
    worse: Worse | None = None,
) -> Finding:
    """A finding about the keys of one block, at ``span`` where that is smaller than the block."""
    declaration = case.declaration
    users = [person.declaration.span for _, person in case.keys if person.declaration is not None]
    steps = list(declaration.calls)
    blocks = tuple(dict.fromkeys((declaration.span, *users, *(step.span for step in steps))))
    related = [*(Place(mark.span, mark.message) for mark in way), *(Place(user, "the user") for user in users)]
    if declaration.condition is not None and case.certainty is not Certainty.ALWAYS:
        related.append(Place(declaration.condition, f"decides whether {declaration.address} exists"))
    instances = tuple(
        _occurrence(case.answer, person, (key.address,), severity, case.sensitive, steps, blocks, worse)
        for key, person in case.keys
    )
    place = span or declaration.span
    if place != declaration.span:
        related.insert(0, Place(declaration.span, f"the key, {declaration.address}"))
    return Finding(
        rule=meta,
        message=message,
        span=place,
        instances=instances,
        deployment=deployment,
        related=_places(related, steps),
        subject_spans=blocks,
    )


def about_fact(  # noqa: PLR0913, PLR0917 — all that a finding is made of
    meta: Meta,
    deployment: str,
    fact: Fact,
    decided: tuple[Answer, frozenset[str]],
    severity: Severity,
    message: str,
    keys: Iterable[tuple[str, Person]] = (),
) -> Finding:
    """A finding about what one place of code does, to these keys where it is about some."""
    answer, sensitive = decided
    users = [person.declaration.span for _, person in keys if person.declaration is not None]
    blocks = tuple(dict.fromkeys((*fact.blocks, *users, *(step.span for step in fact.calls))))
    related = [*(Place(mark.span, mark.message) for mark in fact.way), *(Place(user, "the user") for user in users)]
    if fact.condition is not None and answer.certainty is not Certainty.ALWAYS:
        related.append(Place(fact.condition, f"decides whether {fact.subject} exists"))
    groups: dict[tuple[str | None, str | None], tuple[Person, list[str]]] = {}
    for address, person in keys:
        groups.setdefault((person.name, person.address), (person, []))[1].append(address)
    pairs = [(person, tuple(addresses)) for person, addresses in groups.values()] or [(NOBODY, ())]
    return Finding(
        rule=meta,
        message=message,
        span=fact.span,
        instances=tuple(
            _occurrence(answer, person, addresses, severity, sensitive, fact.calls, blocks)
            for person, addresses in pairs
        ),
        deployment=deployment,
        related=_places(related, fact.calls),
        subject_spans=blocks,
    )


def unclear(meta: Meta, case: Case) -> Undecided:
    """What could not be told of a block."""
    return Undecided((meta.id,), case.declaration.address, case.answer.reason or "", case.declaration.span)


def can(certainty: Certainty | None, sure: str, possible: str) -> str:
    """The verb of a message: what is so, or what can be so."""
    return possible if certainty is Certainty.POSSIBLE else sure


def _occurrence(  # noqa: PLR0913, PLR0917 — all that a finding is made of
    answer: Answer,
    person: Person,
    keys: tuple[str, ...],
    severity: Severity,
    sensitive: frozenset[str],
    steps: Iterable[Step],
    blocks: tuple[Span, ...],
    worse: Worse | None = None,
) -> Occurrence:
    return Occurrence(
        user=user_of(person),
        keys=keys,
        certainty=answer.certainty or Certainty.POSSIBLE,
        worlds=answer.worlds,
        witness=answer.witness,
        calls=tuple(Place(step.span, f"called here as {step.address}") for step in steps),
        severity=severity,
        worse=worse,
        sensitive=sensitive,
        subject_spans=blocks,
    )


def _places(related: Iterable[Place], steps: Iterable[Step]) -> tuple[Place, ...]:
    calls = [Place(step.span, f"called here as {step.address}") for step in reversed(list(steps))]
    return tuple(dict.fromkeys((*related, *calls)))


def whose(case: Case) -> str:
    """The key in a message, with its user."""
    key, person = case.keys[0]
    of = f" of {named(person)}" if person.name is not None or person.address is not None else ""
    return f"access key {key.address}{of}{constructs((key,))}"


def about_literal(meta: Meta, literal: Literal, message: str) -> Finding:
    """A finding about a key that stands in a file."""
    answer = Answer(Certainty.ALWAYS)
    related = () if literal.secret is None else (Place(literal.secret, "its secret"),)
    return Finding(
        rule=meta,
        message=message,
        span=literal.span,
        instances=(_occurrence(answer, NOBODY, (), meta.severity, frozenset(), (), (literal.span,)),),
        deployment=posixpath.dirname(literal.span.path) or ".",
        related=related,
        subject_spans=(literal.span,),
    )
