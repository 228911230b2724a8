"""NOTICE names what is shipped: what the build leaves in the site, not what somebody remembered."""

import json
import re
from pathlib import Path

import pytest

from website.pages import licences
from website.paths import ROOT

NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")
FAMILIES = {"@codemirror": "CodeMirror", "@lezer": "Lezer", "@marijn": "find-cluster-break", "rxjs": "RxJS"}
NOT_SHIPPED = {
    "@biomejs",
    "esbuild",
    "@esbuild",
    "axe-core",
    "ws",
    "commander",
}  # to build, to test, or outside of browsers


def named(package: str) -> bool:
    """Is a package of npm in NOTICE, by its own name or by that of its family?"""
    name = FAMILIES.get(package.split("/")[0], package)
    return re.search(re.escape(name), NOTICE, re.I) is not None


def test_what_the_themes_scripts_contain_is_named(site: Path) -> None:
    maps = list((site / "assets" / "javascripts").rglob("*.map"))
    sources = [source for path in maps for source in json.loads(path.read_text(encoding="utf-8"))["sources"]]
    packages = {found[1] for source in sources if (found := re.search(r"node_modules/((?:@[^/]+/)?[^/]+)", source))}
    assert "rxjs" in packages
    assert "lunr" not in packages, "the theme's search is shipped, and nobody uses it"
    assert not {package for package in packages if not named(package)}


def test_what_the_editor_and_python_are_made_of_is_named() -> None:
    lock = json.loads((ROOT / "website/browser/package-lock.json").read_text(encoding="utf-8"))
    packages = {path.removeprefix("node_modules/") for path in lock["packages"] if path}
    shipped = {package for package in packages if package.split("/")[0] not in NOT_SHIPPED}
    assert {"pyodide", "@codemirror/state"} <= shipped
    assert not {package for package in shipped if not named(package)}


def test_a_name_that_is_missing_is_missed() -> None:
    assert not named("left-pad")


@pytest.mark.parametrize("name", ["NumPy", "KaTeX", "Source Serif", "Source Code", "Material for MkDocs"])
def test_the_other_parts_are_named(name: str) -> None:
    assert name in NOTICE


def test_every_folder_of_assets_is_known(site: Path) -> None:
    known = {"cards", "fonts", "gradlab", "images", "javascripts", "katex", "live", "moving", "py", "stylesheets"}
    names = [path.name for path in (site / "assets").iterdir() if path.is_dir()]
    assert sorted(re.sub("-[0-9a-f]{12}$", "", name) for name in names) == sorted(known)
    assert not (site / "assets" / "javascripts" / "lunr").exists()
    assert (site / "assets" / "fonts" / "OFL.txt").exists()
    assert (site / "assets" / "katex" / "LICENSE.txt").exists()


def test_the_site_has_the_text_of_every_licence(site: Path) -> None:
    text = (site / "licences.txt").read_text(encoding="utf-8")
    assert NOTICE in text
    for name in (*licences.shipped(), "Pyodide", "CPython", "Source Serif 4, Source Code Pro"):
        assert f"{'=' * 80}\n{name}\n" in text, name
    for words in (
        "Mozilla Public License Version 2.0",
        "Python Software Foundation License",
        "SIL Open Font License",
    ):
        assert words.lower() in " ".join(text.lower().split()), words
