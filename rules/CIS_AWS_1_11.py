"""Access key set up together with its IAM user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iac_keycheck.findings import Finding, Meta, Severity, Undecided, Worse
from iac_keycheck.guards import Certainty
from iac_keycheck.wording import condition, keys_of, named, occurrence, places

if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="CIS_AWS_1_11",
    name="access-key-at-user-setup",
    summary="IAM user set up together with an access key",
    severity=Severity.MEDIUM,
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each user who is declared beside an access key; worse where the user can log in to the console."""
    for deployment in graph.deployments:
        console = {meeting.person: meeting for meeting in graph.console_users_with_keys(deployment)}
        for meeting in graph.users_with_keys(deployment):
            logs_in = console.get(meeting.person)
            certainty = meeting.answer.certainty or Certainty.POSSIBLE
            severity, worse, what = Severity.LOW, None, "is set up together with an access key"
            if logs_in is not None and logs_in.answer.certainty is not None:
                if logs_in.answer.certainty >= certainty:
                    severity, what = META.severity, "is set up together with an access key and a console login"
                else:
                    worse = Worse(META.severity, logs_in.answer.certainty, logs_in.answer.witness)
            key = keys_of(meeting)[0]
            can = "can be" if certainty is Certainty.POSSIBLE else "is"
            yield Finding(
                rule=META,
                message=f"{named(meeting.person)} {what.replace('is', can, 1)}{condition(meeting)}",
                span=key.declaration.span,
                instances=(occurrence(meeting, severity, worse),),
                deployment=deployment.name,
                related=places(meeting, key),
                subject_spans=tuple(dict.fromkeys(one.declaration.span for one in meeting.instances)),
            )
        for unclear in graph.unclear_users_with_keys(deployment):
            yield Undecided((META.id,), unclear.declaration.address, unclear.reason, unclear.declaration.span)
