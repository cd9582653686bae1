"""The one model that rules read: deployments of both languages, with what meets at each user."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from iac_keycheck import iam
from iac_keycheck.iam import Meeting, Unclear
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, USER, Deployment


@dataclass(slots=True)
class Graph:
    """All deployments of a scan. Answers are worked out when a rule asks for them, once."""

    deployments: tuple[Deployment, ...]
    as_of: datetime
    _meetings: dict[tuple[int, tuple[str, ...]], tuple[list[Meeting], list[Unclear]]] = field(default_factory=dict)

    def keys_together(self, deployment: Deployment) -> list[Meeting]:
        """Users with more than one active access key."""
        return self._meet(deployment, (ACCESS_KEY, ACCESS_KEY))[0]

    def users_with_keys(self, deployment: Deployment) -> list[Meeting]:
        """Declared users, not imported, with an active access key declared beside them."""
        return self._meet(deployment, (USER, ACCESS_KEY))[0]

    def console_users_with_keys(self, deployment: Deployment) -> list[Meeting]:
        """As `users_with_keys`, those that have a console login as well."""
        if not deployment.of_kind(LOGIN_PROFILE):
            return []
        return self._meet(deployment, (USER, ACCESS_KEY, LOGIN_PROFILE))[0]

    def unclear_keys_together(self, deployment: Deployment) -> list[Unclear]:
        """Keys of which it could not be told whether they are a second active key of some user."""
        found = list(self._meet(deployment, (ACCESS_KEY, ACCESS_KEY))[1])
        known = {unclear.declaration for unclear in found}
        return found + [unclear for unclear in iam.opaque_owners(deployment) if unclear.declaration not in known]

    def unclear_users_with_keys(self, deployment: Deployment) -> list[Unclear]:
        """Keys of which it could not be told whether they belong to a declared user."""
        return list(self._meet(deployment, (USER, ACCESS_KEY))[1])

    def _meet(self, deployment: Deployment, kinds: tuple[str, ...]) -> tuple[list[Meeting], list[Unclear]]:
        key = (id(deployment), kinds)
        if key not in self._meetings:
            self._meetings[key] = iam.meetings(deployment, kinds)
        return self._meetings[key]
