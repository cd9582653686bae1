"""Values that files and options give to the variables of a root module: the committed world and the named ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from iac_keycheck.deciding.shapes import ANY, Primitive
from iac_keycheck.deciding.values import Entries, Items, Refused, Value
from iac_keycheck.source import InputError, Problem
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.functions import Files
from iac_keycheck.terraform.instances import ModuleInstance
from iac_keycheck.terraform.syntax import Attribute, Expression
from iac_keycheck.workspace import Workspace

SAMPLES = (".example", ".sample", ".template", ".dist")


def automatic_files(names: Iterable[str]) -> list[str]:
    """The variable files that Terraform loads by itself, in its order: later ones win."""
    first = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    return first + sorted(name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json")))


def is_named_file(name: str) -> bool:
    """Whether a file gives values that Terraform does not load by itself."""
    return (
        name.endswith((".tfvars", ".tfvars.json"))
        and not automatic_files([name])
        and not any(sample in name for sample in SAMPLES)
    )


def may_be_variables(path: str, workspace: Workspace) -> bool:
    """Whether a file that was named as a world may be one of variables; those of templates are YAML, TOML and lists."""
    if path.lower().endswith((".yaml", ".yml", ".toml")):
        return False
    try:
        return not (path.lower().endswith(".json") and workspace.text(path).lstrip().startswith("["))
    except InputError:
        return True


def read_values(path: str, workspace: Workspace) -> dict[str, Attribute]:
    """The assignments of a variable file by name; raises `InputError`."""
    from iac_keycheck.terraform.entries import assignments  # noqa: PLC0415 — only where there is such a file

    return assignments(workspace.text(path), path)


def evaluated(
    assignments: Mapping[str, Attribute], instance: ModuleInstance, problems: list[Problem]
) -> dict[str, Value]:
    """The values of assignments to variables that the root module declares, converted to their types."""
    values: dict[str, Value] = {}
    for name, attribute in assignments.items():
        if not instance.scope.module.has("variable", name):
            continue
        try:
            value = conversions.convert(evaluate(attribute.expression, Frame(instance)), instance.variable_type(name))
            if value is not None or instance.nullable(name):
                values[name] = value
        except Refused as refused:
            problems.append(Problem("value", f"the value of var.{name} is refused: {refused.message}", attribute.span))
    return values


def from_option(text: str, instance: ModuleInstance, name: str) -> Value:
    """A value of ``--var``: text for a string variable, an expression otherwise. Raises `Refused`."""
    type_ = instance.variable_type(name)
    if isinstance(type_, Primitive) and not (type_ == ANY and instance.declares_type(name)):
        return conversions.convert(text, type_)
    return conversions.convert(from_json(text, name), type_)


def from_json(text: str, name: str) -> Value:
    """A value written as JSON, or as a constant expression of the language. Raises `Refused`."""
    try:
        return plain_value(json.loads(text, parse_float=Decimal))
    except (ValueError, RecursionError):
        pass
    from iac_keycheck.terraform.hcl import parse_expression  # noqa: PLC0415 — rare
    from iac_keycheck.terraform.text import Text  # noqa: PLC0415

    try:
        node: Expression = parse_expression(Text.of(name, text))
    except InputError as error:
        raise Refused(f"the value of {name} is neither JSON nor an expression: {error.problem.message}") from None
    return evaluate(node, Frame(_Constants()))


def plain_value(data: object) -> Value:
    """A value of JSON."""
    match data:
        case None | bool() | int() | Decimal() | str():
            return data
        case float():
            return Decimal(repr(data))
        case list():
            return Items("tuple", tuple(map(plain_value, data)))
        case dict():
            return Entries("object", {str(key): plain_value(data[key]) for key in sorted(data, key=str)})
        case _:
            raise Refused(f"{type(data).__name__} is no value")


class _Constants:
    """Names of an expression that may have none."""

    @property
    def files(self) -> Files:
        raise Refused("the value must be constant")

    def root(self, name: str, _frame: Frame) -> Value:
        raise Refused(f'the value must be constant: "{name}" is not')

    def part(self, *_: object) -> Value:
        raise Refused("the value must be constant")
