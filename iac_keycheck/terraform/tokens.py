"""The tokens of the Terraform language, named as python-hcl2's grammar names them.

What a scanner has to know and a grammar cannot say stands here: where strings, heredocs and comments end, in which
brackets a newline counts, and where ``for``, ``in`` and ``if`` are keywords. A newline that means nothing is no token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from iac_keycheck.source import InputError, Span
from iac_keycheck.terraform.lexis import GAP, LINE_CHUNK, LINE_COMMENT, NAME, QUOTED_CHUNK, SPACE, WIDE_GAP
from iac_keycheck.terraform.text import Text

MAX_DEPTH = 120
"""How many brackets, strings and templates may stand inside each other; trees are walked by recursion."""

MAX_CHAIN = 1000
"""How many operators and attributes may follow each other in one expression, for the same reason."""

_CODE = re.compile(
    rf"""{GAP}(?:
      (?P<name>{NAME}(?:::{NAME})*+)
    | (?P<newline>(?:{LINE_COMMENT}(?:\n|\Z)|\r?\n){WIDE_GAP})
    | (?P<string>"(?:[^"\\$%\r\n]++|[$%](?![{{$%]))*+")
    | (?P<number>[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)
    | (?P<close>~?\}}|[)\]])
    | (?P<open>[{{(\[])
    | (?P<heredoc><<-?{NAME}\r?\n)
    | (?P<operator>=[=>]|[!<>]=|&&|\|\||\.\.\.|::|/(?!\*)|[-+*%!<>=?:.,])
    | (?P<quote>")
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_DIGITS = re.compile("[0-9]+")
_SPLAT_END = re.compile(rf"{WIDE_GAP}\]")
_FOR_AHEAD = re.compile(rf"{WIDE_GAP}for(?![\w-])")
_FOR = re.compile(
    rf"{WIDE_GAP}(for)(?![\w-]){WIDE_GAP}({NAME})(?:{WIDE_GAP}(,){WIDE_GAP}({NAME}))?{WIDE_GAP}(in)(?![\w-])"
)
_DIRECTIVE = re.compile(rf"{WIDE_GAP}(if|else|endif|endfor|for)(?![\w-])")
_QUOTED = re.compile(rf"{QUOTED_CHUNK}++")
_LINE = re.compile(rf"{LINE_CHUNK}*+\n?")

_OPERATORS = {
    "==": "DOUBLE_EQ", "!=": "NEQ", "<": "LT", ">": "GT", "<=": "LEQ", ">=": "GEQ", "&&": "DOUBLE_AMP",
    "||": "DOUBLE_PIPE", "+": "PLUS", "-": "MINUS", "*": "ASTERISK", "/": "SLASH", "%": "PERCENT", "!": "NOT",
    "?": "QMARK", ":": "COLON", "=": "EQ", "=>": "FOR_OBJECT_ARROW", ".": "DOT", ",": "COMMA", "...": "ELLIPSIS",
    "::": "COLONS",
}  # fmt: skip
_OPEN = {"{": "LBRACE", "(": "LPAR", "[": "LSQB"}
_CLOSE = {"}": "RBRACE", "~}": "RBRACE", ")": "RPAR", "]": "RSQB"}
_DIRECTIVES = {"if": "IF", "else": "ELSE", "endif": "ENDIF", "endfor": "ENDFOR"}
_OPERAND_ENDS = frozenset(
    ("NAME", "INT_LITERAL", "FLOAT_LITERAL", "RPAR", "RSQB", "RBRACE", "DBLQUOTE", "HEREDOC_TEMPLATE", "ATTR_SPLAT",
     "FULL_SPLAT_START", "ELLIPSIS")
)  # fmt: skip
_NEVER_FIRST = frozenset(_OPERATORS.values()) - {"NOT"}
"""Where a newline counts, no line begins with one of these …"""
_NEVER_LAST = frozenset(_OPERATORS.values()) - {"COMMA", "ELLIPSIS"}
"""… and none ends with one of these."""


class Start(Enum):
    """What a text begins as."""

    BODY = "body"
    EXPRESSION = "expression"
    TEMPLATE = "template"


@dataclass(slots=True, eq=False)
class Token:
    """One token; ``type`` is the name of a terminal of python-hcl2's grammar.

    A quoted string without escapes and templates is one token, quotes included: a ``NAME`` in a block's header, else
    a ``HEREDOC_TEMPLATE``. Other strings and heredocs are ``DBLQUOTE``, their parts, ``DBLQUOTE``. ``unary`` are the
    operators of a run like ``!!``, each with its offset; such a run is one token.
    """

    type: str
    value: str
    text: Text
    start: int
    end: int
    unary: tuple[tuple[str, int], ...] = ()

    def span(self) -> Span:
        """The token's place."""
        return self.text.span(self.start, self.end)


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
        """Reads up to where something else than code begins, or the frame ends."""
        source, end, frame, out = self.text.text, self.end, self.frames[-1], self.out
        position, previous = self.position, out[-1].type if out else ""
        while True:
            match = _CODE.match(source, position, end)
            if match is None:
                raise self._invalid(position)
            kind = match.lastgroup or ""
            start, position = match.span(kind)
            if previous == "NL_OR_COMMENT" and kind == "operator":
                self._refuse_continuation(match[kind], start)
            if kind == "name":
                value = match[kind]
                if not value.isascii():
                    self._check_identifier(value, start)
                previous = "IF" if value == "if" and frame.is_for and previous in _OPERAND_ENDS else "NAME"
                out.append(Token(previous, value, self.text, start, position))
            elif kind == "newline":
                if frame.newlines and previous != "NL_OR_COMMENT":
                    if previous in _NEVER_LAST:
                        raise self._unfinished(start)
                    frame.chain = 0
                    previous = "NL_OR_COMMENT"
                    out.append(Token(previous, "\n", self.text, start, position))
            elif kind == "string":
                label = frame.inside is _Inside.BODY and previous in ("NAME", "DBLQUOTE")
                previous = "NAME" if label else "HEREDOC_TEMPLATE"
                out.append(Token(previous, match[kind], self.text, start, position))
            elif kind == "operator":
                position = self._operator(match[kind], start, previous)
                frame = self.frames[-1]
                previous = out[-1].type
            elif kind == "number":
                if previous == "DOT" and (digits := _DIGITS.match(source, start, end)):
                    position = digits.end()
                previous = "INT_LITERAL" if source[start:position].isdigit() else "FLOAT_LITERAL"
                self._add(previous, start, position)
            elif kind == "open":
                position = self._open(start, previous)
                frame = self.frames[-1]
                previous = out[-1].type
            elif kind == "close":
                self._close(match[kind], start, position)
                previous = out[-1].type
                if frame.inside is _Inside.TEMPLATE:
                    break
                frame = self.frames[-1]
            elif kind == "end":
                if frame.closer:
                    raise self._unclosed(frame)
                self.frames.pop()
                break
            else:
                self._add("DBLQUOTE", start, position)
                if kind == "quote":
                    self._push(_Frame(_Inside.QUOTED, '"', '"', start))
                else:
                    marker = match[kind].lstrip("<-").rstrip()
                    self._push(_Frame(_Inside.LINES, "<<" + marker, marker, start))
                break
        self.position = position

    def _operator(self, value: str, start: int, previous: str) -> int:
        """Adds an operator, or makes one token of it and the one before; returns where it ends."""
        frame, end, kind = self.frames[-1], start + len(value), _OPERATORS[value]
        if kind in ("COMMA", "EQ"):
            frame.chain = 0
        else:
            frame.chain += 1
            if frame.chain > MAX_CHAIN:
                raise self.text.error("an expression too long to be read", start, kind="too-deep")
        if value in "-!" and previous not in _OPERAND_ENDS:
            unary: tuple[tuple[str, int], ...] = ((value, start),)
            if self.out and self.out[-1].unary:
                last = self.out.pop()
                unary = last.unary + unary
            self.out.append(Token(kind, value, self.text, start, end, unary))
        elif value == "*" and previous == "DOT":
            self._add("ATTR_SPLAT", self.out.pop().start, end)
        elif value == "*" and previous == "LSQB" and (close := _SPLAT_END.match(self.text.text, end, self.end)):
            end = close.end()
            self.frames.pop()
            self._add("FULL_SPLAT_START", self.out.pop().start, end)
        else:
            self._add(kind, start, end)
        return end

    def _open(self, start: int, previous: str) -> int:
        """Enters a bracket, and reads the names of a ``for`` in it; returns where that ends."""
        value = self.text.text[start]
        body = value == "{" and previous in _OPERAND_ENDS and self.frames[-1].inside is _Inside.BODY
        is_for = not body and value in "{[" and _FOR_AHEAD.match(self.text.text, start + 1, self.end) is not None
        self._push(
            _Frame(
                _Inside.BODY if body else _Inside.BRACKETS,
                value,
                {"{": "}", "(": ")", "[": "]"}[value],
                start,
                newlines=value == "{" and not is_for,
                is_for=is_for,
            )
        )
        self._add(_OPEN[value], start, start + 1)
        return self._for_names(start + 1) if is_for else start + 1

    def _for_names(self, position: int) -> int:
        match = _FOR.match(self.text.text, position, self.end)
        if match is None:
            raise self.text.error("expected “for NAME in …” or “for NAME, NAME in …”", position)
        for kind, group in (("FOR", 1), ("NAME", 2), ("COMMA", 3), ("NAME", 4), ("IN", 5)):
            if match[group] is not None:
                self._add(kind, *match.span(group))
        return match.end()

    def _close(self, value: str, start: int, end: int) -> None:
        frame = self.frames[-1]
        if not frame.closer:
            raise self.text.error(f"found “{value}”, but nothing is open here that it closes", start)
        if frame.closer != value and not (value == "~}" and frame.inside is _Inside.TEMPLATE):
            line = self.text.span(frame.start, frame.start).line
            raise self.text.error(
                f"found “{value}”, expected “{frame.closer}” to close the “{frame.opener}” of line {line}", start
            )
        self.frames.pop()
        self._add(_CLOSE[value], start, end)

    def _sequence(self) -> None:
        """Enters ``${`` or ``%{``."""
        source, start = self.text.text, self.position
        end = start + 3 if source.startswith("~", start + 2) else start + 2
        opener = source[start : start + 2]
        self._push(_Frame(_Inside.TEMPLATE, opener, "}", start))
        if opener == "${":
            self._add("INTERP_START", start, end)
            self.position = end
            return
        self._add("DIRECTIVE_START", start, end)
        match = _DIRECTIVE.match(source, end, self.end)
        if match is None:
            raise self.text.error("expected if, else, endif, for or endfor after “%{”", start, end)
        if match[1] == "for":
            self.position = self._for_names(end)
        else:
            self._add(_DIRECTIVES[match[1]], *match.span(1))
            self.position = match.end()

    def _quoted(self) -> None:
        """Reads a quoted string up to its end or the next template sequence."""
        source, start = self.text.text, self.position
        if match := _QUOTED.match(source, start, self.end):
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
            match = _LINE.match(source, self.position, self.end)
            start, end = match.span() if match else (self.position, self.position)
            if start == end:
                self._sequence()
                return
            line = source[start:end]
            at_end = line.endswith("\n")
            if at_line_start and at_end and frame.closer and line.strip(SPACE) == frame.closer:
                self.position = start + len(line.rstrip(SPACE))
                self._add("DBLQUOTE", self.position - len(frame.closer), self.position)
                self.frames.pop()
                return
            self._add("STRING_CHARS", start, end)
            self.position, at_line_start = end, at_end
        if frame.closer:
            raise self._unclosed(frame)
        self.frames.pop()
        self._add("DBLQUOTE", self.position, self.position)

    def _check_identifier(self, value: str, start: int) -> None:
        for part in value.split("::"):
            if not part.replace("-", "_").isidentifier():
                at = start + next(i for i, c in enumerate(value) if not c.isascii() and not ("a" + c).isidentifier())
                raise self.text.error(f"“{self.text.text[at]}” is no character of the language", at)

    def _refuse_continuation(self, value: str, start: int) -> None:
        if _OPERATORS[value] in _NEVER_FIRST:
            raise self.text.error(
                f"a line cannot begin with “{value}”; put the expression in parentheses to continue it", start
            )

    def _unfinished(self, start: int) -> InputError:
        last = self.out[-1]
        return self.text.error(f"expected an expression after “{last.value}”, found the end of the line", start)

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
            return self.text.error("single quotes are not valid; use double quotes (\") around a string", position)
        if source.startswith("<<", position):
            return self.text.error("expected a name and the end of the line after “<<”", position, position + 2)
        return self.text.error(f"“{character}” is no character of the language", position)
