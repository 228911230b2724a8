// Two vectors and the side between them: what formula (2) makes of their lengths.
import { draw, fixed, number, path, short, slider, stage, text } from "./svg.mjs";

const level = (difference) => (difference <= 1e-7 ? "great" : difference < 1e-3 ? "look again" : "worried"); // the course's

export function mount(host, signal) {
  const ratio = slider(
    "Length of approx",
    { min: 0, max: 1.5, step: 0.01, value: 0.95 },
    (value) => `${fixed(value)} × grad`,
  );
  const angle = slider("Angle", { min: -180, max: 180, step: 1, value: 15 }, (value) => `${fixed(value, 0)}°`);
  stage(host, signal, "The triangle of two gradients, to be dragged", [ratio, angle], (svg, width, height, grip) => {
    const unit = Math.min(width / 3.7, height / 3.5),
      x0 = width / 2,
      y0 = height / 2 + 8,
      turn = (angle.value * Math.PI) / 180,
      k = ratio.value;
    const tip = [x0 + unit, y0],
      end = [x0 + unit * k * Math.cos(turn), y0 - unit * k * Math.sin(turn)];
    svg.append(
      draw("circle", { cx: x0, cy: y0, r: unit, class: "hollow faint" }),
      path([[x0, y0], tip], "gl-analytic line thick"),
      path([[x0, y0], end], "gl-numeric line thick"),
      path([tip, end], "gl-wrong line thick"),
    );
    svg.append(
      draw("circle", { cx: tip[0], cy: tip[1], r: 5, class: "gl-analytic" }),
      draw("circle", { cx: end[0], cy: end[1], r: 8, class: "gl-numeric" }),
    );
    svg.append(
      text(tip[0] + 10, tip[1] + 20, "grad", "gl-analytic"),
      text(Math.min(Math.max(end[0], 40), width - 40), end[1] - 14, "approx", "gl-numeric middle"),
    );
    grip(...end, (x, y) => {
      ratio.value = Math.min(1.5, Math.hypot(x - x0, y - y0) / unit);
      angle.value = Math.round((Math.atan2(y0 - y, x - x0) * 180) / Math.PI);
    });
    const side = Math.hypot(1 - k * Math.cos(turn), k * Math.sin(turn)),
      difference = side / (1 + k);
    return [
      "Side between ",
      number("side", short(side), "gl-wrong"),
      ", sum of the lengths ",
      number("sum", short(1 + k)),
      ": difference ",
      number("difference", short(difference)),
      ", ",
      number("level", level(difference)),
      ". ",
      difference > 0.999
        ? "Opposite, or one of them zero: it cannot be more than 1."
        : angle.value === 0 && k !== 1
          ? "Same direction: only a factor is wrong."
          : "All you see here is “worried”: at 1e-7 the two arrows would be one.",
    ];
  });
}
