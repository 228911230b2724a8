import assert from "node:assert/strict";
import test from "node:test";

const workers = [];
globalThis.location = { pathname: "/page/" };
globalThis.Worker = class {
  constructor() {
    workers.push(this);
  }
  postMessage({ id }) {
    queueMicrotask(() => this.onmessage?.({ data: { id, done: true, ok: true, same: true } }));
  }
  terminate() {
    this.onmessage = undefined;
  }
};
const { ask, stop, trusted } = await import("../../../website/browser/live/python.mjs");
const block = { block: { code: "x = 1" } };

test("Python is trusted until it has run other code than the page's, and again when it is another Python", async () => {
  assert.ok(trusted());
  await ask(block, block, "x = 1", true, () => {});
  assert.ok(trusted());
  await ask(block, block, "x = 2", false, () => {});
  assert.ok(!trusted());
  await ask(block, block, "x = 1", false, () => {});
  assert.ok(!trusted());
  stop();
  assert.ok(trusted());
  await ask(block, block, "x = 1", true, () => {});
  assert.ok(trusted());
  assert.equal(workers.length, 2);
  stop();
});
