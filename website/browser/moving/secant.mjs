// Secant and tangent: one triangle beside the point, one around it; θ and ε are yours.
import { choice, fixed, number, plane, short, slider, stage, text } from "./svg.mjs";

const FUNCTIONS = {
  "θ³": { f: (t) => t ** 3, slope: (t) => 3 * t ** 2, up: [-2, 6], ticks: [0, 2, 4] },
  "sin θ": { f: Math.sin, slope: Math.cos, up: [-1.2, 1.5], ticks: [-1, 0, 1] },
  "exp θ": { f: Math.exp, slope: Math.exp, up: [-0.6, 6.4], ticks: [0, 2, 4, 6] },
};
const ACROSS = [-1.25, 1.9];
const CLOSE = 0.25; // steps below this are seen through a lens

/** The part of a range that a lens shows around a place: the place stays where it is. */
const through = (lens, [low, high], at) => [at + lens * (low - at), at + lens * (high - at)];

export function mount(host, signal) {
  const which = choice("Function", Object.keys(FUNCTIONS));
  const theta = slider("θ", { min: -0.6, max: 1.2, step: 0.05, value: 1 }, (value) => fixed(value));
  const eps = slider("ε", { min: 0.01, max: 0.6, step: 0.01, value: 0.5 }, (value) => fixed(value));

  let lens = 1;

  stage(host, signal, "Secant and tangent, to be moved", [which, theta, eps], (svg, width, height, grip, held) => {
    const { f, slope, up, ticks } = FUNCTIONS[which.value],
      at = theta.value,
      step = eps.value;
    const tangent = slope(at),
      beside = width >= 520;
    const [w, h] = beside ? [width / 2, height] : [width, height / 2];
    if (!held) lens = Math.min(1, step / CLOSE); // what is held stays below the pointer
    const across = through(lens, ACROSS, at),
      rise = through(lens, up, f(at));

    function triangle(k, title, start, colour) {
      const stop = at + step,
        secant = (f(stop) - f(start)) / (stop - start),
        error = Math.abs(secant - tangent);
      const p = plane(svg, [(beside ? k * w : 0) + 26, (beside ? 0 : k * h) + 26, w - 40, h - 50], across, rise);
      const marks = [
        [at, "θ"],
        ...(step < CLOSE * lens
          ? []
          : [
              [start, start < at ? "θ − ε" : ""],
              [stop, "θ + ε"],
            ]),
      ];
      p.axes(
        marks.filter(([, words]) => words),
        ticks.filter((value) => value >= rise[0] && value <= rise[1]).map((value) => [value, fixed(value, 0)]),
        "",
        lens < 1 ? `${title}, ${fixed(1 / lens, 1)} times larger` : title,
      );
      p.curve(f, "thin");
      p.line(
        [at - 0.5 * lens, at + 0.5 * lens].map((t) => [t, f(at) + tangent * (t - at)]),
        "gl-analytic",
      );
      const corners = [
        [start, f(start)],
        [stop, f(start)],
        [stop, f(stop)],
      ];
      p.area(corners, colour);
      p.line(corners, colour + " thin");
      p.line([corners[0], corners[2]], colour + " thick");
      p.dot(corners[0], colour);
      p.dot(corners[2], colour, 6);
      p.dot([at, f(at)], "gl-analytic", 6);
      [
        ["gl-analytic", `tangent ${fixed(tangent, 4)}`],
        [colour, `secant ${fixed(secant, 4)}`],
        [colour, `error ${short(error)}`],
      ].forEach(([look, words], row) => {
        p.add(text(p.x(across[0]) + 10, p.y(rise[1]) + 12 + 18 * row, words, look));
      });
      grip(p.x(at), p.y(f(at)), (x) => {
        theta.value = p.value(x);
      });
      grip(p.x(stop), p.y(f(stop)), (x) => {
        eps.value = p.value(x) - theta.value;
      });
      return [number(title + ": slope", fixed(secant, 4)), ", error ", number(title + ": error", short(error))];
    }

    const one = triangle(0, "one side", at, "gl-soft"),
      two = triangle(1, "two sides", at - step, "gl-numeric");
    return [
      number("f", which.value),
      " at θ = ",
      number("theta", fixed(at)),
      ", ε = ",
      number("eps", fixed(step)),
      ". Tangent ",
      number("tangent", fixed(tangent, 4)),
      ". One side: slope ",
      ...one,
      ". Two sides: slope ",
      ...two,
      ".",
    ];
  });
}
