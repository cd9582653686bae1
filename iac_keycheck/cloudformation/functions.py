"""What intrinsic functions do with values, known or not: text, lists, choices, equality."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import partial

from iac_keycheck import terms
from iac_keycheck.records import replace
from iac_keycheck.shapes import ANY, BOOL, NUMBER, STRING, ListOf
from iac_keycheck.values import (
    Apply,
    Concat,
    Entries,
    Items,
    Leaf,
    Number,
    Origin,
    Ref,
    Refused,
    Term,
    Unknown,
    Value,
    plain,
)

NOTHING_HERE = Unknown(Apply("refused", ()))
"""Stands in a branch that CloudFormation would refuse, until it is known whether that branch is taken."""

MOST_CHOICES = 3
"""Parts of one text that may each be a choice before it is no longer taken apart."""

MOST_NETWORKS = 256
TEXTS = ListOf(STRING)

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,30})(\.\d{1,30})?")
_ALPHABETS: Mapping[str, str] = {
    "AWS::AccountId": r"\d",
    "AWS::Partition": r"[a-z-]",
    "AWS::Region": r"[a-z\d-]",
    "AWS::StackName": r"[A-Za-z\d-]",
    "AWS::URLSuffix": r"[a-z.]",
}
_NAME = r"[\w+=,.@-]"


def choose(condition: Value, then: Callable[[], Value], otherwise: Callable[[], Value]) -> Value:
    """``Fn::If``: one branch where the condition is known, else both, as far as CloudFormation accepts them."""
    if isinstance(condition, bool):
        return then() if condition else otherwise()
    branches: list[Value] = []
    refusals: list[Refused] = []
    for branch in (then, otherwise):
        try:
            branches.append(branch())
        except Refused as refused:
            if refused.static:
                raise
            branches.append(NOTHING_HERE)
            refusals.append(refused)
    if len(refusals) == len(branches):
        raise refusals[0]
    return terms.choose(condition, *branches)


def lift(value: Value, function: Callable[[Value], Value]) -> Value:
    """``function`` of a value, and where that is a choice, the choice between the function of each branch."""
    match plain(value):
        case Unknown(term=Apply("refused")):
            return NOTHING_HERE
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return choose(condition, lambda: lift(then, function), lambda: lift(otherwise, function))
        case _:
            return function(value)


def is_partly_refused(value: Value | Term) -> bool:
    """Whether some inputs lead to what CloudFormation would refuse."""
    match value:
        case Unknown(term=term):
            return is_partly_refused(term)
        case Apply("refused"):
            return True
        case Apply(arguments=parts) | Concat(parts=parts):
            return any(map(is_partly_refused, parts))
        case Items(items=items):
            return any(map(is_partly_refused, items))
        case Ref(value=inner):
            return is_partly_refused(inner)
        case _:
            return False


def among(key: Value, table: Mapping[str, Callable[[], Value]], otherwise: Callable[[], Value]) -> Value:
    """The entry of a table whose key is not known yet: a choice between all that it can be."""
    key = text(key)
    if isinstance(key, str):
        return table.get(key, otherwise)()
    candidates = [(same, entry) for name, entry in table.items() if (same := equal(key, name)) is not False]
    try:
        result = otherwise()
    except Refused:
        if not candidates:
            raise
        result = NOTHING_HERE
    for same, entry in reversed(candidates):
        result = choose(same, entry, partial(_itself, result))
    return result


def _itself(value: Value) -> Value:
    return value


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
    if not choices or len(choices) > MOST_CHOICES:
        return _with_bounds(terms.concat(texts), texts)
    at = choices[0]
    return lift(texts[at], lambda branch: concat([*texts[:at], branch, *texts[at + 1 :]]))


def _with_bounds(whole: str | Unknown, texts: Iterable[str | Unknown]) -> Value:
    """A text whose only unknown part is a number keeps the bounds of that number."""
    unknown = [part for part in texts if isinstance(part, Unknown)]
    if isinstance(whole, Unknown) and len(unknown) == 1 and unknown[0].type == NUMBER:
        return replace(whole, low=unknown[0].low, high=unknown[0].high)
    return whole


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


def join(separator: Value, values: Value) -> Value:
    """``Fn::Join``."""
    match plain(values):
        case Items(items=items):
            parts: list[Value] = []
            for item in items:
                parts += [separator, item] if parts else [item]
            return concat(parts)
        case Unknown(term=Apply("if" | "refused")) as unknown:
            return lift(unknown, lambda branch: join(separator, branch))
        case Unknown() as unknown:
            return terms.apply("Fn::Join", (text(separator), unknown), STRING, not_null=True)
        case _:
            raise Refused("Fn::Join needs a list")


def split(separator: Value, value: Value) -> Value:
    """``Fn::Split``; unknown parts of the text that cannot contain the separator stay whole."""
    separator, whole = text(separator), text(value)
    if separator == "":
        raise Refused("Fn::Split needs a separator")
    match whole:
        case str() if isinstance(separator, str):
            return Items("list", tuple(whole.split(separator)), STRING)
        case Unknown(term=Apply("if" | "refused")):
            return lift(whole, lambda branch: split(separator, branch))
        case Unknown(term=Apply("Fn::Join", (joint, joined))) if joint == separator:
            return joined
        case Unknown() if isinstance(separator, str):
            pieces, complete = _pieces(separator, whole)
            if complete:
                return Items("list", tuple(pieces), STRING)
    return terms.apply("Fn::Split", (separator, whole), TEXTS, not_null=True)


def _pieces(separator: str, whole: Unknown) -> tuple[list[Value], bool]:
    """The pieces from the left that are certain, and whether those are all."""
    pieces: list[Value] = []
    current: list[str | Unknown] = []
    for part in terms.text_parts(whole) or ():
        if isinstance(part, str):
            first, *more = part.split(separator)
            current.append(first)
            for piece in more:
                pieces.append(terms.concat(current))
                current = [piece]
        elif _may_contain(part, separator):
            return pieces, False
        else:
            current.append(Unknown(part, STRING, not_null=True))
    return [*pieces, terms.concat(current)], True


def _may_contain(part: Leaf | Apply, separator: str) -> bool:
    if isinstance(part, Apply) or part.path:
        return True
    source = part.input
    if source.closed:
        return any(separator in str(value) for value in source.mentions)
    if source.entropy and source.origin is Origin.COMPUTED:
        alphabet: str | None = _NAME
    else:
        alphabet = r"[\d.-]" if source.type == NUMBER else _ALPHABETS.get(source.name.rpartition(".")[2])
    return alphabet is None or all(re.fullmatch(alphabet, character) is not None for character in separator)


def waiting(value: Unknown, result: Unknown) -> Unknown:
    """A result that cannot be told before ``value`` is, and may not exist then: a choice that waits for it."""
    known = terms.apply("known", (value,), BOOL, not_null=True)
    return Unknown(Apply("if", (known, result, NOTHING_HERE)), result.type)


def select(index: Value, values: Value) -> Value:
    """``Fn::Select``."""
    index = text(index)
    if isinstance(index, Unknown):
        count = len(values.items) if isinstance(values, Items) else MOST_NETWORKS
        at: Mapping[str, Callable[[], Value]] = {str(n): partial(select, str(n), values) for n in range(count)}
        if isinstance(values, Items):
            return among(index, at, lambda: _out_of_range(index))
        return terms.apply("Fn::Select", (index, values), STRING)
    position = number(index)
    if not isinstance(position, int):
        raise Refused(f"Fn::Select needs a whole number, not {index!r}")
    match plain(values):
        case Items(items=items):
            return items[position] if 0 <= position < len(items) else _out_of_range(index)
        case Unknown(term=Apply("if" | "refused")) as unknown:
            return lift(unknown, lambda branch: select(index, branch))
        case Unknown(term=Leaf()) as unknown:
            return waiting(unknown, terms.apply("Fn::Select", (position, unknown), STRING, not_null=True))
        case Unknown(term=Apply("Fn::Split", (str() as separator, Unknown() as whole))) as unknown:
            pieces, _ = _pieces(separator, whole)
            if 0 <= position < len(pieces):
                return pieces[position]
            return terms.apply("Fn::Select", (position, unknown), STRING)
        case Unknown() as unknown:
            return terms.apply("Fn::Select", (position, unknown), STRING)
        case _:
            raise Refused("Fn::Select needs a list")


def _out_of_range(index: Value) -> Value:
    raise Refused(f"Fn::Select asks for item {index if isinstance(index, str) else ''} of a list that has none there")


def length(values: Value) -> Value:
    """``Fn::Length``."""
    match plain(values):
        case Items(items=items):
            return len(items)
        case Unknown(term=Apply("if" | "refused")) as unknown:
            return lift(unknown, length)
        case Unknown() as unknown:
            return terms.apply("length", (unknown,), NUMBER, not_null=True)
        case _:
            raise Refused("Fn::Length needs a list")


def encoded(value: Value) -> Value:
    """``Fn::Base64``."""
    return lift(text(value), _encoded)


def _encoded(value: Value) -> Value:
    if isinstance(value, str):
        return base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()
    return terms.apply("Fn::Base64", (value,), STRING, not_null=True)


def networks(block: Value, count: Value, bits: Value) -> Value:
    """``Fn::Cidr``: ``count`` networks of ``bits`` host bits each."""
    block, count, bits = text(block), text(count), text(bits)
    if not (isinstance(block, str) and isinstance(count, str) and isinstance(bits, str)):
        return terms.apply("Fn::Cidr", (block, count, bits), TEXTS, not_null=True)
    wanted, host_bits = number(count), number(bits)
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        raise Refused(f"Fn::Cidr needs a network, not {block!r}") from None
    if not (isinstance(wanted, int) and isinstance(host_bits, int) and 1 <= wanted <= MOST_NETWORKS):
        raise Refused(f"Fn::Cidr makes 1 to {MOST_NETWORKS} networks")
    length_of_prefix = network.max_prefixlen - host_bits
    if not network.prefixlen <= length_of_prefix <= network.max_prefixlen:
        raise Refused(f"{block} has no networks of {host_bits} bits")
    if wanted > 2 ** (length_of_prefix - network.prefixlen):
        raise Refused(f"{block} has no {wanted} networks of {host_bits} bits")
    size = 2**host_bits
    first = int(network.network_address)
    made = (f"{ipaddress.ip_address(first + at * size)}/{length_of_prefix}" for at in range(wanted))
    return Items("list", tuple(made), STRING)


def without_nothing(items: Iterable[Value], choices: int = 2) -> Value:
    """A list without the items that are ``AWS::NoValue``; a choice of lists where that is not known yet."""
    kept: list[Value] = []
    rest = list(items)
    while rest:
        item = rest.pop(0)
        match item:
            case None:
                continue
            case Unknown(term=Apply("if", (condition, then, otherwise))) if choices and _may_be_nothing(item):
                return choose(
                    condition,
                    lambda: without_nothing([*kept, then, *rest], choices - 1),
                    lambda: without_nothing([*kept, otherwise, *rest], choices - 1),
                )
            case _ if _may_be_nothing(item):
                return terms.apply("Fn::If", (Items("tuple", (*kept, item, *rest)),), ListOf(ANY), not_null=True)
            case _:
                kept.append(item)
    return Items("list", tuple(kept))


def _may_be_nothing(value: Value) -> bool:
    match value:
        case None:
            return True
        case Unknown(term=Apply("if", (_, then, otherwise))):
            return _may_be_nothing(then) or _may_be_nothing(otherwise)
        case _:
            return False
