"""What leaves the house: workflows without a finding, a release tried as far as it goes without the forge."""

import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not WORKFLOWS, reason="the sdist has no workflows"),
]


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def test_zizmor_finds_nothing() -> None:
    command = [tool("zizmor"), "--offline", "--no-progress", "--persona", "pedantic", str(ROOT / ".github")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_hash(workflow: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", workflow.read_text(encoding="utf-8"))
    assert used
    assert not [name for name, note in used if not (re.search(r"@[0-9a-f]{40}$", name) and re.match(r" # v\d", note))]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("src", "tests", ".ci"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_release_has_absolute_addresses_and_all_licences(copy: Path) -> None:
    release = runpy.run_path(str(copy / ".ci" / "release.py"))
    release["write_addresses"](copy, "https://github.com/owner/name", "v1")
    for kind in ("--wheel", "--sdist"):
        subprocess.run(
            [sys.executable, "-m", "build", "--no-isolation", kind, str(copy)], check=True, capture_output=True
        )
    built = sorted(map(str, (copy / "dist").iterdir()))
    done = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *built], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    (wheel,) = (copy / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name.rpartition("/")[2] for name in archive.namelist()}
        (metadata,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith("METADATA")]
    assert {"LICENSE", "NOTICE"} <= names
    assert "Project-URL: Source, https://github.com/owner/name" in metadata
    assert "https://raw.githubusercontent.com/owner/name/v1/docs/assets/site.png" in metadata
    assert not re.search(r"\]\((?!https?:|#)", metadata)


def test_a_tag_must_be_the_version(copy: Path) -> None:
    release = runpy.run_path(str(copy / ".ci" / "release.py"))
    version = tomllib.loads((copy / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changes = copy / "CHANGELOG.md"
    changes.write_text(changes.read_text(encoding="utf-8") + f"\n## {version} - 2030-01-01\n", encoding="utf-8")
    assert release["problems"](copy, f"v{version}") == []
    assert len(release["problems"](copy, "v99.0.0")) == 1
    (copy / "CITATION.cff").write_text("version: 99\n", encoding="utf-8")
    changes.write_text("nothing\n", encoding="utf-8")
    assert len(release["problems"](copy, f"v{version}")) == 2


def test_pythons_are_named_once_and_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    assert named[0] == project["requires-python"].removeprefix(">=")
    for name in ("tests.yml", "release.yml"):
        text = (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")
        (matrix,) = re.findall(r"^ +python: \[(.*)\]$", text, re.M)
        assert re.findall(r"[\d.]+", matrix) == named


@pytest.mark.parametrize("kind", ["--wheel", "--sdist"])
def test_two_builds_are_equal_byte_for_byte(copy: Path, tmp_path_factory: pytest.TempPathFactory, kind: str) -> None:
    """At another time, from another folder, with other rights for new files."""
    other = tmp_path_factory.mktemp("another folder") / "with blanks"
    shutil.copytree(copy, other)
    digests = []
    for folder, mask in ((copy, 0o022), (other, 0o077)):
        for path in folder.rglob("*"):
            os.utime(path, (1e9, 1e9) if mask == 0o077 else (1.5e9, 1.5e9))
        before = os.umask(mask)
        try:
            command = [sys.executable, "-m", "build", "--no-isolation", kind, str(folder)]
            subprocess.run(command, check=True, capture_output=True)
        finally:
            os.umask(before)
        (built,) = (folder / "dist").iterdir()
        digests.append((built.name, hashlib.sha256(built.read_bytes()).hexdigest()))
    assert digests[0] == digests[1]


def test_the_tests_in_the_sdist_need_nothing_that_is_not_in_it(copy: Path) -> None:
    shutil.copytree(ROOT / "benchmarks", copy / "benchmarks", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--no-isolation", "--sdist", str(copy)]
    subprocess.run(command, check=True, capture_output=True)
    (packed,) = (copy / "dist").glob("*.tar.gz")
    shutil.unpack_archive(packed, copy / "unpacked", filter="data")
    (unpacked,) = (copy / "unpacked").iterdir()
    names = {path.name for path in unpacked.iterdir()}
    assert names == {
        "src", "tests", "benchmarks", "README.md", "CHANGELOG.md", "LICENSE", "NOTICE", "pyproject.toml", "PKG-INFO"
    }  # fmt: skip
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(
        collect, cwd=unpacked, env=os.environ | {"PYTHONPATH": "src"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_the_bill_of_the_scripts_names_what_the_lock_names_and_is_the_same_twice() -> None:
    sbom = pytest.importorskip("website.audit.sbom", reason="the sdist has no website")
    bill = sbom.scripts()
    assert bill["bomFormat"] == "CycloneDX"
    named = {(part["name"], part["version"]) for part in bill["components"]}
    lock = json.loads((ROOT / "website" / "browser" / "package-lock.json").read_text(encoding="utf-8"))
    for path, part in lock["packages"].items():
        if path and not part.get("optional"):
            assert (path.rpartition("node_modules/")[2], part["version"]) in named
    assert all(part.get("hashes") for part in bill["components"])
    assert bill == sbom.scripts()


def test_the_bill_of_the_python_packages_names_what_the_lock_names_and_is_the_same_twice() -> None:
    sbom = pytest.importorskip("website.audit.sbom", reason="the sdist has no website")
    bill = sbom.packages()
    assert bill["bomFormat"] == "CycloneDX"
    locked = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M)
    assert {(part["name"], part["version"]) for part in bill["components"]} == set(locked)
    assert all(source["hashes"] for part in bill["components"] for source in part["externalReferences"])
    assert bill == sbom.packages()


def test_the_changes_have_a_section_for_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert re.search(rf"^## {re.escape(version)} ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
