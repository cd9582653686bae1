"""Which values of an input are worth trying where an answer waits for it: cells that split its values.

A constant that the input is compared with, an allowed value, false and true, small numbers, null, small collections;
and "anything else", where that can be reasoned about. The order is the order of preference for a witness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import chain, islice

from iac_keycheck.deciding import pieces
from iac_keycheck.deciding.matching import matched_in
from iac_keycheck.deciding.shapes import ANY, NUMBER, STRING, ListOf, MapOf, ObjectOf, Primitive, SetOf, TupleOf, Type
from iac_keycheck.deciding.surroundings import (
    NAMING,
    constants_beside,
    constants_in,
    functions_in,
    mentions_beside,
)
from iac_keycheck.deciding.terms import RECASED, in_other_letters
from iac_keycheck.deciding.uses import Types, declared_type, occurrences
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Items,
    Leaf,
    Number,
    Ref,
    Sample,
    Term,
    Unknown,
    Value,
    mentioned,
    type_of,
)
from iac_keycheck.deciding.worlds import Absent, Cell, Keys, Known, Members, Other, World
from iac_keycheck.records import dataclass, replace

MANY = 24
"""The greatest length of a collection, and the greatest number of constants, that is tried."""

HUGE = 10**9
"""Beyond this, the neighbours of a number are not tried."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NAMES = (*_LETTERS, *map("k{}".format, range(MANY)))
"""Keys to make up."""
_USER_ARN = "arn:aws:iam::123456789012:user/"
_COMPARISONS = frozenset({"==", "contains", "index", "lookup", "setintersection", "setsubtract", "matchkeys"})
"""Operations that set texts equal."""
LONG = 128
"""The greatest length of a text that is made up."""

COMPARING = frozenset(
    {
        "==", "if", "!", "&&", "||", "for", "for_each", "count", "keys", "values", "contains", "lookup", "toset",
        "tolist", "tomap", "distinct", "length", "concat", "flatten", "merge", "setunion", "setintersection",
        "setsubtract", "element", "index", "anytrue", "alltrue", "range", "max", "min", "one", "coalesce", "try", "can",
        "compact", "attribute", "splat", "zipmap", "tostring", "<", ">", "<=", ">=", "+", "-", "*", "object",
        "in some order", "tobool", "tonumber", "instances", "slice", "reverse", "chunklist", "setproduct", "matchkeys",
        "coalescelist",
    }
)  # fmt: skip
"""Operations that do not look into a text, or only for a number or bool in it."""
PARTIAL = frozenset(
    {"startswith", "endswith", "strcontains", "substr", "regex", "regexall", "trimprefix", "trimsuffix"}
)
"""Operations that look at a part of a text: longer ones may have it as well."""
FEW = 4
"""So many of the texts that a term mentions are made longer."""
READ_AS = {"tobool": ("false", "true"), "tonumber": ("0", "1", "2")}
"""Texts that are values of another type, for where a text is converted to it."""


@dataclass(frozen=True, slots=True)
class Split:
    """Cells to look at one by one. ``rest`` says whether values remain that lie in none of them.

    ``generic`` marks a rest of larger collections, which hold no pair that the smaller ones do not show. ``guessed``
    says that the code declares no type: there may be values of another than those that the cells are of.
    """

    leaf: Leaf
    cells: tuple[Cell, ...]
    rest: bool = False
    generic: bool = False
    guessed: bool = False


def split(
    term: Unknown,
    world: World,
    further: Callable[[str], Iterable[Value]] = lambda _: (),
    keys: Callable[[], Keys] = Keys,
) -> Split | None:
    """How to go on where an answer waits for ``term``, or None where every way has been gone.

    ``further`` gives values that the code mentions for the input of a name, beyond those of the input itself, and
    ``keys`` those that it asks for in collections.
    """
    last: Split | None = None
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for leaf, parent, used_as in occurrences(term):
        key = (leaf.input.name, leaf.path)
        if key in seen:
            continue
        seen.add(key)
        read_as = tuple(text for function in functions_in(term) for text in READ_AS.get(function, ()))
        peers = tuple(mentions_beside(term, leaf))
        beside = (*pieces.composed(term, leaf), *constants_beside(term, leaf), *peers)
        if "2" in read_as:
            read_as += tuple(str(n + d) for n in beside if type(n) is int and abs(n) < HUGE for d in (-1, 0, 1))
        known = (*beside, *read_as, *_in_other_letters(term, beside), *further(leaf.input.name))
        found = _split_leaf(_Asked(leaf, world, term, known, keys), used_as)
        if found is not None and world.get(key) is None and _may_be_absent(leaf, parent):
            found = replace(found, cells=(Absent(), *found.cells))
        if found is not None and found.cells:
            if not (found.rest and peers):
                return found
            last = last or found  # the input that it is compared with has fewer values
    return last


def _types_of(leaf: Leaf, used_as: Types) -> Types:
    """The types that a part of an input may have; where none is declared, those of values that it is given first."""
    if declared_type(leaf) is not None:
        return used_as
    given = (_kind_of(value) for value in mentioned(leaf))
    return tuple(dict.fromkeys((*(kind for kind in given if kind is not None), *used_as)))


def _kind_of(value: Value) -> Type | None:
    match value:
        case Items():
            return ListOf(ANY)
        case Entries():
            return MapOf(ANY)
        case None:
            return None
        case _:
            return type_of(value)


def _in_other_letters(term: Unknown, constants: Iterable[Value]) -> Iterator[Value]:
    """Texts that are one of the constants in lower case or in upper, where a term looks at no more."""
    if not RECASED.isdisjoint(functions_in(term)):
        texts = [text for text in constants if isinstance(text, str)]
        yield from (made for text in texts for made in in_other_letters(text))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known where an answer waits for a leaf."""

    leaf: Leaf
    world: World
    term: Unknown
    constants: tuple[Value, ...]
    keys: Callable[[], Keys]

    @property
    def cell(self) -> Cell | None:
        """What is known of the leaf itself."""
        return self.world.get((self.leaf.input.name, self.leaf.path))

    def made_up(self) -> Iterator[Sample]:
        """Keys to make up: neither those that the code has, nor those of another input, which nothing sets equal."""
        taken = self.keys().taken | self._made_up_elsewhere()
        return islice((Sample(name) for name in _NAMES if name not in taken), MANY)

    def made_up_texts(self, forms: Iterable[str], excluded: Iterable[Value]) -> Iterator[Sample]:
        """A text of each form with a letter for stars: not excluded, nor of another input unless a term compares."""
        compares = not _COMPARISONS.isdisjoint(functions_in(self.term))
        elsewhere = set() if compares else self._made_up_elsewhere()
        letters = [letter for letter in _LETTERS if letter not in {text[-1:] for text in elsewhere}]
        taken = {text for text in (*excluded, *elsewhere) if isinstance(text, str)}
        for form in forms:
            text = next((made for letter in letters if (made := form.replace("*", letter)) not in taken), None)
            if text is not None:
                taken.add(text)
                yield Sample(text)

    def _made_up_elsewhere(self) -> set[str]:
        """What was made up for other inputs: nothing sets them equal."""
        found: set[str] = set()
        for (name, _), cell in self.world.items():
            if name != self.leaf.input.name:
                match cell:
                    case Members(keys):
                        found.update(keys)
                    case Known(Sample() as text):
                        found.add(text)
        return found


def _split_leaf(asked: _Asked, used_as: Types) -> Split | None:
    """The cells of all types that a leaf may have; one of which something is known is a number or a text by that."""
    leaf, cell = asked.leaf, asked.cell
    types = _types_of(leaf, used_as)
    if cell is not None:
        ranged = isinstance(cell, Other) and (cell.low is not None or cell.high is not None)
        types = (NUMBER,) if ranged else (STRING,)
    splits = [one for kind in types if (one := _split_as(kind, asked)) is not None]
    if not splits:
        return None
    nulls: tuple[Cell, ...] = (Known(None),) if cell is None and _may_be_null(leaf) else ()
    cells: list[Cell] = []
    texts: set[str] = set()
    for other in chain.from_iterable(one.cells for one in splits):
        # of texts there may be thousands
        text = other.value if isinstance(other, Known) and isinstance(other.value, str) else None
        if (text is None and other not in cells) or (text is not None and text not in texts):
            cells.append(other)
        if text is not None:
            texts.add(text)
    return Split(
        leaf,
        (*cells, *nulls),
        rest=any(one.rest for one in splits),
        generic=all(one.generic for one in splits if one.rest),
        guessed=cell is None and declared_type(leaf) is None,
    )


def _split_as(kind: Type, asked: _Asked) -> Split | None:
    match kind:
        case Primitive("bool"):
            return Split(asked.leaf, (Known(False), Known(True)))  # noqa: FBT003
        case Primitive("number"):
            return _split_number(asked)
        case Primitive():
            return _split_text(asked)
        case ObjectOf(attributes):
            return Split(asked.leaf, (Members(tuple(attributes)),))
        case TupleOf(elements):
            return Split(asked.leaf, (Members(_positions(len(elements))),))
        case _:
            return _split_collection(asked, kind)


def _may_be_absent(leaf: Leaf, parent: Apply | None) -> bool:
    """Whether code is prepared for an attribute that an object of no declared type may lack."""
    return bool(leaf.path) and parent is not None and parent.function in ("try", "can") and declared_type(leaf) is None


def _may_be_null(leaf: Leaf) -> bool:
    if leaf.input.closed:
        return False
    if not leaf.path:
        return leaf.input.nullable
    kind = leaf.input.type
    for step in leaf.path[:-1]:
        match kind:
            case ListOf(element) | SetOf(element) | MapOf(element):
                kind = element
            case ObjectOf(attributes):
                kind = attributes.get(step, ANY)
            case _:
                return False
    return isinstance(kind, ObjectOf) and leaf.path[-1] in kind.optional and leaf.path[-1] not in kind.defaults


def _only_compared(value: Value | Term) -> bool:
    """Whether a term asks of texts only whether they are equal: then one that nothing mentions is like any other."""
    match value:
        case Unknown(term=term):
            return _only_compared(term)
        case Apply("==", (one, other)) if pieces.is_compared(one, other):
            return True
        case Apply("for_each", (Unknown(term=Apply("for", arguments)),)):
            # texts put together as keys of instances are only told apart
            return all(_is_put_together(one) or _only_compared(one) for one in arguments)
        case Apply(function) if function in NAMING:
            return True
        case Apply(function, arguments):
            return function in COMPARING and all(map(_only_compared, arguments))
        case Items(items=items):
            return all(map(_only_compared, items))
        case Entries(entries=entries):
            return all(map(_only_compared, entries.values()))
        case Ref(value=inner):
            return _only_compared(inner)
        case Concat():
            return False
        case _:
            return True


def _is_put_together(value: Value | Term) -> bool:
    return isinstance(value, Unknown) and isinstance(value.term, Concat) and all(map(_only_compared, value.term.parts))


def _split_text(asked: _Asked) -> Split | None:
    leaf, constants, term, cell = asked.leaf, asked.constants, asked.term, asked.cell
    named = tuple(v for v in mentioned(leaf) if isinstance(v, str))
    if leaf.input.closed and not leaf.path:
        return Split(leaf, tuple(Known(value) for value in named)) if cell is None else None
    texts = tuple(dict.fromkeys(v for v in (*constants, *named) if isinstance(v, str)))
    match cell:
        case None:
            texts = texts[:MANY]  # the rest is tried where nothing is left but other texts
            return Split(leaf, (*(Known(text) for text in texts), Other(texts)))
        case Other(excluded):
            new = tuple(text for text in texts if text not in excluded)[:MANY]
            if new:
                return Split(leaf, (*(Known(text) for text in new), Other((*excluded, *new))))
            lengths = sorted({n + d for n in constants if isinstance(n, int) for d in (0, 1) if 0 < n + d <= LONG})
            generic = _only_compared(term)
            forms = ["*", "*", *("*" * length for length in lengths)]
            if not generic:
                forms += ["0", "*-*", f"{_USER_ARN}*"]
                forms += _with_more(asked, (*excluded, *texts), lengths)
            elif "for_each" in set(functions_in(term)):
                forms.append("*-*")  # the instances may look into their keys
            own = tuple(Sample(s) for s in leaf.input.samples if isinstance(s, str) and s not in excluded)
            texts_made = asked.made_up_texts(forms, excluded)
            made_up = tuple(map(Known, (*(() if leaf.path else own), *texts_made)))
            return Split(leaf, made_up, rest=True, generic=generic)
        case _:
            return None


def _with_more(asked: _Asked, texts: Iterable[Value], lengths: Iterable[int]) -> Iterator[str]:
    """Forms of longer texts, where a term looks at how a text begins or ends: as long as one that it mentions asks."""
    term = asked.term
    if PARTIAL.isdisjoint(functions_in(term)):
        return
    yield from (text for text in matched_in(term) if "*" not in text)
    for text in islice((one for one in texts if isinstance(one, str) and one and "*" not in one), FEW):
        yield from (f"{text}*", f"*{text}")
        yield from (text + "*" * (length - len(text)) for length in lengths if length > len(text) + 1)
    from iac_keycheck.deciding.parts_of_texts import gathered, looked_for, put_together  # noqa: PLC0415 — rare

    code = asked.keys()
    more = (n + d for n in code.numbers for d in (0, 1) if n < LONG)
    yield from put_together(gathered((looked_for(term), code.parts)), sorted({*lengths, *more}))


def _split_number(asked: _Asked) -> Split | None:
    leaf, constants, cell = asked.leaf, asked.constants, asked.cell
    numbers = {v for v in (*constants, *mentioned(leaf)) if isinstance(v, int | Decimal) and not isinstance(v, bool)}
    if leaf.input.closed and not leaf.path:
        return Split(leaf, tuple(Known(value) for value in leaf.input.mentions)) if cell is None else None
    small = {0, 1, 2, 3}
    near: set[Number] = {n + d for n in numbers if _size(n) < HUGE and n == int(n) for d in (-1, 0, 1)} | numbers
    points: list[int | Decimal] = sorted({*near, *small} if len(near) <= MANY else small)
    match cell:
        case None:
            # numbers that the code mentions first, then small ones
            ordered = sorted(points, key=lambda n: (n not in numbers, n < 0, _size(n)))
            gaps = [Other((), low, high) for low, high in zip([None, *points], [*points, None], strict=True)]
            return Split(leaf, (*(Known(n) for n in ordered), *gaps))
        case Other(low=low, high=high):
            new = [n for n in points if _between(low, n, high)]
            if not new:
                return _between_points(asked, low, high)
            gaps = [Other((), a, b) for a, b in zip([low, *new], [*new, high], strict=True)]
            return Split(leaf, (*(Known(n) for n in new), *gaps))
        case _:
            return None


def _size(number: Number) -> Number:
    return -number if number < 0 else number


def _between(low: Number | None, number: Number, high: Number | None) -> bool:
    return (low is None or number > low) and (high is None or number < high)


def _between_points(asked: _Asked, low: Number | None, high: Number | None) -> Split:
    """Numbers between those that the question mentions: a few stand for all, with those that another may ask for."""
    if low is None:
        tried: tuple[Number, ...] = () if high is None else (high - 1,)
    elif high is None:
        tried = tuple(n for n in (5, 8, 13, 24) if n > low) or (low + 1,)
    else:
        tried = ((low + high) / Decimal(2),)
    others = (n + d for n in asked.keys().numbers for d in (0, 1, 2, -1))
    tried = tuple(dict.fromkeys((*tried, *(n for n in others if _between(low, n, high)))))
    return Split(asked.leaf, tuple(map(Known, tried)), rest=True, generic=True)


def _numbers(term: Unknown) -> Iterator[Value]:
    return (value for value in constants_in(term) if isinstance(value, int) and not isinstance(value, bool))


def _split_collection(asked: _Asked, kind: Type) -> Split:
    leaf = asked.leaf
    if leaf.input.closed and not leaf.path:
        return Split(leaf, tuple(Known(value) for value in leaf.input.mentions))
    # a length may be compared with any number in the term, however far from the collection
    constants = (*asked.constants, *_numbers(asked.term))
    lengths = sorted(
        {0, 1, 2}
        | {
            n + d
            for n in constants
            if isinstance(n, int) and not isinstance(n, bool)
            for d in (0, 1)
            if n + d <= MANY and n >= 0
        }
    )
    named: tuple[Cell, ...] = tuple(Known(v) for v in leaf.input.mentions) if not leaf.path else ()
    if isinstance(kind, ListOf | TupleOf) or (isinstance(kind, SetOf) and declared_type(leaf) is None):
        # what is made a set is a list where its type is not declared
        shapes = [Members(_positions(length), listed=True) for length in lengths]
    else:
        keys = asked.keys()
        texts = [v for v in (*constants, *keys.asked) if isinstance(v, str) and v and len(v) < LONG]
        texts = list(dict.fromkeys(texts))[:MANY]
        names = list(asked.made_up())
        shapes = [Members(tuple(names[:length])) for length in lengths]
        shapes += [Members((text,)) for text in texts]
        shapes += [Members((text, names[0])) for text in texts[:4]]
        shapes += [Members(pair) for pair in (() if leaf.path else keys.alike)]
    return Split(leaf, (*shapes, *named), rest=True, generic=True)


def _positions(length: int) -> tuple[str, ...]:
    return tuple(map(str, range(length)))
