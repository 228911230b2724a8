// Without a network, what was visited is there; with one, the network comes first, so that no page is ever stale.
// The build writes this file to the site's root, with its own fingerprint: another build, another cache. Until a new
// build is here whole, the old one stays whole.
const ours = `gradlab ${registration.scope} `; // other sites may have the same origin
const CACHE = `${ours}BUILD`;
const names = NAMES; // assets/live/ -> assets/live-<digest>/: what is so named never changes
const own = ({ method, url }) => method === "GET" && url.startsWith(registration.scope);
const others = async () => (await caches.keys()).filter((name) => name.startsWith(ours) && name !== CACHE);

/** The address in this build of what a former build had; its own, if that has no digest in its name. */
function now(url) {
  const path = url.slice(registration.scope.length);
  for (const [name, named] of Object.entries(names)) {
    const [, stem, ending] = /^(.*?)(\/|\.\w+)$/.exec(name);
    const rest = path.slice(stem.length).replace(/^-[0-9a-f]{12}/, "");
    if (path.startsWith(stem) && rest.startsWith(ending))
      return registration.scope + named + rest.slice(ending.length);
  }
  return url;
}
const named = (url) => Object.values(names).some((name) => url.startsWith(registration.scope + name));

/** All that was kept of former builds, as it is in this one. A network that fails ends it: the old build stays, and is whole. */
async function renew() {
  const cache = await caches.open(CACHE);
  for (const name of await others()) {
    const old = await caches.open(name);
    for (const { url } of await old.keys()) {
      const address = now(url);
      if (await cache.match(address)) continue;
      const kept = named(address) && (await old.match(address));
      const fresh = kept || (await fetch(address, { cache: "no-cache" }));
      if (fresh.status === 200)
        await cache.put(address, fresh); // what is there no more is forgotten
      else if (fresh.status >= 500) throw new Error(`${fresh.status} for ${address}`);
    }
  }
}

addEventListener("install", (event) => event.waitUntil(renew().then(() => skipWaiting())));

addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await others()) await caches.delete(name);
      await clients.claim();
    })(),
  ),
);

// A page tells what it had loaded before this worker was there to see it.
addEventListener("message", (event) =>
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const missing = async (url) => own({ method: "GET", url }) && !(await cache.match(url)) && cache.add(url);
      await Promise.allSettled(event.data.map(missing));
    })(),
  ),
);

addEventListener("fetch", (event) => {
  if (own(event.request)) event.respondWith(answer(event));
});

async function answer(event) {
  const { request } = event,
    cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept && named(request.url)) return kept; // another content would have another name
  try {
    const fresh = await fetch(request);
    // One build does not change: 17 MB of Python are written once.
    if (!kept && fresh.status === 200) event.waitUntil(cache.put(request, fresh.clone()).catch(() => {}));
    return fresh;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
