"""Evidence of hundreds of megabytes is read in little memory, with its progress shown."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from iac_keycheck.scan import scan

LARGE = 200 << 20
MOST_MEMORY = 600 << 20
MEASURE = """
import resource, sys
from iac_keycheck.scan import scan
report = scan([sys.argv[1]])
print(sorted(finding.rule.id for finding in report.findings), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def bucket(index: int) -> dict[str, object]:
    """Something else that is in a plan in great number."""
    rules = [{"id": f"rule-{number}", "enabled": True, "expiration": [{"days": number}]} for number in range(30)]
    after = {"bucket": f"bucket-{index}", "policy": json.dumps({"Statement": rules}), "lifecycle_rule": rules}
    change = {"actions": ["no-op"], "before": after, "after": after, "after_unknown": {}}
    return {
        "address": f"aws_s3_bucket.b[{index}]",
        "mode": "managed",
        "type": "aws_s3_bucket",
        "name": "b",
        "index": index,
        "change": change,
        "values": after,
    }


def key(name: str) -> dict[str, object]:
    change = {"actions": ["create"], "before": None, "after": {"user": "ci"}, "after_unknown": {"id": True}}
    return {
        "address": f"aws_iam_access_key.{name}",
        "mode": "managed",
        "type": "aws_iam_access_key",
        "name": name,
        "change": change,
    }


def write_plan(file: TextIO, size: int) -> None:
    def listed(least: int) -> Iterator[str]:
        yield json.dumps(key("first"))
        index = 0
        while file.tell() < least:
            yield json.dumps(bucket(index))
            index += 1

    def array(least: int) -> None:
        file.write("[")
        file.writelines(f"{text}," for text in listed(least))
        file.write(f"{json.dumps(key('second'))}]")

    file.write('{"format_version":"1.2","planned_values":{"root_module":{"resources":')
    array(size // 2)
    file.write('}},"resource_changes":')
    array(size)
    file.write("}")


@pytest.mark.slow
def test_a_plan_of_two_hundred_megabytes_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    with path.open("w") as file:
        write_plan(file, LARGE)
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    rules, _, memory = done.stdout.rpartition(" ")
    assert "AC_AWS_0554" in rules
    assert int(memory) < MOST_MEMORY


def test_progress_is_shown_while_a_plan_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    with path.open("w") as file:
        write_plan(file, 8 << 20)
    seen: list[tuple[str, int, int]] = []
    scan([path], progress=lambda *told: seen.append(told))
    steps = [(done, total) for what, done, total in seen if "plan.json" in what]
    assert len({done for done, _ in steps}) > 4
    assert {total for _, total in steps} == {8}


def test_a_file_that_is_too_large_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    with path.open("wb") as file:
        file.truncate(257 << 20)
    [problem] = scan([path]).problems
    assert problem.kind == "bound"
