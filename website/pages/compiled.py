"""Runs in the Python that browsers get, when the site is built: compiles in its archives what that imports first.

Most of Python's start in a browser is compiling its own standard library, at each visit: the archives hold sources.
"""

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
import dataclasses, fractions, html, numpy.typing
1 / 0
"""


def start():
    """Import what a first Run imports."""
    live.run(FIRST, False, "", "", True, "", lambda text: None)


def with_compiled(archive, place, result):
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


def compiled(source, path):
    """Content of a module's .pyc file; tracebacks give this path."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "source.py")
        file.write_bytes(source)
        compile_file(file, f"{file}c", dfile=path, doraise=True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        return Path(f"{file}c").read_bytes()
