"""The real `terraform`, with the stub providers at hand."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_START_LIMIT: Final = 600.0  # seconds for the stub providers to answer
_CHECKOUT: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error of `terraform`, with the file and resource instance that it blames, each empty if it blames none."""

    summary: str
    detail: str
    path: str
    address: str

    @property
    def message(self) -> str:
        """The error in one line."""
        return " ".join(f"{self.summary}: {self.detail}".split())


@dataclass(frozen=True, slots=True)
class Rejected:
    """Terraform rejects the configuration."""

    diagnostics: tuple[Diagnostic, ...]

    @property
    def reason(self) -> str:
        """The first error, in one line."""
        return self.diagnostics[0].message


@dataclass(frozen=True, slots=True)
class Terraform:
    """How to run the program: the environments for plans with unknowns and without (see `stub_provider.server`)."""

    environment: Mapping[str, str]
    environment_all_known: Mapping[str, str]

    def plan(self, folder: Path, *arguments: str, all_known: bool = True) -> Mapping[str, Any] | Rejected:
        """The JSON form of the plan for the configuration in ``folder``, which gets a few files of Terraform's own."""
        if _calls_modules(folder):
            installed = self.run(folder, "get", "-no-color", all_known=all_known)
            if installed.returncode:
                return Rejected((_unreadable(installed.stderr),))
        # `-json` names the place of every error; `-refresh=false` as there is nothing to refresh yet.
        planned = self.run(
            folder,
            *("plan", "-json", "-input=false", "-lock=false", "-refresh=false", "-out=.plan", *arguments),
            all_known=all_known,
        )
        if planned.returncode:
            return Rejected(
                errors(planned.stdout) or (Diagnostic("no diagnostic", planned.stdout + planned.stderr, "", ""),)
            )
        shown = self.run(folder, "show", "-json", ".plan", all_known=all_known)
        plan: Mapping[str, Any] = json.loads(shown.stdout)
        return plan

    def run(self, folder: Path, *arguments: str, all_known: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command in ``folder``."""
        environment = self.environment_all_known if all_known else self.environment
        return subprocess.run(
            ["terraform", *arguments],
            cwd=folder,
            env=dict(environment),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )


def missing() -> str | None:
    """What this machine lacks to ask Terraform, by name; None if nothing."""
    if shutil.which("terraform") is None:
        return "the program `terraform`"
    for package in ("grpc", "msgpack"):
        if importlib.util.find_spec(package) is None:
            return f"the Python package `{package}`"
    return None


@contextmanager
def running() -> Iterator[Terraform]:
    """Terraform with the stub providers started, which end with the context."""
    from tests.oracle.stub_provider.server import REATTACH_FILES  # noqa: PLC0415 - needs grpc, which may be missing

    with tempfile.TemporaryDirectory(prefix="oracle-stub-") as name:
        folder = Path(name)
        stub = subprocess.Popen(
            [sys.executable, "-m", "tests.oracle.stub_provider", name], stdin=subprocess.PIPE, cwd=_CHECKOUT
        )
        try:
            _wait_for(folder / REATTACH_FILES[True], stub)
            yield Terraform(*(_environment((folder / REATTACH_FILES[known]).read_text()) for known in (False, True)))
        finally:
            stub.communicate()  # closes its standard input, which ends it


def _wait_for(path: Path, stub: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_LIMIT
    while not path.exists():
        if stub.poll() is not None or time.monotonic() > end:
            message = "the stub providers did not start"
            raise RuntimeError(message)
        time.sleep(0.02)


def _environment(reattach: str) -> Mapping[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
    return inherited | {
        "TF_REATTACH_PROVIDERS": reattach,
        "TF_CLI_CONFIG_FILE": os.devnull,
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }


def _calls_modules(folder: Path) -> bool:
    return any("module" in path.read_text() for path in folder.iterdir() if path.name.endswith((".tf", ".tf.json")))


def _unreadable(text: str) -> Diagnostic:
    """The error of a command that has no JSON form."""
    matched = re.search(r"on (\S+) line \d+", text)
    return Diagnostic("the configuration cannot be read", text, matched[1] if matched else "", "")


def errors(stream: str) -> tuple[Diagnostic, ...]:
    """The errors in the output of a command with `-json`."""
    errors = []
    for line in stream.splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        diagnostic = event.get("diagnostic")
        if diagnostic and diagnostic["severity"] == "error":
            path = (diagnostic.get("range") or {"filename": ""})["filename"]
            errors.append(
                Diagnostic(diagnostic["summary"], diagnostic.get("detail", ""), path, diagnostic.get("address", ""))
            )
    return tuple(errors)
