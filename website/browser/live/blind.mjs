// The blind lab: the first block draws a bug by its seed, and what it prints is the function to repair.
import { kept } from "./progress.mjs";

export async function blind(lab, make) {
  const { first, task, check, answer, hints, blocks } = lab;
  const told = blocks.at(-1),
    seed = () => /seed = (\d+)/.exec(first.code)?.[1];
  const before = sessionStorage.getItem(first.key); // a hunt that was begun goes on
  if (before) await first.edit(before, false);
  const other = () => first.code !== first.block.code;

  const turn = () => {
    const n = seed();
    Object.assign(lab, { seed: n, id: `seed ${n}`, name: `Seed ${n}` });
    task.reset = () => task.write(lab.broken); // not to the function of the page as it is read
    for (const block of [first, ...blocks]) block.classList.toggle("lab-other", other());
    lab.show();
  };
  turn();

  const field = make("input", { type: "number", min: 0, max: 9999, value: other() ? lab.seed : draw() });
  const begin = async () => {
    field.value = Math.min(9999, Math.abs(Math.trunc(field.value)));
    await first.write(first.code.replace(/seed = \d+/, `seed = ${field.value}`));
    await first.run();
  };
  const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
  first.before(
    make(
      "div",
      { className: "live-bar lab-seed", role: "group", ariaLabel: "Which bug" },
      make("label", {}, "Seed ", field),
      button("Hunt this one", begin),
      button("Draw another", () => {
        field.value = draw();
        begin();
      }),
    ),
  );

  first.addEventListener("live-ran", async ({ detail: { ok, text } }) => {
    if (!ok) return;
    lab.broken = text.trim();
    if (seed() === lab.seed) return; // only a new worker: what was edited stays
    turn();
    lab.said.textContent = "";
    for (const folded of [...hints, answer]) folded.open = false;
    for (const block of blocks) {
      block.out.hidden = true;
      block.settle();
      block.say("");
    }
    await task.write(lab.broken);
  });
  for (const block of blocks.slice(2)) {
    block.parentNode.addEventListener("toggle", () => {
      if (!block.parentNode.open) return;
      if (other()) block.run();
      else if (block === told) name(told.block.want);
    });
  }
  const name = (text) => lab.note({ bug: text.split("\n")[0] });
  told.addEventListener("live-ran", ({ detail: { ok, text } }) => ok && name(text));
  check.addEventListener("live-ran", () => {
    if (kept()[lab.id]?.solved) answer.open = true;
  });
}

const draw = () => Math.floor(1000 * Math.random());
