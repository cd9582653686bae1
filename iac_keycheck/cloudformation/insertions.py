"""Values that another language puts into a template's text, where they are not known when the text is read."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.cloudformation.scope import Insertions
from iac_keycheck.cloudformation.texts import concat
from iac_keycheck.deciding.values import Value
from iac_keycheck.expressions import expression

START, END = "\ue000", "\ue001"
"""Characters for private use, between which the number of a value stands in the text."""

_MARK = expression(f"{START}(\\d+){END}")


def mark(number: int) -> str:
    """What stands in a text for the value of that number."""
    return f"{START}{number}{END}"


def filled(written: str, insertions: Insertions) -> Value:
    """Text with the values in it; a value that is all of it stays what it is."""
    if START not in written:
        return written
    parts = [part for part in _parts(written, insertions) if part != ""]
    return parts[0] if len(parts) == 1 else concat(parts)


def _parts(written: str, insertions: Insertions) -> Iterator[Value]:
    at = 0
    for found in _MARK.finditer(written):
        yield written[at : found.start()]
        number = int(found[1])
        yield insertions[number]() if number < len(insertions) else found[0]
        at = found.end()
    yield written[at:]
