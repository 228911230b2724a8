"""The configuration that about/hosting names, on the nginx that is there: types, packing, a folder, the 404 page."""

import gzip
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.website.live_tab import run
from website.paths import ROOT

NGINX = os.environ.get("NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONFIGURATION = (ROOT / ".ci" / "nginx.conf").read_text(encoding="utf-8")
TYPES = """types { text/html html; text/css css; application/javascript js; application/json json; image/svg+xml svg;
text/xml xml; text/plain txt; application/wasm wasm; font/woff2 woff2; image/png png; application/zip zip; }"""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason="no nginx here")]


@pytest.fixture(scope="module")
def address(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site is served, under /gradlab/."""
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "gradlab").symlink_to(site)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = CONFIGURATION.replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace(
        "/srv/gradlab/", f"{folder}/gradlab/"
    )
    assert server.count(str(folder)) == 1
    assert server.count(str(port)) == 1
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    stock = Path("/etc/nginx/mime.types")
    types = f"include {stock};" if stock.exists() else TYPES
    whole = (
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n"
    )
    whole += f"{types}\ndefault_type application/octet-stream;\naccess_log off;\n{places}{server}}}\n"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    command = [str(NGINX), "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                pytest.fail(str(process.stderr and process.stderr.read()))
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/gradlab/"
        process.terminate()


def get(address: str) -> tuple[int, HTTPMessage, bytes]:
    """Status, headers and content, unpacked."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            status, headers, content = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, headers, content = error.code, error.headers, error.read()
    return status, headers, gzip.decompress(content) if headers["Content-Encoding"] == "gzip" else content


def test_every_file_comes_with_the_type_that_browsers_need(address: str, site: Path) -> None:
    kinds = {
        ".js": "application/javascript",
        ".css": "text/css",
        ".json": "application/json",
        ".svg": "image/svg+xml",
    }
    kinds |= {".wasm": "application/wasm", ".woff2": "font/woff2", ".html": "text/html"}
    for suffix, kind in kinds.items():
        file = min(site.rglob(f"*{suffix}"))
        status, headers, content = get(address + file.relative_to(site).as_posix())
        assert status == 200
        assert headers["Content-Type"].startswith(kind), suffix
        assert content == file.read_bytes()
        assert suffix == ".woff2" or headers["Content-Encoding"] == "gzip" or len(content) < 100, suffix
    assert not list(site.rglob("*.mjs")), "no type in a stock nginx"


def test_a_folder_is_its_page_and_what_is_not_there_has_its_own(address: str, site: Path) -> None:
    status, _, content = get(address + "about/verified/")
    assert (status, content) == (200, (site / "about/verified/index.html").read_bytes())
    status, _, content = get(address + "not/there/")
    assert (status, content) == (404, (site / "404.html").read_bytes())
    assert get(address.rstrip("/"))[0] == 200, "redirected to the folder"


def test_a_block_runs_there(address: str, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(address + "learn/one-side-or-two/")
    assert run(page.locator("live-block").first)
    context.close()
