"""Which files a scan looks at: walks the named paths, sorts files by what they are, skips what is nobody's code."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from iac_keycheck.patterns import Ignored
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError, Problem
from iac_keycheck.workspace import Workspace, checkout_of, join, shown, start_of

SKIPPED = frozenset(
    {".git", ".terraform", ".terragrunt-cache", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".mypy_cache"}
)
TERRAFORM = (".tf", ".tf.json", ".tofu", ".tofu.json")
UNIT = "terragrunt.hcl"
DOCUMENTS = (".yaml", ".yml", ".json", ".template", ".csv", ".tfstate", ".tfplan")


@dataclass(slots=True)
class Found:
    """What lies below the named paths. ``directories`` hold Terraform code, ``documents`` may be templates or evidence.

    ``units`` are files of Terragrunt, which deploy directories and say with what inputs; ``settings`` are other files
    in its language, which they may include.
    ``named`` are the files that were named themselves: where there are any, only what touches them, or lies below one
    of the ``tops``, is reported.
    """

    directories: dict[str, None] = field(default_factory=dict)
    units: dict[str, None] = field(default_factory=dict)
    settings: dict[str, None] = field(default_factory=dict)
    documents: dict[str, None] = field(default_factory=dict)
    named: dict[str, None] = field(default_factory=dict)
    tops: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: int = 0


def discover(paths: Sequence[str | Path], workspace: Workspace, ignored: Ignored | None = None) -> Found:
    """Everything below ``paths``, in stable order, without what is ``ignored``; what was named itself never is."""
    found = Found()
    for path in dict.fromkeys(map(shown, paths)):
        if os.path.isdir(path):
            found.tops.append(path)
            if ignored is not None:
                ignored.enter(path)
            for directory, names in _walk(path, found, ignored):
                _sort(directory, names, found)
        elif os.path.exists(path):
            found.named[path] = None
            _sort(os.path.dirname(path) or ".", [os.path.basename(path)], found, named=True)
            if path.endswith((*TERRAFORM, ".tfvars", ".tfvars.json")):
                _add_callers(os.path.dirname(path) or ".", workspace, found)
        else:
            found.problems.append(Problem("unreadable", "there is no such file or directory", start_of(path)))
    return found


def _walk(top: str, found: Found, ignored: Ignored | None = None) -> Iterator[tuple[str, list[str]]]:
    """Directories with the names of their files, in order; links to directories are not followed."""
    stack = [top]
    while stack:
        directory = stack.pop()
        try:
            with os.scandir(directory) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            message = f"the directory cannot be read: {error.strerror}"
            found.problems.append(Problem("unreadable", message, start_of(directory)))
            continue
        if ignored is not None:
            listed = [one for one in listed if not ignored.skips(directory, one.name, is_directory=one.is_dir())]
        below = [entry for entry in listed if entry.is_dir(follow_symlinks=False) and entry.name not in SKIPPED]
        stack.extend(entry_path(directory, entry.name) for entry in reversed(below))
        yield directory, [entry.name for entry in listed if not entry.is_dir()]


def entry_path(directory: str, name: str) -> str:
    """The path of an entry of a directory that is in its normal form already."""
    return name if directory == "." else f"{directory}/{name}"


def _sort(directory: str, names: Iterable[str], found: Found, *, named: bool = False) -> None:
    """Take files for what their names say; one that was ``named`` itself is looked at whatever its name."""
    for name in names:
        if name.endswith((*TERRAFORM, ".tfvars", ".tfvars.json")):
            found.directories[directory] = None
            found.files += 1
        elif name == UNIT:
            found.units[entry_path(directory, name)] = None
            found.files += 1
        elif name.endswith(".hcl") and not name.startswith("."):
            found.settings[entry_path(directory, name)] = None
        elif named or name.lower().endswith(DOCUMENTS):
            found.documents[entry_path(directory, name)] = None
            found.files += 1


def _add_callers(directory: str, workspace: Workspace, found: Found) -> None:
    """The directories of the checkout whose modules may lead to this one: they say its name in a module call.

    So do the units of Terragrunt that deploy one of them.
    """
    top = checkout_of(os.path.realpath(directory))
    real = os.path.realpath(directory)
    seen = Found()
    wanted = {os.path.basename(real)}
    reached = {real}
    files = _module_files(top, seen)
    callers = [path for path in files if path.endswith(TERRAFORM)]
    while True:
        new = {
            os.path.realpath(os.path.dirname(path))
            for path in callers
            if os.path.realpath(os.path.dirname(path)) not in reached and _mentions(path, wanted, workspace)
        }
        if not new:
            break
        reached |= new
        wanted |= {os.path.basename(path) for path in new}
        for path in sorted(new):
            found.directories.setdefault(join(shown(path), "."))
    found.units.update((path, None) for path in files if path.endswith(UNIT) and _says(path, wanted, workspace))


def _module_files(top: str, seen: Found) -> list[str]:
    return [
        join(directory, name)
        for directory, names in _walk(shown(top), seen)
        for name in names
        if name.endswith(TERRAFORM) or name == UNIT
    ]


def _says(path: str, names: set[str], workspace: Workspace) -> bool:
    try:
        data = workspace.read(path)
    except InputError:
        return False
    return any(name.encode() in data for name in names)


def _mentions(path: str, names: set[str], workspace: Workspace) -> bool:
    try:
        data = workspace.read(path)
    except InputError:
        return False
    if b"module" not in data:
        return False
    sources = re.findall(rb'source"?\s*[=:]\s*"(\.{1,2}/[^"]*)"', data)
    return any(
        os.path.basename(os.path.normpath(source.decode("utf-8", "replace"))) in names
        or source.rstrip(b"/").endswith(b"..")
        for source in sources
    )
