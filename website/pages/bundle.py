"""Build what the browser loads on the first Run and Edit: Pyodide, NumPy, the package, the editor.

Everything comes from packages with a hash in a lock, or from website/vendor, whose NumPy wheel is compared with the
hash in Pyodide's own lock. What Python imports at its start is compiled by that same Python (compiled.py). The result
lies in build/live and is made again only if what it is made of changes. Scripts are written as .mjs,
and served as .js.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from website import named, npm
from website.paths import BROWSER, WEBSITE

_LIVE = BROWSER / "live"
_EQUALITY = WEBSITE / "verify" / "equality.py"
WHEELS = WEBSITE / "vendor"
_PYODIDE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_SERVED = {"pyodide.mjs": "pyodide.js"}  # hosts that do not know .mjs serve it as no script at all
_LOCK = "pyodide-lock.json"
_SCRIPTS = ("blind", "editor", "found", "labs", "lines", "live", "old-numbers", "play", "traps", "worker")
SCRIPTS = tuple(_LIVE / f"{name}.mjs" for name in _SCRIPTS)
_ESBUILD = ("--bundle", "--minify", "--format=esm", "--log-level=warning")
_SEARCH = tuple(BROWSER / "search" / name for name in ("search.mjs", "words.mjs", "synonyms.json"))
_PYTHON = (_LIVE / "live.py", _EQUALITY)
_HERE = Path(__file__).parent
_COMPILED = (_HERE / "compile.mjs", _HERE / "compiled.py", *_PYTHON)


def folders(wheel_name: str, wheel: bytes) -> dict[str, dict[str, Path | bytes]]:
    """Folder of assets -> path in it -> file or content: Python, the package, what runs blocks, moving pictures.

    Each gets a name that changes with its content, so Python is fetched again only if Python changes. What stands in
    another folder is named by that name: the package in Pyodide's lock, Python in the worker.
    """
    installed = npm.packages()
    python = npm.once("python", (*npm.LOCKS, *_COMPILED), lambda folder: compiled_python(folder, installed))
    made = npm.once(
        "gradlab", (*npm.LOCKS, *_COMPILED, wheel), lambda folder: _compiled_gradlab(folder, wheel_name, wheel)
    )
    lock = json.loads((python / _LOCK).read_text(encoding="utf-8"))
    numpy = lock["packages"]["numpy"]["file_name"]
    py: dict[str, Path | bytes] = {_SERVED.get(name, name): python / name for name in (*_PYODIDE, numpy)}
    gradlab: dict[str, Path | bytes] = {wheel_name: (made / wheel_name).read_bytes()}
    place = f"../{named.folder('gradlab', gradlab)}/{wheel_name}"  # from the folder of Python
    lock["packages"]["gradlab"] = _entry(wheel_name, place, (made / wheel_name).read_bytes())
    live: dict[str, Path | bytes] = {path.name: path for path in _PYTHON} | {_LOCK: json.dumps(lock).encode()}
    moving: dict[str, Path | bytes] = {}
    for name, script in scripts().items():
        (live if name.startswith("live/") else moving)[name.partition("/")[2]] = script
    live["worker.js"] = _with_python(live["worker.js"], named.folder("py", py))
    return {"py": py, "gradlab": gradlab, "live": live, "moving": moving}


def _with_python(worker: Path | bytes, folder: str) -> bytes:
    """The worker that knows the name of Python's folder."""
    script = worker if isinstance(worker, bytes) else worker.read_bytes()
    if script.count(b'"../py/"') != 1:
        raise ValueError("worker.mjs does not name the folder of Python, ../py/, once")
    return script.replace(b'"../py/"', f'"../{folder}/"'.encode())


def scripts() -> dict[str, Path]:
    """Path in assets -> script: blocks have one small file each, pictures one beside them for what they share."""
    sources = tuple(sorted(BROWSER.rglob("*.mjs")))
    made = npm.once("scripts", (*npm.LOCKS, *sources, Path(__file__)), _bundle)
    return {path.relative_to(made).as_posix(): path for path in sorted(made.rglob("*.js"))}


def search_worker() -> Path:
    """The search as one classic worker, which is how the theme starts it."""
    return npm.once("search", (*npm.LOCKS, *_SEARCH), _bundle_search) / "search.js"


def style(sheet: str) -> Path:
    """A style sheet as browsers get it."""

    def minify(folder: Path) -> None:
        written = folder / "written.css"
        written.write_text(sheet, encoding="utf-8")
        command = ("esbuild", str(written), "--minify", "--log-level=warning", f"--outfile={folder / 'site.css'}")
        npm.run("npm", npm.packages(), "exec", "--", *command)

    return npm.once("style", (*npm.LOCKS, sheet.encode()), minify) / "site.css"


def _bundle_search(folder: Path) -> None:
    command = ("esbuild", str(_SEARCH[0]), *_ESBUILD, "--format=iife", f"--outfile={folder / 'search.js'}")
    npm.run("npm", npm.packages(), "exec", "--", *command)


def compiled_python(folder: Path, installed: Path) -> None:
    """Pyodide, and NumPy as its lock names it, with what both import first compiled; a lock with NumPy alone."""
    pyodide = installed / "node_modules" / "pyodide"
    for path in (*(pyodide / name for name in (*_PYODIDE, _LOCK)), *_COMPILED):
        shutil.copy(path, folder)
    lock = json.loads((pyodide / _LOCK).read_text(encoding="utf-8"))
    entry = lock["packages"]["numpy"]
    wheel = folder / entry["file_name"]
    shutil.copy(WHEELS / wheel.name, folder)
    if (digest := _digest(wheel.read_bytes())) != entry["sha256"]:
        raise ValueError(f"{wheel.name} is not the file that Pyodide's lock names: sha256 {digest}")
    npm.run("node", folder, "compile.mjs")
    entry["sha256"] = _digest(wheel.read_bytes())
    shipped = {"info": lock["info"], "packages": {"numpy": entry}}
    (folder / _LOCK).write_text(json.dumps(shipped), encoding="utf-8")


def _compiled_gradlab(folder: Path, wheel_name: str, wheel: bytes) -> None:
    """The package's wheel, with every module compiled beside its source."""
    pyodide = npm.packages() / "node_modules" / "pyodide"
    for path in (*(pyodide / name for name in (*_PYODIDE, _LOCK)), *_COMPILED):
        shutil.copy(path, folder)
    (folder / wheel_name).write_bytes(wheel)
    npm.run("node", folder, "compile.mjs")
    for path in folder.iterdir():
        if path.name != wheel_name:
            path.unlink()


def _entry(wheel_name: str, place: str, wheel: bytes) -> dict[str, Any]:
    """gradlab in Pyodide's lock; the browser refuses a file whose hash differs."""
    return {
        "name": "gradlab",
        "version": wheel_name.split("-")[1],
        "file_name": place,
        "install_dir": "site",
        "sha256": _digest(wheel),
        "package_type": "package",
        "imports": ["gradlab"],
        "depends": ["numpy"],
        "unvendored_tests": False,
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _bundle(folder: Path) -> None:
    for room, entries, shared in (
        ("live", SCRIPTS, ()),  # one request each
        ("moving", sorted((BROWSER / "moving").glob("*.mjs")), ("--splitting", "--chunk-names=shared-[hash]")),
    ):
        command = ("esbuild", *map(str, entries), *_ESBUILD, *shared, f"--outdir={folder / room}")
        npm.run("npm", npm.packages(), "exec", "--", *command)
