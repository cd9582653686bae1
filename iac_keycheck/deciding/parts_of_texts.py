"""Texts that meet several conditions on their parts at once: that begin, end and have inside what the code looks for.

``startswith(var.name, "ci-") && endswith(var.name, "-bot")`` holds for ``ci-bot``: one text for each way to put such
parts together stands for all that have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, product

from iac_keycheck.deciding.matching import matching
from iac_keycheck.deciding.values import Apply, Term, Unknown, Value, parts_of
from iac_keycheck.deciding.worlds import Parts

MOST = 48
"""Texts that are put together for one input."""
FEW = 3
"""So many parts of each kind are put together."""


def looked_for(term: Value | Term) -> Parts:
    """The parts of texts for which a term looks."""
    return gathered(_looked_for(term))


def gathered(found: Iterable[Parts]) -> Parts:
    """All parts as one, each once."""
    starts: dict[str, None] = {}
    ends: dict[str, None] = {}
    inside: dict[str, None] = {}
    for parts in found:
        for known, new in ((starts, parts.starts), (ends, parts.ends), (inside, parts.inside)):
            # stars stand for what is made up
            known.update((text, None) for text in new if text and "*" not in text)
    return Parts(tuple(starts), tuple(ends), tuple(inside))


def of_function(function: str, text: str) -> Parts:
    """The part for which a function looks that is given this text."""
    match function:
        case "startswith" | "trimprefix":
            return Parts(starts=(text,))
        case "endswith" | "trimsuffix":
            return Parts(ends=(text,))
        case "strcontains":
            return Parts(inside=(text,))
        case "regex" | "regexall":
            return _of_pattern(text)
        case _:
            return Parts()


def _of_pattern(pattern: str) -> Parts:
    texts = matching(pattern)
    match pattern[:1], pattern[-1:]:
        case "^", "$":
            return Parts()
        case "^", _:
            return Parts(starts=texts)
        case _, "$":
            return Parts(ends=texts)
        case _:
            return Parts(inside=texts)


def _looked_for(term: Value | Term) -> Iterator[Parts]:
    match term:
        case Apply("==", (one, other)):
            yield from _compared(one, other)
            yield from _compared(other, one)
        case Apply(function, (_, str(text))) | Apply(("regex" | "regexall") as function, (str(text), _)):
            yield of_function(function, text)
        case _:
            pass
    for part in parts_of(term):
        yield from _looked_for(part)


def _compared(value: Value, text: Value) -> Iterator[Parts]:
    match value, text:
        case Unknown(term=Apply("substr", (_, int(offset), int()))), str():
            yield Parts(ends=(text,)) if offset < 0 else Parts(starts=(text,)) if offset == 0 else Parts()
        case _:
            pass


def put_together(parts: Parts, lengths: Iterable[int]) -> Iterator[str]:
    """Texts of at least two parts, with stars for what may be any, the shortest first; some have the given lengths."""
    wanted = tuple(lengths)
    return islice(dict.fromkeys(_put_together(parts, wanted)), MOST)


def _put_together(parts: Parts, lengths: tuple[int, ...]) -> Iterator[str]:
    inside = parts.inside[:FEW]
    middles = ("", *inside, "".join(inside)) if len(inside) > 1 else ("", *inside)
    for start, end, middle in product(("", *parts.starts[:FEW]), ("", *parts.ends[:FEW]), middles):
        if sum(map(bool, (start, end, middle))) + (middle not in ("", *inside)) > 1:
            yield _overlapped(_overlapped(start, middle), end)
            yield f"{start}{middle}*{end}"
            least = len(start) + len(middle) + len(end)
            yield from (f"{start}{middle}{'*' * (length - least)}{end}" for length in lengths if length > least)


def _overlapped(first: str, second: str) -> str:
    """The shortest text that begins with the one and ends with the other."""
    common = next(n for n in range(min(len(first), len(second)), -1, -1) if first.endswith(second[:n]))
    return first + second[common:]
