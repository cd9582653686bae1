"""Resource schemas: a short notation for them, and their form on the wire."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from tests.oracle.stub_provider.wire import Message

_TYPES: Final[dict[str, Any]] = {
    "s": "string",
    "n": "number",
    "b": "bool",
    "ls": ["list", "string"],
    "ss": ["set", "string"],
    "ms": ["map", "string"],
    "keys": ["set", ["object", {"access_key_id": "string", "create_date": "string", "status": "string"}]],
}
_NESTING: Final = {"L": 2, "S": 3}  # the protocol's numbers of list and set
_TOKEN: Final = re.compile(r"\w+\{|\}[LS]|[^\s{}]+")
_ATTRIBUTE: Final = re.compile(r"(\w+):([a-z]+)([!?+^$]*)(?:=(.*))?")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One argument or attribute of a resource type; ``type`` is in Terraform's JSON notation of types."""

    name: str
    type: Any
    required: bool
    optional: bool
    computed: bool
    forces_replacement: bool
    sensitive: bool
    default: Any


@dataclass(frozen=True, slots=True)
class Block:
    """The attributes and nested blocks of a resource type, provider or nested block."""

    attributes: tuple[Attribute, ...]
    blocks: tuple[tuple[str, Block, int], ...]


def parse(text: str, *, defaults_are_computed: bool = False) -> Block:
    """The schema written as ``text``: attributes ``name:TYPE[FLAGS][=DEFAULT]``, blocks ``name{…}L`` or ``name{…}S``.

    Flags: ``!`` required, ``?`` optional, ``+`` computed, ``^`` a change forces replacement, ``$`` sensitive.
    Providers on the newer plugin framework must declare an attribute with a default as computed:
    ``defaults_are_computed``.
    """
    block, rest = _block(_TOKEN.findall(text), defaults_are_computed=defaults_are_computed)
    if rest:
        message = f"left over in a schema: {rest}"
        raise ValueError(message)
    return block


def on_the_wire(block: Block) -> Message:
    """The schema as a `Block` message."""
    return {
        "attributes": [
            {
                "name": attribute.name,
                "type": json.dumps(attribute.type).encode(),
                "required": attribute.required,
                "optional": attribute.optional,
                "computed": attribute.computed,
                "sensitive": attribute.sensitive,
            }
            for attribute in block.attributes
        ],
        "block_types": [
            {"type_name": name, "block": on_the_wire(nested), "nesting": nesting}
            for name, nested, nesting in block.blocks
        ],
    }


def _block(tokens: list[str], *, defaults_are_computed: bool) -> tuple[Block, list[str]]:
    attributes: list[Attribute] = []
    blocks: list[tuple[str, Block, int]] = []
    while tokens and not tokens[0].startswith("}"):
        token, *tokens = tokens
        if token.endswith("{"):
            nested, tokens = _block(tokens, defaults_are_computed=defaults_are_computed)
            blocks.append((token[:-1], nested, _NESTING[tokens[0][1]]))
            tokens = tokens[1:]
        else:
            attributes.append(_attribute(token, defaults_are_computed=defaults_are_computed))
    return Block(tuple(attributes), tuple(blocks)), tokens


def _attribute(token: str, *, defaults_are_computed: bool) -> Attribute:
    matched = _ATTRIBUTE.fullmatch(token)
    if matched is None:
        message = f"not an attribute: {token}"
        raise ValueError(message)
    name, kind, flags, default = matched.groups()
    return Attribute(
        name=name,
        type=_TYPES[kind],
        required="!" in flags,
        optional="?" in flags,
        computed="+" in flags or (defaults_are_computed and default is not None),
        forces_replacement="^" in flags,
        sensitive="$" in flags,
        default=None if default is None else json.loads(default),
    )
