"""``python -m benchmarks.slow``: files that are made to take long, one at a time, and what a scan of each takes."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
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


_TEMPLATE: Final = (
    "  U{0}:\n    Type: AWS::IAM::User\n"
    "  K{0}:\n    Type: AWS::IAM::AccessKey\n    Properties:\n      UserName: !Ref U{0}\n"
)
_CALL: Final = 'module "n{0}" {{\n  source = "../m{1}"\n}}\n'
_COUNTED: Final = 'resource "aws_iam_access_key" "l" {{\n  count = {0} ? 1 : 0\n  user  = "u"\n}}\n'


def _main(text: str) -> dict[str, str]:
    return {"main.tf": _ONE + text}


def _json() -> dict[str, str]:
    return {
        "main.tf.json": json.dumps({"resource": {"aws_iam_user": {f"u{n}": {"name": f"u{n}"} for n in range(100_000)}}})
    }


def _modules(number: int, called: Callable[[int], Iterable[int]]) -> dict[str, str]:
    """Modules with a key each, by the numbers of those that each calls."""
    return {
        f"m{n}/main.tf": _ONE + "".join(_CALL.format(at, other) for at, other in enumerate(called(n)))
        for n in range(number)
    }


def _ten_others(number: int) -> Iterator[int]:
    chance = random.Random(number)  # noqa: S311 — the same at every run
    return (chance.randrange(1_000) for _ in range(10))


def _quadrupled() -> str:
    lines = (f'  x{n + 1} = "${{local.x{n}}}${{local.x{n}}}${{local.x{n}}}${{local.x{n}}}"\n' for n in range(30))
    return 'locals {\n  x0 = "aaaaaaaaaa"\n' + "".join(lines) + "}\n" + _COUNTED.format("length(local.x30) > 3")


def _repeated() -> str:
    loops = "".join(f"%{{ for n{depth} in range(1000) }}" for depth in range(3))
    text = f'locals {{\n  x = "{loops}x{"%{ endfor }" * 3}"\n}}\n'
    return text + _COUNTED.format("length(local.x) > 3")


def _expressions() -> str:
    text = f'locals {{\n  x = [for n in range(1000) : can(regex("(a*)*(a*)*(a|aa)+$", "{"a" * 5_000}b"))]\n}}\n'
    return text + _COUNTED.format("local.x[0]")


_TREES: Final[Mapping[str, Callable[[], dict[str, str]]]] = {
    "a line of 50 MB": lambda: _main(f'locals {{\n  x = "{"a" * 50_000_000}"\n}}\n'),
    "a line of 50 MB in a user": lambda: {"main.tf": _ONE.replace('= "u"', f'= "{"a" * 50_000_000}"', 1)},
    "100,000 blocks": lambda: _main("".join(_BUCKET.format(n) for n in range(100_000))),
    "5,000 keys of as many users": lambda: {"main.tf": "".join(_KEY.format(n) for n in range(5_000))},
    "50,000 keys of as many users": lambda: {"main.tf": "".join(_KEY.format(n) for n in range(50_000))},
    "250 keys of one user": lambda: _main("".join(_FURTHER.format(n) for n in range(249))),
    "10,000 brackets in a local value": lambda: _main(f"locals {{\n  x = {'[' * 10_000}{']' * 10_000}\n}}\n"),
    "10,000 blocks in each other": lambda: _main("x " + "{\n x " * 10_000 + "}\n" * 10_000),
    "1,000 matches of a regex that explodes": lambda: _main(_expressions()),
    "templates that quadruple 30 times": lambda: _main(_quadrupled()),
    "a template that repeats 1,000,000,000 times": lambda: _main(_repeated()),
    "1,000 modules in a ring": lambda: _modules(1_000, lambda n: [(n + 1) % 1_000]),
    "1,000 modules that call ten others each": lambda: _modules(1_000, _ten_others),
    "a `.tf.json` of 100,000 resources": _json,
    "a YAML template of 50 MB": lambda: {
        "template.yaml": "Resources:\n  U:\n    Type: AWS::IAM::User\n# " + "a" * 50_000_000 + "\n"
    },
    "a YAML template of 1,000 users and keys": lambda: {
        "template.yaml": "Resources:\n" + "".join(_TEMPLATE.format(n) for n in range(1_000))
    },
    "10,000 brackets in a YAML template": lambda: {
        "template.yaml": f"Resources:\n  U:\n    Type: AWS::IAM::User\n    X: {'[' * 10_000}{']' * 10_000}\n"
    },
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
        for name, files in _TREES.items():
            if options.only not in name:
                continue
            for file, text in files().items():
                (work / "tree" / file).parent.mkdir(parents=True, exist_ok=True)
                (work / "tree" / file).write_text(text, "utf-8")
            cost = measured({"scan": scan_of(work / "tree")}, options.runs, work / "bytecode")["scan"]
            shutil.rmtree(work / "tree")
            sys.stdout.write(f"| {name} | {cost.processor:.2f} | {cost.memory >> 20} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
