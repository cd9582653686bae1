"""Blocks of a configuration, written in either syntax of Terraform: `.tf` or `.tf.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

# Arguments that are no expressions: in JSON their text stands as it is.
_PLAIN: Final = ("type", "provider", "source")


@dataclass(frozen=True, slots=True)
class Block:
    """A block with its labels; ``arguments`` map names to expressions in HCL's own syntax."""

    kind: str
    labels: tuple[str, ...] = ()
    arguments: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()


def native(blocks: Iterable[Block]) -> str:
    """The blocks in HCL's own syntax."""
    return "\n".join(_native(block, "") for block in blocks)


def as_json(blocks: Iterable[Block]) -> str:
    """The blocks in JSON syntax. Blocks of one kind and labels follow each other in an array."""
    return json.dumps(_merged(blocks), indent=2) + "\n"


def values_file(values: Mapping[str, Any], *, in_json: bool) -> str:
    """A file of variable values."""
    if in_json:
        return json.dumps(values, indent=2) + "\n"
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())


def _native(block: Block, indent: str) -> str:
    labels = "".join(f' "{label}"' for label in block.labels)
    width = max((len(name) for name, _ in block.arguments), default=0)
    lines = [f"{indent}{block.kind}{labels} {{\n"]
    lines += [f"{indent}  {name:{width}} = {text}\n" for name, text in block.arguments]
    lines += [_native(nested, indent + "  ") for nested in block.blocks]
    return "".join([*lines, f"{indent}}}\n"])


def _merged(blocks: Iterable[Block]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for block in blocks:
        body = {name: _in_json(name, text) for name, text in block.arguments} | _merged(block.blocks)
        place = merged
        path = (block.kind, *block.labels)
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place.setdefault(path[-1], []).append(body)
    return merged


def _in_json(name: str, text: str) -> Any:  # noqa: ANN401 - JSON
    if name in _PLAIN:
        return text.strip('"')
    if name == "providers":  # { aws = aws.other }
        pairs = (pair.split("=") for pair in text.strip("{} ").split(","))
        return {key.strip(): value.strip() for key, value in pairs}
    try:
        # A string constant, which may be a template, a number or a bool: the same in JSON. Collections would lose
        # their own strings' templates and are kept as expressions.
        value = json.loads(text)
    except ValueError:
        return f"${{{text}}}"
    return f"${{{text}}}" if isinstance(value, list | dict) and name != "default" else value
