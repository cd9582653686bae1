"""The graph in its JSON form: what people query and draw, in the committed world."""

from __future__ import annotations

from typing import Any

from iac_keycheck.graph import Graph
from iac_keycheck.guards import Cannot
from iac_keycheck.report.plain import plain_json
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, USER, Declaration, Deployment, Instance
from iac_keycheck.source import Span
from iac_keycheck.values import Ref, Refused, Unknown, Value, leaves

_ATTRIBUTES = {USER: ("name",), ACCESS_KEY: ("user", "status"), LOGIN_PROFILE: ("user",)}


def graph_json(graph: Graph) -> dict[str, Any]:
    """The deployments with their resources, in stable order.

    A resource has ``address``, ``kind``, ``location`` and ``instances``; an instance has ``address`` and
    ``attributes``. What inputs decide is ``{"unknown": [names]}``; the user of a key is ``{"ref": address}`` beside
    its ``value`` where it is declared.
    """
    return {"schema_version": "1", "deployments": [_deployment(deployment) for deployment in graph.deployments]}


def _deployment(deployment: Deployment) -> dict[str, Any]:
    with deployment.space.inputs.assuming(deployment.space.committed):
        resources = [_resource(declaration) for declaration in deployment.declarations]
    return {"name": deployment.name, "language": deployment.language, "resources": resources}


def _resource(declaration: Declaration) -> dict[str, Any]:
    return {
        "address": declaration.address,
        "kind": declaration.kind,
        "location": _location(declaration.span),
        "condition": None if declaration.condition is None else _location(declaration.condition),
        "calls": [{"address": step.address, "location": _location(step.span)} for step in declaration.calls],
        "instances": _instances(declaration),
    }


def _instances(declaration: Declaration) -> Any:  # noqa: ANN401 — JSON
    try:
        expanded = declaration.expand()
    except Refused as refused:
        return {"refused": refused.message}
    match expanded:
        case Unknown():
            return {"unknown": _inputs(expanded)}
        case Cannot(reason):
            return {"undecided": reason}
        case _:
            return [_instance(instance) for instance in expanded]


def _instance(instance: Instance) -> dict[str, Any]:
    names = _ATTRIBUTES.get(instance.declaration.kind, ())
    return {"address": instance.address, "attributes": {name: _attribute(instance, name) for name in names}}


def _attribute(instance: Instance, name: str) -> Any:  # noqa: ANN401 — JSON
    try:
        value = instance.attribute(name)
    except Refused as refused:
        return {"refused": refused.message}
    if isinstance(value, Ref) and instance.declaration.kind != USER:
        return {"ref": value.shown or value.target, "value": _plain(value.value)}
    return _plain(value.value if isinstance(value, Ref) else value)


def _plain(value: Value) -> Any:  # noqa: ANN401 — JSON
    return {"unknown": _inputs(value)} if isinstance(value, Unknown) else plain_json(value)


def _inputs(value: Value) -> list[str]:
    return list(dict.fromkeys(leaf.input.name for leaf in leaves(value)))


def _location(span: Span) -> dict[str, Any]:
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
