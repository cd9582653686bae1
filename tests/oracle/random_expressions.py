"""Random expressions of the Terraform language, each from a number: every form and pure function.

An expression is made for a *kind*: a type, or a word for values of some shape, such as `cidr`, that functions ask for.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Final

from tests.oracle.analyzer import Variable
from tests.oracle.expression_samples import INDEX_KEYS, INDEXES, NUMBERS, SAMPLES, STRINGS
from tests.oracle.terraform_functions import CALLS, Call

VARIABLES: Final[Mapping[str, Variable]] = {
    "text": Variable("string", "hello world"),
    "empty": Variable("string", ""),
    "umlaut": Variable("string", "Grüße, 世界 ${x}"),
    "nothing": Variable("string", None),
    "three": Variable("number", 3),
    "half": Variable("number", -2.5),
    "no_number": Variable("number", None),
    "yes": Variable("bool", value=True),
    "maybe": Variable("bool", None),
    "names": Variable("list(string)", ["beta", "alpha", "beta", ""]),
    "none": Variable("list(string)", []),
    "tags": Variable("set(string)", ["b", "a", "c"]),
    "sizes": Variable("map(number)", {"small": 1, "large": 10, "two words": 2}),
    "groups": Variable("map(list(string))", {"admins": ["ann", "bob"], "readers": ["bob"], "nobody": []}),
    "users": Variable(
        "list(object({ name = string, age = optional(number, 7), tags = optional(set(string)) }))",
        [{"name": "ann", "age": 30}, {"name": "bob", "tags": ["x", "y"]}],
    ),
    "settings": Variable(
        "object({ on = bool, level = string, limits = map(number) })", {"on": True, "level": "5", "limits": {}}
    ),
    "anything": Variable("any", {"a": [1, "two", None], "b": {"c": True}}),
    "mixed": Variable("tuple([string, number, bool])", ["1", 2, False]),
}

_DEPTH: Final = 3
_OF_VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("text", "text", "empty", "umlaut", "umlaut", "nothing"),
    "number": ("three", "three", "half", "half", "three", "no_number"),
    "bool": ("yes", "yes", "yes", "maybe"),
    "strings": ("names", "none", "tags"),
    "set": ("tags",),
    "list": ("names", "names", "users", "mixed", "none"),
    "map": ("sizes", "groups", "settings", "anything"),
    "numbermap": ("sizes",),
    "multimap": ("groups",),
}


def random_expression(seed: int) -> str:
    """The expression with this number; it uses `VARIABLES`."""
    writer = _Writer(random.Random(seed))  # noqa: S311 - not for secrets
    # Each function is the outermost of every so many expressions, whatever chance says.
    if seed % 2:
        return writer.call(CALLS[seed // 2 % len(CALLS)], 0)
    return writer.expression(writer.rng.choice(("any", "string", "number", "bool", "list", "map", "set", "strings")), 0)


class _Writer:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.names: list[str] = []  # of the iterators in scope

    def expression(self, kind: str, depth: int) -> str:
        """An expression that likely gives a value of this kind."""
        rng = self.rng
        if kind in SAMPLES:
            return (
                self.quoted(rng.choice(SAMPLES[kind])) if rng.random() < 0.93 else self.expression("string", depth + 1)
            )
        if depth > 0 and rng.random() < 0.015:
            return "null"
        if depth > 0 and rng.random() < 0.02:
            kind = "any"  # what does not fit
        if kind == "any":
            kind = rng.choice(("string", "number", "bool", "list", "map", "set", "strings", "numbers", "numbermap"))
        options: list[tuple[int, Callable[[], str]]] = [(3, lambda: self.literal(kind, depth))]
        if kind in _OF_VARIABLES:
            options.append((4, lambda: f"var.{rng.choice(_OF_VARIABLES[kind])}"))
        if self.names:
            name = rng.choice(self.names)
            as_kind = {
                "string": f"jsonencode({name})",
                "number": f"length(jsonencode({name}))",
                "bool": f'({name} == "a")',
            }
            options.append((3, lambda: name if kind not in as_kind or rng.random() < 0.2 else as_kind[kind]))
        if depth < _DEPTH:
            calls = [
                call
                for call in CALLS
                if call.result in (kind, "any") and not (call.result == "any" and rng.random() < 0.7)
            ]
            if calls:
                options.append((7, lambda: self.call(rng.choice(calls), depth)))
            options += [(weight, write) for weight, write in self.forms(kind, depth)]
        return rng.choices([write for _, write in options], [weight for weight, _ in options])[0]()

    def call(self, call: Call, depth: int) -> str:
        arguments = [self.expression(argument, depth + 1) for argument in call.arguments]
        if call.name == "templatestring":  # asks for a reference
            arguments[0] = self.rng.choice(("var.text", "var.umlaut", "var.users[0].name", "var.nothing"))
        if self.rng.random() < 0.02:
            arguments.append(self.expression("any", depth + 1))
        if self.rng.random() < 0.06 and call.arguments[-1] in ("strings", "list", "numbers"):
            arguments[-1] += "..."
        return f"{call.name}({', '.join(arguments)})"

    def forms(self, kind: str, depth: int) -> list[tuple[int, Callable[[], str]]]:
        """The forms of the language, other than calls, that give this kind, with weights."""
        rng = self.rng

        def part(of: str) -> str:
            return self.expression(of, depth + 1)

        forms: list[tuple[int, Callable[[], str]]] = [
            (
                2 if kind in ("string", "number", "bool") else 0,
                lambda: f"({part('bool')} ? {part(kind)} : {part(kind)})",
            ),
            (1, lambda: f"({part('bool')} ? {part(kind)} : null)"),
            (1, lambda: f"({part(kind)})"),
            (1, lambda: f"{{ x = {part(kind)}, y = {part('any')} }}.x"),
            (1, lambda: f"[{part(kind)}, {part(kind)}][{rng.choice(INDEXES)}]"),
            (1, lambda: f"{{ a = {part(kind)}, b = {part(kind)} }}[{rng.choice(INDEX_KEYS)}]"),
        ]
        match kind:
            case "string":
                forms += [
                    (5, lambda: self.template(depth)),
                    (1, lambda: self.heredoc(depth)),
                    (1, lambda: "var.users[0].name"),
                    (1, lambda: "var.settings.level"),
                    (1, lambda: "var.mixed.0"),
                    (1, lambda: "var.names[length(var.names) - 1]"),
                    (1, lambda: f"var.groups[{part('group')}][0]"),
                ]
            case "number":
                operator = rng.choice(("+", "-", "*", "/", "%"))
                forms += [
                    (5, lambda: f"({part('number')} {operator} {part('number')})"),
                    (1, lambda: f"-{part('number')}"),
                    (1, lambda: "var.users[1].age"),
                    (1, lambda: f'var.sizes["{rng.choice(("small", "large", "two words"))}"]'),
                    (1, lambda: f"var.users[*].age[{part('index')}]"),
                ]
            case "bool":
                comparison, logic = rng.choice(("<", ">", "<=", ">=")), rng.choice(("&&", "||"))
                equality, like = (
                    rng.choice(("==", "!=")),
                    rng.choice(("any", "string", "number", "list", "map", "set", "bool")),
                )
                forms += [
                    (3, lambda: f"({part('number')} {comparison} {part('number')})"),
                    (3, lambda: f"({part('bool')} {logic} {part('bool')})"),
                    (3, lambda: f"({part(like)} {equality} {part(like)})"),
                    (1, lambda: f"!{part('bool')}"),
                    (1, lambda: f"({part('any')} == null)"),
                ]
            case "list" | "strings" | "numbers" | "bools" | "set":
                of = {"strings": "string", "numbers": "number", "bools": "bool"}.get(kind, "any")
                forms += [
                    (4, lambda: self.for_list(of, depth)),
                    (1, lambda: f"{part('list')}[*]"),
                    (1, lambda: f"{part('string')}[*]"),
                    (
                        1,
                        lambda: rng.choice(
                            (
                                "var.users[*].name",
                                "var.users.*.age",
                                "var.users[*].tags",
                                "var.nothing[*]",
                                "values(var.groups)[*]",
                                "var.users[*]",
                            )
                        ),
                    ),
                ]
            case "map" | "numbermap" | "multimap":
                of = {"numbermap": "number", "multimap": "strings"}.get(kind, "any")
                forms += [
                    (4, lambda: self.for_map(of, depth)),
                    (1, lambda: "var.users[0]"),
                    (1, lambda: "var.anything.b"),
                ]
        return forms

    def literal(self, kind: str, depth: int) -> str:
        rng = self.rng

        def items(of: str) -> str:
            return ", ".join(self.expression(of, depth + 2) for _ in range(rng.choice((0, 1, 2, 2, 3))))

        match kind:
            case "string":
                return self.quoted(rng.choice(STRINGS))
            case "number":
                return rng.choice(NUMBERS)
            case "bool":
                return rng.choice(("true", "false"))
            case "small" | "size":
                return str(rng.choice((0, 1, 2, 3, 4, 8, -1)))
            case "index":
                return str(rng.choice((0, 1, 2, -1, 3, 10)))
            case "strings":
                return f"[{items('string')}]"
            case "numbers":
                return f"[{items('number')}]"
            case "bools":
                return f"[{items('bool')}]"
            case "nested":
                return f"[{items('list')}]"
            case "set":
                return f"toset([{items(rng.choice(('string', 'string', 'number', 'bool')))}])"
            case "map":
                return self.object("any", depth)
            case "numbermap":
                return self.object("number", depth)
            case "multimap":
                return self.object("strings", depth)
            case _:
                return f"[{items(rng.choice(('string', 'number', 'any')))}]"

    def object(self, of: str, depth: int) -> str:
        rng = self.rng
        pairs = []
        for _ in range(rng.choice((0, 1, 2, 2, 3))):
            key = rng.choice(
                (
                    "a",
                    "b",
                    "name",
                    "keys",
                    '"a"',
                    '"two words"',
                    '"${var.text}"',
                    "(var.text)",
                    "(1 + 1)",
                    '"5"',
                    "small",
                    "null",
                    "true",
                    "1",
                )
            )
            pairs.append(f"{key} {rng.choice(('=', ':'))} {self.expression(of, depth + 2)}")
        separator = rng.choice((", ", ", ", "\n"))
        return f"{{ {separator.join(pairs)} }}" if separator != "\n" else "{\n" + "\n".join(pairs) + "\n}"

    def for_list(self, of: str, depth: int) -> str:
        source = self.expression(self.rng.choice(("list", "strings", "map", "set", "numbers")), depth + 1)
        names = self.rng.choice((["v"], ["k", "v"]))
        body, condition = self.inside(names, of, depth)
        return f"[for {', '.join(names)} in {source} : {body}{condition}]"

    def for_map(self, of: str, depth: int) -> str:
        source = self.expression(self.rng.choice(("list", "strings", "map", "set")), depth + 1)
        names = self.rng.choice((["v"], ["k", "v"]))
        self.names += names
        first = names[0]
        key = self.rng.choice(
            ("v", first, '"${v}"', f"tostring({first})", '"same"', self.expression("string", depth + 2))
        )
        del self.names[-len(names) :]
        body, condition = self.inside(names, of, depth)
        return f"{{for {', '.join(names)} in {source} : {key} => {body}{self.rng.choice(('', '', '...'))}{condition}}}"

    def inside(self, names: list[str], of: str, depth: int) -> tuple[str, str]:
        """Body and condition of a `for`, in which its iterators can be used."""
        self.names += names
        body = self.expression(of, depth + 2)
        condition = f" if {self.expression('bool', depth + 2)}" if self.rng.random() < 0.3 else ""
        del self.names[-len(names) :]
        return body, condition

    def template(self, depth: int) -> str:
        return f'"{self.template_body(depth, newline=" ")}"'

    def heredoc(self, depth: int) -> str:
        mark = self.rng.choice(("<<", "<<-"))
        lines = [
            " " * self.rng.choice((0, 2, 4)) + self.template_body(depth, newline="\n")
            for _ in range(self.rng.randint(0, 3))
        ]
        end = "  EOT" if mark == "<<-" else "EOT"
        return "\n".join([f"({mark}EOT", *lines, end, ")"])

    def template_body(self, depth: int, newline: str) -> str:
        rng = self.rng
        left, right = rng.choice(("", "", "~")), rng.choice(("", "", "~"))
        parts = []
        for _ in range(rng.randint(1, 3)):
            inner = self.expression(rng.choice(("string", "number", "bool", "string", "string")), depth + 2)
            flag = self.expression("bool", depth + 2)
            source = self.expression(rng.choice(("strings", "strings", "numbermap")), depth + 2)
            parts.append(
                rng.choice(
                    (
                        "plain ",
                        " $${kept} %%{kept} ",
                        f"${{{left}{inner}{right}}}",
                        f"${{{left} {inner} {right}}} ",
                        f"%{{{left} if {flag} {right}}} yes {newline}%{{{left} else {right}}} no %{{ endif {right}}}",
                        f"%{{ if {flag} }}{inner.count('a')}%{{ endif {right}}}",
                        f"%{{{left} for v in {source} {right}}} ${{v}}{newline}%{{{left} endfor {right}}}",
                        f"%{{ for k, v in {source} {right}}}${{k}}=${{v}};%{{ endfor }}",
                    )
                )
            )
        return "".join(parts)

    def quoted(self, text: str) -> str:
        """A string literal with this value."""
        return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
