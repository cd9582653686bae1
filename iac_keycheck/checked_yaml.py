"""Reads YAML that people write for this program, checked against a JSON Schema; slips are told with their lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from iac_keycheck.choices import Misuse
from iac_keycheck.nearest import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from iac_keycheck.libyaml import Node

_BYTES: Final = 1 << 20
_LEVELS: Final = 20
# A number such as 1:30:00 is in base 60, and one that goes on and on takes minutes to be computed.
_NUMBER: Final = re.compile(r"[-+.\d][\da-fA-FxXo._:]{100,}")
_TYPES: Final = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number"}
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of that name in this package."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name(f"{name}.schema.json").read_text("utf-8"))
    return loaded


def checked(path: Path, rules: Mapping[str, Any]) -> dict[str, Any]:
    """The members of the mapping in a file, none in an empty one. Raises `Misuse` where it breaks the schema."""
    from iac_keycheck.libyaml import CSafeLoader, YAMLError  # noqa: PLC0415 — only where there is a file

    try:
        if path.stat().st_size > _BYTES:
            raise Misuse(f"{path}: files larger than {_BYTES >> 20} MiB are not read.")
        text = path.read_text("utf-8")
        _refuse_what_grows(path, text)
        root = CSafeLoader(text).get_single_node()
        wrong = None if root is None else next(_slips(root, rules, ""), None)
        values: dict[str, Any] = {} if root is None or wrong else _plain(root)
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"{path}: it cannot be read: {error}.") from error
    except (YAMLError, RecursionError, ValueError) as error:  # a ValueError is a date that is none
        raise Misuse(f"{path}: it is no YAML: {' '.join(str(error).split())}") from error
    if wrong is not None:
        node, message = wrong
        raise Misuse(f"{path}:{node.start_mark.line + 1}: {message}")
    return values


def _refuse_what_grows(path: Path, text: str) -> None:
    """Raises `Misuse` where few characters may stand for more than fits into memory, or takes long to be read."""
    from iac_keycheck.libyaml import (  # noqa: PLC0415 — loaded by now
        AliasEvent,
        CollectionEndEvent,
        CollectionStartEvent,
        CSafeLoader,
        ScalarEvent,
    )

    depth = 0
    reader = CSafeLoader(text)
    while (event := reader.get_event()) is not None:
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        if isinstance(event, AliasEvent):
            raise Misuse(f"{path}:{line}: aliases (*{event.anchor}) are not read here.")
        if isinstance(event, ScalarEvent) and (event.implicit[0] or event.tag) and _NUMBER.fullmatch(event.value):
            raise Misuse(f"{path}:{line}: a number of more than 100 characters is not read.")
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > _LEVELS:
                raise Misuse(f"{path}:{line}: more than {_LEVELS} levels of nesting are not read.")
        elif isinstance(event, CollectionEndEvent):
            depth -= 1


def _slips(node: Node, rules: Mapping[str, Any], where: str) -> Iterator[tuple[Node, str]]:
    """Where a value breaks the schema, and how: the few words of JSON Schema that ours uses."""
    value = _plain(node)
    name = where or "the file"
    allowed = rules.get("enum")
    if allowed is not None and not any(value == one and type(value) is type(one) for one in allowed):
        words = [str(one) for one in allowed if isinstance(one, str)]
        yield node, f"{name}: {_short(value)} is none of {', '.join(words)}.{did_you_mean(str(value), words)}"
        return
    kind = rules.get("type")
    if kind is not None and (not isinstance(value, _KINDS[kind]) or (kind == "integer" and isinstance(value, bool))):
        yield node, f"{name} must be {_TYPES.get(kind, 'true or false')}."
        return
    if "minimum" in rules and value < rules["minimum"]:
        yield node, f"{name} must be at least {rules['minimum']}."
    if "maximum" in rules and value > rules["maximum"]:
        yield node, f"{name} must be at most {rules['maximum']}."
    if kind == "object":
        yield from _slips_of_members(node, rules, where)
        lacking = next((name for name in rules.get("required", ()) if name not in value), None)
        if lacking is not None:
            yield node, f"{name} has no {lacking}, which it needs."
    elif kind == "array":
        for number, item in enumerate(node.value):
            yield from _slips(item, rules["items"], f"{name}[{number}]")


def _slips_of_members(node: Node, rules: Mapping[str, Any], where: str) -> Iterator[tuple[Node, str]]:
    known: Mapping[str, Any] = rules.get("properties", {})
    other = rules.get("additionalProperties")
    seen: set[str] = set()
    for key, value in node.value:
        name = _plain(key)
        shown = f"{where}.{name}" if where else str(name)
        if not isinstance(name, str):
            yield key, f"{shown}: a key must be text."
        elif name in seen:
            yield key, f"{shown} is there twice."
        elif name in known:
            yield from _slips(value, known[name], shown)
        elif isinstance(other, dict):
            yield from _slips(value, other, shown)
        else:
            right = ", ".join(known)
            yield key, f"{shown} is not known here.{did_you_mean(name, known)} It may be {right}."
        seen.add(str(name))


def _short(value: object) -> str:
    from reprlib import repr as shortened  # noqa: PLC0415 — only where something is wrong

    return shortened(value)


def _plain(node: Node) -> Any:  # noqa: ANN401 — YAML
    """The node's value as YAML 1.1 reads it."""
    from iac_keycheck.libyaml import SafeConstructor  # noqa: PLC0415 — loaded by now

    return SafeConstructor().construct_document(node) if node.tag.startswith("tag:yaml.org,2002:") else node.value
