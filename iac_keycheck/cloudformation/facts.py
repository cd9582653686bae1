"""What the templates of a deployment do with their keys, told when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iac_keycheck.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iac_keycheck.cloudformation.scope import Scope
    from iac_keycheck.facts import Exposure


def facts_of(scopes: tuple[Scope, ...]) -> Facts:
    """The facts of a deployment's templates. What computes them is loaded with the first question."""

    def exposures() -> Iterable[Exposure]:
        from iac_keycheck.cloudformation.flows import exposures  # noqa: PLC0415

        return exposures(scopes)

    return Facts(exposures=exposures)
