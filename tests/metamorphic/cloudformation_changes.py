"""Changes to CloudFormation templates that change nothing about users and keys, as `terraform_changes` has them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml
from cfn_flip import to_yaml

from tests.metamorphic.hcl_text import NotUnderstood
from tests.metamorphic.terraform_changes import Change, Files

_YAML: Final = (".yaml", ".yml", ".template")
_MARKS: Final = re.compile(r"(?:#|//).*(?:iac-keycheck|checkov|trivy|tfsec|kics|cfn_nag)")
_LINKED: Final = re.compile(r"TemplateURL|StackSet|TemplateBody|Fn::Include|AWS::Include")


class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: dates are text, short intrinsics are long ones."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _templates(files: Files) -> dict[str, dict[str, Any]]:
    """The templates in YAML without marks in comments, as trees in long form."""
    found = {}
    for path, text in files.items():
        if path.endswith(_YAML) and re.search(r"(?m)^[\"']?Resources", text) and not _MARKS.search(text):
            if "*" in re.sub(r"\"[^\"]*\"|'[^']*'", "", text) and re.search(r"&\w", text):
                raise NotUnderstood(path)
            try:
                tree = yaml.load(text, _Loader)  # noqa: S506 — a safe loader
            except yaml.YAMLError as error:
                raise NotUnderstood(path) from error
            if isinstance(tree, dict):
                found[path] = tree
    return found


def _rewritten(files: Files, suffix: str | None, text: Callable[[dict[str, Any]], str]) -> dict[str, str] | None:
    templates = _templates(files)
    if not templates or (suffix and any(_LINKED.search(files[path]) for path in templates)):
        return None
    rest = {path: said for path, said in files.items() if path not in templates}
    new = {f"{path.rpartition('.')[0]}{suffix}" if suffix else path: text(tree) for path, tree in templates.items()}
    return None if set(new) & set(rest) else {**rest, **new}


def in_json(files: Files) -> dict[str, str] | None:
    """A template in YAML is written in JSON."""
    if any(path.endswith((".tf", ".tf.json")) for path in files):
        return None  # Terraform code may name the file
    return _rewritten(files, ".json", lambda tree: json.dumps(tree, indent=2))


def with_long_intrinsics(files: Files) -> dict[str, str] | None:
    """Every intrinsic has its long form."""
    return _rewritten(files, None, lambda tree: yaml.safe_dump(tree, sort_keys=False))


def with_short_intrinsics(files: Files) -> dict[str, str] | None:
    """Every intrinsic that has a short form has it."""
    try:
        return _rewritten(files, None, lambda tree: str(to_yaml(json.dumps(tree))))
    except TypeError as error:  # cfn-flip takes arguments of functions for what they should be
        raise NotUnderstood from error


def keys_in_another_order(files: Files) -> dict[str, str] | None:
    """The members of the sections and of resources stand the other way round."""
    return _rewritten(files, None, lambda tree: yaml.safe_dump(_turned(tree, 3), sort_keys=False))


def _turned(tree: Any, depth: int) -> Any:  # noqa: ANN401 — YAML
    if not isinstance(tree, dict) or not depth:
        return tree
    return {key: _turned(value, depth - 1) for key, value in reversed(tree.items())}


def with_one_more_resource(files: Files) -> dict[str, str] | None:
    """There is one more resource, of another kind."""

    def more(tree: dict[str, Any]) -> str:
        if not isinstance(tree.get("Resources"), dict):
            raise NotUnderstood("Resources")
        resources = {**tree["Resources"], "QuiteUnrelated": {"Type": "AWS::SNS::Topic"}}
        return yaml.safe_dump({**tree, "Resources": resources}, sort_keys=False)

    return _rewritten(files, None, more)


def with_remarks(files: Files) -> dict[str, str] | None:
    """Comments and empty lines stand between the sections."""
    templates = _templates(files)
    changed = {path: re.sub(r"(?m)^(?=[A-Z])", "\n# a remark: {\n\n", files[path]) for path in templates}
    return {**files, **changed} if changed else None


CHANGES: Final[Mapping[str, Change]] = {
    change.__name__.replace("_", " "): change
    for change in (
        in_json,
        with_long_intrinsics,
        with_short_intrinsics,
        keys_in_another_order,
        with_one_more_resource,
        with_remarks,
    )
}
