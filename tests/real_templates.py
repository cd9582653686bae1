"""Compares what is told of real templates in all their written forms: ``python -m tests.real_templates FOLDER …``.

Each template below the folders is scanned alone as it is, as JSON, and as YAML with long and short intrinsics and in
flow style. Few real templates make users, so each is compared a second time with keys of its own conditions,
parameters and maps: one under each condition, one for each text parameter, and so on. Exit code 1: some differ.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from iac_keycheck.cloudformation.detect import foreign_language, is_framework
from tests.written_forms import FORMS, templates, told, written

LARGEST: Final = 300_000
FEW: Final = 6
STEP: Final = 50
KEY: Final = "AWS::IAM::AccessKey"


def main() -> int:
    """Compare the templates below some folders; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.real_templates", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=10**9, help="so many templates")
    parser.add_argument("--every", type=int, default=1, help="each so manieth of them")
    options = parser.parse_args()
    paths = [path for folder in options.folders for path in templates(folder)][:: options.every]
    counts: collections.Counter[str] = collections.Counter()
    for number, path in enumerate(paths[: options.most]):
        if number % STEP == STEP - 1:
            print(f"{number + 1} of {len(paths)} templates", dict(counts), file=sys.stderr, flush=True)  # noqa: T201 — a command
        for what, difference in _differences(path):
            counts[what] += 1
            if difference:
                counts["differing"] += 1
                print(f"{path}: {what}: {difference}", flush=True)  # noqa: T201 — a command
    print(json.dumps(counts, indent=1))  # noqa: T201 — the same
    return 1 if counts["differing"] else 0


def _differences(path: Path) -> Iterator[tuple[str, str]]:
    """What was compared, each with how it differs."""
    data = path.read_bytes()
    if len(data) > LARGEST or foreign_language(data) is not None or is_framework(data):
        yield "not compared: too large, or no plain template", ""
        return
    text = data.decode("utf-8-sig", "replace")
    try:
        as_json = written(text, "json")
        forms = {form: written(text, form) for form in FORMS}
        grafted = grafts(json.loads(as_json))
    except Exception as error:  # noqa: BLE001 — cfn-flip reads not all that is YAML
        yield f"not compared: cfn-flip says {type(error).__name__}", ""
        return
    yield "templates as they are", _difference({"as it is": text, **forms})
    if grafted is not None:
        body = json.dumps(grafted, indent=1)
        yield "templates with keys", _difference({form: written(body, form) for form in FORMS})


def grafts(template: Any) -> Any:  # noqa: ANN401 — JSON
    """The template with keys that ask for its conditions, parameters and maps; None where it has none."""
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        return None
    conditions = [name for name in _names(template, "Conditions") if not name.startswith("Fn::")][:FEW]
    parameters = _names(template, "Parameters")
    if not conditions and not parameters:
        return None
    keys: dict[str, Any] = {"GraftBase": {"Type": KEY, "Properties": {"UserName": "graft"}}}
    for number, name in enumerate(conditions):
        status = {"Fn::If": [name, "Active", "Inactive"]}
        keys[f"GraftWhere{number}"] = {"Type": KEY, "Condition": name, "Properties": {"UserName": "graft"}}
        keys[f"GraftWhile{number}"] = {"Type": KEY, "Properties": {"UserName": f"graft-{number}", "Status": status}}
        keys[f"GraftBeside{number}"] = {"Type": KEY, "Properties": {"UserName": f"graft-{number}"}}
    for number, name in enumerate(parameters[:FEW]):
        kind = template["Parameters"][name]
        if isinstance(kind, dict) and kind.get("Type") == "String":
            keys[f"GraftOf{number}"] = {"Type": KEY, "Properties": {"UserName": {"Fn::Sub": f"u-${{{name}}}"}}}
            keys[f"GraftFor{number}"] = {
                "Type": KEY,
                "Properties": {"UserName": {"Fn::Join": ["-", ["u", {"Ref": name}]]}},
            }
    for number, name in enumerate(_names(template, "Mappings")[:FEW]):
        rows = template["Mappings"][name]
        row = next((one for one in rows.values() if isinstance(one, dict) and one), None) if rows else None
        if row is not None:
            found = {"Fn::FindInMap": [name, {"Ref": "AWS::Region"}, next(iter(row))]}
            keys[f"GraftIn{number}"] = {"Type": KEY, "Properties": {"UserName": {"Fn::Sub": ["m-${x}", {"x": found}]}}}
    return {**template, "Resources": {**template["Resources"], **keys}}


def _names(template: dict[str, Any], section: str) -> list[str]:
    found = template.get(section)
    return list(found) if isinstance(found, dict) else []


def _difference(forms: dict[str, str]) -> str:
    first: list[str] | None = None
    for form, text in forms.items():
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Path("template.json" if form == "json" else "template.yaml").write_text(text, "utf-8")
            here = [_renamed(one) for one in told()]
        if first is None:
            first = here
        elif here != first:
            more = [one for one in here if one not in first]
            less = [one for one in first if one not in here]
            return f"{form}: {str(more)[:300]} instead of {str(less)[:300]}"
    return ""


def _renamed(one: object) -> str:
    return repr(one).replace("template.json", "template.yaml")


if __name__ == "__main__":
    os.environ["PYTHONWARNINGS"] = "ignore"
    sys.exit(main())
