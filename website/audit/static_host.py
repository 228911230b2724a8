"""A static host for the built site, with gzip and types as any host has them, on a free port of this machine."""

import gzip
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from website import named

_SMALL = (".woff2", ".png", ".zip", ".whl")  # packed already


def _kept(file: Path) -> str:
    """As docs/about/hosting.md advises."""
    if named.plain(file.as_posix()) != file.as_posix():
        return "max-age=31536000, immutable"
    return "max-age=86400" if file.suffix == ".woff2" else "no-cache"


@cache
def _packed(file: Path, changed: int) -> bytes:
    content = file.read_bytes()
    return content if file.suffix in _SMALL else gzip.compress(content)


@contextmanager
def serving(site: Path, under: str = "/") -> Iterator[str]:
    """Serve a folder, under a path; gives the address of its first page."""

    class Host(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            file = site / unquote(urlsplit(self.path).path).removeprefix(under).lstrip("/")
            file = file / "index.html" if file.is_dir() else file
            found = file.is_file()
            file = file if found else site / "404.html"
            content = _packed(file, file.stat().st_mtime_ns)
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", mimetypes.guess_type(file.name)[0] or "application/octet-stream")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", _kept(file))
            if file.suffix not in _SMALL:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    mimetypes.add_type("application/wasm", ".wasm")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{under}"
    finally:
        server.shutdown()
        server.server_close()
