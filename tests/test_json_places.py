"""Lines and columns in evidence are those that counting from its beginning gives, in any order of asking."""

from __future__ import annotations

import random

import pytest

from iac_keycheck.evidence.json_walk import JsonText


@pytest.mark.parametrize("alphabet", ["ab\n", "a\u00e9\U0001f511\n", "ab"])
def test_places_are_those_of_counting_from_the_beginning(alphabet: str) -> None:
    chance = random.Random(alphabet)  # noqa: S311 — the same at every run
    for _ in range(40):
        text = "".join(chance.choices(alphabet, k=chance.randrange(80)))
        walked = JsonText("plan.json", text.encode())
        for _ in range(60):
            before = text[: chance.randrange(len(text) + 1)]
            counted = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
            assert walked.position(len(before.encode())) == counted
