"""What one world deploys: users and access keys, or nothing because it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """A user as an account knows it: the name in lower case."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a world deploys: declared users and access keys by address; ``active`` are the keys that are."""

    users: Mapping[str, Holder]
    keys: Mapping[str, Holder]
    active: frozenset[str]

    def keys_of(self, holder: Holder) -> frozenset[str]:
        """Addresses of the active keys of a user."""
        return frozenset(address for address in self.active if self.keys[address] == holder)

    def holders(self) -> frozenset[Holder]:
        """All users that are declared or have a key."""
        return frozenset([*self.users.values(), *self.keys.values()])


@dataclass(frozen=True, slots=True)
class Refused:
    """The world does not exist: Terraform or CloudFormation rejects it."""

    reason: str


Outcome: TypeAlias = Deployed | Refused
