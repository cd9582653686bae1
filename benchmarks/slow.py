"""``python -m benchmarks.slow``: files that are made to take long, one at a time, and what a scan of each takes."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from benchmarks.processes import measured, scan_of

_KEY: Final = (
    'resource "aws_iam_user" "u{0}" {{\n  name = "u{0}"\n}}\n\n'
    'resource "aws_iam_access_key" "k{0}" {{\n  user = aws_iam_user.u{0}.name\n}}\n'
)
_ONE: Final = _KEY.format("")
_FURTHER: Final = 'resource "aws_iam_access_key" "k{0}" {{\n  user = aws_iam_user.u.name\n}}\n'
_BUCKET: Final = 'resource "aws_s3_bucket" "b{0}" {{\n  bucket = "b{0}"\n}}\n'


def _json() -> str:
    return json.dumps({"resource": {"aws_iam_user": {f"u{n}": {"name": f"u{n}"} for n in range(100_000)}}})


_FILES: Final[Mapping[str, tuple[str, Callable[[], str]]]] = {
    "a line of 50 MB": ("main.tf", lambda: f'{_ONE}locals {{\n  x = "{"a" * 50_000_000}"\n}}\n'),
    "100,000 blocks": ("main.tf", lambda: _ONE + "".join(_BUCKET.format(n) for n in range(100_000))),
    "5,000 keys of as many users": ("main.tf", lambda: "".join(_KEY.format(n) for n in range(5_000))),
    "250 keys of one user": ("main.tf", lambda: _ONE + "".join(_FURTHER.format(n) for n in range(249))),
    "10,000 brackets in a local value": (
        "main.tf",
        lambda: f"{_ONE}locals {{\n  x = {'[' * 10_000}{']' * 10_000}\n}}\n",
    ),
    "a `.tf.json` of 100,000 resources": ("main.tf.json", _json),
    "a YAML template of 50 MB": (
        "template.yaml",
        lambda: "Resources:\n  U:\n    Type: AWS::IAM::User\n# " + "a" * 50_000_000 + "\n",
    ),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each scan (3)")
    parser.add_argument("--only", default="", metavar="TEXT", help="files whose name in the table has this in it")
    options = parser.parse_args()
    sys.stdout.write("| file | processor s | MiB |\n| --- | --- | --- |\n")
    with tempfile.TemporaryDirectory(prefix="iac-keycheck-slow-") as folder:
        work = Path(folder)
        for name, (file, content) in _FILES.items():
            if options.only not in name:
                continue
            (work / "tree").mkdir()
            (work / "tree" / file).write_text(content(), "utf-8")
            cost = measured({"scan": scan_of(work / "tree")}, options.runs, work / "bytecode")["scan"]
            shutil.rmtree(work / "tree")
            sys.stdout.write(f"| {name} | {cost.processor:.2f} | {cost.memory >> 20} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
