"""Which sketch stands for a public module, by its source and version, and the text of it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import cache, lru_cache
from pathlib import Path
from typing import NotRequired, TypedDict

from iac_keycheck.expressions import expression
from iac_keycheck.terraform.public_modules import PREFIX
from iac_keycheck.terraform.public_modules.versions import Range, allowed, version
from iac_keycheck.workspace import Workspace

_VARIABLE = expression(r'^variable "(\w+)"', re.MULTILINE)
_REGISTRY = expression(r"(?:tfr://)?(?:/|registry\.(?:terraform\.io|opentofu\.org)/)?([\w-]+/[\w-]+/\w+(?://[\w/-]+)?)")
_REPOSITORY = expression(
    r"(?:git::)?(?:https://|(?:ssh://)?git@)?github\.com[/:]([\w-]+)/terraform-([a-z]+)-([\w-]+?)(?:\.git)?(//[\w/-]+)?"
)
_TAG = expression(r"(?:refs/)?(?:tags/)?(v?\d+(?:\.\d+){0,2})")
_NEWEST = ("master", "main", "HEAD")
_ANY = Range()

_Sketch = TypedDict("_Sketch", {"from": str, "before": str, "sketch": str, "with": NotRequired[str]})


def is_public(source: str) -> bool:
    """Whether something is known of a module."""
    located = _located(source, None)
    return located is not None and located[0] in _index()


def public_module(source: str, constraint: str | None, arguments: Collection[str] = ()) -> str | None:
    """The directory that stands for a public module, None where nothing is known of it.

    Where several versions are allowed, the newest counts, as ``terraform init`` takes it; but not one that lacks an
    argument which an older one has: with that the call would be refused, so it was not written for it.
    """
    located = _located(source, constraint)
    if located is None:
        return None
    name, wanted = located
    sketches = _index().get(name, [])
    fitting = [sketch for sketch in reversed(sketches) if _versions(sketch).meets(wanted)]
    known = {argument for sketch in sketches for argument in _variables(sketch)}.intersection(arguments)
    for sketch in fitting:
        if known <= _variables(sketch):
            return PREFIX + sketch["sketch"]
    return PREFIX + fitting[0]["sketch"] if fitting else None


def keep_sketch(directory: str, workspace: Workspace) -> None:
    """Let a sketch be read as the files of a directory."""
    name = directory.removeprefix(PREFIX)
    for sketches in _index().values():
        for sketch in sketches:
            if sketch["sketch"] == name:
                for file in _files(sketch):
                    workspace.keep(f"{directory}/{file}.tf", _text(file).encode())
                return


def _located(source: str, constraint: str | None) -> tuple[str, Range] | None:
    """The name of a module in the registry, also for its git repository, and the versions that are wanted."""
    address, _, query = source.partition("?")
    options = {name: value for name, _, value in (part.partition("=") for part in query.split("&"))}
    registry = _REGISTRY.fullmatch(address)
    if registry is not None:
        given = options.get("version", constraint)
        wanted = _ANY if given is None else allowed(given)
        return None if wanted is None else (registry[1], wanted)
    repository = _REPOSITORY.fullmatch(address)
    if repository is None:
        return None
    namespace, provider, name, below = repository.groups()
    reference = options.get("ref", _NEWEST[0])
    tag = _TAG.fullmatch(reference)
    if tag is None and reference not in _NEWEST:
        return None
    wanted = allowed(tag[1]) if tag else _ANY
    return None if wanted is None else (f"{namespace}/{name}/{provider}{below or ''}", wanted)


@lru_cache(maxsize=1)
def _index() -> dict[str, list[_Sketch]]:
    loaded: dict[str, list[_Sketch]] = json.loads(Path(__file__).with_name("index.json").read_text("utf-8"))
    return loaded


def _versions(sketch: _Sketch) -> Range:
    low, high = version(sketch["from"]), version(sketch["before"])
    return _ANY if low is None or high is None else Range(low, high)


def _variables(sketch: _Sketch) -> frozenset[str]:
    return frozenset(name for file in _files(sketch) for name in _VARIABLE.findall(_text(file)))


def _files(sketch: _Sketch) -> list[str]:
    return [sketch["sketch"], *([sketch["with"]] if "with" in sketch else [])]


@cache
def _text(file: str) -> str:
    return Path(__file__).with_name(f"{file}.tf").read_text("utf-8")
