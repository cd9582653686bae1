"""The resources of a module as they are written in either syntax, and how to write one more beside another."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from iac_keycheck.expressions import expression
from iac_keycheck.fixing.edits import Change
from iac_keycheck.fixing.objects import below, member, root_of
from iac_keycheck.records import dataclass
from iac_keycheck.terraform.slices import AttributeSlice, BlockSlice, slices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_CODE: Final = (".tf", ".tofu")
_JSON: Final = (".tf.json", ".tofu.json")
_ONE_REFERENCE: Final = expression(r"\$\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Written:
    """A resource, where it is written.

    ``attributes`` has their expressions as native syntax has them. ``followed_by`` is given the type, the name and the
    one attribute of another resource, with what that refers to, and gives the change that puts it below this one.
    """

    path: str
    text: str
    type: str
    name: str
    attributes: Mapping[str, str]
    followed_by: Callable[[str, str, str, str], Change]


def resources(directory: str, sources: Mapping[str, str]) -> Iterator[Written]:
    """The resources of the files of a directory."""
    for path, text in sources.items():
        if posixpath.dirname(path) != directory:
            continue
        if path.endswith(_CODE):
            yield from _blocks(path, text)
        elif path.endswith(_JSON):
            yield from _members(path, text)


def _blocks(path: str, text: str) -> Iterator[Written]:
    for one in slices(text) or ():
        if isinstance(one, BlockSlice) and one.type == "resource" and len(one.labels) == 2:  # noqa: PLR2004
            inside = text[text.index("{", one.start) + 1 : one.end - 1] + "\n"
            parts = (part for part in slices(inside) or () if isinstance(part, AttributeSlice))
            attributes = {part.name: inside[part.start : part.end].partition("=")[2].strip() for part in parts}
            yield Written(path, text, *one.labels, attributes, partial(_block_below, text, one.end))


def _block_below(text: str, end: int, type_: str, name: str, attribute: str, reference: str) -> Change:  # noqa: PLR0913, PLR0917 — where and what
    lines = ("", "", f'resource "{type_}" "{name}" {{', f"  {attribute} = {reference}", "}")
    newline = "\r\n" if "\r\n" in text else "\n"
    return end, end, newline.join(lines)


def _members(path: str, text: str) -> Iterator[Written]:
    for types in _objects(member(root_of(text), "resource")):
        for of_type in types.value:
            write = partial(_member_below, text, types, of_type)
            for names in _objects(of_type[1]):
                for key, value in names.value:
                    attributes = {
                        str(one.value): _expression(said) for body in _objects(value) for one, said in body.value
                    }
                    yield Written(path, text, str(of_type[0].value), str(key.value), attributes, write)


def _member_below(text: str, types: Any, of_type: Any, type_: str, name: str, attribute: str, reference: str) -> Change:  # noqa: ANN401, PLR0913, PLR0917 — nodes of YAML; where and what
    body = {attribute: f"${{{reference}}}"}
    there = member(types, type_)
    if there is not None and there.id == "mapping" and there.value:
        return below(there.value[-1], text, name, body)
    return below(of_type, text, type_, {name: body})


def _objects(node: Any) -> list[Any]:  # noqa: ANN401 — a node of YAML
    """The objects that an object or a list of objects stands for."""
    listed = node.value if node is not None and node.id == "sequence" else [node]
    return [one for one in listed if one is not None and one.id == "mapping"]


def _expression(node: Any) -> str:  # noqa: ANN401 — a node of YAML
    """A reference or a list of references as native syntax has it; of anything else, something that is neither."""
    if node.id == "sequence":
        return f"[{', '.join(map(_expression, node.value))}]"
    found = _ONE_REFERENCE.fullmatch(node.value) if node.id == "scalar" else None
    return found[1].strip() if found else "{}"
