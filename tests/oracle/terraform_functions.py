"""Terraform's built-in functions as the generator of expressions calls them.

One line is one way to call a function: the kinds of its arguments, and of its result. A kind is a type or a word for
texts and numbers of some shape (see `random_expressions`); `any` is anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# Not pure, or not decided by the language alone.
LEFT_OUT: Final = {
    "abspath": "depends on the machine",
    "base64gzip": "the bytes depend on the compressor",
    "bcrypt": "random",
    "file": "reads files, which random configurations do",
    "filebase64": "reads files",
    "filebase64sha256": "reads files",
    "filebase64sha512": "reads files",
    "fileexists": "reads files",
    "filemd5": "reads files",
    "fileset": "reads files",
    "filesha1": "reads files",
    "filesha256": "reads files",
    "filesha512": "reads files",
    "pathexpand": "depends on the machine",
    "plantimestamp": "the clock",
    "rsadecrypt": "needs a key",
    "templatefile": "reads files",
    "timestamp": "the clock",
    "uuid": "random",
}

_CALLS: Final = """
abs(number) number
alltrue(bools) bool
anytrue(bools) bool
base64decode(base64) string
base64encode(string) string
base64sha256(string) string
base64sha512(string) string
basename(path) string
can(any) bool
ceil(number) number
chomp(lines) string
chunklist(list, size) list
cidrhost(cidr, small) string
cidrnetmask(cidr) string
cidrsubnet(cidr, small, small) string
cidrsubnets(cidr, small, small) strings
coalesce(number, number) number
coalesce(string, string, string) string
coalescelist(list, list) list
coalescelist(strings, strings) strings
compact(strings) strings
concat(list, strings) list
concat(strings, strings) strings
contains(strings, string) bool
contains(list, any) bool
contains(set, any) bool
csvdecode(csv) list
dirname(path) string
distinct(strings) strings
distinct(list) list
element(list, index) any
element(strings, index) string
endswith(string, affix) bool
ephemeralasnull(any) any
flatten(nested) list
floor(number) number
format(pattern, any, any) string
format(pattern, number) string
formatdate(dateformat, date) string
formatlist(pattern, strings, string) strings
formatlist(pattern, list, any) strings
indent(size, lines) string
index(strings, string) number
index(list, any) number
issensitive(any) bool
join(affix, strings) string
join(affix, strings, strings) string
jsondecode(json) any
jsonencode(any) string
keys(map) strings
length(list) number
length(map) number
length(string) number
length(set) number
log(number, number) number
lookup(map, key, any) any
lookup(numbermap, key, number) number
lookup(map, key) any
lower(string) string
matchkeys(strings, strings, strings) strings
max(number, number, number) number
md5(string) string
merge(map, map) map
merge(numbermap, numbermap) numbermap
min(number, number) number
nonsensitive(any) any
one(set) any
one(list) any
one(strings) string
parseint(digits, base) number
pow(number, small) number
range(small) numbers
range(small, small) numbers
range(number, number, number) numbers
regex(regex, string) any
regexall(regex, string) list
replace(string, affix, string) string
replace(string, slashed, string) string
reverse(list) list
reverse(strings) strings
sensitive(any) any
setintersection(set, set) set
setproduct(strings, list) list
setproduct(set, set) set
setsubtract(set, set) set
setunion(set, set) set
sha1(string) string
sha256(string) string
sha512(string) string
signum(number) number
slice(list, small, small) list
slice(strings, small, small) strings
sort(strings) strings
split(affix, string) strings
startswith(string, affix) bool
strcontains(string, affix) bool
strrev(string) string
substr(string, index, index) string
sum(numbers) number
sum(list) number
templatestring(template, map) string
textdecodebase64(base64, encoding) string
textencodebase64(string, encoding) string
timeadd(date, duration) string
timecmp(date, date) number
title(string) string
tobool(any) bool
tolist(any) list
tolist(set) list
tomap(any) map
tonumber(any) number
tonumber(digits) number
toset(list) set
toset(strings) set
tostring(any) string
transpose(multimap) multimap
trim(string, affix) string
trimprefix(string, affix) string
trimspace(lines) string
trimsuffix(string, affix) string
try(any, any) any
try(string, string) string
upper(string) string
urlencode(string) string
uuidv5(namespace, string) string
values(map) list
values(numbermap) numbers
yamldecode(yaml) any
yamlencode(any) string
zipmap(strings, list) map
zipmap(strings, strings) map
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One way to call a function."""

    name: str
    arguments: tuple[str, ...]
    result: str


def _parsed() -> tuple[Call, ...]:
    calls = []
    for line in _CALLS.strip().splitlines():
        matched = re.fullmatch(r"(\w+)\(([\w, ]+)\) (\w+)", line)
        if matched is None:
            message = f"not a call: {line}"
            raise ValueError(message)
        calls.append(Call(matched[1], tuple(matched[2].split(", ")), matched[3]))
    return tuple(calls)


CALLS: Final = _parsed()
