"""Text as intrinsic functions take and make it: numbers as text, what is put together, equal, chosen by it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import islice
from math import prod

from iac_keycheck.cloudformation.branching import NOTHING_HERE, choose, lift
from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import BOOL, NUMBER, STRING, ListOf
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Input,
    Items,
    Leaf,
    Number,
    Ref,
    Refused,
    Unknown,
    Value,
    plain,
)
from iac_keycheck.expressions import expression
from iac_keycheck.records import replace

MOST_CANDIDATES = 64
"""Entries of a table between which a choice is written out."""

MOST_ENTRIES = 256
"""Entries of a table that an open key is looked up in; CloudFormation itself takes no map of more than 200."""

LONGEST = 1 << 20
"""Characters of a text that is still put together; CloudFormation itself takes no template that long."""

MOST_PARTS = 3
MOST_WAYS = 64
"""Unknown parts of a text, and ways to take a text apart into them, that are told one by one."""

MOST_CHOICES = 3
MOST_BRANCHES = 256
"""Parts of one text that may each be a choice, and what they come to, before it is no longer taken apart."""

_NUMBER = expression(r"-?(0|[1-9]\d{0,30})(\.\d{1,30})?")


def text(value: Value) -> str | Unknown:
    """A value where text is needed: numbers and booleans as CloudFormation writes them."""
    match plain(value):
        case str() as known:
            return known
        case bool() as known:
            return "true" if known else "false"
        case int() | Decimal() as number:
            return str(number)
        case None:
            raise Refused("AWS::NoValue stands where text is needed")
        case Items():
            raise Refused("a list stands where text is needed")
        case Entries():
            raise Refused("a map stands where text is needed")
        case Unknown(type=ListOf()):
            raise Refused("a list stands where text is needed")
        case Unknown(term=Apply("if")) as unknown:
            lifted = lift(unknown, text)
            return lifted if isinstance(lifted, Unknown) else text(lifted)
        case Unknown() as unknown:
            return unknown
        case Ref(value=inner):
            return text(inner)


def passed_on(value: Value) -> Value:
    """A value where text is needed that is passed on as it is: whose name it is stays known."""
    match value:
        case Ref():
            return value
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, lambda: passed_on(then), lambda: passed_on(otherwise))
        case _:
            return text(value)


def number(value: Value) -> Number | None:
    """The number that a text is, written as CloudFormation writes numbers; None for any other value."""
    match value:
        case bool():
            return None
        case int() | Decimal():
            return value
        case str() if _NUMBER.fullmatch(value.strip()):
            try:
                exact = Decimal(value.strip())
            except InvalidOperation:
                return None
            return int(exact) if exact == int(exact) else exact
        case _:
            return None


def concat(parts: Iterable[Value]) -> Value:
    """Text put together. A part that is a choice makes the whole a choice, so that each branch can be known."""
    texts = [text(part) for part in parts]
    choices = [at for at, part in enumerate(texts) if isinstance(part, Unknown) and _is_choice(part)]
    ways = prod(_branches(texts[at]) for at in choices[:MOST_CHOICES])
    if not choices or len(choices) > MOST_CHOICES or ways > MOST_BRANCHES:
        if sum(len(part) for part in texts if isinstance(part, str)) > LONGEST:
            raise Refused(f"it makes a text of more than {LONGEST} characters", bound=True)
        return _with_bounds(terms.concat(texts), texts)
    at = choices[0]
    return lift(texts[at], lambda branch: concat([*texts[:at], branch, *texts[at + 1 :]]))


def _with_bounds(whole: str | Unknown, texts: Iterable[str | Unknown]) -> Value:
    """A text with one unknown part keeps what is known of that: the bounds of a number, texts that it is not."""
    parts = list(texts)
    where = [at for at, part in enumerate(parts) if isinstance(part, Unknown)]
    part = parts[where[0]] if len(where) == 1 else None
    if not isinstance(whole, Unknown) or not isinstance(part, Unknown):
        return whole
    if part.type == NUMBER:
        return replace(whole, low=part.low, high=part.high)
    before, after = "".join(map(str, parts[: where[0]])), "".join(map(str, parts[where[0] + 1 :]))
    excluded = tuple(f"{before}{value}{after}" for value in part.excluded if isinstance(value, str))
    return replace(whole, excluded=excluded)


def _branches(value: Value) -> int:
    """How many values a choice is between."""
    match value:
        case Unknown(term=Apply("if", (_, then, otherwise))):
            return _branches(then) + _branches(otherwise)
        case _:
            return 1


def _is_choice(value: Unknown) -> bool:
    return isinstance(value.term, Apply) and value.term.function in {"if", "refused"}


def equal(left: Value, right: Value) -> bool | Unknown:
    """``Fn::Equals``: numbers and booleans compare as text, lists item by item."""
    left, right = plain(left), plain(right)
    for one, other in ((left, right), (right, left)):
        match one:
            case Unknown(term=Apply("refused")):
                return False
            case Unknown(term=Apply("if", (condition, then, otherwise))):
                first, second = equal(then, other), equal(otherwise, other)
                yes = terms.both(condition, first)
                no = terms.both(terms.negate(condition), second)
                return condition_of(terms.either(yes, no)) if first != second else first
            case Unknown(type=shape) if shape == NUMBER and isinstance(other, str):
                as_number = number(other)
                return False if as_number is None else terms.equal(one, as_number)
            case Unknown(term=Concat(parts=parts)) if isinstance(other, str):
                inside = _number_inside(one, parts, other)
                if inside is not None:
                    return equal(*inside)
                return _equal_in_parts(one, parts, other)
            case _:
                pass
    return terms.equal(_comparable(left), _comparable(right))


def _number_inside(
    text_of_it: Unknown, parts: tuple[str | Leaf | Apply, ...], whole: str
) -> tuple[Value, Value] | None:
    """Where a number is all that is unknown of a text: that number, and what it is where the text is ``whole``."""
    where = [at for at, part in enumerate(parts) if not isinstance(part, str)]
    leaf = parts[where[0]] if len(where) == 1 else None
    if not isinstance(leaf, Leaf) or leaf.path or leaf.input.type != NUMBER:
        return None
    before = "".join(part for part in parts[: where[0]] if isinstance(part, str))
    after = "".join(part for part in parts[where[0] + 1 :] if isinstance(part, str))
    fits = len(before) + len(after) <= len(whole) and whole.startswith(before) and whole.endswith(after)
    found = Unknown(leaf, NUMBER, not_null=True, low=text_of_it.low, high=text_of_it.high)
    return found, whole[len(before) : len(whole) - len(after)] if fits else ""


def _equal_in_parts(text_of_it: Unknown, parts: tuple[str | Leaf | Apply, ...], whole: str) -> bool | Unknown:
    """Whether a text of several unknown parts is ``whole``: in which ways that can be taken apart into them."""
    verdict = terms.equal(text_of_it, whole)
    if isinstance(verdict, bool) or not 1 < sum(not isinstance(part, str) for part in parts) <= MOST_PARTS:
        return verdict
    ways = list(islice(_ways(parts, whole), MOST_WAYS + 1))
    if len(ways) > MOST_WAYS:
        return verdict
    found: bool | Unknown = False
    for way in ways:
        together: bool | Unknown = True
        for part, value in way.items():
            shape = part.input.type if isinstance(part, Leaf) and not part.path else STRING
            together = terms.both(together, equal(Unknown(part, shape, not_null=True), value))
        found = terms.either(found, together)
    return found


def _ways(parts: tuple[str | Leaf | Apply, ...], whole: str) -> Iterator[Mapping[Leaf | Apply, str]]:
    """What the unknown parts of a text may be where it is ``whole``."""
    if not parts:
        if not whole:
            yield {}
        return
    first, *rest = parts
    if isinstance(first, str):
        if whole.startswith(first):
            yield from _ways(tuple(rest), whole[len(first) :])
        return
    for end in range(len(whole), -1, -1) if rest else (len(whole),):
        for way in _ways(tuple(rest), whole[end:]):
            if way.get(first, whole[:end]) == whole[:end]:
                yield {first: whole[:end], **way}


def is_one_of(value: Value, known: Sequence[Value]) -> bool | Unknown:
    """Whether a value is equal to one of several."""
    if isinstance(value, str) and all(isinstance(one, str) for one in known):
        return value in known
    verdicts = [verdict for one in known if (verdict := equal(one, value)) is not False]
    if True in verdicts:
        return True
    if len(verdicts) > MOST_CANDIDATES:
        return terms.apply("Fn::Contains", (Items("tuple", tuple(known)), value), BOOL, not_null=True)
    found: bool | Unknown = False
    for verdict in verdicts:
        found = terms.either(found, verdict)
    return found


def condition_of(value: Value) -> bool | Unknown:
    """A value where a condition is needed."""
    match plain(value):
        case bool() | Unknown() as condition:
            return condition
        case _:
            raise Refused("a condition must be true or false")


def _comparable(value: Value) -> Value:
    match plain(value):
        case bool() | int() | Decimal() as known:
            return text(known)
        case Items(items=items):
            return Items("list", tuple(map(_comparable, items)), STRING)
        case Entries(entries=entries):
            return Entries("map", {key: _comparable(item) for key, item in entries.items()})
        case other:
            return other


def among(
    key: Value, table: Mapping[str, Callable[[], Value]], otherwise: Callable[[], Value], of: Iterable[Value]
) -> Value:
    """The entry of a table whose key is not known yet: a choice between all that it can be.

    ``of`` tells apart what tables of more than `MOST_CANDIDATES` give, by where they stand and what is taken from them.
    """
    key = text(key)
    if isinstance(key, str):
        return table.get(key, otherwise)()
    which = terms.apply(terms.WHICH, of)
    if len(table) > MOST_ENTRIES:
        return terms.apply("Fn::FindInMap", (key, which), not_null=True)
    verdicts = {name: same for name in table if (same := equal(key, name)) is not False}
    if len(verdicts) > MOST_CANDIDATES:
        return terms.apply("Fn::FindInMap", (key, Items("tuple", tuple(verdicts)), which), not_null=True)
    candidates = [(same, table[name]) for name, same in verdicts.items()]
    if candidates and _is_always_one_of(key, verdicts):
        _, otherwise = candidates.pop()
    try:
        result = otherwise()
    except Refused:
        if not candidates:
            raise
        result = NOTHING_HERE
    for same, entry in reversed(candidates):
        result = choose(same, entry, partial(_itself, result))
    return result


def _is_always_one_of(key: Value, names: Container[str]) -> bool:
    """Whether a key is an input that has none but these values."""
    match key:
        case Unknown(term=Leaf(input=Input(closed=True, mentions=mentions), path=())) if mentions:
            return all(text(one) in names or one in key.excluded for one in mentions)
        case _:
            return False


def _itself(value: Value) -> Value:
    return value


def encoded(value: Value) -> Value:
    """``Fn::Base64``."""
    return lift(text(value), _encoded)


def _encoded(value: Value) -> Value:
    if isinstance(value, str):
        return base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()
    return terms.apply("Fn::Base64", (value,), STRING, not_null=True)
