// Python, away from the page: it sees no DOM, and is stopped by ending this worker.
let booted;

async function boot(base, tell) {
  tell("Loading Python (9 MB, once)");
  const { loadPyodide } = await import(base + "py/pyodide.mjs");
  const python = await loadPyodide({ indexURL: base + "py/", env: { HOME: "/home/pyodide" } });
  tell("Loading NumPy and gradlab");
  await python.loadPackage(["numpy", "gradlab"], { messageCallback() {}, errorCallback(text) { throw new Error(text); } });
  for (const name of ["rule.py", "live.py"]) {
    const source = await fetch(base + name);
    if (!source.ok) throw new Error(`${name}: ${source.status}`);
    python.FS.writeFile("/home/pyodide/" + name, await source.text());
  }
  tell("Starting");
  return python.pyimport("live");
}

onmessage = async ({ data: { id, base, block, code, page } }) => {
  let text = "", shown = 0;
  const send = (message) => postMessage({ id, ...message });
  booted ??= boot(base, (status) => send({ status }));
  let live;
  try {
    live = await booted;
  } catch (error) {
    booted = undefined;
    return send({ failed: String(error?.message ?? error) });
  }
  if (!block) return;
  send({ status: "Running" });
  const emit = (part) => {
    text += part;
    if (performance.now() - shown > 100) { shown = performance.now(); send({ text }); }
  };
  try {
    const ok = live.run(code, block.session, block.home, page, block.want, emit);
    const same = live.same(block.want, text);
    send({ done: true, ok, same, text, html: live.report(), diff: same ? "" : live.difference(block.want, text) });
  } catch (error) {
    send({ failed: String(error?.message ?? error) }); // ours, not the reader's: a page must not wait for ever
  }
};
