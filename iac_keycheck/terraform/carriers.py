"""Resources and data sources that give out in one attribute what others bring in: templates, `terraform_data`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from iac_keycheck.deciding.values import Entries, Leaf, Value, plain
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.terraform.evaluate import Frame
from iac_keycheck.terraform.instances import Scope
from iac_keycheck.terraform.sinks import arguments_at
from iac_keycheck.terraform.sites import Tree, instances, value_of
from iac_keycheck.terraform.syntax import Attribute, Block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_PARTS: Final = {"rendered": ("part.content",)}
_TEMPLATE: Final = {"rendered": ("template", "vars")}
CARRIERS: Final[Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]] = {
    ("data", "template_file"): _TEMPLATE,
    ("resource", "template_file"): _TEMPLATE,
    ("data", "cloudinit_config"): _PARTS,
    ("resource", "cloudinit_config"): _PARTS,
    ("data", "template_cloudinit_config"): _PARTS,
    ("resource", "template_cloudinit_config"): _PARTS,
    ("data", "null_data_source"): {"outputs": ("inputs",)},
    ("resource", "terraform_data"): {"output": ("input",)},
}
"""What gives out something, by mode and type: the attributes, and the arguments that they are made of."""
_INDEX: Final = expression(r'\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]')


@dataclass(frozen=True, slots=True)
class Carrier:
    """A block that gives out what it is given."""

    scope: Scope
    mode: str
    labels: tuple[str, str]
    block: Block

    def arguments(self, attribute: str) -> Iterator[Attribute]:
        """The arguments that an attribute is made of, as they stand in the block."""
        for path in CARRIERS[self.mode, self.labels[0]].get(attribute, ()):
            yield from (argument for argument, _ in arguments_at(self.block.body, path.split(".")))

    def given(self, frame: Frame, attribute: str) -> Iterator[Value]:
        """The values of these arguments in one instance; of a template's variables those that it uses."""
        template = self.block.body.attributes.get("template")
        text = plain(value_of(template.expression, frame)) if template is not None else None
        for path in CARRIERS[self.mode, self.labels[0]].get(attribute, ()):
            for argument, frames in arguments_at(self.block.body, path.split(".")):
                for inner in frames(frame):
                    value = value_of(argument.expression, inner)
                    yield _used(value, text) if path == "vars" and isinstance(text, str) else value


def carriers(tree: Tree) -> Mapping[str, Carrier]:
    """All of a tree of modules, by their addresses without instance keys."""
    found: dict[str, Carrier] = {}
    for scope in tree.scopes():
        for mode in ("resource", "data"):
            for type_, name in scope.module.labels(mode):
                block = scope.module.block(mode, type_, name) if (mode, type_) in CARRIERS else None
                if block is not None:
                    address = f"{scope.address}.{'' if mode == 'resource' else 'data.'}{type_}.{name}".lstrip(".")
                    found[address] = Carrier(scope, mode, (type_, name), block)
    return found


def carried(known: Mapping[str, Carrier], leaf: Leaf) -> Iterator[Value]:
    """What an attribute known after apply is made of, where it is one that gives out what its block is given."""
    address, _, attribute = leaf.input.name.rpartition(".")
    carrier = known.get(_INDEX.sub("", address))
    if carrier is not None:
        for found, module, frame in instances(carrier.scope, carrier.mode, carrier.labels):
            mode = "data." if carrier.mode == "data" else ""
            if f"{module.address}{mode}{found.removeprefix(module.address)}" == address:
                yield from carrier.given(frame, attribute)


def _used(variables: Value, template: str) -> Value:
    """The variables that a template names between ``${`` or ``%{`` and ``}``."""
    if not isinstance(variables, Entries):
        return variables
    inside = " ".join(re.findall(r"[$%]\{([^}]*)", template))
    used = {name: variables.entries[name] for name in variables.entries if re.search(rf"\b{re.escape(name)}\b", inside)}
    return Entries(variables.kind, used)
