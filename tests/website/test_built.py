"""The kept site is never an old one: whatever changes, it is built again."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.website import built
from website.paths import ROOT
from website.verify import inputs

SOURCES = (
    "docs/index.md", "src/gradlab/check.py", "website/style/3-text.css", "website/browser/live/worker.mjs",
    "website/pages/typeset.mjs", "benchmarks/verdicts.json", "mkdocs.yml", "pyproject.toml", "README.md",
)  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small one, of which every file is a source of the site."""
    for name in SOURCES:
        (tmp_path / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "checkout" / name)
    return tmp_path / "checkout"


def same_length(path: Path) -> None:
    content, kept = path.read_bytes(), path.stat()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "one bit, and the old date": same_length,
    "removed": Path.unlink,
    "renamed": lambda path: path.rename(path.with_name("another" + path.suffix)),
    "one beside it": lambda path: path.with_name("new" + path.suffix).touch(),
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_gives_another_name(checkout: Path, name: str, change: Callable[[Path], object]) -> None:
    before = built.fingerprint(checkout)
    assert built.fingerprint(checkout) == before
    change(checkout / name)
    assert built.fingerprint(checkout) != before


def test_another_version_of_a_package_gives_another_name(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert list(inputs.PACKAGES.glob("mkdocs-*.dist-info"))
    monkeypatch.setattr(inputs, "PACKAGES", tmp_path / "packages")
    installed = tmp_path / "packages" / "mkdocs-1.6.1.dist-info"
    installed.mkdir(parents=True)
    before = built.fingerprint(checkout)
    installed.rename(installed.with_name("mkdocs-1.6.2.dist-info"))
    assert built.fingerprint(checkout) != before


def test_built_once_and_again_after_a_change(checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page, builds = checkout / "docs/index.md", []
    monkeypatch.setattr(built, "build", lambda folder: builds.append(shutil.copy(page, folder)))
    first = built.site(tmp_path / "kept", checkout)
    assert built.site(tmp_path / "kept", checkout) == first
    assert len(builds) == 1
    page.write_text("changed")
    second = built.site(tmp_path / "kept", checkout)
    assert (second / "index.md").read_text() == "changed"
    assert (first / "index.md").read_text() != "changed"


def test_what_changed_while_it_was_built_is_built_once_more(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page, builds = checkout / "docs/index.md", []

    def build(folder: Path) -> None:
        (folder / "index.md").write_text(page.read_text())
        builds.append(folder)
        if len(builds) == 1:
            page.write_text("changed meanwhile")

    monkeypatch.setattr(built, "build", build)
    assert (built.site(tmp_path / "kept", checkout) / "index.md").read_text() == "changed meanwhile"
    assert len(builds) == 2
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_what_changes_all_the_time_is_no_site(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = checkout / "docs/index.md"
    monkeypatch.setattr(built, "build", lambda folder: page.write_text(f"{page.read_text()} more"))
    with pytest.raises(pytest.fail.Exception, match="changed while the site was built"):
        built.site(tmp_path / "kept", checkout)
    assert not list((tmp_path / "kept").iterdir())


def test_a_build_that_fails_leaves_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(built, "ROOT", tmp_path)
    (tmp_path / "mkdocs.yml").write_text("site_name: [")
    monkeypatch.setattr(built, "digests", list)
    with pytest.raises(pytest.fail.Exception, match="mkdocs build --strict"):
        built.site(tmp_path / "kept", checkout)
    assert not list((tmp_path / "kept").iterdir())
