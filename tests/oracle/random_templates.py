"""Random CloudFormation templates about users and access keys, each from a number.

A template is made as a document in JSON form, with the intrinsic functions in their long form. Logical ids and user
names are never equal but on purpose, no two users have one name, and users stand before the keys that may name them.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tests.oracle import template_extras
from tests.oracle.case import Case

Json: TypeAlias = Any

TEMPLATE: Final = "template.json"
EXTENSIONS: Final = "AWS::LanguageExtensions"
_MOST_WORLDS: Final = 30
_LOOPS_IN_LOOPS: Final = 0.3
_NO_VALUE: Final = {"Ref": "AWS::NoValue"}
_REGION: Final = "AWS::Region"
_SAFE_NAME: Final = "u{}"


def random_template(seed: int) -> Case:
    """The template with this number."""
    more = random.Random(f"more of {seed}") if seed >= template_extras.FROM else None  # noqa: S311 - not for secrets
    return _Writer(random.Random(seed), more).case()  # noqa: S311 - the same


class _Writer:
    """Writes one template; its state is the random numbers and the sections so far."""

    def __init__(self, rng: random.Random, more: random.Random | None) -> None:
        self.rng = rng
        self.more = more
        self.parameters: dict[str, Json] = {}
        self.domains: dict[str, tuple[str, ...]] = {}
        self.unbounded: set[str] = set()
        self.lists: list[str] = []
        self.scalars: list[str] = []
        self.conditions: dict[str, Json] = {}
        self.resources: dict[str, Json] = {}
        self.names: list[Json] = []
        self.extended = self.chance(0.12)

    def case(self) -> Case:
        for number in range(self.rng.choice((0, 1, 1, 2, 2, 3))):
            self.parameter(f"P{number}")
        for number in range(self.rng.randint(1, 4)):
            self.conditions[f"C{number}"] = self.condition()
        for number in range(self.rng.randint(1, 3)):
            self.user(number)
        if self.extended and self.chance(0.7):
            self.loop()
        for number in range(self.rng.randint(1, 5)):
            self.resources[f"Key{number}"] = self.key()
        self.resources["Queue"] = {"Type": "AWS::SQS::Queue"}  # a template is never empty
        rules, files, named = self.rules(), dict[str, str](), dict[str, dict[str, str]]()
        if self.more is not None:
            given = template_extras.Parameters(self.domains, self.scalars, self.lists)
            rules = template_extras.rules(self.more, given) or rules
            files, named = template_extras.parameter_files(self.more, given)
            if self.more.random() < _LOOPS_IN_LOOPS:
                self.extended = True
                self.resources |= template_extras.nested_loop(self.more, given)
        template = {
            **({"Transform": EXTENSIONS} if self.extended else {}),
            **({"Parameters": self.parameters} if self.parameters else {}),
            **rules,
            "Mappings": self.mappings(),
            "Conditions": self.conditions,
            "Resources": self.resources,
        }
        committed = {name: _text(body["Default"]) for name, body in self.parameters.items() if "Default" in body}
        domains = _few_worlds(self.domains, committed)
        named = {name: values for name, values in named.items() if _may_be_given(values, domains)}
        cut = {name for name, values in domains.items() if len(values) < len(self.domains[name])}
        return Case(
            {TEMPLATE: json.dumps(template, indent=2) + "\n", **{name: files[name] for name in named}},
            domains,
            frozenset(self.unbounded | cut),
            committed,
            named,
            prefix="Parameter ",
            as_text=True,
        )

    # Parameters, mappings, rules

    def parameter(self, name: str) -> None:
        rng = self.rng
        kind = rng.choice(("environment", "environment", "switch", "switch", "number", "text", "list", "pattern"))
        body: dict[str, Json]
        match kind:
            case "environment":
                body, values = {"Type": "String", "AllowedValues": ["dev", "stage", "prod"]}, ["dev", "stage", "prod"]
            case "switch":
                body, values = (
                    {"Type": "String", "AllowedValues": rng.choice((["true", "false"], [True, False]))},
                    ["true", "false"],
                )
            case "number" if self.chance(0.6):
                body, values = {"Type": "Number", "AllowedValues": [0, 1, 2]}, ["0", "1", "2"]
            case "number":
                body, values = {"Type": "Number", "MinValue": 0, "MaxValue": 2}, ["0", "1", "2", "7"]
            case "pattern":
                body, values = (
                    {"Type": "String", "AllowedPattern": "dev|prod", "MaxLength": 4},
                    ["dev", "prod", "stage"],
                )
            case "list":
                body, values = {"Type": "CommaDelimitedList"}, ["a,b", "b,a", "x,y"]
            case _:
                body, values = {"Type": "String"}, ["dev", "prod", "other"]
        if kind in ("list", "text") and self.chance(0.25):
            values.append("u0,x" if kind == "list" else "u0")  # names a user that may be declared: then it is committed
            body["Default"] = values[-1]
        elif self.chance(0.8):
            body["Default"] = rng.choice(
                [value for value in values if value not in ("7", "stage") or kind == "environment"]
            )
            if body["Type"] == "Number" and self.chance(0.5):
                body["Default"] = int(body["Default"])
        if "AllowedValues" not in body:
            self.unbounded.add(name)
        (self.lists if kind == "list" else self.scalars).append(name)
        self.parameters[name], self.domains[name] = body, tuple(values)

    def mappings(self) -> Json:
        """One row for each value that a parameter may take."""
        rng = self.rng
        rows = sorted({value for name in self.scalars for value in self.domains[name] if value.isalnum()} | {"row"})
        return {
            "Map": {
                row: {"On": rng.choice(("yes", "no")), "Name": rng.choice(("mapped", "u0")), "List": ["a", "b"]}
                for row in rows
            }
        }

    def rules(self) -> Json:
        if not self.scalars or self.chance(0.92):
            return {}
        name = self.rng.choice(self.scalars)
        kept = [value for value in self.domains[name] if value][:2]
        body: dict[str, Json] = {
            "Assertions": [{"Assert": {"Fn::Contains": [kept, {"Ref": name}]}, "AssertDescription": "kept"}]
        }
        if self.chance(0.4):
            other = self.rng.choice(self.scalars)
            body["RuleCondition"] = {"Fn::Equals": [{"Ref": other}, self.rng.choice(self.domains[other])]}
        return {"Rules": {"Kept": body}}

    # Conditions

    def condition(self, depth: int = 0) -> Json:
        rng = self.rng
        known = [{"Condition": name} for name in self.conditions]
        chance = rng.random()
        if known and chance < 0.25:
            return rng.choice(known) if depth or self.chance(0.3) else {"Fn::Not": [rng.choice(known)]}
        if chance < 0.4 and depth < 2:
            return {"Fn::Not": [self.condition(depth + 1)]}
        if chance < 0.65 and depth < 2:
            operator = rng.choice(("Fn::And", "Fn::Or"))
            return {operator: [self.condition(depth + 1) for _ in range(rng.randint(2, 3))]}
        return {"Fn::Equals": self.equal()}

    def equal(self) -> list[Json]:
        rng = self.rng
        if self.lists and self.chance(0.2):
            name = rng.choice(self.lists)
            if self.extended and self.chance(0.3):
                return [{"Fn::Length": {"Ref": name}}, rng.choice((2, "2", 1))]
            if self.chance(0.4):
                return [{"Fn::Join": ["-", {"Ref": name}]}, rng.choice(("a-b", "b-a", "x"))]
            return [{"Fn::Select": [rng.choice((0, "1")), {"Ref": name}]}, rng.choice(("a", "b"))]
        if not self.scalars or self.chance(0.05):
            self.domains[_REGION] = ("us-east-1", "eu-west-1", "ap-south-1")
            self.unbounded.add(_REGION)
            return [{"Ref": _REGION}, rng.choice(("us-east-1", "eu-west-1"))]
        name = rng.choice(self.scalars)
        value, ref = rng.choice(self.domains[name]), {"Ref": name}
        other = rng.choice(self.scalars)
        return rng.choice(
            (
                [ref, value],
                [ref, value],
                [value, ref],
                [ref, {"Ref": other}],
                [ref, _loose(value)],
                [{"Fn::Join": ["-", [ref, "x"]]}, f"{value}-x"],
                [{"Fn::Sub": f"${{{name}}}:y"}, f"{value}:y"],
                [{"Fn::Sub": ["${A}${B}", {"A": ref, "B": "!"}]}, f"{value}!"],
                [{"Fn::Select": [0, {"Fn::Split": ["-", {"Fn::Join": ["-", [ref, "z"]]}]}]}, value],
                [self.look_up(name, "On"), "yes"],
            )
        )

    def look_up(self, name: str, column: str) -> Json:
        """The mapping at a parameter's value, with a default where that may have no row."""
        path: list[Json] = ["Map", {"Ref": name}, column]
        if self.extended and self.chance(0.5):
            path.append({"DefaultValue": "no"})
        return {"Fn::FindInMap": path}

    # Users and keys

    def user(self, number: int) -> None:
        rng = self.rng
        name, logical = _SAFE_NAME.format(number), f"User{number}"
        reference: list[Json] = [{"Ref": logical}, {"Ref": logical}, {"Ref": logical}, {"Fn::Sub": f"${{{logical}}}"}]
        user: dict[str, Json] = {"Type": "AWS::IAM::User", "Properties": {"UserName": name}}
        match rng.choice(
            (
                "plain",
                "plain",
                "either",
                "made",
                "generated",
                "conditional",
                "literal",
                "composed",
                "mapped",
                "parameter",
            )
        ):
            case "either":
                user["Properties"]["UserName"] = self.either(name, f"{name}-alt")
            case "made" if self.scalars:
                user["Properties"]["UserName"] = {"Fn::Sub": f"{name}-${{{rng.choice(self.scalars)}}}"}
            case "generated":
                if self.chance(0.5):
                    del user["Properties"]
                else:
                    user["Properties"] = {"UserName": self.either(name, _NO_VALUE), "Path": "/ci/"}
            case "conditional":
                condition = rng.choice(list(self.conditions))
                user["Condition"] = condition
                # Where the user is not made, a reference to it would be refused.
                reference = [{"Fn::If": [condition, {"Ref": logical}, f"{name}-else"]}]
            case "literal":
                reference = [name, name.upper(), logical, {"Fn::Join": ["", ["u", str(number)]]}]
                if self.chance(0.5):
                    self.names += reference[:2]
                    return
            case "composed" if self.scalars:
                self.names.append({"Fn::Sub": f"{name}-${{{rng.choice(self.scalars)}}}"})
                return
            case "mapped" if self.scalars:
                self.names.append(self.look_up(rng.choice(self.scalars), "Name"))
                return
            case "parameter" if self.unbounded & set(self.scalars):
                self.names.append({"Ref": rng.choice(sorted(self.unbounded & set(self.scalars)))})
                return
        self.resources[logical] = user
        self.names += reference

    def loop(self) -> None:
        """A loop that makes keys, and maybe their users."""
        over: Json = ["ann", "bob"] if not self.lists or self.chance(0.5) else {"Ref": self.rng.choice(self.lists)}
        body: dict[str, Json] = {}
        name: Json = "looped-${Name}"
        if over == ["ann", "bob"] and self.chance(0.6):
            body["Looped${Name}"] = {"Type": "AWS::IAM::User", "Properties": {"UserName": {"Fn::Sub": name}}}
            target: Json = {"Ref": "Looped${Name}"}
        else:
            target = self.rng.choice(({"Fn::Sub": name}, self.user_name(), "shared"))
        body["LoopedKey${Name}"] = {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": target}}
        self.resources["Fn::ForEach::Loop"] = ["Name", over, body]

    def key(self) -> Json:
        rng = self.rng
        properties: dict[str, Json] = {"UserName": self.user_name()}
        if self.chance(0.5):
            properties["Status"] = rng.choice(
                (
                    "Active",
                    "Inactive",
                    self.either("Active", "Inactive"),
                    self.either("Inactive", _NO_VALUE),
                    self.either(self.either("Active", "Inactive"), "Inactive"),
                    {"Fn::Sub": ["${S}ctive", {"S": self.either("A", "Ina")}]},
                )
            )
        if self.chance(0.15):
            properties["Serial"] = rng.randint(0, 3)
        key: dict[str, Json] = {"Type": "AWS::IAM::AccessKey", "Properties": properties}
        if self.chance(0.45):
            key["Condition"] = rng.choice(list(self.conditions))
        if self.chance(0.1):
            key["DependsOn"] = "Queue"
        return key

    def user_name(self) -> Json:
        rng = self.rng
        options: list[Callable[[], Json]] = [lambda: rng.choice(self.names) if self.names else "u0"] * 4
        options.append(lambda: self.either(*(rng.choice(self.names or ["u0"]) for _ in range(2))))
        if self.lists:
            name = rng.choice(self.lists)
            options.append(lambda: {"Fn::Select": [rng.choice(("0", 1)), {"Ref": name}]})
        if self.chance(0.2) and self.scalars:
            options.append(lambda: {"Fn::Select": [self.rng.choice((0, "1")), {"Fn::Split": ["/", "u0/u1/u2"]}]})
        return rng.choice(options)()

    def either(self, one: Json, two: Json) -> Json:
        return {"Fn::If": [self.rng.choice(list(self.conditions)), one, two]}

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _loose(value: str) -> Json:
    """The value as YAML authors may write it: a number or a bool, which CloudFormation compares as text."""
    return json.loads(value) if value in ("true", "false", "0", "1", "2") else value


def _may_be_given(values: Mapping[str, str], domains: Mapping[str, tuple[str, ...]]) -> bool:
    return all(value in domains[name] for name, value in values.items())


def _few_worlds(domains: dict[str, tuple[str, ...]], committed: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """The domains cut, from their ends, until the combinations are few; committed values stay."""
    while math.prod(map(len, domains.values())) > _MOST_WORLDS:
        name = max(domains, key=lambda name: len(domains[name]))
        kept = list(domains[name][:-1])
        if name in committed and committed[name] not in kept:
            kept[-1] = committed[name]
        domains = domains | {name: tuple(kept)}
    return domains
