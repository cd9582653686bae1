"""Runs the program with every look at the file system noted: ``python watched.py LOG scan …``; used in tests."""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path

EVENTS = {
    "open",
    "os.listdir",
    "os.scandir",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.symlink",
    "os.link",
    "os.truncate",
    "shutil.copyfile",
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "os.system",
    "os.fork",
    "import",
    "exec",
}


def main(log: str) -> None:
    """Note what happens from here on, then run the command line that follows."""
    seen: list[tuple[str, str]] = []
    here = Path.cwd()

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith("socket.") and event != "socket.__new__":
            seen.append((event, repr(arguments)))
        elif event in EVENTS and arguments and isinstance(arguments[0], str | bytes | os.PathLike):
            seen.append((event, _really(event, arguments, here)))
        elif event in EVENTS and event != "exec":
            seen.append((event, repr(arguments[:1])))

    sys.addaudithook(note)
    os._exit = sys.exit  # type: ignore[assignment] # the program ends its process at once, and the log is to be written
    sys.argv[:] = ["iac-keycheck", *sys.argv[2:]]
    try:
        runpy.run_module("iac_keycheck", run_name="__main__", alter_sys=False)
    finally:
        text = json.dumps([*seen])
        with open(log, "w", encoding="utf-8") as file:  # noqa: PTH123 — after what is watched
            file.write(text)


def _really(event: str, arguments: tuple[object, ...], here: Path) -> str:
    """The path behind all links that are followed; the name of a module."""
    name = os.fsdecode(arguments[0])  # type: ignore[arg-type] # looked at by the caller
    if event == "import":
        return name
    flags = arguments[2] if event == "open" and len(arguments) > 2 else 0  # path, mode, flags
    path = here / name
    if isinstance(flags, int) and flags & os.O_NOFOLLOW:
        return os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118 — a link stays one
    return os.path.realpath(path)


if __name__ == "__main__":
    main(sys.argv[1])
