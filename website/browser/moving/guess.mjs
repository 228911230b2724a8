// A guess before an output: a field or some choices, and beside it what the page's code printed. Kept in this browser only.
import { make } from "./svg.mjs";

const key = () => `gradlab-guess:${location.pathname}:`; // not at once: pages change under a module that stays

/** What was typed as a number: 1e-7, 0,5, 12 %, 1/3. NaN if it is none. */
export function number(words) {
  const plain = words
    .trim()
    .replaceAll("−", "-")
    .replace(/^[^\d.+-]*/, "")
    .replace(/(\d),(\d{3})\b/g, "$1$2")
    .replace(",", ".");
  const [, over, under] = /^([\d.]+)\s*\/\s*([\d.]+)$/.exec(plain) ?? [];
  if (under) return over / under;
  const power = plain.replace(/^(?:([\d.]+)\s*[·*×]\s*)?10\^?(-?\d+)$/, (_, factor, to) => `${factor ?? 1}e${to}`);
  return power ? Number(power.replace(/\s*%$/, "e-2")) : Number.NaN;
}

/** How near a guess comes to a number. */
export function near(guess, answer) {
  if (Math.abs(guess - answer) <= 0.02 * Math.abs(answer)) return "That is it";
  const ratio = guess / answer;
  if (!(ratio > 0 && Number.isFinite(ratio))) return "Not quite";
  const far = Math.max(ratio, 1 / ratio);
  if (far < 1.5) return "Close";
  const times = far < 9.5 ? far.toFixed(1).replace(".0", "") : `10${power(Math.round(Math.log10(far)))}`;
  return `${ratio > 1 ? "Too large" : "Too small"} by a factor of about ${times}`;
}
const power = (n) => (n === 1 ? "" : [...String(n)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join(""));

export function mount(host, signal) {
  const { answer, choices, why } = host.dataset;
  const kept_as = key() + [...document.querySelectorAll("guess-first")].indexOf(host);
  const says = make("span", { className: "guess-says", role: "status" });
  function tell(guess) {
    if (choices) says.textContent = `${guess === answer ? "Yes" : "No"}: ${answer}${why ? `, ${why}` : ""}.`;
    else {
      const value = number(guess);
      says.textContent = Number.isNaN(value)
        ? "A number, such as 0.3 or 1e-7."
        : `${near(value, number(answer))}: you guessed ${guess}, it is ${answer}${why ? `, ${why}` : ""}.`;
      if (Number.isNaN(value)) return;
    }
    try {
      localStorage.setItem(kept_as, guess);
    } catch {} // a browser that keeps nothing
  }
  const field = make("input", { type: "text", size: 9, ariaLabel: "Your guess", autocomplete: "off" });
  const form = make(
    "form",
    { className: "guess-form moving-controls" },
    ...(choices
      ? choices.split("|").map((words) =>
          make("button", {
            type: "button",
            textContent: words,
            className: "moving-button",
            onclick: () => tell(words),
          }),
        )
      : [field, make("button", { textContent: "Guess", className: "moving-button" })]),
    says,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell(field.value);
  });
  host.querySelector(".guess-later")?.remove();
  host.append(form);
  let kept = null;
  try {
    kept = localStorage.getItem(kept_as);
  } catch {}
  if (kept !== null) {
    field.value = kept;
    tell(kept);
  }
  signal.addEventListener("abort", () => form.remove());
}
