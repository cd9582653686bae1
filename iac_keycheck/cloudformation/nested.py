"""Nested stacks and stack sets: the scope of the template that a resource deploys, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.assets import asset_at
from iac_keycheck.cloudformation.dynamic import resolved
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.mentions import compared
from iac_keycheck.cloudformation.nodes import Node, Scalar, intrinsic
from iac_keycheck.cloudformation.references import Resource, exists, property_of
from iac_keycheck.cloudformation.scope import Context, Scope
from iac_keycheck.deciding.terms import text_parts
from iac_keycheck.deciding.values import Refused, Unknown, Value, plain
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Step

MOST = 512
"""Nested stacks of a deployment that are followed."""
TOO_MANY = f"more than {MOST} stacks are nested here"

DEEPEST = 16
"""Stacks inside each other that are followed."""
TOO_DEEP = f"more than {DEEPEST} stacks are nested inside each other"

_FILE = expression(r"(?i)\w[\w.-]*\.(?:ya?ml|json|template)")
_ADDRESS: Mapping[str, str] = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::CloudFormation::StackSet": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
ASSET = "aws:asset:path"


@dataclass(slots=True, eq=False)
class Stacks:
    """The nested stacks of a deployment, each read once."""

    library: Library
    _known: dict[tuple[object, ...], Scope | str] = field(default_factory=dict)

    def nested(self, resource: Resource) -> Scope | str:
        """What a resource that nests a stack leads to, or why that cannot be read."""
        key = resource.key
        if key not in self._known:
            self._known[key] = self._opened(resource)
        return self._known[key]

    def _opened(self, resource: Resource) -> Scope | str:
        outer = resource.context.scope
        path = self.path_of(resource)
        if path is None:
            return f"the template of the nested stack {resource.address} cannot be found in the scan"
        if len(self._known) >= MOST:
            return TOO_MANY
        if len(outer.calls) >= DEEPEST:
            return TOO_DEEP
        if path in chain(outer):
            return f"the nested stack {resource.address} leads into itself"
        template = self.library.template(path)
        if template is None:
            return f"the template of the nested stack {resource.address}, {path}, cannot be read"
        return Scope(
            template=template,
            inputs=outer.inputs,
            language=outer.language,
            links=outer.links,
            prefix=f"{resource.address}.",
            arguments=arguments_of(resource),
            known={**outer.known},
            exists=lambda: exists(resource),
            account=outer.account,
            calls=(*outer.calls, Step(resource.address, resource.span)),
            shared=outer.shared,
            problems=outer.problems,
            compared=compared(template),
            parent=outer,
        )

    def path_of(self, resource: Resource) -> str | None:
        """The file of the template that a resource nests."""
        parent = resource.context.scope.template.path
        asset = _asset(resource)
        if asset is not None and (found := self.library.found(asset, parent)) is not None:
            return found
        address = _ending(resource)
        if address is None:
            return None
        uploaded = (asset_at(address, path, self.library.workspace) for path in chain(resource.context.scope))
        return next((path for path in uploaded if path is not None), None) or self.library.found(address, parent)


def chain(scope: Scope) -> Iterator[str]:
    """The files of a scope's template and of those that nest it."""
    here: Scope | None = scope
    while here is not None:
        yield here.template.path
        here = here.parent


def arguments_of(resource: Resource) -> Mapping[str, Callable[[], Value]] | None:
    """What a stack passes to the parameters of the one it nests; None where that cannot be told name by name."""
    entry = resource.property_entry("Parameters")
    if entry is None:
        return {}
    if not isinstance(entry.value, nodes.Mapping) or intrinsic(entry.value) is not None:
        return None
    return {one.key: partial(_passed, one.value, resource.context) for one in entry.value.entries}


def _passed(node: Node, context: Context) -> Value:
    return resolved(context.value(node), context.scope.inputs.value)


def _asset(resource: Resource) -> str | None:
    """The file that a synthesized template names in its metadata."""
    metadata = resource.entry("Metadata")
    if metadata is None or not isinstance(metadata.value, nodes.Mapping):
        return None
    asset = metadata.value.get(ASSET)
    return asset.text if isinstance(asset, Scalar) else None


def _ending(resource: Resource) -> str | None:
    """The end of a template's address, from its last unknown part on; None where its file name is unknown."""
    with resource.context.scope.inputs.assuming(NOTHING):
        try:
            value = plain(property_of(resource, _ADDRESS[resource.type]))
        except Refused:
            return None
    parts = text_parts(value) if isinstance(value, str | Unknown) else None
    if not parts or not isinstance(parts[-1], str):
        return None
    last = parts[-1]
    if len(parts) == 1:
        return last
    # what stands before the first slash may continue an unknown part, but a whole name of a file is behind a folder
    known = last.partition("/")[2] if "/" in last else last
    return f"s3://{known}" if "/" in last or _FILE.fullmatch(known) is not None else None
