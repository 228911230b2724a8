import assert from "node:assert/strict";
import test from "node:test";
import { cut, owner, running, seconds, verdict } from "../../../website/browser/live/status.mjs";

const WHOSE = [false, true].flatMap((edited) =>
  [false, true].flatMap((below) => [false, true].map((verified) => ({ edited, below, verified }))),
);
const ANSWERS = [false, true].flatMap((ok) =>
  [false, true].flatMap((same) => ["", "0.33\n"].map((text) => ({ ok, same, text, time: 0.05, line: 3 }))),
);

test("verified is said of nothing but the page's own code that gave its own output, where a record says so", () => {
  for (const whose of WHOSE)
    for (const answer of ANSWERS) {
      const [words, state] = verdict(answer, whose);
      const may = answer.ok && answer.same && answer.text && !whose.edited && !whose.below && whose.verified;
      assert.equal(/verified/i.test(words), Boolean(may), words);
      assert.equal(state === "same", answer.ok && answer.same && !whose.edited && !whose.below, words);
    }
});

test("an error is an error, whoever wrote the code", () => {
  for (const whose of WHOSE) {
    const [words, state] = verdict({ ok: false, line: 3 }, whose);
    assert.ok(words.startsWith("Stopped by an error in line 3"));
    assert.equal(words.endsWith("; a block above is your version"), whose.below && !whose.edited);
    assert.equal(state, "error");
  }
  assert.deepEqual(verdict({ ok: false }, WHOSE[0]), ["Stopped by an error", "error"]);
});

test("the page's own code is not blamed for names that other code has left", () => {
  for (const whose of WHOSE)
    for (const after of [false, true])
      for (const answer of [
        { ok: false, line: 3 },
        { ok: true, same: false, text: "0.33\n" },
      ]) {
        const [words] = verdict(answer, { ...whose, after });
        assert.equal(/code of yours ran before/.test(words), after && !whose.edited && !whose.below, words);
      }
});

test("while Python is fetched no block runs", () => {
  assert.equal(running("Running", 3.2, " block 2 of 8"), "Running block 2 of 8, 3 s …");
  assert.equal(running("Loading, 14.2 MB so far", 3.2, " block 2 of 8"), "Loading, 14.2 MB so far, 3 s …");
});

test("which block ended in an error is said where it is not above", () => {
  assert.equal(cut(4, 2, 8), "A block above ended in an error, so this one was not run");
  for (const at of [1, 7])
    assert.equal(cut(0, at, 8), `Block ${at + 1} of 8 ended in an error, so those below it were not run`);
});

test("a value that only a prompt would show is spoken of where a reader wrote it", () => {
  for (const whose of WHOSE)
    for (const valued of [false, true])
      for (const html of ["", "<table></table>"]) {
        const [words] = verdict({ ok: true, same: true, valued, html }, whose);
        assert.equal(/print\(…\)/.test(words), whose.edited && valued && !html, words);
      }
});

test("an output says whose it is", () => {
  assert.equal(owner({ edited: true, below: true }), "Output of your version");
  assert.equal(owner({ edited: false, below: true }), "Output, with an edited block above");
  assert.equal(owner({ edited: false, below: false }), "Output here");
});

test("seconds are written as a reader wants them", () => {
  const told = [0, 0.049, 0.994, 0.996, 1.26, 9.94, 9.96, 74.2].map(seconds);
  assert.deepEqual(told, ["0.00 s", "0.05 s", "0.99 s", "1.0 s", "1.3 s", "9.9 s", "10 s", "74 s"]);
});

test("what runs says for how long, once there is something to wait for", () => {
  assert.equal(running("Running", 0.3), "Running …");
  assert.equal(running("Running", 3.9, " block 2 of 5"), "Running block 2 of 5, 3 s …");
});
