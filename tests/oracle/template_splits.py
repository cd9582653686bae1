"""One template as several that deploy the same: keys in a nested stack, or in a stack that imports users.

The emulator nests no local templates. But what a split template deploys is what the whole one does, so that the report
on it must be the same, but for the addresses of the keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tests.oracle.random_templates import TEMPLATE

Json: TypeAlias = Any

NESTED: Final = "Inner"
IMPORTING: Final = "z_keys.json"
_NO_VALUE: Final = {"Ref": "AWS::NoValue"}
_FILLED: Final = re.compile(r"\$\{(\w+)\}")


def nested(text: str) -> Mapping[str, str] | None:
    """The files of a template whose keys are in a nested stack that is passed all that they need; None without keys."""
    template = json.loads(text)
    keys = _keys(template)
    if not keys:
        return None
    parameters: dict[str, Json] = {}
    passed: dict[str, Json] = {}
    conditions: dict[str, Json] = {}
    inner: dict[str, Json] = {}

    def given(value: Json) -> Json:
        if isinstance(value, str):
            return value
        name = f"Given{len(parameters)}"
        parameters[name], passed[name] = {"Type": "String"}, value
        return {"Ref": name}

    for name, key in keys.items():
        properties = {"UserName": given(key["Properties"]["UserName"])}
        if "Status" in key["Properties"]:
            # a parameter cannot be nothing
            properties["Status"] = given(_replaced(key["Properties"]["Status"], _as_active))
        made: dict[str, Json] = {"Type": key["Type"], "Properties": properties}
        if "Condition" in key:
            parameters[f"{name}Is"] = {"Type": "String"}
            passed[f"{name}Is"] = {"Fn::If": [key["Condition"], "true", "false"]}
            conditions[f"{name}Exists"] = {"Fn::Equals": [{"Ref": f"{name}Is"}, "true"]}
            made["Condition"] = f"{name}Exists"
            # where it does not exist, what names its user may not exist either
            passed |= {
                given_: {"Fn::If": [key["Condition"], passed[given_], "unused"]}
                for given_ in (value["Ref"] for value in properties.values() if isinstance(value, dict))
            }
        inner[name] = made
    stack = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "inner.json", "Parameters": passed}}
    resources = {name: body for name, body in template["Resources"].items() if name not in keys}
    outer = {**template, "Resources": {**resources, NESTED: stack}}
    child = {"Parameters": parameters, "Conditions": conditions, "Resources": inner}
    if not conditions:
        del child["Conditions"]
    if not parameters:
        del child["Parameters"]
    return {TEMPLATE: json.dumps(outer, indent=2), "inner.json": json.dumps(child, indent=2)}


def importing(text: str) -> Mapping[str, str] | None:
    """The files of a template that exports its users to another, which has the keys; None where that cannot be."""
    template = json.loads(text)
    users = {name: body for name, body in template["Resources"].items() if _type(body) == "AWS::IAM::User"}
    keys = _keys(template)
    if not users or not keys or any("Condition" in body for body in users.values()):
        return None

    def imported(node: Json) -> Json:
        match node:
            case {"Ref": str(name)} if name in users:
                return {"Fn::ImportValue": f"export-{name}"}
            case {"Fn::Sub": str(written)} if any(name in users for name in _FILLED.findall(written)):
                names = [name for name in _FILLED.findall(written) if name in users]
                return {"Fn::Sub": [written, {name: {"Fn::ImportValue": f"export-{name}"} for name in names}]}
            case _:
                return node

    rest = {name: body for name, body in template.items() if name not in ("Resources", "Rules")}
    outputs = {f"Out{name}": {"Value": {"Ref": name}, "Export": {"Name": f"export-{name}"}} for name in users}
    others = {name: body for name, body in template["Resources"].items() if name not in keys}
    exporter = {**template, "Resources": others, "Outputs": outputs}
    moved = {name: {at: part for at, part in key.items() if at != "DependsOn"} for name, key in keys.items()}
    importer = {**rest, "Resources": _replaced(moved, imported)}
    if "Fn::ImportValue" not in json.dumps(importer):
        return None
    return {TEMPLATE: json.dumps(exporter, indent=2), IMPORTING: json.dumps(importer, indent=2)}


def _keys(template: Json) -> dict[str, Json]:
    return {name: body for name, body in template["Resources"].items() if _type(body) == "AWS::IAM::AccessKey"}


def _type(body: Json) -> str | None:
    return body.get("Type") if isinstance(body, dict) else None


def _as_active(node: Json) -> Json:
    return "Active" if node == _NO_VALUE else node


def _replaced(node: Json, change: Callable[[Json], Json]) -> Json:
    """The node with every part of it changed, outermost first."""
    changed = change(node)
    if changed is not node:
        return changed
    match node:
        case dict():
            return {key: _replaced(value, change) for key, value in node.items()}
        case list():
            return [_replaced(item, change) for item in node]
        case _:
            return node
