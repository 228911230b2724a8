// A hunt that starts from the report: which line of the right code was broken in the copy? The answers come with the first click.
import { read } from "./answers.mjs";
import * as drafts from "./drafts.mjs";
import { kept, lost, today } from "./progress.mjs";

const WORDS = { agrees: "No. ", wrong: "No. ", numbers: "Near, but no. ", open: "It could be. " };

/** Put the lines in the place of the listing. What is returned takes them away again, for another listing. */
export function lines(lab, make, text = lab.blocks[1].block.code) {
  const [report, listing] = lab.blocks,
    answers = lab.answers ?? lab.id,
    clicked = `gradlab-clicked:${location.pathname}:${answers}`; // who follows a link and comes back goes on
  let rows = byRow([...report.querySelectorAll(".language-text pre code")].at(-1), make),
    again, // the report once some of several bugs are repaired
    answered; // by the report that holds now
  const said = make("p", { className: "lab-told", role: "status" });
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
    if (over) return light(answered[n] ?? {});
    if (n in hunt.broken) {
      found.add(n);
      at(n).classList.add("lab-found");
      remember(n);
      const left = Object.keys(hunt.broken).length - found.size;
      said.textContent = left ? `That is one of them. ${left} more.` : "";
      return left ? repair(hunt, n) : end(hunt);
    }
    const answer = answered[n] ?? { kind: "wrong", text: "Nothing is made in this line." };
    light(answer);
    said.replaceChildren(make("b", { textContent: `Line ${n}. ${WORDS[answer.kind]}` }), answer.text, ...see(answer));
    if (at(n).classList.contains("lab-out")) return;
    at(n).classList.add("lab-out");
    if (answer.kind !== "open") wrong++;
    at(n).append(said);
    remember(n);
  }

  /** Who has found one of several bugs repairs it and checks again: the report of what is left says more of the rest. */
  function repair({ after = {} }, n) {
    at(n).append(said);
    const numbers = [...found].sort((a, b) => a - b),
      next = after[numbers.join()];
    if (!next) return;
    light({});
    for (const [n, { kind }] of Object.entries(answered)) if (kind === "open") at(n).classList.remove("lab-out");
    answered = next.lines;
    const whose = `the copy with line${numbers.length > 1 ? "s" : ""} ${numbers.join(" and ")} repaired`,
      code = make("code", { textContent: `${next.report}\n` }),
      title = make("span", { className: "filename", textContent: `The report of ${whose}` });
    again?.remove();
    again = make("div", { className: "language-text highlight lab-again" }, title, make("pre", {}, code));
    report.append(again);
    rows = byRow(code, make);
    const onclick = () => again.scrollIntoView();
    said.append(
      ` Here is the report of ${whose}. `,
      make("button", { type: "button", className: "lab-see", textContent: "See it", onclick }),
    );
  }

  function remember(n) {
    const before = drafts.read(clicked)?.split(",") ?? [];
    if (!before.includes(n)) drafts.write(clicked, [...before, n].join());
  }

  async function end(hunt) {
    over = true;
    drafts.write(clicked, null);
    light({});
    for (const [n, answer] of Object.entries(answered)) {
      at(n).classList.remove("lab-out");
      if (n in hunt.broken) continue;
      const mark = {
        agrees: `${answer.block} agrees`,
        wrong: `${answer.block} is wrong`,
        numbers: "by its number",
        open: "open",
      };
      at(n).firstElementChild.append(
        make("span", { className: `lab-mark lab-${answer.kind}`, textContent: mark[answer.kind] }),
      );
    }
    for (const [n, copy] of Object.entries(hunt.broken)) {
      const shown = make("p", { className: "lab-copy" }, "In the copy: ", make("code", { textContent: copy }));
      at(n).append(shown);
    }
    if (!kept()[lab.id]?.solved) lab.note({ solved: today(), clicks: wrong });
    lab.found?.(hunt);
    said.classList.add("lab-end");
    list.after(said);
    const all = await read("index").catch(() => []),
      now = kept(),
      solved = all.filter((id) => now[id]?.solved).length;
    const next = [...document.querySelectorAll("h2[data-hunt]")].find((title) => !now[title.dataset.hunt]?.solved);
    const to = next
      ? make("a", { href: `#${next.id}`, textContent: `Next: ${next.firstChild.textContent.trim()}` })
      : make("a", { href: new URL("..", location.href).pathname, textContent: "To the other labs" });
    said.replaceChildren(
      make("b", {
        textContent: `Found, with ${wrong || "no"} wrong click${wrong === 1 ? "" : "s"}. ${hunt.title}. `,
      }),
      `${hunt.why} The margin says which row of the report rules out which line. ${lab.share ? "" : `${solved} of ${all.length} hunts are solved. `}${lost() ? "This browser keeps nothing: when you leave the page, it is forgotten. " : ""}`,
      ...(lab.share ? lab.share(wrong) : [to]),
    );
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
  // What is folded away has no width when the page is read: once open, what scrolls can be reached with the keyboard.
  lab.task.closest("details").addEventListener("toggle", ({ target }) => {
    for (const code of target.querySelectorAll("pre code"))
      if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
  });
  listing.hidden = true;
  listing.after(list, said);
  report.classList.add("lab-report");
  const earlier = (drafts.read(clicked) ?? "").split(",").filter((n) => at(n)?.querySelector("button.lab-line"));
  earlier.reduce((done, n) => done.then(() => choose(n)), Promise.resolve());
  return () => {
    list.remove();
    said.remove();
    again?.remove();
  };
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
