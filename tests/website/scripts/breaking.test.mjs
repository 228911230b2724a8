import assert from "node:assert/strict";
import test from "node:test";
import { recall, reported, times } from "../../../website/browser/moving/breaking.mjs";

const packed = (...values) => Buffer.from(Int8Array.from(values).buffer).toString("base64");
const blocks = { W1: ["AGREES", 0, 640], b1: ["AGREES", 0, 10] };
const data = recall({
  numeric: packed(127, -127, 0),
  variants: {
    right: { verdict: "AGREES", analytic: packed(127, -127, 0), off: packed(1, 0, 0), times: 9e8, blocks },
    m: { verdict: "WRONG", off: packed(0, 127, 0), times: 0.05, blocks },
  },
});

test("packed numbers come back, and what is not given is the right one's", () => {
  assert.deepEqual([...data.numeric], [1, -1, 0]);
  assert.deepEqual([...data.variants.m.analytic], [1, -1, 0]);
  assert.deepEqual([...data.variants.m.off], [0, 1, 0]);
});

test("a broken place is reported in the check's words", () => {
  assert.equal(reported(data, "m", new Set()), data.variants.m);
});

test("touched entries are wrong, exactly these, and nothing is spoiled for good", () => {
  const report = reported(data, "right", new Set([2]));
  assert.equal(report.verdict, "WRONG");
  assert.deepEqual([...report.off], [0, 0, 1]);
  assert.deepEqual([...report.analytic], [1, -1, 1]);
  assert.deepEqual(report.blocks.W1, ["WRONG", 1, 640]);
  assert.deepEqual(data.variants.right.blocks.W1, ["AGREES", 0, 640]);
  assert.match(reported(data, "right", new Set([65])).finding, /W1\[1, 1\]/);
});

test("how much the difference is magnified can be read", () => {
  assert.deepEqual([870000000, 5.3, 33, 1.9, 1, 0.5, 0.052].map(times), [
    "× 870,000,000",
    "× 5.3",
    "× 33",
    "× 1.9",
    "× 1",
    "÷ 2",
    "÷ 19.2",
  ]);
});
