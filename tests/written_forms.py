"""The written forms of a template, and what a scan tells that must be the same of each."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner

from iac_keycheck.cloudformation.detect import is_template
from iac_keycheck.command.cli import main

FORMS = ("json", "long yaml", "short yaml", "flow yaml")


def templates(folder: Path) -> list[Path]:
    """The files of a folder that are templates."""
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".yaml", ".yml", ".json", ".template")]
    return [path for path in files if path.is_file() and is_template(path.name, path.read_bytes())]


def written(text: str, form: str) -> str:
    """A template in another form."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import cfn_flip  # noqa: PLC0415 — slow, and it warns
        import yaml  # noqa: PLC0415

        if form == "json":
            return str(cfn_flip.to_json(text))
        if form == "flow yaml":
            return yaml.safe_dump(json.loads(cfn_flip.to_json(text)), default_flow_style=True, sort_keys=False)
        return str(cfn_flip.to_yaml(cfn_flip.to_json(text), long_form=form == "long yaml"))


def told() -> list[object]:
    """What a scan of the working directory tells, but for places."""
    result = CliRunner().invoke(main, ["scan", ".", "--format", "json", "--as-of", "2026-03-01"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    report = json.loads(result.stdout)
    findings = [
        (one["rule_id"], one["severity"], one["message"], [_without_places(instance) for instance in one["instances"]])
        for one in report["findings"]
    ]
    undecided = [(one["rule_ids"], one["subject"], one["reason"]) for one in report["undecided"]]
    problems = [(one["kind"], one["message"].split(" line ")[0]) for one in report["problems"]]
    return sorted(findings, key=repr) + sorted(undecided, key=repr) + sorted(problems, key=repr)


def _without_places(instance: Mapping[str, object]) -> Mapping[str, object]:
    return {key: value for key, value in instance.items() if key != "calls"}
