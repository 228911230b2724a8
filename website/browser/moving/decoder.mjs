// The decoder of docs/labs/decoder.md: the rule is that page's `decode`, line by line, and a test compares them.
import { draw, make, path, plane, text } from "./svg.mjs";

const WRITTEN = /^(-?)(?=\.?\d)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;
const span = (low, high) => (low === high ? `${low}` : `${low} to ${high}`);

// The one number in a line that was copied, such as `difference: tensor(0.2851)`; W1 holds none.
const AMONG = /(?<![\w.,−-])[-−]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?(?!\w|[.,]\d)/gi;

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻",
  PLAIN = "0123456789+-";
const ROUNDED = 0.5e-6;
const LONGEST = 200; // characters: a line of a notebook, with the number at its end

/** Other ways to write a number, as the one that is read: 1.2 × 10⁻⁷, 10^-7, 1 e-7, 2/3. */
const usual = (written) =>
  written
    .replace(/[¼-¾⅐-⅞０-９．％]/g, (one) => one.normalize("NFKC").replace("⁄", "/"))
    .replace(/[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (raised) => `^${[...raised].map((c) => PLAIN[RAISED.indexOf(c)]).join("")}`)
    .replaceAll("−", "-")
    .replace(/(\d)\s*[*×x·]\s*10\s*(?:\^|\*\*)\s*([+-]?\d+)/g, "$1e$2")
    .replace(/(?<![\d.,])10\s*(?:\^|\*\*)\s*([+-]?\d+)/g, "1e$1")
    .replace(/(\d)\s+(e[+-]\d)/gi, "$1$2")
    .replace(/^(\D*)(\d+)\s*\/\s*(\d+)(\D*)$/, (_, before, a, b, after) => before + (a / b).toPrecision(12) + after);

/** A number as written: its last digit says how exactly it is known. Nothing if it is none, or one of several. */
function read(written) {
  const plain = usual(written),
    percent = /\d\s*%/.test(plain);
  const [one, other] = /[/*^]/.test(plain) || (!percent && plain.includes("%")) ? [] : (plain.match(AMONG) ?? []);
  const parts = one && !other && WRITTEN.exec(one.replace(",", "."));
  if (!parts) return undefined;
  const [, minus, whole, decimals, power = "0"] = parts,
    exponent = power - (percent ? 2 : 0),
    lastDigit = 10 ** (exponent - decimals.length);
  const d = +`${whole}.${decimals}e${exponent}`;
  const digits = (whole + decimals).replace(/^0+/, "").length;
  return { minus, d, low: d - 0.5 * lastDigit, high: d + 0.5 * lastDigit, digits };
}

/** Whether a number as written is one that somebody met: three of its digits, or all that it has. */
export function met(written, famous) {
  const one = read(written),
    other = read(famous);
  if (!one || one.minus || one.digits < Math.min(3, other.digits)) return false;
  return one.d === other.d || (one.low < other.d && other.d < one.high);
}

/** What a relative difference can mean. */
export function decode(written) {
  if (/(?<![a-z])(nan|inf|infinity)(?![a-z])/i.test(written))
    return [
      "zeros on both sides, and so a denominator that is 0",
      "a cost or a gradient that is not finite: an overflow, log(0), 0/0; look for its first such entry",
    ];
  const number = read(written);
  if (!number) return ["type a number from 0 to 1, such as 0.3333 or 1.19e-7"];
  const { minus, d } = number,
    low = Math.min(number.low, d - ROUNDED), // a number with more digits than these has round-off in them
    high = Math.max(number.high, d + ROUNDED);
  if ((minus && d) || !(low < 1))
    return [
      "formula (2) gives no number above 1: over the larger side, 2 is the wrong sign; look at your denominator",
    ];
  if (!d) return ["equal in every digit: was a gradient compared with itself, or zeros with zeros?"];
  if (high > 0.998)
    return [
      "the wrong sign",
      "one side is zero, or nearly",
      "noise on both sides",
      "a cost that is random",
      `a factor of ${Math.round((1 + low) / (1 - low))} or more, such as a mean for a sum`,
    ];
  if (d < 1e-12)
    return [
      "closer than difference quotients get: a copy, autodiff, a complex step, or a cost that is linear or quadratic",
      "a wrong block, row or entry that is small beside all others: ask each block",
    ];
  if (d <= 2e-7)
    return [
      "as small as round-off at ε = 1e-7",
      "a wrong block, row or entry that is small beside all others: ask each block",
    ];
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

const curve = (k) => Math.abs(k - 1) / (k + 1);
const FAR = 3; // powers of ten of k, both ways

/** The curve of d against k, and where a number stands on it. */
function picture(svg, number) {
  const { width, height } = svg.getBoundingClientRect();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  const p = plane(svg, [44, 26, width - 60, height - 66], [-FAR, FAR], [0, 1]);
  const ticks = ["1/1000", "1/100", "1/10", "1", "10", "100", "1000"].map((words, k) => [k - FAR, words]);
  p.axes(
    width < 400 ? ticks.filter((_, k) => k % 2) : ticks,
    [0, 0.5, 1].map((d) => [d, `${d}`]),
    "factor k",
    "d",
  );
  p.curve((power) => curve(10 ** power), "gl-soft");
  if (!number || number.minus || !(number.low <= 1)) return;
  const d = Math.min(number.d, 1),
    k = Math.min(Math.log10((1 + d) / (1 - d)), FAR);
  p.add(path([[p.x(-FAR), p.y(d)], [p.x(FAR), p.y(d)]], "gl-wrong thin line")); // biome-ignore format: two points
  for (const power of new Set([-k, k])) p.dot([power, d], "gl-wrong", 5);
  if (number.high > 0.998) svg.append(text(p.x(0), p.y(0.86), "or a factor of 0, or below 0", "gl-soft middle"));
}

/** Numbers that others have met, from the page's one table: as printed, and what it was. */
const table = () =>
  [...document.querySelectorAll("article tbody tr")].map((row) => [
    row.cells[0].textContent.trim(),
    row.cells[1].childNodes,
  ]);

export function mount(host, signal) {
  const asked = new URLSearchParams(location.search).get("d");
  const field = make("input", {
    id: "decoder-number",
    type: "text",
    inputMode: "decimal",
    autocomplete: "off",
    maxLength: LONGEST,
    value: (asked ?? "0.3333").slice(0, LONGEST),
  });
  const svg = draw("svg", { "aria-hidden": "true" });
  const seen = make("div", { className: "decoder-known" }),
    says = make("ul", { className: "decoder-says" });
  const again = () => {
    const known = table().filter(([famous]) => met(field.value, famous));
    const told = ([famous, what]) =>
      make("p", {}, `${famous} is known: `, ...[...what].map((part) => part.cloneNode(true)));
    seen.replaceChildren(...known.map(told));
    says.replaceChildren(...decode(field.value).map((words) => make("li", {}, words)));
    picture(svg, read(field.value));
  };
  const live = make(
    "div",
    { className: "decoder moving-live", role: "group", ariaLabel: "Decoder" },
    make("div", {}, make("label", { htmlFor: field.id }, "Relative difference "), field),
    svg,
    make("div", { className: "decoder-answer", ariaLive: "polite" }, seen, says),
  );
  field.addEventListener(
    "input",
    () => {
      again();
      history.replaceState(history.state, "", `?d=${encodeURIComponent(field.value.trim())}`); // to be kept, or sent
    },
    { signal },
  );
  host.append(live);
  const size = new ResizeObserver(() => picture(svg, read(field.value)));
  size.observe(svg);
  signal.addEventListener("abort", () => {
    size.disconnect();
    live.remove();
  });
  again();
}
