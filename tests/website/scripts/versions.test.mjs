import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { all, forget, fresh, keep } from "../../../website/browser/live/versions.mjs";

class Kept {
  constructor() {
    Object.defineProperty(this, "full", { writable: true, value: false });
  }
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key, value) {
    if (this.full) throw new Error("full");
    this[key] = String(value);
  }
  removeItem(key) {
    delete this[key];
  }
}
beforeEach(() => {
  globalThis.localStorage = new Kept();
});
const written = (backprop, others = []) => ({ ...fresh("Mine", others), setting: "s", backprop });

test("what is kept comes back, the oldest first, under a name of its own", () => {
  const one = written("1"),
    two = written("2", [one]);
  two.since = one.since + 1;
  assert.ok(keep(two) && keep(one));
  assert.deepEqual(
    all().versions.map(({ name, backprop }) => [name, backprop]),
    [
      ["Mine", "1"],
      ["Mine 2", "2"],
    ],
  );
  forget(one);
  assert.equal(all().versions.length, 1);
});

test("what another tab wrote meanwhile stays", () => {
  const here = written("1");
  keep(here);
  const there = all().versions[0];
  there.backprop = "theirs";
  keep(there);
  here.backprop = "ours";
  keep(here);
  assert.deepEqual(new Set(all().versions.map(({ backprop }) => backprop)), new Set(["theirs", "ours"]));
});

test("what is broken or of somebody else is counted or passed over, and left as it is", () => {
  keep(written("1"));
  const foreign = { "gradlab-version:a": "{", "gradlab-version:b": "3", "gradlab-versions": "x", other: "{}" };
  for (const [key, value] of Object.entries(foreign)) localStorage.setItem(key, value);
  const { versions, broken } = all();
  assert.equal(versions.length, 1);
  assert.equal(broken, 2);
  for (const [key, value] of Object.entries(foreign)) assert.equal(localStorage.getItem(key), value);
});

test("a browser that keeps nothing is no reason to stop", () => {
  localStorage.full = true;
  assert.equal(keep(written("1")), false);
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get() {
      throw new Error("forbidden");
    },
    set(value) {
      Object.defineProperty(globalThis, "localStorage", { configurable: true, writable: true, value });
    },
  });
  assert.deepEqual(all(), { versions: [], broken: 0 });
  assert.equal(keep(written("1")), false);
  forget({ id: "x" });
});
