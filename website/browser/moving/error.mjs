// Why one random point is enough: the error of a wrong formula is zero in a few places, and a point at random misses them.
import { draw, fixed, make, number, path, plane, power, short, slider, stage, text } from "./svg.mjs";

// The page's example: one weight, three examples, and a backprop that forgets the slope of tanh.
const X = [0.5, 1, 2],
  Y = [0.2, -0.1, 0.3];
const mean = (f) => X.reduce((sum, x, k) => sum + f(x, Y[k]), 0) / X.length;
const right = (w) =>
  mean((x, y) => {
    const a = Math.tanh(w * x);
    return (a - y) * (1 - a * a) * x;
  });
const wrong = (w) => mean((x, y) => (Math.tanh(w * x) - y) * x);
const error = (w) =>
  mean((x, y) => {
    const a = Math.tanh(w * x);
    return (a - y) * a * a * x;
  }); // wrong − right, no digit lost
// w in −2 ... 2, and powers of ten of |e|.
const END = 2,
  MANY = 100_000,
  LEAST = -10,
  BOUND = -8;
const ZEROS = [0, bisect(0.1, 0.2)];
const MOST = 0.25,
  BINS = 4 * (MOST - LEAST);

function bisect(low, high) {
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (error(middle) * error(low) > 0) low = middle;
    else high = middle;
  }
  return low;
}

/** Numbers from 0 to 1, the same ones each time. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function mount(host, signal) {
  const next = random(1),
    counts = new Array(BINS).fill(0);
  let all = 0,
    alike = [0, 0]; // how many agree to 1e-8, near either zero
  const more = () => {
    for (let k = 0; k < MANY; k++) {
      const w = END * (2 * next() - 1),
        size = Math.log10(Math.abs(error(w)));
      counts[Math.max(0, Math.min(BINS - 1, Math.floor(4 * (size - LEAST))))]++;
      if (size <= BOUND) alike[Math.abs(w - ZEROS[1]) < Math.abs(w) ? 1 : 0]++;
    }
    all += MANY;
  };
  more();

  const weight = slider("w", { min: -END, max: END, step: 0.01, value: 0.8 }, (w) => fixed(w));
  let exact; // a zero, which the slider has no step for
  const where = () => exact ?? weight.value;
  const go = (w, on) => {
    exact = on ? w : undefined;
    weight.value = w;
    again();
  };
  const button = (words, act) =>
    make("button", { type: "button", className: "moving-button", textContent: words, onclick: act });
  const buttons = [
    button("w = 0", () => go(0, true)),
    button("w = 0.139…", () => go(ZEROS[1], true)),
    button("Any w", () => go(END * (2 * Math.random() - 1), true)),
    button("100,000 more", () => {
      more();
      again();
    }),
  ];

  const again = stage(
    host,
    signal,
    "Error of a wrong gradient over the weight, to be dragged, and how often it is small",
    [weight, ...buttons],
    (svg, width, height, grip) => {
      const w = where(),
        e = error(w),
        upper = height * 0.5 - 30;
      const left = 46,
        across = width - left - 12;

      // above: e over w
      const above = plane(svg, [left, 22, across, upper - 22], [-END, END], [-1.3, 1]);
      above.axes(
        [-2, -1, 0, 1, 2].map((v) => [v, fixed(v, 0)]),
        [-1, 0, 1].map((v) => [v, fixed(v, 0)]),
        "w",
        "e = forgetful formula − slope",
      );
      above.line(
        [
          [-END, 0],
          [END, 0],
        ],
        "gl-soft thin",
      );
      above.curve(error, "gl-wrong");
      for (const zero of ZEROS)
        above.add(draw("circle", { cx: above.x(zero), cy: above.y(0), r: 6, class: "gl-soft hollow" }));
      above.add(text(above.x(0.1), above.y(0) - 14, "e = 0 at both circles", "gl-soft small end"));
      above.line(
        [
          [w, 0],
          [w, e],
        ],
        "gl-wrong thin",
      );
      above.dot([w, e], "gl-wrong", 7);
      grip(above.x(w), above.y(e), (x) => {
        exact = undefined;
        weight.value = Math.max(-END, Math.min(END, above.value(x)));
      });

      // below: how many of the points have an e of this size
      const top = height * 0.5 + 38,
        most = Math.log10(all),
        tall = height - top - 40;
      const below = plane(svg, [left, top, across, tall], [LEAST, MOST], [0, Math.ceil(most)]);
      below.add(
        draw("rect", {
          x: below.x(LEAST),
          y: top,
          width: below.x(BOUND) - below.x(LEAST),
          height: tall,
          class: "band",
        }),
      );
      below.axes(
        [-10, -8, -6, -4, -2, 0].map((v) => [v, v ? power(v) : "1"]),
        [0, 2, 4].map((v) => [v, v ? power(v) : "1"]),
        "size of e",
        `${(all).toLocaleString("en")} random w, by the size of e`,
      );
      counts.forEach((count, k) => {
        if (!count) return;
        const high = Math.max(2, tall - (below.y(Math.log10(count)) - top)),
          x = below.x(LEAST + k / 4);
        below.add(
          draw("rect", {
            x: x + 0.5,
            y: top + tall - high,
            width: Math.max(1, below.x(LEAST + (k + 1) / 4) - x - 1),
            height: high,
            class: "bar" + (LEAST + k / 4 < BOUND ? " gl-bound" : " gl-wrong"),
          }),
        );
      });
      const size = Math.max(LEAST, Math.log10(Math.abs(e) || 1e-300));
      below.add(
        path(
          [
            [below.x(size), top],
            [below.x(size), top + tall],
          ],
          "gl-wrong line thin dashed",
        ),
        draw("circle", { cx: below.x(size), cy: top + tall, r: 6, class: "gl-wrong" }),
      );

      const near = alike[0] + alike[1],
        none = Math.abs(e) < 1e-16; // nothing but the last bit of w
      return [
        "At w = ",
        number("w", exact ? fixed(w, 10) : fixed(w)),
        none
          ? " the two agree to all digits: formula "
          : Math.abs(e) <= 10 ** BOUND
            ? " a check cannot tell them apart: formula "
            : ": formula ",
        number("formula", fixed(wrong(w), 8)),
        ", slope ",
        number("slope", fixed(right(w), 8), "gl-numeric"),
        `, e\u00a0=\u00a0`,
        number("e", none ? "0" : short(e), "gl-wrong"),
        ". Of ",
        number("all", all.toLocaleString("en")),
        " random w, ",
        number("alike", String(near)),
        ` agree to ${power(BOUND)}`,
        near
          ? `: ${alike[1] ? `${alike[0]} near w = 0, ${alike[1]} near 0.139` : "all near w = 0, where e touches the axis"}.`
          : ".",
      ];
    },
  );
  host.addEventListener(
    "input",
    () => {
      exact = undefined;
    },
    { signal, capture: true },
  );
}
