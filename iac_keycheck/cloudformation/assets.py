"""The file that an address in a synthesized template leads to, by the manifest of the assets of its stack."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator

from iac_keycheck.source import InputError
from iac_keycheck.workspace import Workspace, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TEMPLATE, MANIFEST = ".template.json", ".assets.json"


def asset_at(address: str, template: str, workspace: Workspace) -> str | None:
    """The path of what is uploaded to an address, as far as the manifest beside a stack's template tells it."""
    manifest = template.removesuffix(TEMPLATE) + MANIFEST
    if not template.endswith(TEMPLATE) or not workspace.exists(manifest):
        return None
    try:
        document = json.loads(workspace.text(manifest))
    except (InputError, ValueError, RecursionError):
        return None
    wanted = f"/{address.partition('?')[0]}"
    for source, key in _uploads(document):
        if wanted.endswith(f"/{key}"):
            path = join(posixpath.dirname(template), source)
            return path if workspace.exists(path) else None
    return None


def _uploads(document: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 — JSON
    """The file and the name it has where it is uploaded, of each asset."""
    files = document.get("files") if isinstance(document, dict) else None
    for asset in files.values() if isinstance(files, dict) else ():
        match asset:
            case {"source": {"path": str(path)}, "destinations": dict(destinations)}:
                for destination in destinations.values():
                    match destination:
                        case {"objectKey": str(key)} if key:
                            yield path, key
