"""While the site is served: what takes long is kept from build to build, and one is told what is going on."""

import hashlib
import logging
import multiprocessing
import socket
import time
from concurrent.futures import ProcessPoolExecutor

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

from website.figures.embed import draw
from website.paths import ROOT, WEBSITE
from website.verify import record

_MEMORY = ROOT / ".cache" / "serving"
_SILENCE = 5.0  # seconds without a word, at most a page longer
_log = logging.getLogger("mkdocs.gradlab")


class Served:
    """One `make serve`: begins and ends a build after every change."""

    def __init__(self) -> None:
        self._builds = 0
        self._python: ProcessPoolExecutor | None = None
        self._code = hashlib.sha256()
        self._began = self._told = time.monotonic()

    def begin(self, config: MkDocsConfig) -> None:
        """Before a build. Scripts of the gallery are run again only if they or the package changed.

        Raises
        ------
        mkdocs.exceptions.PluginError
            Before the first build, if another program has the port: MkDocs finds out after minutes of building.
        """
        host, port = config.dev_addr
        if not self._builds and _taken(host, port):
            free = next(other for other in range(port + 1, 2**16) if not _taken(host, other))
            raise PluginError(f"something else answers at {host}:{port}. Try  make serve PORT={free}")
        if not self._builds:
            _log.info("The first build draws every figure and runs the gallery; later ones keep what did not change.")
        self._builds += 1
        self._began = self._told = time.monotonic()
        package = record.package_digest()
        self._code = hashlib.sha256(package.encode())
        for path in sorted((WEBSITE / "figures").glob("*.py")):
            self._code.update(path.read_bytes())
        options = config.plugins["mkdocs-jupyter"].config
        options["cache"] = True
        options["cache_dir"] = str(_MEMORY / f"gallery-{package[:16]}")

    def tell(self, what: str) -> None:
        """Say what is being done, if nothing was said for a while."""
        now = time.monotonic()
        if now - self._told > _SILENCE:
            self._told = now
            _log.info("%3.0f s: %s", now - self._began, what)

    def draw(self, name: str, alt: str, key: str) -> str:
        """A figure, drawn again only if it, another figure or the package changed."""
        whole = self._code.copy()
        whole.update("\0".join((name, alt, key)).encode())
        path = _MEMORY / "figures" / f"{whole.hexdigest()}.svg"
        if not path.exists():
            self.tell(f"drawing {name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._by_new_python(name, alt, key), encoding="utf-8")
        return path.read_text(encoding="utf-8")

    def end(self) -> None:
        """After a build."""
        if self._python:
            self._python.shutdown()
            self._python = None

    def _by_new_python(self, *words: str) -> str:
        """Drawn by a process of its own, which reads the code as it is now: this one read it before the change."""
        self._python = self._python or ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        return self._python.submit(draw, *words).result()


def _taken(host: str, port: int) -> bool:
    with socket.socket() as asked:
        asked.settimeout(1)
        return asked.connect_ex((host, port)) == 0
