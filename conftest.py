"""Pages are tests: see website/verify/pytest_plugin.py. (Gallery scripts are run by the site build.)"""

from importlib.util import find_spec

pytest_plugins = ["website.verify.pytest_plugin"]
collect_ignore_glob = ["docs/*.py", "docs/**/*.py"]
collect_ignore_glob += [
    f"src/gradlab/adapters/{name}*.py" for name in ("torch", "jax", "tensorflow") if not find_spec(name)
]
