"""The differential test for expressions: value and type of random expressions, by Terraform and by the analyzer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tests.oracle import analyzer
from tests.oracle.analyzer import Json
from tests.oracle.expression_truth import Answer, Failure, Unsettled, Value, answers
from tests.oracle.random_expressions import VARIABLES, random_expression
from tests.oracle.tally import Tally
from tests.oracle.terraform_program import Terraform

_CHUNK: Final = 1000
_ROUNDS: Final = 25  # of making a failing expression small
_STATIC: Final = (
    "Inconsistent conditional result types",
    "Invalid operand",
    "Not enough function",
    "Too many function",
)
_FOUND: Final = "expressions.txt"


def check(terraform: Terraform, seeds: Sequence[int], tally: Tally, *, keep: Path | None) -> None:
    """Try the expressions with these numbers; those that fail are made small and added to a file in ``keep``."""
    for start in range(0, len(seeds), _CHUNK):
        chunk = seeds[start : start + _CHUNK]
        expressions = [random_expression(seed) for seed in chunk]
        truth = answers(terraform, expressions, VARIABLES)
        for seed, expression, answer in zip(chunk, expressions, truth, strict=True):
            tally.counts["cases"] += 1
            tally.counts[_outcome(answer)] += 1
            if isinstance(answer, Unsettled):
                continue
            try:
                wrong = difference(expression, answer)
            except analyzer.NotDecided as undecided:
                tally.undecided[_shape(str(undecided))] += 1
                continue
            if wrong and isinstance(answer, Failure) and answer.reason.startswith(_STATIC):
                # Terraform checks what it never evaluates, such as the body of a `for` over nothing.
                tally.unrefuted[f"no error told: {answer.reason.partition(':')[0]}"] += 1
            elif wrong:
                small = shrunk(terraform, expression) if keep is not None else expression
                [again] = answers(terraform, [small], VARIABLES)
                tally.failures.append(f"expression {seed}: {small}\n  {difference(small, again)}\n  terraform: {again}")
                if keep is not None:
                    remember(keep / _FOUND, small)


def difference(expression: str, truth: Answer) -> str:
    """How the analyzer's answer differs from Terraform's; empty if it does not. Raises `analyzer.NotDecided`."""
    told = analyzer.evaluate(expression, VARIABLES)
    if isinstance(truth, Unsettled):
        return ""
    if isinstance(truth, Failure):
        return "" if isinstance(told, str) else f"told {told}, and it is an error"
    if isinstance(told, str):
        return f"told an error: {told}"
    value, type_ = told
    if not _same_value(value, truth.value):
        return f"told {value!r}"
    if not _same_type(truth.value, type_, truth.type):
        return f"told type {type_!r}"
    return ""


def _outcome(answer: Answer) -> str:
    match answer:
        case Value():
            return "with a value"
        case Failure():
            return "with an error"
        case Unsettled(reason):
            return f"not compared: {reason}"


def shrunk(terraform: Terraform, expression: str) -> str:
    """A shorter expression on which they still differ."""
    for _ in range(_ROUNDS):
        candidates = sorted(set(_smaller(expression)), key=len)[:80]
        truth = answers(terraform, candidates, VARIABLES)
        for candidate, answer in zip(candidates, truth, strict=True):
            try:
                wrong = difference(candidate, answer)
            except analyzer.NotDecided:
                continue
            if wrong:
                expression = candidate
                break
        else:
            break
    return expression


def remember(path: Path, expression: str) -> None:
    """Add an expression to the file of those that failed once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = found(path.parent)
    if expression not in known:
        path.write_text("\n%%\n".join([*known, expression]) + "\n")


def found(folder: Path) -> list[str]:
    """The expressions that failed once."""
    path = folder / _FOUND
    return path.read_text().removesuffix("\n").split("\n%%\n") if path.exists() else []


def _same_value(told: Json, truth: Json) -> bool:
    match truth:
        case list():
            return isinstance(told, list) and len(told) == len(truth) and all(map(_same_value, told, truth))
        case dict():
            return (
                isinstance(told, dict)
                and told.keys() == truth.keys()
                and all(_same_value(told[key], truth[key]) for key in truth)
            )
        case _:
            return isinstance(told, bool) == isinstance(truth, bool) and bool(told == truth)


def _same_type(value: Json, told: Json, truth: Json) -> bool:
    """Equal types; where a value is null any type, as nulls of different types are not told apart."""
    match value, truth:
        case None, _:
            return True
        case list(), [("list" | "set") as kind, _] if _has_null(value):
            return bool(told[0] == kind)
        case dict(), ["map", _] if _has_null(value):
            return bool(told[0] == "map")
        case list(), ["tuple", list(types)]:
            return (
                isinstance(told, list)
                and told[0] == "tuple"
                and len(told[1]) == len(types)
                and all(map(_same_type, value, told[1], types))
            )
        case dict(), ["object", dict(types)]:
            return (
                isinstance(told, list)
                and told[0] == "object"
                and told[1].keys() == types.keys()
                and all(_same_type(value[key], told[1][key], types[key]) for key in types)
            )
        case _:
            return bool(told == truth)


def _has_null(value: Json) -> bool:
    match value:
        case list():
            return any(map(_has_null, value))
        case dict():
            return any(map(_has_null, value.values()))
        case _:
            return value is None


def _shape(reason: str) -> str:
    return re.sub(r"\(.*", "", reason)[:80]


def _smaller(expression: str) -> Iterator[str]:
    """Parts of the expression, and the expression with a part put in place of what holds it."""
    spans = list(_bracketed(expression))
    for start, end in spans:
        yield expression[start + 1 : end - 1].strip()
        head = re.search(r"[\w.]*$", expression[:start])
        outer = start - len(head[0]) if head else start
        yield expression[outer:end]
        for part in _parts(expression[start + 1 : end - 1]):
            yield part
            yield expression[:outer] + part + expression[end:]
        for simple in ("null", '"a"', "1", "true", "[]", "{}"):
            yield expression[:outer] + simple + expression[end:]


def _bracketed(text: str) -> Iterator[tuple[int, int]]:
    """Spans of balanced brackets, wherever they stand."""
    opened: list[int] = []
    for at, character in enumerate(text):
        if character in "([{":
            opened.append(at)
        elif character in ")]}" and opened:
            yield opened.pop(), at + 1


def _parts(text: str) -> Iterator[str]:
    """What stands between commas, colons, operators and arrows of the outer level."""
    depth, start = 0, 0
    for matched in re.finditer(r"[([{]|[)\]}]|,| : | \? | => | = | && | \|\| | [-+*/%<>] | [=!<>]= ", text):
        mark = matched[0]
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif depth == 0:
            yield text[start : matched.start()].strip()
            start = matched.end()
    yield text[start:].strip()
