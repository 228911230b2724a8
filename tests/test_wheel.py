"""The wheel, in an environment of its own with NumPy and pytest only: is all there, and do the tests pass?"""

import ast
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.chosen import sample

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
NEEDS = {"numpy", "pytest"}
# Most of the time, and few of the modules.
LONG = {"test_directions", "test_fixed_step", "test_nn_is_checked", "test_noise", "test_strength"}


def closure(names):
    """Distributions with all that they require here, as the lock pins and this environment has them."""
    todo, found = list(names), {}
    while todo:
        dist = metadata.distribution(todo.pop())
        if dist.name.lower() not in found:
            found[dist.name.lower()] = dist
            wanted = (Requirement(line) for line in dist.requires or ())
            todo += [r.name for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found.values()


def run(*command, **keywords):
    done = subprocess.run(
        [str(part) for part in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **keywords
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # a copy: building leaves nothing behind in the checkout
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", folder, source)
    shutil.rmtree(source)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory, wheel):
    """Python of an environment that has the wheel, NumPy and pytest, and no way to the source tree."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = next(folder.glob("bin/python")) if os.name != "nt" else folder / "Scripts" / "python.exe"
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    for dist in closure(NEEDS):
        for file in dist.files:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(dist.locate_file(file), target)
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", wheel)
    return python


def test_the_wheel_has_the_package_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"gradlab", "gradlab_check"}
    assert "gradlab/py.typed" in names
    in_the_tree = {str(p.relative_to(ROOT / "src")) for p in (ROOT / "src").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == {Path(p).as_posix() for p in in_the_tree}


def test_numpy_is_all_that_it_requires(wheel):
    text = zipfile.ZipFile(wheel).read(next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith("METADATA")))
    required = [line for line in text.decode().splitlines() if line.startswith("Requires-Dist:")]
    assert [line for line in required if "extra ==" not in line] == ["Requires-Dist: numpy>=1.26"]
    assert b"Name: gradlab-check\n" in text


def simple(path):
    """Whether it needs only NumPy, pytest, gradlab and the standard library, and is not about the checkout."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imported = {
        (alias.name if isinstance(node, ast.Import) else node.module).split(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    about_more = "parents[" in text or "with_name(" in text or "tests.diagnosis" in text
    return not about_more and imported <= NEEDS | {"gradlab", "tests"} | set(sys.stdlib_module_names)


def test_its_tests_pass_without_the_source_tree(clean, tmp_path):
    rooms = ("", "problem", "numeric", "verdict", "report")
    files = [path for room in rooms for path in sorted((ROOT / "tests" / room).glob("*.py"))]
    fit = [path for path in files if simple(path) and path.stem not in LONG]
    assert {"test_check", "test_guards", "test_derivative", "test_text"} <= {path.stem for path in fit}
    tests = [path for path in fit if path.name.startswith("test_")]
    for path in [*sample(tests, 8), *(path for path in fit if path not in tests)]:
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\npythonpath = .\nmarkers =\n    thorough\n    slow\nfilterwarnings = error\n"
    )
    options = ["-q", "-x", "--import-mode=importlib", "-p", "no:cacheprovider", "-m", "not thorough"]
    told = run(clean, "-m", "pytest", *options, "tests", cwd=tmp_path, env=os.environ | {"PYTHONPATH": ""})
    print(told)


def test_the_plugin_is_loaded_where_the_wheel_is_installed(clean, tmp_path):
    (tmp_path / "test_it.py").write_text(
        "def test_it(assert_gradients):\n    assert_gradients(lambda t: float(t @ t), [1.0, 2.0], lambda t: 2 * t)\n"
    )
    told = run(clean, "-m", "pytest", "-q", cwd=tmp_path)
    assert "1 AGREES" in told
    where = run(clean, "-c", "import gradlab; print(gradlab.__file__)", cwd=tmp_path)
    assert str(ROOT / "src") not in where
