"""What functions of text make of the ARN of a user: the account in it is not known, the path and the name may be.

A function is asked what it makes of ARNs with different accounts: where all answers agree, the account does not matter.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.terms import apply, concat
from iac_keycheck.deciding.values import Apply, Items, Null, Refused, Unknown, Value, is_known, plain, untyped

ARN = "ARN of a user"
"""The operation that puts it together, of what stands for the whole, the path (null if not known) and the name."""
FUNCTIONS = frozenset({"basename", "regex", "replace", "split", "trimprefix"})
_ACCOUNTS = ("arn:aws:iam::123456789012:user", "arn:aws-cn:iam::987654321098:user")
_PATHS = ("/", "/some/path/")
_NAME = "Name=of@a+user"
"""A name that no code says."""


def user_arn(whole: Value, path: Value, name: Value) -> Value:
    """The ARN of a user with this path and name, of which ``whole`` tells no more than that it is an input."""
    if not isinstance(whole, Unknown):
        return whole
    known = path if isinstance(path, str) else None
    return Unknown(Apply(ARN, (whole, known, name)), STRING, not_null=True)


def of_user_arn(name: str, arguments: tuple[Value | Null, ...], call: Callable[..., Value | Null]) -> Value:
    """What a function makes of the ARN of a user, None where that is not known."""
    found = [at for at, argument in enumerate(arguments) if _is_arn(argument)]
    others = [untyped(one) for at, one in enumerate(arguments) if at not in found]
    if name not in FUNCTIONS or len(found) != 1 or not all(map(is_known, others)):
        return None
    match arguments[found[0]]:
        case Unknown(term=Apply(arguments=(_, path, user))):
            pass
        case _:
            return None
    if not isinstance(plain(user), str) and not (name == "basename" or any("/" in str(one) for one in others)):
        return None  # what is looked for may stand in the name
    results = []
    for sample in _samples(path, user):
        given = tuple(sample if at in found else one for at, one in enumerate(arguments))
        try:
            results.append(untyped(call(name, given)))
        except Refused:
            return None
    return _common(results, user, apply(name, map(untyped, arguments)))


def _is_arn(argument: Value | Null) -> bool:
    match argument:
        case Unknown(term=Apply(function)):
            return function == ARN
        case _:
            return False


def _samples(path: Value, user: Value) -> Iterator[str]:
    name = plain(user)
    for account in _ACCOUNTS:
        for one in _PATHS if path is None else (str(path),):
            yield f"{account}{one}{name if isinstance(name, str) else _NAME}"


def _common(results: list[Value], user: Value, whole: Unknown) -> Value:
    """What all results have in common: of lists, element by element."""
    first, *others = results
    match first:
        case str() if all(other == first for other in others):
            return _with_name(first, user)
        case Items(kind, items) if all(isinstance(one, Items) and len(one.items) == len(items) for one in others):
            columns = zip_longest(*(one.items for one in results if isinstance(one, Items)))
            opened = [apply("element", (whole, at), STRING, not_null=True) for at in range(len(items))]
            made = [(_common(list(column), user, one), one) for column, one in zip(columns, opened, strict=True)]
            return Items(kind, tuple(other if one is None else one for one, other in made))
        case _:
            return None


def _with_name(text: str, user: Value) -> Value:
    """A text in which the name may stand, which leads to the user where it is all there is."""
    name = plain(user)
    if isinstance(name, str):
        return user if text == name else text
    if text == _NAME:
        return user
    before, found, after = text.partition(_NAME)
    return concat((before, name, after)) if found and isinstance(name, Unknown) else text
