"""Which files changed since a revision of git, asked without running anything that the checkout brings along."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from iac_keycheck.choices import Misuse
from iac_keycheck.nearest import did_you_mean
from iac_keycheck.workspace import checkout_of, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_SECONDS: Final = 60
# A checkout's own settings may name programs: monitors, hooks, pagers, drivers. None of them is to run.
_SAFE: Final = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.pager", "cat"),
    ("diff.external", ""),
)


def changed(paths: Sequence[str | Path], revision: str) -> tuple[str, ...]:
    """The files below ``paths`` that changed since the revision or its fork point, new ones and those that went.

    Raises `Misuse`.
    """
    found: dict[str, None] = {}
    tops: dict[str, list[str]] = {}
    for path in paths:
        real = os.path.realpath(path)
        top = checkout_of(real if Path(real).is_dir() else str(Path(real).parent))
        if not Path(top, ".git").exists():
            raise Misuse(f"--changed-since: {shown(path)} is in no checkout of git.")
        tops.setdefault(top, []).append(real)
    for top, wanted in tops.items():
        if _git(top, "config", "--get", "core.hooksPath").strip() != os.devnull:
            raise Misuse("--changed-since: git before 2.31 would run what the checkout names; a newer one is needed.")
        for name in _names(top, revision):
            full = f"{top}/{name}"
            if not Path(full).is_dir() and any(_lies_in(full, one) for one in wanted):
                found[shown(full)] = None
    return tuple(found)


def _lies_in(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place.rstrip('/')}/")


def _names(top: str, revision: str) -> list[str]:
    commit = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    if not commit:
        raise Misuse(f"--changed-since: git knows no revision {revision!r} in {top}.{_advice(top, revision)}")
    fork = _git(top, "merge-base", commit, "HEAD").strip() or commit
    quiet = ("--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=all")
    known = _git(top, "diff", "--name-only", "-z", *quiet, fork, "--", must=True)
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z", must=True)
    return sorted({name for name in (known + new).split("\0") if name})


def _advice(top: str, revision: str) -> str:
    if _git(top, "rev-parse", "--is-shallow-repository").strip() == "true":
        return " The clone is shallow: fetch the revision first, as `git fetch --unshallow` or fetch-depth: 0 do."
    return did_you_mean(revision, _git(top, "for-each-ref", "--format=%(refname:short)").split())


def _git(top: str, *arguments: str, must: bool = False) -> str:
    """Standard output of git; empty where it fails, unless it ``must`` not."""
    done = _run(top, *arguments, settings=(*_SAFE, *_filters(top)))
    if done.returncode and must:
        raise Misuse(f"--changed-since: git failed: {done.stderr.decode('utf-8', 'replace').strip()}")
    return "" if done.returncode else os.fsdecode(done.stdout)


def _filters(top: str) -> list[tuple[str, str]]:
    """Settings that turn the checkout's content filters off, which git would run to compare files."""
    listed = _run(top, "config", "--name-only", "-z", "--get-regexp", r"^filter\..*\.(clean|smudge|process|required)$")
    names = [name for name in os.fsdecode(listed.stdout).split("\0") if name]
    return [(name, "false" if name.endswith(".required") else "") for name in names]


def _run(top: str, *arguments: str, settings: Sequence[tuple[str, str]] = ()) -> subprocess.CompletedProcess[bytes]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # What a partial clone lacks is not fetched: by older gits for want of a protocol.
    env |= {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}
    env |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_CONFIG_COUNT": str(len(settings))}
    for index, (name, value) in enumerate(settings):
        # not by `-c name=value`: the name of a filter may have an equals sign in it
        env |= {f"GIT_CONFIG_KEY_{index}": name, f"GIT_CONFIG_VALUE_{index}": value}
    command = ["git", "--no-pager", "-C", top, *arguments]
    try:
        return subprocess.run(  # noqa: S603 — no shell, and words of our own
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_SECONDS
        )
    except FileNotFoundError as error:
        raise Misuse("--changed-since: git is not installed.") from error
    except subprocess.TimeoutExpired as error:
        raise Misuse(f"--changed-since: git did not answer in {_SECONDS} seconds.") from error
