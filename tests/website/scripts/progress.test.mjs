import assert from "node:assert/strict";
import test from "node:test";
import { keep, kept, lost, merged, note } from "../../../website/browser/live/progress.mjs";

/** What `kept` makes of what a browser has stored under its key. */
function read(text) {
  globalThis.localStorage = { getItem: () => text };
  return kept();
}

test("nothing stored is nothing found", () => assert.deepEqual(read(null), {}));

test("what is stored comes back", () => {
  const found = { 3: { name: "Hunt 1.4", at: "/labs/dense/#four", hints: 1, looked: false, solved: "2026-01-02" } };
  assert.deepEqual(read(JSON.stringify(found)), found);
});

test("what is no progress is left out, and the rest stays", () => {
  const good = { name: "Hunt 1.1", at: "/labs/#one", hints: 0, looked: false };
  for (const bad of [
    null,
    3,
    "x",
    [],
    {},
    { name: 1 },
    { ...good, at: null },
    { ...good, at: "javascript:alert(1)" },
  ]) {
    assert.deepEqual(read(JSON.stringify({ a: bad, b: good })), { b: good }, JSON.stringify(bad));
  }
});

test("what is no JSON, or no object, is nothing found", () => {
  for (const text of ["{", "3", '"x"', "[]", "null", "true", "[[1]]"]) assert.deepEqual(read(text), {}, text);
});

test("a browser that lets nobody read is survived", () => {
  globalThis.localStorage = {
    getItem() {
      throw new Error("SecurityError");
    },
  };
  assert.deepEqual(kept(), {});
});

test("what a file brings is added, and takes nothing away", () => {
  const one = { name: "Hunt 1.1", at: "/labs/#one", hints: 1, looked: false };
  const solved = { ...one, hints: 3, solved: "2026-01-02" };
  assert.deepEqual(merged({}, { a: one }), { a: one });
  assert.deepEqual(merged({ a: one }, { a: solved, b: one }), { a: solved, b: one });
  assert.deepEqual(merged({ a: solved }, { a: one }), { a: solved });
  assert.deepEqual(merged({ a: solved }, { a: { ...solved, hints: 0 } }), { a: solved });
});

test("a file that is no progress brings nothing", () => {
  const ours = { a: { name: "Hunt 1.1", at: "/labs/#one", hints: 0, looked: false } };
  for (const theirs of [null, 3, "text", [], [[1]], {}, { a: 1 }, { b: { name: "x", at: "javascript:1" } }])
    assert.deepEqual(merged(ours, theirs), ours, JSON.stringify(theirs));
});

test("a browser that keeps nothing has what was found until the page is left, and says so", () => {
  const setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  globalThis.localStorage = { getItem: () => null, setItem };
  assert.equal(lost(), false);
  note("a", "Hunt 1.1", "/labs/#one", { solved: "2026-01-02" });
  assert.equal(kept().a.solved, "2026-01-02");
  assert.equal(lost(), true);
  globalThis.localStorage = { getItem: () => null, setItem: () => {} };
  keep(kept());
  assert.equal(lost(), false);
});
