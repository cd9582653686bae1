"""python-hcl2's grammar as an LALR automaton; nothing else imports python-hcl2.

Importing python-hcl2 and loading its parser takes longer than all else a small run does, and many times that where its
cache cannot be written. So the automaton of one version of its grammar is kept in `grammar_tables`, and python-hcl2
itself is asked only where the installed one has another grammar.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from iac_keycheck.records import dataclass
from iac_keycheck.terraform import grammar_tables
from iac_keycheck.terraform.tokens import TERMINALS


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

    states: tuple[Mapping[str, int], ...]
    rules: tuple[Rule, ...]
    end: int


def automaton() -> Automaton:
    """The automaton of the installed python-hcl2's grammar."""
    if installed_digest() == grammar_tables.DIGEST:
        return unpacked(grammar_tables.PACKED)
    return python_hcl2()


def installed_digest() -> str:
    """What tells the installed grammar from others; empty where its file cannot be read."""
    package = find_spec("hcl2")
    if package is None or package.origin is None:
        return ""
    try:
        return hashlib.sha256(Path(package.origin).with_name("hcl2.lark").read_bytes()).hexdigest()
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
    return Automaton(tuple(states), rules, numbers[table.end_states["start"]])


def packed(value: Automaton) -> str:
    """The automaton as a line of text."""
    rules = [[rule.origin, rule.size, rule.name] for rule in value.rules]
    states = [[list(row), list(row.values())] for row in value.states]
    plain = json.dumps({"rules": rules, "states": states, "end": value.end}, separators=(",", ":"))
    return base64.b85encode(zlib.compress(plain.encode(), 9)).decode()


def unpacked(text: str) -> Automaton:
    """The automaton that was `packed`."""
    plain = json.loads(zlib.decompress(base64.b85decode(text)))
    states = tuple(dict(zip(symbols, actions, strict=True)) for symbols, actions in plain["states"])
    return Automaton(states, tuple(Rule(*rule) for rule in plain["rules"]), plain["end"])


def rendered(value: Automaton, digest: str) -> str:
    """The text of `grammar_tables`."""
    line = packed(value)
    lines = "\n".join(f'    "{line[at : at + 110]}"' for at in range(0, len(line), 110))
    return f'''"""The automaton of python-hcl2's grammar, made by `grammar.rendered`; a test makes it anew."""

DIGEST = "{digest}"
"""SHA-256 of the file hcl2.lark that it was made from."""

PACKED = (
{lines}
)
'''
