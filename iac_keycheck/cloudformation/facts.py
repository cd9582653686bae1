"""What the templates of a deployment do with their keys, told when somebody asks."""

from __future__ import annotations

from iac_keycheck.deciding.terms import either, equal
from iac_keycheck.deciding.values import Refused, Unknown, plain
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.facts import Facts, Pace, Retention, Rotation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from iac_keycheck.cloudformation.scope import Scope
    from iac_keycheck.facts import Claim, Exposure
    from iac_keycheck.resource import Instance


def facts_of(scopes: tuple[Scope, ...]) -> Facts:
    """The facts of a deployment's templates. What computes them is loaded with the first question."""

    def exposures() -> Iterable[Exposure]:
        from iac_keycheck.cloudformation.flows import exposures  # noqa: PLC0415

        return exposures(scopes)

    def commands() -> Iterable[Claim]:
        from iac_keycheck.cloudformation.guards_and_commands import commands  # noqa: PLC0415

        return commands(scopes)

    def guards() -> Iterable[Claim]:
        from iac_keycheck.cloudformation.guards_and_commands import guards  # noqa: PLC0415

        return guards(scopes)

    return Facts(
        commands=commands,
        guards=guards,
        rotation=lambda key: _rotation(key, scopes),
        retention=_retention,
        # CloudFormation always makes the new one first
        new_one_first=lambda _key: True,
        exposures=exposures,
    )


def _retention(key: Instance) -> Retention:
    replaced, removed = _retains(key, "update_replace_policy"), _retains(key, "deletion_policy")
    places = key.declaration.attribute_spans
    if replaced is not False:
        span = places.get("update_replace_policy")
        return Retention(replaced, removed, span, "UpdateReplacePolicy: Retain")
    return Retention(replaced, removed, places.get("deletion_policy"), "DeletionPolicy: Retain")


def _retains(key: Instance, policy: str) -> bool | Unknown:
    try:
        value = key.attribute(policy)
    except Refused:
        return False
    return either(equal(value, "Retain"), equal(value, "RetainExceptOnCreate"))


def _rotation(key: Instance, scopes: tuple[Scope, ...]) -> Rotation:
    """By hand, where somebody raises the serial: what it is at the moment does not matter."""
    with scopes[0].inputs.assuming(NOTHING):
        serial = plain(key.attribute("serial"))
    if isinstance(serial, Unknown):
        return Rotation(Pace.BY_HAND)
    return Rotation(Pace.NONE if serial is None or str(serial) == "1" else Pace.BY_HAND)
