"""Random Terraform configurations about users and access keys, each from a number.

They stay within what an account accepts (no two users of one name), and their conditions within few values of few
variables, so that all worlds can be tried. Everything else is left to chance: where users and keys stand, how their
number, name and status come about, through which modules and files.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tests.oracle.case import Case, Json
from tests.oracle.random_files import in_files
from tests.oracle.terraform_forms import (
    AMOUNTS,
    CONDITIONS,
    CONDITIONS_OF_KEYS,
    CONDITIONS_ON_NULL,
    ENTRIES,
    ENVIRONMENTS,
    KEY_SETS,
    NESTED_CONDITIONS,
    SPELLINGS,
    STATUSES,
    Forms,
)
from tests.oracle.terraform_kinds import KINDS, MORE_VALUES, NAMES_OF_ENVIRONMENTS, REFUSED_VALUES, few_worlds
from tests.oracle.terraform_text import Block

_DEPTH: Final = 2  # of conditions in conditions


@dataclass(frozen=True, slots=True)
class _Reference:
    """An expression that names a user, and the condition under which it may be evaluated ("" for always)."""

    text: str
    condition: str = ""


@dataclass(slots=True)
class _Module:
    """A module being written: expressions that can be used in it, by kind, and the blocks so far."""

    number: int
    variables: dict[str, str] = field(default_factory=dict)  # name: kind, for those that a caller sets
    expressions: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    nullable: list[str] = field(default_factory=list)
    users: list[_Reference] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    aliases: tuple[str, ...] = ()
    owns_users: bool = False


def random_case(seed: int) -> Case:
    """The configuration with this number."""
    return _Writer(random.Random(seed)).case()  # noqa: S311 - not for secrets


class _Writer:
    """Writes one case; its state is the random numbers and the modules written so far."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.modules: list[_Module] = []
        self.names = 0

    def case(self) -> Case:
        rng = self.rng
        root = _Module(0)
        case = self.root_variables(root)
        accounts = self.providers(root) if self.chance(0.12) else {}
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
            self.modules.append(self.child_module())
        self.fill(root, most_keys=4)
        modules = [module.blocks for module in self.modules]
        placed = in_files(self.rng, root.blocks, modules, lambda: self.override(root), case)
        return replace(placed, accounts=accounts)

    # Variables

    def root_variables(self, root: _Module) -> Case:
        domains: dict[str, tuple[Json, ...]] = {}
        unbounded, committed = set(), {}
        for number in range(self.rng.choice((0, 1, 1, 2, 2, 3))):
            name = f"v{number}"
            kind = self.rng.choice(
                ("bool", "bool", "bool", "number", "string", "string", "set", "list", "entries", "settings", "switches")
            )
            nullable, validated = self.chance(0.25), kind in ("number", "string") and self.chance(0.6)
            values = list(KINDS[kind].values)
            arguments = [("type", KINDS[kind].type)]
            if self.chance(0.85):
                committed[name] = self.rng.choice(values)
                if kind == "entries" and committed[name] and self.chance(0.5):
                    # Only where the code itself names a declared user may an input be taken to name it.
                    values = json.loads(json.dumps(values).replace('"x', '"u'))
                    committed[name] = json.loads(json.dumps(committed[name]).replace('"x', '"u'))
                arguments.append(("default", json.dumps(committed[name])))
            blocks = [self.validation(name, values)] if validated else []
            if nullable and not validated:
                root.nullable.append(f"var.{name}")
                values.append(None)
            elif not nullable:
                arguments.append(("nullable", "false"))
            if not validated and not KINDS[kind].closed:
                unbounded.add(name)
                values += MORE_VALUES.get(kind, ())
            elif validated and self.chance(0.15):
                values.append(REFUSED_VALUES[kind])
            domains[name] = tuple(values)
            root.expressions[kind].append(f"var.{name}")
            root.blocks.append(Block("variable", (name,), tuple(arguments), tuple(blocks)))
        self.joint_validation(root)
        return Case({}, few_worlds(domains, committed), frozenset(unbounded), committed)

    def validation(self, name: str, values: Sequence[Json]) -> Block:
        condition = f"contains({json.dumps(list(values))}, var.{name})"
        if all(isinstance(value, str) for value in values) and self.chance(0.3):
            condition = f'can(regex("^({"|".join(map(str, values))})$", var.{name}))'
        return Block("validation", (), (("condition", condition), ("error_message", '"Not one of the known values."')))

    def joint_validation(self, root: _Module) -> None:
        """At times two switches exclude each other, which the last of them says."""
        variables = [(i, block) for i, block in enumerate(root.blocks) if ("type", "bool") in block.arguments]
        if len(variables) > 1 and self.chance(0.4):
            at, block = variables[-1]
            names = [f"var.{block.labels[0]}" for _, block in variables]
            rule = (("condition", f"!({' && '.join(names)})"), ("error_message", '"Only one of them."'))
            root.blocks[at] = replace(block, blocks=(*block.blocks, Block("validation", (), rule)))

    def providers(self, root: _Module) -> dict[str, str]:
        root.aliases = ("other", "west")
        root.blocks += [
            Block("provider", ("aws",), (("region", '"eu-west-1"'),)),
            Block("provider", ("aws",), (("alias", '"other"'), ("profile", '"other"'))),
            Block("provider", ("aws",), (("alias", '"west"'), ("region", '"us-west-2"'))),
        ]
        return {"other": "profile other", "west": ""}

    # What a module contains

    def fill(self, module: _Module, most_keys: int) -> None:
        self.locals(module)
        for _ in range(self.rng.randint(1, 3) if module.number == 0 else self.rng.randint(0, 1)):
            self.user(module)
        for _ in range(self.rng.randint(0, 2) if self.modules and module.number == 0 else 0):
            self.call(module, self.rng.choice(self.modules))
        if module.number > 1 and self.chance(0.4):
            self.call(module, self.modules[0])
        if module.users:
            for _ in range(self.rng.randint(0 if module.number == 0 else 1, most_keys)):
                self.key(module)

    def child_module(self) -> _Module:
        module = _Module(len(self.modules) + 1)
        kinds = [
            "name",
            *self.rng.sample(("bool", "bool", "number", "string", "set", "entries"), self.rng.randint(0, 2)),
        ]
        for number, kind in enumerate(kinds):
            name, of_type = f"p{number}", "string" if kind == "name" else KINDS[kind].type
            arguments = [("type", of_type)]
            if kind != "name" and self.chance(0.5):
                arguments.append(("default", json.dumps(self.rng.choice(KINDS[kind].values))))
            if self.chance(0.3):
                arguments.append(("nullable", "false"))
            module.variables[name] = kind
            module.blocks.append(Block("variable", (name,), tuple(arguments)))
            if kind == "name":
                module.users.append(_Reference(f"var.{name}"))
            else:
                module.expressions[kind].append(f"var.{name}")
        self.fill(module, most_keys=2)
        for number, reference in enumerate(module.users):
            name, text = f"out{number}", reference.text
            if reference.condition:
                text = f"{reference.condition} ? {text} : null" if self.chance(0.5) else f"try({text}, null)"
            module.blocks.append(Block("output", (name,), (("value", text),)))
            module.outputs.append(name)
        return module

    def locals(self, module: _Module) -> None:
        arguments = []
        for kind, write in (
            ("bool", self.condition),
            ("number", self.amount),
            ("set", self.keys_set),
            ("string", self.environment),
        ):
            if self.chance(0.25):
                name = f"{kind}{module.number}"
                arguments.append((name, write(module)))
                module.expressions[kind].append(f"local.{name}")
        if arguments:
            module.blocks.append(Block("locals", (), tuple(arguments)))

    def user(self, module: _Module) -> None:
        """A user, or a name that stands for one declared elsewhere. Only names made of ``own`` are declared."""
        number, rng = self.names, self.rng
        self.names += 1
        label = f"u{number}"
        own = f"u{number}" if module.number == 0 else f"${{var.p0}}-u{number}"
        address = f"aws_iam_user.{label}"
        attribute = rng.choice(("name", "name", "name", "id"))
        extra = self.provider(module)
        match rng.choice(("plain", "plain", "plain", "conditional", "either", "many", "literal", "random", "data")):
            case "plain":
                name = self.spelled(own)
                module.blocks.append(Block("resource", ("aws_iam_user", label), (("name", name), *extra)))
                module.users.append(_Reference(f"{address}.{attribute}"))
            case "conditional":
                condition = self.condition(module)
                count = f"{condition} ? 1 : 0"
                module.blocks.append(
                    Block("resource", ("aws_iam_user", label), (("count", count), ("name", f'"{own}"'), *extra))
                )
                text = rng.choice(
                    (
                        f"{address}[0].{attribute}",
                        f"one({address}[*].{attribute})",
                        f'join("", {address}[*].{attribute})',
                    )
                )
                module.users.append(_Reference(text, f"({condition})"))
                if self.chance(0.3):
                    module.users.append(_Reference(f'try({address}[0].{attribute}, "{own}-none")'))
            case "either":
                local = f"name{number}"
                module.blocks.append(
                    Block("locals", (), ((local, f'{self.condition(module)} ? "{own}" : "{own}-alt"'),))
                )
                module.blocks.append(Block("resource", ("aws_iam_user", label), (("name", f"local.{local}"), *extra)))
                module.users.append(_Reference(f"{address}.{attribute}"))
                if self.chance(0.3):
                    module.users.append(_Reference(f'"{own}"'))
            case "many":
                names = f"toset({json.dumps(rng.sample(('a', 'b', 'c'), 2))})"
                each = (
                    rng.choice(
                        ('"%s-${each.key}"', 'format("%%s-%%s", "%s", each.value)', 'join("-", ["%s", each.key])')
                    )
                    % own
                )
                module.blocks.append(
                    Block("resource", ("aws_iam_user", label), (("for_each", names), ("name", each), *extra))
                )
                key = rng.choice([k for k in "abc" if f'"{k}"' in names])
                module.users.append(_Reference(f'{address}["{key}"].{attribute}'))
                module.users.append(_Reference(f"values({address})[0].{attribute}"))
            case "literal":
                module.users.append(_Reference(self.spelled(own)))
            case "random":
                module.blocks.append(Block("resource", ("random_id", f"r{number}"), (("byte_length", "4"),)))
                name = f'"{own}-${{random_id.r{number}.hex}}"'
                module.blocks.append(Block("resource", ("aws_iam_user", label), (("name", name), *extra)))
                module.users.append(_Reference(f"{address}.{attribute}"))
            case _:
                module.blocks.append(Block("data", ("aws_iam_user", label), (("user_name", f'"{own}"'),)))
                module.users.append(_Reference(f"data.{address}.user_name"))

    def call(self, module: _Module, called: _Module) -> None:
        number, rng = self.names, self.rng
        self.names += 1
        label = f"m{number}"
        prefix = f"m{number}" if module.number == 0 else f"${{var.p0}}-m{number}"
        arguments = [("source", f'"./modules/m{called.number}"' if module.number == 0 else f'"../m{called.number}"')]
        condition = ""
        reach: tuple[str, ...] = (f"module.{label}",)
        match rng.choice(("once", "once", "count", "conditional", "each")):
            case "count":
                arguments.append(("count", "2"))
                prefix += "-${count.index}"
                reach = (f"module.{label}[0]", f"module.{label}[1]", f"element(module.{label}, 1)")
            case "conditional":
                condition = f"({self.condition(module)})"
                arguments.append(("count", f"{condition} ? 1 : 0"))
                reach = (f"module.{label}[0]", f"one(module.{label}[*])")
            case "each":
                arguments.append(("for_each", 'toset(["a", "b"])'))
                prefix += "-${each.key}"
                reach = (f'module.{label}["a"]', f'module.{label}["b"]', f"values(module.{label})[0]")
        for name, kind in called.variables.items():
            if kind == "name":
                arguments.append((name, f'"{prefix}"'))
            elif not self.has_default(called, name) or self.chance(0.6):
                arguments.append((name, self.of_kind(module, kind)))
        if module.aliases and self.chance(0.3):
            arguments.append(("providers", f"{{ aws = aws.{rng.choice(module.aliases)} }}"))
        module.blocks.append(Block("module", (label,), tuple(arguments)))
        for output in called.outputs:
            if self.chance(0.7):
                module.users.append(_Reference(f"{rng.choice(reach)}.{output}", condition))

    def key(self, module: _Module) -> None:
        number, rng = self.names, self.rng
        self.names += 1
        user = rng.choice(module.users)
        if user.condition and self.chance(0.25):
            user = _Reference(f'try({user.text}, "nobody")')
        plain = [reference for reference in module.users if not reference.condition]
        arguments: list[tuple[str, str]] = []
        status = self.status(module)
        shapes = ["plain", "plain", "count", "count", "each"] + (["index", "entries", "pairs"] if plain else [])
        match rng.choice(shapes):
            case "plain" if not user.condition:
                arguments = [("user", user.text)]
            case "plain" | "count":
                amount = self.amount(module)
                arguments = [
                    ("count", f"{user.condition} ? {amount} : 0" if user.condition else amount),
                    ("user", user.text),
                ]
            case "each":
                names = self.keys_set(module)
                each = f"{{ for k in {names} : k => k if {user.condition} }}" if user.condition else names
                arguments = [("for_each", each), ("user", user.text)]
            case "index":
                several = [reference.text for reference in rng.sample(plain, min(2, len(plain)))]
                picked = f"[{', '.join(several)}][count.index % {len(several)}]"
                if self.chance(0.4):
                    picked = f"element([{', '.join(several)}], count.index)"
                arguments = [("count", self.amount(module)), ("user", picked)]
            case "entries":
                arguments = [("for_each", self.entries(module, plain)), ("user", "each.value.user")]
                status = rng.choice(("each.value.status", 'try(each.value.status, "Active")', status))
            case _:
                one, two = rng.choice(plain), rng.choice(plain)
                items = f"{{ first = {one.text}, second = {two.text} }}"
                arguments = [
                    ("for_each", f"{{ for k, v in {items} : k => v if {self.condition(module, 'k')} }}"),
                    ("user", "each.value"),
                ]
        if status:
            arguments.append(("status", status))
        blocks = (Block("lifecycle", (), (("create_before_destroy", "true"),)),) if self.chance(0.06) else ()
        arguments += self.provider(module)
        module.blocks.append(Block("resource", ("aws_iam_access_key", f"k{number}"), tuple(arguments), blocks))

    # Expressions

    def written(self, module: _Module, forms: Forms, each: str = "", depth: int = 0, **parts: str) -> str:
        """One of the forms, filled in. A kind of variable is as likely as the module has variables of it."""
        here = module.expressions
        chosen = [(kind, x) for kind in forms if kind for x in here[kind]]
        kind, x = self.rng.choice([*chosen, *chosen, ("", "")])
        options = forms[kind]
        if forms is CONDITIONS:
            if x in module.nullable:
                options += CONDITIONS_ON_NULL.get(kind, ())
            if each and self.chance(0.4):
                options = CONDITIONS_OF_KEYS
            if depth < _DEPTH and self.chance(0.4):
                options = NESTED_CONDITIONS
        return self.filled(module, self.rng.choice(options), each, depth, {"x": x, "k": each, **parts})

    def filled(self, module: _Module, form: str, each: str, depth: int, parts: Mapping[str, str]) -> str:
        def part(matched: re.Match[str]) -> str:
            match matched[1]:
                case "bool":
                    return self.written(module, CONDITIONS, each, depth + 1)
                case "each bool":
                    return self.written(module, CONDITIONS, "x", depth + 1)
                case "amount":
                    return self.written(module, AMOUNTS, each, depth + 1)
                case "given status":
                    return self.written(module, STATUSES, each, depth + 1) or "null"
                case "digit":
                    return str(self.rng.randint(0, 2))
                case "environment":
                    return self.rng.choice(NAMES_OF_ENVIRONMENTS)
                case name:
                    return parts[name]

        return re.sub(r"<([a-z]+(?: [a-z]+)?)>", part, form)

    def condition(self, module: _Module, each: str = "") -> str:
        return self.written(module, CONDITIONS, each)

    def amount(self, module: _Module) -> str:
        return self.written(module, AMOUNTS)

    def status(self, module: _Module) -> str:
        return self.written(module, STATUSES)

    def keys_set(self, module: _Module) -> str:
        return self.written(module, KEY_SETS)

    def entries(self, module: _Module, users: Sequence[_Reference]) -> str:
        return self.written(module, ENTRIES, one=self.rng.choice(users).text, two=self.rng.choice(users).text)

    def environment(self, module: _Module) -> str:
        return self.written(module, ENVIRONMENTS)

    def of_kind(self, module: _Module, kind: str) -> str:
        """An argument of a module call."""
        match kind:
            case "bool":
                return self.condition(module)
            case "number":
                return self.amount(module)
            case "string":
                return self.environment(module)
            case "set":
                return self.keys_set(module)
            case _:
                plain = [reference for reference in module.users if not reference.condition] or [_Reference('"u0"')]
                return self.entries(module, plain)

    def spelled(self, name: str) -> str:
        """An expression whose value is the name, but for the case of its letters."""
        return f'"{name}"' if "${" in name else self.rng.choice(SPELLINGS).replace("<n>", name[1:])

    def provider(self, module: _Module) -> tuple[tuple[str, str], ...]:
        if not module.aliases or self.chance(0.5):
            return ()
        return (("provider", f"aws.{self.rng.choice(module.aliases)}"),)

    def override(self, root: _Module) -> Block | None:
        """At times a file that overrides the status or the number of a key."""
        keys = [block for block in root.blocks if block.labels[:1] == ("aws_iam_access_key",)]
        if not keys or self.chance(0.9):
            return None
        key = self.rng.choice(keys)
        changed = [("status", self.status(root) or '"Active"')]
        if any(name == "count" for name, _ in key.arguments) and not any(
            "]" in text for name, text in key.arguments if name == "user"
        ):
            changed.append(("count", self.amount(root)))
        return Block("resource", key.labels, (self.rng.choice(changed),))

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    @staticmethod
    def has_default(module: _Module, name: str) -> bool:
        return any(
            block.kind == "variable" and block.labels == (name,) and any(key == "default" for key, _ in block.arguments)
            for block in module.blocks
        )
