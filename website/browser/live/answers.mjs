// What the hunts say, as data: one file a hunt, read when it is needed and kept for this page.
const kept = {};
const FRESH = { cache: "no-cache" }; // their names do not change with their content: ask whether they did

/** The data of a hunt, by its id; "index" lists the hunts, "draws" what each seed of the blind lab draws. */
export function read(name) {
  kept[name] ??= fetched(name).catch((error) => {
    delete kept[name]; // the next click asks again
    throw error;
  });
  return kept[name];
}

async function fetched(name) {
  const answer = await fetch(new URL(`../../labs/hunts/${name}.json`, import.meta.url), FRESH);
  if (!answer.ok) throw new Error(`${name} could not be loaded`);
  return answer.json();
}
