"""The messages of Terraform's plugin protocol 6 that the stub needs, and their protobuf encoding.

Names and field numbers follow `docs/plugin-protocol/tfplugin6.proto` of Terraform. A field that is not listed is
skipped when read and never written, as protobuf allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

# A message as field name -> content: bytes, str, int, another message, a list of them, or a mapping for `map` fields.
Message: TypeAlias = dict[str, Any]

# message: number name kind[*|map]; …    kind is bytes, text, number, or the name of a message.
_LAYOUT: Final = """
Empty:
DynamicValue: 1 msgpack bytes; 2 json bytes
Step: 1 attribute_name text; 2 element_key_string text; 3 element_key_int number
AttributePath: 1 steps Step*
Diagnostic: 1 severity number; 2 summary text; 3 detail text; 4 attribute AttributePath
RawState: 1 json bytes
Attribute: 1 name text; 2 type bytes; 4 required number; 5 optional number; 6 computed number; 7 sensitive number
NestedBlock: 1 type_name text; 2 block Block; 3 nesting number
Block: 1 version number; 2 attributes Attribute*; 3 block_types NestedBlock*
Schema: 1 version number; 2 block Block
Capabilities: 2 get_provider_schema_optional number
SchemaResponse: 1 provider Schema; 2 resource_schemas Schema map; 3 data_source_schemas Schema map; \
6 server_capabilities Capabilities
ConfigRequest: 1 config DynamicValue
ConfigResponse: 2 diagnostics Diagnostic*
ConfigureRequest: 1 terraform_version text; 2 config DynamicValue
Diagnostics: 1 diagnostics Diagnostic*
ValidateRequest: 1 type_name text; 2 config DynamicValue
UpgradeRequest: 1 type_name text; 2 version number; 3 raw_state RawState
UpgradeResponse: 1 upgraded_state DynamicValue; 2 diagnostics Diagnostic*
ReadRequest: 1 type_name text; 2 current_state DynamicValue; 3 private bytes
ReadResponse: 1 new_state DynamicValue; 2 diagnostics Diagnostic*; 3 private bytes
PlanRequest: 1 type_name text; 2 prior_state DynamicValue; 3 proposed_new_state DynamicValue; 4 config DynamicValue
PlanResponse: 1 planned_state DynamicValue; 2 requires_replace AttributePath*; 3 planned_private bytes; \
4 diagnostics Diagnostic*; 5 legacy_type_system number
ApplyRequest: 1 type_name text; 2 prior_state DynamicValue; 3 planned_state DynamicValue; 4 config DynamicValue
ApplyResponse: 1 new_state DynamicValue; 2 private bytes; 3 diagnostics Diagnostic*; 4 legacy_type_system number
ImportRequest: 1 type_name text; 2 id text
ImportedResource: 1 type_name text; 2 state DynamicValue
ImportResponse: 1 imported_resources ImportedResource*; 2 diagnostics Diagnostic*
DataRequest: 1 type_name text; 2 config DynamicValue
DataResponse: 1 state DynamicValue; 2 diagnostics Diagnostic*
"""

_SCALARS: Final = ("bytes", "text", "number")
_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class _Field:
    number: int
    name: str
    kind: str
    repeated: bool
    mapped: bool


def encode(message: str, content: Mapping[str, Any]) -> bytes:
    """The protobuf bytes of ``content``, a message of the kind ``message``."""
    out = bytearray()
    for name, value in content.items():
        field = _BY_NAME[message][name]
        if field.mapped:
            for key, item in value.items():
                out += _delimited(field.number, _delimited(1, key.encode()) + _delimited(2, encode(field.kind, item)))
        else:
            for item in value if field.repeated else [value]:
                out += _encoded_field(field, item)
    return bytes(out)


def decode(message: str, data: bytes) -> Message:
    """The content of protobuf ``data``, a message of the kind ``message``; absent fields are absent."""
    content: Message = {}
    for number, raw in _fields(data):
        field = _BY_NUMBER[message].get(number)
        if field is None:
            continue
        value: Any = raw
        if isinstance(raw, bytes) and field.kind == "text":
            value = raw.decode()
        elif isinstance(raw, bytes) and field.kind not in _SCALARS:
            value = decode(field.kind, raw)
        if field.repeated:
            content.setdefault(field.name, []).append(value)
        else:
            content[field.name] = value
    return content


def _encoded_field(field: _Field, value: Any) -> bytes:  # noqa: ANN401 - any content of a Message
    if value is None or (field.kind == "number" and not value):
        return b""  # protobuf's zero is not written
    if field.kind == "number":
        return _varint(field.number << 3 | _VARINT) + _varint(int(value))
    if field.kind == "text":
        return _delimited(field.number, value.encode())
    return _delimited(field.number, value if field.kind == "bytes" else encode(field.kind, value))


def _delimited(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | _DELIMITED) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        match tag & 7:
            case 0:
                value, at = _read_varint(data, at)
                yield tag >> 3, value
            case 2:
                length, at = _read_varint(data, at)
                yield tag >> 3, data[at : at + length]
                at += length
            case fixed:
                at += {_FIXED64: 8, _FIXED32: 4}[fixed]


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _parsed_layout() -> dict[str, tuple[_Field, ...]]:
    layout = {}
    for line in _LAYOUT.strip().splitlines():
        message, _, rest = line.partition(":")
        fields = []
        for part in filter(None, map(str.strip, rest.split(";"))):
            number, name, kind, *mapped = part.split()
            fields.append(_Field(int(number), name, kind.rstrip("*"), kind.endswith("*"), bool(mapped)))
        layout[message] = tuple(fields)
    return layout


_FIELDS: Final = _parsed_layout()
_BY_NAME: Final = {message: {field.name: field for field in fields} for message, fields in _FIELDS.items()}
_BY_NUMBER: Final = {message: {field.number: field for field in fields} for message, fields in _FIELDS.items()}
