"""Which users and active keys a template has in given worlds, told by moto, an emulator of AWS.

The emulator's parts are called directly, without HTTP. It is no AWS: where it and the documentation of CloudFormation
differ, the documentation wins, and the template is put into a form that the emulator takes for what CloudFormation
would make of the original. Each of these preparations says why.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tests.oracle.case import World
from tests.oracle.outcome import Deployed, Holder, Outcome, Refused

Json: TypeAlias = Any
_Untyped: TypeAlias = Any  # what moto gives, which has no types

MALFORMED: Final = "malformed"
_ACCOUNT: Final = "123456789012"
_REGION: Final = "AWS::Region"
_IS_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_MANY: Final = 10**6


class _Rejected(Exception):
    """CloudFormation would reject the template or a parameter."""


def missing() -> str | None:
    """What this machine lacks to ask the emulator, by name; None if nothing."""
    for package in ("moto", "boto3"):
        if importlib.util.find_spec(package) is None:
            return f"the Python package `{package}`"
    return None


@dataclass(frozen=True, slots=True)
class Emulator:
    """moto's backends of IAM and, by region, of CloudFormation and SQS; ``forget`` what it keeps for its dashboard."""

    iam: _Untyped
    cloudformation: Mapping[str, _Untyped]
    queues: Mapping[str, _Untyped]
    forget: Callable[[], None]

    def outcomes(self, template: Json, worlds: Sequence[World]) -> list[Outcome]:
        """What the template deploys in each world."""
        return [self._outcome(template, world) for world in worlds]

    def conditions(self, template: Json, world: World) -> Mapping[str, bool] | None:
        """The conditions of the template in a world; None if it is refused."""
        try:
            prepared, parameters = _prepared(template, world, "us-east-1")
            known = self._created(prepared, parameters, "us-east-1").resource_map.lazy_condition_map
        except _Rejected:
            return None
        return {name: known[name] for name in template["Conditions"]}

    def _outcome(self, template: Json, world: World) -> Outcome:
        region = str(world.get(_REGION, "us-east-1"))
        if not _IS_REGION.fullmatch(region):
            return Refused(f"no region {region}")
        try:
            prepared, parameters = _prepared(
                template, {name: value for name, value in world.items() if name != _REGION}, region
            )
            stack = self._created(prepared, parameters, region)
            _check_references(prepared, stack.resource_map.lazy_condition_map)
            return _deployed(prepared, stack)
        except _Rejected as rejected:
            return Refused(str(rejected))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # Only a template that was cut down is malformed: the generator's are not, which a test sees to.
            return Refused(f"{MALFORMED}: {error!r}")

    def _created(self, template: Json, parameters: Mapping[str, str], region: str) -> _Untyped:
        self.iam.reset()
        _admit_outsiders(self.iam)
        backend = self.cloudformation[region]
        backend.reset()
        # Every stack, user, key and queue ever made would be kept otherwise, a megabyte in five templates.
        self.queues[region].reset()
        self.forget()
        try:
            # moto tries YAML first, which is slow; a tab makes that fail at once.
            return backend.create_stack("oracle", "\t" + json.dumps(template), dict(parameters))
        except Exception as error:
            # moto raises errors of all sorts for what CloudFormation would reject.
            raise _Rejected(f"{type(error).__name__}: {error}") from error


@contextmanager
def emulator() -> Iterator[Emulator]:
    """The emulator, for as long as the context lasts."""
    # moto asks for credentials although nothing is signed.
    os.environ.update(dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing"))
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import moto  # noqa: PLC0415 - slow, and maybe missing
        from moto.cloudformation.models import cloudformation_backends  # noqa: PLC0415
        from moto.core.model_instances import reset_model_data  # noqa: PLC0415
        from moto.iam import models  # noqa: PLC0415
        from moto.sqs.models import sqs_backends  # noqa: PLC0415

        with moto.mock_aws(config={"iam": {"load_aws_managed_policies": False}}):
            limit, models.LIMIT_KEYS_PER_USER = models.LIMIT_KEYS_PER_USER, _MANY  # a third key is what we want to see
            iam = models.iam_backends[_ACCOUNT]["aws"]
            try:
                queues = sqs_backends[_ACCOUNT]
                yield Emulator(iam, cloudformation_backends[_ACCOUNT], queues, reset_model_data)
            finally:
                models.LIMIT_KEYS_PER_USER = limit


def _admit_outsiders(iam: _Untyped) -> None:
    """Let keys name users that exist outside the template, which is so until the next reset."""

    def get_user(name: str | None) -> _Untyped:
        if name is not None and name not in iam.users:
            iam.create_user("us-east-1", name)
        return type(iam).get_user(iam, name)

    iam.get_user = get_user


def _deployed(template: Json, stack: _Untyped) -> Deployed:
    users, keys, active = {}, {}, set()
    for logical, body in template["Resources"].items():
        resource = stack.resource_map.get(logical)
        if resource is None:
            continue
        match body["Type"]:
            case "AWS::IAM::User":
                users[logical] = Holder("", resource.name.lower())
            case "AWS::IAM::AccessKey":
                if resource.status not in ("Active", "Inactive"):
                    raise _Rejected(f"Status: {resource.status}")  # moto takes any
                keys[logical] = Holder("", resource.user_name.lower())
                if resource.status == "Active":
                    active.add(logical)
    return Deployed(users, keys, frozenset(active))


def _prepared(template: Json, given: World, region: str) -> tuple[Json, dict[str, str]]:
    """The template as moto should see it, and all parameters as text."""
    if not all(isinstance(body, list) or "Type" in body for body in template["Resources"].values()):
        raise _Rejected("a resource without a type")
    parameters = _parameters(template, given)
    _check_rules(template, parameters)
    expanded = _expanded(template, parameters, {})
    expanded = {
        name: section if name in ("Parameters", "Mappings") else _resolved(section, expanded, parameters, region)
        for name, section in expanded.items()
        if name not in ("Transform", "Rules")
    }
    # CloudFormation compares text; moto would compare the number 1 with the text "1".
    for section in ("Conditions", "Mappings"):
        expanded[section] = _as_text(expanded.get(section, {}))
    for body in expanded.get("Parameters", {}).values():
        body["Type"] = (
            "CommaDelimitedList" if body["Type"].startswith("List") else body["Type"].replace("Number", "String")
        )
    # moto knows `Condition` inside of the logical functions only.
    expanded["Conditions"] = {
        name: {"Fn::And": [body, body]} if list(body) == ["Condition"] else body
        for name, body in expanded["Conditions"].items()
    }
    return expanded, parameters


def _parameters(template: Json, given: World) -> dict[str, str]:
    """The parameters as text; rejected where CloudFormation would, which moto does not check."""
    declared = template.get("Parameters", {})
    values = {}
    for name, body in declared.items():
        if name not in given and "Default" not in body:
            raise _Rejected(f"Parameters: [{name}] must have values")
        value = values[name] = _as_text(given.get(name, body.get("Default")))
        items = [item.strip() for item in value.split(",")] if "List" in body["Type"] else [value]
        if "AllowedValues" in body and not set(items) <= set(map(_as_text, body["AllowedValues"])):
            raise _Rejected(f"Parameter {name} must be one of AllowedValues")
        if "AllowedPattern" in body and not re.fullmatch(body["AllowedPattern"], value):
            raise _Rejected(f"Parameter {name} must match pattern")
        if not int(body.get("MinLength", 0)) <= len(value) <= int(body.get("MaxLength", _MANY)):
            raise _Rejected(f"Parameter {name} is too short or too long")
        if body["Type"] == "Number" and not _is_number(value, body.get("MinValue"), body.get("MaxValue")):
            raise _Rejected(f"Parameter {name} must be a number in its range")
    if set(given) - set(declared):
        raise _Rejected(f"Parameters {sorted(set(given) - set(declared))} do not exist")
    return values


def _is_number(text: str, low: Json, high: Json) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return (low is None or float(low) <= number) and (high is None or number <= float(high))


def _check_rules(template: Json, parameters: Mapping[str, str]) -> None:
    """`Rules`, which moto ignores; of their functions those that the generator uses."""

    def value(node: Json) -> str:
        return parameters[node["Ref"]] if isinstance(node, dict) else _as_text(node)

    def items(node: Json) -> list[str]:
        return [part.strip() for part in value(node).split(",")] if isinstance(node, dict) else [*map(value, node)]

    def holds(node: Json) -> bool:
        match node:
            case {"Fn::Contains": [kept, one]}:
                return value(one) in items(kept)
            case {"Fn::EachMemberIn": [checked, kept]}:
                return set(items(checked)) <= set(items(kept))
            case {"Fn::EachMemberEquals": [checked, one]}:
                return set(items(checked)) <= {value(one)}
            case {"Fn::Equals": [one, two]}:
                return value(one) == value(two)
            case {"Fn::Not": [inner]}:
                return not holds(inner)
            case {"Fn::And": inners}:
                return all(map(holds, inners))
            case {"Fn::Or": inners}:
                return any(map(holds, inners))
        message = f"a function of rules that is not known here: {node}"
        raise ValueError(message)

    for name, rule in template.get("Rules", {}).items():
        if "RuleCondition" not in rule or holds(rule["RuleCondition"]):
            for assertion in rule["Assertions"]:
                if not holds(assertion["Assert"]):
                    raise _Rejected(f"Rule {name}: {assertion.get('AssertDescription', '')}")


def _expanded(node: Json, parameters: Mapping[str, str], loops: Mapping[str, str]) -> Json:
    """The node with its `Fn::ForEach` loops written out, with the values of parameters; moto does not know them.

    ``loops`` has the values of the identifiers in scope. They are put in place of `${Name}` in every text and key, of
    `&{Name}` without what a logical id may not contain, and of references to them.
    """
    match node:
        case {"Ref": str(name)} if name in loops:
            return loops[name]
        case dict():
            members: dict[str, Json] = {}
            for key, value in node.items():
                if key.startswith("Fn::ForEach::"):
                    name, over, body = value
                    for item in parameters[over["Ref"]].split(",") if isinstance(over, dict) else over:
                        members |= _expanded(body, parameters, {**loops, name: item.strip()})
                else:
                    members[_with_loops(key, loops)] = _expanded(value, parameters, loops)
            return members
        case list():
            return [_expanded(item, parameters, loops) for item in node]
        case str():
            return _with_loops(node, loops)
        case _:
            return node


def _with_loops(text: str, loops: Mapping[str, str]) -> str:
    for name, value in loops.items():
        text = text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", re.sub(r"[^0-9A-Za-z]", "", value))
    return text


def _resolved(node: Json, template: Json, parameters: Mapping[str, str], region: str) -> Json:
    """The functions that moto lacks, computed: `Fn::Length`, and defaults of `Fn::FindInMap`."""
    match node:
        case list():
            return [_resolved(item, template, parameters, region) for item in node]
        case {"Fn::Length": items}:
            return str(len(parameters[items["Ref"]].split(",") if isinstance(items, dict) else items))
        case {"Fn::FindInMap": [str(table), row, str(column), {"DefaultValue": default}]}:
            key = {**parameters, _REGION: region}[row["Ref"]] if isinstance(row, dict) else row
            return template["Mappings"][table].get(key, {}).get(column, default)
        case dict():
            return {key: _resolved(item, template, parameters, region) for key, item in node.items()}
        case _:
            return node


def _check_references(template: Json, conditions: Mapping[str, bool]) -> None:
    """CloudFormation rejects what refers to a resource that its condition leaves out; moto gives nothing for it."""
    resources = template["Resources"]
    known = {*resources, *template.get("Parameters", {})}
    for body in resources.values():
        for name in _references(body, None):
            if name not in known and not name.startswith("AWS"):
                raise _Rejected(f"Unresolved resource dependencies [{name}] in the Resources block of the template")
    absent = {name for name, body in resources.items() if "Condition" in body and not conditions[body["Condition"]]}
    for name, body in resources.items():
        dangling = set() if name in absent else absent & set(_references(body.get("Properties", {}), conditions))
        if dangling:
            raise _Rejected(
                f"Unresolved resource dependencies {sorted(dangling)} in the Resources block of the template"
            )


def _references(node: Json, conditions: Mapping[str, bool] | None) -> Iterator[str]:
    """What a part of a resource refers to; without ``conditions``, in all branches of `Fn::If`."""
    match node:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [name, _]}:
            yield name
        case {"Fn::If": [condition, one, two]} if conditions is not None:
            yield from _references(one if conditions[condition] else two, conditions)
        case {"Fn::Sub": str(text)}:
            yield from re.findall(r"\$\{(\w+)", text)
        case {"Fn::Sub": [str(text), variables]}:
            yield from (name for name in re.findall(r"\$\{(\w+)", text) if name not in variables)
            yield from _references(variables, conditions)
        case dict():
            for item in node.values():
                yield from _references(item, conditions)
        case list():
            for item in node:
                yield from _references(item, conditions)


def _as_text(node: Json) -> Json:
    match node:
        case bool():
            return "true" if node else "false"
        case dict():
            return {key: _as_text(item) for key, item in node.items()}
        case list():
            return [_as_text(item) for item in node]
        case _:
            return str(node)
