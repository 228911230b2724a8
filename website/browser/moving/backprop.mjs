// Forward and backward through a small network, one step at a time; beside each slope, what a difference quotient measures.
import { fixed, make, number, short, slider, stage, text } from "./svg.mjs";

const X = [
    [1, -0.5],
    [0.5, 2],
  ],
  Y = [[1, 0]];
const PARAMS = {
  W1: [
    [0.5, -0.3],
    [0.8, 0.2],
  ],
  b1: [[0.1], [-0.2]],
  W2: [[1.2, -0.7]],
  b2: [[0.3]],
};
const EPS = 1e-5;

const map = (a, f) => a.map((row, i) => row.map((value, j) => f(value, i, j)));
const turned = (a) => a[0].map((_, j) => a.map((row) => row[j]));
const times = (a, b) => a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));
const plus = (a, b) => map(a, (value, i) => value + b[i][0]);
const rowSums = (a) => a.map((row) => [row.reduce((sum, value) => sum + value, 0)]);

function forward({ W1, b1, W2, b2 }) {
  const Z1 = plus(times(W1, X), b1),
    A1 = map(Z1, Math.tanh),
    Z2 = plus(times(W2, A1), b2);
  const costs = map(Z2, (z, i, j) => Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - Y[i][j] * z);
  return { Z1, A1, Z2, J: [[costs[0].reduce((sum, value) => sum + value) / Y[0].length]] };
}

function backward({ A1, Z2 }) {
  const dZ2 = map(Z2, (z, i, j) => (1 / (1 + Math.exp(-z)) - Y[i][j]) / Y[0].length);
  const dA1 = times(turned(PARAMS.W2), dZ2),
    dZ1 = map(dA1, (d, i, j) => d * (1 - A1[i][j] ** 2));
  return {
    dZ2,
    dW2: times(dZ2, turned(A1)),
    db2: rowSums(dZ2),
    dA1,
    dZ1,
    dW1: times(dZ1, turned(X)),
    db1: rowSums(dZ1),
  };
}

const moved = (name, i, j, step) => ({
  ...PARAMS,
  [name]: map(PARAMS[name], (value, k, l) => (k === i && l === j ? value + step : value)),
});
const measured = (name) =>
  map(
    PARAMS[name],
    (_, i, j) => (forward(moved(name, i, j, EPS)).J[0][0] - forward(moved(name, i, j, -EPS)).J[0][0]) / (2 * EPS),
  );

const STEPS = [
  [["X"], "given, two features of two examples, one example a column."],
  [["Z1"], "W1 X + b1."],
  [["A1"], "tanh of Z1, entry by entry."],
  [["Z2"], "W2 A1 + b2."],
  [["J"], "the mean logistic cost of Z2, for Y = (1, 0)."],
  [["dZ2"], "(A2 − Y)/m, with A2 = σ(Z2)."],
  [["dW2", "db2"], "dZ2 A1ᵀ, and the row sums of dZ2. Orange: measured at ±ε."],
  [["dA1"], "W2ᵀ dZ2."],
  [["dZ1"], "dA1 times 1 − A1², entry by entry."],
  [["dW1", "db1"], "dZ1 Xᵀ, and the row sums of dZ1. Orange: measured at ±ε."],
];
// Left edge (in columns of 3 numbers) and top of each array, side by side and one below the other.
const WIDE = {
  W1: [1, 0],
  b1: [1.64, 0],
  W2: [3, 0],
  b2: [3.64, 0],
  X: [0, 70],
  Z1: [1, 70],
  A1: [2, 70],
  Z2: [3, 70],
  J: [4, 70],
  dZ1: [1, 140],
  dA1: [2, 140],
  dZ2: [3, 140],
  dW1: [1, 210],
  db1: [1.64, 210],
  dW2: [3, 210],
  db2: [3.64, 210],
};
const ARROWS = [
  ["→", 0.85, 110],
  ["→", 1.85, 110],
  ["→", 2.85, 110],
  ["→", 3.85, 110],
  ["←", 1.85, 180],
  ["←", 2.85, 180],
  ["←", 3.85, 180],
  ["↓", 1.3, 70],
  ["↓", 3.3, 70],
  ["↓", 1.3, 210],
  ["↓", 3.3, 210],
];
const NARROW = {
  X: [0, 0],
  W1: [0, 62],
  b1: [0.62, 62],
  Z1: [0, 162],
  A1: [0, 226],
  W2: [0, 290],
  b2: [0.62, 290],
  Z2: [0, 352],
  J: [0, 398],
  dW1: [1, 62],
  db1: [1.62, 62],
  dZ1: [1, 162],
  dA1: [1, 226],
  dW2: [1, 290],
  db2: [1.62, 290],
  dZ2: [1, 352],
};

export function mount(host, signal) {
  const step = slider(
    "Step",
    { min: 0, max: STEPS.length - 1, value: 0 },
    (value) => `${value + 1} of ${STEPS.length}`,
  );
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

  const again = stage(host, signal, "Backprop, step by step", [by("Back", -1), by("Next", 1), step], (svg, width) => {
    const done = STEPS.slice(0, step.value + 1).flatMap(([names]) => names),
      [now, words] = STEPS[step.value];
    const values = { X, ...PARAMS, ...forward(PARAMS), ...backward(forward(PARAMS)) },
      wide = width >= 600;
    const places = wide ? WIDE : NARROW,
      column = width / (wide ? 5 : 2),
      pitch = column * 0.3;

    function put(array, x, y, look, of) {
      map(array, (value, i, j) => {
        const entry = text(x + (j + 0.92) * pitch, y + 34 + 17 * i, fixed(value, 3), look + " end small");
        entry.dataset.of = `${of}-${i}-${j}`;
        svg.append(entry);
      });
    }
    for (const [name, [across, y]] of Object.entries(places)) {
      const slope = name[0] === "d",
        known = name in PARAMS || done.includes(name),
        x = across * column;
      const array = values[name],
        look = (known ? (slope ? "gl-analytic" : "") : "gl-soft") + (now.includes(name) ? " now" : "");
      svg.append(text(x + 6, y + 15, name, look + " named"));
      if (name !== "J")
        svg.append(
          text(
            x + 8.5 * name.length + 9 + 4 * (name.at(-2) === "W"),
            y + 15,
            `${array.length}×${array[0].length}`,
            "gl-soft tiny",
          ),
        );
      if (!known) continue;
      put(array, x, y, look, name);
      if (slope && name.slice(1) in PARAMS)
        put(measured(name.slice(1)), x, y + 17 * array.length + 2, "gl-numeric", "numeric-" + name.slice(1));
    }
    if (wide) for (const [words, across, y] of ARROWS) svg.append(text(across * column, y, words, "gl-soft middle"));
    const both = now.filter((name) => name.slice(1) in PARAMS);
    const gap = Math.max(
      0,
      ...both.flatMap((name) =>
        measured(name.slice(1)).flatMap((row, i) => row.map((value, j) => Math.abs(value - values[name][i][j]))),
      ),
    );
    return [
      number("now", now.join(", ")),
      ": ",
      words,
      ...(both.length ? [" Largest difference ", number("gap", short(gap)), "."] : []),
    ];
  });
}
