// Where is the one wrong entry of a hundred thousand? Ask one half, then half of the half that is wrong.
import { draw, make, number, stage, text } from "./svg.mjs";

const SHAPES = [
  ["W1", 128, 784],
  ["b1", 128, 1],
  ["W2", 10, 128],
  ["b2", 10, 1],
]; // the page's network
const N = SHAPES.reduce((sum, [, rows, columns]) => sum + rows * columns, 0),
  STEPS = Math.ceil(Math.log2(N));

function where(entry) {
  for (const [name, rows, columns] of SHAPES) {
    if (entry < rows * columns) return `${name}[${Math.floor(entry / columns)}, ${entry % columns}]`;
    entry -= rows * columns;
  }
}

export function mount(host, signal) {
  let entry = +host.dataset.numbers,
    asked = 2;
  const button = (words, act) =>
    make("button", {
      type: "button",
      className: "moving-button",
      textContent: words,
      onclick: () => {
        act();
        again();
      },
    });
  const buttons = [
    button("Ask one half", () => {
      asked = Math.min(asked + 1, STEPS + 1);
    }),
    button("Back", () => {
      asked = Math.max(asked - 1, 0);
    }),
    button("To the end", () => {
      asked = STEPS + 1;
    }),
    button("Hide it elsewhere", () => {
      entry = Math.floor(Math.random() * N);
      asked = 0;
    }),
  ];
  const again = stage(host, signal, "Bisection, step by step", buttons, (svg, width, height) => {
    let low = 0,
      high = N,
      left = 8,
      right = width - 80,
      rows = 0;
    const shown = [];
    while (rows < asked && high - low > 1) {
      const middle = Math.floor((low + high) / 2),
        onLeft = entry < middle;
      shown.push([low, middle, high, onLeft]);
      [low, high] = onLeft ? [low, middle] : [middle, high];
      rows++;
    }
    const fits = Math.floor((height - 30) / 34),
      first = Math.max(0, shown.length - fits + 1);
    const bar = (x, y, w, look) =>
      svg.append(draw("rect", { x, y, width: Math.max(1.5, w), height: 20, class: "bar " + look }));
    shown.slice(first).forEach(([a, m, b, onLeft], k) => {
      const y = 8 + 34 * k,
        cut = left + ((right - left) * (m - a)) / (b - a);
      bar(left, y, cut - left - 1, onLeft ? "gl-wrong" : "gl-agrees");
      bar(cut + 1, y, right - cut - 1, onLeft ? "gl-agrees" : "gl-wrong");
      svg.append(text(right + 8, y + 15, (b - a).toLocaleString("en"), "gl-soft small"));
    });
    const y = 8 + 34 * (shown.length - first);
    bar(left, y, right - left, high - low > 1 ? "gl-bound" : "gl-wrong");
    svg.append(text(right + 8, y + 15, (high - low).toLocaleString("en"), "gl-soft small"));
    const found = high - low === 1;
    return [
      "The whole and ",
      number("asked", String(rows)),
      ` ${rows === 1 ? "half" : "halves"} asked, two forward passes each: `,
      number("passes", String(2 * (1 + rows))),
      ". Left: ",
      number("left", (high - low).toLocaleString("en")),
      found ? ", and that is entry " : ".",
      ...(found
        ? [number("entry", where(low), "gl-wrong"), `. Entry by entry: ${(2 * N).toLocaleString("en")} passes.`]
        : []),
    ];
  });
}
