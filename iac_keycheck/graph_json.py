"""The graph in its JSON form: what people query and draw, in the committed world."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from iac_keycheck.deciding.values import Ref, Refused, Unknown, Value, leaves
from iac_keycheck.deciding.verdicts import Cannot, Verdict
from iac_keycheck.graph import Graph
from iac_keycheck.report.plain import location_json, plain_json
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, USER, Declaration, Deployment, Instance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_ATTRIBUTES: Final = {USER: ("name",), ACCESS_KEY: ("user", "status"), LOGIN_PROFILE: ("user",)}
# Worlds in which an instance is looked for before a resource is shown without one.
_WORLDS: Final = 32


def graph_json(graph: Graph) -> dict[str, Any]:
    """The deployments with their resources, in stable order.

    A resource has ``address``, ``kind``, ``location`` and ``instances``; an instance has ``address`` and
    ``attributes``. What inputs decide is ``{"unknown": [names]}``; the user of a key is ``{"ref": address}`` beside
    its ``value`` where it is declared. Where there are no instances, or inputs decide how many, ``possible`` has
    those of some world. ``secrets`` has the places in which secrets of ``keys`` end in clear, each with its ``sink``.
    """
    return {"schema_version": "1", "deployments": [_deployment(graph, deployment) for deployment in graph.deployments]}


def _deployment(graph: Graph, deployment: Deployment) -> dict[str, Any]:
    with deployment.space.inputs.assuming(deployment.space.committed):
        resources = [_resource(declaration) for declaration in deployment.declarations]
    for declaration, resource in zip(deployment.declarations, resources, strict=True):
        if declaration.kind in _ATTRIBUTES and (not resource["instances"] or isinstance(resource["instances"], dict)):
            resource["possible"] = _possible(deployment, declaration)
    return {
        "name": deployment.name,
        "language": deployment.language,
        "resources": resources,
        "secrets": list(_secrets(graph, deployment)),
    }


def _possible(deployment: Deployment, declaration: Declaration) -> list[dict[str, Any]]:
    """The instances in the first world that is found to have some."""

    def exists() -> Verdict:
        expanded = declaration.expand()
        return len(expanded) > 0 if isinstance(expanded, tuple) else expanded

    space = deployment.space
    for start in (space.committed, {}):
        for world, verdict in islice(space.explore(exists, start), _WORLDS):
            if verdict is True:
                with space.inputs.assuming(world):
                    found = _instances(declaration)
                return found if isinstance(found, list) else []
    return []


def _secrets(graph: Graph, deployment: Deployment) -> Iterator[dict[str, Any]]:
    for exposure in deployment.facts.exposures():
        (answer, _), keys = graph.exposed(deployment, exposure)
        if answer.certainty is not None:
            yield {
                "keys": [address for address, _ in keys],
                "sink": exposure.sink,
                "certainty": str(answer.certainty),
                "location": location_json(exposure.fact.span),
            }


def _resource(declaration: Declaration) -> dict[str, Any]:
    return {
        "address": declaration.address,
        "kind": declaration.kind,
        "location": location_json(declaration.span),
        "condition": None if declaration.condition is None else location_json(declaration.condition),
        "calls": [{"address": step.address, "location": location_json(step.span)} for step in declaration.calls],
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
