"""What a value says as text, wherever in it: what can be read of it before it is known as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iac_keycheck.deciding.terms import choose, either
from iac_keycheck.deciding.values import Apply, Concat, Entries, Items, Ref, Refused, Term, Unknown, Value


def holds_of(value: Value | Term, test: Callable[[str], bool]) -> bool | Unknown:
    """Whether a test holds of a text in a value; unknown where inputs decide which text it is."""
    match value:
        case Unknown(term=Apply("if", (condition, then, otherwise))) | Apply("if", (condition, then, otherwise)):
            verdict = choose(condition, holds_of(then, test), holds_of(otherwise, test))
            return verdict if isinstance(verdict, bool | Unknown) else False
        case _:
            found: bool | Unknown = any(map(test, _own(value)))
            for part in _parts(value):
                found = found if found is True else either(found, holds_of(part, test))
            return found


def texts_in(value: Value | Term) -> Iterator[str]:
    """All texts in a value; what is put together of several is one, with ``?`` for what is not known."""
    yield from _own(value)
    for part in _parts(value):
        yield from texts_in(part)


def _own(value: Value | Term) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Unknown(term=Concat(parts)) | Concat(parts):
            yield "".join(part if isinstance(part, str) else "?" for part in parts)
        case Items(items=items):
            # the words of a command
            yield " ".join(item if isinstance(item, str) else "?" for item in items)
        case _:
            return


def _parts(value: Value | Term) -> Iterator[Value | Term]:
    match value:
        case Unknown(term=Concat(parts)) | Concat(parts):
            yield from (part for part in parts if not isinstance(part, str))
        case Unknown(term=Apply(arguments=arguments)) | Apply(arguments=arguments):
            yield from arguments
        case Items(items=items):
            yield from items
        case Entries(entries=entries):
            for name in entries:
                try:
                    yield entries[name]
                except Refused:
                    continue
        case Ref(value=inner):
            yield inner
        case _:
            return
