"""The settings file: what it may say is in ``config.schema.json``; a slip is told with its line and the right word.

Its code-running setting, ``rules-dir``, counts only in a file that somebody named: one that happens to lie in the
working directory may have come with the code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from iac_keycheck.choices import Misuse
from iac_keycheck.limits import Limits
from iac_keycheck.nearest import did_you_mean
from iac_keycheck.records import dataclass

if TYPE_CHECKING:
    from yaml.nodes import Node

NAME: Final = ".iac-keycheck.yaml"
_BYTES: Final = 1 << 20
_TYPES: Final = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number"}
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
}


@dataclass(frozen=True, slots=True)
class Config:
    """Settings that were checked, and the path of their file."""

    path: Path
    values: Mapping[str, Any]

    def options(self) -> dict[str, Any]:
        """What takes the place of options that are not given, by their names in the program."""
        values = self.values
        found = {
            "fail_on": values.get("fail-on"),
            "min_severity": values.get("min-severity"),
            "excludes": tuple(values.get("exclude", ())),
            "rules_dir": tuple(self._beside(folder) for folder in values.get("rules-dir", ())),
            "baseline": self._beside(values["baseline"]) if "baseline" in values else None,
            "no_gitignore": not values.get("gitignore", True),
        }
        return {name: value for name, value in found.items() if value}

    def choices(self, *, all_rules: bool) -> dict[str, Any]:
        """What no option says. Rules are turned off only where ``all_rules`` run, not where somebody names some."""
        rules: Mapping[str, object] = self.values.get("rules", {})
        limits: Mapping[str, int] = self.values.get("limits", {})
        usual = Limits()
        return {
            "skipped": tuple(name for name, said in rules.items() if said in ("off", False)) if all_rules else (),
            "severities": {name: said for name, said in rules.items() if said not in ("on", "off", True, False)},
            "accounts": tuple(self.values.get("accounts", {}).items()),
            "limits": Limits(
                limits.get("max-age-days", usual.max_age_days),
                limits.get("max-unused-days", usual.max_unused_days),
                timedelta(seconds=limits["setup-window"]) if "setup-window" in limits else usual.setup_window,
            ),
        }

    def _beside(self, path: str) -> str:
        return (self.path.parent / path).as_posix()


def find(named: str | None) -> Config | None:
    """The file that was ``named``, else that of the working directory, if there is one. Raises `Misuse`."""
    path = Path(named or NAME)
    if named is None and not path.is_file():
        return None
    config = Config(path, _checked(path))
    if named is None and "rules-dir" in config.values:
        raise Misuse(
            f"{path}: rules-dir runs code, so it counts only in a file that you name: --config {path}, or --rules-dir."
        )
    return config


def schema() -> dict[str, Any]:
    """The JSON Schema of the settings."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("config.schema.json").read_text("utf-8"))
    return loaded


def _checked(path: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 — only where there is a file

    try:
        if path.stat().st_size > _BYTES:
            raise Misuse(f"{path}: settings larger than {_BYTES >> 20} MiB are not read.")
        text = path.read_text("utf-8")
        root = yaml.compose(text, yaml.SafeLoader)
        wrong = None if root is None else next(_slips(root, schema(), ""), None)
        values: dict[str, Any] = {} if root is None or wrong else _plain(root)
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"{path}: the settings cannot be read: {error}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Misuse(f"{path}: the settings are no YAML: {' '.join(str(error).split())}") from error
    if wrong is not None:
        node, message = wrong
        raise Misuse(f"{path}:{node.start_mark.line + 1}: {message}")
    return values


def _slips(node: Node, rules: Mapping[str, Any], where: str) -> Iterator[tuple[Node, str]]:
    """Where a value breaks the schema, and how: the few words of JSON Schema that ours uses."""
    value = _plain(node)
    name = where or "the file"
    allowed = rules.get("enum")
    if allowed is not None and not any(value == one and type(value) is type(one) for one in allowed):
        words = [str(one) for one in allowed if isinstance(one, str)]
        yield node, f"{name}: {value!r} is none of {', '.join(words)}.{did_you_mean(str(value), words)}"
        return
    kind = rules.get("type")
    if kind is not None and (
        not isinstance(value, _KINDS[kind]) or (kind == "integer" and isinstance(value, bool))
    ):
        yield node, f"{name} must be {_TYPES.get(kind, 'true or false')}."
        return
    if "minimum" in rules and value < rules["minimum"]:
        yield node, f"{name} must be at least {rules['minimum']}."
    if kind == "object":
        yield from _slips_of_members(node, rules, where)
    elif kind == "array":
        for number, item in enumerate(node.value):
            yield from _slips(item, rules["items"], f"{name}[{number}]")


def _slips_of_members(node: Node, rules: Mapping[str, Any], where: str) -> Iterator[tuple[Node, str]]:
    known: Mapping[str, Any] = rules.get("properties", {})
    other = rules.get("additionalProperties")
    seen: set[str] = set()
    for key, value in node.value:
        name = _plain(key)
        shown = f"{where}.{name}" if where else str(name)
        if not isinstance(name, str):
            yield key, f"{shown}: a key must be text."
        elif name in seen:
            yield key, f"{shown} is there twice."
        elif name in known:
            yield from _slips(value, known[name], shown)
        elif isinstance(other, dict):
            yield from _slips(value, other, shown)
        else:
            right = ", ".join(known)
            yield key, f"{shown} is no setting.{did_you_mean(name, known)} The settings here are {right}."
        seen.add(str(name))


def _plain(node: Node) -> Any:  # noqa: ANN401 — YAML
    """The node's value as YAML 1.1 reads it."""
    import yaml  # noqa: PLC0415 — loaded by now

    return yaml.SafeLoader("").construct_document(node) if node.tag.startswith("tag:yaml.org,2002:") else node.value
