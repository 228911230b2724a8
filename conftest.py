"""Pages are tests, where the site is: see website/verify/pytest_plugin.py. (Its build runs the gallery scripts.)"""

from importlib.util import find_spec

_PLUGINS = ["website.verify.pytest_plugin", "website.verify.passed_plugin"]
pytest_plugins = _PLUGINS if find_spec("website") else []
collect_ignore_glob = ["docs/*.py", "docs/**/*.py"]
_MISSING = [name for name in ("torch", "jax", "tensorflow") if not find_spec(name)]
collect_ignore_glob += [f"src/gradlab/adapters/{name}*.py" for name in _MISSING]
