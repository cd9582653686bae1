"""Inputs that Terragrunt gives to a module: by name, merged as files include each other, unknown where not static."""

from __future__ import annotations

from collections.abc import Mapping

from iac_keycheck.deciding.values import Entries, Items, Refused, Unknown, Value, is_known, plain
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Span
from iac_keycheck.terraform.terragrunt_functions import unknown


@dataclass(frozen=True, slots=True)
class Assigned:
    """The value of an input, and where it is given."""

    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Given:
    """The inputs that are given by name. Where ``open_``, others may be given that only the run knows."""

    values: Mapping[str, Assigned] = field(default_factory=dict)
    open_: bool = False

    def over(self, below: Given) -> Given:
        """These, and of others those that they do not give."""
        kept = {} if self.open_ else below.values
        return Given({**kept, **self.values}, self.open_ or below.open_)

    def deeply_over(self, below: Given) -> Given:
        """The same with ``merge_strategy = "deep"``: maps by their keys, lists one after the other."""
        values = dict(self.over(below).values)
        for name, one in below.values.items():
            if name in self.values:
                values[name] = Assigned(_merged(self.values[name].value, one.value), self.values[name].span)
        return Given(values, self.open_ or below.open_)


def entry(value: Entries, name: str) -> Value:
    """An entry with all that is in it, or an unknown value where a part is not static."""
    try:
        return settled(value.entries[name])
    except Refused as refused:
        return unknown(f"{name} ({refused.message})")


def settled(value: Value) -> Value:
    """The value with all that is in it, or an unknown one where a part is not static."""
    value = plain(value)
    match value:
        case Entries(kind, entries, element):
            made = {name: entry(value, name) for name in entries}
            whole: Value = Entries(kind, made, element)
        case Items(kind, items, element):
            whole = Items(kind, tuple(settled(item) for item in items), element)
        case _:
            return value
    return whole if is_known(whole) else unknown("a part of it")


def _merged(over: Value, below: Value) -> Value:
    match over, below:
        case (Unknown() as one, _) | (_, Unknown() as one):
            return one
        case Entries(kind, upper), Entries(_, lower):
            both = {name: _merged(upper[name], lower[name]) for name in upper if name in lower}
            return Entries(kind, dict(sorted({**lower, **upper, **both}.items())))
        case Items(kind, upper_items, element), Items(_, lower_items, _):
            return Items(kind, (*lower_items, *upper_items), element)
        case _:
            return over
