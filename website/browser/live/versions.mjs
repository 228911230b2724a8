// What a reader has written in the playground, kept in this browser: each version under a key of its own, so that two
// tabs never write over each other. Nothing leaves the browser.
const KEY = "gradlab-version:";
const text = (value) => typeof value === "string";

/** The versions, the oldest first; how many there are that cannot be read (they are left as they are). */
export function all() {
  const found = [];
  let broken = 0;
  try {
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(KEY))) {
      const version = read(localStorage.getItem(key));
      if (version) found.push({ ...version, id: key.slice(KEY.length) });
      else broken++;
    }
  } catch {
    // a browser that keeps nothing
  }
  return { versions: found.sort((a, b) => a.since - b.since), broken };
}

function read(kept) {
  try {
    const { name, since, changed, setting, backprop } = JSON.parse(kept);
    const right = text(name) && text(setting) && text(backprop) && Number.isFinite(since) && Number.isFinite(changed);
    return right && { name, since, changed, setting, backprop, kept };
  } catch {
    return undefined;
  }
}

/** A version to be kept, with the first name that is free: Mine, Mine 2, Mine 3. */
export function fresh(wanted, others) {
  const taken = new Set(others.map(({ name }) => name));
  let name = wanted;
  for (let k = 2; taken.has(name); k++) name = `${wanted} ${k}`;
  return { id: crypto.randomUUID?.() ?? String(Math.random()), name, since: Date.now() };
}

/**
 * Keep a version as it is now; false if this browser keeps nothing. If another tab has written it meanwhile,
 * that stays, and this one goes on under an id of its own.
 */
export function keep(version) {
  version.changed = Date.now();
  const { id, kept, ...all } = version;
  try {
    const there = localStorage.getItem(KEY + id);
    if (there !== null && there !== kept) version.id += "'";
    version.kept = JSON.stringify(all);
    localStorage.setItem(KEY + version.id, version.kept);
    return true;
  } catch {
    return false;
  }
}

export function forget({ id }) {
  try {
    localStorage.removeItem(KEY + id);
  } catch {
    // then it was not kept either
  }
}
