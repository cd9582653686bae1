"""JSON with the place of every name and value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError, Span
from iac_keycheck.terraform.lexis import number
from iac_keycheck.terraform.text import Text
from iac_keycheck.terraform.tokens import MAX_DEPTH

_TOKEN = expression(
    r"""[ \t\r\n]*+(?:
      (?P<string>"(?:[^"\\\x00-\x1f]++|\\.)*+")
    | (?P<mark>[{}\[\],:])
    | (?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)
    | (?P<word>[a-z]++)
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
VALUES = 100_000
"""The greatest number of values in one file."""
_ESCAPE = expression(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True, eq=False)
class JsonString:
    """``value`` is decoded and knows where each of its characters stands in the file."""

    value: Text
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class JsonConstant:
    """A number, true, false or null."""

    value: int | Decimal | bool | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class JsonArray:
    """``[…]``."""

    items: tuple[Json, ...]
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class JsonObject:
    """``{…}``, with its members in order; one name may come more than once."""

    members: tuple[tuple[JsonString, Json], ...]
    span: Span


Json = JsonString | JsonConstant | JsonArray | JsonObject


def read_json(text: Text) -> Json:
    """The value that a text is; raises `InputError` where it is no JSON."""
    reader = _Reader(text, text.first)
    try:
        reader.advance()
        value = reader.value(0)
        if reader.kind != "end":
            raise reader.unexpected("the end of the file")
    except InputError as error:
        raise text.explained(error) from None
    return value


@dataclass(slots=True, eq=False)
class _Reader:
    """Reads one token ahead: ``kind`` is its kind, ``start`` and ``position`` its ends."""

    text: Text
    position: int
    start: int = 0
    kind: str = ""
    values: int = 0

    def advance(self) -> None:
        match = _TOKEN.match(self.text.text, self.position)
        if match is None:
            raise self._invalid()
        self.kind = match.lastgroup or ""
        self.start, self.position = match.span(self.kind)
        if self.kind == "mark":
            self.kind = match[0][-1]

    def value(self, depth: int) -> Json:
        start, end = self.start, self.position
        self.values += 1
        if self.values > VALUES:
            raise self.text.error(f"more than {VALUES} values are not read", start, kind="bound")
        match self.kind:
            case "string":
                string = self._string(start, end)
                self.advance()
                return string
            case "{" | "[" if depth >= MAX_DEPTH:
                raise self.text.error("nested too deeply to be read", start, kind="too-deep")
            case "{":
                return self._object(start, depth)
            case "[":
                return self._array(start, depth)
            case "number" if (known := number(self.text.text[start:end])) is not None:
                self.advance()
                return JsonConstant(known, self.text.span(start, end))
            case "word" if (word := self.text.text[start:end]) in _WORDS:
                self.advance()
                return JsonConstant(_WORDS[word], self.text.span(start, end))
            case _:
                raise self.unexpected("a value")

    def _array(self, start: int, depth: int) -> JsonArray:
        items: list[Json] = []
        self.advance()
        while self.kind != "]":
            items.append(self.value(depth + 1))
            if self.kind == ",":
                self.advance()
                if self.kind == "]":
                    raise self.unexpected("a value")
            elif self.kind != "]":
                raise self.unexpected("“,” or “]”")
        end = self.position
        self.advance()
        return JsonArray(tuple(items), self.text.span(start, end))

    def _object(self, start: int, depth: int) -> JsonObject:
        members: list[tuple[JsonString, Json]] = []
        self.advance()
        while self.kind != "}":
            if self.kind != "string":
                raise self.unexpected("a name in double quotes")
            name = self._string(self.start, self.position)
            self.advance()
            if self.kind != ":":
                raise self.unexpected("“:”")
            self.advance()
            members.append((name, self.value(depth + 1)))
            if self.kind == ",":
                self.advance()
                if self.kind == "}":
                    raise self.unexpected("a name in double quotes")
            elif self.kind != "}":
                raise self.unexpected("“,” or “}”")
        end = self.position
        self.advance()
        return JsonObject(tuple(members), self.text.span(start, end))

    def _string(self, start: int, end: int) -> JsonString:
        raw = self.text.text[start + 1 : end - 1]
        value = raw if "\\" not in raw else ""
        offsets: Sequence[int] = range(start + 1, end)
        if "\\" in raw:
            value, offsets = self._unescaped(raw, start + 1)
        return JsonString(self.text.decoded(value, offsets), self.text.span(start, end))

    def _unescaped(self, raw: str, start: int) -> tuple[str, list[int]]:
        parts: list[str] = []
        offsets: list[int] = []
        done = 0
        for match in _ESCAPE.finditer(raw):
            begin, end = match.span()
            parts.append(raw[done:begin])
            offsets.extend(range(start + done, start + begin))
            character = _character(match[0])
            if character is None:
                raise self.text.error(f"“{match[0]}” is no escape sequence of JSON", start + begin, start + end)
            parts.append(character)
            offsets.append(start + begin)
            done = end
        parts.append(raw[done:])
        offsets.extend(range(start + done, start + len(raw) + 1))
        return "".join(parts), offsets

    def unexpected(self, wanted: str) -> InputError:
        found = "the end of the file" if self.kind == "end" else f"“{self.text.text[self.start:self.position][:40]}”"
        return self.text.error(f"expected {wanted}, found {found}", self.start, self.position)

    def _invalid(self) -> InputError:
        source, start = self.text.text, self.position
        while source[start] in " \t\r\n":
            start += 1
        if source[start] == '"':
            return self.text.error("the string that begins here is not closed, or holds a control character", start)
        if source.startswith(("//", "/*", "#"), start):
            return self.text.error("JSON has no comments; a member named “//” can take their place", start)
        return self.text.error(f"expected JSON, found “{source[start]}”", start)


def _character(escape: str) -> str | None:
    """What an escape sequence stands for; half a surrogate pair stands for the replacement character."""
    if len(escape) > len("\\uXXXX"):
        high, low = (int(half, 16) for half in escape.split("\\u")[1:])
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    if len(escape) > len("\\x"):
        code = int(escape.removeprefix("\\u"), 16)
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)  # noqa: PLR2004 - the surrogates
    return _ESCAPES.get(escape[1])
