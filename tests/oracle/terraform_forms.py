"""The expressions that random configurations are made of, as forms to fill in.

In a form `<bool>`, `<amount>`, `<keys>` and `<status>` stand for another expression of that meaning, `<digit>` and
`<environment>` for a constant, `<x>` for a variable of the kind under which the form is listed, and `<k>` for the key
of a `for` or `for_each`. A form that is listed twice is used twice as often.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

# Forms by the kind of variable that they use; under "" those that use none.
Forms: TypeAlias = Mapping[str, tuple[str, ...]]

CONDITIONS: Final[Forms] = {
    "": ("true", "false"),
    "bool": ("<x>", "<x>", "!<x>", "<x> == true"),
    "number": ("<x> > <digit>", "<x> == <digit>", "<x> != <digit>", "<x> >= <digit>", "<x> < 2", "<x> % 2 == 0"),
    "string": (
        '<x> == "<environment>"',
        '<x> != "<environment>"',
        'contains(["dev", "prod"], <x>)',
        'startswith(<x>, "p")',
        'can(regex("^(dev|prod)$", <x>))',
        'upper(<x>) == upper("<environment>")',
    ),
    "set": ("length(<x>) > 1", "length(<x>) == 0", 'contains(<x>, "b")'),
    "list": (
        "length(<x>) > 1",
        "length(<x>) == 0",
        'contains(keys({ for x in <x> : x => 1... }), "b")',
        'contains(<x>, "b")',
    ),
    "entries": ("length(<x>) > 1", 'anytrue([for entry in values(<x>) : entry.user == "u0"])'),
    "settings": ("<x>.on", "<x>.keys > 1", "<x>.status == null"),
    "switches": ('lookup(<x>, "a", false)', "length(<x>) > 1", "alltrue(values(<x>))"),
}
# More forms for a variable that may be null.
CONDITIONS_ON_NULL: Final[Forms] = {
    "bool": ("coalesce(<x>, false)", "<x> != null", "try(<x> ? true : false, false)"),
    "string": ("<x> == null", 'coalesce(<x>, "dev") == "dev"'),
    "number": ("<x> == null", "coalesce(<x>, 1) > 0"),
}
CONDITIONS_OF_KEYS: Final = ('<k> == "first"', '<k> != "second"', 'startswith(<k>, "s")')
NESTED_CONDITIONS: Final = (
    "(<bool> && <bool>)",
    "(<bool> && <bool>)",
    "(<bool> || <bool>)",
    "(<bool> || <bool>)",
    "!(<bool>)",
    "!(<bool>)",
    "alltrue([<bool>, <bool>])",
    "anytrue([<bool>, <bool>])",
    "(<bool> ? <bool> : <bool>)",
    "(<bool>) == (<bool>)",
)

# Counts. All of them can stand inside another expression as they are.
AMOUNTS: Final[Forms] = {
    "": (
        "<digit>",
        "(<bool> ? 1 : 0)",
        "(<bool> ? 1 : 0)",
        "(<bool> ? <digit> : <digit>)",
        "length([for x in [<bool>, <bool>] : x if x])",
        'tonumber(<bool> ? "1" : "0")',
    ),
    "number": ("<x>", "min(<x>, 1)", "max(<x> - 1, 0)", "(<x> > 1 ? 1 : <x>)", "ceil(<x> / 2)"),
    "string": ("lookup({ dev = 0, prod = 2 }, <x>, 1)",),
    "set": ("length(<x>)",),
    "list": ("length(<x>)", "length(distinct(<x>))"),
    "entries": ("length(<x>)",),
    "settings": ("(<x>.on ? <x>.keys : 0)",),
    "switches": ("length(<x>)",),
}

# Statuses; an empty one leaves the argument out.
STATUSES: Final[Forms] = {
    "": (
        *[""] * 5,
        '"Active"',
        '"Inactive"',
        '"Inactive"',
        '<bool> ? "Active" : "Inactive"',
        '<bool> ? "Inactive" : null',
        'title(<bool> ? "active" : "inactive")',
        'format("%sctive", <bool> ? "A" : "Ina")',
    ),
    "settings": ("<x>.status",),
    "string": ('lookup({ dev = "Inactive" }, <x>, "Active")',),
}

# Sets of strings, for `for_each`.
KEY_SETS: Final[Forms] = {
    "": (
        'toset(["a", "b"])',
        'toset(["a"])',
        'toset([for x in ["first", "second"] : x if <each bool>])',
        'toset(<bool> ? ["a", "b"] : ["a"])',
        'toset(<bool> ? ["a"] : [])',
        "toset([for i in range(<amount>) : tostring(i)])",
        'toset(compact([<bool> ? "a" : "", "b"]))',
    ),
    "set": ("<x>", "<x>", "<x>", 'setunion(<x>, ["b"])'),
    "list": ("toset(<x>)",),
    "entries": ("toset(keys(<x>))",),
    "switches": ("toset(keys(<x>))", "toset([for k, on in <x> : k if on])"),
}

# Maps of objects with a user and a status; `<one>` and `<two>` name users.
ENTRIES: Final[Forms] = {
    "": (
        '{ one = { user = <one>, status = "Active" }, two = { user = <two>, status = <given status> } }',
        '{ for i in range(<amount>) : "k${i}" => { user = <one>, status = null } }',
    ),
    "entries": (
        "<x>",
        "<x>",
        '{ for k, v in <x> : k => v if v.status != "Inactive" }',
        'merge(<x>, { extra = { user = <one>, status = "Active" } })',
        '{ for k, v in <x> : "${v.user}-${k}" => v }',
    ),
}

ENVIRONMENTS: Final[Forms] = {
    "": ('<bool> ? "dev" : "prod"', '"stage"'),
    "string": ('coalesce(<x>, "dev")',),
}

# A name `u<n>`, but for the case of its letters.
SPELLINGS: Final = (
    *['"u<n>"'] * 3,
    '"U<n>"',
    'lower("U<n>")',
    'format("u%d", <n>)',
    'join("", ["u", "<n>"])',
    '"u${<n>}"',
    'trimsuffix("u<n>-x", "-x")',
)
