"""One template in its written forms says one thing: YAML and JSON, short and long intrinsics, in all fixtures."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from iac_keycheck.cloudformation.detect import foreign_language, is_framework, is_template
from iac_keycheck.command.cli import main

FIXTURES = Path(__file__).parent / "fixtures"
FORMS = ("json", "long yaml", "short yaml", "flow yaml")
# What stands in comments, or is wrong with the text itself, is in one form only.
OF_ONE_FORM = ("iac-keycheck:", "one-logical-id-twice")


def _templates(folder: Path) -> list[Path]:
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".yaml", ".yml", ".json", ".template")]
    return [path for path in files if is_template(path.name, path.read_bytes())]


def _folders() -> Iterator[Path]:
    for topic in ("cloudformation", "stacks", "conditions", "identity"):
        for folder in sorted((FIXTURES / topic).iterdir()):
            texts = [path.read_bytes() for path in _templates(folder)] if folder.is_dir() else []
            plain = texts and not any(foreign_language(text) or is_framework(text) for text in texts)
            if plain and not any(mark in folder.name or mark.encode() in b"".join(texts) for mark in OF_ONE_FORM):
                yield folder


def _written(text: str, form: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import cfn_flip  # noqa: PLC0415 — slow, and it warns
        import yaml  # noqa: PLC0415

        if form == "json":
            return str(cfn_flip.to_json(text))
        if form == "flow yaml":
            return yaml.safe_dump(json.loads(cfn_flip.to_json(text)), default_flow_style=True, sort_keys=False)
        return str(cfn_flip.to_yaml(cfn_flip.to_json(text), long_form=form == "long yaml"))


def _told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    monkeypatch.chdir(folder)
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


@pytest.mark.parametrize("folder", _folders(), ids=lambda folder: folder.name)
def test_a_template_says_the_same_in_all_its_forms(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder, tmp_path / "as it is")
    expected = _told(tmp_path / "as it is", monkeypatch)
    for form in FORMS:
        copy = tmp_path / form
        shutil.copytree(folder, copy)
        for path in _templates(copy):
            path.write_text(_written(path.read_text(), form))
        assert _told(copy, monkeypatch) == expected, form
