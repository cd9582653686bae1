"""What is known of public modules that make users and keys: our own sketch of each, as Terraform code beside this file.

A sketch has the inputs that decide which users, keys and console logins there are, with the defaults of that version,
and the outputs that name them. ``index.json`` says which sketch stands for which source and versions.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from iac_keycheck.workspace import Workspace

PREFIX = "public module "
"""What the directories of sketches begin with, which is no path of a file system."""
_FIRST_NUMBER = re.compile(r"\d+")


@lru_cache(maxsize=1)
def _index() -> dict[str, list[dict[str, str]]]:
    loaded: dict[str, list[dict[str, str]]] = json.loads(Path(__file__).with_name("index.json").read_text("utf-8"))
    return loaded


def public_module(source: str, version: str | None) -> str | None:
    """The directory that stands for a public module, None where nothing is known of it.

    Without a version, or a constraint that begins with none, the newest counts: it is what ``terraform init`` takes.
    """
    bare, _, reference = source.partition("?ref=")
    for known, sketches in _index().items():
        if _same_source(bare, known):
            wanted = version if version is not None else reference
            number = _FIRST_NUMBER.search(wanted) if wanted else None
            for sketch in sketches:
                if number is not None and number[0] == sketch["major"]:
                    return PREFIX + sketch["sketch"]
            return PREFIX + sketches[-1]["sketch"] if number is None else None
    return None


def keep_sketch(directory: str, workspace: Workspace) -> None:
    """Let a sketch be read as the files of a directory."""
    name = directory.removeprefix(PREFIX)
    workspace.keep(f"{directory}/main.tf", Path(__file__).with_name(f"{name}.tf").read_bytes())


def _same_source(source: str, known: str) -> bool:
    """Whether a source names a module, by its registry address or the git repository behind it."""
    if source in (known, f"registry.terraform.io/{known}"):
        return True
    address, _, below = known.partition("//")
    namespace, name, provider = address.split("/")
    repository = f"github.com/{namespace}/terraform-{provider}-{name}"
    plain = (
        re.sub(r"^(git::)?(https://|ssh://git@|git@)", "", source)
        .replace("github.com:", "github.com/")
        .replace(".git", "")
    )
    return plain == (f"{repository}//{below}" if below else repository)
