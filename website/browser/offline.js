// Without a network, what was visited is there; with one, the network comes first, so that no page is ever stale.
// The build writes this file to the site's root, with its own fingerprint: another build, another cache.
const ours = `gradlab ${registration.scope} `; // other sites may have the same origin
const CACHE = `${ours}BUILD`;
const own = ({ method, url }) => method === "GET" && url.startsWith(registration.scope);

addEventListener("install", () => skipWaiting());

addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith(ours) && name !== CACHE) await caches.delete(name);
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
