// The errors of four formulas for the slope of sin, at one step that is dragged: medians at points from 0.5 to 1.5.
import { number, path, plane, power, short, slider, stage, text } from "./svg.mjs";

const POINTS = Array.from({ length: 60 }, (_, k) => 0.5 + k / 59);
const LEAST = 2 ** -55; // half of the spacing of numbers near 0.5: no error that is smaller can be seen
const STEPS = [-12, 0],
  ERRORS = [-17, 0];
const sin = Math.sin;

/** Each formula as a program computes it, divided by the step that was really taken. */
export const FORMULAS = {
  "one side": { slope: (x, h) => (sin(x + h) - sin(x)) / (x + h - x), look: "gl-soft" },
  "two sides": { slope: (x, h) => (sin(x + h) - sin(x - h)) / (x + h - (x - h)), look: "gl-numeric" },
  "four points": {
    slope: (x, h) => {
      const near = sin(x + h) - sin(x - h),
        far = sin(x + 2 * h) - sin(x - 2 * h);
      return (8 * near - far) / (3 * (x + 2 * h - (x - 2 * h)));
    },
    look: "",
  },
  "complex step": { slope: (x, h) => (Math.cos(x) * Math.sinh(h)) / h, look: "gl-analytic" },
};

export function median(slope, h) {
  const errors = POINTS.map((x) => Math.abs(slope(x, h) - Math.cos(x))).sort((a, b) => a - b);
  return Math.max((errors[29] + errors[30]) / 2, LEAST);
}

const fine = Array.from({ length: 97 }, (_, k) => STEPS[0] + k / 8);
const curves = Object.entries(FORMULAS).map(([name, { slope, look }]) => ({
  name,
  look,
  slope,
  points: fine.map((k) => [k, Math.log10(median(slope, 10 ** k))]),
}));

export function mount(host, signal) {
  const exponent = slider("ε", { min: STEPS[0], max: STEPS[1], step: 0.125, value: -3 }, (value) =>
    short(10 ** value),
  );
  stage(host, signal, "Errors of four formulas at one step", [exponent], (svg, width, height, grip) => {
    const a = plane(svg, [46, 26, width - 62, height - 66], STEPS, ERRORS);
    a.axes(
      [-12, -9, -6, -3, 0].map((k) => [k, power(k)]),
      [-16, -12, -8, -4, 0].map((k) => [k, power(k)]),
      "step ε",
      "error",
    );
    const at = exponent.value,
      across = a.x(at);
    svg.append(
      path(
        ERRORS.map((k) => [across, a.y(k)]),
        "thin line",
      ),
    );
    for (const { points, look, name, slope } of curves.toReversed()) {
      const below = name === "complex step"; // its truncation is that of two sides, which lie on it
      a.line(points, below ? `${look} wide` : look);
      a.dot([at, Math.log10(median(slope, 10 ** at))], look, below ? 9 : 5);
    }
    for (const [name, k, error, place] of [
      ["one side", -4, -3.4, "end"],
      ["two sides", -3.8, -7.8, "end"],
      ["four points", -3.2, -15.2, "middle"],
      ["complex step", -11.7, -15.7, ""],
    ])
      svg.append(text(a.x(k), a.y(error), name, `${FORMULAS[name].look} ${place}`));
    for (
      let y = a.y(ERRORS[1]);
      y <= a.y(ERRORS[0]);
      y += 20 // the line can be taken anywhere
    )
      grip(across, y, (x) => {
        exponent.value = a.value(x);
      });
    const said = curves.flatMap(({ name, slope, look }, k) => [
      `${k ? ", " : ""}${name} `,
      number(name, short(median(slope, 10 ** at)), look),
    ]);
    return ["With ε = ", number("step", short(10 ** at)), " the error is: ", ...said, "."];
  });
}
