"""Values, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from iac_keycheck.deciding.values import Entries, Items, Ref, Unknown, Value
from iac_keycheck.findings import Occurrence
from iac_keycheck.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

# Stands for a value that is used and never printed.
MASK: Final = "(sensitive)"


def plain_json(value: Value) -> Json:
    """The value as JSON has it; what is not known is null."""
    match value:
        case None | bool():
            return value
        case int():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case str():
            return str(value)
        case Items(items=items):
            return [plain_json(item) for item in items]
        case Entries(entries=entries):
            return {key: plain_json(item) for key, item in entries.items()}
        case Ref(value=inner):
            return plain_json(inner)
        case Unknown():
            return None


def witness_json(witness: Mapping[str, Value], occurrence: Occurrence) -> dict[str, Json]:
    """The inputs of a witness and their values; those of sensitive inputs masked."""
    return {name: MASK if name in occurrence.sensitive else plain_json(value) for name, value in witness.items()}


def location_json(span: Span) -> dict[str, Json]:
    """A place in a file, from its first to behind its last character."""
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
