"""What a root module does with its keys, told when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from iac_keycheck.facts import Facts
from iac_keycheck.terraform.sites import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iac_keycheck.facts import Exposure, Rotation
    from iac_keycheck.resource import Instance
    from iac_keycheck.terraform.instances import Scope
    from iac_keycheck.values import Unknown


def facts_of(root: Scope, is_scanned: Callable[[str], bool]) -> Facts:
    """The facts of a root module. What computes them is loaded with the first question."""
    tree = Tree(root, is_scanned)

    def exposures() -> Iterable[Exposure]:
        from iac_keycheck.terraform.flows import exposures  # noqa: PLC0415

        return exposures(tree)

    def rotation(key: Instance) -> Rotation | Unknown:
        from iac_keycheck.terraform.rotation import rotation  # noqa: PLC0415

        return rotation(tree, key)

    return Facts(rotation=rotation, exposures=exposures)
