"""Builds wheel and sdist twice and compares their bytes, checks what an index would show, installs and runs the wheel.

``make release`` prints the SHA-256 of what it leaves in ``dist/``. The date in the archives is that of the last commit.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

from tests.conftest import PROJECT


def main() -> int:
    """0 where both builds are equal and what was built works."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        first, second = (built(work / part) for part in ("first", "second"))
        if first != second:
            sys.stderr.write(f"the two builds differ: {first} {second}\n")
            return 1
        files = sorted((work / "first/dist").iterdir())
        ran(sys.executable, "-m", "twine", "check", "--strict", *map(str, files), cwd=work)
        venv.create(work / "venv", with_pip=True)
        (wheel,) = (file for file in files if file.suffix == ".whl")
        ran(work / "venv/bin/python", "-m", "pip", "install", "--quiet", str(wheel), cwd=work)
        ran(work / "venv/bin/iac-keycheck", "--version", cwd=work)
        ran(work / "venv/bin/iac-keycheck", "scan", str(PROJECT / "examples"), cwd=work, codes=(1,))
        (PROJECT / "dist").mkdir(exist_ok=True)
        for file in files:
            shutil.copy(file, PROJECT / "dist")
            sys.stdout.write(f"{first[file.name]}  dist/{file.name}\n")
    return 0


def built(folder: Path) -> dict[str, str]:
    """The SHA-256 of what a build in a fresh copy of the last commit makes, by name."""
    ran("git", "clone", "--quiet", "--no-local", str(PROJECT), str(folder), cwd=PROJECT)
    when = ran("git", "log", "-1", "--format=%ct", cwd=folder).strip()
    ran(sys.executable, "-m", "build", cwd=folder, SOURCE_DATE_EPOCH=when)
    for sdist in (folder / "dist").glob("*.tar.gz"):
        dated(sdist, int(when))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted((folder / "dist").iterdir())}


def dated(archive: Path, when: int) -> None:
    """Give everything in an sdist one date and no owner, which setuptools does not."""
    with tarfile.open(archive) as old:
        members = [(one, old.extractfile(one)) for one in sorted(old.getmembers(), key=lambda one: one.name)]
        with tempfile.TemporaryFile() as plain:
            with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as new:
                for one, content in members:
                    one.mtime, one.uid, one.gid, one.uname, one.gname, one.pax_headers = when, 0, 0, "", "", {}
                    new.addfile(one, content)
            plain.seek(0)
            data = plain.read()
    archive.write_bytes(gzip.compress(data, mtime=when))


def ran(*command: str | Path, cwd: Path, codes: tuple[int, ...] = (0,), **variables: str) -> str:
    """Standard output of a command. Raises `SystemExit` where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise SystemExit(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
