"""A headless Chromium that tests drive over a pipe (https://chromedevtools.github.io/devtools-protocol/)."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

_COMMAND: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Seconds within which the browser must answer; a loaded machine takes its time to start one.
_PATIENCE: Final = 600
_CODES: Final = {"Enter": 13, "Escape": 27, "Tab": 9, " ": 32, "ArrowDown": 40, "/": 191}


class Browser:
    """One page of a running browser. ``complaints`` are the warnings and errors of its log."""

    def __init__(self, to: int, from_: int) -> None:
        self._to, self._from = to, from_
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self._requests: dict[str, str] = {}
        self.complaints: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self._call(f"{domain}.enable")

    @property
    def requests(self) -> list[str]:
        """The addresses that it asked for since it shows the page, without those that a policy forbade."""
        return list(self._requests.values())

    def show(self, page: Path) -> None:
        """Load a file and wait until it stands."""
        self._requests.clear()
        self.complaints.clear()
        self._call("Page.navigate", url=page.as_uri())
        deadline = time.monotonic() + _PATIENCE
        while self.value("location.protocol + document.readyState") != "file:complete":
            assert time.monotonic() < deadline, "the page does not load"
            time.sleep(0.05)

    def value(self, expression: str) -> Any:  # noqa: ANN401 — JSON
        """The value of a JavaScript expression."""
        done = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def becomes(self, expression: str, wanted: object) -> bool:
        """Whether an expression comes to have a value: what a link leads to, the browser does after it answers."""
        deadline = time.monotonic() + _PATIENCE
        while self.value(expression) != wanted:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key and let it go."""
        text = {"Enter": "\r", "Escape": "", "Tab": "", "ArrowDown": ""}.get(key, key)
        code = _CODES.get(key) or (ord(key.upper()) if key.isalnum() else 0)
        said: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        typed = {"text": text} if text else {}
        self._call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **said, **typed)
        self._call("Input.dispatchKeyEvent", type="keyUp", **said)

    def write(self, text: str) -> None:
        """Type into what has the focus."""
        for character in text:
            self.press(character)

    def look(self, *, dark: bool = False, width: int = 1200, height: int = 900, media: str = "") -> None:
        """Set the colour scheme, the size of the window, and the medium."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def printed(self) -> bytes:
        """The page as PDF."""
        return base64.b64decode(self._call("Page.printToPDF", printBackground=False)["data"])

    def photograph(self, to: Path) -> None:
        """Keep what the window shows as PNG, for people."""
        to.write_bytes(base64.b64decode(self._call("Page.captureScreenshot")["data"]))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 — JSON
        self._number += 1
        said: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            said["sessionId"] = self._session
        os.write(self._to, json.dumps(said).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer.get("method", ""), answer.get("params", {}))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], _PATIENCE)
            read = os.read(self._from, 1 << 20) if ready else b""
            assert read, "the browser does not answer"
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        parsed: dict[str, Any] = json.loads(message)
        return parsed

    def _note(self, event: str, parameters: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self._requests[parameters["requestId"]] = parameters["request"]["url"]
        elif event == "Network.loadingFailed" and parameters.get("blockedReason") == "csp":
            del self._requests[parameters["requestId"]]
        elif event == "Log.entryAdded" and parameters["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(parameters["entry"]["text"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"]))


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser; skips the test where there is none."""
    if _COMMAND is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    read, its_output = os.pipe()
    its_input, write = os.pipe()
    with tempfile.TemporaryDirectory(prefix="iac-keycheck-browser-", ignore_cleanup_errors=True) as home:
        # The protocol's pipe is file descriptors 3 and 4.
        redirected = f'exec "$0" "$@" 3<&{its_input} 4>&{its_output}'
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
        process = subprocess.Popen(
            ["bash", "-c", redirected, _COMMAND, *flags, f"--user-data-dir={home}", "--remote-debugging-pipe"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(its_input, its_output),
        )
        os.close(its_input)
        os.close(its_output)
        try:
            yield Browser(write, read)
        finally:
            os.close(write)
            os.close(read)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
