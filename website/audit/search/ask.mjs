// Types queries into the search of a built site: node ask.mjs SITE [WORKER], queries as JSON on standard input.
// Prints for each query the pages found, in order, each as the addresses of its sections that a reader sees first.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [site, other] = process.argv.slice(2), SHOWN = 3; // sections of a page that are seen before "more"
const SETUP = 0, QUERY = 2; // messages of the theme's search
const config = /id="__config" type="application\/json">(.*?)<\/script>/s.exec(readFileSync(join(site, "index.html"), "utf8"))[1];

/** The worker in a world of its own; a function from a message to its answer. */
function started(path) {
  const answers = [];
  let hear;
  const world = {
    console: { warn() {}, log() {} }, setTimeout, performance, URL, TextEncoder, location: { href: "http://localhost/x.js" },
    addEventListener: (type, act) => { if (type === "message") hear = act; },
    postMessage: (message) => answers.push(message),
  };
  world.self = world.globalThis = world;
  vm.runInContext(readFileSync(path, "utf8"), vm.createContext(world));
  return async (type, data) => {
    answers.length = 0;
    await (hear ?? world.onmessage)({ data: { type, data } });
    while (!answers.length) await new Promise((go) => setTimeout(go, 1));
    return answers.at(-1).data;
  };
}

const index = JSON.parse(readFileSync(join(site, "search", "search_index.json"), "utf8"));
const ask = started(other ?? join(site, JSON.parse(config).search));
await ask(SETUP, { config: index.config, docs: index.docs, options: { suggest: false } });
const found = [];
for (const query of JSON.parse(readFileSync(0, "utf8"))) {
  const { items } = await ask(QUERY, query);
  // The section that was found best comes first, whether or not the page's own entry stands above it.
  found.push(items.map((page) => page.slice(0, SHOWN).sort((a, b) => b.score - a.score).map((item) => item.location)));
}
console.log(JSON.stringify(found));
