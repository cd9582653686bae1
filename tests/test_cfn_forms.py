"""One template in its written forms says one thing: YAML and JSON, short and long intrinsics, in all fixtures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from iac_keycheck.cloudformation.detect import foreign_language, is_framework
from tests.written_forms import FORMS, templates, told, written

FIXTURES = Path(__file__).parent / "fixtures"
# What stands in comments, or is wrong with the text itself, is in one form only; keys of a template that is a text in
# another one have one place in JSON, and are told together.
OF_ONE_FORM = (
    "iac-keycheck:",
    "one-logical-id-twice",
    "a-nested-template-that-is-no-yaml",
    "stack-sets-in-regions-that-are-not-known",
)


def _folders() -> Iterator[Path]:
    for topic in ("cloudformation", "stacks", "conditions", "identity"):
        for folder in sorted((FIXTURES / topic).iterdir()):
            texts = [path.read_bytes() for path in templates(folder)] if folder.is_dir() else []
            plain = texts and not any(foreign_language(text) or is_framework(text) for text in texts)
            if plain and not any(mark in folder.name or mark.encode() in b"".join(texts) for mark in OF_ONE_FORM):
                yield folder


def _told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    monkeypatch.chdir(folder)
    return told()


@pytest.mark.parametrize("folder", _folders(), ids=lambda folder: folder.name)
def test_a_template_says_the_same_in_all_its_forms(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder, tmp_path / "as it is")
    expected = _told(tmp_path / "as it is", monkeypatch)
    for form in FORMS:
        copy = tmp_path / form
        shutil.copytree(folder, copy)
        for path in templates(copy):
            path.write_text(written(path.read_text(), form))
        assert _told(copy, monkeypatch) == expected, form
