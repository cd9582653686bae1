"""Makes texts that are nearly right out of right ones, by the pieces of their grammar; and wrong bytes besides."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.fuzz.front_ends import FrontEnd, words

MOST_BYTES: Final = 60_000
_TOKEN: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\w.:-]+|\s+|[^\w\s]', re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*")
_OPEN: Final = {"{": "}", "[": "]", "(": ")"}
_VALUES: Final = (
    *("null", "true", "false", "0", "-1", "1", "2", "1e309", "-0.0", "9" * 30, "0x10", "0b1", "010", "1_000", "1e-9"),
    *('""', '"${var.x}"', '"\\u0000"', '"\\ud800"', '"\u202e"', '"\x1b[31m"', '"' + "a" * 4000 + '"', '"${"', '"%{"'),
    *(
        '"*"',
        '"../../../etc/passwd"',
        '"=1+1"',
        '"<script>"',
        '"]]>"',
        '"\u0130"',
        '"e\u0301"',
        "[]",
        "{}",
        "[[]]",
        "()",
    ),
    *(".inf", ".nan", "~", "2026-02-30", "2026-11-21T00:00:00Z", "!!null", "0o7", "12:30:45", "1.7976931348623157e308"),
)
_NODES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2, 10**30, 1.5, 1e308, "", "a", "u", "${var.x}", "${", "\x00", "\u202e", "a" * 4000),
    *([], {}, [[]], [None], {"": None}, {"Ref": "A"}, {"Fn::Sub": "${A}"}, ["create"], "2026-02-30T25:00:00Z", "*"),
)
_DEPTHS: Final = (3, 30, 300, 3000)
_WRAPPERS: Final = (("(", ")"), ("[", "]"), ("{a = ", "}"), ("try(", ")"), ('"${', '}"'), ("!", ""), ("-", ""))
_JSON_WRAPPERS: Final = (('{"Fn::Not": [', "]}"), ('{"a": ', "}"), ("[", "]"), ('{"Fn::If": ["C", 1, ', "]}"))


def mutated(front: FrontEnd, seeds: Sequence[bytes], rng: random.Random, data: bytes | None = None) -> bytes:
    """A text near ``data``, or else near one of ``seeds``: some pieces changed, at times some bytes."""
    if data is None:
        data = rng.choice(seeds) if seeds and rng.random() < 0.98 else rng.randbytes(rng.randrange(200))
    other = rng.choice(seeds) if seeds else b""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        if rng.random() < 0.15:
            data = _bytes(data, rng)
        elif front.grammar == "json" and rng.random() < 0.7:
            data = _tree(data, other, front, rng)
        else:
            text, splice = data.decode("utf-8", "surrogateescape"), other.decode("utf-8", "surrogateescape")
            change = rng.choice(_LINES if front.grammar in ("yaml", "csv", "text") and rng.random() < 0.5 else _PIECES)
            data = change(text, splice, front, rng).encode("utf-8", "surrogateescape")
    return data[:MOST_BYTES]


def _bytes(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    end = min(len(data), at + rng.choice((1, 1, 2, 8, 64)))
    match rng.randrange(6):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[end:]
        case 2:
            return data[:at] + rng.randbytes(rng.choice((1, 1, 4, 16))) + data[end:]
        case 3:
            return data[:at] + rng.choice(_STRANGE) + data[at:]
        case 4:
            return data[:at] + data[at:end] * rng.choice((2, 9, 200)) + data[end:]
        case _:
            return data[at:]


_STRANGE: Final = (
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\x1b]0;x\x07"),
    *(
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\xaf",
        b"\t",
        b"\x0b\x0c",
        b"\xcc\x81" * 50,
        b"\xf0\x9f\x92\xa9",
        b'"',
    ),
)


# Pieces: tokens, and groups in brackets


def _pieces(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _group(pieces: Sequence[str], rng: random.Random) -> tuple[int, int]:
    """From a bracket to the one that closes it, or one piece where there is none."""
    starts = [at for at, piece in enumerate(pieces) if piece in _OPEN]
    if not starts:
        at = rng.randrange(max(len(pieces), 1))
        return at, at + 1
    start = rng.choice(starts)
    depth = 0
    for at in range(start, len(pieces)):
        depth += (pieces[at] in _OPEN) - (pieces[at] in _OPEN.values())
        if depth == 0:
            return start, at + 1
    return start, len(pieces)


def _some(pieces: Sequence[str], rng: random.Random) -> tuple[int, int]:
    if rng.random() < 0.5:
        return _group(pieces, rng)
    at = rng.randrange(max(len(pieces), 1))
    return at, at + rng.choice((1, 1, 1, 2, 4, 12))


def _dropped(text: str, _other: str, _front: FrontEnd, rng: random.Random) -> str:
    pieces = _pieces(text)
    start, end = _some(pieces, rng)
    return "".join(pieces[:start] + pieces[end:])


def _doubled(text: str, _other: str, _front: FrontEnd, rng: random.Random) -> str:
    pieces = _pieces(text)
    start, end = _some(pieces, rng)
    to = rng.choice((end, rng.randrange(len(pieces) + 1)))
    return "".join(pieces[:to] + pieces[start:end] * rng.choice((1, 1, 1, 3, 40)) + pieces[to:])


def _swapped(text: str, _other: str, _front: FrontEnd, rng: random.Random) -> str:
    pieces = _pieces(text)
    (a, b), (c, d) = sorted((_some(pieces, rng), _some(pieces, rng)))
    return "".join(pieces[:a] + pieces[c:d] + pieces[b:c] + pieces[a:b] + pieces[d:])


def _spliced(text: str, other: str, _front: FrontEnd, rng: random.Random) -> str:
    pieces, donor = _pieces(text), _pieces(other)
    a, b = _some(pieces, rng)
    c, d = _some(donor, rng)
    return "".join(pieces[:a] + donor[c:d] + pieces[b:])


def _valued(text: str, _other: str, _front: FrontEnd, rng: random.Random) -> str:
    pieces = _pieces(text)
    places = [at for at, piece in enumerate(pieces) if piece[0] == '"' or piece[0].isalnum()] or [0]
    at = rng.choice(places)
    return "".join([*pieces[:at], rng.choice(_VALUES), *pieces[at + 1 :]])


def _worded(text: str, _other: str, front: FrontEnd, rng: random.Random) -> str:
    pieces = _pieces(text)
    at = rng.randrange(len(pieces) + 1)
    return "".join([*pieces[:at], rng.choice(words(front.vocabulary)), *pieces[at + rng.randrange(2) :]])


def _renamed(text: str, other: str, _front: FrontEnd, rng: random.Random) -> str:
    """One name, at one place or everywhere, becomes another: cycles, references to nothing, duplicates."""
    names, more = _NAME.findall(text), _NAME.findall(other)
    if not names:
        return text
    old, new = rng.choice(names), rng.choice([*names, *more])
    return text.replace(old, new, rng.choice((1, -1)))


def _nested(text: str, _other: str, front: FrontEnd, rng: random.Random) -> str:
    pieces = _pieces(text)
    start, end = _some(pieces, rng)
    before, after = rng.choice(_JSON_WRAPPERS if front.grammar == "json" else _WRAPPERS)
    times = rng.choice(_DEPTHS)
    return "".join([*pieces[:start], before * times, *pieces[start:end], after * times, *pieces[end:]])


_Change = Callable[[str, str, FrontEnd, random.Random], str]
_PIECES: Final[Sequence[_Change]] = (
    *(
        _dropped,
        _doubled,
        _swapped,
        _spliced,
        _spliced,
        _valued,
        _valued,
        _worded,
        _worded,
        _renamed,
        _renamed,
        _nested,
    ),
)


# Lines, with what is indented below them


def _block(lines: Sequence[str], rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(max(len(lines), 1))
    end = start + 1
    if start < len(lines):
        indent = _indent(lines[start])
        while end < len(lines) and (_indent(lines[end]) > indent or not lines[end].strip()):
            end += 1
    return start, end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _line_dropped(text: str, _other: str, _front: FrontEnd, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    start, end = _block(lines, rng)
    return "".join(lines[:start] + lines[end:])


def _line_moved(text: str, other: str, _front: FrontEnd, rng: random.Random) -> str:
    lines, donor = text.splitlines(keepends=True), rng.choice((text, other)).splitlines(keepends=True)
    start, end = _block(donor, rng)
    to = rng.randrange(len(lines) + 1)
    by = " " * rng.choice((0, 0, 0, 2, 4)) if not donor else " " * rng.randrange(6)
    return "".join(lines[:to] + [by + line for line in donor[start:end]] + lines[to + rng.randrange(2) :])


def _cells(text: str, _other: str, front: FrontEnd, rng: random.Random) -> str:
    """A column of all lines, or a cell of one, changes."""
    lines = [line.split(",") for line in text.splitlines()]
    if not lines:
        return text
    column, value = rng.randrange(len(lines[0])), rng.choice((*words(front.vocabulary), *_VALUES, ""))
    for row in lines if rng.random() < 0.3 else [rng.choice(lines)]:
        if column < len(row):
            row[column : column + rng.choice((1, 1, 1, 0, 2))] = [value]
    return "\n".join(map(",".join, lines))


_LINES: Final[Sequence[_Change]] = (_line_dropped, _line_moved, _line_moved, _cells)


# Trees of JSON


def _tree(data: bytes, other: bytes, front: FrontEnd, rng: random.Random) -> bytes:
    try:
        tree, donor = json.loads(data), json.loads(other)
    except (ValueError, RecursionError):
        return _spliced(data.decode("utf-8", "replace"), other.decode("utf-8", "replace"), front, rng).encode()
    places, given = list(_places(tree)), list(_places(donor))
    if not places:
        return data
    holder, key = rng.choice(places)
    match rng.randrange(8):
        case 0 | 1:
            holder[key] = rng.choice(_NODES)
        case 2 | 3 if given:
            source, name = rng.choice(given)
            holder[key] = source[name]
        case 4:
            source, name = rng.choice(places)
            holder[key] = json.loads(json.dumps(source[name]))
        case 5 if isinstance(holder, dict):
            holder[rng.choice(words(front.vocabulary))] = holder.pop(key)
        case 6 if isinstance(holder, list):
            holder.extend([holder[key]] * rng.choice((1, 2, 50)))
        case _:
            del holder[key]
    return json.dumps(tree, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(tree: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 — JSON
    """Every value with what holds it."""
    found: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict | list):
            keys = list(holder) if isinstance(holder, dict) else range(len(holder))
            found += [(holder, key) for key in keys]
            waiting += [holder[key] for key in keys]
    return found
