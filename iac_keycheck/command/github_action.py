"""Runs a scan for the GitHub Action: what is given as inputs reaches the program as words, never as text of a script.

The environment has the inputs as SCAN_…. Where a word cannot be read the code is 2, and nothing is scanned. Nothing is
imported from the working directory, which holds what is scanned.
"""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

MISUSE: Final = 2


def main() -> int:
    """Scan, annotate, tell the exit code and the file of the SARIF report."""
    try:
        paths, more = shlex.split(os.environ["SCAN_PATHS"]), shlex.split(os.environ["SCAN_ARGS"])
    except ValueError as error:
        sys.stderr.write(f"Error: the inputs paths and args must be words as in a shell: {error}\n")
        return _told(MISUSE)
    with tempfile.TemporaryDirectory() as folder:
        annotations = Path(folder, "annotations")
        reports = [f"github={annotations}"] if os.environ["SCAN_ANNOTATIONS"] == "true" else []
        if os.environ["SCAN_SARIF"]:
            reports.append(f"sarif={os.environ['SCAN_SARIF']}")
        if os.environ["SCAN_SUMMARY"] == "true" and os.environ.get("GITHUB_STEP_SUMMARY"):
            reports.append(f"markdown={os.environ['GITHUB_STEP_SUMMARY']}")
        words = [word for report in reports for word in ("--report", report)]
        code = _without_commands([sys.executable, "-P", "-m", "iac_keycheck", "scan", *more, *words, "--", *paths])
        if annotations.is_file():
            sys.stdout.write(annotations.read_text("utf-8"))
    return _told(code)


def _without_commands(command: list[str]) -> int:
    """Run a command of whose output nothing is taken for a command to the runner."""
    token = secrets.token_hex(16)
    sys.stdout.write(f"::stop-commands::{token}\n")
    sys.stdout.flush()
    code = subprocess.run(command, check=False).returncode  # noqa: S603 — no shell, and words of the workflow's author
    sys.stdout.write(f"::{token}::\n")
    sys.stdout.flush()
    return code


def _told(code: int) -> int:
    sarif = os.environ["SCAN_SARIF"]
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"exit-code={code}\n")
        if sarif and Path(sarif).is_file() and "\n" not in sarif:
            output.write(f"sarif={sarif}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
