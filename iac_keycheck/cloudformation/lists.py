"""What intrinsic functions do with lists: join and split, select, count, calculate networks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from iac_keycheck.cloudformation.branching import choose, lift, waiting
from iac_keycheck.cloudformation.texts import among, concat, number, text
from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf
from iac_keycheck.deciding.values import Apply, Items, Leaf, Origin, Refused, Unknown, Value, plain

TEXTS = ListOf(STRING)
MOST_NETWORKS = 256

_ALPHABETS: Mapping[str, str] = {
    "AWS::AccountId": r"\d",
    "AWS::Partition": r"[a-z-]",
    "AWS::Region": r"[a-z\d-]",
    "AWS::StackName": r"[A-Za-z\d-]",
    "AWS::URLSuffix": r"[a-z.]",
}
_NAME = r"[\w+=,.@-]"


def join(separator: Value, values: Value) -> Value:
    """``Fn::Join``."""
    match _listed("Fn::Join", values):
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


def _listed(function: str, values: Value) -> Value:
    """A value where a list is needed: what no input makes one is refused whatever the inputs are."""
    match plain(values):
        case Items() | None as found:
            return found
        case Unknown(type=shape) as unknown if shape not in (STRING, NUMBER, BOOL):
            return unknown
        case Unknown(term=Apply("if" | "refused")) as unknown:
            return unknown
        case _:
            raise Refused(f"{function} needs a list", static=True)


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


def select(index: Value, values: Value) -> Value:
    """``Fn::Select``."""
    index, values = text(index), _listed("Fn::Select", values)
    if isinstance(index, Unknown):
        count = len(values.items) if isinstance(values, Items) else MOST_NETWORKS
        at: Mapping[str, Callable[[], Value]] = {str(n): partial(select, str(n), values) for n in range(count)}
        if isinstance(values, Items):
            return among(index, at, lambda: _out_of_range(index), (values,))
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
            item = terms.apply("Fn::Select", (position, unknown), STRING, not_null=True)
            return waiting(item, item)  # the item, whose place says how long the list has to be
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
    match _listed("Fn::Length", values):
        case Items(items=items):
            return len(items)
        case Unknown(term=Apply("if" | "refused")) as unknown:
            return lift(unknown, length)
        case Unknown() as unknown:
            return terms.apply("length", (unknown,), NUMBER, not_null=True)
        case _:
            raise Refused("Fn::Length needs a list")


def networks(block: Value, count: Value, bits: Value) -> Value:
    """``Fn::Cidr``: ``count`` networks of ``bits`` host bits each; how many is known before which."""
    import ipaddress  # noqa: PLC0415 — 4 ms, and seldom asked for

    block, count, bits = text(block), text(count), text(bits)
    if not isinstance(count, str):
        return terms.apply("Fn::Cidr", (block, count, bits), TEXTS, not_null=True)
    wanted = number(count)
    if not (isinstance(wanted, int) and 1 <= wanted <= MOST_NETWORKS):
        raise Refused(f"Fn::Cidr makes 1 to {MOST_NETWORKS} networks")
    if not (isinstance(block, str) and isinstance(bits, str)):
        # each is what it is however many there are
        each = (terms.apply("Fn::Cidr", (block, bits, at), STRING, not_null=True) for at in range(wanted))
        return Items("list", tuple(each), STRING)
    host_bits = number(bits)
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        raise Refused(f"Fn::Cidr needs a network, not {block!r}") from None
    if not isinstance(host_bits, int):
        raise Refused(f"Fn::Cidr needs a whole number of host bits, not {bits}")
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
    waiting = iter(items)
    for item in waiting:
        match item:
            case None:
                continue
            case Unknown(term=Apply("if", (condition, then, otherwise))) if choices and _may_be_nothing(item):
                rest = tuple(waiting)
                return choose(
                    condition,
                    partial(without_nothing, (*kept, then, *rest), choices - 1),
                    partial(without_nothing, (*kept, otherwise, *rest), choices - 1),
                )
            case _ if _may_be_nothing(item):
                return terms.apply("Fn::If", (Items("tuple", (*kept, item, *waiting)),), ListOf(ANY), not_null=True)
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
