// Backprop through a small network: every entry with the row and the column that make it, and lines that can be broken.
import { choice, draw, fixed, make, number, path, slider, stage, text } from "./svg.mjs";

const GIVEN = {
  X: [
    [1, -0.5],
    [0.5, 2],
  ],
  Y: [[1, 0]],
  W1: [
    [0.5, -0.3],
    [0.8, 0.2],
  ],
  b1: [[0.1], [-0.2]],
  W2: [[1.2, -0.7]],
  b2: [[0.3]],
};
const EPS = 1e-5,
  M = 2;

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const dotted = (...pairs) => [0, 1].map((k) => pairs.map((pair) => pair(k)));
const slope = (i, j) => ["A1", i, j, (a) => 1 - a * a, (a) => `(1 − ${a}²)`];
const column = (name, i) => [[[name, i, 0]], [[name, i, 1]]];

// Each line of the two passes: rows and columns of its array, and for an entry the products that are added up.
// A factor is an array, a row and a column, perhaps with what is done to it.
const FORWARD = {
  Z1: {
    rows: 2,
    columns: 2,
    made: (i, j) => [
      ...dotted(
        (k) => ["W1", i, k],
        (k) => ["X", k, j],
      ),
      [["b1", i, 0]],
    ],
  },
  A1: { rows: 2, columns: 2, made: (i, j) => [[["Z1", i, j, Math.tanh, (z) => `tanh(${z})`]]] },
  Z2: {
    rows: 1,
    columns: 2,
    made: (i, j) => [
      ...dotted(
        (k) => ["W2", i, k],
        (k) => ["A1", k, j],
      ),
      [["b2", i, 0]],
    ],
  },
  A2: { rows: 1, columns: 2, made: (i, j) => [[["Z2", i, j, sigmoid, (z) => `σ(${z})`]]] },
};
const BACKWARD = {
  dZ2: { rows: 1, columns: 2, over: M, made: (i, j) => [[["A2", i, j]], [["Y", i, j, (y) => -y, (y) => `(−${y})`]]] },
  dW2: {
    rows: 1,
    columns: 2,
    made: (i, j) =>
      dotted(
        (k) => ["dZ2", i, k],
        (k) => ["A1", j, k],
      ),
  },
  db2: { rows: 1, columns: 1, made: (i) => column("dZ2", i) },
  dA1: {
    rows: 2,
    columns: 2,
    made: (i, j) => [
      [
        ["W2", 0, i],
        ["dZ2", 0, j],
      ],
    ],
  },
  dZ1: { rows: 2, columns: 2, made: (i, j) => [[["dA1", i, j], slope(i, j)]] },
  dW1: {
    rows: 2,
    columns: 2,
    made: (i, j) =>
      dotted(
        (k) => ["dZ1", i, k],
        (k) => ["X", j, k],
      ),
  },
  db1: { rows: 2, columns: 1, made: (i) => column("dZ1", i) },
};
const BROKEN = {
  "no line": {},
  "dZ2: no / m": { dZ2: { ...BACKWARD.dZ2, over: 1 } },
  "dW2: Z1 for A1": {
    dW2: {
      ...BACKWARD.dW2,
      made: (i, j) =>
        dotted(
          (k) => ["dZ2", i, k],
          (k) => ["Z1", j, k],
        ),
    },
  },
  "dZ1: no slope": { dZ1: { ...BACKWARD.dZ1, made: (i, j) => [[["dA1", i, j]]] } },
  "dW1: X not turned": {
    dW1: {
      ...BACKWARD.dW1,
      made: (i, j) =>
        dotted(
          (k) => ["dZ1", i, k],
          (k) => ["X", k, j],
        ),
    },
  },
  "db1: mean, not sum": { db1: { ...BACKWARD.db1, over: M } },
};
const LINES = {
  Z1: "W1 X + b1",
  A1: "tanh of Z1",
  Z2: "W2 A1 + b2",
  A2: "σ of Z2",
  J: "the mean logistic cost of A2 and Y",
  dZ2: "(A2 − Y)/m",
  dW2: "dZ2 A1ᵀ",
  db2: "the row sums of dZ2",
  dA1: "W2ᵀ dZ2",
  dZ1: "dA1 times 1 − A1², entry by entry",
  dW1: "dZ1 Xᵀ",
  db1: "the row sums of dZ1",
};
const STEPS = ["Z1", "A1", "Z2", "A2", "J", "dZ2", "db2", "dW2", "dA1", "dZ1", "db1", "dW1"];

const factor = (known, [name, i, j, done = (value) => value]) => done(known[name][i][j]);
const product = (known, factors) => factors.reduce((all, one) => all * factor(known, one), 1);
const entries = ({ rows, columns, made, over = 1 }, known) =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => made(i, j).reduce((sum, one) => sum + product(known, one), 0) / over),
  );
const costs = ({ Z2, Y }) => Z2[0].map((z, j) => Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - Y[0][j] * z);

/** The pass forward; one entry of one array can be moved, whether it is given or computed. */
function forward(name, row, at, step) {
  const known = {};
  const moved = (of, array) =>
    array.map((values, i) => values.map((value, j) => (of === name && i === row && j === at ? value + step : value)));
  for (const of in GIVEN) known[of] = moved(of, GIVEN[of]);
  for (const of in FORWARD) known[of] = moved(of, entries(FORWARD[of], known));
  known.J = [[costs(known).reduce((sum, value) => sum + value) / M]];
  return known;
}
function backward(known, broken) {
  for (const of in BACKWARD) known[of] = entries(broken[of] ?? BACKWARD[of], known);
  return known;
}
const RIGHT = forward();
/** What a difference quotient measures, for each array on the way back. */
const MEASURED = Object.fromEntries(
  Object.keys(BACKWARD).map((name) => [
    name,
    RIGHT[name.slice(1)].map((row, i) =>
      row.map((_, j) => {
        const [up, down] = [EPS, -EPS].map((step) => forward(name.slice(1), i, j, step).J[0][0]);
        return (up - down) / (2 * EPS);
      }),
    ),
  ]),
);

// Left edge (in columns) and top of each array: side by side, or one below the other.
const WIDE = {
  W1: [1, 96],
  b1: [1.72, 96],
  W2: [3, 96],
  b2: [3.72, 96],
  X: [0, 166],
  Z1: [1, 166],
  A1: [2, 166],
  Z2: [3, 166],
  A2: [4, 166],
  J: [5, 166],
  dZ1: [1, 236],
  dA1: [2, 236],
  dZ2: [3, 236],
  Y: [4, 236],
  dW1: [1, 306],
  db1: [1.72, 306],
  dW2: [3, 306],
  db2: [3.72, 306],
};
const ARROWS = [
  ["→", 0.87, 206],
  ["→", 1.87, 206],
  ["→", 2.87, 206],
  ["→", 3.87, 206],
  ["→", 4.87, 206],
  ["←", 1.87, 276],
  ["←", 2.87, 276],
  ["←", 3.87, 276],
  ["↓", 1.36, 164],
  ["↓", 3.36, 164],
  ["↓", 1.36, 304],
  ["↓", 3.36, 304],
];
const NARROW = {
  X: [0, 92],
  W1: [0, 150],
  b1: [0.62, 150],
  Z1: [0, 240],
  A1: [0, 300],
  W2: [0, 360],
  b2: [0.62, 360],
  Z2: [0, 420],
  A2: [0, 464],
  Y: [1, 464],
  J: [0, 508],
  dW1: [1, 150],
  db1: [1.62, 150],
  dZ1: [1, 240],
  dA1: [1, 300],
  dW2: [1, 360],
  db2: [1.62, 360],
  dZ2: [1, 420],
};

/** The network: units as circles, weights as lines; those that the chosen entry uses are drawn thick. */
function network(svg, width, used) {
  const at = (k) => width * (0.1 + 0.2 * k);
  const X = [
      [at(0), 26],
      [at(0), 70],
    ],
    A = [
      [at(1.5), 26],
      [at(1.5), 70],
    ],
    Z = [at(3), 48],
    J = [at(4), 48];
  const weight = (from, to, name) => {
    const look = used.has(name) ? "gl-numeric line thick" : "gl-soft thin line";
    svg.append(path([from, to], look));
  };
  for (const i of [0, 1]) {
    for (const k of [0, 1]) weight(X[k], A[i], `W1-${i}-${k}`);
    weight(A[i], Z, `W2-0-${i}`);
  }
  svg.append(path([Z, J], "gl-soft thin line"));
  const unit = ([cx, cy], words, names) => {
    const on = names.some((name) => used.has(name));
    svg.append(
      draw("circle", { cx, cy, r: 15, class: on ? "unit on" : "unit" }),
      text(cx, cy + 5, words, "middle small"),
    );
  };
  for (const k of [0, 1]) unit(X[k], `x${"₁₂"[k]}`, [`X-${k}-0`, `X-${k}-1`]);
  for (const i of [0, 1]) {
    const row = ["Z1", "A1", "dZ1", "dA1"].flatMap((name) => [`${name}-${i}-0`, `${name}-${i}-1`, `b1-${i}-0`]);
    unit(A[i], "tanh", row);
  }
  unit(
    Z,
    "σ",
    ["Z2", "A2", "dZ2", "b2"].flatMap((name) => [`${name}-0-0`, `${name}-0-1`]),
  );
  unit(J, "J", ["J-0-0", "Y-0-0", "Y-0-1"]);
}

export function mount(host, signal) {
  const last = STEPS.length - 1;
  const step = slider("Line", { min: 0, max: last, value: last }, (value) => STEPS[value]);
  const entry = slider("Entry", { min: 0, max: 3, value: 1 }, (value) => `${value + 1}`);
  const broken = choice("Broken", Object.keys(BROKEN));
  let reached = last; // lines that were run; an entry that is touched is looked at, and hides none of them
  step.element.addEventListener("input", () => {
    reached = step.value;
  });
  const by = (name, change) =>
    make("button", {
      type: "button",
      textContent: name,
      className: "moving-button",
      onclick: () => {
        step.value += change;
        reached = step.value;
        entry.value = 0;
        again();
      },
    });
  /** The entry that was touched becomes the chosen one; what is given has no line of its own. */
  function choose(name, i, j) {
    if (!STEPS.includes(name)) return;
    step.value = STEPS.indexOf(name);
    entry.max = 3; // of the array before it may have been fewer
    entry.value = i * (BACKWARD[name] ?? FORWARD[name] ?? { columns: 1 }).columns + j;
    again();
  }

  const controls = [by("Back", -1), by("Next", 1), step, entry, broken];
  const again = stage(host, signal, "Backprop, line by line", controls, (svg, width) => {
    const name = STEPS[step.value],
      lines = { ...FORWARD, ...BACKWARD, ...BROKEN[broken.value] },
      line = lines[name] ?? { rows: 1, columns: 1, made: () => [] };
    const values = backward(forward(), BROKEN[broken.value]),
      done = new Set([...Object.keys(GIVEN), ...STEPS.slice(0, reached + 1)]);
    entry.max = line.rows * line.columns - 1;
    const i = Math.floor(entry.value / line.columns),
      j = entry.value % line.columns;
    const terms = name === "J" ? [[["A2", 0, 0]], [["A2", 0, 1]], [["Y", 0, 0]], [["Y", 0, 1]]] : line.made(i, j);
    const used = new Set(terms.flat().map(([of, k, l]) => `${of}-${k}-${l}`)),
      chosen = `${name}-${i}-${j}`;

    const wide = width >= 600,
      places = wide ? WIDE : NARROW,
      pitch = wide ? 44 : width * 0.15,
      across = width / (wide ? 6 : 2);
    network(svg, width, new Set([...used, chosen, chosen.replace(/^d/, "")]));

    function put(of, array, x, y, look, id) {
      array.forEach((row, k) => {
        row.forEach((value, l) => {
          const at = `${id}-${k}-${l}`,
            right = x + (l + 0.95) * pitch,
            base = y + 34 + 17 * k;
          const colour = typeof look === "function" ? look(value, k, l) : look;
          if (at === chosen || used.has(at))
            svg.append(
              draw("rect", {
                x: right - pitch + 3,
                y: base - 13,
                width: pitch,
                height: 17,
                class: at === chosen ? "band made" : "band",
              }),
            );
          const shown = text(right, base, fixed(value, 3), `${colour} end small${at === chosen ? " now" : ""}`);
          shown.dataset.of = at;
          if (STEPS.includes(of)) {
            shown.classList.add("touch");
            shown.addEventListener("click", () => choose(of, k, l), { signal });
          }
          svg.append(shown);
        });
      });
    }
    const wrong = new Set();
    for (const of in BACKWARD)
      if (values[of].some((row, k) => row.some((value, l) => Math.abs(value - MEASURED[of][k][l]) > 1e-7)))
        wrong.add(of);
    for (const [of, [left, y]] of Object.entries(places)) {
      const back = of in BACKWARD,
        known = done.has(of),
        x = left * across;
      const look = (value, k, l) =>
        back ? (Math.abs(value - MEASURED[of][k][l]) > 1e-7 ? "gl-wrong" : "gl-analytic") : "";
      svg.append(
        text(
          x + 6,
          y + 15,
          of,
          `${known ? (wrong.has(of) ? "gl-wrong" : back ? "gl-analytic" : "") : "gl-soft"} named`,
        ),
      );
      if (!known) continue;
      put(of, values[of], x, y, look, of);
      if (back && of.slice(1) in GIVEN) {
        const below = y + 17 * values[of].length + 2;
        put("", MEASURED[of], x, below, "gl-numeric", "numeric-" + of.slice(1));
      }
    }
    if (wide) for (const [words, at, y] of ARROWS) svg.append(text(at * across, y, words, "gl-soft middle"));

    const value = values[name][i][j],
      place = name === "J" ? "J" : `${name}[${i}, ${j}]`;
    const factors = terms.map((one) =>
      one.map(([of, k, l, , said]) => {
        const plain = fixed(values[of][k][l], 3);
        return said ? said(plain) : plain.startsWith("−") && one.length + terms.length > 2 ? `(${plain})` : plain;
      }),
    );
    const sum = factors.map((one) => one.join(" × ")).join(" + ");
    const how = name === "J" ? "" : ` = ${line.over > 1 && terms.length > 1 ? `(${sum}) / ${line.over}` : sum}`;
    const gone = [...wrong].filter((of) => done.has(of));
    return [
      number("now", name),
      ` = ${broken.value.startsWith(`${name}:`) ? `${LINES[name]}, but broken (${broken.value.split(": ")[1]})` : LINES[name]}. `,
      number("entry", place),
      how,
      " = ",
      number("value", fixed(value, 5), wrong.has(name) ? "gl-wrong" : ""),
      ...(name in MEASURED ? ["; measured ", number("measured", fixed(MEASURED[name][i][j], 5), "gl-numeric")] : []),
      ". ",
      ...(gone.length ? ["Differs from what is measured: ", number("wrong", gone.join(", "), "gl-wrong"), "."] : []),
    ];
  });
}
