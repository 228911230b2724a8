"""The site for tests, kept in build/tested under a name that is a digest of all that it is made of."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from website.audit.browser import ORIGIN, SUB_PATH
from website.paths import ROOT
from website.verify import inputs, record, rewrite

KEPT = ROOT / "build" / "tested"
TRIES = 3
PATIENCE = 900  # seconds for a build, which takes 40 on an idle machine with two cores


def site(kept: Path = KEPT, root: Path = ROOT) -> Path:
    """Folder of the site as it is now. If a file changes while it is built, it is built once more.

    Half of the old and half of the new is no site: its pages carry no claim, and tests fail that find nothing wrong.
    """
    for _ in range(TRIES):
        before = fingerprint(root)
        folder = kept / before
        if folder.exists():
            return folder
        kept.mkdir(parents=True, exist_ok=True)
        for old in sorted(kept.iterdir(), key=lambda path: path.stat().st_mtime)[:-2]:
            shutil.rmtree(old, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=kept))
        build(draft)
        if fingerprint(root) == before and not folder.exists():
            return draft.rename(folder)
        shutil.rmtree(draft)
    pytest.fail(f"files of the checkout changed while the site was built, {TRIES} times", pytrace=False)


def fingerprint(root: Path = ROOT) -> str:
    """Digest of every file of the checkout but tests, of this file, and of what is installed."""
    here = record.digest(Path(__file__).read_text(encoding="utf-8"))
    return inputs.digest_of(inputs.digests(root), lambda name: not inputs.of_tests(name), here, *inputs.python())[:32]


def build(folder: Path) -> None:
    """`mkdocs build --strict`; fails with all that it said. Every page carries a claim, whatever was run so far."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "verified.json"
        record.update({name: record.Run(digest, 1, run=[1]) for name, digest in digests()}, path)
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
        environment = os.environ | {
            "SITE_URL": f"{ORIGIN}{SUB_PATH}", "NO_MKDOCS_2_WARNING": "1", "GRADLAB_RECORD": str(path)
        }  # fmt: skip
        start = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        shutil.rmtree(folder)
        pytest.fail(f"mkdocs build --strict:\n{done.stdout}{done.stderr}", pytrace=False)
    print(f"mkdocs build --strict: {time.perf_counter() - start:.1f} s")


def digests() -> list[tuple[str, str]]:
    """Pages and modules, with the digests that the record has when they were run as they are."""
    paths = [*rewrite.pages(), *sorted((ROOT / "src").rglob("*.py"))]
    return [(path.relative_to(ROOT).as_posix(), record.digest(path.read_text(encoding="utf-8"))) for path in paths]
