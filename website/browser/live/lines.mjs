// A hunt that starts from the report: which line of the right code was broken in the copy? The answers come with the first click.
import { read } from "./answers.mjs";
import * as drafts from "./drafts.mjs";
import { kept, lost, today } from "./progress.mjs";

const WORDS = {
  agrees: "No. ",
  wrong: "No. ",
  numbers: "Not this one, and not counted. ",
  open: "It could be, so it is not counted. ",
};
const COUNTED = ["agrees", "wrong"]; // a row of the report, which the reader sees, rules the line out

/** Put the lines in the place of the listing; `lab.takeAway` takes them away again, for another listing. */
export function lines(lab, make, text = lab.blocks[1].block.code, afresh = false) {
  const [report, listing] = lab.blocks,
    answers = lab.answers ?? lab.id,
    clicked = `gradlab-clicked:${location.pathname}:${answers}`; // who follows a link and comes back goes on
  let rows = byRow([...report.querySelectorAll(".language-text pre code")].at(-1), make),
    again, // the report once some of several bugs are repaired
    answered; // by the report that holds now
  const said = make("p", { className: "lab-told", role: "status" }),
    note = make("p", { className: "lab-told", role: "status" }); // of a line, when it is over
  const buttons = [];
  const list = make("ol", { className: "lab-lines", ariaLabel: "The lines of the right code" });
  let wrong = 0,
    over = false;
  const found = new Set();

  text.split("\n").forEach((shown, k) => {
    const code = make("code", { textContent: shown || " " });
    const indent = shown.search(/\S|$/) + 4; // a line too long for the window goes on further in than it begins
    Object.assign(code.style, { paddingLeft: `${indent}ch`, textIndent: `-${indent}ch` });
    const plain = !shown.trim() || /^(def|#)/.test(shown.trim());
    const line = plain
      ? make("span", { className: "lab-line" }, code)
      : make("button", { type: "button", className: "lab-line", tabIndex: buttons.length ? -1 : 0 }, code);
    line.dataset.n = k + 1;
    if (!plain) buttons.push(line);
    list.append(make("li", {}, line));
  });
  const at = (n) => list.children[n - 1];

  function light(answer) {
    for (const one of [...list.querySelectorAll(".lab-way"), ...rows.values()])
      one.classList.remove("lab-way", "lab-lit");
    rows.get(answer.block)?.classList.add("lab-lit");
    for (const n of answer.way ?? []) at(n).classList.add("lab-way");
  }

  /** The report may be far above: a way to the row that tells. */
  function see({ block }) {
    const row = rows.get(block);
    if (!row) return [];
    const onclick = () => row.scrollIntoView({ block: "center" });
    return [" ", make("button", { type: "button", className: "lab-see", textContent: "See the row", onclick })];
  }

  async function choose(n) {
    let hunt;
    try {
      hunt = await read(answers);
    } catch {
      said.textContent = "The answers could not be loaded: is the network up? Click again.";
      return at(n).append(said);
    }
    answered ??= hunt.lines;
    if (over) return tell(n, hunt);
    if (n in hunt.broken) {
      found.add(n);
      at(n).classList.add("lab-found");
      remember(n);
      const left = Object.keys(hunt.broken).length - found.size;
      said.textContent = left ? `That is one of them. ${left} more.` : "";
      return left ? repair(hunt, n) : end(hunt);
    }
    const answer = answered[n] ?? NOTHING;
    light(answer);
    say(said, n, answer);
    if (at(n).classList.contains("lab-out")) return;
    at(n).classList.add("lab-out");
    if (COUNTED.includes(answer.kind)) wrong++;
    at(n).append(said);
    remember(n);
  }

  const say = (where, n, answer) =>
    where.replaceChildren(
      make("b", { textContent: `Line ${n}. ${WORDS[answer.kind]}` }),
      ...coded(answer.text, make),
      ...see(answer),
    );

  /** Once it is over, the note in the margin is short, and a click on its line says all of it. */
  function tell(n, hunt) {
    const answer = answered[n] ?? NOTHING;
    light(n in hunt.broken ? {} : answer);
    note.remove();
    if (n in hunt.broken) return;
    say(note, n, answer);
    at(n).append(note);
  }

  /** Who has found one of several bugs repairs it and checks again: the report of what is left says more of the rest. */
  function repair(hunt, n) {
    at(n).append(said);
    const whose = stage(hunt);
    if (!whose) return;
    const onclick = () => again.scrollIntoView();
    said.append(
      ` Here is the report of ${whose}. `,
      make("button", { type: "button", className: "lab-see", textContent: "See it", onclick }),
    );
  }

  /** The report of what is left, below the first one; whose it is. */
  function stage({ after = {} }) {
    const numbers = [...found].sort((a, b) => a - b),
      next = after[numbers.join()];
    if (!next) return;
    light({});
    for (const [n, { kind }] of Object.entries(answered))
      if (!COUNTED.includes(kind)) at(n).classList.remove("lab-out");
    answered = next.lines;
    const whose = `the copy with line${numbers.length > 1 ? "s" : ""} ${numbers.join(" and ")} repaired`,
      code = make("code", { textContent: `${next.report}\n` }),
      title = make("span", { className: "filename", textContent: `The report of ${whose}` });
    again?.remove();
    again = make("div", { className: "language-text highlight lab-again" }, title, make("pre", {}, code));
    report.append(again);
    rows = byRow(code, make);
    return whose;
  }

  function remember(n) {
    const before = drafts.read(clicked)?.split(",") ?? [];
    if (!before.includes(n)) drafts.write(clicked, [...before, n].join());
  }

  /** It is over: now, or at an earlier visit. */
  async function end(hunt, before) {
    over = true;
    if (!before) drafts.write(clicked, null);
    light({});
    for (const [n, answer] of Object.entries(answered)) {
      at(n).classList.remove("lab-out");
      if (n in hunt.broken) continue;
      const mark = make("span", { className: `lab-mark lab-${answer.kind}`, textContent: answer.mark });
      at(n).firstElementChild.append(mark);
    }
    for (const [n, copy] of Object.entries(hunt.broken)) {
      const shown = make("p", { className: "lab-copy" }, "In the copy: ", make("code", { textContent: copy }));
      at(n).classList.add("lab-found");
      at(n).append(shown);
    }
    if (!kept()[lab.id]?.solved) lab.note({ solved: today(), clicks: wrong });
    lab.found?.(hunt);
    lab.gate(false);
    said.classList.add("lab-end");
    list.after(said);
    const all = await read("index").catch(() => []),
      now = kept(),
      solved = all.filter((id) => now[id]?.solved).length;
    const titles = [...document.querySelectorAll("h2[data-hunt]")],
      own = titles.findIndex((title) => title.dataset.hunt === lab.id);
    const next = [...titles.slice(own + 1), ...titles.slice(0, Math.max(own, 0))].find(
      (title) => !now[title.dataset.hunt]?.solved,
    );
    const to = next
      ? make("a", { href: `#${next.id}`, textContent: `Next: ${next.firstChild.textContent.trim()}` })
      : make("a", { href: new URL("..", location.href).pathname, textContent: "To the other labs" });
    said.replaceChildren(
      make("b", {
        textContent: `Found, with ${wrong || "no"} wrong click${wrong === 1 ? "" : "s"}. ${hunt.title}. `,
      }),
      ...coded(hunt.why, make),
      ` The margin says what rules out each line; a click on a line says it in full. ${lab.share ? "" : `${solved} of ${all.length} hunts are solved. `}${lost() ? "This browser keeps nothing: when you leave the page, it is forgotten. " : ""}`,
      ...(lab.share ? lab.share(wrong) : [to]),
      " ",
      make("button", { type: "button", className: "lab-see", textContent: "Hunt again", onclick: afreshly }),
    );
    if (!before) said.scrollIntoView({ block: "nearest" });
  }

  list.addEventListener("click", ({ target }) => {
    const line = target.closest("button.lab-line");
    if (line) choose(line.dataset.n);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key],
      k = buttons.indexOf(event.target),
      next = step && buttons[k + step];
    if (k < 0 || !next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  if (!lab.gate) gate(lab, make);
  lab.firstLine = 1 + text.split("\n").findIndex((line) => lab.broken.startsWith(`${line}\n`));
  listing.hidden = true;
  listing.after(list, said);
  report.classList.add("lab-report");
  const own = [...lab.check.querySelectorAll(".language-text pre code")].at(-1); // of the copy, below its check
  if (own) byRow(own, make);
  const before = kept()[lab.id];
  if (!afresh && before?.solved && before.clicks !== undefined && !drafts.read(clicked)) {
    wrong = before.clicks;
    read(answers)
      .then((hunt) => {
        answered = hunt.lines;
        const numbers = Object.keys(hunt.broken);
        for (const n of numbers.slice(0, -1)) {
          found.add(n);
          stage(hunt);
        }
        return end(hunt, true);
      })
      .catch(() => {}); // without the network it is hunted again
  }
  const earlier = (drafts.read(clicked) ?? "").split(",").filter((n) => at(n)?.querySelector("button.lab-line"));
  earlier.reduce((done, n) => done.then(() => choose(n)), Promise.resolve());
  lab.takeAway = () => {
    list.remove();
    said.remove();
    again?.remove();
  };

  function afreshly() {
    lab.takeAway();
    lines(lab, make, text, true);
    listing.nextElementSibling.querySelector("button").focus();
  }
}

const NOTHING = { kind: "wrong", text: "Nothing is made in this line." };

/** Text in which code stands between backticks. */
const coded = (text, make) => text.split("`").map((part, k) => (k % 2 ? make("code", { textContent: part }) : part));

/** The copy to repair shows the line to whoever compares, so it is closed until the line is found, or somebody asks for it. */
function gate(lab, make) {
  const { task } = lab,
    fold = task.closest("details"),
    words = fold.querySelector("p");
  const open = () => {
    fold.classList.remove("lab-gated");
    button.remove();
  };
  const button = make("button", { type: "button", className: "lab-see", textContent: "Repair first", onclick: open });
  lab.gate = (closed) => {
    fold.classList.toggle("lab-gated", closed);
    if (closed) words.append(" ", button);
    else open();
  };
  lab.gate(!kept()[lab.id]?.solved && !task.edited);
  // What is folded away has no width when the page is read: once open, what scrolls can be reached with the keyboard.
  const reach = () => {
    for (const code of fold.querySelectorAll("pre code")) if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
  };
  fold.addEventListener("toggle", reach);
  button.addEventListener("click", () => {
    reach();
    task.bar.querySelector("button").focus();
  });
  // The lines of the editor have the numbers that they have above.
  const number = async () => {
    const { numbered } = await import(new URL("editor.js", import.meta.url));
    if (task.editor) numbered(task.editor, () => lab.firstLine);
  };
  task.edit = async (...how) => {
    const had = task.editor;
    await Object.getPrototypeOf(task).edit.apply(task, how);
    if (task.editor !== had) await number();
  };
  if (task.editor) number();
}

/**
 * The lines of a report, each in an element of its own; by the block whose row it is.
 * Where a line goes on in the next, the break is marked: on a phone it is a space, and the window breaks the words.
 */
function byRow(code, make) {
  const rows = new Map(),
    texts = code.textContent.split("\n");
  let table = false,
    goesOn = false;
  const parts = texts.map((text, k) => {
    table = /^block +shape/.test(text) || (table && text !== "");
    const [, indent, finding, rest] = /^( *)(GL\d{3})?(.*)$/.exec(text);
    const page = new URL(`../../reference/findings/#${finding?.toLowerCase()}`, import.meta.url);
    const link = finding ? [make("a", { href: page, textContent: finding })] : [];
    const before = goesOn ? "" : make("span", { className: "lab-fold", textContent: indent });
    const next = (texts[k + 1] ?? "").trimStart();
    goesOn = !table && text !== "" && next.split(" ")[0].length > 79 - text.length; // there was no room for its next word
    const fold = make("span", { className: "lab-fold", textContent: `\n${/^ */.exec(texts[k + 1] ?? "")[0]}` });
    const className = table ? "" : "lab-prose";
    const part = make("span", { className }, before, ...link, rest, goesOn ? fold : "\n");
    const name = /^(\S+) +\d+(×\d+)* +[A-Z]/.exec(text)?.[1];
    if (name) rows.set(name, part);
    return part;
  });
  code.replaceChildren(...parts);
  return rows;
}
