"""What a report says apart from addresses that a change changes, places and words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.expectations import SEVERITIES
from tests.metamorphic.terraform_changes import INNER, Files
from tests.running import scan

_BROKEN: Final = frozenset({"syntax", "encoding", "bound", "unreadable", "internal"})


def report(files: Files, folder: Path, options: Sequence[str] = (), paths: Sequence[str] = (".",)) -> Mapping[str, Any]:
    """The report on these files, written below ``folder``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return scan(folder, options, paths).report


def is_broken(of: Mapping[str, Any]) -> bool:
    """Whether some of the code could not be read, so that a change to it may not be one to what is read."""
    return any(problem["kind"] in _BROKEN for problem in of["problems"])


def outcome(of: Mapping[str, Any]) -> Counter[str]:
    """What is found and left open, once for each user."""
    found = Counter(
        _line(finding, instance, finding["severity"] if not at else "", instance["certainty"])
        for finding in of["findings"]
        for at, instance in enumerate(finding["instances"])
    )
    found.update(f"undecided {' '.join(entry['rule_ids'])} {_address(entry['subject'])}" for entry in of["undecided"])
    return found


def in_any_order(of: Mapping[str, Any]) -> Counter[str]:
    """The same, wherever it stands: which instances one finding has, and which is its first, is a matter of places."""
    found = Counter(
        _line(finding, instance, "", instance["certainty"])
        for finding in of["findings"]
        for instance in finding["instances"]
    )
    worst = {(finding["rule_id"], finding["severity"]) for finding in of["findings"]}
    found.update(f"{rule} {next(one for one in SEVERITIES if (rule, one) in worst)}" for rule in dict(worst))
    found.update(f"undecided {' '.join(entry['rule_ids'])} {_address(entry['subject'])}" for entry in of["undecided"])
    return found


def committed(of: Mapping[str, Any]) -> Counter[str]:
    """What is found with the committed values; what holds with others as well may have no one name for its user."""
    return Counter(
        _line(finding, instance | {"user": instance["user"] | {"name": None}}, _severity(finding), "holds")
        for finding in of["findings"]
        for instance in finding["instances"]
        if instance["certainty"] != "possible"
    )


def _severity(finding: Mapping[str, Any]) -> str:
    worse = finding["worse"]
    return str(worse["severity"] if worse and worse["certainty"] == "default" else finding["severity"])


def _line(finding: Mapping[str, Any], instance: Mapping[str, Any], severity: str, certainty: str) -> str:
    user = instance["user"]
    who = [user["name"], _address(user["address"] or ""), sorted(map(_address, instance["keys"]))]
    witness = {_address(name): value for name, value in instance["witness"].items()}
    worlds = len(instance["worlds"])
    held = (finding["suppressed"] or {}).get("kind")
    said = "" if certainty == "holds" else f" worlds={worlds} witness={json.dumps(witness, sort_keys=True)}"
    return f"{finding['rule_id']} {severity} {certainty} {json.dumps(who)} held={held}{said}"


def _address(address: str) -> str:
    """An address without the module that was put around, indexes of counts of one, and the format of a template."""
    return address.removeprefix(f"module.{INNER}.").replace("[0]", "").replace(".json", ".yaml")
