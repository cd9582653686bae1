"""Keys that are written into code are reported without being repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from iac_keycheck.users.literals import concealed, literals
from iac_keycheck.workspace import Workspace

ID: Final = "AKIAZ7QK3LMN5P2RTUVW"
SECRET: Final = "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"  # noqa: S105 — made up
TEXT: Final = f'provider "aws" {{\n  access_key = "{ID}"\n  secret_key = "{SECRET}"\n}}\n'


def test_what_is_shown_of_a_file_has_no_secret_and_all_places_stay() -> None:
    shown = concealed(TEXT)
    assert SECRET not in shown
    assert ID not in shown
    assert len(shown) == len(TEXT)
    assert shown.count("\n") == TEXT.count("\n")


def test_text_without_keys_is_shown_as_it_is() -> None:
    plain = 'commit = "3f786850e387550fdab836ed7e6dc881de23001b" # secret_key'
    assert concealed(plain) == plain


def test_an_id_is_found_with_its_secret_and_shown_by_its_ends(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(TEXT, "utf-8")
    path = (tmp_path / "main.tf").as_posix()
    (found,) = literals([path], Workspace((str(tmp_path.resolve()),)))
    assert found.shown == "AKIA…TUVW"
    assert (found.span.line, found.span.column) == (2, 17)
    assert found.secret is not None
    assert found.secret.line == 3
