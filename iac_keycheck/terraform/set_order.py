"""Sets: which values are one element, and the order that Terraform gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from iac_keycheck.deciding.shapes import ANY, ListOf, SetOf, TupleOf, Type
from iac_keycheck.deciding.terms import apply, equal
from iac_keycheck.deciding.values import Entries, Items, Number, Ref, Unknown, Value, is_known, plain, type_of
from iac_keycheck.terraform import number

IN_SOME_ORDER = "in some order"

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def make_set(items: Iterable[Value], element: Type) -> Value:
    """The set of values of one type, in Terraform's order: those that are not known last.

    Where it depends on inputs whether two of them are one, the set is unknown: ``toset`` of the list of them.
    """
    known: dict[str, Value] = {}
    unknown: list[Value] = []
    for item in items:
        if is_known(item):
            known.setdefault(sort_key(item), item)
        else:
            unknown.append(item)
    ordered = sorted(known.values(), key=_in_order)
    distinct: list[Value] = []
    undecided = False
    for item in unknown:
        verdicts = [equal(item, other) for other in (*ordered, *distinct)]
        if True in verdicts:
            continue
        undecided = undecided or any(isinstance(verdict, Unknown) for verdict in verdicts)
        distinct.append(item)
    if undecided:
        return apply("toset", (Items("list", (*ordered, *distinct), element),), SetOf(element), not_null=True)
    return Items("set", (*ordered, *distinct), element)


def has_unknown_order(value: Value) -> bool:
    """Whether it is a set whose elements are not known in full: only then is it known in which order they come."""
    match plain(value):
        case Items("set", items):
            return len(items) > 1 and not all(map(is_known, items))
        case _:
            return False


def in_some_order(items: Items) -> Unknown:
    """A list or tuple of these elements, in an order that is not known."""
    kinds = {repr(type_of(item)): type_of(item) for item in items.items}
    if items.kind == "list":
        return apply(IN_SOME_ORDER, (items,), ListOf(items.element), not_null=True)
    alike = len(kinds) == 1
    type_ = TupleOf(tuple(kinds.values()) * len(items.items)) if alike else ANY
    return apply(IN_SOME_ORDER, (items,), type_, not_null=True)


def sort_key(value: Value, write: Callable[[Number], str] = number.text) -> str:
    """A text that no other known value of the same type has; what Terraform orders collections in a set by."""
    match value:
        case Ref(value=inner):
            return sort_key(inner, write)
        case None:
            return "~"
        case bool():
            return "T" if value else "F"
        case int() | Decimal():
            return write(value)
        case str():
            return f'"{value.translate(_ESCAPES)}"'
        case Items("tuple", items):
            return "<" + "".join(sort_key(item, write) + ";" for item in items) + ">"
        case Items(items=items):
            return "[" + "".join(sort_key(item, write) + ";" for item in items) + "]"
        case Entries("map", entries):
            parts = (f"{sort_key(key)}:{sort_key(entries[key], write)};" for key in sorted(entries))
            return "{" + "".join(parts) + "}"
        case Entries(entries=entries):
            return "<" + "".join(sort_key(entries[key], write) + ";" for key in sorted(entries)) + ">"
        case Unknown():
            return "?"


def _in_order(value: Value) -> tuple[int, Number, str]:
    match plain(value):
        case None:
            return 2, 0, ""
        case bool(truth):
            return 0, int(truth), ""
        case int() | Decimal() as amount:
            return 0, amount, ""
        case str(text):
            return 0, 0, text
        case _:
            return 0, 0, sort_key(value, number.brief)
