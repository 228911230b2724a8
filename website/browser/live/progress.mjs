// What a reader has found, kept in this browser. Whatever lies there, a page gets only what it can show.
const KEY = "gradlab-labs";

/** Whether what was found is lost with this page. Each script has its own copy of this one, so it lies where all see it. */
export const lost = () => KEY in globalThis;

/** What was found so far: {hunt: {name, at, hints, looked, solved}}. */
export function kept() {
  try {
    const found = Object.entries(globalThis[KEY] ?? JSON.parse(localStorage.getItem(KEY)) ?? {});
    return Object.fromEntries(found.filter(([, one]) => shown(one)));
  } catch {
    return {};
  }
}

export function keep(all) {
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
    delete globalThis[KEY];
  } catch {
    globalThis[KEY] = all;
  }
}

/** What is known of a hunt, and this news of it. */
export function note(id, name, at, news) {
  const found = kept();
  found[id] = { name, at, hints: 0, looked: false, ...found[id], ...news };
  keep(found);
}

/** The day on which something was solved: the reader's own, as in the terminal. */
export const today = () => {
  const now = new Date();
  return new Date(now - 60_000 * now.getTimezoneOffset()).toISOString().slice(0, 10);
};

/** What was found here, and what a file says was found elsewhere. Of a hunt that is in both, ours, unless only theirs is solved. */
export function merged(ours, theirs) {
  const news = ([id, one]) => shown(one) && (!ours[id] || (one.solved && !ours[id].solved));
  return { ...ours, ...Object.fromEntries(Object.entries(Object(theirs)).filter(news)) };
}

/** A row of the table of what was found: other pages of this origin may have written under the same key. */
function shown(one) {
  const { name, at, hints, looked } = Object(one);
  return typeof name === "string" && /^\/(?!\/)/.test(at) && Number.isInteger(hints) && typeof looked === "boolean";
}
