// The playground's code as one Python file: both parts, as notebooks in plain Python mark their cells, and their test.
const CUT = "# %% backprop\n",
  TEST = "# %% its test: pytest test_backprop.py\n";

/**
 * The file's text. `calls` are the calls at the top level of both parts: each check becomes a test, under the name by
 * which the code calls it.
 */
export function fileOf({ setting, backprop }, calls) {
  const code = `${setting}\n\n\n${CUT}${backprop}\n`;
  const tests = tested(calls);
  return tests ? `${code}\n\n${TEST}${tests}` : code;
}

/** The two parts of a file. Its test is made anew when it is saved; one that was changed stays with the code. */
export function partsOf(file, callsOf) {
  const [above, ...below] = file.replace(/\r\n?/g, "\n").split(CUT);
  if (!below.length) return { setting: "", backprop: bare(above) };
  const setting = bare(above),
    whole = bare(below.join(CUT));
  const [code, test] = whole.split(TEST),
    backprop = bare(code);
  const made = test?.trim() === tested(callsOf({ setting, backprop })).trim();
  return { setting, backprop: made ? backprop : whole };
}

/** Without the empty lines around it. */
const bare = (code) => code.replace(/^\n+/, "").trimEnd();

function tested(calls) {
  const checks = calls.filter(({ name }) => /(^|\.)check_(gradients|backward|jacobian|jvp)$/.test(name));
  return checks.map(({ name, args }, k) => `def ${title(name, k)}():\n    ${asserted(name, args)}\n`).join("\n\n");
}

const title = (name, k) => `test_${name.replace(/.*check_/, "")}${k ? `_${k + 1}` : ""}`;

/** gradlab.check_gradients has a twin that raises; a name that was imported alone, and check_jvp, are asked. */
const asserted = (name, args) =>
  /\.check_(?!jvp)/.test(name)
    ? name.replace(".check_", ".assert_") + args
    : `report = ${name}${args}\n    assert report.ok, str(report)`;
