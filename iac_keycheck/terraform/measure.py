"""How large values may grow: code that names a value twice in the next, and that twice in another, has no end else."""

from __future__ import annotations

from iac_keycheck.deciding.values import Apply, Concat, Entries, Items, Ref, Refused, Term, Unknown, Value

PARTS = 200_000
"""The greatest number of parts of a value, at any depth."""

PIECE = 64
"""So many characters of a text count as a part."""

OPERATIONS = 5_000
"""The greatest number of operations and pieces of text that one unknown value is made of."""


def within_measure(value: Value) -> Value:
    """The value; raises `Refused` where it has more parts than are worked with."""
    if isinstance(value, Items | Entries | Unknown | Ref) or (isinstance(value, str) and len(value) > PIECE):
        _count(value)
    return value


def _count(value: Value) -> None:
    left = PARTS
    todo: list[Value] = [value]
    while todo and left > 0:
        left -= 1
        match todo.pop():
            case Items(items=items):
                todo += items
            case Entries(entries=entries):
                # other mappings are computed on the way out: what they hold is measured where it is made
                if isinstance(entries, dict):
                    todo += entries.values()
            case Unknown(term=Apply() | Concat() as term):
                left -= _operations(term)
            case Ref(value=inner):
                todo.append(inner)
            case str(text):
                left -= len(text) // PIECE
            case _:
                pass
    if todo or left < 0:
        raise Refused(f"a value of more than {PARTS} parts is not worked with", bound=True)


def _operations(term: Term) -> int:
    count = 0
    todo: list[object] = [term]
    while todo:
        count += 1
        if count > OPERATIONS:
            raise Refused(
                f"an unknown value that is made by more than {OPERATIONS} operations is not worked with", bound=True
            )
        match todo.pop():
            case Apply(arguments=parts) | Concat(parts=parts) | Items(items=parts):
                todo += parts
            case Entries(entries=entries) if isinstance(entries, dict):
                todo += entries.values()
            case Unknown(term=inner):
                todo.append(inner)
            case Ref(value=value):
                todo.append(value)
            case _:
                pass
    return count
