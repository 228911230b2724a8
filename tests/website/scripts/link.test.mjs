import assert from "node:assert/strict";
import test from "node:test";
import { linkTo, textOf } from "../../../website/browser/live/link.mjs";

globalThis.location = { href: "https://here.example/gradlab/playground/?x=1#old" };

test("any text comes back from the link that carries it", async () => {
  for (const text of ["", "x", "ε 🙂 \u0000 \r\n\t", "</script>#code=&%", "y = x\n".repeat(5000), "\ufeffx"]) {
    const address = await linkTo(text);
    assert.match(address, /^https:\/\/here\.example\/gradlab\/playground\/\?x=1#code=[\w-]*$/);
    assert.equal(await textOf(address), text.replace(/^\ufeff/, ""));
  }
});

test("an address without code has none, one with spoiled code says so", async () => {
  assert.equal(await textOf("https://here.example/#wrong"), null);
  const whole = await linkTo("x = 1\n".repeat(40) + "import gradlab, numpy as np, math, itertools");
  for (const spoiled of [
    whole.slice(0, -4),
    whole.slice(0, -9),
    `${whole.slice(0, -6)}!!`,
    "https://here.example/#code=%20",
  ])
    assert.equal(await textOf(spoiled), undefined, spoiled);
});

test("a short link does not unpack to a flood", async () => {
  const started = performance.now();
  assert.equal(await textOf(await linkTo("x".repeat(30_000_000))), undefined);
  assert.ok(performance.now() - started < 20_000);
});
