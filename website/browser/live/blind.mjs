// The blind lab: a seed draws a bug, and its report, its lines and its copy take the place of those on the page.
import { read } from "./answers.mjs";
import * as drafts from "./drafts.mjs";
import { kept } from "./progress.mjs";

const BEGUN = "gradlab-blind-seed"; // a hunt that was begun goes on
const repair = (id) => `gradlab-blind-repair:${id}`; // and so does half a repair, however many seeds come between

export async function blind(lab, make, lines) {
  const { first, task, check, answer, hints, blocks } = lab;
  const [report, , , , correct] = blocks,
    own = seedOf(first.block.code),
    draws = await read("draws"),
    page = location.pathname;
  let last,
    turning = Promise.resolve();

  const mine = () => task.code.trimEnd() !== lab.broken.trimEnd(); // not the drawn copy any more

  async function turn(seed) {
    const id = draws[seed],
      told = await read(id);
    Object.assign(lab, {
      seed,
      answers: id,
      id: `seed ${seed}`,
      name: `Seed ${seed}`,
      query: `?seed=${seed}`,
      broken: told.copy,
    });
    lab.takeAway?.();
    report.querySelector(".language-text pre code").textContent = (told.report ?? "") + "\n";
    lines(lab, make, told.listing);
    lab.gate(!kept()[lab.id]?.solved && !drafts.read(repair(id)));
    for (const folded of [...hints, answer, task.closest("details")]) folded.open = false;
    hints.forEach((hint, k) => {
      fill(hint, told.hints[k], make);
    });
    answer.querySelector("p").replaceChildren(make("b", { textContent: `${told.title}. ` }), told.why);
    const other = seed !== own;
    answer.classList.toggle("lab-other", other);
    for (const block of [check, report]) {
      block.classList.toggle("lab-other", other && block === check);
      block.out.hidden = true;
      block.gave = undefined; // that was of another seed
      block.settle();
      block.say("");
    }
    lab.said.textContent = "";
    for (const [block, code] of [
      [first, first.block.code.replace(/seed = \d+/, `seed = ${seed}`)],
      [task, drafts.read(repair(id)) ?? told.copy],
      [correct, told.correct],
    ])
      await put(block, code);
    if (mine()) task.say("Your version, kept from before; Reset brings back the copy", "edited");
    lab.show();
  }

  const field = make("input", { type: "number", min: 0, max: draws.length - 1 });
  /** One after the other: who goes back and forth quickly sees the last one that was asked for. */
  function show(seed, words = "") {
    last = seed;
    field.value = seed;
    dare.textContent = words;
    drafts.write(BEGUN, String(seed));
    turning = turning
      .then(() => last === seed && lab.seed !== seed && turn(seed))
      .catch(() => {
        dare.textContent = "This hunt could not be loaded: is the network up? Type its seed again.";
      });
    return turning;
  }
  /** Each seed is an entry of the history, so Back brings the hunt before. */
  const begin = (seed) => {
    if (seed !== last) history.pushState(history.state, "", `?seed=${seed}${location.hash}`);
    return show(seed);
  };
  field.onchange = () => {
    const wanted = Math.abs(Math.trunc(Number(field.value) || 0)),
      last = draws.length - 1;
    begin(Math.min(last, wanted));
    if (wanted > last) dare.textContent = `Seeds go from 0 to ${last}: this is the last.`;
  };
  const dare = make("p", { className: "lab-dare" });
  const another = () => begin(Math.floor(draws.length * Math.random()));
  first.before(
    make(
      "div",
      { className: "live-bar lab-seed", role: "group", ariaLabel: "Which bug" },
      make("label", {}, "Seed ", field),
      make("button", { type: "button", textContent: "Draw another", onclick: another }),
    ),
    dare,
  );

  lab.share = (wrong) => {
    const { hints: seen = 0 } = kept()[lab.id] ?? {};
    const to = new URL(`${location.pathname}?seed=${lab.seed}&clicks=${wrong}&hints=${seen}`, location.href).href;
    const copy = make("button", { type: "button", textContent: "Copy it" });
    copy.onclick = async () => {
      try {
        await navigator.clipboard.writeText(to); // which a page without https does not have
        copy.textContent = "Copied";
      } catch {
        copy.textContent = "Copy it by hand";
      }
    };
    return [make("a", { href: to, textContent: "A link to this hunt, with your result" }), " ", copy];
  };
  lab.found = ({ title }) => lab.note({ bug: title });
  answer.addEventListener("toggle", async () => {
    if (answer.open && lab.answers) lab.note({ bug: (await read(lab.answers)).title });
  });
  check.addEventListener("live-ran", () => {
    if (kept()[lab.id]?.solved) answer.open = true;
  });
  task.reset = () => task.write(lab.broken); // not to the function of the page as it is read
  task.addEventListener("live-typed", () => {
    if (lab.answers) drafts.write(repair(lab.answers), mine() ? task.code : null);
  });
  await Promise.all([first, task, correct].map((block) => block.ready)); // what the page kept of another seed comes before

  const [asked, words] = linked(draws);
  const seed = [asked, drafts.read(BEGUN), own].map((one) => Number(one || Number.NaN)).find((n) => n in draws);
  if (asked !== String(seed)) history.replaceState(history.state, "", `?seed=${seed}${location.hash}`); // for who comes back
  addEventListener("popstate", function back() {
    if (!field.isConnected) return removeEventListener("popstate", back);
    const [asked, words] = linked(draws);
    if (location.pathname === page && asked in draws) show(Number(asked), words);
  });
  await show(seed, words);
}

/** The seed that the address asks for, and what to say of it: somebody's result, or that it is not there. */
function linked(draws) {
  const link = new URLSearchParams(location.search),
    asked = link.get("seed"),
    [clicks, seen] = ["clicks", "hints"].map((name) => Number.parseInt(link.get(name), 10));
  if (asked !== null && !(Number(asked || Number.NaN) in draws))
    return [asked, `The link asks for a seed that is not there; seeds go from 0 to ${draws.length - 1}.`];
  if (!(clicks >= 0 && seen >= 0)) return [asked, ""];
  return [asked, `Somebody found this one with ${count(clicks, "wrong click")} and ${count(seen, "hint")}. Can you?`];
}

const seedOf = (code) => Number(/seed = (\d+)/.exec(code)[1]);
const count = (n, what) => `${n || "no"} ${what}${n === 1 ? "" : "s"}`;

/** Other code in a block, without a word of it and without Python. */
async function put(block, code) {
  if (block.code === code) return;
  await (block.editor ? block.write(code) : block.edit(code, false));
  block.say(""); // it is not the reader's
}

/** Text in a fold; what stands between backticks is code. */
function fill(folded, text, make) {
  const parts = text.split("`").map((part, k) => (k % 2 ? make("code", { textContent: part }) : part));
  for (const old of [...folded.children].slice(1)) old.remove();
  folded.append(make("p", {}, ...parts));
}
