// One entry at a time: its place in the network, in its array, in θ and in dθ.
import { draw, number, path, slider, stage, text } from "./svg.mjs";

const UNITS = [3, 4, 2]; // the page's network
const SHAPES = { W1: [4, 3], b1: [4, 1], W2: [2, 4], b2: [2, 1] };
const ENTRIES = Object.entries(SHAPES).flatMap(([name, [rows, columns]]) =>
  Array.from({ length: rows * columns }, (_, k) => ({
    name,
    row: Math.floor(k / columns),
    column: k % columns,
    first: !k,
  })),
);
const UNIT = ["input", "hidden unit", "output"];

export function mount(host, signal) {
  const entry = slider("Entry of θ", { min: 0, max: ENTRIES.length - 1, value: 21 });
  let places = [];

  const again = stage(host, signal, "Places of the parameters, to be looked up", [entry], (svg, width) => {
    const chosen = entry.value,
      wide = width >= 520,
      last = [];
    places = [];
    const put = (element, i) => (i === chosen ? last.push(element) : svg.append(element));
    const cell = (x, y, side, i, where, colour) => {
      const look = i === chosen ? colour + " chosen" : "";
      put(draw("rect", { x, y, width: side, height: side, class: look, "data-entry": `${where}-${i}` }), i);
      places.push([x + side / 2, y + side / 2, i]);
    };

    const at = (layer, k) => {
      const [w, h] = wide ? [width * 0.3, 150] : [width - 60, 104];
      return [(wide ? 34 : 30) + (layer * w) / 2, 14 + (h * (k + 0.5)) / UNITS[layer]];
    };
    ENTRIES.forEach(({ name, row, column }, i) => {
      const layer = +name[1];
      if (name[0] === "b") return;
      const [a, b] = [at(layer - 1, column), at(layer, row)];
      put(path([a, b], i === chosen ? "gl-numeric thick line" : "gl-bound thin line"), i);
      for (let t = 0.2; t < 0.85; t += 0.05) places.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), i]);
    });
    UNITS.forEach((n, layer) => {
      for (let k = 0; k < n; k++) {
        const i = ENTRIES.findIndex(({ name, row }) => name === `b${layer}` && row === k),
          [cx, cy] = at(layer, k);
        svg.append(draw("circle", { cx, cy, r: 7, class: layer && i === chosen ? "gl-numeric" : "unit" }));
        if (layer) places.push([cx, cy, i]);
      }
    });

    const side = wide ? 22 : 14,
      [left, down] = wide ? [width * 0.3 + 90, 44] : [16, 152];
    const gap = ((wide ? width : width - 10) - left - 9 * side) / 4;
    const step = (width - 34) / ENTRIES.length,
      [theta, dtheta] = wide ? [192, 252] : [238, 296];
    let x = left,
      across = 0;
    ENTRIES.forEach(({ name, row, column, first }, i) => {
      const [rows, columns] = SHAPES[name];
      if (first) {
        svg.append(text(x + (columns * side) / 2, down - 8, name, "middle"));
        for (const [y, words, look] of [
          [theta, name, "middle"],
          [dtheta, "d" + name, "gl-analytic middle"],
        ])
          svg.append(text(30 + (i + (rows * columns) / 2) * step, y + step + 15, words, look));
        across = x;
        x += columns * side + gap;
      }
      cell(across + column * side, down + row * side, side, i, "array", "gl-numeric");
      cell(30 + i * step, theta, step, i, "theta", "gl-numeric");
      cell(30 + i * step, dtheta, step, i, "dtheta", "gl-analytic");
    });
    svg.append(
      text(24, theta + step / 2 + 5, "θ", "end"),
      text(24, dtheta + step / 2 + 5, "dθ", "gl-analytic end"),
      ...last,
    );

    const { name, row, column } = ENTRIES[chosen],
      layer = +name[1],
      place = `${name}[${row}, ${column}]`;
    const what =
      name[0] === "W"
        ? `from ${UNIT[layer - 1]} ${column} to ${UNIT[layer]} ${row}`
        : `the bias of ${UNIT[layer]} ${row}`;
    return [
      "θ[",
      number("cell", String(chosen)),
      "] is ",
      number("place", place),
      `, ${what}. dθ[${chosen}] is `,
      number("slope", "d" + place),
      ", the slope of J in it.",
    ];
  });

  const svg = host.querySelector(".moving-live svg");
  for (const what of ["pointermove", "pointerdown"]) {
    svg.addEventListener(
      what,
      (event) => {
        const box = svg.getBoundingClientRect(),
          far = ([x, y]) => Math.hypot(event.clientX - box.left - x, event.clientY - box.top - y);
        const best = places.reduce((one, other) => (far(one) <= far(other) ? one : other));
        if (far(best) > 14 || best[2] === entry.value) return;
        entry.value = best[2];
        again();
      },
      { signal },
    );
  }
}
