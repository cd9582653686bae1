"""Which frameworks are meant by the names that people give them, and which rules speak of their controls."""

from __future__ import annotations

from collections.abc import Sequence

from iac_keycheck.choices import Misuse
from iac_keycheck.findings import Rule
from iac_keycheck.nearest import did_you_mean


def frameworks(rules: Sequence[Rule], names: Sequence[str]) -> tuple[str, ...]:
    """The frameworks of the rules that ``names`` mean, in the order of the names. Raises `Misuse` where one means none.

    A name without its last parts means all that begin like it: ``cis-aws-4.0`` is 4.0.0 and 4.0.1, ``pci-dss`` is
    whatever version there is.
    """
    known = sorted({framework for rule in rules for framework in rule.meta.frameworks})
    found: dict[str, None] = {}
    for name in names:
        meant = [framework for framework in known if _means(name.casefold(), framework)]
        if not meant:
            near = did_you_mean(name, known) or f" There are: {', '.join(known)}."
            raise Misuse(f"No rule speaks of a framework {name!r}.{near}")
        found.update(dict.fromkeys(meant))
    return tuple(found)


def with_controls(rules: Sequence[Rule], chosen: Sequence[str]) -> tuple[str, ...]:
    """The ids of the rules that have controls in one of the ``chosen`` frameworks."""
    return tuple(rule.meta.id for rule in rules if any(name in rule.meta.frameworks for name in chosen))


def _means(name: str, framework: str) -> bool:
    return framework == name or framework.startswith((f"{name}.", f"{name}-"))
