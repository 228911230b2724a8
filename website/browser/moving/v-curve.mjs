// The error of a difference quotient against its step, computed in the precision that is chosen.
import { choice, draw, fixed, number, path, plane, power, short, slider, stage, text } from "./svg.mjs";

// Each function in a precision, whose every operation is rounded by r; its slope; sizes of its derivatives 2, 3 and 5.
const FUNCTIONS = {
  "1 + θ + θ²/2 + θ³/6": {
    f: (t, r) => r(r(r(r(r(r(t / 6) + 0.5) * t) + 1) * t) + 1),
    slope: (t) => 1 + t + (t * t) / 2,
    sizes: { 2: (t) => 1 + t, 3: () => 1, 5: () => 0 },
  },
  "sin θ": { f: (t, r) => r(Math.sin(t)), slope: Math.cos, sizes: { 2: Math.sin, 3: Math.cos, 5: Math.cos } },
  "exp θ": { f: (t, r) => r(Math.exp(t)), slope: Math.exp, sizes: { 2: Math.exp, 3: Math.exp, 5: Math.exp } },
};
// Offsets and weights; error of the formula is |truncation| · stepᵖ · |f⁽ᵖ⁺¹⁾|; noise is the sum of the sizes of the weights.
const STENCILS = {
  "two sides": { offsets: [-1, 1], weights: [-1 / 2, 1 / 2], order: 2, truncation: 1 / 6, noise: 1 },
  "one side": { offsets: [0, 1], weights: [-1, 1], order: 1, truncation: 1 / 2, noise: 2 },
  "four points": {
    offsets: [-2, -1, 1, 2],
    weights: [1 / 12, -2 / 3, 2 / 3, -1 / 12],
    order: 4,
    truncation: 1 / 30,
    noise: 3 / 2,
  },
};
const PRECISIONS = { float64: { round: (x) => x, u: 2 ** -53 }, float32: { round: Math.fround, u: 2 ** -24 } };
const STEPS = [-15, 0],
  ERRORS = [-16, 2];

/** The quotient as it comes out: points, values, products, sum and division are rounded one by one. */
export function estimate({ offsets, weights }, { round }, f, x, step) {
  const at = round(x),
    points = offsets.map((o) => round(at + round(o * step)));
  const reach = round(round(points.at(-1) - points[0]) / (offsets.at(-1) - offsets[0]));
  const sum = weights.reduce((s, w, k) => round(s + round(round(w) * f(points[k], round))), 0);
  return round(sum / reach);
}

export function mount(host, signal) {
  const which = choice("Function", Object.keys(FUNCTIONS)),
    formula = choice("Formula", Object.keys(STENCILS));
  const precision = choice("Numbers", Object.keys(PRECISIONS));
  const theta = slider("θ", { min: -1, max: 1, step: 0.1, value: 0 }, (value) => fixed(value, 1));
  const exponent = slider("ε", { min: STEPS[0], max: STEPS[1], step: 0.125, value: -7 }, (value) =>
    short(10 ** value),
  );

  stage(
    host,
    signal,
    "Error against the step, to be tried",
    [which, formula, precision, theta, exponent],
    (svg, width, height, grip) => {
      const { f, slope, sizes } = FUNCTIONS[which.value],
        stencil = STENCILS[formula.value],
        real = PRECISIONS[precision.value];
      const at = real.round(theta.value),
        exact = slope(at),
        p = stencil.order;
      const curvature = Math.abs(sizes[p + 1](at)),
        noise = real.u * Math.abs(f(at, (x) => x));
      const cut = (h) => stencil.truncation * curvature * h ** p,
        rounding = (h) => (stencil.noise * noise) / h;
      const error = (h) => Math.abs(estimate(stencil, real, f, at, h) - exact);
      const log = Math.log10,
        inside = (value) => Math.min(Math.max(log(value), ERRORS[0]), ERRORS[1]);

      const a = plane(svg, [44, 26, width - 60, height - 66], STEPS, ERRORS);
      const every = width < 520 ? [-15, -10, -5, 0] : [-15, -12, -9, -6, -3, 0];
      a.axes(
        every.map((k) => [k, power(k)]),
        [-16, -12, -8, -4, 0].map((k) => [k, power(k)]),
        "step ε",
        "error",
      );
      const fine = Array.from({ length: 121 }, (_, k) => STEPS[0] + k / 8);
      for (const [name, { u, round }] of Object.entries(PRECISIONS)) {
        const whole = (k) => cut(10 ** k) + (stencil.noise * u * Math.abs(f(round(theta.value), (x) => x))) / 10 ** k;
        const drawn = fine.filter((k) => log(whole(k)) < ERRORS[1]),
          chosen = name === precision.value;
        a.line(
          drawn.map((k) => [k, inside(whole(k))]),
          chosen ? "gl-bound wide" : "gl-soft thin",
        );
        const beside = drawn[24]; // three decades from the left end
        if (!chosen && beside !== undefined)
          svg.append(text(a.x(beside) + 6, a.y(inside(whole(beside))) - 6, name, "gl-soft"));
      }
      for (const [branch, words, where, look] of [
        [rounding, "rounding", -13.5, "gl-soft"],
        [cut, "truncation", -0.6, "gl-soft end"],
      ]) {
        const part = fine.filter((k) => log(branch(10 ** k)) > ERRORS[0] && log(branch(10 ** k)) < ERRORS[1]);
        a.line(
          part.map((k) => [k, log(branch(10 ** k))]),
          "gl-soft thin dashed",
        );
        if (part.length) svg.append(text(a.x(where), a.y(ERRORS[0]) - 10, words, look));
      }
      for (const k of fine) {
        const size = error(10 ** k);
        if (Number.isFinite(size) && size > 0 && log(size) < ERRORS[1]) a.dot([k, inside(size)], "gl-numeric", 2);
      }
      const best = curvature && ((stencil.noise * noise) / (p * stencil.truncation * curvature)) ** (1 / (p + 1));
      if (best) {
        a.dot([log(best), inside(cut(best) + rounding(best))], "gl-bound", 6);
        svg.append(
          text(
            Math.min(a.x(log(best)), a.x(-2.5)),
            a.y(inside(cut(best) + rounding(best))) + (height > 300 ? 44 : 34), // below the dots, which are luckier than the curve
            `best at ${short(best)}`,
            "gl-soft middle",
          ),
        );
      }
      const step = 10 ** exponent.value,
        size = error(step);
      svg.append(
        path(
          [
            [a.x(log(step)), a.y(ERRORS[1])],
            [a.x(log(step)), a.y(ERRORS[0])],
          ],
          "thin line",
        ),
      );
      svg.append(
        draw("circle", {
          cx: a.x(log(step)),
          cy: a.y(Number.isFinite(size) && size > 0 ? inside(size) : ERRORS[0]),
          r: 7,
          class: "gl-numeric",
        }),
      );
      for (const y of [0.1, 0.3, 0.5, 0.7, 0.9, (a.y(inside(size)) - 26) / (height - 66)]) {
        grip(a.x(log(step)), 26 + y * (height - 66), (x) => {
          exponent.value = a.value(x);
        });
      }
      return [
        ...(!Number.isFinite(size)
          ? ["The step vanishes: θ + ε is θ. "]
          : [
              "Slope ",
              number("slope", fixed(estimate(stencil, real, f, at, step), precision.value === "float32" ? 7 : 12)),
              ", error ",
              number("error", short(size)),
              "; expected from truncation ",
              number("truncation", short(cut(step))),
              ", from rounding up to ",
              number("rounding", short(rounding(step))),
              ". ",
            ]),
        ...(best
          ? ["Best step in ", number("precision", precision.value), ": ", number("best", short(best)), "."]
          : ["Nothing is truncated here: the largest step is best."]),
      ];
    },
  );
}
