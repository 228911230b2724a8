"""What the browser loads for Python: from hashed sources only, complete, and each module once."""

import zipfile
from pathlib import Path

import pytest

from website import named, npm
from website.pages import bundle

NUMPY = "numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl"
NOT_SHIPPED = (".h", ".pxd", ".pyi")


def names(archive: Path) -> list[str]:
    """Files in an archive, and those that are shipped compiled under the names of their sources."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        return sorted(name.removesuffix("c") if name.endswith(".pyc") else name for name in opened.namelist())


@pytest.mark.parametrize("name", ["python_stdlib.zip", NUMPY])
def test_an_archive_has_every_module_once(name: str, site: Path) -> None:
    upstream = npm.packages() / "node_modules/pyodide" / name if name != NUMPY else bundle.WHEELS / name
    shipped = named.found(site, f"py/{name}")
    assert names(shipped) == [name for name in names(upstream) if not name.endswith(NOT_SHIPPED)]
    with zipfile.ZipFile(shipped) as opened:
        compiled = [name for name in opened.namelist() if name.endswith(".pyc")]
        assert 50 < len(compiled) < len(opened.namelist())
        assert all(opened.read(name)[4] == 0b01 for name in compiled), "a source would be looked for, to compare with"


def test_gradlabs_modules_are_compiled_beside_their_sources(site: Path) -> None:
    (plain,) = (site / "download").glob("gradlab_check-*.whl")
    shipped = named.found(site, f"gradlab/{plain.name}")
    with zipfile.ZipFile(shipped) as opened, zipfile.ZipFile(plain) as source:
        assert opened.testzip() is None
        compiled = {name for name in opened.namelist() if name.endswith(".cpython-312.pyc")}
        sources = {name for name in source.namelist() if name.endswith(".py")}
        assert {name: opened.read(name) for name in source.namelist()} == {
            name: source.read(name) for name in source.namelist()
        }
        assert set(opened.namelist()) - set(source.namelist()) == compiled
        beside = {name.replace("__pycache__/", "").replace(".cpython-312.pyc", ".py") for name in compiled}
        assert beside == sources
        assert all(opened.read(name)[4] == 0b01 for name in compiled), "its source would be compared with it"


def test_another_wheel_of_numpy_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / NUMPY).write_bytes((bundle.WHEELS / NUMPY).read_bytes() + b"x")
    monkeypatch.setattr(bundle, "WHEELS", vendor)
    installed = npm.packages()
    with pytest.raises(ValueError, match="is not the file that Pyodide's lock names"):
        bundle.compiled_python(tmp_path, installed)
