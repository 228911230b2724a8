// The page's side of Python: one worker a visit, which answers one question at a time and is stopped by ending it.
const here = new URL(".", import.meta.url).href;
const PATIENCE = 90_000; // Pyodide does not say when its download fails: ask again after so long without a sign of life
let worker,
  others = false, // has this Python run code that is not the page's own? It could have changed what compares
  spoiled = new Set(), // names of pages in which such code has run
  ran = new WeakMap(), // block -> the code that it last ran with, without an error, in this worker
  asking,
  ticket = 0,
  life;

/** The question that is being answered: {owner, front, running}; nothing if Python is idle. */
export const current = () => asking;

/** Has this block run in the Python that lives now, with this code (with any, if none is given), and without an error? */
export const hasRun = (block, code = ran.get(block)) => ran.has(block) && ran.get(block) === code;

/** May what this Python says of an output be called verified? Not once it has run a reader's code, or somebody's. */
export const trusted = () => !others;

const names = ({ block }) => `${location.pathname} ${block.home}`;

/** Has code that is not the page's own run in the names that this block finds? */
export const mixed = (block) => spoiled.has(names(block));

/** A worker made of a blob has the page's policy; made of an address it would have none. */
function start() {
  const source = new Blob([`import ${JSON.stringify(here + "worker.js")}`], { type: "text/javascript" });
  const address = URL.createObjectURL(source);
  const mine = new Worker(address, { type: "module" });
  const failed = (why) => {
    if (worker !== mine) return; // another has taken its place
    end(); // nobody may have asked yet: who asks next begins afresh, and does not wait for this one
    asking?.on({ failed: why });
  };
  worker = mine;
  mine.onmessage = ({ data }) => {
    if (data?.failed) return failed(data.failed);
    watch();
    if (asking && (data?.id ?? asking.id) === asking.id) asking.on(data ?? {});
  };
  mine.onerror = (event) => failed(event.message || "the worker could not start");
}

function watch() {
  clearTimeout(life);
  if (asking && !asking.running) life = setTimeout(() => asking?.on({ failed: "no answer" }), PATIENCE);
}

function end() {
  worker?.terminate();
  worker = undefined;
  others = false;
  spoiled = new Set();
  ran = new WeakMap();
}

/** Fetch Python before it is needed, where a reader is about to need it and does not pay for each byte. */
export function warm() {
  if (worker || navigator.connection?.saveData) return;
  start();
  worker.postMessage({ base: here });
}

/** Run a block's code; `show` gets every message until the last. `front` is the block whose button was pressed. */
export function ask(owner, front, code, fresh, show) {
  if (!worker) start();
  if (fresh) spoiled.delete(names(owner));
  if (code !== owner.block.code) {
    others = true;
    spoiled.add(names(owner));
  }
  return new Promise((resolve) => {
    const id = ++ticket;
    asking = {
      id,
      owner,
      front,
      on(message) {
        if (message.status === "Running") asking.running = true;
        watch();
        if (message.failed) end();
        if (message.ok) ran.set(owner, code);
        show(message);
        if (!message.done && !message.failed && !message.stopped) return;
        asking = undefined;
        clearTimeout(life);
        resolve(message);
      },
    };
    watch();
    worker.postMessage({ id, base: here, block: owner.block, code, fresh, page: location.pathname });
  });
}

/** End what runs; the names of all pages are gone with it. */
export function stop() {
  end();
  asking?.on({ stopped: true });
}

/** The reader left this block's page: what runs is ended, what is loading is loaded for the next page. */
export function leave(block) {
  if (asking?.owner !== block) return;
  if (asking.running) end();
  else worker?.postMessage({ drop: asking.id });
  asking.on({ stopped: true });
}
