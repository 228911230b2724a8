import assert from "node:assert/strict";
import test from "node:test";
import { near, number } from "../../../website/browser/moving/guess.mjs";

test("a number may be written as people write it", () => {
  for (const [words, value] of [
    ["0.3333", 0.3333],
    ["1e-7", 1e-7],
    ["1/3", 1 / 3],
    ["about 0,5", 0.5],
    ["12 %", 0.12],
    ["10^-7", 1e-7],
    ["3·10^-7", 3e-7],
    ["−2", -2],
    ["159,020", 159020],
  ])
    assert.ok(Math.abs(number(words) - value) <= 1e-12 * Math.abs(value), `${words} -> ${number(words)}`);
  for (const words of ["", "none", "ten"]) assert.ok(Number.isNaN(number(words)), words);
});

test("how near a guess comes", () => {
  assert.equal(near(0.3333, 1 / 3), "That is it");
  assert.equal(near(0.3, 1 / 3), "Close");
  assert.equal(near(1e-7, 1e-4), "Too small by a factor of about 10³");
  assert.equal(near(2, 1), "Too large by a factor of about 2");
  assert.equal(near(-1, 1), "Not quite");
  assert.equal(near(0, 0), "That is it");
  assert.equal(near(1, 0), "Not quite");
});
