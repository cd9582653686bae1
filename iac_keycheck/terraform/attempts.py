"""``try`` and ``can``: what succeeds whatever its inputs are, and what may turn out an error once they are known."""

from __future__ import annotations

from collections.abc import Callable

from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import (
    Apply,
    Entries,
    Items,
    Leaf,
    Null,
    Origin,
    Ref,
    Refused,
    Unknown,
    Value,
    is_known,
    plain,
    type_of,
    untyped,
)
from iac_keycheck.terraform.repetition import bound, pairs_of
from iac_keycheck.terraform.syntax import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectCons,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    TupleCons,
    Unary,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.terraform.evaluate import Frame

Evaluator = Callable[[Expression, "Frame"], "Value | Null"]

_DEPTH = 3
"""How many attempts within attempts are looked at so closely; what lies deeper is taken to succeed."""

_ROUNDS = 64
"""So many rounds of a ``for`` are looked at one by one."""

_STRUCTURAL = frozenset(
    {
        "alltrue", "anytrue", "compact", "concat", "contains", "distinct", "element", "endswith", "flatten", "format",
        "join", "jsonencode", "keys", "length", "lower", "merge", "nonsensitive", "one", "replace", "reverse",
        "sensitive", "slice", "sort", "split", "startswith", "strcontains", "title", "tolist", "tomap", "toset",
        "tostring", "trim", "trimprefix", "trimspace", "trimsuffix", "upper", "values", "zipmap",
    }
)  # fmt: skip
"""Functions that do not fail for what a text or number in their arguments is, once they took one in its place."""

_COLLECTING = frozenset({"concat", "flatten", "keys", "length", "merge", "reverse", "values"})
"""Functions that do not fail for what a member of a collection is, once they took the collection."""


def try_value(node: Call, frame: Frame, evaluate: Evaluator) -> Value | Null:
    """The value of ``try(…)``; ``evaluate`` gives those of the expressions in it."""
    failure: Refused | None = None
    frame = frame.attempting()
    for index, argument in enumerate(node.arguments):
        try:
            value = evaluate(argument, frame)
        except Refused as refused:
            if refused.bound or (refused.static and index == len(node.arguments) - 1):
                raise
            failure = refused
            continue
        if index + 1 < len(node.arguments) and not _is_certain(argument, value, frame, evaluate):
            try:
                rest = try_value(Call("try", node.arguments[index + 1 :], node.expand, node.span), frame, evaluate)
            except Refused as refused:
                if refused.bound:
                    raise
                return value
            kind = type_of(rest)
            return apply("try", (untyped(value), untyped(rest)), kind if kind == type_of(value) else ANY)
        return value
    raise failure or Refused("no expression succeeded")


def can_value(node: Call, frame: Frame, evaluate: Evaluator) -> Value:
    """The value of ``can(…)``."""
    if not node.arguments:
        raise Refused('Not enough function arguments: "can" misses a value for "expression".', static=True)
    argument = node.arguments[0]
    frame = frame.attempting()
    try:
        value = evaluate(argument, frame)
    except Refused as refused:
        if refused.bound:
            raise
        return False
    if not _is_certain(argument, value, frame, evaluate) or _waits(value):
        return apply("can", (untyped(value),), BOOL, not_null=True)
    return True


def _waits(value: Value | Null) -> bool:
    return isinstance(value, Unknown) and not isinstance(value.term, Leaf)


def _is_certain(node: Expression, value: Value | Null, frame: Frame, evaluate: Evaluator) -> bool:
    """Whether an expression, of which this value is known so far, has one in every world."""
    if _may_fail(value):
        return False
    if frame.attempts > _DEPTH:
        return True
    collects = False
    match node:
        case Literal() | Name() | Call("try" | "can"):
            return True
        case GetAttr(source):
            return _is_path(source) or _succeeds(source, frame, evaluate)
        case Index(source, key):
            reached = _is_path(source) or _succeeds(source, frame, evaluate)
            return reached and _is_settled(key, frame, evaluate)
        case Splat(source):
            return _succeeds(source, frame, evaluate)
        case Template(parts):
            return all(isinstance(part, str) or _is_settled(part, frame, evaluate) for part in parts)
        case TupleCons(items):
            return all(_succeeds(item, frame, evaluate) for item in items)
        case ObjectCons(items):
            return all(_is_settled(key, frame, evaluate) and _succeeds(each, frame, evaluate) for key, each in items)
        case Conditional(condition, then, otherwise):
            # whichever is taken
            return _is_settled(condition, frame, evaluate) and all(
                _succeeds(branch, frame, evaluate) for branch in (then, otherwise)
            )
        case Call(name, arguments):
            safe, collects = name in _STRUCTURAL, name in _COLLECTING
        case Binary(operator, left, right):
            safe, arguments = operator not in {"/", "%"}, (left, right)
        case Unary(_, operand):
            safe, arguments = True, (operand,)
        case For(collection=collection):
            over = plain(untyped(_given(collection, frame, evaluate)))
            if not _has_few(over):
                return _is_settled(collection, frame, evaluate) and _stands(value)
            rounds = (frame.repeated(over).binding(**bound(node, key, each)) for key, each in pairs_of(over))
            return _succeeds(collection, frame, evaluate) and all(_goes_on(node, one, evaluate) for one in rounds)
    given = [untyped(_given(argument, frame, evaluate)) for argument in arguments]
    return all(
        is_known(each) or (safe and _stands(each)) or (collects and isinstance(plain(each), Items | Entries))
        for each in given
    ) and all(_succeeds(argument, frame, evaluate) for argument in arguments)


def _has_few(collection: Value) -> bool:
    match collection:
        case Items(items=members):
            return len(members) <= _ROUNDS
        case Entries(entries=named):
            return len(named) <= _ROUNDS
        case _:
            return False


def _goes_on(node: For, frame: Frame, evaluate: Evaluator) -> bool:
    """Whether a round of a ``for`` comes to an element, or surely to none, in every world."""
    if node.condition is not None:
        if untyped(_given(node.condition, frame, evaluate)) is False:
            return _succeeds(node.condition, frame, evaluate)
        if not _is_settled(node.condition, frame, evaluate):
            return False
    if node.key_result is not None and not (
        is_known(untyped(_given(node.key_result, frame, evaluate))) and _succeeds(node.key_result, frame, evaluate)
    ):
        return False  # two keys may turn out the same
    return _succeeds(node.result, frame, evaluate)


def _is_path(node: Expression) -> bool:
    """Whether an expression does no more than name a part of something: what it gives tells whether it is there."""
    match node:
        case Name():
            return True
        case GetAttr(source) | Index(source, Literal() | Template()):
            return _is_path(source)
        case _:
            return False


def _given(node: Expression, frame: Frame, evaluate: Evaluator) -> Value | Null:
    try:
        return evaluate(node, frame)
    except Refused as refused:
        return apply("error", (refused.message,))


def _succeeds(node: Expression, frame: Frame, evaluate: Evaluator) -> bool:
    return _is_certain(node, _given(node, frame, evaluate), frame, evaluate)


def _is_settled(node: Expression | TemplateIf | TemplateFor, frame: Frame, evaluate: Evaluator) -> bool:
    """Whether an expression has a value in every world that does not fail where a text or number is asked for."""
    match node:
        case TemplateIf() | TemplateFor():
            return False
        case _:
            value = _given(node, frame, evaluate)
            return _stands(value) and _is_certain(node, value, frame, evaluate)


def _stands(value: Value | Null) -> bool:
    """Whether all that is not known of a value are texts, numbers and bools, which are there."""
    match value:
        case Unknown(term=Leaf(source)) if source.origin is Origin.COMPUTED:
            return True
        case Unknown(type=kind):
            return (value.not_null or None in value.excluded) and kind in (STRING, NUMBER, BOOL)
        case Ref(value=inner):
            return _stands(inner)
        case Items(items=items):
            return all(map(_stands, items))
        case Entries(entries=entries):
            return all(map(_stands, entries.values()))
        case _:
            return True


def _may_fail(value: Value | Null) -> bool:
    """Whether taking the value may turn out an error once its inputs are known."""
    match value:
        case Unknown(term=Apply("element" | "lookup" | "attribute" | "error")):
            return True
        case Unknown(term=Apply("if", (_, then, otherwise))):
            return _may_fail(then) or _may_fail(otherwise)
        case Unknown(term=Apply("try", (_, rest))):
            return _may_fail(rest)
        case Unknown(term=Leaf(_, path)):
            return bool(path) and value.type == ANY
        case _:
            return False
