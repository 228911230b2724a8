"""Pages are tests: see website/plugin.py. (Gallery scripts are run by the site build.)"""

pytest_plugins = ["website.plugin"]
collect_ignore_glob = ["docs/*.py", "docs/**/*.py"]
