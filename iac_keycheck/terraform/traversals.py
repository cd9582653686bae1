"""Attributes, indices and splats, in the order in which they are applied."""

from __future__ import annotations

from iac_keycheck.records import dataclass
from iac_keycheck.source import Span
from iac_keycheck.terraform.lexis import number
from iac_keycheck.terraform.rule_values import flat
from iac_keycheck.terraform.syntax import Expression, GetAttr, Index, Literal, Splat, Spread
from iac_keycheck.terraform.text import wrong
from iac_keycheck.terraform.tokens import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True)
class _Step:
    """``.name``, ``[key]`` or ``.0`` (``old``), and where it ends."""

    key: str | Expression
    old: bool
    end: Span


def stepped(items: list[Any]) -> Expression:
    """A term with ``.name``, ``[key]`` or ``.0`` after it."""
    source, step = items
    return _stepped(source, step)


def key_step(items: list[Any]) -> _Step:
    """``[key]``."""
    return _Step(items[1], old=False, end=items[2].span())


def old_step(items: list[Any]) -> _Step:
    """``.0``."""
    token = items[1]
    at = token.span()
    key = number(token.value)
    if key is None:
        raise wrong("a number too large to be worked with", at)
    return _Step(Literal(key, at), old=True, end=at)


def name_step(items: list[Any]) -> _Step:
    """``.name``."""
    name, at = items[1].value, items[1].span()
    if "::" in name:
        raise wrong("“::” belongs in the names of functions only", at)
    return _Step(name, old=False, end=at)


def _stepped(source: Expression, step: _Step) -> Expression:
    at = source.span.to(step.end)
    if isinstance(step.key, str):
        return GetAttr(source, step.key, at)
    return Index(source, step.key, at)


def splat_steps(items: list[Any]) -> tuple[Token, list[_Step]]:
    """A splat's mark and what follows it."""
    marker, *steps = flat(items)
    return marker, steps


def splat(items: list[Any]) -> Expression:
    """A term with a splat after it: `Splat`, or the splat before it with one more splat inside."""
    source, (marker, steps) = items
    full = marker.type == "FULL_SPLAT_START"
    count = len(steps)
    if not full:
        count = next((i for i, step in enumerate(steps) if not (step.old or isinstance(step.key, str))), count)
    end = steps[count - 1].end if count else marker.span()
    keys = tuple(step.key for step in steps[:count])
    if isinstance(source, Splat) and not _bracketed(source):
        if not full and _is_attribute_only(source):
            raise wrong("a splat cannot be used inside an attribute-only splat (“.*”)", marker.span())
        if source.full:
            spread = Spread(keys, full, marker.span().to(end))
            end = steps[-1].end if steps else end
            inner = _spread(source.steps, (spread, *(step.key for step in steps[count:])))
            return Splat(source.source, inner, full=True, span=source.span.to(end))
    result: Expression = Splat(source, keys, full, source.span.to(end))
    for step in steps[count:]:
        result = _stepped(result, step)
    return result


def _is_attribute_only(splat: Splat | Spread) -> bool:
    """Whether what follows a splat would belong to an attribute-only one: it, or the last one in it."""
    if splat.full and splat.steps and isinstance(last := splat.steps[-1], Spread):
        return _is_attribute_only(last)
    return not splat.full


_Steps = tuple[str | Expression | Spread, ...]


def _spread(steps: _Steps, more: _Steps) -> _Steps:
    """The steps of a full splat with more after them: they belong to the innermost full splat that is open."""
    if steps and isinstance(last := steps[-1], Spread) and last.full:
        span = last.span.to(more[-1].span) if isinstance(more[-1], Spread) else last.span
        return (*steps[:-1], Spread(_spread(last.steps, more), full=True, span=span))
    return (*steps, *more)


def _bracketed(node: Splat) -> bool:
    """Whether a splat stands in parentheses, so that what follows is applied to its result."""
    return (node.span.line, node.span.column) < (node.source.span.line, node.source.span.column)
