"""The instances of one block by ``count`` or ``for_each``: their keys, and what ``each`` and ``count`` are in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from iac_keycheck.deciding.terms import RESULTS, apply, equal
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Items,
    Leaf,
    Ref,
    Refused,
    Sample,
    Unknown,
    Value,
    plain,
)
from iac_keycheck.records import dataclass
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.lazy import Lazy

INSTANCES = 2_000
"""The greatest number of instances of one block that is looked at."""

Token = str | int | None
"""The instance key of a resource or module: of ``for_each``, of ``count``, or none."""


@dataclass(frozen=True, slots=True)
class Member:
    """One instance of a block: its key and what ``each`` or ``count`` is in it."""

    token: Token
    each: tuple[Value, Value] | None = None
    count: Value = None


def index_text(token: Token) -> str:
    """``[0]``, ``["x"]``, ``[*]`` for a key that stands for any, or nothing."""
    return "[*]" if isinstance(token, Sample) else key_text(token)


def key_text(token: Token) -> str:
    """The key in brackets, also where it stands for any."""
    match token:
        case None:
            return ""
        case int():
            return f"[{token}]"
        case _:
            escaped = token.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'["{escaped}"]'


def collected(members: tuple[Member, ...], made: Callable[[Token], Value]) -> Value:
    """What a reference to a block gives: an object, a tuple of them for ``count``, or a map for ``for_each``."""
    if not members:
        return Items("tuple", ())
    match members[0].token:
        case None:
            return made(None)
        case int():
            return Items("tuple", tuple(made(member.token) for member in members))
        case _:
            # the key as the block has it: one that stands for any stays one
            tokens = {member.token: member.token for member in members if isinstance(member.token, str)}
            return Entries("object", Lazy(tokens, lambda key: made(tokens[key])))


def counted(value: Value) -> tuple[Member, ...] | Unknown:
    """The instances of a block by its ``count``; raises `Refused` where that is no number of them."""
    if plain(value) is None:
        raise Refused("count is null")
    number = conversions.to_number(value)
    if isinstance(number, Unknown):
        if _no_whole_number(number):
            raise Refused("count is no whole number of instances")
        return apply("count", (number,))
    if not isinstance(number, int) or number < 0:
        raise Refused(f"count is {number}, which is no whole number of instances")
    if number > INSTANCES:
        raise Refused(f"it has more than {INSTANCES} instances", bound=True)
    return tuple(Member(index, count=index) for index in range(number))


def _no_whole_number(number: Unknown) -> bool:
    """Whether no number of instances lies between the bounds."""
    least = 0 if number.low is None else max(0, math.floor(number.low) + 1)
    return number.high is not None and least >= number.high


def each_of(value: Value) -> tuple[Member, ...] | Unknown:
    """The instances of a block by its ``for_each``; raises `Refused` for what is no map and no set of strings."""
    match plain(value):
        case Unknown(term=Apply("for", (False, *names, Unknown(term=Apply(function, results))))) if (
            function == RESULTS and len(names) == len(results)
        ):
            return _each_of_names(names, results)
        case Unknown() as unknown:
            return apply("for_each", (unknown,))
        case None:
            raise Refused("for_each is null")
        case Entries(entries=entries):
            return tuple(Member(key, each=(key, entries[key])) for key in entries)
        case Items("set", items, _):
            return tuple(_named(plain(item), item) for item in items)
        case Items("tuple", ()):
            return ()
        case _:
            raise Refused("for_each takes a set of strings or a map, not a list")


def _each_of_names(names: Sequence[Value], values: Sequence[Value]) -> tuple[Member, ...]:
    """Instances by keys of which some are unknown: they are different wherever the collection can be made."""
    for index, name in enumerate(names):
        if any(equal(name, other) is True for other in names[:index]):
            raise Refused("two elements of a for expression have one key")
    return tuple(map(_named, names, values))


def _named(key: Value, value: Value) -> Member:
    if isinstance(key, Unknown):
        return Member(Sample(_term_text(key)), each=(key, value))
    if isinstance(key, str):
        return Member(key, each=(key, value))
    raise Refused("for_each takes a set of strings or a map")


def _term_text(value: Unknown) -> str:
    match value.term:
        case Leaf(source, path):
            return ".".join((source.name, *path))
        case _:
            return _text(value)


def _text(value: Value) -> str:
    """Text that is the same for two values where they are made in the same way."""
    match value:
        case Unknown(term=Concat(parts)):
            return f"concat({', '.join(map(_part, parts))})"
        case Unknown(term=Leaf() | Apply() as term):
            return _part(term)
        case Items(kind, items):
            return f"{kind}[{', '.join(map(_text, items))}]"
        case Entries(kind, entries):
            return f"{kind}{{{', '.join(f'{key!r}: {_text(entries[key])}' for key in entries)}}}"
        case Ref(target, inner):
            return f"ref({target!r}, {_text(inner)})"
        case _:
            return repr(value)


def _part(part: str | Leaf | Apply) -> str:
    match part:
        case Leaf(source, path):
            return f"<{'.'.join((source.name, *path))}>"
        case Apply(function, arguments):
            return f"{function}({', '.join(map(_text, arguments))})"
        case _:
            return repr(part)
