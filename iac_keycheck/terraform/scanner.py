"""Text to tokens.

What a scanner has to know and a grammar cannot say stands here: where strings, heredocs and comments end, in which
brackets a newline counts, and where ``for``, ``in`` and ``if`` are keywords. A newline that means nothing is no token.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError
from iac_keycheck.terraform.lexis import GAP, LINE_CHUNK, LINE_COMMENT, NAME, QUOTED_CHUNK, SPACE, WIDE_GAP
from iac_keycheck.terraform.text import Text
from iac_keycheck.terraform.tokens import (
    CLOSING,
    DIRECTIVES,
    MAX_DEPTH,
    OPENING,
    OPERAND_ENDS,
    OPERATORS,
    PARTNERS,
    Token,
)

MAX_CHAIN = 1000
"""How many operators and attributes may follow each other in one expression: each makes its tree one deeper."""

MAX_SEQUENCES = 10_000
"""How many times ``${`` and ``%{`` may stand in one text."""

_CODE = expression(
    rf"""{GAP}(?:
      (?P<name>{NAME}(?:[ \t]*+::[ \t]*+{NAME})*+)
    | (?P<newline>(?:{LINE_COMMENT}(?:\n|\Z)|\r?\n){WIDE_GAP})
    | (?P<string>"(?:[^"\\$%\r\n]++|[$%](?![{{$%]))*+")
    | (?P<number>[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)
    | (?P<close>~?\}}|[)\]])
    | (?P<open>[{{(\[])
    | (?P<heredoc><<-?{NAME}\r?\n)
    | (?P<operator>=[=>]|[!<>]=|&&|\|\||\.\.\.|/(?!\*)|[-+*%!<>=?:.,])
    | (?P<quote>")
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_SPLAT_WEIGHT = MAX_CHAIN // MAX_DEPTH
_DIGITS = "[0-9]+"
_SPLAT_END = rf"{WIDE_GAP}\]"
_SPLAT_END_ON_LINE = rf"{GAP}\]"
_FOR_AHEAD = rf"{WIDE_GAP}for(?![\w-])"
_FOR = rf"{WIDE_GAP}(for)(?![\w-]){WIDE_GAP}({NAME})(?:{WIDE_GAP}(,){WIDE_GAP}({NAME}))?{WIDE_GAP}(in)(?![\w-])"
_DIRECTIVE = rf"{WIDE_GAP}(if|else|endif|endfor|for)(?![\w-])"
_QUOTED = rf"{QUOTED_CHUNK}++"
_LINE = rf"{LINE_CHUNK}*+\n?"

_NEVER_FIRST = frozenset(OPERATORS.values()) - {"NOT"}
"""Where a newline counts, no line begins with one of these …"""
_NEVER_LAST = frozenset(OPERATORS.values()) - {"COMMA", "ELLIPSIS"}
"""… and none ends with one of these."""


class Start(Enum):
    """What a text begins as."""

    BODY = "body"
    EXPRESSION = "expression"
    TEMPLATE = "template"


class _Inside(Enum):
    """What the scanner is in the middle of."""

    BODY = "block"
    BRACKETS = "brackets"
    TEMPLATE = "template sequence"
    QUOTED = "string"
    LINES = "heredoc"


@dataclass(slots=True, eq=False)
class _Frame:
    """One open bracket, string or template."""

    inside: _Inside
    opener: str
    closer: str
    start: int
    newlines: bool = False
    is_for: bool = False
    chain: int = 0


def tokens(text: Text, start: int, end: int, begin: Start) -> list[Token]:
    """The tokens of ``text[start:end]``; raises `InputError` where it is none of the language's."""
    return _Scanner(text, start, end).scan(begin)


@dataclass(slots=True, eq=False)
class _Scanner:
    text: Text
    position: int
    end: int
    out: list[Token] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)

    def scan(self, begin: Start) -> list[Token]:
        match begin:
            case Start.BODY:
                self._push(_Frame(_Inside.BODY, "", "", self.position, newlines=True))
            case Start.EXPRESSION:
                self._push(_Frame(_Inside.BRACKETS, "", "", self.position))
            case Start.TEMPLATE:
                self._add("DBLQUOTE", self.position, self.position)
                self._push(_Frame(_Inside.LINES, "", "", self.position))
        while self.frames:
            match self.frames[-1].inside:
                case _Inside.QUOTED:
                    self._quoted()
                case _Inside.LINES:
                    self._lines()
                case _:
                    self._code()
        self._add("$END", self.end, self.end)
        return self.out

    def _add(self, kind: str, start: int, end: int) -> None:
        self.out.append(Token(kind, self.text.text[start:end], self.text, start, end))

    def _push(self, frame: _Frame) -> None:
        if len(self.frames) > MAX_DEPTH:
            raise self.text.error("nested too deeply to be read", frame.start, kind="too-deep")
        self.frames.append(frame)

    def _code(self) -> None:
        """Reads up to where something else than code begins, or ends."""
        source, end, match_at = self.text.text, self.end, _CODE.match
        while True:
            match = match_at(source, self.position, end)
            if match is None:
                raise self._invalid(self.position)
            kind = match.lastgroup or ""
            start, self.position = match.span(kind)
            previous = self.out[-1].type if self.out else ""
            match kind:
                case "name":
                    self._name(match[kind], start, previous)
                case "newline":
                    self._newline(start, previous)
                case "string":
                    label = self.frames[-1].inside is _Inside.BODY and previous in ("NAME", "DBLQUOTE")
                    self._add("NAME" if label else "HEREDOC_TEMPLATE", start, self.position)
                case "operator":
                    self._operator(match[kind], start, previous)
                case "number":
                    self._number(start, previous)
                case "open":
                    self._open(match[kind], start, previous)
                case "close":
                    if self._close(match[kind], start) is _Inside.TEMPLATE:
                        return
                case "end":
                    if self.frames[-1].closer:
                        raise self._unclosed(self.frames[-1])
                    self.frames.pop()
                    return
                case _:
                    self._string_or_heredoc(match[kind], start)
                    return

    def _name(self, value: str, start: int, previous: str) -> None:
        if "::" in value:
            value = "::".join(part.strip() for part in value.split("::"))
        if not value.isascii():
            self._check_identifier(start, self.position)
        keyword = value == "if" and self.frames[-1].is_for and previous in OPERAND_ENDS
        self.out.append(Token("IF" if keyword else "NAME", value, self.text, start, self.position))

    def _newline(self, start: int, previous: str) -> None:
        frame = self.frames[-1]
        if not frame.newlines or previous == "NL_OR_COMMENT":
            return
        if previous in _NEVER_LAST:
            raise self.text.error(
                f"expected an expression after “{self.out[-1].value}”, found the end of the line", start
            )
        frame.chain = 0
        if frame.inside is _Inside.BODY:
            self._add("NL_OR_COMMENT", start, self.position)
        elif previous in OPERAND_ENDS:
            # in an object, where the grammar would take an operator after it as going on with the line before
            self._add("COMMA", start, self.position)

    def _number(self, start: int, previous: str) -> None:
        source = self.text.text
        if previous == "DOT" and (digits := _compiled(_DIGITS).match(source, start, self.position)):
            self.position = digits.end()
        whole = source[start : self.position].isdigit()
        self._add("INT_LITERAL" if whole else "FLOAT_LITERAL", start, self.position)

    def _string_or_heredoc(self, opener: str, start: int) -> None:
        self._add("DBLQUOTE", start, self.position)
        if opener == '"':
            self._push(_Frame(_Inside.QUOTED, opener, opener, start))
        else:
            marker = opener.lstrip("<-").rstrip()
            self._push(_Frame(_Inside.LINES, "<<" + marker, marker, start))

    def _operator(self, value: str, start: int, previous: str) -> None:
        """Adds an operator, or makes one token of it and the one before."""
        frame, kind = self.frames[-1], OPERATORS[value]
        if previous == "NL_OR_COMMENT" and kind in _NEVER_FIRST:
            raise self.text.error(f"a line cannot begin with “{value}” outside of parentheses", start)
        if kind in ("COMMA", "EQ"):
            frame.chain = 0
        else:
            self._lengthen(frame, start)
        if value in "-!" and previous not in OPERAND_ENDS:
            unary: tuple[tuple[str, int], ...] = ((value, start),)
            if self.out and self.out[-1].unary:
                unary = self.out.pop().unary + unary
            self.out.append(Token(kind, value, self.text, start, self.position, unary))
        elif value == "*" and previous == "DOT":
            self._add("ATTR_SPLAT", self.out.pop().start, self.position)
        elif value == "*" and previous == "LSQB" and (close := self._splat_end()):
            self.position = close
            self.frames.pop()
            self._lengthen(self.frames[-1], start, _SPLAT_WEIGHT)
            self._add("FULL_SPLAT_START", self.out.pop().start, self.position)
        else:
            self._add(kind, start, self.position)

    def _lengthen(self, frame: _Frame, start: int, weight: int = 1) -> None:
        frame.chain += weight
        if frame.chain > MAX_CHAIN:
            raise self.text.error("an expression too long to be read", start, kind="too-deep")

    def _splat_end(self) -> int | None:
        """Where the ``]`` ends that makes ``[*`` a splat; a newline before it may mean something outside of it."""
        pattern = _SPLAT_END_ON_LINE if self.frames[-2].newlines else _SPLAT_END
        close = _compiled(pattern).match(self.text.text, self.position, self.end)
        return close.end() if close else None

    def _open(self, value: str, start: int, previous: str) -> None:
        """Enters a bracket, and reads the names of a ``for`` in it."""
        body = value == "{" and previous in OPERAND_ENDS and self.frames[-1].inside is _Inside.BODY
        self._add(OPENING[value], start, self.position)
        if previous in OPERAND_ENDS:
            self._lengthen(self.frames[-1], start)
        is_for = not body and value != "(" and self._for_ahead()
        inside = _Inside.BODY if body else _Inside.BRACKETS
        newlines = value == "{" and not is_for
        self._push(_Frame(inside, value, PARTNERS[value], start, newlines=newlines, is_for=is_for))
        if is_for:
            self.position = self._for_names(self.position)

    def _for_names(self, position: int) -> int:
        match = _compiled(_FOR).match(self.text.text, position, self.end)
        if match is None:
            raise self.text.error("expected “for NAME in …” or “for NAME, NAME in …”", position)
        for kind, group in (("FOR", 1), ("NAME", 2), ("COMMA", 3), ("NAME", 4), ("IN", 5)):
            if match[group] is not None:
                self._add(kind, *match.span(group))
        return match.end()

    def _for_ahead(self) -> bool:
        return _compiled(_FOR_AHEAD).match(self.text.text, self.position, self.end) is not None

    def _close(self, value: str, start: int) -> _Inside:
        """Leaves a bracket or a template sequence, and returns which it was."""
        frame = self.frames[-1]
        if not frame.closer:
            raise self.text.error(f"found “{value}”, but nothing is open here that it closes", start)
        if frame.closer != value and not (value == "~}" and frame.inside is _Inside.TEMPLATE):
            line = self.text.span(frame.start, frame.start).line
            raise self.text.error(
                f"found “{value}”, expected “{frame.closer}” to close the “{frame.opener}” of line {line}", start
            )
        self.frames.pop()
        self._add(CLOSING[value], start, self.position)
        return frame.inside

    def _sequence(self) -> None:
        """Enters ``${`` or ``%{``."""
        source, start = self.text.text, self.position
        end = start + 3 if source.startswith("~", start + 2) else start + 2
        opener = source[start : start + 2]
        around = self.frames[-1]
        around.chain += 1
        if around.chain > MAX_SEQUENCES:
            message = f"a text of more than {MAX_SEQUENCES} template sequences is not read"
            raise self.text.error(message, start, kind="too-deep")
        self._push(_Frame(_Inside.TEMPLATE, opener, "}", start))
        if opener == "${":
            self._add("INTERP_START", start, end)
            self.position = end
            return
        self._add("DIRECTIVE_START", start, end)
        match = _compiled(_DIRECTIVE).match(source, end, self.end)
        if match is None:
            raise self.text.error("expected if, else, endif, for or endfor after “%{”", start, end)
        if match[1] == "for":
            self.position = self._for_names(end)
        else:
            self._add(DIRECTIVES[match[1]], *match.span(1))
            self.position = match.end()

    def _quoted(self) -> None:
        """Reads a quoted string up to its end or the next template sequence."""
        source, start = self.text.text, self.position
        if match := _compiled(_QUOTED).match(source, start, self.end):
            self.position = match.end()
            self._add("STRING_CHARS", start, self.position)
        follows = source[self.position] if self.position < self.end else ""
        match follows:
            case '"':
                self.frames.pop()
                self._add("DBLQUOTE", self.position, self.position + 1)
                self.position += 1
            case "$" | "%":
                self._sequence()
            case _:
                raise self.text.error("the string that begins here is not closed on its line", self.frames[-1].start)

    def _lines(self) -> None:
        """Reads a heredoc, or the text of a JSON string, up to its end or the next template sequence."""
        source, frame = self.text.text, self.frames[-1]
        at_line_start = self.out[-1].type == "DBLQUOTE" or self.out[-1].value.endswith("\n")
        while self.position < self.end:
            match = _compiled(_LINE).match(source, self.position, self.end)
            start, end = match.span() if match else (self.position, self.position)
            if start == end:
                self._sequence()
                return
            line = source[start:end]
            at_end = line.endswith("\n")
            if at_line_start and at_end and frame.closer and line.strip(SPACE) == frame.closer:
                marker_end = start + len(line.rstrip(SPACE))
                self._add("DBLQUOTE", marker_end - len(frame.closer), marker_end)
                self.position = end - len("\r\n" if line.endswith("\r\n") else "\n")
                self.frames.pop()
                return
            self._add("STRING_CHARS", start, end)
            self.position, at_line_start = end, at_end
        if frame.closer:
            raise self._unclosed(frame)
        self.frames.pop()
        self._add("DBLQUOTE", self.position, self.position)

    def _check_identifier(self, start: int, end: int) -> None:
        for at in range(start, end):
            character = self.text.text[at]
            if not character.isascii() and not ("a" + character).isidentifier():
                raise self._foreign(at)

    def _unclosed(self, frame: _Frame) -> InputError:
        if frame.inside is _Inside.LINES:
            message = f"the heredoc that begins here has no closing line “{frame.closer}”"
        else:
            message = f"the “{frame.opener}” that begins here is never closed"
        return self.text.error(message, frame.start, frame.start + len(frame.opener))

    def _invalid(self, position: int) -> InputError:
        source = self.text.text
        while position < self.end and source[position] in " \t":
            position += 1
        if source.startswith("/*", position):
            return self.text.error("the comment that begins here is never closed", position, position + 2)
        character = source[position]
        if character == "'":
            return self.text.error('single quotes are not valid; use double quotes (") around a string', position)
        if source.startswith("<<", position):
            return self.text.error("expected a name and the end of the line after “<<”", position, position + 2)
        return self._foreign(position)

    def _foreign(self, position: int) -> InputError:
        character = self.text.text[position]
        shown = f"“{character}”" if character.isprintable() else f"U+{ord(character):04X}"
        return self.text.error(f"{shown} is no character of the language", position)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    """An expression that small files do not need."""
    return re.compile(expression)
