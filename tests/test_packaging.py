"""The wheel and the sdist hold the rules, and what is installed from either works far from the checkout."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import iac_keycheck
from tests.conftest import NO_NETWORK, PROJECT

pytestmark = pytest.mark.slow

_RULES = sorted(path.name for path in (PROJECT / "rules").glob("*.py"))


def _run(*command: str | Path, cwd: Path, codes: tuple[int, ...] = (0,)) -> str:
    """Standard output of a command; skips the test where the package index cannot be reached."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        if NO_NETWORK.search(done.stdout + done.stderr):
            pytest.skip(f"the package index cannot be reached: {command[-1]}")
        pytest.fail(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


@pytest.fixture(scope="session")
def distributions(project_copy: Path) -> Path:
    """A folder with the wheel and the sdist; the wheel is built from the sdist, as an index would get it."""
    _run(sys.executable, "-m", "build", "--outdir", "dist", ".", cwd=project_copy)
    return project_copy / "dist"


def test_the_wheel_holds_every_module_every_rule_and_the_data_beside_them(distributions: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    package = [
        path for path in (PROJECT / "iac_keycheck").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    rules = {f"iac_keycheck/rules/{name}" for name in _RULES}
    assert set(names) == {path.relative_to(PROJECT).as_posix() for path in package} | rules


def test_the_wheel_holds_the_licence(distributions: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    assert any(name.endswith("licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


def test_the_sdist_holds_the_rules_where_the_checkout_has_them(distributions: Path) -> None:
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"rules/{name}" for name in _RULES} <= names
    assert {"LICENSE", "README.md", "pyproject.toml"} <= names


def test_an_installed_wheel_scans_with_the_built_in_rules(distributions: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv/bin/python"
    (wheel,) = distributions.glob("*.whl")
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=tmp_path)
    command = tmp_path / "venv/bin/iac-keycheck"
    assert _run(command, "--version", cwd=tmp_path).strip().endswith(iac_keycheck.__version__)
    listed = _run(python, "-m", "iac_keycheck", "rules", cwd=tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    keys = (f'resource "aws_iam_access_key" "{name}" {{\n  user = "ci"\n}}\n' for name in "ab")
    (work / "main.tf").write_text("".join(keys), "utf-8")
    for rule in (name.removesuffix(".py") for name in _RULES if not name.startswith("_")):
        assert rule in listed
    assert "AC_AWS_0554" in _run(command, "scan", ".", cwd=work, codes=(1,))
