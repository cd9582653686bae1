r"""RE2 patterns, which Terraform's functions take, written in the syntax of the ``regex`` package.

The translation spells out what the two engines read differently (``$``, ``\d``, flags, POSIX classes) and refuses what
RE2 does not have: back references, look-around, possessive quantifiers, repetition of a repetition.
"""

from __future__ import annotations

import re

from iac_keycheck.deciding.values import Refused
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field

_REPEATS = 1000
"""The greatest number of repetitions that RE2 takes, nested ones multiplied."""

_DEPTH = 200

_WORD = "0-9A-Za-z_"
_EDGE = f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
_NO_EDGE = f"(?:(?<=[{_WORD}])(?=[{_WORD}])|(?<![{_WORD}])(?![{_WORD}]))"
_PERL = {"d": "0-9", "s": r"\t\n\f\r ", "w": _WORD}
_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\x0b\f\r ",
    "upper": "A-Z",
    "word": _WORD,
    "xdigit": "0-9A-Fa-f",
}
_REPEAT = expression(r"\{([0-9]+)(?:(,)([0-9]*))?\}", re.ASCII)
_GROUP = expression(r"\(\?P?<([^>]*)>")
_FLAGS = expression(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_NAME = expression(r"[A-Za-z0-9_]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Translated:
    """A pattern for the ``regex`` package, and the names of its groups in order (empty where one has none)."""

    pattern: str
    names: tuple[str, ...]


def translated(pattern: str) -> Translated:
    """The pattern in the other syntax; raises `Refused` where RE2 would refuse it."""
    reader = _Reader(pattern)
    text, _ = reader.alternatives(frozenset(), 0)
    if reader.at < len(reader.source):
        raise _bad("unexpected )", pattern)
    return Translated(text, tuple(reader.names))


def _bad(problem: str, part: str) -> Refused:
    return Refused(f"invalid regexp pattern: {problem} in {part}")


@dataclass(slots=True)
class _Reader:
    """Reads a pattern from left to right. Each part comes with the repetitions that are nested in it."""

    source: str
    at: int = 0
    names: list[str] = field(default_factory=list)

    def alternatives(self, flags: frozenset[str], depth: int) -> tuple[str, int]:
        """Branches up to a closing parenthesis or the end. Flags that are set in one hold in those that follow."""
        if depth > _DEPTH:
            raise _bad("expression nests too deeply", self.source[:20])
        out: list[str] = []
        most = 1
        last: tuple[str, int] | None = None
        while self.at < len(self.source) and self.source[self.at] != ")":
            char = self.source[self.at]
            if self.source.startswith("\\Q", self.at):
                self._unquote()
            elif char == "|":
                out += [last[0] if last else "", "|"]
                most, last = max(most, last[1] if last else 1), None
                self.at += 1
            elif char in "*+?" or (char == "{" and _REPEAT.match(self.source, self.at)):
                if last is None:
                    raise _bad("missing argument to repetition operator", char)
                last = self._repeated(last, flags)
            else:
                atom, flags = self._atom(flags, depth)
                if atom is not None:  # else flags: what follows repeats what stands before them
                    out.append(last[0] if last else "")
                    most = max(most, last[1] if last else 1)
                    last = atom
        out.append(last[0] if last else "")
        return "".join(out), max(most, last[1] if last else 1)

    def _unquote(self) -> None:
        r"""Writes what stands between ``\Q`` and ``\E`` with escapes instead."""
        literal, _, rest = self.source[self.at + 2 :].partition("\\E")
        escaped = "".join(f"\\{char}" if char.isascii() and not char.isalnum() else char for char in literal)
        self.source = self.source[: self.at] + escaped + rest

    def _repeated(self, part: tuple[str, int], flags: frozenset[str]) -> tuple[str, int]:
        text, most = part
        match = _REPEAT.match(self.source, self.at)
        operator = self.source[self.at]
        if match and operator == "{":
            low, comma, high = match.groups()
            counts = [int(count) if len(count) < 5 else _REPEATS + 1 for count in (low, high) if count]  # noqa: PLR2004
            if max(counts) > _REPEATS or counts != sorted(counts):
                raise _bad("invalid repeat count", match.group())
            most *= max(*counts, 1)
            if most > _REPEATS:
                raise _bad("invalid repeat count", match.group())
            operator = f"{{{counts[0]}{comma or ''}{high or ''}}}"
        self.at += len(match.group()) if match and operator[0] == "{" else 1
        lazy = self.source.startswith("?", self.at)
        self.at += lazy
        following = self.source[self.at : self.at + 1]
        if following and (following in "*+?" or _REPEAT.match(self.source, self.at)):
            raise _bad("invalid nested repetition operator", operator + following)
        return f"(?:{text}){operator}{'?' if lazy != ('U' in flags) else ''}", most

    def _atom(self, flags: frozenset[str], depth: int) -> tuple[tuple[str, int] | None, frozenset[str]]:
        char = self.source[self.at]
        if char == "(":
            return self._group(flags, depth)
        if char == "[":
            return (_cased(self._class(), flags), 1), flags
        if char == "\\":
            return (self._escape(flags), 1), flags
        self.at += 1
        match char:
            case ".":
                text = r"[\s\S]" if "s" in flags else r"[^\n]"
            case "^":
                text = r"(?m:^)" if "m" in flags else r"\A"
            case "$":
                text = r"(?m:$)" if "m" in flags else r"\Z"
            case _:
                text = _cased(re.escape(char), flags)
        return (text, 1), flags

    def _group(self, flags: frozenset[str], depth: int) -> tuple[tuple[str, int] | None, frozenset[str]]:
        opened = self.at
        inner, opening = flags, "("
        if self.source.startswith("(?", self.at):
            named = _GROUP.match(self.source, self.at)
            changed = _FLAGS.match(self.source, self.at)
            if named:
                name = named.group(1)
                if not _NAME.fullmatch(name):
                    raise _bad("invalid named capture", named.group())
                self.names.append(name)
                self.at = named.end()
            elif changed:
                inner = (flags | set(changed.group(1))) - set(changed.group(2) or "")
                opening = "(?:"
                self.at = changed.end()
                if changed.group(3) == ")":
                    return None, inner
            else:
                raise _bad("invalid or unsupported Perl syntax", self.source[self.at : self.at + 3])
        else:
            self.names.append("")
            self.at += 1
        text, most = self.alternatives(inner, depth + 1)
        if not self.source.startswith(")", self.at):
            raise _bad("missing closing )", self.source[opened:])
        self.at += 1
        return (f"{opening}{text})", most), flags

    def _escape(self, flags: frozenset[str]) -> str:
        following = self.source[self.at + 1 : self.at + 2]
        anchors = {"A": r"\A", "z": r"\Z", "b": _EDGE, "B": _NO_EDGE}
        if following in anchors:
            self.at += 2
            return anchors[following]
        inside = self._class_escape()
        return _cased(f"[{inside}]", flags)

    def _class_escape(self) -> str:
        """An escape sequence as the inside of a class."""
        start = self.at
        following = self.source[start + 1 : start + 2]
        if not following:
            raise _bad("trailing backslash at end of expression", "\\")
        if following.lower() in _PERL:
            self.at += 2
            return _PERL[following] if following.islower() else _complement(_PERL[following.lower()])
        if following in "pP":
            return self._unicode_class()
        char = self._character()
        return _literal(char)

    def _character(self) -> str:
        """One character, escaped or not."""
        if self.source[self.at] != "\\":
            self.at += 1
            return self.source[self.at - 1]
        start = self.at
        following = self.source[start + 1 : start + 2]
        self.at += 2
        if following in _CONTROL:
            return _CONTROL[following]
        octal = re.compile(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})").match(self.source, start)
        if octal:
            self.at = octal.end()
            return chr(int(octal.group(1), 8))
        hexadecimal = re.compile(r"\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\})").match(self.source, start)
        if hexadecimal and int(hexadecimal.group(1) or hexadecimal.group(2), 16) <= 0x10FFFF:  # noqa: PLR2004 — Unicode's
            self.at = hexadecimal.end()
            return chr(int(hexadecimal.group(1) or hexadecimal.group(2), 16))
        if following and following.isascii() and not following.isalnum():
            return following
        raise _bad("invalid escape sequence", self.source[start : start + 2])

    def _unicode_class(self) -> str:
        match = re.compile(r"\\([pP])(?:\{(\^?)([A-Za-z0-9_]+)\}|([A-Z]))").match(self.source, self.at)
        if match is None:
            raise _bad("invalid character class range", self.source[self.at : self.at + 3])
        self.at = match.end()
        name = match.group(3) or match.group(4)
        negated = (match.group(1) == "P") != (match.group(2) == "^")
        if name == "Any":
            return "" if negated else r"\s\S"
        kind = "gc" if len(name) <= 2 else "sc"  # noqa: PLR2004 — categories have one or two letters
        _known_property(kind, name)
        return rf"\{'P' if negated else 'p'}{{{kind}={name}}}"

    def _class(self) -> str:
        start = self.at
        self.at += 1
        negated = self.source.startswith("^", self.at)
        self.at += negated
        inside: list[str] = []
        first = True
        while first or not self.source.startswith("]", self.at):
            if self.at >= len(self.source):
                raise _bad("missing closing ]", self.source[start:])
            first = False
            inside.append(self._class_item())
        self.at += 1
        body = "".join(inside)
        if not body:
            return r"[\s\S]" if negated else r"(?!)"
        return f"[{'^' if negated else ''}{body}]"

    def _class_item(self) -> str:
        posix = re.compile(r"\[:(\^?)([a-z]+):\]").match(self.source, self.at)
        if posix:
            if posix.group(2) not in _POSIX:
                raise _bad("invalid character class range", posix.group())
            self.at = posix.end()
            inside = _POSIX[posix.group(2)]
            return _complement(inside) if posix.group(1) else inside
        if self.source[self.at] == "\\" and self.source[self.at + 1 : self.at + 2] in tuple("dDsSwWpP"):
            return self._class_escape()
        start = self.at
        low = self._character()
        if self.source.startswith("-", self.at) and self.source[self.at + 1 : self.at + 2] not in ("]", ""):
            self.at += 1
            high = self._character()
            if high < low:
                raise _bad("invalid character class range", self.source[start : self.at])
            return f"{_literal(low)}-{_literal(high)}"
        return _literal(low)


def _known_property(kind: str, name: str) -> None:
    import regex  # noqa: PLC0415 — rare

    try:
        regex.compile(rf"\p{{{kind}={name}}}")
    except regex.error as error:
        raise _bad("invalid character class range", rf"\p{{{name}}}") from error


def _literal(char: str) -> str:
    """A character inside a class."""
    return char if char.isascii() and char.isalnum() else f"\\U{ord(char):08x}"


def _complement(inside: str) -> str:
    """All characters outside of a class of ASCII characters, as the inside of a class."""
    wanted = re.compile(f"[{inside}]")
    outside = [code for code in range(128) if not wanted.match(chr(code))]
    return "".join(f"\\x{code:02x}" for code in outside) + r"\U00000080-\U0010ffff"


def _cased(text: str, flags: frozenset[str]) -> str:
    return f"(?i:{text})" if "i" in flags else text
