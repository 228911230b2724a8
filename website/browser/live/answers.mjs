// What the hunts say, as data: one file a hunt, read when it is needed and kept for this page.
const read_before = {};

/** The data of a hunt, by its id; "index" lists the hunts, "draws" what each seed of the blind lab draws. */
export function read(name) {
  read_before[name] ??= fetch(new URL(`../../labs/hunts/${name}.json`, import.meta.url)).then((answer) => {
    if (answer.ok) return answer.json();
    delete read_before[name]; // the next click asks again
    throw new Error(`${name} could not be loaded`);
  });
  return read_before[name];
}
