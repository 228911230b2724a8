import assert from "node:assert/strict";
import test from "node:test";
import { fileOf, partsOf } from "../../../website/browser/live/file.mjs";

const none = () => [];
const check = { name: "gradlab.check_gradients", args: "(cost, params, backprop)" };
const code = {
  setting: "import gradlab\n\n\ndef cost(p):\n    return p",
  backprop: "def backprop(p):\n    return 1",
};

test("what is saved comes back, with its test and without", () => {
  for (const calls of [[], [check], [check, check], [{ name: "print", args: "(1)" }]])
    assert.deepEqual(
      partsOf(fileOf(code, calls), () => calls),
      code,
    );
});

test("a file that was written elsewhere is the second part, whatever its line ends", () => {
  for (const text of ["x = 1", "\n\nx = 1\n\n", "x = 1\r\n"])
    assert.deepEqual(partsOf(text, none), { setting: "", backprop: "x = 1" });
  assert.deepEqual(partsOf("    indented", none).backprop, "    indented");
});

test("code with the marks in it is cut at the first, and nothing is lost", () => {
  const twice = { setting: "a = 1", backprop: "b = 2\n# %% backprop\nc = 3" };
  assert.deepEqual(partsOf(fileOf(twice, []), none), twice);
});

test("a test that was changed stays", () => {
  const changed = fileOf(code, [check]).replace("assert_gradients(cost", "assert_gradients(other");
  assert.match(partsOf(changed, () => [check]).backprop, /assert_gradients\(other/);
});

test("each kind of check becomes a test under the name by which it was called", () => {
  for (const [name, asserted] of [
    ["gradlab.check_gradients", "    gradlab.assert_gradients(x)"],
    ["gl.check_backward", "    gl.assert_backward(x)"],
    ["gradlab.check_jacobian", "    gradlab.assert_jacobian(x)"],
    ["check_gradients", "    report = check_gradients(x)\n    assert report.ok"],
    ["gradlab.check_jvp", "    report = gradlab.check_jvp(x)\n    assert report.ok"],
  ])
    assert.ok(fileOf(code, [{ name, args: "(x)" }]).includes(asserted), name);
  for (const name of [
    "uncheck_gradients",
    "check_gradients_of_mine",
    "my.check_something",
    "gradlab.numeric_gradient",
  ])
    assert.ok(!fileOf(code, [{ name, args: "(x)" }]).includes("def test_"), name);
});
