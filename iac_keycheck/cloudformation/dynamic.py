"""Dynamic references (``{{resolve:ssm:name}}``): open inputs, the same one wherever they are written alike.

What else stands in double braces is filled in by some other program before CloudFormation sees it, and cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable

from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Apply, Concat, Entries, Input, Items, Origin, Ref, Unknown, Value
from iac_keycheck.expressions import expression

MARK = "{{resolve:"
_REFERENCE = expression(r"\{\{resolve:([\w-]+):[^{}]+\}\}|\{\{[^{}]*\}\}")


def resolved(value: Value, read: Callable[[Input], Value]) -> Value:
    """A property's value with its dynamic references as inputs."""
    match value:
        case str() if "{{" in value:
            return _resolved_text(value, read)
        case Unknown(term=Concat(parts=parts)) if any(isinstance(part, str) and MARK in part for part in parts):
            return terms.apply("{{resolve}}", (value,), STRING, not_null=True)
        case Unknown(term=Apply("if", (condition, then, otherwise))):
            return terms.choose(condition, resolved(then, read), resolved(otherwise, read))
        case Items(kind=kind, items=items, element=element):
            return Items(kind, tuple(resolved(item, read) for item in items), element)
        case Entries(kind=kind, entries=entries, element=element):
            return Entries(kind, {key: resolved(item, read) for key, item in entries.items()}, element)
        case Ref() | _:
            return value


def _resolved_text(written: str, read: Callable[[Input], Value]) -> Value:
    parts: list[str | Unknown] = []
    at = 0
    for found in _REFERENCE.finditer(written):
        parts.append(written[at : found.start()])
        if found[1] is None:
            reason = f"{found[0]} is filled in before CloudFormation sees the template"
            value = read(Input(found[0], Origin.OPAQUE, STRING, reason=reason))
        else:
            reason = f"{found[0]} is read when the stack is deployed"
            value = read(Input(found[0], Origin.DATA, STRING, sensitive=found[1] != "ssm", reason=reason))
        if isinstance(value, str | Unknown):
            parts.append(value)
        at = found.end()
    parts.append(written[at:])
    return terms.concat(parts)
