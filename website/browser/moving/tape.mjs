// The tape of x·y + sin x: values forward, one line after the other, then slopes back, the last line first.
import { draw, fixed, make, number, path, slider, stage, text } from "./svg.mjs";

const LINES = ["x", "y", "×", "sin", "+"]; // of the tape, in the order in which they are written
const FROM = { "×": ["x", "y"], sin: ["x"], "+": ["×", "sin"] };
const EPS = 1e-5;
const f = (x, y) => x * y + Math.sin(x);

/** Value of every line, and the slope of each line with respect to what it came from. */
function forward(x, y) {
  const values = { x, y, "×": x * y, sin: Math.sin(x), "+": f(x, y) };
  const local = { "x>×": y, "y>×": x, "x>sin": Math.cos(x), "×>+": 1, "sin>+": 1 };
  return { values, local };
}

/** Slopes of the result, after so many lines were read backwards; and what was added to each. */
function backward(local, read) {
  const slopes = { x: 0, y: 0, "×": 0, sin: 0, "+": 1 },
    added = { x: [], y: [], "×": [], sin: [], "+": [] };
  for (const line of LINES.toReversed().slice(0, read))
    for (const source of FROM[line] ?? []) {
      const slope = local[`${source}>${line}`];
      slopes[source] += slopes[line] * slope;
      added[source].push([slopes[line], slope]);
    }
  return { slopes, added };
}

export function mount(host, signal) {
  const last = 8; // five values, then three lines that came from somewhere
  const step = slider("Step", { min: 1, max: last, value: last }, (value) =>
    value > 5 ? `back, ${value - 5} of 3` : `forward, ${value} of 5`,
  );
  const [x, y] = [
    ["x", 1.2],
    ["y", 0.5],
  ].map(([name, value]) => slider(name, { min: -2, max: 2, step: 0.1, value }, (at) => fixed(at, 1)));
  const by = (name, change) =>
    make("button", {
      type: "button",
      textContent: name,
      className: "moving-button",
      onclick: () => {
        step.value += change;
        again();
      },
    });
  const controls = [by("Back", -1), by("Next", 1), step, x, y];
  const again = stage(host, signal, "A tape, forward and back", controls, (svg, width, height) => {
    const { values, local } = forward(x.value, y.value),
      read = Math.max(0, step.value - 5),
      { slopes, added } = backward(local, read);
    const known = LINES.slice(0, step.value),
      now = read ? LINES[5 - read] : LINES[step.value - 1];
    const [a, b, c] = [0.14, 0.48, 0.82].map((share) => share * width),
      [up, down] = [height * 0.25, height * 0.75];
    const places = { x: [a, up], y: [a, down], "×": [b, down], sin: [b, up], "+": [c, height / 2] };
    for (const [line, sources] of Object.entries(FROM))
      for (const source of sources) {
        const [from, to] = [places[source], places[line]],
          used = line === now;
        svg.append(path([from, to], used ? "gl-analytic line thick" : "gl-soft thin line"));
        if (!known.includes(line)) continue;
        const at = 0.4;
        svg.append(
          text(
            from[0] + at * (to[0] - from[0]) + 4,
            from[1] + at * (to[1] - from[1]) - (to[1] < from[1] ? 16 : 7),
            fixed(local[`${source}>${line}`]),
            "gl-soft small",
          ),
        );
      }
    for (const [line, [cx, cy]] of Object.entries(places)) {
      svg.append(
        draw("circle", { cx, cy, r: 19, class: line === now ? "unit on" : "unit" }),
        text(cx, cy + 5, line, "middle"),
      );
      if (known.includes(line)) svg.append(text(cx, cy + 37, fixed(values[line]), "middle"));
      if (read && (line === "+" || added[line].length))
        svg.append(text(cx, cy - 26, fixed(slopes[line]), "middle gl-analytic"));
    }
    if (!read)
      return [
        "Line ",
        number("line", String(step.value)),
        " of the tape: ",
        number("now", now),
        " = ",
        number("value", fixed(values[now], 4)),
        FROM[now]
          ? `, with its slope for each input: ${FROM[now].map((source) => fixed(local[`${source}>${now}`])).join(", ")}.`
          : ", an input.",
      ];
    const sum = (name) => added[name].map(([slope, by]) => `${fixed(slope)} × ${fixed(by)}`).join(" + ");
    const [X, Y] = [x.value, y.value];
    const measured = {
      x: (f(X + EPS, Y) - f(X - EPS, Y)) / (2 * EPS),
      y: (f(X, Y + EPS) - f(X, Y - EPS)) / (2 * EPS),
    };
    const reached = ["x", "y"].filter((name) => read === 3 || (name === "x" && read === 2));
    return [
      "Reading ",
      number("now", now),
      ": its slope goes to what it came from, times the number on the line. ",
      ...reached.flatMap((name) => [
        `Slope of ${name}: ${sum(name)} = `,
        number(name, fixed(slopes[name], 4), "gl-analytic"),
        ...(read === 3 ? [", measured ", number(`numeric ${name}`, fixed(measured[name], 4), "gl-numeric")] : []),
        ". ",
      ]),
    ];
  });
}
