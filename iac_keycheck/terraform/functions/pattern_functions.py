"""``regex``, ``regexall`` and ``replace`` with a pattern, on an engine with a time limit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from time import monotonic

import regex

from iac_keycheck.deciding.shapes import ANY, STRING, ListOf, ObjectOf, TupleOf, Type
from iac_keycheck.deciding.values import Entries, Items, Refused, Value
from iac_keycheck.expressions import expression
from iac_keycheck.terraform.conversions import make_list
from iac_keycheck.terraform.functions.arguments import invalid, normal, opaque, within_bounds, within_text
from iac_keycheck.terraform.functions.re2 import Translated, translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SECONDS = 1.0
"""How long the searches of one call may take: RE2 is always done by then, the engine here may not be."""

_CALLS = 512
"""How many results are kept: the same call is made again in every world that is looked at."""

_REFERENCE = expression(r"\$(?:(\$)|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))", re.ASCII)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[Any, Translated]:
    ours = translated(pattern)
    try:
        return regex.compile(ours.pattern, regex.V0), ours
    except (regex.error, OverflowError, RecursionError) as error:
        raise Refused(f"invalid regexp pattern: {error}") from error


@lru_cache(maxsize=_CALLS)
def _regex(pattern: str, text: str) -> Value:
    engine, ours = _checked(pattern)
    try:
        match = next(_matches(engine, text), None)
    except TimeoutError:
        return _too_slow("regex", _result_type(ours))
    if match is None:
        raise Refused("pattern did not match any part of the given string")
    return _captured(match, ours)


@lru_cache(maxsize=_CALLS)
def _regex_all(pattern: str, text: str) -> Value:
    engine, ours = _checked(pattern)
    kind = _result_type(ours)
    found: list[Value] = []
    try:
        for match in _matches(engine, text):
            found.append(_captured(match, ours))
            within_bounds(len(found))
    except TimeoutError:
        return _too_slow("regexall", ListOf(kind))
    return make_list(found, kind)


@lru_cache(maxsize=_CALLS)
def replaced(text: str, pattern: str, replacement: str) -> Value:
    """The text with every match of the pattern replaced; ``$1`` and ``${name}`` stand for what groups matched."""
    engine, ours = _compiled(pattern)
    pieces: list[str] = []
    done, size = 0, len(text)
    try:
        for match in _matches(engine, text):
            made = _expanded(replacement, match, ours)
            pieces += [text[done : match.start()], made]
            done = match.end()
            size += len(made)
            within_text(size)
    except TimeoutError:
        return _too_slow("replace", STRING)
    return normal("".join((*pieces, text[done:])))


def _checked(pattern: str) -> tuple[Any, Translated]:
    try:
        engine, ours = _compiled(pattern)
    except Refused as error:
        raise invalid("pattern", error.message) from error
    if any(ours.names) and not all(ours.names):
        raise invalid("pattern", "invalid regexp pattern: cannot mix both named and unnamed capture groups")
    return engine, ours


def _matches(engine: Any, text: str) -> Iterator[Any]:  # noqa: ANN401 — the package has no types
    """Matches from left to right; an empty one right behind another is none."""
    at, before = 0, -1
    end_of_time = monotonic() + _SECONDS
    while at <= len(text):
        match = engine.search(text, at, timeout=end_of_time - monotonic())
        if match is None:
            return
        start, end = match.span()
        if start != end or start != before:
            yield match
        before = end
        at = end + 1 if end == at else end


def _captured(match: Any, ours: Translated) -> Value:  # noqa: ANN401
    if not ours.names:
        return normal(match.group())
    groups = [None if group is None else normal(group) for group in match.groups()]
    type_ = _result_type(ours) if None in groups else ANY
    if not all(ours.names):
        return Items("tuple", tuple(groups), type_)
    return Entries("object", dict(sorted(zip(ours.names, groups, strict=True))), type_)


def _result_type(ours: Translated) -> Type:
    if not ours.names:
        return STRING
    if not all(ours.names):
        return TupleOf((STRING,) * len(ours.names))
    return ObjectOf(dict.fromkeys(sorted(ours.names), STRING))


def _expanded(replacement: str, match: Any, ours: Translated) -> str:  # noqa: ANN401
    def value(reference: re.Match[str]) -> str:
        if reference.group(1):
            return "$"
        name = reference.group(2) or reference.group(3)
        if name.isdigit():
            index = int(name)
            return (match.group(index) or "") if len(name) < 9 and index <= len(ours.names) else ""  # noqa: PLR2004
        named = (match.group(index) for index, own in enumerate(ours.names, 1) if own == name)
        return next((group for group in named if group is not None), "")

    return _REFERENCE.sub(value, replacement)


def _too_slow(name: str, type_: Type) -> Value:
    return opaque(f"{name}(…)", f"a search with a regular expression took more than {_SECONDS:g} seconds", type_)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {"regex": _regex, "regexall": _regex_all}
