"""What the built-in functions share: bounds, the wording of refusals, and looking at arguments."""

from __future__ import annotations

from decimal import Decimal

from iac_keycheck.deciding.shapes import ANY, Type
from iac_keycheck.deciding.values import (
    Entries,
    Input,
    Items,
    Leaf,
    Number,
    Origin,
    Ref,
    Refused,
    Unknown,
    Value,
)
from iac_keycheck.records import replace

ELEMENTS = 100_000
"""The greatest number of elements that a function makes."""

TEXT = 4 * 1024 * 1024
"""The greatest number of characters that a function makes."""

_WORD = 1 << 63


def invalid(parameter: str, message: str) -> Refused:
    """A refusal that is about one argument."""
    return Refused(f'Invalid value for "{parameter}" parameter: {message}.')


def integer(number: Number, parameter: str) -> int:
    """The number as an integer; raises `Refused` for a fraction."""
    if isinstance(number, Decimal) or not -_WORD <= number < _WORD:
        raise invalid(parameter, f"value must be a whole number, between {-_WORD} and {_WORD - 1} inclusive")
    return number


def within_bounds(elements: int) -> None:
    """Raises `Refused` where a function would make more elements than it is allowed to."""
    if elements > ELEMENTS:
        raise Refused(f"it would make {elements} elements, more than the {ELEMENTS} that are worked with", bound=True)


def within_text(characters: int) -> None:
    """Raises `Refused` where a function would make a longer text than it is allowed to."""
    if characters > TEXT:
        raise Refused(
            f"it would make a text of {characters} characters, more than the {TEXT} that are worked with", bound=True
        )


def normal(text: str) -> str:
    """The text in the Unicode normal form that all texts of Terraform have."""
    if text.isascii():
        return text
    from unicodedata import normalize  # noqa: PLC0415 — most texts are plain ASCII

    return normalize("NFC", text)


def characters(text: str) -> list[str]:
    """The characters that a reader sees (grapheme clusters), which is what Terraform counts."""
    if text.isascii() and "\r\n" not in text:
        return list(text)
    import regex  # noqa: PLC0415 — most texts are plain ASCII

    return list(regex.findall(r"\X", text))


def bare(value: Value) -> Value:
    """The value without any mark of whose it is, at any depth."""
    match value:
        case Ref(value=inner):
            return bare(inner)
        case Items(items=items) if any(isinstance(item, Ref | Items | Entries) for item in items):
            return replace(value, items=tuple(map(bare, items)))
        case Entries(entries=entries) if any(isinstance(item, Ref | Items | Entries) for item in entries.values()):
            return replace(value, entries={key: bare(item) for key, item in entries.items()})
        case _:
            return value


def opaque(name: str, reason: str, type_: Type = ANY) -> Unknown:
    """A value that cannot be computed here, and why."""
    return Unknown(Leaf(Input(name, Origin.OPAQUE, type_, reason=reason)), type_, not_null=True)
