"""Two runs on one tree give the same bytes: whatever the hash seed, the jobs, the order of files, the Python."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from iac_keycheck.report import FORMATS
from tests.conftest import PROJECT
from tests.running import run

OTHERS = ("python3.11", "python3.12", "python3.13", "python3.14")
SAMPLES = ("identity", "conditions", "stacks", "evidence")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of examples and of fixtures of several kinds."""
    folder = tmp_path_factory.mktemp("tree")
    shutil.copytree(PROJECT / "examples", folder / "examples")
    for name in SAMPLES:
        for case in sorted((PROJECT / "tests/fixtures" / name).iterdir())[:2]:
            if case.is_dir():
                shutil.copytree(case, folder / name / case.name, symlinks=True)
    return folder


def written(
    tree: Path, out: Path, *options: str, python: str = sys.executable, seed: str = "0", packages: str | None = None
) -> dict[str, bytes]:
    """All reports of a scan in a process of its own, by their format."""
    out.mkdir(exist_ok=True)
    reports = [word for kind in sorted(FORMATS) for word in ("--report", f"{kind}={out}/{kind}")]
    command = [python, "-P", "-m", "iac_keycheck", "scan", "--as-of", "2026-01-01", *reports, *options, "."]
    known = [path for path in sys.path if path.endswith("site-packages")] if packages is None else [packages]
    paths = [str(PROJECT), *filter(None, known)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": seed}
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, check=False)
    assert done.returncode in (1, 2), done.stderr.decode()
    return {"stdout": done.stdout, **{kind: (out / kind).read_bytes() for kind in FORMATS}}


@pytest.fixture(scope="module")
def first(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one run writes."""
    found = written(tree, tmp_path_factory.mktemp("first"))
    assert found["json"].count(b'"rule_id"') > 5
    return found


@pytest.mark.parametrize("seed", ["1", "4294967295", "random"])
def test_the_hash_seed_does_not_matter(seed: str, tree: Path, first: dict[str, bytes], tmp_path: Path) -> None:
    assert written(tree, tmp_path / "out", seed=seed) == first


def test_the_number_of_jobs_does_not_matter(tree: Path, first: dict[str, bytes], tmp_path: Path) -> None:
    assert written(tree, tmp_path / "out", "--jobs", "2") == first


def _works(python: str, packages: str) -> bool:
    """Whether a Python can load what the program needs from a folder, or from its own packages where none is named."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env |= {"PYTHONPATH": packages} if packages else {}
    command = [python, "-P", "-c", "import yaml._yaml, regex, click, rich, hcl2, cfn_flip, jsonpath_ng"]
    return subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("python", OTHERS)
def test_the_version_of_python_does_not_matter(
    python: str, tree: Path, first: dict[str, bytes], tmp_path: Path
) -> None:
    found = shutil.which(python)
    # what is installed for this Python is written in Python but for accelerators, which others go without
    mine = next(path for path in sys.path if path.endswith("site-packages"))
    packages = next((one for one in ("", mine) if found is not None and _works(found, one)), None)
    if found is None or packages is None:
        pytest.skip(f"{python} is not here, or cannot load what is installed for it or for this one")
    assert written(tree, tmp_path / "out", python=found, packages=packages) == first


@contextmanager
def shuffled(seed: int) -> Iterator[None]:
    """A file system that lists directories in another order."""
    shuffle = random.Random(seed).shuffle  # noqa: S311 — any order will do
    scandir, listdir = os.scandir, os.listdir

    class Entries:
        def __init__(self, path: Any) -> None:  # noqa: ANN401 — as scandir takes it
            with scandir(path) as entries:
                self.entries = list(entries)
            shuffle(self.entries)

        def __enter__(self) -> Iterator[os.DirEntry[str]]:
            return iter(self.entries)

        def __exit__(self, *_: object) -> None:
            return None

        def __iter__(self) -> Iterator[os.DirEntry[str]]:
            return iter(self.entries)

    def listed(path: Any = ".") -> list[str]:  # noqa: ANN401 — as listdir takes it
        names = listdir(path)
        shuffle(names)
        return names

    os.scandir, os.listdir = Entries, listed  # type: ignore[assignment] # just what is used of them
    try:
        yield
    finally:
        os.scandir, os.listdir = scandir, listdir


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_files_does_not_matter(seed: int, tree: Path, first: dict[str, bytes]) -> None:
    with shuffled(seed):
        result = run("scan", "--as-of", "2026-01-01", "--format", "json", ".", cwd=tree)
    assert result.stdout.encode() == first["json"]
