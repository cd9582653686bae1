"""Loads rules from the built-in folder and from folders that the user names, and selects among them.

A rule is a module: its docstring is the documentation, ``META`` the metadata, ``check`` the function. Loading runs it.
Or it is a YAML file, of which nothing is run: see `yaml_rules`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import module_from_spec, spec_from_file_location

from iac_keycheck.choices import Misuse
from iac_keycheck.digests import sha256
from iac_keycheck.findings import Meta, Rule
from iac_keycheck.judging import built_in
from iac_keycheck.nearest import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType
    from typing import Final

_SUFFIXES: Final = (".py", ".yaml", ".yml")
FIXTURES: Final = "fixtures"
"""What the folder in a folder of rules is called that shows what they find."""
_PACKAGE: Final = "iac_keycheck.rules"


def load(folders: Iterable[str | Path] = ()) -> tuple[Rule, ...]:
    """The built-in rules and those in ``folders``, by id. Raises `Misuse`."""
    rules: dict[str, Rule] = {}
    own = built_in.folder()
    for folder in (own, *map(_plain, folders)):
        for rule in _loaded(folder, own):
            known = rules.setdefault(rule.meta.id.casefold(), rule)
            if known is not rule:
                raise Misuse(f"{rule.meta.id} is the id of two rules: {known.path} and {rule.path}.")
    return tuple(sorted(rules.values(), key=lambda rule: rule.meta.id))


def _plain(folder: str | Path) -> str:
    """The path of a folder without needless parts."""
    from pathlib import Path  # noqa: PLC0415 — dear, and most runs have the built-in rules only

    return str(Path(folder))


def select(rules: Sequence[Rule], chosen: Sequence[str] = (), skipped: Sequence[str] = ()) -> tuple[Rule, ...]:
    """Those ``chosen`` by id, name or alias (all where none is), without those ``skipped``. Raises `Misuse`."""
    wanted = {found.meta.id for name in chosen for found in named(rules, name)}
    unwanted = {found.meta.id for name in skipped for found in named(rules, name)}
    return tuple(rule for rule in rules if (not chosen or rule.meta.id in wanted) and rule.meta.id not in unwanted)


def named(rules: Sequence[Rule], name: str) -> tuple[Rule, ...]:
    """The rules that ``name`` is an id, a name or an alias of. Raises `Misuse` where it is none of any."""
    found = tuple(rule for rule in rules if name.casefold() in map(str.casefold, rule.meta.names))
    if not found:
        near = did_you_mean(name, (other for rule in rules for other in rule.meta.names))
        raise Misuse(f"No rule has the id, name or alias {name!r}.{near}")
    return found


def _loaded(folder: str, own: str) -> Iterator[Rule]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(_SUFFIXES) and name[0] not in "_.")
    except OSError as error:
        raise Misuse(f"{folder}: no rules can be read there: {error.strerror}.") from error
    for path in (os.path.join(folder, name) for name in names):
        if path.endswith(".py"):
            yield _rule(_module(path, own), path)
        else:
            from pathlib import Path  # noqa: PLC0415 — only where there are some

            from iac_keycheck.judging.yaml_rules import rule  # noqa: PLC0415 — the same

            yield rule(Path(path))


def _module(path: str, own: str) -> ModuleType:
    folder, file = os.path.split(path)
    package = _PACKAGE if folder == own else f"{_PACKAGE}_{_digest(path)}"
    name = f"{package}.{file.removesuffix('.py')}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise Misuse(f"{path}: not a Python module.")
    module = module_from_spec(spec)
    # Dataclasses look their module up while it is being run.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        # A rule is somebody's code: whatever it raises is said with its file, as what it raises in a scan is.
        raise Misuse(f"{path}: cannot be loaded: {type(error).__name__}: {error}") from error
    return module


def _digest(path: str) -> str:
    """Of the folder and of the text: a rule that was changed meanwhile is another module."""
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError as error:
        raise Misuse(f"{path}: it cannot be read: {error.strerror}.") from error
    return sha256(os.fsencode(os.path.realpath(os.path.dirname(path))) + b"\0" + text)[:12]


def _rule(module: ModuleType, path: str) -> Rule:
    meta: object = getattr(module, "META", None)
    check: Callable[..., object] | None = getattr(module, "check", None)
    if not isinstance(meta, Meta):
        raise Misuse(f"{path}: a rule needs META = Meta(…).")
    if not callable(check):
        raise Misuse(f"{path}: a rule needs a function check(graph).")
    if not module.__doc__:
        raise Misuse(f"{path}: a rule needs a docstring, which is its documentation.")
    return Rule(meta, _unindented(module.__doc__), check, path.replace(os.sep, "/"))  # type: ignore[arg-type]


def _unindented(text: str) -> str:
    """A docstring without its indentation, as `inspect.cleandoc` has it, which takes long to import."""
    first, *rest = text.expandtabs().split("\n")
    margin = min((len(row) - len(row.lstrip()) for row in rest if row.strip()), default=0)
    return "\n".join((first.lstrip(), *(row[margin:] for row in rest))).strip("\n")
