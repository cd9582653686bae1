"""Scans checkouts that lie in a folder, a line for each finding, and shows what changed since the last run.

``make ecosystem DIR=…`` is for looking at what a change of the program does to real code. The lines of the last run are
kept in ``.ecosystem/`` beside the project, which git ignores: nothing of anybody's code gets into the repository.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import PROJECT

KEPT = PROJECT / ".ecosystem"
SECONDS = 600


def lines_of(checkout: Path) -> Iterator[str]:
    """A line for each finding, gap and problem of a checkout, and one that says how the scan ended."""
    command = [sys.executable, "-P", "-m", "iac_keycheck", "scan", "--format", "json", "--as-of", "2026-01-01", "."]
    try:
        done = subprocess.run(
            command, cwd=checkout, env={"PYTHONPATH": str(PROJECT)}, capture_output=True, check=False, timeout=SECONDS
        )
        report = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        yield f"{checkout.name}: no report: {type(error).__name__}"
        return
    for one in report["findings"]:
        held = f" ({one['suppressed']['kind']})" if one["suppressed"] else ""
        user = one["user"]["name"] or one["user"]["address"] or "?"
        place = f"{one['location']['path']}:{one['location']['line']}"
        instances = f" x{len(one['instances'])}" if len(one["instances"]) > 1 else ""
        yield f"{checkout.name}/{place}: {one['rule_id']} {one['severity']} {one['certainty']} {user}{instances}{held}"
    for one in report["undecided"]:
        place = f"{one['location']['path']}:{one['location']['line']}"
        yield f"{checkout.name}/{place}: undecided {one['subject']}: {one['reason']}"
    for one in report["problems"]:
        place = f"{one['location']['path']}:{one['location']['line']}"
        yield f"{checkout.name}/{place}: problem {one['kind']}: {one['message']}"
    yield f"{checkout.name}: exit code {done.returncode}, {report['summary']['files']} files"


def main() -> int:
    """Scan, print what is new or gone, and keep the lines for the next time; 1 where anything changed."""
    parser = argparse.ArgumentParser(prog="python -m tests.ecosystem", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, help="holds the checkouts, one in each of its folders")
    parser.add_argument("--quiet", action="store_true", help="only what changed since the last run")
    options = parser.parse_args()
    folder = options.folder.resolve()
    kept = KEPT / f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}.txt"
    lines: list[str] = []
    for checkout in sorted(path for path in folder.iterdir() if path.is_dir()):
        started = time.monotonic()
        found = [line.encode("unicode_escape").decode() for line in lines_of(checkout)]
        lines += found
        if not options.quiet:
            sys.stdout.write("\n".join(found) + "\n")
        sys.stderr.write(f"{checkout.name}: {time.monotonic() - started:.1f} s\n")
    before: list[str] = []
    with contextlib.suppress(FileNotFoundError):
        before = kept.read_text("utf-8").splitlines()
    changes = list(difflib.unified_diff(before, lines, "last run", "this run", "", "", 0, ""))
    sys.stdout.write("\n".join(changes) + "\n" if before and changes else "")
    new, gone = (sum(line.startswith(sign) and line[:3] != sign * 3 for line in changes) for sign in "+-")
    sys.stdout.write(f"{len(lines)} lines, {f'{new} new, {gone} gone' if before else 'the first run'}: {kept}\n")
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("\n".join(lines) + "\n", "utf-8")
    return int(bool(before and changes))


if __name__ == "__main__":
    sys.exit(main())
