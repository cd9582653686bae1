"""Which files of a directory are Terraform configuration, and in what order they count."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_CONFIGURATION = (".tf", ".tf.json", ".tofu", ".tofu.json")


def configuration_files(names: Iterable[str]) -> list[str]:
    """The names in a directory that Terraform (or OpenTofu) reads as configuration, override files last, each in order.

    ``x.tofu`` replaces ``x.tf``, ``x.tofu.json`` replaces ``x.tf.json``.
    """
    files = sorted(
        name for name in names if name.endswith(_CONFIGURATION) and name[0] not in ".~#" and ".tftest." not in name
    )
    said = "\n".join(files)
    if ".tofu" in said:
        tofu = {name for name in files if name.endswith((".tofu", ".tofu.json"))}
        files = [name for name in files if name.replace(".tf", ".tofu") not in tofu or name in tofu]
    # most directories have none of either
    return sorted(files, key=is_override) if "override" in said else files


def is_override(name: str) -> bool:
    """Whether a file's blocks are merged into those of the others."""
    stem = name.split(".", maxsplit=1)[0]
    return stem == "override" or stem.endswith("_override")
