// The four answers as a map: a point is dragged over it, and three numbers that lie there are judged.
import { draw, number, plane, power, short, slider, stage, text } from "./svg.mjs";

const log = Math.log10,
  [LEFT, RIGHT, LOW, HIGH] = [-1.5, 1.5, -10, 2];

/** As the page's own `verdict`. */
function verdict(a, n, bound) {
  const apart = Math.abs(a - n);
  if (!(apart <= 2 * bound)) return "WRONG";
  if (apart <= bound && bound <= 0.1 * Math.max(Math.abs(a), Math.abs(n))) return "AGREES";
  return Math.abs(a) <= bound ? "UNTESTED" : "UNDECIDED";
}

export function mount(host, signal) {
  const far = slider("How far apart", { min: LEFT, max: RIGHT, step: 0.05, value: -0.3 }, (value) => {
    return `${short(10 ** value)} bounds`;
  });
  const wide = slider("Bound, of the slope", { min: LOW, max: HIGH, step: 0.1, value: -4 }, (value) => {
    return short(10 ** value);
  });
  stage(host, signal, "The four answers as a map", [far, wide], (svg, width, height, grip) => {
    const p = plane(svg, [56, 34, width - 72, height - 90], [LEFT, RIGHT], [LOW, HIGH]);
    const area = (left, right, low, high, look) =>
      svg.append(
        draw("rect", {
          x: p.x(left),
          y: p.y(high),
          width: p.x(right) - p.x(left),
          height: p.y(low) - p.y(high),
          class: `${look} area`,
        }),
      );
    area(log(2), RIGHT, LOW, HIGH, "gl-wrong");
    area(LEFT, 0, LOW, -1, "gl-agrees");
    area(LEFT, log(2), 0, HIGH, "gl-bound");
    p.axes(
      [
        [-1, "0.1"],
        [0, "1"],
        [log(2), "2"],
        [1, "10"],
      ],
      [-10, -8, -6, -4, -2, 0, 2].map((k) => [k, power(k)]),
      "how far apart, in bounds",
      "bound, as a share of the slope",
    );
    svg.append(
      text(p.x((log(2) + RIGHT) / 2), p.y(-4), "WRONG", "gl-wrong middle"),
      text(p.x(LEFT / 2), p.y(-5), "AGREES", "gl-agrees middle"),
      text(p.x(LEFT) + 8, p.y(0.3), "UNTESTED"),
      text(p.x(LEFT) + 8, p.y(-0.85), "UNDECIDED"),
      draw("text", { class: "middle", transform: `translate(${p.x(0.15) + 5} ${p.y(-4)}) rotate(-90)` }, "UNDECIDED"),
      draw("circle", { cx: p.x(far.value), cy: p.y(wide.value), r: 8, class: "gl-numeric" }),
    );
    grip(p.x(far.value), p.y(wide.value), (x, y) => {
      far.value = p.value(x);
      wide.value = HIGH - ((y - 34) * (HIGH - LOW)) / (height - 90);
    });
    const a = 1,
      bound = 10 ** wide.value,
      apart = 10 ** far.value * bound;
    const answer = verdict(a, a - apart, bound);
    const look = { WRONG: "gl-wrong", AGREES: "gl-agrees" }[answer] ?? "";
    return [
      "Analytic 1, numeric 1 − ",
      number("apart", short(apart)),
      ", bound ",
      number("bound", short(bound)),
      ": ",
      number("answer", answer, look),
      ".",
    ];
  });
}
