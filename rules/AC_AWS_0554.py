"""Multiple active access keys for one IAM user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.wording import condition, keys_of, named, occurrence, places

if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="AC_AWS_0554",
    name="multiple-active-access-keys",
    summary="IAM user with more than one active access key",
    severity=Severity.MEDIUM,
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each user who has, or can have, more than one active access key."""
    for deployment in graph.deployments:
        for meeting in graph.keys_together(deployment):
            keys = keys_of(meeting)
            surplus = keys[1] if len(keys) > 1 else keys[0]
            count = max(len(keys), 2)
            can = "can have" if str(meeting.answer.certainty) == "possible" else "has"
            yield Finding(
                rule=META,
                message=f"{named(meeting.person)} {can} {count} active access keys{condition(meeting)}",
                span=surplus.declaration.span,
                instances=(occurrence(meeting, META.severity),),
                deployment=deployment.name,
                related=places(meeting, surplus),
                subject_spans=tuple(dict.fromkeys(one.declaration.span for one in meeting.instances)),
            )
        for unclear in graph.unclear_keys_together(deployment):
            yield Undecided((META.id,), unclear.declaration.address, unclear.reason, unclear.declaration.span)
