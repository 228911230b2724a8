"""Firefox without any driver: it speaks Marionette, its own protocol, on a port of this machine."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FLAGS = ("--headless", "--marionette", "--no-remote", "--profile")
_SETTINGS = {
    "marionette.port": 0,  # any that is free; Firefox writes its number into the profile
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


def find() -> str | None:
    """Path of an installed Firefox; GRADLAB_FIREFOX names another."""
    names = ("firefox-esr", "firefox")
    return os.environ.get("GRADLAB_FIREFOX") or next(filter(None, map(shutil.which, names)), None)


class Tab:
    """One tab; a message is its length, a colon, and [0, number, command, parameters] as JSON."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=180)
        self._answers = self._socket.makefile("rb")
        self._asked = 0
        self._hear()  # its greeting
        self.version = self._ask("WebDriver:NewSession")["capabilities"]["browserVersion"]
        self._ask("WebDriver:SetTimeouts", script=150_000)

    def go(self, address: str) -> None:
        """Load a page."""
        self._ask("WebDriver:Navigate", url=address)

    def get(self, script: str) -> Any:
        """What a script returns; a promise is waited for."""
        wait = "const done = arguments[0]; (async () => {" + script + "})().then(done, (e) => done(`failed: ${e}`))"
        return self._ask("WebDriver:ExecuteAsyncScript", script=wait, args=[])["value"]

    def quit(self) -> None:
        """Close Firefox."""
        self._ask("Marionette:Quit", flags=["eForceQuit"])
        self._answers.close()
        self._socket.close()

    def _ask(self, command: str, **parameters: Any) -> Any:
        self._asked += 1
        message = json.dumps([0, self._asked, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, value = self._hear()
        if error:
            raise RuntimeError(error)
        return value

    def _hear(self) -> Any:
        digits = b""
        while (digit := self._answers.read(1)) != b":":
            if not digit:
                raise ConnectionError("Firefox has closed the connection")
            digits += digit
        return json.loads(self._answers.read(int(digits)))


@contextmanager
def tab(path: str, profile: Path) -> Iterator[Tab]:
    """A headless Firefox with an empty profile."""
    settings = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in _SETTINGS.items())
    (profile / "user.js").write_text("".join(settings), encoding="utf-8")
    silent = subprocess.DEVNULL
    with subprocess.Popen([path, *_FLAGS, str(profile)], stdout=silent, stderr=silent) as process:
        try:
            opened = Tab(_port(process, profile / "MarionetteActivePort"))
            yield opened
            opened.quit()
            process.wait(timeout=30)
        finally:
            process.kill()


def _port(process: "subprocess.Popen[bytes]", written: Path) -> int:
    for _ in range(600):
        if written.exists() and (number := written.read_text()):
            return int(number)
        if process.poll() is not None:
            raise RuntimeError(f"Firefox ended at once, with {process.returncode}")
        time.sleep(0.1)
    raise RuntimeError("Firefox has not opened its port within a minute")
