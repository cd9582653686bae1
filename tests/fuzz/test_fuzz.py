"""A little of the fuzzing in every run of the tests, always the same; and whether the fuzzer sees what is wrong."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.front_ends import FRONT_ENDS, SEEDS
from tests.fuzz.guided import by_own_loop
from tests.fuzz.mutations import mutated
from tests.fuzz.trial import Fault, tried

_NEAR: Final = 4
_RULE: Final = '''"""A rule."""

from iac_keycheck import Meta, Severity

META = Meta("PLANTED_1", "planted", "Planted", Severity.LOW)


def check(graph):
    """Nothing good."""
    {body}
    return []
'''


@pytest.mark.parametrize("name", FRONT_ENDS)
@settings(max_examples=3, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_end_in_a_report(name: str, data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    FRONT_ENDS[name].write(folder, None)
    assert tried(FRONT_ENDS[name], folder, data) is None


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_texts_that_are_nearly_right_end_in_a_report(name: str, tmp_path: Path) -> None:
    front = FRONT_ENDS[name]
    front.write(tmp_path, None)
    seeds = [seed for seed in front.seeds() if len(seed) < 1500]
    assert seeds
    rng = random.Random(1)  # noqa: S311 — not for secrets
    for _ in range(_NEAR):
        data = mutated(front, seeds, rng)
        assert tried(front, tmp_path, data) is None, data


@pytest.mark.parametrize(
    ("body", "kind"),
    [("raise KeyError('x')", "crash"), ("while True: pass", "hang"), ("import os; raise SystemExit", "crash")],
)
def test_a_fault_in_the_program_is_seen(body: str, kind: str, tmp_path: Path) -> None:
    front = FRONT_ENDS["yaml-rules"]
    front.write(tmp_path, None)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "planted.py").write_text(_RULE.replace("{body}", body))
    fault = tried(front, tmp_path, (SEEDS / "yaml-rules" / "1").read_bytes(), seconds=1.0)
    assert isinstance(fault, Fault)
    assert fault.kind == kind


def test_the_loop_of_our_own_tries_the_seeds_and_then_texts_near_them() -> None:
    front, inputs = FRONT_ENDS["suppression"], list[bytes]()
    seeds = front.seeds()
    by_own_loop(front, seeds, 0.2, 1, inputs.append)
    assert inputs[: len(seeds)] == seeds
    assert len(inputs) > 2 * len(seeds)
