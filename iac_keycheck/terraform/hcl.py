"""HCL text to `syntax` nodes, by python-hcl2's grammar.

The automaton of its LALR parser is fed with our own `tokens` and makes our `nodes` as it reduces, without a tree in
between: that is several times as fast as the typed tree of ``hcl2.parses``, needs no recursion, and what python-hcl2
cannot read (``${~``, templates in heredocs, ``!!x``, names like ``core::max``) is a matter of tokens alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache

from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError
from iac_keycheck.terraform.grammar import Late, Rule, automaton
from iac_keycheck.terraform.nodes import builder
from iac_keycheck.terraform.scanner import Start, tokens
from iac_keycheck.terraform.syntax import Block, Body, Expression, Template
from iac_keycheck.terraform.text import Text
from iac_keycheck.terraform.tokens import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parse_body(text: Text, start: int = 0, end: int | None = None) -> Body:
    """The attributes and blocks of a file, or of a part of it; raises `InputError` where it is no HCL."""
    return _parsed(text, start, end, Start.BODY)


def parse_block(text: Text, start: int, end: int) -> Block:
    """The one block in ``text[start:end]``."""
    body = parse_body(text, start, end)
    if body.attributes or len(body.blocks) != 1:
        raise text.error("expected one block here", start, end)
    return body.blocks[0]


def parse_expression(text: Text, start: int = 0, end: int | None = None) -> Expression:
    """The expression in ``text[start:end]``; newlines in it mean nothing."""
    return _parsed(text, start, end, Start.EXPRESSION).attributes["_"].expression


def parse_template(text: Text) -> Template:
    """Text that is a template without quotes around it and escapes in it, as the strings of JSON are."""
    parsed = _parsed(text, 0, None, Start.TEMPLATE).attributes["_"].expression
    return parsed if isinstance(parsed, Template) else Template((parsed,), parsed.span)


def _parsed(text: Text, start: int, end: int | None, begin: Start) -> Body:
    start = max(start, text.first)
    try:
        stream = tokens(text, start, len(text.text) if end is None else end, begin)
        if begin is not Start.BODY:
            # the grammar knows whole bodies only: a body with one attribute around the expression
            stream[:0] = [Token("NAME", "_", text, start, start), Token("EQ", "=", text, start, start)]
        return _reduced(stream)
    except InputError as error:
        raise text.explained(error) from None


def _reduced(stream: list[Token]) -> Body:
    """Runs the grammar's LALR automaton over the tokens."""
    machine = _machine()
    states, rules, climbs = machine.states, machine.rules, machine.climbs
    stack: list[int] = [0]
    values: list[Any] = []
    for token in stream:
        kind = token.type
        while True:
            top = stack[-1]
            action = states[top].get(kind)
            if action is None:
                if top == machine.end:
                    body: Body = values[0]
                    return body
                raise _unexpected(token, states[top].keys(), stream)
            if not action & 1:
                stack.append(action >> 1)
                values.append(token)
                break
            rule, build = rules[action >> 1]
            if build is None:
                # most reductions climb from one level of precedence to the next, where nothing is to be made
                key = (stack[-2], top, kind)
                if key not in climbs:
                    climbs[key] = _climbed(machine, *key)
                stack[-1] = climbs[key]
                continue
            if rule.size:
                items = values[-rule.size :]
                del stack[-rule.size :], values[-rule.size :]
            else:
                items = []
            values.append(build(items))
            stack.append(states[stack[-1]][rule.origin] >> 1)
    raise AssertionError("a stream of tokens ends with $END")


def _climbed(machine: _Machine, below: int, top: int, kind: str) -> int:
    """The state after all reductions that only pass a value on, for the state under it and the token ahead."""
    while (action := machine.states[top].get(kind)) is not None and action & 1:
        rule, build = machine.rules[action >> 1]
        if build is not None:
            break
        top = machine.states[below][rule.origin] >> 1
    return top


@dataclass(frozen=True, slots=True)
class _Machine:
    """The automaton with what its rules make; ``climbs`` remembers what `_climbed` found."""

    states: Mapping[int, Mapping[str, int]]
    end: int
    rules: Mapping[int, tuple[Rule, Callable[[list[Any]], Any] | None]]
    climbs: dict[tuple[int, int, str], int]


@lru_cache(maxsize=1)
def _machine() -> _Machine:
    found = automaton()

    def rule(number: int) -> tuple[Rule, Callable[[list[Any]], Any] | None]:
        one = found.rules[number]
        return one, builder(one.name, one.size)

    return _Machine(found.states, found.end, Late(rule), {})


_WANTED = {
    "EQ": "“=”", "LBRACE": "“{”", "COLON": "“:”", "FOR_OBJECT_ARROW": "“=>”", "COMMA": "“,”", "RPAR": "“)”",
    "RSQB": "“]”", "RBRACE": "“}”", "NL_OR_COMMENT": "the end of the line",
}  # fmt: skip
_CLOSERS = {
    "LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE", "INTERP_START": "RBRACE", "DIRECTIVE_START": "RBRACE",
}  # fmt: skip


def _unexpected(token: Token, expected: AbstractSet[str], stream: list[Token]) -> InputError:
    """What to say about a token: what it is, and what could have come in its place."""
    before = stream[: stream.index(token)]
    previous = before[-1].type if before else "NL_OR_COMMENT"
    at_line_start = previous in ("NL_OR_COMMENT", "LBRACE") and not {"EQ", "LBRACE", "COLON"} & set(expected)
    if at_line_start and token.type == "HEREDOC_TEMPLATE":
        return token.text.error("the name of an argument or block must not be quoted", token.start, token.end)
    if "HEREDOC_TEMPLATE" in expected:
        wanted = ["an expression"]
    elif at_line_start:
        wanted = ["the name of an argument or block"]
    elif previous == "DOT":
        wanted = ["a name"]
    else:
        possible = _possible(before) & expected
        if "LBRACE" in possible:
            possible.discard("NL_OR_COMMENT")
        wanted = [text for kind, text in _WANTED.items() if kind in possible]
        if previous == "NL_OR_COMMENT":
            # the grammar lets a line end where the language does not
            token = before[-1]
    found = f"“{token.value.splitlines()[0]}”" if token.value.strip() else "the end of the line"
    if token.type == "$END":
        found = "the end of the text"
    message = f"expected {' or '.join(wanted)}, found {found}" if wanted else f"did not expect {found} here"
    return token.text.error(message, token.start, token.end)


def _possible(stream: list[Token]) -> set[str]:
    """What can come next as far as brackets tell: of the closing ones only one, and a new line only in braces."""
    open_closers = [""]
    for token in stream:
        if token.type in _CLOSERS:
            open_closers.append(_CLOSERS[token.type])
        elif token.type == open_closers[-1]:
            open_closers.pop()
    closer = open_closers[-1]
    newline = {"NL_OR_COMMENT"} if closer in ("", "RBRACE") else set()
    return _WANTED.keys() - _CLOSERS.values() - {"NL_OR_COMMENT"} | newline | {closer}
