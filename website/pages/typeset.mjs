// Run by Node when the site is built, in the folder with npm's packages: reads formulas, [TeX, display] each, as JSON,
// and writes {html} or {error} for each.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const katex = createRequire(`${process.cwd()}/`)("katex");

// One meaning keeps one colour in text, formulas and pictures: \analytic{...} and so on. KaTeX calls \htmlClass an
// extension of TeX, which is all that is forgiven.
const macros = {};
for (const role of ["analytic", "numeric", "wrong", "agrees"]) macros[`\\${role}`] = `\\htmlClass{gl-${role}}{#1}`;
const strict = (code) => (code === "htmlExtension" ? "ignore" : "error");
const trust = (context) => context.command === "\\htmlClass";

function typeset([tex, displayMode]) {
  try {
    const html = katex.renderToString(tex, { displayMode, strict, trust, macros: { ...macros } });
    return html.includes("#cc0000") ? { error: "a command of this formula is not allowed here" } : { html };
  } catch (error) {
    return { error: error.message };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(typeset)));
