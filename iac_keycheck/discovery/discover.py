"""Which files a scan looks at: walks the named paths, sorts files by what they are, skips what is nobody's code."""

from __future__ import annotations

import os
from operator import attrgetter

from iac_keycheck.discovery.other_tools import SETTINGS, is_program
from iac_keycheck.discovery.patterns import Ignored, is_directory
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Problem
from iac_keycheck.workspace import Workspace, shown, start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

SKIPPED = frozenset(
    {".git", ".terraform", ".terragrunt-cache", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".mypy_cache"}
)
TERRAFORM = (".tf", ".tf.json", ".tofu", ".tofu.json")
UNIT = "terragrunt.hcl"
VALUES = (".tfvars", ".tfvars.json")
_CODE = (*TERRAFORM, *VALUES)
_NAME = attrgetter("name")
# templates that are to be rendered by Jinja or Go first are looked at to say so
_RENDERED = (".j2", ".jinja", ".jinja2", ".tmpl", ".gotmpl")
DOCUMENTS = (".yaml", ".yml", ".json", ".template", ".cfn", ".csv", ".tfstate", ".tfplan", *_RENDERED)


@dataclass(slots=True)
class Found:
    """What lies below the named paths. ``directories`` hold Terraform code, ``documents`` may be templates or evidence.

    ``programs`` are of tools that are not read, which may make keys.
    ``units`` are files of Terragrunt, which deploy directories and say with what inputs; ``settings`` are other files
    in its language, which they may include.
    ``named`` are the files that were named themselves: where there are any, only what touches them, or lies below one
    of the ``tops``, is reported; so is what is ``near`` them, directories and files about which they may decide.
    """

    directories: dict[str, None] = field(default_factory=dict)
    units: dict[str, None] = field(default_factory=dict)
    settings: dict[str, None] = field(default_factory=dict)
    documents: dict[str, None] = field(default_factory=dict)
    programs: dict[str, None] = field(default_factory=dict)
    named: dict[str, None] = field(default_factory=dict)
    near: dict[str, None] = field(default_factory=dict)
    tops: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: int = 0


def discover(
    paths: Sequence[str | Path], workspace: Workspace, ignored: Ignored | None = None, *, gone: bool = False
) -> Found:
    """Everything below ``paths``, in stable order, without what is ``ignored``; what was named itself never is.

    Files that are not there are a problem, unless it is expected that some have ``gone``.
    """
    found = Found()
    for path in dict.fromkeys(map(shown, paths)):
        if os.path.isdir(path):
            found.tops.append(path)
            if ignored is not None:
                ignored.enter(path)
            settings: list[str] = []
            for directory, names in walk(path, found, ignored, workspace.saw):
                _sort(directory, names, found)
                if not SETTINGS.isdisjoint(names):
                    settings.append(directory)
                if settings and any(is_below(directory, top) for top in settings):
                    found.programs.update((entry_path(directory, name), None) for name in names if is_program(name))
        elif gone or os.path.exists(path):
            found.named[path] = None
            if os.path.exists(path):
                if is_program(path):
                    found.programs[path] = None
                else:
                    _sort(os.path.dirname(path) or ".", [os.path.basename(path)], found, named=True)
        else:
            found.problems.append(Problem("unreadable", "there is no such file or directory", start_of(path)))
    return found


def walk(
    top: str,
    found: Found,
    ignored: Ignored | None = None,
    saw: Callable[[str, Iterable[str]], None] = lambda _directory, _names: None,
) -> Iterator[tuple[str, list[str]]]:
    """Directories with the names of their files, in order; links to directories are not followed.

    What each directory holds, the ignored included, is told to ``saw``.
    """
    stack = [top]
    while stack:
        directory = stack.pop()
        try:
            with os.scandir(directory) as entries:
                listed = sorted(entries, key=_NAME)
        except OSError as error:
            message = f"the directory cannot be read: {error.strerror}"
            found.problems.append(Problem("unreadable", message, start_of(directory)))
            continue
        saw(directory, [entry.name for entry in listed])
        if ignored is not None:
            listed = ignored.kept(directory, listed)
        below: list[str] = []
        files: list[str] = []
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED:
                    below.append(entry_path(directory, entry.name))
            elif not entry.is_symlink() or not is_directory(entry):
                files.append(entry.name)
        stack += reversed(below)
        yield directory, files


def is_below(directory: str, top: str) -> bool:
    """Whether a directory is another one or lies below it; both in their normal form."""
    return top in (".", directory) or directory.startswith(f"{top}/")


def entry_path(directory: str, name: str) -> str:
    """The path of an entry of a directory that is in its normal form already."""
    return name if directory == "." else f"{directory}/{name}"


def _sort(directory: str, names: Iterable[str], found: Found, *, named: bool = False) -> None:
    """Take files for what their names say; one that was ``named`` itself is looked at whatever its name."""
    for name in names:
        if name.endswith(_CODE):
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
