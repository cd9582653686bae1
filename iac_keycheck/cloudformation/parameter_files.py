"""Files that give parameters values: the forms that the AWS CLI, CodePipeline and SAM read, and plain maps."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.nodes import Node, Scalar, Sequence
from iac_keycheck.cloudformation.reader import read
from iac_keycheck.expressions import expression
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.workspace import Workspace, join

SAM_CONFIG = "samconfig.toml"
_FOLDERS = ("parameters", "params", "Parameters")
_WORD = expression(r"(?i)(?:^|[._-])(?:parameters?|params?)(?:[._-]|$)")
_CONFIGURATION = expression(r"(?i)(?:^|[._-])(?:stack|template)[._-]?config(?:uration)?$")
_LONG_OVERRIDE = expression(r"ParameterKey=([^,]+),ParameterValue=(.*)", re.DOTALL)
_SUFFIXES = (".json", ".yaml", ".yml")


def given(path: str, workspace: Workspace) -> Mapping[str, str]:
    """The parameters in a file, by name. Raises `InputError` for a file that has none."""
    text = workspace.text(path)
    if posixpath.basename(path) == SAM_CONFIG or path.endswith(".toml"):
        values = dict(_of_sam(path, text))
    else:
        values = dict(_of_node(path, text))
    if not values:
        raise InputError(Problem("parameters", "it gives no parameter a value", Span(path, 1, 1, 1, 1)))
    return values


def beside(template: str, workspace: Workspace) -> Iterator[str]:
    """The files that by their names give parameters to a template: beside it, or in a folder for them."""
    directory, name = posixpath.split(template)
    stem = _stem(name)
    folder = directory or "."
    for other in workspace.listing(folder):
        if other != name and _belongs(other, stem):
            yield join(folder, other)
        elif other in _FOLDERS and workspace.is_directory(join(folder, other)):
            for inner in workspace.listing(join(folder, other)):
                if inner.lower().endswith(_SUFFIXES):
                    yield join(join(folder, other), inner)
        elif other == SAM_CONFIG:
            yield join(folder, other)


def _stem(name: str) -> str:
    while True:
        stem, suffix = posixpath.splitext(name)
        if suffix.lower() not in (*_SUFFIXES, ".template", ".cfn"):
            return name
        name = stem


def _belongs(other: str, stem: str) -> bool:
    if not other.lower().endswith(_SUFFIXES):
        return False
    bare = posixpath.splitext(other)[0]
    # `x.parameters.json`, `x-prod.params.json` and `params.prod.json` lie beside `x.yaml`
    # as CodePipeline's documentation names them: `prod-stack-configuration.json`, `template-configuration.json`
    if _CONFIGURATION.search(bare) is not None:
        return True
    return _WORD.search(bare) is not None and (bare.startswith(stem) or _WORD.match(bare) is not None)


def _of_node(path: str, text: str) -> Iterator[tuple[str, str]]:
    document = read(path, text)
    root = None if document is None else document.node()
    match root:
        case Sequence(items=items):
            for item in items:
                yield from _pair(item)
        case nodes.Mapping(entries=entries):
            inner = root.get("Parameters") or root.get("parameters")
            if isinstance(inner, nodes.Mapping):
                entries = inner.entries
            for entry in entries:
                value = _text(entry.value)
                if value is not None:
                    yield entry.key, value
        case _:
            return


def _pair(item: Node) -> Iterator[tuple[str, str]]:
    """One item of the CLI's list: a map of key and value, or ``Key=Value``."""
    match item:
        case nodes.Mapping():
            key, value = item.get("ParameterKey"), item.get("ParameterValue")
            text = None if value is None else _text(value)
            if isinstance(key, Scalar) and key.text is not None and text is not None:
                yield key.text, text
        case Scalar(text=str() as written) if "=" in written:
            name, _, after = written.partition("=")
            yield name, after
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


def _of_sam(path: str, text: str) -> Iterator[tuple[str, str]]:
    for _, overrides in sam_overrides(path, text):
        yield from overrides.items()
        return


def sam_overrides(path: str, text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The parameter overrides of each environment in a ``samconfig.toml``, the default one first.

    Raises `InputError` for a file that is no TOML.
    """
    import tomllib  # noqa: PLC0415 — only where there is such a file

    try:
        config = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Problem("syntax", f"it cannot be read as TOML: {error}", Span(path, 1, 1, 1, 1))) from None
    environments = [(name, value) for name, value in config.items() if isinstance(value, dict)]
    for name, environment in sorted(environments, key=lambda pair: pair[0] != "default"):
        for command in ("deploy", "global"):
            section = environment.get(command)
            parameters = section.get("parameters") if isinstance(section, dict) else None
            overrides = parameters.get("parameter_overrides") if isinstance(parameters, dict) else None
            values = dict(_overrides(overrides))
            if values:
                yield name, values
                break


def _overrides(value: object) -> Iterator[tuple[str, str]]:
    import json  # noqa: PLC0415 — only where there is such a file
    import shlex  # noqa: PLC0415 — the same

    match value:
        case str():
            try:
                words = shlex.split(value)
            except ValueError:
                words = value.split()
            for word in words:
                name, equals, written = word.partition("=")
                if long := _LONG_OVERRIDE.fullmatch(word):
                    yield long[1], long[2].replace("\\,", ",")
                elif equals:
                    yield name.strip(), written
        case list():
            for item in value:
                yield from _overrides(item)
        case dict():
            for name, item in value.items():
                yield str(name), item if isinstance(item, str) else json.dumps(item)
        case _:
            return
