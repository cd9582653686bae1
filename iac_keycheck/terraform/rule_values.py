"""What the rules of the grammar hand to each other."""

from __future__ import annotations

from iac_keycheck.source import Span
from iac_keycheck.terraform.tokens import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Several(list[object]):
    """Values that belong into the rule around."""


def several(items: list[Any]) -> Several:
    """Values to be spliced; a repetition keeps adding to the list it began with."""
    first = items[0]
    out = first if type(first) is Several else Several([first])
    for item in items[1:]:
        if type(item) is Several:
            out.extend(item)
        else:
            out.append(item)
    return out


def flat(items: list[Any]) -> list[Any]:
    """Values with those of repetitions in their places."""
    return several(items) if items else items


def is_token(item: object, kind: str) -> bool:
    """Whether a value is a token of a type."""
    return type(item) is Token and item.type == kind


def first_of(span: Span) -> Span:
    """The first character of a place."""
    return Span(span.path, span.line, span.column, span.line, span.column + 1)
