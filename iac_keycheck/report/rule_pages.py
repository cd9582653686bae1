"""The rules as a list, and the documentation of one, for a person to read."""

from __future__ import annotations

from collections.abc import Sequence

from iac_keycheck.findings import Rule


def listing(rules: Sequence[Rule], *, colour: bool, width: int | None) -> str:
    """One line for each rule."""
    del colour, width
    return "".join(f"{rule.meta.id}  {rule.meta.severity}  {rule.meta.name}\n" for rule in rules)


def page(rule: Rule, *, colour: bool, width: int | None) -> str:
    """The documentation of a rule."""
    del colour, width
    return f"{rule.documentation}\n"
