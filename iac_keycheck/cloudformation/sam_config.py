"""What SAM's configuration of a deployment says: the values of parameters for each environment, and their template."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.nodes import Node
from iac_keycheck.cloudformation.reader import read
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.workspace import join, start_of

NAMES = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
_USUAL = ("template.yaml", "template.yml", "template.json")
_BUILT = ".aws-sam"
_LONG_OVERRIDE = expression(r"ParameterKey=([^,]+),ParameterValue=(.*)", re.DOTALL)
_LINE = expression(r"at line (\d+), column (\d+)")


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment with its values; ``templates`` are the paths of what it deploys, by its own word or as usual."""

    name: str
    path: str
    text: str
    values: Mapping[str, str]
    templates: tuple[str, ...]

    def place(self, parameter: str) -> Span:
        """Where the environment, or the file, first names a parameter."""
        header = re.search(rf"(?m)^\s*(?:\[\s*)?[\"']?{re.escape(self.name)}\b", self.text)
        named = re.compile(rf"(?<![\w]){re.escape(parameter)}(?![\w])")
        found = named.search(self.text, header.start() if header else 0) or named.search(self.text)
        if found is None:
            return start_of(self.path)
        line, start = self.text.count("\n", 0, found.start()) + 1, self.text.rfind("\n", 0, found.start())
        return Span(self.path, line, found.start() - start, line, found.end() - start)


def is_one(path: str) -> bool:
    """Whether a file is such a configuration by its name."""
    return path.endswith(".toml") or posixpath.basename(path) in NAMES


def environments(path: str, text: str) -> Iterator[Environment]:
    """The environments that give parameters values, the default one first.

    Raises `InputError` for a file that is no TOML, or no YAML.
    """
    config = _of_toml(path, text) if path.endswith(".toml") else _of_yaml(path, text)
    found = [(name, value) for name, value in config.items() if isinstance(value, dict)]
    for name, environment in sorted(found, key=lambda pair: pair[0] != "default"):
        sections = [_parameters(environment, command) for command in ("deploy", "global", "build")]
        for section in sections[:2]:
            values = dict(_overrides(section.get("parameter_overrides")))
            if values:
                yield Environment(name, path, text, values, tuple(_templates(path, sections)))
                break


def _of_toml(path: str, text: str) -> Mapping[str, object]:
    import tomllib  # noqa: PLC0415 — only where there is such a file

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _LINE.search(str(error))
        line, column = (int(at[1]), int(at[2])) if at else (1, 1)
        what = f"it cannot be read as TOML: {str(error).split(' (at ')[0]}"
        raise InputError(Problem("syntax", what, Span(path, line, column, line, column))) from None


def _of_yaml(path: str, text: str) -> Mapping[str, object]:
    document = read(path, text)
    said = None if document is None else _said(document.node())
    return said if isinstance(said, dict) else {}


def _said(node: Node) -> object:
    match node:
        case nodes.Mapping(entries=entries):
            return {entry.key: _said(entry.value) for entry in entries}
        case nodes.Sequence(items=items):
            return [_said(item) for item in items]
        case nodes.Scalar(text=text):
            return text


def _parameters(environment: Mapping[str, object], command: str) -> Mapping[str, object]:
    section = environment.get(command)
    parameters = section.get("parameters") if isinstance(section, dict) else None
    return parameters if isinstance(parameters, dict) else {}


def _templates(path: str, sections: list[Mapping[str, object]]) -> Iterator[str]:
    """The template that is named, else those that SAM looks for; what it has built is the same template."""
    folder = posixpath.dirname(path)
    for section in sections:
        named = section.get("template_file", section.get("template"))
        if isinstance(named, str) and _BUILT not in named.split("/"):
            yield join(folder, named)
            return
    for name in _USUAL:
        yield join(folder, name)


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
