"""The mutants of a module: each is its source with one small thing made wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_OTHER: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
_NAMES: Final = {"any": "all", "all": "any", "min": "max", "max": "min", "reversed": "list"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong version: ``line`` is where, ``what`` says how, ``source`` is the module."""

    line: int
    what: str
    source: str


@dataclass(frozen=True, slots=True)
class Site:
    """Where a module can be made wrong: a node by its number, and which of several ways; whether in no function."""

    node: int
    choice: int
    outside: bool = False


def sites(source: str) -> Iterator[Site]:
    """All there are, in an order that stays."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for number, node in enumerate(_code(tree)):
        for choice in range(_choices(node)):
            yield Site(number, choice, id(node) not in inside)


def mutant(source: str, site: Site) -> Mutant:
    """The module made wrong there."""
    tree = ast.parse(source)
    node = list(_code(tree))[site.node]
    line, before = getattr(node, "lineno", 0), ast.unparse(node)
    if isinstance(node, ast.comprehension | ast.match_case):
        line = (node.ifs[site.choice] if isinstance(node, ast.comprehension) else node.body[0]).lineno
    _change(node, site.choice)
    after = ast.unparse(ast.fix_missing_locations(node))
    return Mutant(line, f"{_short(before)}  →  {_short(after)}", ast.unparse(tree))


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that do something when the program runs: no annotations, docstrings, imports or decorators."""
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list"):
                for one in value if isinstance(value, list) else [value] if value else []:
                    for inner in ast.walk(one):
                        inner.mutable = False  # type: ignore[attr-defined]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.mutable = False  # type: ignore[attr-defined]
        if getattr(node, "mutable", True):
            yield node


def _choices(node: ast.AST) -> int:
    match node:
        case ast.Compare(ops=ops):
            return len(ops)
        case ast.BoolOp(values=values):
            return 1 + len(values)
        case ast.If() | ast.IfExp() | ast.While():
            return 1
        case ast.comprehension(ifs=ifs):
            return len(ifs)
        case ast.match_case(guard=guard):
            return int(guard is not None)
        case ast.BinOp(op=op):
            return int(type(op) in _OTHER)
        case ast.UnaryOp(op=ast.Not()):
            return 1
        case ast.Constant(value=bool() | int()):
            return 1
        case ast.Call(func=ast.Name(id=name)):
            return int(name in _NAMES)
        case ast.Return(value=ast.Constant(value=None | False)):
            return 0
        case ast.Return(value=ast.expr()) | ast.Continue() | ast.Break() | ast.AugAssign():
            return 1
        case ast.Expr(value=ast.Call()) | ast.Expr(value=ast.Yield()) | ast.Expr(value=ast.YieldFrom()):
            return 1
        case _:
            return 0


def _change(node: ast.AST, choice: int) -> None:
    match node:
        case ast.Compare(ops=ops):
            other = _OTHER[type(ops[choice])]()
            assert isinstance(other, ast.cmpop)
            ops[choice] = other
        case ast.BoolOp(op=op, values=values) if choice == 0:
            other = _OTHER[type(op)]()
            assert isinstance(other, ast.boolop)
            node.op = other
            _ = values
        case ast.BoolOp(values=values):
            del values[choice - 1]
        case ast.If() | ast.IfExp() | ast.While():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.comprehension(ifs=ifs):
            del ifs[choice]
        case ast.match_case():
            node.guard = None
        case ast.BinOp(op=op):
            other = _OTHER[type(op)]()
            assert isinstance(other, ast.operator)
            node.op = other
        case ast.UnaryOp():
            node.op = ast.UAdd()
            node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=int() as value):
            node.value = value + 1
        case ast.Call(func=ast.Name() as name):
            name.id = _NAMES[name.id]
        case ast.Return():
            node.value = ast.Constant(None)
        case _:
            _become_nothing(node)


def _become_nothing(node: ast.AST) -> None:
    """A statement that does nothing."""
    node.__class__ = ast.Pass


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else f"{line[:67]}…"
