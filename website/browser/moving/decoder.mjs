// The decoder of docs/labs/decoder.md: the rule is that page's `decode`, line by line, and a test compares them.
import { make } from "./svg.mjs";

const WRITTEN = /^(-?)(?=\.?\d)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;
const span = (low, high) => (low === high ? `${low}` : `${low} to ${high}`);

/** What a relative difference can mean, as written: its last digit says how exactly it is known. */
export function decode(written) {
  const parts = WRITTEN.exec(written.trim().replace(",", ".").replace("−", "-"));
  if (!parts) return ["type a number from 0 to 1, such as 0.3333 or 1.19e-7"];
  const [, minus, whole, decimals, exponent] = parts,
    lastDigit = 10 ** ((exponent ?? 0) - decimals.length);
  const d = +`${whole}.${decimals}e${exponent ?? 0}`,
    low = d - 0.5 * lastDigit,
    high = d + 0.5 * lastDigit;
  if ((minus && d) || low > 1) return ["formula (2) gives no such number: look at your denominator"];
  if (!d) return ["equal in every digit: was a gradient compared with itself, or zeros with zeros?"];
  if (high > 0.998)
    return [
      "the wrong sign",
      "one side is zero, or nearly",
      "noise on both sides",
      "a cost that is random",
      `a factor of ${Math.round((1 + low) / (1 - low))} or more, such as a mean for a sum`,
    ];
  if (d <= 2e-7) return ["as small as round-off at ε = 1e-7: this number can show no more, ask the blocks"];
  if (d < 1e-3)
    return [
      "a step too short or too long",
      "float32 somewhere",
      "a kink within the step",
      "one wrong entry among many",
    ];
  return factors(Math.max(low, 1e-3), d, high);
}

function factors(...differences) {
  const [low, k, high] = differences.map((d) => (1 + d) / (1 - d)),
    short = +k.toPrecision(4);
  const says = [`factor ${short} or 1/${short}`];
  if (low <= 2 && 2 <= high) says.push("2: ½ or the 2 of a square, no copy of θ, ε for 2ε");
  const least = Math.ceil(Math.max(low, 3)),
    most = Math.floor(high);
  if (least <= most)
    says.push(`a mean for a sum, or 1/m twice: ${span(least, most)} examples, time steps or classes`);
  const first = Math.ceil(Math.max(high / (high - 1), 3)),
    last = Math.floor(low / (low - 1));
  if (first <= last) says.push(`one of ${span(first, last)} left out, or m − 1 for m`);
  for (const keep of [0.9, 0.8, 0.7, 0.6, 0.5])
    if (low <= 1 / keep && 1 / keep <= high) says.push(`dropout keeps ${keep} and does not scale`);
  return [...says, "or no factor: only some blocks or entries are wrong"];
}

export function mount(host, signal) {
  const field = make("input", {
    id: "decoder-number",
    type: "text",
    inputMode: "decimal",
    autocomplete: "off",
    value: "0.3333",
  });
  const says = make("ul", { className: "decoder-says", ariaLive: "polite" });
  const again = () => says.replaceChildren(...decode(field.value).map((words) => make("li", {}, words)));
  const live = make(
    "div",
    { className: "decoder", role: "group", ariaLabel: "Decoder" },
    make("label", { htmlFor: field.id }, "Relative difference "),
    field,
    says,
  );
  field.addEventListener("input", again, { signal });
  signal.addEventListener("abort", () => live.remove());
  again();
  host.append(live);
}
