// A trap: right, wrong, or cannot be told? The first word counts; then the check with its bound, and the reason.
import { read } from "./answers.mjs";
import { kept, note, today } from "./progress.mjs";

const WORDS = { right: "Right", wrong: "Wrong", open: "Cannot be told here" };
const SAID = {
  right: "The gradient is right. ",
  wrong: "The gradient is wrong. ",
  open: "It cannot be told here. ",
};

export function trap(title, make) {
  let report = title.nextElementSibling;
  while (report && !report.matches("details.abstract")) report = report.nextElementSibling;
  const id = title.dataset.trap,
    said = make("p", { className: "lab-told lab-end", role: "status" });
  const show = () => title.classList.toggle("lab-solved", !!kept()[id]?.solved);
  const buttons = Object.entries(WORDS).map(([word, textContent]) => {
    const onclick = (event) => choose(word, event.currentTarget);
    return make("button", { type: "button", className: "lab-word", textContent, ariaPressed: "false", onclick });
  });

  async function choose(word, button) {
    let told;
    try {
      told = await read(id);
    } catch {
      said.textContent = "The answer could not be loaded: is the network up? Click again.";
      return;
    }
    for (const each of buttons) each.ariaPressed = String(each === button);
    const right = word === told.verdict,
      before = kept()[id];
    if (!before?.solved && !before?.looked)
      note(
        id,
        title.firstChild.textContent.trim(),
        `${location.pathname}#${title.id}`,
        right ? { solved: today(), clicks: 0 } : { looked: true },
      );
    said.replaceChildren(
      make("b", { textContent: `${right ? "Yes. " : "No. "}${SAID[told.verdict]}${told.title}. ` }),
      told.why,
    );
    report.open = true;
    show();
  }

  // What is folded away has no width when the page is read: once open, what scrolls can be reached with the keyboard.
  report.addEventListener("toggle", () => {
    for (const wide of report.querySelectorAll("pre, pre > code, .gl-reported :is(div, table)"))
      if (wide.scrollWidth > wide.clientWidth && getComputedStyle(wide).overflowX !== "visible") wide.tabIndex = 0;
  });
  report.before(
    make("div", { className: "live-bar lab-words", role: "group", ariaLabel: "Your word" }, ...buttons),
    said,
  );
  show();
}
