"""What a page does outside of its own folder, by whatever means: nothing of it is found by another page."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.website.attacks import code
from tests.website.test_attacks import refusal
from website.verify import sandbox

pytestmark = pytest.mark.skipif(not sandbox.FORKS, reason="only Linux confines what a page starts")

WAYS = {  # to change the folder `there`, in which is one file, `kept`, and a folder, `empty`
    "a shell": "import os\n\nfailed = os.system(f'echo x > {there}/new')",
    "a shell that is asked to be quiet": (
        "import os\n\nfailed = os.system(f'echo x 2> /dev/null >> {there}/kept; true')"
    ),
    "a program": "import subprocess\n\ndone = subprocess.run(['touch', f'{there}/new'])",
    "another Python": (
        "import subprocess\nimport sys\n\n"
        'program = f\'open({there!r} + "/kept", "w").write("x")\'\n'
        "done = subprocess.run([sys.executable, '-c', program], stderr=subprocess.DEVNULL)"
    ),
    "a program that moves": "import subprocess\n\nopen('x', 'w').close()\ndone = subprocess.run(['mv', 'x', there])",
    "a program that removes": "import subprocess\n\ndone = subprocess.run(['rm', f'{there}/kept'])",
    "a program that removes a folder": "import subprocess\n\ndone = subprocess.run(['rmdir', f'{there}/empty'])",
    "a link": "import subprocess\n\ndone = subprocess.run(['ln', '-s', '/dev/null', f'{there}/new'])",
    "a pipe": "import os\n\nos.mkfifo(f'{there}/new')",
    "C": "import ctypes\n\nhandle = ctypes.CDLL(None).creat(f'{there}/new'.encode(), 0o644)",
    "C that empties": "import ctypes\n\nfailed = ctypes.CDLL(None).truncate(f'{there}/kept'.encode(), 0)",
    "a database": (
        "import sqlite3\n\nwith sqlite3.connect(f'{there}/new') as database:\n"
        "    table = database.execute('create table t (x)')\ndatabase.close()"
    ),
    "a shelf": "import dbm\n\nshelf = dbm.open(f'{there}/new', 'n')\nshelf.close()",
    "an array on disk": (
        "import numpy as np\n\nkept = np.memmap(f'{there}/kept', dtype=np.uint8, mode='r+')\nkept[:] = 0"
    ),
    "a socket": "import socket\n\ns = socket.socket(socket.AF_UNIX)\ns.bind(f'{there}/new')\ns.close()",
    "a process that forked": (
        "import os\n\nchild = os.fork() or [os.system(f'echo x > {there}/new'), os._exit(0)]\nended = os.wait()"
    ),
    "a process of a pool": (
        "from multiprocessing import get_context\n\nwith get_context('fork').Pool(1) as pool:\n"
        "    failed = pool.map(os.system, [f'echo x > {there}/new'])"
    ),
}
DETACHED = {
    "a daemon": "import subprocess\n\np = subprocess.Popen(['sleep', '77'])\np.returncode = 0",
    "a shell's": "import os\n\nfailed = os.system('sleep 77 &')",
    "in a session of its own": "import os\n\nfailed = os.system('setsid sleep 77 > /dev/null 2>&1 &')",
    "a fork of a fork": (
        "import os\nimport time\n\nchild = os.fork() or [os.fork() or time.sleep(77), os._exit(0)]\nended = os.wait()"
    ),
}


def tree(folder: Path) -> dict[str, bytes | None]:
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir()}


@pytest.mark.parametrize("name", WAYS)
def test_nothing_is_changed_outside_of_the_folder_of_a_page(name: str, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("before")
    (tmp_path / "empty").mkdir()
    before = tree(tmp_path)
    refusal(code(f"import os\n\nthere = {str(tmp_path)!r}\n{WAYS[name]}"))
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", WAYS)
def test_the_same_in_its_own_folder_stays_green(name: str) -> None:
    before = "os.makedirs('there/empty')\nwith open('there/kept', 'w') as file:\n    n = file.write('before')"
    assert refusal(code(f"import os\n\n{before}\nthere = os.path.abspath('there')\n{WAYS[name]}")) == ""


def commands() -> Iterator[bytes]:
    """Those of all processes that run."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            yield (process / "cmdline").read_bytes()


@pytest.mark.parametrize("name", DETACHED)
def test_a_process_that_outlives_its_page_is_told_and_ended(name: str) -> None:
    seconds = f"77.{os.getpid()}"  # no other sleeps that long
    assert "left a process running" in refusal(code(DETACHED[name].replace("77", seconds)))
    assert seconds.encode() not in b"".join(commands())
