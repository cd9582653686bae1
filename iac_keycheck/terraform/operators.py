"""The operators of Terraform's expressions, on values that may be unknown."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import BOOL, NUMBER, ObjectOf, Primitive, TupleOf, Type
from iac_keycheck.deciding.values import Apply, Entries, Items, Number, Refused, Unknown, Value, plain, type_of
from iac_keycheck.records import replace
from iac_keycheck.terraform import conversions, number
from iac_keycheck.terraform.common_type import conflict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fractions import Fraction
    from typing import TypeVar

    T = TypeVar("T")

_COMPARING = frozenset({"==", "!=", "<", "<=", ">", ">="})
_WHOLE = frozenset({"ceil", "floor", "index", "length", "parseint", "signum"})


def binary(operator: str, left: Value, right: Value) -> Value:
    """``left operator right``. Raises `Refused` for operands of the wrong type, null and division by zero."""
    left, right = plain(left), plain(right)
    if operator in _COMPARING:
        condition = _condition(left) or _condition(right)
        if condition is not None and all(_condition(side) in (None, condition) for side in (left, right)):
            return _by_case(operator, condition, left, right)
    match operator:
        case "==":
            return equal(left, right)
        case "!=":
            return terms.negate(equal(left, right))
        case "&&":
            return terms.both(_bool(left, "left"), _bool(right, "right"))
        case "||":
            return terms.either(_bool(left, "left"), _bool(right, "right"))
        case "<" | "<=" | ">" | ">=":
            return _compared(operator, _number(left, "left"), _number(right, "right"))
        case _:
            return _calculated(operator, _number(left, "left"), _number(right, "right"))


def _condition(value: Value) -> Unknown | None:
    """The condition of a choice that is not made yet."""
    match value:
        case Unknown(term=Apply("if", (Unknown() as condition, _, _))):
            return condition
        case _:
            return None


def _by_case(operator: str, condition: Unknown, left: Value, right: Value) -> Value:
    """A comparison with a choice: decided where it comes out the same either way."""
    outcomes: list[Value] = []
    for branch in (1, 2):
        sides = (side.term.arguments[branch] if _condition(side) else side for side in (left, right))  # type: ignore[union-attr]
        try:
            outcomes.append(binary(operator, *sides))
        except Refused as error:
            outcomes.append(terms.apply("error", (error.message,)))
    match outcomes:
        case [True, False]:
            return condition
        case [False, True]:
            return terms.negate(condition)
        case _:
            return terms.choose(condition, *outcomes)


def unary(operator: str, value: Value) -> Value:
    """``-value`` or ``!value``."""
    if operator == "!":
        return terms.negate(_bool(plain(value), "unary"))
    amount = _number(plain(value), "unary")
    if not isinstance(amount, Unknown):
        return _negative(amount)
    low = None if amount.high is None else _negative(amount.high)
    high = None if amount.low is None else _negative(amount.low)
    return replace(terms.apply("-", (amount,), NUMBER, not_null=True), low=low, high=high)


def equal(left: Value, right: Value) -> bool | Unknown:
    """``left == right``: values of different types are never equal, null equals null alone."""
    left, right = plain(left), plain(right)
    if conflict(_full_type(left), _full_type(right)) and (_is_something(left) or _is_something(right)):
        return False
    return terms.equal(left, right)


def _full_type(value: Value) -> Type:
    """The type of a value as declared, which a null in it does not make another."""
    match value:
        case Items("tuple", items, Primitive()):
            return TupleOf(tuple(map(_full_type, items)))
        case Entries("object", entries, Primitive()):
            return ObjectOf({name: _full_type(item) for name, item in entries.items()})
        case _:
            return conversions.plain_type(type_of(value))


def _is_something(value: Value) -> bool:
    """Whether the value is known not to be null."""
    return value is not None and (not isinstance(value, Unknown) or value.not_null or None in value.excluded)


def _bool(value: Value, side: str) -> bool | Unknown:
    return _operand(conversions.to_bool, value, side)


def _number(value: Value, side: str) -> Number | Unknown:
    return _operand(conversions.to_number, value, side)


def _operand(convert: Callable[[Value], T], value: Value, side: str) -> T:
    try:
        return convert(value)
    except Refused as error:
        if value is None:
            raise Refused(f"Error during operation: {error.message}.") from error
        name = "unary operand" if side == "unary" else f"{side} operand"
        raise Refused(f"Unsuitable value for {name}: {error.message}.") from error


def _compared(operator: str, left: Number | Unknown, right: Number | Unknown) -> bool | Unknown:
    match left, right:
        case (Unknown(), Unknown()) if left.term == right.term and terms.is_pure(left.term):
            return operator in {"<=", ">="}
        case _:
            pass
    smaller, greater = (left, right) if operator in {"<", "<="} else (right, left)
    verdict = _less(smaller, greater, or_equal=operator in {"<=", ">="})
    return terms.apply(operator, (left, right), BOOL, not_null=True) if verdict is None else verdict


def _less(left: Number | Unknown, right: Number | Unknown, *, or_equal: bool) -> bool | None:
    """``left < right`` or ``left <= right``, None where their bounds leave it open."""
    low, low_open, high, high_open = _range(left)
    other_low, other_low_open, other_high, other_high_open = _range(right)
    if high is not None and other_low is not None:
        strictly = high_open or other_low_open
        if high < other_low or (high == other_low and (or_equal or strictly)):
            return True
    if low is not None and other_high is not None:
        strictly = low_open or other_high_open
        if low > other_high or (low == other_high and (strictly or not or_equal)):
            return False
    return None


def _range(value: Number | Unknown) -> tuple[Number | None, bool, Number | None, bool]:
    """The bounds of a number, and whether each is itself left out."""
    if isinstance(value, Unknown):
        if _is_whole(value):
            low = None if value.low is None else math.floor(value.low) + 1
            return low, False, None if value.high is None else math.ceil(value.high) - 1, False
        return value.low, True, value.high, True
    return value, False, value, False


def _is_whole(value: Unknown) -> bool:
    """Whether the number is known to have no fraction."""
    match value.term:
        case Apply(function):
            return function in _WHOLE
        case _:
            return False


def _calculated(operator: str, left: Number | Unknown, right: Number | Unknown) -> Number | Unknown:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _bounded(operator, left, right)
    if operator == "/" and not right:
        if left:
            raise number.endless()
        raise Refused("Error during operation: division by zero.")
    if isinstance(left, int) and isinstance(right, int) and operator in {"+", "-", "*"}:
        return number.rounded(_on_integers(operator, left, right))
    return _exactly(operator, number.exact(left), number.exact(right))


def _on_integers(operator: str, left: int, right: int) -> int:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case _:
            return left * right


def _exactly(operator: str, left: Fraction, right: Fraction) -> Number:
    match operator:
        case "+":
            return number.rounded(left + right)
        case "-":
            return number.rounded(left - right)
        case "*":
            return number.rounded(left * right)
        case "/":
            return number.rounded(left / right)
        case "%" if not right:
            return number.rounded(left)
        case "%":
            times = number.exact(number.rounded(left / right))
            return number.rounded(left - number.exact(number.rounded(right * int(times))))
        case _:
            raise AssertionError(operator)


def _bounded(operator: str, left: Number | Unknown, right: Number | Unknown) -> Unknown:
    """The unknown result of a calculation, with the bounds that it has by those of its operands."""
    result = terms.apply(operator, (left, right), NUMBER, not_null=True)
    if operator == "-" and isinstance(right, int | Decimal):
        operator, right = "+", _negative(right)
    if operator in {"*", "/"} and isinstance(left, Unknown) and isinstance(right, int | Decimal) and right > 0:
        return _scaled(operator, result, left, right)
    if operator != "+":
        return result
    if isinstance(left, Unknown) and isinstance(right, int | Decimal):
        return _shifted(result, left, right)
    if isinstance(right, Unknown) and isinstance(left, int | Decimal):
        return _shifted(result, right, left)
    return result


def _scaled(operator: str, result: Unknown, operand: Unknown, by: Number) -> Unknown:
    def moved(bound: Number | None) -> Number | None:
        return None if bound is None else _exactly(operator, number.exact(bound), number.exact(by))

    return replace(result, low=moved(operand.low), high=moved(operand.high))


def _shifted(result: Unknown, operand: Unknown, by: Number) -> Unknown:
    def moved(bound: Number) -> Number:
        return number.rounded(number.exact(bound) + number.exact(by))

    return replace(
        result,
        excluded=tuple(moved(v) for v in operand.excluded if isinstance(v, int | Decimal) and not isinstance(v, bool)),
        low=None if operand.low is None else moved(operand.low),
        high=None if operand.high is None else moved(operand.high),
    )


def _negative(amount: Number) -> Number:
    # unary minus of a Decimal rounds to its context
    return -amount if isinstance(amount, int) else amount.copy_negate()
