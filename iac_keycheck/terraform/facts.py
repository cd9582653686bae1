"""What a root module does with its keys, told when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from iac_keycheck.facts import Facts, Retention
from iac_keycheck.terraform.hints import COMMANDS, CONDITION, GUARDS, LIFECYCLES, REMOVED, SECRETS, say
from iac_keycheck.terraform.sites import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from iac_keycheck.deciding.values import Unknown
    from iac_keycheck.facts import Claim, Exposure, Rotation
    from iac_keycheck.resource import Declaration, Instance
    from iac_keycheck.terraform.instances import Scope


def facts_of(root: Scope, is_scanned: Callable[[str], bool]) -> Facts:
    """The facts of a root module. What computes them is loaded with the first question."""
    tree = Tree(root, is_scanned)

    @cache
    def texts() -> tuple[str, ...]:
        return tuple(tree.texts())

    def exposures() -> Iterable[Exposure]:
        if not say(texts(), SECRETS):
            return ()
        from iac_keycheck.terraform.flows import exposures  # noqa: PLC0415

        return exposures(tree)

    def rotation(key: Instance) -> Rotation | Unknown:
        from iac_keycheck.terraform.rotation import rotation  # noqa: PLC0415

        return rotation(tree, key)

    @cache
    def has_lifecycles() -> bool:
        return say(texts(), LIFECYCLES)

    def retention(key: Instance) -> Retention:
        if not has_lifecycles():
            return Retention()
        from iac_keycheck.terraform.lifecycles import retention  # noqa: PLC0415

        return retention(tree, key)

    @cache
    def rotates() -> bool:
        from iac_keycheck.terraform.rotation import may_rotate  # noqa: PLC0415

        return may_rotate(texts())

    def may_stay(block: Declaration) -> bool:
        if not has_lifecycles():
            return False
        from iac_keycheck.terraform.lifecycles import may_stay  # noqa: PLC0415

        return may_stay(tree, block)

    def new_one_first(key: Instance) -> bool:
        if not has_lifecycles():
            return False
        from iac_keycheck.terraform.lifecycles import new_one_first  # noqa: PLC0415

        return new_one_first(tree, key)

    def abandoned() -> Iterable[Claim]:
        if not say(texts(), REMOVED):
            return ()
        from iac_keycheck.terraform.lifecycles import abandoned  # noqa: PLC0415

        return abandoned(tree)

    def commands() -> Iterable[Claim]:
        if not say(texts(), COMMANDS):
            return ()
        from iac_keycheck.terraform.commands import commands  # noqa: PLC0415

        return commands(tree)

    def guards() -> Iterable[Claim]:
        if not say(texts(), GUARDS) and not say(map(str.casefold, texts()), CONDITION):
            return ()
        from iac_keycheck.terraform.unguarded import guards  # noqa: PLC0415

        return guards(tree)

    return Facts(
        commands=commands,
        guards=guards,
        rotation=rotation,
        retention=retention,
        may_rotate=lambda _block: rotates(),
        may_stay=may_stay,
        new_one_first=new_one_first,
        exposures=exposures,
        abandoned=abandoned,
    )
