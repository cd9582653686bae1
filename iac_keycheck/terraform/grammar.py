"""python-hcl2's grammar as an LALR automaton; nothing else imports python-hcl2.

Importing python-hcl2 and loading its parser takes longer than all else a small run does, and many times that where its
cache cannot be written. So the automaton of one version of its grammar is kept in `grammar_tables`, and python-hcl2
itself is asked only where the installed one has another grammar.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec

from iac_keycheck.digests import sha256
from iac_keycheck.records import dataclass
from iac_keycheck.terraform import grammar_tables
from iac_keycheck.terraform.tokens import TERMINALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")

else:
    T = object
# Numbers are kept as characters from here on: a plane of letters that every font and editor takes for text.
_FIRST = 0x4E00


class Late(dict[int, T]):
    """What is made when it is first asked for: most states and rules are never met."""

    def __init__(self, make: Callable[[int], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, number: int) -> T:
        made = self[number] = self._make(number)
        return made


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the grammar: what it reduces to, from how many symbols, and the name of what it means."""

    origin: str
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Automaton:
    """For each state and symbol an action: ``2 * state`` to shift to a state, ``2 * rule + 1`` to reduce by a rule.

    It begins in state 0 and is done in state ``end``.
    """

    states: Mapping[int, Mapping[str, int]]
    rules: Mapping[int, Rule]
    end: int


def automaton() -> Automaton:
    """The automaton of the installed python-hcl2's grammar."""
    if installed_digest() == grammar_tables.DIGEST:
        return kept()
    return python_hcl2()


def installed_digest() -> str:
    """What tells the installed grammar from others; empty where its file cannot be read."""
    package = find_spec("hcl2")
    if package is None or package.origin is None:
        return ""
    try:
        with open(os.path.join(os.path.dirname(package.origin), "hcl2.lark"), "rb") as file:
            return sha256(file.read())
    except OSError:
        return ""


def python_hcl2() -> Automaton:
    """The automaton as python-hcl2 and lark build it, numbered anew, with what `TERMINALS` can reach."""
    from hcl2.parser import parser  # noqa: PLC0415 - dear, see above
    from lark.parsers.lalr_analysis import Shift  # noqa: PLC0415 - the same

    lark = parser()
    table = lark.parse_interactive("").parser_state.parse_conf.parse_table
    known = sorted(lark.rules, key=lambda rule: (rule.origin.name, [part.name for part in rule.expansion]))
    rules = tuple(Rule(rule.origin.name, len(rule.expansion), rule.alias or rule.origin.name) for rule in known)
    rule_numbers = {id(rule): number for number, rule in enumerate(known)}
    symbols = TERMINALS | {rule.origin for rule in rules}
    queue: list[int] = [table.start_states["start"]]
    numbers = {queue[0]: 0}
    states: list[dict[str, int]] = []
    for state in queue:
        row: dict[str, int] = {}
        for symbol in sorted(symbols & table.states[state].keys()):
            action, argument = table.states[state][symbol]
            if action is not Shift:
                row[symbol] = 2 * rule_numbers[id(argument)] + 1
                continue
            if argument not in numbers:
                numbers[argument] = len(queue)
                queue.append(argument)
            row[symbol] = 2 * numbers[argument]
        states.append(row)
    return Automaton(dict(enumerate(states)), dict(enumerate(rules)), numbers[table.end_states["start"]])


def kept() -> Automaton:
    """The automaton that is kept in `grammar_tables`."""
    tables = grammar_tables

    def row(state: int) -> Mapping[str, int]:
        line, actions = tables.STATES[state]
        return dict(zip(tables.SYMBOLS[line], (ord(one) - _FIRST for one in actions), strict=True))

    return Automaton(Late(row), Late(lambda number: Rule(*tables.RULES[number])), tables.END)


def rendered(value: Automaton, digest: str) -> str:
    """The text of `grammar_tables`."""
    rows = [value.states[state] for state in range(len(value.states))]
    symbols = {tuple(row): 0 for row in rows}
    symbols = {line: number for number, line in enumerate(symbols)}
    states = ((symbols[tuple(row)], "".join(chr(_FIRST + action) for action in row.values())) for row in rows)
    rules = ((rule.origin, rule.size, rule.name) for rule in map(value.rules.__getitem__, range(len(value.rules))))
    return f'''"""The automaton of python-hcl2's grammar, made by `grammar.rendered`; a test makes it anew."""
# ruff: noqa: E501, RUF001

DIGEST = "{digest}"
"""SHA-256 of the file hcl2.lark that it was made from."""

END = {value.end}

SYMBOLS = (
{_listed(symbols)})

STATES = (
{_listed(states)})

RULES = (
{_listed(rules)})
'''


def _listed(rows: Iterable[tuple[object, ...]]) -> str:
    def shown(value: object) -> str:
        return str(value) if isinstance(value, int) else f'"{value}"'

    return "".join(f"    ({', '.join(map(shown, row))}{',' * (len(row) == 1)}),\n" for row in rows)
