// A table of what was found, with a way to take it along; on the page of the blind lab, of its seeds only.
import { read } from "./answers.mjs";
import { keep, kept, merged } from "./progress.mjs";

export function table(make) {
  for (const box of document.querySelectorAll(".lab-progress")) fill(box, make);
}

/** The address of a hunt on this site, wherever it was found: on another address of it, or in a terminal. */
const here = (at) => new URL(`../../${at.slice(Math.max(0, at.indexOf("labs/")))}`, import.meta.url).href;

function fill(box, make) {
  const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
  const row = (tag, ...cells) => make("tr", {}, ...cells.map((cell) => make(tag, {}, cell)));
  const found = kept(),
    seeds = box.dataset.of === "seeds";
  const rows = Object.keys(found)
    .filter((id) => !seeds || id.startsWith("seed"))
    .map((id) => found[id]);
  rows.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));

  const said = make("span", { className: "live-note", role: "status" });
  const file = make("input", { type: "file", accept: ".json,application/json", hidden: true, tabIndex: -1 });
  file.onchange = async () => {
    try {
      const theirs = JSON.parse(await file.files[0].text()),
        all = merged(kept(), theirs);
      if (!Object.keys(merged({}, theirs)).length) throw new Error("nothing in it");
      keep(all);
      const { mount } = await import(new URL("labs.js", import.meta.url));
      await mount(make); // which carries over what an older site has exported
    } catch {
      said.textContent = "That file holds no progress: choose one that Export has written.";
    }
  };
  const bring = button("Import", () => file.click());
  if (!rows.length) return box.replaceChildren(make("div", { className: "live-bar" }, bring, file, said));
  const solved = make("p", { className: "lab-count" });
  if (!seeds)
    read("index")
      .then((all) => {
        solved.textContent = `${all.filter((id) => found[id]?.solved).length} of ${all.length} hunts are solved.`;
      })
      .catch(() => {});
  box.replaceChildren(
    solved,
    make(
      "table",
      {},
      make("thead", {}, row("th", "Hunt", "Solved", "Wrong clicks", "Hints")),
      make(
        "tbody",
        {},
        ...rows.map(({ name, at, bug, solved, clicks, hints, looked }) =>
          row(
            "td",
            make("span", {}, make("a", { href: here(at), textContent: name }), bug ? ": " + bug : ""),
            solved ?? "not yet",
            clicks ?? "",
            hints + (looked ? ", and the answer" : ""),
          ),
        ),
      ),
    ),
    make(
      "div",
      { className: "live-bar" },
      button("Export", () => {
        const url = URL.createObjectURL(new Blob([JSON.stringify(found, null, 2)], { type: "application/json" }));
        make("a", { href: url, download: "gradlab-labs.json" }).click();
        URL.revokeObjectURL(url);
      }),
      bring,
      button("Reset", () => {
        if (!confirm("Forget all that you have solved?")) return;
        keep({});
        table(make);
      }),
      file,
      said,
    ),
  );
}
