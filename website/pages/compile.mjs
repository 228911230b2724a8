// Run by Node when the site is built, in a folder with Python, NumPy and the files that run in it: see compiled.py.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const places = { "python_stdlib.zip": "/lib/python312.zip", "numpy-": "/lib/python3.12/site-packages" };
const files = readdirSync(".");

async function compile() {
  const { loadPyodide } = await import(pathToFileURL("pyodide.mjs"));
  // Columns of stack frames, which no page shows, would be a tenth of what is loaded.
  const python = await loadPyodide({ env: { HOME: "/home/pyodide", PYTHONNODEBUGRANGES: "1" } });
  await python.loadPackage("numpy", { messageCallback() {} });
  for (const name of files.filter((name) => name.endsWith(".py"))) python.FS.writeFile(name, readFileSync(name));
  const compiled = python.pyimport("compiled");
  compiled.start();
  for (const [name, place] of Object.entries(places)) {
    const archive = files.find((file) => file.startsWith(name));
    python.FS.writeFile("/tmp/archive", readFileSync(archive));
    const count = compiled.with_compiled("/tmp/archive", place, "/tmp/result");
    if (!count) throw new Error(`nothing of ${archive} was imported from ${place}`);
    writeFileSync(archive, python.FS.readFile("/tmp/result"));
  }
}

compile().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
