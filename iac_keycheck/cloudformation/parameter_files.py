"""Files that give parameters values: the forms that the AWS CLI, CodePipeline and SAM read, and plain maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iac_keycheck.cloudformation import nodes, sam_config
from iac_keycheck.cloudformation.detect import foreign_language
from iac_keycheck.cloudformation.nodes import Node, Scalar, Sequence
from iac_keycheck.cloudformation.reader import read
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.workspace import Workspace, start_of

_ONE = ("ParameterKey", "ParameterValue")


@dataclass(frozen=True, slots=True)
class Given:
    """The values that a file, or one environment of it, gives parameters: each with its place and that of its name.

    ``name`` is what it is called in reports. ``sure`` says that its form is one for templates alone, ``templates`` are
    the paths of those that it names itself, and ``lenient`` that whoever deploys with it leaves out what the template
    does not have.
    """

    name: str
    path: str
    values: Mapping[str, str]
    names: Mapping[str, Span]
    places: Mapping[str, Span]
    sure: bool = False
    lenient: bool = False
    templates: tuple[str, ...] = ()


def given(path: str, workspace: Workspace) -> Given:
    """What a file gives. Raises `InputError` for a file that gives nothing."""
    found = next(iter(all_given(path, workspace)), None)
    if found is None:
        raise InputError(Problem("parameters", "it gives no parameter a value", start_of(path)))
    return found


def all_given(path: str, workspace: Workspace) -> tuple[Given, ...]:
    """What a file gives, for each of its environments; nothing where it gives no parameter a value.

    Raises `InputError` for a file that cannot be read.
    """
    text = workspace.text(path)
    if sam_config.is_one(path):
        return tuple(_of_sam(path, text))
    foreign = foreign_language(text.encode("utf-8", "surrogatepass"))
    try:
        document = read(path, text)
    except InputError as error:
        if foreign is None:
            raise
        raise InputError(Problem("parameters", f"it is {foreign}", error.problem.span)) from None
    if document is not None and (slip := next(iter(document.problems), None)) is not None:
        raise InputError(slip)
    found = None if document is None else _of_node(path, document.node())
    if foreign is not None and (found is None or any("{{" in value for value in found.values.values())):
        raise InputError(Problem("parameters", f"it is {foreign}", start_of(path)))
    return () if found is None else (found,)


def _of_sam(path: str, text: str) -> Iterator[Given]:
    for environment in sam_config.environments(path, text):
        places = {name: environment.place(name) for name in environment.values}
        name = f"{path} ({environment.name})"
        yield Given(name, path, environment.values, places, places, True, True, environment.templates)  # noqa: FBT003


def _of_node(path: str, root: Node) -> Given | None:
    sure = False
    match root:
        case Sequence(items=items):
            found = [pair for item in items for pair in _pairs(item)]
            sure = any(isinstance(item, nodes.Mapping) and item.entry(_ONE[0]) is not None for item in items)
        case nodes.Mapping(entries=entries):
            inner = root.get("Parameters") or root.get("parameters")
            if isinstance(inner, nodes.Mapping):
                entries = inner.entries
                # Azure has files with such a section as well
                sure = root.entry("Parameters") is not None and root.entry("$schema") is None
            found = [
                (entry.key, value, entry.key_span, entry.value.span)
                for entry in entries
                if (value := _text(entry.value)) is not None
            ]
        case _:
            return None
    values = {name: value for name, value, _, _ in found}
    names = {name: place for name, _, place, _ in reversed(found)}
    places = {name: place for name, _, _, place in found}
    return Given(path, path, values, names, places, sure) if values else None


def _pairs(item: Node) -> Iterator[tuple[str, str, Span, Span]]:
    """One item of the CLI's list: a map of key and value, or ``Key=Value``."""
    match item:
        case nodes.Mapping():
            key, value = (item.get(name) for name in _ONE)
            text = None if value is None else _text(value)
            if isinstance(key, Scalar) and key.text is not None and value is not None and text is not None:
                yield key.text, text, key.span, value.span
        case Scalar(text=str() as written) if "=" in written:
            name, _, after = written.partition("=")
            yield name, after, item.span, item.span
        case _:
            return


def _text(node: Node) -> str | None:
    match node:
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            parts = [_text(item) for item in items]
            return ",".join(part for part in parts if part is not None)
        case nodes.Mapping():
            inner = node.get("value") or node.get("Value")
            return None if inner is None or isinstance(inner, nodes.Mapping) else _text(inner)
