"""Makes a failing case small: files, blocks, lines and values are left out as long as it still fails."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from tests.oracle.case import Case

_AT_ONCE: Final = 12


def shrunk(case: Case, failing: Callable[[Sequence[Case]], Sequence[bool]], *, rounds: int = 40) -> Case:
    """A smaller case that still fails, found within so many questions; ``failing`` judges several cases at once."""
    candidates = _smaller(case)
    for _ in range(rounds):
        few = list(itertools.islice(candidates, _AT_ONCE))
        if not few:
            break
        first = next((one for one, fails in zip(few, failing(few), strict=True) if fails), None)
        if first is not None:
            case = first
            candidates = _smaller(case)
    return case


def smaller_texts(text: str) -> Iterator[str]:
    """The text without one of its blocks or lines, outermost and longest first; for JSON without one of its members."""
    if text.lstrip().startswith("{"):
        yield from (json.dumps(document, indent=2) + "\n" for document in smaller_documents(json.loads(text)))
        return
    lines = text.splitlines(keepends=True)
    parts = sorted(_statements(lines), key=lambda part: part[0] - part[1])
    # Without one of its arguments a provider configuration would be another account.
    fixed = [part for part in parts if lines[part[0]].startswith("provider ")]
    for start, end in parts:
        if not any(first < start and end < last for first, last in fixed):
            yield "".join(lines[:start] + lines[end:])


def smaller_documents(document: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    """The document without one of its members, at any depth, outermost first."""
    match document:
        case dict():
            for key in document:
                yield {name: value for name, value in document.items() if name != key}
            for key, value in document.items():
                if key == "provider":
                    continue  # without one of its arguments it would be another account
                yield from ({**document, key: less} for less in smaller_documents(value))
        case list():
            for index in range(len(document)):
                yield document[:index] + document[index + 1 :]
            for index, value in enumerate(document):
                yield from ([*document[:index], less, *document[index + 1 :]] for less in smaller_documents(value))


def _smaller(case: Case) -> Iterator[Case]:
    for name in case.files if len(case.files) > 1 else ():
        yield _consistent(replace(case, files={path: text for path, text in case.files.items() if path != name}))
    for name, text in case.files.items():
        for less in smaller_texts(text):
            yield _consistent(replace(case, files={**case.files, name: less}))
    for name, values in case.domains.items():
        for value in values if len(values) > 1 else ():
            kept = tuple(item for item in values if item != value)
            if case.committed.get(name, ...) != value:
                yield replace(case, domains={**case.domains, name: kept}, unbounded=case.unbounded | {name})
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
