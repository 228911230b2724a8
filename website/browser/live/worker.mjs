// Python, away from the page: it sees no DOM, and is stopped by ending this worker. It has the page's policy, since the
// page makes it from a blob; what could get round that, or write where other pages read, is taken away before Python starts.
function without(place, ...names) {
  for (; place; place = Object.getPrototypeOf(place)) for (const name of names) delete place[name];
}
const post = self.postMessage.bind(self),
  read = JSON.parse; // Python could put others in their place, and answer for us
without(self, "postMessage", "close");
without(self, "caches", "indexedDB", "Worker", "SharedWorker", "BroadcastChannel", "cookieStore");
without(self, "webkitRequestFileSystem", "webkitRequestFileSystemSync", "webkitResolveLocalFileSystemURL");
without(navigator, "storage", "storageBuckets", "serviceWorker", "locks");

const PAUSE = 300; // after an answer: whoever clicks at once is served first
let booted,
  bytes = 0,
  progress = () => {},
  fail = () => {};
const dropped = new Set();

// Counts what arrives, and says so when something does not: Pyodide would wait for ever.
const load = self.fetch;
self.fetch = async (...asked) => {
  try {
    const answer = await load(...asked);
    if (!answer.ok) throw new Error(`${answer.status} for ${answer.url.split("/").at(-1)}`);
    const counted = new TransformStream({
      transform(part, out) {
        bytes += part.length;
        progress();
        out.enqueue(part);
      },
    });
    return new Response(answer.body.pipeThrough(counted), { status: answer.status, headers: answer.headers });
  } catch (error) {
    fail(error);
    throw error;
  }
};

async function boot(base, tell) {
  let step,
    told = 0;
  progress = (now) => {
    step = now ?? step;
    if (!now && performance.now() - told < 200) return;
    told = performance.now();
    tell(`${step}, once a visit: ${(bytes / 1e6).toFixed(1)} MB so far`);
  };
  progress("Loading Python, NumPy and gradlab");
  const indexURL = new URL("../py/", base).href,
    lockFileURL = base + "pyodide-lock.json";
  const { loadPyodide } = await import(indexURL + "pyodide.js");
  const packages = ["numpy", "gradlab"]; // fetched while Python starts; fetch() compares their hashes
  const ours = ["equality.py", "live.py"].map(async (name) => [name, await (await fetch(base + name)).text()]);
  const python = await loadPyodide({ indexURL, lockFileURL, env: { HOME: "/home/pyodide" }, packages });
  for (const [name, text] of await Promise.all(ours)) python.FS.writeFile(`/home/pyodide/${name}`, text);
  tell("Starting Python");
  const { run, warm } = python.pyimport("live");
  python.runPython("import sys\nfor name in ('live', 'equality'): del sys.modules[name]"); // no block finds and changes them
  return { run, warm };
}

self.onmessage = async ({ data: { id, drop, base, block, code, page, fresh } }) => {
  if (drop) return dropped.add(drop);
  const send = (message) => post({ id, ...message });
  booted ??= new Promise((resolve, reject) => {
    fail = reject;
    boot(base, (status) => post({ status })).then(resolve, reject);
  });
  let live;
  try {
    live = await booted;
  } catch (error) {
    return send({ failed: String(error?.message ?? error) });
  }
  if (!id) return live.warm(); // it was only to be there in time
  if (dropped.has(id)) return;
  send({ status: "Running" });
  const start = performance.now();
  let text = "",
    shown = 0;
  const emit = (part) => {
    text += part;
    if (performance.now() - shown > 100) {
      shown = performance.now();
      send({ text });
    }
  };
  try {
    const told = read(live.run(code, block.session, block.home, page, fresh, block.want, emit));
    send({ done: true, time: (performance.now() - start) / 1000, ...told });
  } catch (error) {
    send({ failed: String(error?.message ?? error) }); // ours, not the reader's: a page must not wait for ever
  }
  setTimeout(() => live.warm(), PAUSE); // for the next page, which may need what this block did not
};
