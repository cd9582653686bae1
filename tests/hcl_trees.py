"""Random expressions of the Terraform language, and their text in random layout."""

from __future__ import annotations

import dataclasses
import random
from typing import Any, Final

from hypothesis import strategies as st

from iac_keycheck.source import Span
from iac_keycheck.terraform.syntax import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectCons,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    TupleCons,
    Unary,
)

NOWHERE: Final = Span("", 0, 0, 0, 0)

_LEVELS: Final = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
_TERM: Final = len(_LEVELS) + 2  # binds closer than any operator, of two sides or one
_WORDS: Final = ("a", "var", "b-c", "_", "for", "in", "if", "endif", "null_", "trüe", "for_each", "名前")
_GAPS: Final = ("", " ", "  ", "\t", ' /* ) } " */ ')
_WIDE_GAPS: Final = (*_GAPS, "\n", "\r\n  ", ' # } ] "\n', "// ${\n\t")


def bare(node: Any) -> Any:  # noqa: ANN401 - any node, or what its fields hold
    """The node without its places."""
    if isinstance(node, Span):
        return NOWHERE
    if isinstance(node, tuple):
        return tuple(map(bare, node))
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        return type(node)(*(bare(getattr(node, field.name)) for field in dataclasses.fields(node)))
    return node


def expressions() -> st.SearchStrategy[Expression]:
    """Expressions as the parser makes them, with `NOWHERE` for each place."""
    constants = st.sampled_from((True, False, None)) | st.integers(0, 10**20)
    leaves = st.one_of(
        constants.map(lambda value: Literal(value, NOWHERE)),
        _roots().map(lambda name: Name(name, NOWHERE)),
        _text().map(lambda text: Template((text,) if text else (), NOWHERE)),
    )
    return st.recursive(leaves, _compound, max_leaves=12)


def _names() -> st.SearchStrategy[str]:
    return st.sampled_from(_WORDS)


def _roots() -> st.SearchStrategy[str]:
    # `for` at the start of brackets is a keyword
    return _names().filter(lambda name: name != "for")


def _text() -> st.SearchStrategy[str]:
    return st.text(st.sampled_from('ab ${}%~"\\\n\té{#/<'), max_size=6)


def _compound(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    here = st.just(NOWHERE)
    operators = st.sampled_from([operator for level in _LEVELS for operator in level])
    key = st.none() | _names()
    steps = st.lists(_names() | inner, max_size=3).map(tuple)
    plain_steps = st.lists(_names() | st.integers(0, 9).map(lambda n: Literal(n, NOWHERE)), max_size=3).map(tuple)
    sequences = inner | st.builds(TemplateIf, inner, _text_parts(), _text_parts(), here)
    pairs = st.lists(st.tuples(_text().filter(bool), sequences), max_size=2)
    parts = pairs.map(lambda found: tuple(part for pair in found for part in pair))
    return st.one_of(
        st.builds(Unary, st.sampled_from("-!"), inner, here),
        st.builds(Binary, operators, inner, inner, here),
        st.builds(Conditional, inner, inner, inner, here),
        st.builds(GetAttr, inner, _names(), here),
        st.builds(Index, inner, inner, here),
        st.builds(Splat, inner, steps, st.just(value=True), here),
        st.builds(Splat, inner, plain_steps, st.just(value=False), here),
        st.builds(Call, st.sampled_from(("f", "core::max", "provider::x::y")), st.lists(inner, max_size=3).map(tuple),
                  st.just(value=False), here),
        st.builds(Call, _roots(), st.lists(inner, min_size=1, max_size=2).map(tuple), st.just(value=True), here),
        st.builds(TupleCons, st.lists(inner, max_size=3).map(tuple), here),
        st.builds(ObjectCons, st.lists(st.tuples(inner, inner), max_size=3).map(tuple), here),
        st.builds(For, key, _names(), inner, st.none(), inner, st.none() | inner, st.just(value=False), here),
        st.builds(For, key, _names(), inner, inner, inner, st.none() | inner, st.booleans(), here),
        st.builds(Template, parts | st.tuples(inner), here),
        st.builds(Template, st.tuples(st.builds(TemplateFor, key, _names(), inner, _text_parts(), here)), here),
    )  # fmt: skip


def _text_parts() -> st.SearchStrategy[tuple[str, ...]]:
    return _text().map(lambda text: (text,) if text else ())


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """How to write expressions: which gaps stand between tokens."""

    choices: random.Random

    def text(self, node: Expression) -> str:
        """Source text of the node, with brackets only where they are needed."""
        return self._at(node, 0, wide=False)

    def _at(self, node: Expression, level: int, *, wide: bool) -> str:
        own = _level(node)
        if own < level:
            return self._joined("(", self._at(node, 0, wide=True), ")", wide=True)
        return self._written(node, own, wide=wide)

    def _joined(self, *tokens: str, wide: bool) -> str:
        return "".join(token + self._gap(wide=wide) for token in tokens[:-1]) + tokens[-1]

    def _gap(self, *, wide: bool) -> str:
        return self.choices.choice(_WIDE_GAPS if wide else _GAPS)

    def _space(self, *, wide: bool) -> str:
        return " " + self._gap(wide=wide)

    def _written(self, node: Expression, own: int, *, wide: bool) -> str:
        match node:
            case Literal(value):
                return "null" if value is None else str(value).lower()
            case Name(name):
                return name
            case Template(parts):
                return '"' + "".join(map(self._part, parts)) + '"'
            case Unary(operator, operand):
                return operator + self._gap(wide=wide) + self._at(operand, _TERM - 1, wide=wide)
            case Binary(operator, left, right):
                # a space keeps `a-b` from being one name
                first = self._at(left, own, wide=wide) + self._space(wide=wide)
                return first + operator + self._space(wide=wide) + self._at(right, own + 1, wide=wide)
            case Conditional(condition, then, otherwise):
                parts = (self._at(condition, 1, wide=wide), "?", self._at(then, 0, wide=wide), ":")
                return self._joined(*parts, self._at(otherwise, 0, wide=wide), wide=wide)
            case GetAttr(source, name):
                return self._source(source, wide=wide) + self._joined(".", name, wide=wide)
            case Index(source, key):
                return self._source(source, wide=wide) + self._joined("[", self._at(key, 0, wide=True), "]", wide=True)
            case Splat(source, steps, full):
                mark = "[*]" if full else ".*"
                return self._source(source, wide=wide) + mark + "".join(map(self._full if full else self._old, steps))
            case Call(name, arguments, expand):
                return name + self._listed("(", ")", [self._at(a, 0, wide=True) for a in arguments], "..." * expand)
            case TupleCons(items):
                return self._listed("[", "]", [self._at(item, 0, wide=True) for item in items], "")
            case ObjectCons(items):
                return self._object(items)
            case For():
                return self._for(node)

    def _source(self, node: Expression, *, wide: bool) -> str:
        text = self._at(node, _TERM, wide=wide)
        # brackets end a splat and keep a number's point from being read as its own
        return f"({text})" if isinstance(node, Splat | Literal) else text

    def _full(self, step: Any) -> str:  # noqa: ANN401 - a splat's step
        return f".{step}" if isinstance(step, str) else f"[{self._at(step, 0, wide=True)}]"

    def _old(self, step: Any) -> str:  # noqa: ANN401 - a splat's step
        return f".{step}" if isinstance(step, str) else f".{step.value}"

    def _listed(self, opening: str, closing: str, items: list[str], mark: str) -> str:
        separator = self._gap(wide=True) + "," + self._gap(wide=True)
        comma = self.choices.choice(("", ",")) if items and not mark else ""
        return self._joined(opening, separator.join(items) + mark + comma, closing, wide=True)

    def _object(self, items: tuple[tuple[Expression, Expression], ...]) -> str:
        out = "{"
        for key, value in items:
            mark = self.choices.choice(("=", ":"))
            written = f"({self._at(key, 0, wide=True)})"
            out += self.choices.choice(_WIDE_GAPS) + written + f" {mark} " + self._at(value, 0, wide=False)
            out += self.choices.choice((",", "\n", ",\n", " # ,\n"))
        return out + "}"

    def _for(self, node: For) -> str:
        opening, closing = ("[", "]") if node.key_result is None else ("{", "}")
        names = node.value if node.key is None else f"{node.key}{self._gap(wide=True)}, {node.value}"
        intro = self._joined(f"for {names} in ", self._at(node.collection, 0, wide=True), ":", wide=True)
        result = self._at(node.result, 0, wide=True)
        if node.key_result is not None:
            result = self._joined(self._at(node.key_result, 0, wide=True), "=>", result, wide=True)
        condition = "" if node.condition is None else " if " + self._at(node.condition, 0, wide=True)
        return self._joined(opening, intro, result + "..." * node.group + condition, closing, wide=True)

    def _part(self, part: Any) -> str:  # noqa: ANN401 - a template's part
        match part:
            case str():
                return _quoted(part)
            case TemplateIf(condition, then, otherwise):
                begin = "%{if " + self._at(condition, 0, wide=True) + self._gap(wide=True) + "}"
                middle = "%{ else }" + "".join(map(self._part, otherwise)) if otherwise else ""
                return begin + "".join(map(self._part, then)) + middle + "%{endif}"
            case TemplateFor(key, value, collection, body):
                names = value if key is None else f"{key}, {value}"
                begin = f"%{{ for {names} in {self._at(collection, 0, wide=True)} }}"
                return begin + "".join(map(self._part, body)) + "%{ endfor }"
            case _:
                return self._joined("${", self._at(part, 0, wide=True), "}", wide=True)


def _quoted(text: str) -> str:
    for character, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
        text = text.replace(character, escape)
    text = text.replace("${", "$${").replace("%{", "%%{")
    if text.endswith(("$", "%")):
        # it would double the mark of a template sequence after it
        return f"{text[:-1]}\\u{ord(text[-1]):04x}"
    return text


def _level(node: Expression) -> int:
    match node:
        case Conditional():
            return 0
        case Binary(operator):
            return next(level for level, operators in enumerate(_LEVELS, 1) if operator in operators)
        case Unary():
            return _TERM - 1
        case _:
            return _TERM
