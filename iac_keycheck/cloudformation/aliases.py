"""Bounds what the aliases of a text stand for: what multiplies it without end is left out, and the rest is read."""

from __future__ import annotations

from iac_keycheck.cloudformation.converting import problem_at
from iac_keycheck.libyaml import MappingNode, SequenceNode
from iac_keycheck.source import InputError, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.libyaml import Node as Raw

LARGEST = 200_000
"""Nodes that a text may have once its aliases are written out, unless it has more without them."""
_LEFT_OUT = 1_000
"""Nodes below which a part of what is too large is kept."""
_ROUNDS = 8


def bounded(path: str, root: Raw) -> list[Problem]:
    """Leave out, in place, aliases that lead into themselves or multiply a text beyond `LARGEST` nodes.

    A problem for each. Raises `InputError` where that leaves too much.
    """
    problems: list[Problem] = []
    for _ in range(_ROUNDS):
        sizes, large = _sizes(path, root, problems)
        bound = max(LARGEST, 2 * len(sizes))
        if sizes[id(root)] <= bound:
            return problems
        innermost = next(raw for raw in large if sizes[id(raw)] > bound)
        problems.append(problem_at(path, innermost, f"its aliases stand for more than {LARGEST} values"))
        before = len(innermost.value)
        if isinstance(innermost, MappingNode):
            innermost.value = [pair for pair in innermost.value if sizes[id(pair[1])] <= _LEFT_OUT]
        else:
            innermost.value = [item for item in innermost.value if sizes[id(item)] <= _LEFT_OUT]
        if len(innermost.value) == before:
            break
    raise InputError(problems[-1])


def _sizes(path: str, root: Raw, problems: list[Problem]) -> tuple[dict[int, int], list[Raw]]:
    """How many nodes each node stands for by its identity, and those of more than `LARGEST`, inner ones first."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    large: list[Raw] = []
    stack: list[tuple[Raw, bool]] = [(root, False)]
    while stack:
        raw, done = stack.pop()
        if id(raw) in sizes:
            continue
        if done:
            open_nodes.discard(id(raw))
            sizes[id(raw)] = 1 + sum(sizes[id(child)] for child in _children(raw))
            if sizes[id(raw)] > LARGEST:
                large.append(raw)
            continue
        open_nodes.add(id(raw))
        stack.append((raw, True))
        around = [child for child in _children(raw) if id(child) in open_nodes]
        if around:
            problems.append(problem_at(path, around[0], "an alias stands inside what it names"))
            _leave_out(raw, {id(child) for child in around})
        stack += [(child, False) for child in _children(raw)]
    return sizes, large


def _children(raw: Raw) -> list[Raw]:
    if isinstance(raw, SequenceNode):
        return list(raw.value)
    return [part for pair in raw.value for part in pair] if isinstance(raw, MappingNode) else []


def _leave_out(raw: Raw, gone: set[int]) -> None:
    if isinstance(raw, MappingNode):
        raw.value = [pair for pair in raw.value if not gone & {id(part) for part in pair}]
    else:
        raw.value = [item for item in raw.value if id(item) not in gone]
