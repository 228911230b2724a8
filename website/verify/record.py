"""The run's own record: which pages were verified, with what. No record, no claim."""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from website.paths import RECORD, ROOT
from website.verify import inputs, needs

_OF_THE_CHECKOUT = ("README.md", "CONTRIBUTING.md")  # their shells see all of it
PATH = Path(os.environ.get("GRADLAB_RECORD", RECORD))


@dataclass
class Run:
    """One page (or one module with docstrings) in one run of pytest."""

    sha256: str
    found: int
    run: list[int] = field(default_factory=list)  # lines of the blocks that ran and agreed
    skipped: list[dict[str, Any]] = field(default_factory=list)  # line and reason
    failed: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def elsewhere(self) -> bool:
        """Is it a page that this environment cannot run? Then it leaves the record of one that can."""
        return bool(self.skipped) and not self.run and all(" needs " in f" {s['reason']}" for s in self.skipped)

    @property
    def complete(self) -> bool:
        """Did every block get its turn? (`-k` and `page::block` leave some out.)"""
        return len(self.run) + len(self.skipped) + len(self.failed) >= self.found


def digest(text: str) -> str:
    """Fingerprint of a page."""
    return hashlib.sha256(text.encode()).hexdigest()


def package_digest(root: Path = ROOT) -> str:
    """Fingerprint of the package that the blocks ran against."""
    whole = hashlib.sha256()
    for path in sorted((root / "src").rglob("*.py")):
        whole.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def surroundings(root: Path = ROOT) -> str:
    """Fingerprint of all that a block meets but its page: every file of the checkout that is no page and no test, the
    Python, what is installed beside it, and the variables that change how it computes.
    """
    elsewhere = inputs.below("docs", "tests")
    words = [*inputs.python(), *inputs.variables()]
    return inputs.digest_of(inputs.digests(root), lambda name: not elsewhere(name), *words)


def circumstances() -> dict[str, Any]:
    """With what the blocks were run, and when."""
    return {
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "gradlab": version("gradlab-check"),
        "frameworks": needs.versions(),
        "platform": f"{platform.system()} {platform.machine()}",
        "commit": _git("rev-parse", "HEAD"),
        "dirty": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "package": package_digest(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _git(*words: str) -> str:
    """Answer of git, or nothing outside a checkout."""
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, timeout=20)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def update(runs: dict[str, Run], path: Path = PATH, met: str = "") -> None:
    """Write the pages of this run into the record, and leave the others as they are.

    `met` is the fingerprint of what their blocks met, if that was the same from the first to the last.
    """
    kept = {name: run for name, run in runs.items() if (run.complete and not run.elsewhere) or run.failed}
    if not kept:
        return
    record = {name: entry for name, entry in _read(path).items() if (ROOT / name).exists()}
    now = circumstances() | {"surroundings": met}
    for name, run in kept.items():
        entry = asdict(run) | now
        record[name] = entry | {"run": len(run.run), "seconds": round(run.seconds, 2)}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def claim(page: str, text: str, path: Path = PATH) -> dict[str, Any] | None:
    """What may be claimed about a page, or None.

    Parameters
    ----------
    page : str
        Path from the project's root, such as "docs/learn/one-page.md".
    text : str
        The page as it is now.

    Returns
    -------
    dict or None
        None if no run is recorded, if a block failed, or if the page or the package changed since. Otherwise:
        found, run, skipped (line and reason of each), seconds, python, numpy, gradlab, platform, commit,
        dirty, date.
    """
    entry = _read(path).get(page)
    if entry is None or entry["failed"] or entry["sha256"] != digest(text) or entry["package"] != package_digest():
        return None
    return entry


def stands(page: str, text: str, met: str, path: Path = PATH) -> bool:
    """Has this page run as it is, and agreed, where a block met what it meets now? Then it need not run again."""
    entry = claim(page, text, path)
    return entry is not None and page not in _OF_THE_CHECKOUT and entry.get("surroundings") == met


def sentence(claimed: dict[str, Any]) -> str:
    """The claim in words: "14 blocks of code and output, run with Python 3.11.7, NumPy 2.4.6"."""
    blocks = f"{claimed['run']} block{'s' if claimed['run'] != 1 else ''} of code and output"
    skipped = f"; {len(claimed['skipped'])} not run" if claimed["skipped"] else ""
    return f"{blocks}, run with Python {claimed['python']}, NumPy {claimed['numpy']}{frameworks(claimed)}{skipped}"


def frameworks(claimed: dict[str, Any]) -> str:
    """The frameworks that were there, with versions: ", PyTorch 2.13.0"."""
    return "".join(f", {name} {number}" for name, number in claimed.get("frameworks", {}).items())


def rows(root: Path = ROOT, path: Path = PATH) -> Iterator[dict[str, Any]]:
    """One row for each page and each module that has blocks: `page`, `claim` (None if there is none)."""
    for name in _read(path):
        file = root / name
        if file.exists():
            yield {"page": name, "claim": claim(name, file.read_text(encoding="utf-8"), path)}
