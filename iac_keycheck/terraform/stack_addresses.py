"""The file or argument that holds the template which a stack reads from an address of S3."""

from __future__ import annotations

import posixpath

from iac_keycheck.cloudformation.detect import is_template_at
from iac_keycheck.deciding.values import Concat, Refused, Unknown, Value, plain
from iac_keycheck.terraform.evaluate import evaluate
from iac_keycheck.terraform.files import ScannedFiles
from iac_keycheck.terraform.instances import ModuleInstance
from iac_keycheck.terraform.syntax import Attribute
from iac_keycheck.workspace import Workspace, join

OBJECTS = ("aws_s3_object", "aws_s3_bucket_object")


def template_at(address: Value, module: ModuleInstance) -> Attribute | str | None:
    """The ``content`` of the object that is uploaded there, or the path of its file; None where neither can be told.

    That is an object of the module whose key ends the address, else the template of that name that is found once among
    the files of the scan.
    """
    end = _known_end(address).partition("?")[0]
    if "/" not in end:
        return None
    for kind, name in module.scope.module.labels("resource"):
        block = module.scope.module.block("resource", kind, name) if kind in OBJECTS else None
        given = {} if block is None else block.body.attributes
        if "key" in given and not {"count", "for_each"} & given.keys():
            key = _evaluated(given["key"], module)
            if isinstance(key, str) and end.endswith(f"/{key}"):
                if "content" in given:
                    return given["content"]
                return _located(_evaluated(given["source"], module), module) if "source" in given else None
    return _found_once(end, module.scope.module.workspace)


def _known_end(address: Value) -> str:
    match plain(address):
        case str() as known:
            return known
        case Unknown(term=Concat(parts=(*_, str() as last))):
            return last
        case _:
            return ""


def _evaluated(attribute: Attribute, module: ModuleInstance) -> Value:
    try:
        return plain(evaluate(attribute.expression, module.frame))
    except Refused:
        return None


def _located(path: Value, module: ModuleInstance) -> str | None:
    files = module.files
    if not isinstance(path, str) or not isinstance(files, ScannedFiles):
        return None
    located = files.located(path)
    return located if module.scope.module.workspace.exists(located) else None


def _found_once(end: str, workspace: Workspace) -> str | None:
    """The one template with the last name of an address, or with most of its last names."""
    steps = [step for step in end.split("/") if step]
    name = steps[-1] if steps and not end.endswith("/") else ""
    paths = [join(directory, name) for directory in workspace.listed() if name and name in workspace.listing(directory)]
    candidates = [path for path in dict.fromkeys(paths) if is_template_at(path, workspace)]
    for number in range(2, len(steps) + 1):
        if len(candidates) <= 1:
            break
        tail = posixpath.join("/", *steps[-number:])
        candidates = [path for path in candidates if f"/{path}".endswith(tail)] or candidates
    return candidates[0] if len(candidates) == 1 else None
