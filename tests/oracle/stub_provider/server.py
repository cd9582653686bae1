"""Serves the stub providers on unix sockets until standard input is closed.

`terraform` connects to them because `TF_REATTACH_PROVIDERS` names their sockets; then it neither installs nor starts
a provider, and a configuration needs no `terraform init`. On the sockets ending in `-known` a plan already tells what
only creation would: names made of random ids, and the ids of users.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
import msgpack

from tests.oracle.stub_provider import behaviour
from tests.oracle.stub_provider.catalog import PROVIDERS, Provider
from tests.oracle.stub_provider.schema import Block, on_the_wire
from tests.oracle.stub_provider.wire import Message, decode, encode

REATTACH_FILES: Final = {False: "reattach.json", True: "reattach-known.json"}
_SERVICE: Final = "tfplugin6.Provider"
_ERROR: Final = 1  # severity of a diagnostic
_LIMIT: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class _Served:
    """A provider, and whether its plans are without unknowns."""

    provider: Provider
    all_known: bool


@dataclass(frozen=True, slots=True)
class _Call:
    """One remote procedure: the messages it takes and gives, and what it does."""

    request: str
    response: str
    answer: Callable[[_Served, Message], Message]


def serve(folder: Path) -> None:
    """Start the providers on sockets in ``folder``, write `REATTACH_FILES`, wait for standard input to close."""
    servers = []
    for all_known, name in REATTACH_FILES.items():
        reattach = {}
        for provider in PROVIDERS:
            socket = folder / f"{provider.name}{'-known' if all_known else ''}.sock"
            servers.append(_started(_Served(provider, all_known), socket))
            reattach[f"registry.terraform.io/hashicorp/{provider.name}"] = {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": os.getpid(),
                "Test": True,
                "Addr": {"Network": "unix", "String": str(socket)},
            }
        unfinished = folder / f".{name}"
        unfinished.write_text(json.dumps(reattach))
        unfinished.rename(folder / name)
    sys.stdin.read()
    for server in servers:
        server.stop(grace=None)


def _started(served: _Served, socket: Path) -> grpc.Server:
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=4),
        options=[("grpc.max_receive_message_length", _LIMIT), ("grpc.max_send_message_length", _LIMIT)],
    )
    handlers = {name: _handler(served, call) for name, call in _CALLS.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    return server


def _handler(served: _Served, call: _Call) -> grpc.RpcMethodHandler[bytes, bytes]:
    def answer(request: bytes, _: grpc.ServicerContext) -> bytes:
        return encode(call.response, call.answer(served, decode(call.request, request)))

    return grpc.unary_unary_rpc_method_handler(answer)


def _schema(served: _Served, _: Message) -> Message:
    def schemas(blocks: Mapping[str, Block]) -> Message:
        return {name: {"version": 0, "block": on_the_wire(block)} for name, block in blocks.items()}

    return {
        "provider": {"block": on_the_wire(served.provider.configuration)},
        "resource_schemas": schemas(served.provider.resources),
        "data_source_schemas": schemas(served.provider.data_sources),
        "server_capabilities": {"get_provider_schema_optional": True},
    }


def _nothing(_: _Served, __: Message) -> Message:
    return {}


def _validate(served: _Served, request: Message) -> Message:
    kind = request["type_name"]
    refusals = behaviour.refusals(kind, served.provider.resources[kind], _value(request, "config"))
    return {"diagnostics": _diagnostics(refusals)}


def _upgrade(served: _Served, request: Message) -> Message:
    state = json.loads(request["raw_state"]["json"])
    return {"upgraded_state": _dynamic(_shaped(served.provider.resources[request["type_name"]], state))}


def _read(_: _Served, request: Message) -> Message:
    state = _value(request, "current_state")
    gone = state is not None and behaviour.expired(request["type_name"], state)
    return {"new_state": _dynamic(None if gone else state), "private": request.get("private", b"")}


def _plan(served: _Served, request: Message) -> Message:
    kind = request["type_name"]
    prior, proposed, config = (_value(request, name) for name in ("prior_state", "proposed_new_state", "config"))
    if proposed is None:
        return {"planned_state": _dynamic(None)}
    block = served.provider.resources[kind]
    state = behaviour.planned(block, proposed, config, prior)
    if served.all_known and prior is None:
        state = behaviour.created(kind, block, state)
    return {
        "planned_state": _dynamic(state),
        "requires_replace": [
            {"steps": [{"attribute_name": name}]} for name in behaviour.replaced_by(block, prior, state)
        ],
        "legacy_type_system": served.provider.legacy,
        "diagnostics": _diagnostics(behaviour.refusals(kind, block, state)),
    }


def _apply(served: _Served, request: Message) -> Message:
    kind, plan = request["type_name"], _value(request, "planned_state")
    state = None if plan is None else behaviour.created(kind, served.provider.resources[kind], plan)
    return {"new_state": _dynamic(state), "legacy_type_system": served.provider.legacy}


def _read_data(served: _Served, request: Message) -> Message:
    kind = request["type_name"]
    return {"state": _dynamic(behaviour.read_data(kind, served.provider.data_sources[kind], _value(request, "config")))}


def _import(served: _Served, request: Message) -> Message:
    kind = request["type_name"]
    state = behaviour.imported(served.provider.resources[kind], request["id"])
    return {"imported_resources": [{"type_name": kind, "state": _dynamic(state)}]}


def _value(request: Message, name: str) -> Any:  # noqa: ANN401 - whatever the resource holds
    dynamic = request.get(name)
    if not dynamic:
        return None
    if dynamic.get("msgpack"):
        return msgpack.unpackb(dynamic["msgpack"], raw=False, strict_map_key=False)
    return json.loads(dynamic["json"])


def _dynamic(value: object) -> Message:
    return {"msgpack": msgpack.packb(value, use_bin_type=True)}


def _diagnostics(refusals: list[str]) -> list[Message]:
    return [{"severity": _ERROR, "summary": refusal} for refusal in refusals]


def _shaped(block: Block, state: Mapping[str, Any]) -> Message:
    shaped = {attribute.name: state.get(attribute.name) for attribute in block.attributes}
    return shaped | {
        name: [_shaped(nested, item) for item in state.get(name) or []] for name, nested, _ in block.blocks
    }


_CALLS: Final[Mapping[str, _Call]] = {
    "GetProviderSchema": _Call("Empty", "SchemaResponse", _schema),
    "ValidateProviderConfig": _Call("ConfigRequest", "ConfigResponse", _nothing),
    "ConfigureProvider": _Call("ConfigureRequest", "Diagnostics", _nothing),
    "ValidateResourceConfig": _Call("ValidateRequest", "Diagnostics", _validate),
    "ValidateDataResourceConfig": _Call("ValidateRequest", "Diagnostics", _nothing),
    "UpgradeResourceState": _Call("UpgradeRequest", "UpgradeResponse", _upgrade),
    "ReadResource": _Call("ReadRequest", "ReadResponse", _read),
    "PlanResourceChange": _Call("PlanRequest", "PlanResponse", _plan),
    "ApplyResourceChange": _Call("ApplyRequest", "ApplyResponse", _apply),
    "ReadDataSource": _Call("DataRequest", "DataResponse", _read_data),
    "ImportResourceState": _Call("ImportRequest", "ImportResponse", _import),
    "StopProvider": _Call("Empty", "Empty", _nothing),
    "GetFunctions": _Call("Empty", "Empty", _nothing),
    "GetResourceIdentitySchemas": _Call("Empty", "Empty", _nothing),
}
