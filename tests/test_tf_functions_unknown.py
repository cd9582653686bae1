"""What functions and operators still know of values that depend on inputs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf, MapOf, ObjectOf, SetOf
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Input,
    Items,
    Leaf,
    Origin,
    Ref,
    Refused,
    Sample,
    Unknown,
    Value,
    plain,
    type_of,
)
from iac_keycheck.terraform.common_type import conflict
from iac_keycheck.terraform.conversions import convert
from tests.tf_values import shape_of, unknown, value_of

NAMES = {
    "s": unknown("s", STRING),
    "t": unknown("t", STRING),
    "maybe": unknown("maybe", STRING, nullable=True),
    "n": unknown("n", NUMBER),
    "c": unknown("c", BOOL),
    "list": unknown("list", ListOf(STRING)),
    "set": unknown("set", SetOf(STRING)),
    "map": unknown("map", MapOf(STRING)),
    "pair": unknown("pair", ListOf(ObjectOf({"a": STRING, "b": STRING}))),
    "lists": unknown("lists", ListOf(ListOf(STRING))),
    "object": unknown("object", ObjectOf({"a": STRING, "b": NUMBER})),
    "anything": unknown("anything"),
    "filled": replace(unknown("filled", STRING), excluded=("",)),
    "many": replace(unknown("many", NUMBER), low=3),
}

DECIDED = [
    # lengths
    ("length([s, t])", "2"),
    ("length(concat([s], [t, t]))", "3"),
    ("length(sort([s, t]))", "2"),
    ("length(reverse(tolist([s, t])))", "2"),
    ("length(merge({a = s}, {b = t}))", "2"),
    ("length(object)", "2"),
    ("length(list) >= 0", "true"),
    ("length(concat(tolist([s]), list)) > 0", "true"),
    ("length(toset([s, t])) > 0", "true"),
    ("length(toset([s, t])) < 3", "true"),
    ('length("a-${s}") > 1', "true"),
    ("length(c ? [s] : [t])", "1"),
    ("length(c ? [] : [t]) < 2", "true"),
    # membership and equality
    ('contains(["a", s], "a")', "true"),
    ("contains([t, s], s)", "true"),
    ('contains(["x-${s}"], "y")', "false"),
    ('contains(["${s}-x", "a"], "b-y")', "false"),
    ('contains([1, 2], "1")', "false"),
    ('contains([filled], "")', "false"),
    ('contains(concat(list, tolist(["a"])), "a")', "true"),
    ('contains(setunion(set, ["a"]), "a")', "true"),
    ('index(["a", s], "a")', "0"),
    ("s == s", "true"),
    ('"${s}-a" == format("%s-a", s)', "true"),
    ('lower("A${s}") == "a${lower(s)}"', "true"),
    ("lower(lower(s)) == lower(s)", "true"),
    ('"a-${s}" == "b-${t}"', "false"),
    ("s == 5", "false"),
    ('n == "5"', "false"),
    ("list == [1]", "false"),
    ("{a = s} == {b = s}", "false"),
    ("many > 3", "true"),
    ("many >= 4 || many < 4", None),
    ("many + 1 > 4", "true"),
    ("-many < -2", "true"),
    ("many <= 3", "false"),
    ("n < n", "false"),
    ("c && false", "false"),
    ("c || true", "true"),
    ('(c ? 1 : "1") == "1"', "true"),
    # choice
    ('coalesce(null, "", "a", s)', '"a"'),
    ('coalesce("a-${s}", "b") == "a-${s}"', "true"),
    ('coalesce(filled, "b") == filled', "true"),
    ("coalescelist([], [s]) == [s]", "true"),
    ("one([s]) == s", "true"),
    ('element([s, "a"], 1)', '"a"'),
    ('element(["a", "a"], n)', '"a"'),
    ('lookup({a = s, b = "x"}, "b")', '"x"'),
    ('lookup({a = s}, "b", "none")', '"none"'),
    ('lookup({a = "x"}, "b-${s}", "none")', '"none"'),
    ('lookup(merge(map, {a = "x"}), "a")', '"x"'),
    ('merge({a = s}, {a = "x"})', '{a = "x"}'),
    ("keys({a = s, b = t})", '["a", "b"]'),
    ("keys(object)", '["a", "b"]'),
    ("values({b = 1, a = s})[1]", "1"),
    ('zipmap(["a", "b"], ["x", s]).a', '"x"'),
    ('flatten([["a", s], [["b"]]])[2]', '"b"'),
    ('compact(["a", "", filled])[1] == filled', "true"),
    ('distinct(["a", "a", "b-${s}", "b-${s}"])', '["a", "b-"]'),
    ('slice([s, "a", "b"], 1, 2)', '["a"]'),
    ('setsubtract(["a-${s}", "b"], ["b", "c"]) == toset(["a-${s}"])', "true"),
    ('setintersection(["a", "b"], ["b", "x-${s}"])', 'toset(["b"])'),
    ('setproduct(["a"], [s, t])[1][0]', '"a"'),
    ("alltrue([false, c])", "false"),
    ("anytrue([c, true])", "true"),
    # text
    ('startswith("user-${s}", "user-")', "true"),
    ('startswith("user-${s}", "ops")', "false"),
    ('endswith("${s}.io", ".io")', "true"),
    ('endswith("${s}.io", "x.com")', "false"),
    ('strcontains("a-b-${s}", "-b")', "true"),
    ('trimprefix("user-${s}", "user-") == s', "true"),
    ('trimsuffix("${s}-key", "-key") == s', "true"),
    ('substr("prefix-${s}", 0, 3)', '"pre"'),
    ('join("-", ["a", s]) == "a-${s}"', "true"),
    ('join("", [s]) == s', "true"),
    ('format("%s/%d", s, n) == "${s}/${n}"', "true"),
    ('formatlist("%s-x", [s, "b"])[1]', '"b-x"'),
    ("jsondecode(jsonencode({a = [s, 1]})).a[1]", "1"),
    # collections
    ('length([for x in toset(["a", "b-${s}"]) : x])', "2"),
    ('contains([for x in toset(["a", "b-${s}"]) : upper(x)], "A")', "true"),
    ('toset([for x in toset(["a", "b-${s}"]) : x]) == toset(["a", "b-${s}"])', "true"),
    ("[for x in list : x] == [for x in list : x]", "true"),
    ("pair[*].a == pair[*].a", "true"),
    ("length(s[*])", "1"),
    ('merge(map, {a = "x"}).a', '"x"'),
    ('merge(map, {a = "x"})["a"]', '"x"'),
    ('try("${s}-a", "b") == "${s}-a"', "true"),
    ("try(one([s]), 1) == s", "true"),
    ("can([s, n][1])", "true"),
    # conversions
    ("tolist([s, 1])[1]", '"1"'),
    ("tomap({a = s, b = 1}).b", '"1"'),
    ("tostring(s) == s", "true"),
    ("toset([s, s]) == toset([s])", "true"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), DECIDED, ids=[expression for expression, _ in DECIDED])
def test_what_does_not_depend_on_the_unknown_is_decided(expression: str, expected: str | None) -> None:
    value = value_of(expression, NAMES)
    if expected is None:
        assert isinstance(value, Unknown)
    elif expression.startswith("distinct"):
        assert isinstance(value, Items)
        assert len(value.items) == 2
    else:
        assert shape_of(_as_list(value)) == shape_of(_as_list(value_of(expected)))


def _as_list(value: Value) -> Value:
    """Tuples and lists alike: here it is about what is in them."""
    match value:
        case Items("list", items):
            return Items("tuple", items)
        case _:
            return value


UNDECIDED = [
    's == "a"',
    "s == t",
    'contains(["a", s], "b")',
    'contains(list, "a")',
    "contains([n], 1)",
    'index([s, "a"], "a")',
    "length(toset([s, t]))",
    "length(flatten([anything]))",
    'lookup(map, "a", "x")',
    'lookup(merge({a = "x"}, map), "a")',
    "element(list, 0)",
    'startswith("a${s}", "ab")',
    'coalesce(maybe, "x")',
    'coalesce(s, "x")',
    "compact([s])",
    "distinct([s, t])",
    'setsubtract([s], ["a"])',
    "sort([s, t])",
    "n > 1",
    "many > 5",
    "c && c",
    "tobool(s)",
    'toset([s, "a"])',
    'tolist(toset([s, "a-${s}"]))',
    "tolist([anything, 1])",
    "timestamp() == timestamp()",
    'base64gzip("a")',
    "[for x in pair : x.a] == [for x in pair : x.b]",
    "pair[*].a == pair[*].b",
    "lists[*][0] == lists[*][1]",
    '[for x in ["a", "b"] : upper(x) if c] == [for x in ["a", "b"] : lower(x) if c]',
    '{for x in ["a"] : s => x} == {for x in ["a"] : t => x}',
    '"%{ for x in list }${x}-%{ endfor }" == "%{ for x in list }${x}+%{ endfor }"',
    '[for x in toset(["b", "a-${s}"]) : x][0]',
    'toset(["b", "a-${s}"]) == toset(["a-x", "b"])',
    "maybe[*]",
    "length(maybe[*])",
    'can("${maybe}-a")',
    'try("${maybe}-a", "b") == "b"',
    "can([tonumber(s), 1][1])",
    "try([tonumber(s), 1][1], 2)",
    "keys({(s) = 1, a = 2})",
]  # fmt: skip


@pytest.mark.parametrize("expression", UNDECIDED)
def test_what_depends_on_the_unknown_stays_unknown(expression: str) -> None:
    assert isinstance(value_of(expression, NAMES), Unknown)


REF = Ref("aws_iam_user.ci", "ci-name")
UNNAMED = Ref("aws_iam_user.x", unknown("name", STRING))

PASSES_ON = """
one([r])
one(toset([r]))
element([r], 3)
coalesce("", r)
coalesce(null, r, "x")
coalescelist([], [r])[0]
lookup({a = r}, "a")
lookup({}, "a", r)
values({a = r})[0]
flatten([[], [[r]]])[0]
concat([r], ["x"])[0]
merge({a = 1}, {a = r}).a
slice(["x", r], 1, 2)[0]
reverse(["x", r])[0]
tolist([r, 1])[0]
tomap({a = r}).a
tostring(r)
compact(["", r])[0]
distinct([r, r])[0]
zipmap(["k"], [r]).k
chunklist([r], 1)[0][0]
join("", [r])
join("", concat([], [r], [""]))
join(",", [r])
setproduct([r], [1])[0][0]
tolist(setunion([r], []))[0]
tolist(setsubtract([r], ["x"]))[0]
sort([r])[0]
matchkeys([r], ["a"], ["a"])[0]
sensitive(r)
nonsensitive(sensitive(r))
one(c ? [r] : [r])
"""


@pytest.mark.parametrize("expression", PASSES_ON.split("\n")[1:-1])
@pytest.mark.parametrize("ref", [REF, UNNAMED], ids=["known name", "unknown name"])
def test_whose_name_a_value_is_passes_through_what_passes_elements_on(expression: str, ref: Ref) -> None:
    if ref is UNNAMED and expression == 'coalesce(null, r, "x")':
        pytest.skip("whether the name is empty decides it")
    if ref is UNNAMED and expression in {
        'compact(["", r])[0]',
        'coalesce("", r)',
        'tolist(setsubtract([r], ["x"]))[0]',
    }:
        ref = Ref("aws_iam_user.x", replace(unknown("name", STRING), excluded=("", "x")))
    value = value_of(expression, {"r": ref, "c": unknown("c", BOOL)})
    assert isinstance(value, Ref)
    assert value.target == ref.target


@pytest.mark.parametrize(
    "expression", ["lower(r)", 'join("-", [r, "a"])', 'split("-", r)[0]', "trimspace(r)", '"${r}-a"']
)
def test_a_text_that_was_worked_on_is_nobodys_name(expression: str) -> None:
    assert not isinstance(value_of(expression, {"r": REF}), Ref)


def test_a_choice_keeps_whose_name_each_branch_is() -> None:
    for expression in (
        "one(c ? [r] : [])",
        "coalesce(s, r)",
        'lookup({a = r, b = "x"}, s, "z")',
        "coalescelist(list, [r])[0]",
    ):
        value = value_of(expression, {**NAMES, "r": REF})
        assert isinstance(value, Unknown)
        assert any(isinstance(part, Ref) for part in _parts(value)), expression


def _parts(value: Value) -> Iterator[Value]:
    yield value
    match value:
        case Unknown(term=Apply(_, arguments)):
            for argument in arguments:
                yield from _parts(argument)
        case Items(items=items):
            for item in items:
                yield from _parts(item)
        case _:
            return


@pytest.mark.parametrize(
    "expression", ["one([x])", 'join("", [x])', "tolist([x, 1])[0]", "tolist(toset([x]))[0]", "tostring(x)"]
)
def test_a_text_that_was_made_up_stays_marked_as_such(expression: str) -> None:
    assert isinstance(plain(value_of(expression, {"x": Sample("a")})), Sample)


WORLDS: dict[str, tuple[Value, ...]] = {
    "s": ("", "a", "b", "a-b", "true", "1"),
    "t": ("a", "b", "x/y"),
    "n": (0, 1, 2, 5, -1, Decimal("1.5")),
    "c": (True, False),
    "list": tuple(Items("list", items, STRING) for items in ((), ("a",), ("a", "b"), ("b", "a", "a"), ("", "x"))),
    "set": tuple(Items("set", items, STRING) for items in ((), ("a",), ("a", "b"))),
    "map": tuple(Entries("map", entries, STRING) for entries in ({}, {"a": "x"}, {"a": "1", "b": "y"})),
    "anything": (
        "a",
        "",
        1,
        True,
        Items("list", ("a",), STRING),
        Items("tuple", ("a", 1)),
        Entries("object", {"a": 1}),
    ),
}

SKETCHES = """
concat(L,L) compact(L) distinct(L) flatten([L,L]) reverse(L) sort(L) tolist(L) toset(L) length(L) one(L)
sum([N,N]) contains(L,S) index(L,S) join(S,L) join("-",[S,S]) element(L,N) slice(L,0,1) coalesce(S,S)
coalesce(S,N) coalescelist(L,L) setunion(L,L) setintersection(L,L) setsubtract(L,L) setproduct(L,L) keys(M)
values(M) lookup(M,S) lookup(M,S,S) merge(M,M) zipmap(L,L) tomap(M) alltrue([B,B]) anytrue([B,B])
chunklist(L,2) matchkeys(L,L,L) format("%s-%v",S,N) formatlist("%s",L) lower(S) upper(S) startswith(S,S)
endswith(S,S) strcontains(S,S) trimprefix(S,S) trimsuffix(S,S) substr(S,0,N) jsondecode(jsonencode(M)) (S==S)
(N<N) (N>=N) (N+N) (N-N) (B&&B) (B||B) (!B) (L==L) (M==M) (B?S:S) (B?L:L) tostring(N) tobool(S) tonumber(S)
length(concat(L,L)) length(toset(L)) contains(toset(L),S) lookup(merge(M,M),S,S) length(merge(M,M))
length(B?L:L) one(B?L:L)
"""  # fmt: skip

CHOICES = {
    "S": ("s", "t", '"a"', '""', '"a-${s}"', '"${t}-b"', "anything", '"x/y"', "lower(s)"),
    "N": ("n", "0", "2", "n + 1", "anything", "length(list)"),
    "B": ("c", "true", "false", "s == t", "n > 1"),
    "L": ("list", "set", "[]", '["a"]', "[s, t]", '["a", s]', "[n, 1]", "toset([s, t])", "anything", "[anything, 1]",
          "tolist([s])", "concat(list, tolist([s]))", "(c ? tolist([s]) : list)", "keys(map)"),
    "M": ("map", "{}", "{a = s}", '{a = "x", b = n}', "tomap({a = s})", "merge(map, {a = t})",
          "(c ? tomap({a = s}) : map)",
          "anything"),
}  # fmt: skip


def _filled_in(sketch: str, choices: random.Random) -> str:
    return "".join(choices.choice(CHOICES[char]) if char in CHOICES else char for char in sketch)


def test_what_is_known_early_is_what_comes_out_in_every_world() -> None:
    choices = random.Random(20)  # noqa: S311 — no secret
    early = {name: NAMES[name] for name in WORLDS}
    for sketch in SKETCHES.split() * 25:
        expression = _filled_in(sketch, choices)
        refused: Refused | None = None
        known: Value = None
        try:
            known = value_of(expression, early)
        except Refused as error:
            refused = error
        for _ in range(4):
            world = {name: choices.choice(values) for name, values in WORLDS.items()}
            try:
                value = value_of(expression, world)
            except Refused:
                continue
            assert refused is None, (expression, world, refused)
            assert _may_become(known, value), (expression, world, known, value)


def _may_become(early: Value, late: Value) -> bool:
    match plain(early), plain(late):
        case Unknown(term=Apply("error")), _:
            return False
        case Unknown() as waiting, value:
            return _fits(waiting, value)
        case Items("set", items), Items("set", others):
            return len(items) == len(others)
        case Items(kind, items), Items(other, others):
            return kind == other and len(items) == len(others) and all(map(_may_become, items, others))
        case Entries(kind, entries), Entries(other, others):
            return (
                kind == other
                and list(entries) == list(others)
                and all(_may_become(entries[key], others[key]) for key in entries)
            )
        case one, other:
            return type_of(one) == type_of(other) and one == other


def _fits(early: Unknown, late: Value) -> bool:
    if late is None:
        return not early.not_null
    if conflict(early.type, type_of(late)) or late in early.excluded:
        return False
    if isinstance(late, int | Decimal) and not isinstance(late, bool):
        return (early.low is None or early.low < late) and (early.high is None or late < early.high)
    if isinstance(early.term, Concat) and isinstance(late, str):
        first, last = early.term.parts[0], early.term.parts[-1]
        return late.startswith(first if isinstance(first, str) else "") and late.endswith(
            last if isinstance(last, str) else ""
        )
    return True


def test_a_variable_gets_its_defaults_whatever_is_unknown_in_it() -> None:
    kind = ObjectOf(
        {"name": STRING, "keys": ListOf(NUMBER), "tags": MapOf(STRING)},
        frozenset({"keys", "tags"}),
        {"keys": Items("tuple", ("1",))},
    )
    value = convert(Entries("object", {"name": NAMES["s"], "extra": 1}), kind)
    assert isinstance(value, Entries)
    assert list(value.entries) == ["keys", "name", "tags"]
    assert value.entries["keys"] == Items("list", (1,), NUMBER)
    assert value.entries["tags"] is None


def test_an_unknown_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(Refused):
        convert(NAMES["list"], STRING)
    with pytest.raises(Refused):
        convert(NAMES["c"], NUMBER)
    assert convert(unknown("x", ANY), STRING) == unknown("x", ANY).__class__(
        Leaf(Input("var.x", Origin.VARIABLE)), STRING, not_null=True
    )
