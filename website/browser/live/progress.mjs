// What a reader has found, kept in this browser. Whatever lies there, a page gets only what it can show.
const KEY = "gradlab-labs";

/** What was found so far: {hunt: {name, at, hints, looked, solved}}. */
export function kept() {
  try {
    const found = Object.entries(JSON.parse(localStorage.getItem(KEY)) ?? {});
    return Object.fromEntries(found.filter(([, one]) => shown(one)));
  } catch {
    return {};
  }
}

export function keep(all) {
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // a browser that keeps nothing: the hunt goes on
  }
}

/** A row of the table of what was found: other pages of this origin may have written under the same key. */
function shown(one) {
  const { name, at, hints, looked } = Object(one);
  return typeof name === "string" && /^\/(?!\/)/.test(at) && Number.isInteger(hints) && typeof looked === "boolean";
}
