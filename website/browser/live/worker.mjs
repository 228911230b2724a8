// Python, away from the page: it sees no DOM, and is stopped by ending this worker.
const site = "/lib/python3.12/site-packages";
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
    tell(`${step} (${(bytes / 1e6).toFixed(1)} MB so far, once)`);
  };
  progress("Loading Python, NumPy and gradlab");
  const { loadPyodide } = await import(base + "py/pyodide.js");
  const packages = ["numpy", "gradlab"]; // fetched while Python starts; fetch() compares their hashes
  const python = await loadPyodide({ indexURL: base + "py/", env: { HOME: "/home/pyodide" }, packages });
  const places = {
    "equality.py": "/home/pyodide/equality.py",
    "live.py": "/home/pyodide/live.py",
    "draw.py": site + "/gradlab/report/figures.py",
  };
  for (const [name, place] of Object.entries(places)) {
    python.FS.writeFile(place, await (await fetch(base + name)).text());
  }
  tell("Starting Python");
  return python.pyimport("live");
}

self.onmessage = async ({ data: { id, drop, base, block, code, page, fresh } }) => {
  if (drop) return dropped.add(drop);
  const send = (message) => postMessage({ id, ...message });
  booted ??= new Promise((resolve, reject) => {
    fail = reject;
    boot(base, (status) => postMessage({ status })).then(resolve, reject);
  });
  let live;
  try {
    live = await booted;
  } catch (error) {
    return send({ failed: String(error?.message ?? error) });
  }
  if (dropped.has(id)) return;
  send({ status: "Running" });
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
    send({ done: true, ...JSON.parse(live.run(code, block.session, block.home, page, fresh, block.want, emit)) });
  } catch (error) {
    send({ failed: String(error?.message ?? error) }); // ours, not the reader's: a page must not wait for ever
  }
};
