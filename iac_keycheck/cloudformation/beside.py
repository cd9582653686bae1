"""The parameter files that lie beside a template by the usual names, and for which template they are by their names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from iac_keycheck.cloudformation.detect import is_template_at
from iac_keycheck.cloudformation.sam_config import NAMES as SAM_CONFIGS
from iac_keycheck.expressions import expression
from iac_keycheck.workspace import Workspace, join

_FOLDERS = ("parameters", "params", "Parameters")
_WORD = expression(r"(?i)(?:^|[._-])(?:parameters?|params?)(?:[._-]|$)")
_CONFIGURATION = expression(r"(?i)(?:^|[._-])(?:stack|template)[._-]?config(?:uration)?$")
_SUFFIXES = (".json", ".yaml", ".yml")
_OF_TEMPLATES = (*_SUFFIXES, ".template", ".cfn")


def parameter_files(template: str, workspace: Workspace) -> Iterator[str]:
    """The files that by their names give parameters to a template: beside it, or in a folder for them.

    What is a template itself is none of them, whatever its name is.
    """
    directory, name = posixpath.split(template)
    folder = directory or "."
    for other in workspace.listing(folder):
        if other != name and _belongs(other):
            if not is_template_at(join(folder, other), workspace):
                yield join(folder, other)
        elif other in _FOLDERS and workspace.is_directory(join(folder, other)):
            for inner in workspace.listing(join(folder, other)):
                path = join(join(folder, other), inner)
                if inner.lower().endswith(_SUFFIXES) and not is_template_at(path, workspace):
                    yield path
        elif other in SAM_CONFIGS:
            yield join(folder, other)


def is_named_for(path: str, template: str, workspace: Workspace) -> bool | None:
    """Whether the name of a parameter file says a template's name; False where it says that of another one there.

    None where it may be for any of them.
    """
    directory, name = posixpath.split(template)
    bare = posixpath.splitext(posixpath.basename(path))[0]
    if _is_configuration(bare):
        return None
    stem = _stem(name)
    mine = len(stem) if _says(bare, stem) else 0
    for other in templates_in(directory, workspace):
        called = _stem(posixpath.basename(other))
        longer = len(called) > mine and called != stem and _says(bare, called)
        if longer and other != template and is_template_at(other, workspace):
            return False
    return True if mine else None


def templates_in(directory: str, workspace: Workspace) -> Iterator[str]:
    """The files of a directory that may be templates by their names."""
    for name in workspace.listing(directory or "."):
        if name.lower().endswith(_OF_TEMPLATES):
            yield join(directory, name)


def _says(bare: str, stem: str) -> bool:
    """Whether a name has another one as words of its own."""
    return re.search(rf"(?:^|[._-]){re.escape(stem)}(?:[._-]|$)", bare) is not None


def _stem(name: str) -> str:
    while True:
        stem, suffix = posixpath.splitext(name)
        if suffix.lower() not in _OF_TEMPLATES:
            return name
        name = stem


def is_for_any(path: str) -> bool:
    """Whether a file's name says of what it is, and of no template: not of one that lies elsewhere, as others may."""
    bare = posixpath.splitext(posixpath.basename(path))[0]
    in_folder = posixpath.basename(posixpath.dirname(path)) in _FOLDERS
    of_sam = posixpath.basename(path) in SAM_CONFIGS
    return in_folder or of_sam or _WORD.match(bare) is not None or _is_configuration(bare)


def _belongs(other: str) -> bool:
    """As `x.parameters.json`, `prod-params.json` and `params.prod.json` lie beside `x.yaml`."""
    bare, suffix = posixpath.splitext(other)
    return suffix.lower() in _SUFFIXES and (_is_configuration(bare) or _WORD.search(bare) is not None)


def _is_configuration(bare: str) -> bool:
    """As CodePipeline's documentation names them: `prod-stack-configuration.json`, `template-configuration.json`."""
    return _CONFIGURATION.search(bare) is not None
