"""Makes a failing case small: files, blocks, lines and values are left out as long as it still fails."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from tests.oracle.case import Case, Json

_AT_ONCE: Final = 12
# Functions with a list of arguments.
_FIXED: Final = frozenset(
    f"Fn::{name}" for name in ("And", "Equals", "FindInMap", "If", "Join", "Not", "Or", "Select", "Split")
)


def shrunk(case: Case, failing: Callable[[Sequence[Case]], Sequence[bool]], *, rounds: int = 60) -> Case:
    """A smaller case that still fails, found within so many questions; ``failing`` judges several cases at once."""
    position, changed = 0, False
    for _ in range(rounds):
        few = list(itertools.islice(_smaller(case), position, position + _AT_ONCE))
        if not few:
            if not changed:
                break
            position, changed = 0, False  # what did not work before may work now
            continue
        first = next((number for number, fails in enumerate(failing(few)) if fails), None)
        if first is None:
            position += _AT_ONCE
        else:
            case, changed = few[first], True
            position += first
    return case


def smaller_texts(text: str) -> Iterator[str]:
    """The text without one of its blocks or lines, outermost and longest first; for JSON without one of its members."""
    if text.lstrip().startswith("{"):
        yield from (json.dumps(document, indent=2) + "\n" for document in smaller_documents(json.loads(text)))
        return
    lines = text.splitlines(keepends=True)
    parts = sorted(_statements(lines), key=lambda part: part[0] - part[1])
    # Without one of its arguments a provider configuration would be another account, and a variable another input.
    fixed = [part for part in parts if lines[part[0]].startswith(("provider ", "variable "))]
    for start, end in parts:
        if not any(first < start and end < last for first, last in fixed):
            yield "".join(lines[:start] + lines[end:])


def smaller_documents(document: Json) -> Iterator[Json]:
    """The document without one of its members, at any depth, outermost first.

    The arguments of an intrinsic function are not left out, but a choice may be replaced by one of its branches.
    """
    match document:
        case {"Ref": _} | {"Condition": str()} | {"Fn::Sub": str()} if len(document) == 1:
            return
        case dict() if len(document) == 1 and next(iter(document)) in _FIXED:
            ((function, arguments),) = document.items()
            if function == "Fn::If":
                yield from arguments[1:]
            if function in ("Fn::And", "Fn::Or", "Fn::Not"):
                yield from arguments
            for index, value in enumerate(arguments):
                rest = [arguments[:index], arguments[index + 1 :]]
                yield from ({function: [*rest[0], less, *rest[1]]} for less in smaller_documents(value))
        case dict():
            for key in document:
                yield _without(document, key)
            for key, value in document.items():
                if key == "provider":
                    continue  # without one of its arguments it would be another account
                if key in ("variable", "Parameters"):  # the same, another input
                    yield from ({**document, key: _without(value, name)} for name in value)
                    continue
                yield from ({**document, key: less} for less in smaller_documents(value))
        case list():
            for index in range(len(document)):
                yield document[:index] + document[index + 1 :]
            for index, value in enumerate(document):
                yield from ([*document[:index], less, *document[index + 1 :]] for less in smaller_documents(value))


def _without(document: Json, key: str) -> Json:
    return {name: value for name, value in document.items() if name != key}


def _smaller(case: Case) -> Iterator[Case]:
    for name in case.files if len(case.files) > 1 else ():
        if "tfvars" in name:
            continue  # the values committed are part of the case
        yield _consistent(replace(case, files={path: text for path, text in case.files.items() if path != name}))
    for name, text in case.files.items():
        for less in smaller_texts(text) if "tfvars" not in name else ():
            yield _consistent(replace(case, files={**case.files, name: less}))
    for name, text in case.files.items():
        for less in _simpler_expressions(text):
            yield replace(case, files={**case.files, name: less})


def _consistent(case: Case) -> Case:
    """The case without inputs that no file declares any more, and without named worlds whose file is gone."""
    text = "\n".join(case.files.values())
    kept = [name for name in case.domains if re.search(rf'variable "{name}"|"{name}": [\[{{]', text) or "::" in name]
    return replace(
        case,
        domains={name: case.domains[name] for name in kept},
        unbounded=case.unbounded & frozenset(kept),
        committed={name: value for name, value in case.committed.items() if name in kept},
        named={path: values for path, values in case.named.items() if path in case.files and set(values) <= set(kept)},
    )


def _statements(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Line ranges of blocks and arguments at every depth: each ends where its brackets are closed."""
    for start, line in enumerate(lines):
        if not line.strip() or line.strip().startswith(("}", "]")):
            continue
        depth = 0
        for end in range(start, len(lines)):
            bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", lines[end])
            depth += sum(bare.count(mark) for mark in "{[(") - sum(bare.count(mark) for mark in "}])")
            if depth <= 0:
                yield start, end + 1
                break


def _simpler_expressions(text: str) -> Iterator[str]:
    """The text with one operand of an expression in place of the whole."""
    for matched in re.finditer(r"\(([^()]*) (?:&&|\|\|) ([^()]*)\)", text):
        for operand in matched.groups():
            yield text[: matched.start()] + operand + text[matched.end() :]
    for matched in re.finditer(r"\(([^()?]*) \? ([^()?]*) : ([^()?]*)\)", text):
        for branch in matched.groups()[1:]:
            yield text[: matched.start()] + branch + text[matched.end() :]
    for matched in re.finditer(r"!?\((true|false|var\.\w+)\)", text):
        yield text[: matched.start()] + matched[1] + text[matched.end() :]
