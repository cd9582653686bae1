"""Whether a value gives a key's secret away, as its term tells: through text, collections and encodings, not hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from iac_keycheck.deciding.shapes import BOOL
from iac_keycheck.deciding.terms import choose, either
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Items,
    Leaf,
    Origin,
    Ref,
    Refused,
    Term,
    Unknown,
    Value,
    leaves,
)

ENDS = (".secret", ".ses_smtp_password_v4", ".SecretAccessKey")
"""How the inputs are called that stand for a key's secret."""
ONE_WAY = frozenset(
    {
        "sha1", "sha256", "sha512", "md5", "bcrypt", "base64sha256", "base64sha512", "uuidv5", "length", "error",
        "!", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "can", "contains", "startswith", "endswith", "strcontains",
        "keys", "Fn::Length",
    }
)  # fmt: skip
"""Operations whose result tells nothing of the secret that goes in."""
PENDING = frozenset({"instances", "count", "for_each", "resource"})
"""What waits to be made: there may be a key in it or none."""

IsSecret = Callable[[Leaf], "bool | Unknown"]


def key_of(leaf: Leaf) -> str | None:
    """The address of the key whose secret an input is."""
    if leaf.input.origin is not Origin.COMPUTED:
        return None
    name = leaf.input.name
    return next((name.removesuffix(end) for end in ENDS if name.endswith(end)), None)


def gives_away(value: Value | Term, is_secret: IsSecret) -> bool | Unknown:
    """Whether there is a secret in a value; unknown where inputs decide it."""
    match value:
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            verdict = choose(condition, gives_away(then, is_secret), gives_away(otherwise, is_secret))
            return verdict if isinstance(verdict, bool | Unknown) else False
        case Unknown(type=kind) if kind == BOOL:
            return False
        case Unknown(term=Apply(function)) if function in PENDING:
            return value
        case Unknown(term=inner):
            return gives_away(inner, is_secret)
        case Leaf():
            return is_secret(value)
        case Apply(function) if function in ONE_WAY:
            return False
        case Apply(function, arguments) if function in PENDING:
            return Unknown(value) if any(True for _ in leaves(value)) else _any(arguments, is_secret)
        case Apply("if"):
            return gives_away(Unknown(value), is_secret)
        case Apply(arguments=parts) | Concat(parts=parts):
            return _any(parts, is_secret)
        case Items(items=items):
            return _any(items, is_secret)
        case Entries(entries=entries):
            return _any(_values(entries), is_secret)
        case Ref(value=inner):
            return gives_away(inner, is_secret)
        case _:
            return False


def secrets_in(value: Value, other: Callable[[Leaf], None] = lambda _leaf: None) -> tuple[str, ...]:
    """The addresses of the keys whose secrets a value has in it; ``other`` is told what else is in it."""
    found: dict[str, None] = {}

    def note(leaf: Leaf) -> bool:
        address = key_of(leaf)
        if address is not None:
            found[address] = None
        else:
            other(leaf)
        return False

    gives_away(value, note)
    return tuple(found)


def _any(values: Iterable[Value | Term], is_secret: IsSecret) -> bool | Unknown:
    verdict: bool | Unknown = False
    for value in values:
        verdict = either(verdict, gives_away(value, is_secret))
        if verdict is True:
            break
    return verdict


def _values(entries: Mapping[str, Value]) -> Iterator[Value]:
    for name in entries:
        try:
            yield entries[name]
        except Refused:
            continue
