// The bug hunt: the checker's word beside the editor, hints one at a time, and what was solved, which stays in this browser.
import { keep, kept, note, today } from "./progress.mjs";

const more = (name) => import(new URL(`${name}.js`, import.meta.url));

export async function mount(make) {
  const old = kept();
  if (Object.keys(old).some((key) => /^\d{1,2}$/.test(key))) keep((await more("old-numbers")).carried(old));
  for (const title of document.querySelectorAll("[data-hunt]:not(.lab)")) hunt(title, make);
  for (const title of document.querySelectorAll("[data-trap]:not(.lab)")) {
    title.classList.add("lab");
    more("traps").then(({ trap }) => trap(title, make));
  }
  table(make);
}

/** What was found, where the page has a place for it. */
function table(make) {
  if (document.querySelector(".lab-progress")) more("found").then(({ table }) => table(make));
}

function hunt(title, make) {
  title.classList.add("lab");
  const parts = [],
    all = (which) =>
      parts.flatMap((part) => [part, ...part.querySelectorAll(which)].filter((one) => one.matches(which)));
  for (let next = title.nextElementSibling; next && next.tagName !== "H2"; next = next.nextElementSibling)
    parts.push(next);
  const blocks = all("live-block"),
    hints = all("details.question"),
    [answer] = all("details.success"),
    [repair] = all("details.example"),
    [task, check] = repair ? repair.querySelectorAll("live-block") : blocks;
  const first = document.querySelector("live-block"); // what all hunts import
  const lab = {
    first,
    task,
    check,
    blocks,
    hints,
    answer,
    id: title.dataset.hunt,
    name: title.firstChild.textContent.trim(),
    broken: task.block.code,
  };

  lab.note = (news) => {
    if (lab.id === "blind") return; // no seed was drawn yet
    note(lab.id, lab.name, `${location.pathname}${lab.query ?? ""}#${title.id}`, news);
    lab.show();
    table(make);
  };
  lab.show = () => {
    const { hints: seen = 0, solved } = kept()[lab.id] ?? {};
    hints.forEach((hint, k) => {
      hint.firstElementChild.ariaDisabled = k > seen && !solved ? "true" : null;
    });
    for (const one of [title, ...document.querySelectorAll(`.md-nav [href$="#${title.id}"]`)])
      one.classList.toggle("lab-solved", !!solved);
  };
  const opened = (folded, news) =>
    folded.addEventListener("toggle", () => {
      const now = kept()[lab.id];
      if (folded.open && !now?.solved) lab.note(news(now?.hints ?? 0));
    });
  hints.forEach((hint, k) => {
    opened(hint, (seen) => ({ hints: Math.max(seen, k + 1) }));
    hint.firstElementChild.onclick = (event) => event.currentTarget.ariaDisabled && event.preventDefault(); // not before the last one
  });
  opened(answer, () => ({ looked: true }));

  // Hunts share a page, and often the name of the function: what a block needs is run again just before it, without
  // the names of earlier runs. Else a function that is there no more would still be checked.
  first.alone = (how) => Object.getPrototypeOf(first).alone.call(first, { ...how, fresh: true });
  for (const block of blocks) {
    const beside = blocks.filter((other) => other.parentNode === block.parentNode);
    const needed = beside.slice(0, beside.indexOf(block) + 1);
    block.run = async (front = block) => {
      if (!(await first.runUpTo(first, [first], front))) return;
      for (const [k, each] of needed.entries())
        if (!(await each.runUpTo(each, [first, ...needed.slice(0, k + 1)], front))) return;
      return true;
    };
  }

  const said = make("p", { className: "lab-said", role: "status" });
  lab.said = said;
  const look = async () => {
    said.textContent = "";
    const ran = await check.run(task); // Stop stands beside this button
    if (ran || said.textContent) task.say("", task.dataset.state); // the checker's word is enough
    if (ran && !kept()[lab.id]?.solved) task.edit(undefined, false);
  };
  task.bar.after(said);
  task.addEventListener("live-another", () => {
    said.textContent = said.textContent.replace(/^(?!Before your change: )(?=.)/, "Before your change: ");
    said.classList.remove("gl-agrees");
  });
  task.bar.prepend(make("button", { type: "button", textContent: "Check", className: "live-check", onclick: look }));
  task.addEventListener(
    "keydown",
    (event) => {
      // what runs the function elsewhere checks it here
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.stopPropagation();
      event.preventDefault();
      look();
    },
    true,
  );
  check.classList.add("lab-check");
  check.addEventListener("live-ran", ({ detail: { ok, text = "", html, line, function: name, error } }) => {
    const told = verdictOf(html) ?? text.split("\n")[0],
      agrees = !!ok && told.startsWith("AGREES"),
      own = check.code === check.block.code;
    const solved = agrees && own && task.code.trim() !== lab.broken.trim();
    said.textContent = solved
      ? "Solved: the checker agrees."
      : !ok
        ? failure(line, name, error)
        : told + (agrees && !own ? " But the check was edited: reset it, and check again." : "");
    said.classList.toggle("gl-agrees", solved);
    if (solved && !kept()[lab.id]?.solved) lab.note({ solved: today() });
  });
  task.addEventListener("live-ran", ({ detail: { ok, line, function: name, error } }) => {
    if (!ok) said.textContent = failure(line, name, error); // the check was not reached
  });
  lab.show();
  const script = more("lines");
  if (lab.id !== "blind") script.then(({ lines }) => lines(lab, make));
  else Promise.all([script, more("blind")]).then(([{ lines }, { blind }]) => blind(lab, make, lines));
}

/** The verdict of the report that the check ends with, in a line: what the function prints stands before it. */
const verdictOf = (html = "") =>
  new DOMParser().parseFromString(html, "text/html").querySelector(".gradlab-verdict")?.textContent.trim();

/** Where the reader's function went wrong, and why; nothing where it was stopped. */
const failure = (line, name, error) =>
  error ? `Not yet: stopped by an error${name ? ` in line ${line} of ${name}` : ""}: ${error}` : "";
