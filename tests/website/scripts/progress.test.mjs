import assert from "node:assert/strict";
import test from "node:test";
import { kept } from "../../../website/browser/live/progress.mjs";

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
