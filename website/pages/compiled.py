"""Runs in the Python that browsers get, when the site is built: compiles in its archives what that imports first.

Most of a first Run in a browser is compiling Python's own library, NumPy and gradlab, at each visit: the archives
hold sources. Of gradlab they stay beside what was compiled, for tracebacks and for blocks that show a function.
"""

import importlib.util
import sys
import tempfile
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
from py_compile import compile as compile_file

import live

FOR_COMPILERS = {".h", ".pxd", ".pyi"}  # in NumPy's wheel; nothing in a browser reads them
FIRST = """# Like a first Run in a browser: what Pyodide imports only there, what gradlab imports, and a traceback.
import concurrent.futures.thread
import dataclasses, fractions, html, inspect, json, numpy.ma, numpy.random, numpy.typing
1 / 0
"""


def start() -> None:
    """Import what a first Run imports."""
    live.run(FIRST, False, "", "", True, "", lambda text: None)


def with_compiled(archive: str | Path, place: str, result: str | Path) -> int:
    """Write a copy of an archive, in which the modules imported so far are compiled; how many these are."""
    imported = {getattr(module, "__file__", None) for module in [*sys.modules.values()]}
    count = 0
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(result, "w") as made:
        for entry in source.infolist():
            path, content = f"{place}/{entry.filename}", source.read(entry)
            if path in imported and path.endswith(".py"):
                count += 1
                entry.filename += "c"  # no source stands beside it, with which it would be compared
                content = compiled(content, path)
            if Path(path).suffix not in FOR_COMPILERS:
                made.writestr(entry, content, compresslevel=9)
    return count


def with_all_compiled(archive: str | Path, place: str, result: str | Path) -> int:
    """Copy an archive, with the compiled file of each module beside its source. Returns how many modules."""
    count = 0
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(result, "w") as made:
        for entry in source.infolist():
            content = source.read(entry)
            made.writestr(entry, content, compresslevel=9)
            if entry.filename.endswith(".py"):
                count += 1
                beside = zipfile.ZipInfo(importlib.util.cache_from_source(entry.filename), entry.date_time)
                beside.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(beside, compiled(content, f"{place}/{entry.filename}"), compresslevel=9)
    return count


def compiled(source: bytes, path: str) -> bytes:
    """Content of a module's .pyc file; tracebacks give this path."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "source.py")
        file.write_bytes(source)
        compile_file(
            str(file), f"{file}c", dfile=path, doraise=True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH
        )
        return Path(f"{file}c").read_bytes()
