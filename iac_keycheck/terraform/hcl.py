"""HCL text to `syntax` nodes, by python-hcl2's grammar; nothing else imports python-hcl2.

The tables of python-hcl2's LALR parser are fed with our own `tokens` and make our `nodes` as they reduce, without a
tree in between: that is several times as fast as the typed tree of ``hcl2.parses``, needs no recursion, and what
python-hcl2 cannot read (``${~``, templates in heredocs, ``!!x``, names like ``core::max``) is a matter of tokens alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from iac_keycheck.source import InputError
from iac_keycheck.terraform.nodes import builder
from iac_keycheck.terraform.syntax import Block, Body, Expression, Template
from iac_keycheck.terraform.text import Text
from iac_keycheck.terraform.tokens import Start, Token, tokens


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
    tables = _tables()
    states, rules, passed, shift = tables.states, tables.rules, tables.passed, tables.shift
    stack: list[int] = [tables.start]
    values: list[Any] = []
    for token in stream:
        kind = token.type
        while True:
            top = stack[-1]
            try:
                action, argument = states[top][kind]
            except KeyError:
                if top == tables.end:
                    body: Body = values[0]
                    return body
                raise _unexpected(token, states[top].keys(), stream) from None
            if action is shift:
                stack.append(argument)
                values.append(token)
                break
            rule = rules[id(argument)]
            if rule.build is None:
                # most reductions climb from one level of precedence to the next, where nothing is to be made
                key = (stack[-2], top, kind)
                if key not in passed:
                    passed[key] = _climbed(tables, *key)
                stack[-1] = passed[key]
                continue
            if rule.size:
                items = values[-rule.size :]
                del stack[-rule.size :], values[-rule.size :]
            else:
                items = []
            values.append(rule.build(items))
            stack.append(states[stack[-1]][rule.origin][1])
    raise AssertionError("a stream of tokens ends with $END")


def _climbed(tables: _Tables, below: int, top: int, kind: str) -> int:
    """The state after all reductions that only pass a value on, for the state under it and the token ahead."""
    while (entry := tables.states[top].get(kind)) and entry[0] is not tables.shift:
        rule = tables.rules[id(entry[1])]
        if rule.build is not None:
            break
        top = tables.states[below][rule.origin][1]
    return top


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


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule of the grammar: how many values it takes, what it is called, what it makes of them (if anything)."""

    size: int
    origin: str
    build: Callable[[list[Any]], Any] | None


@dataclass(frozen=True, slots=True)
class _Tables:
    """The automaton: for each state and symbol, to shift to a state or to reduce by a rule (``rules``, by identity)."""

    states: Mapping[int, Mapping[str, tuple[object, Any]]]
    start: int
    end: int
    shift: object
    rules: Mapping[int, _Rule]
    passed: dict[tuple[int, int, str], int]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    """python-hcl2's parser, with our nodes in place of its tree."""
    from hcl2.parser import parser  # noqa: PLC0415 - importing it takes longer than all else that a small run does
    from lark.parsers.lalr_analysis import Shift  # noqa: PLC0415

    lark = parser()
    table = lark.parse_interactive("").parser_state.parse_conf.parse_table
    rules: dict[int, _Rule] = {}
    for rule in lark.rules:
        size, name = len(rule.expansion), rule.origin.name
        rules[id(rule)] = _Rule(size, name, builder(rule.alias or name, size))
    return _Tables(table.states, table.start_states["start"], table.end_states["start"], Shift, rules, {})
