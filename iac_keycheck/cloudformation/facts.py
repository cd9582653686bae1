"""What the templates of a deployment do with their keys, told when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iac_keycheck.facts import Facts, Pace, Rotation
from iac_keycheck.values import Unknown, plain
from iac_keycheck.worlds import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iac_keycheck.cloudformation.scope import Scope
    from iac_keycheck.facts import Exposure
    from iac_keycheck.resource import Instance


def facts_of(scopes: tuple[Scope, ...]) -> Facts:
    """The facts of a deployment's templates. What computes them is loaded with the first question."""

    def exposures() -> Iterable[Exposure]:
        from iac_keycheck.cloudformation.flows import exposures  # noqa: PLC0415

        return exposures(scopes)

    return Facts(rotation=lambda key: _rotation(key, scopes), exposures=exposures)


def _rotation(key: Instance, scopes: tuple[Scope, ...]) -> Rotation:
    """By hand, where somebody raises the serial: what it is at the moment does not matter."""
    with scopes[0].inputs.assuming(NOTHING):
        serial = plain(key.attribute("serial"))
    if isinstance(serial, Unknown):
        return Rotation(Pace.BY_HAND)
    return Rotation(Pace.NONE if serial is None or str(serial) == "1" else Pace.BY_HAND)
