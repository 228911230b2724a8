// Check at any step of a training: the gradient fades, and the course's number for right code rises.
import { number, path, plane, power, short, slider, stage, text } from "./svg.mjs";

const level = (difference) => (difference <= 1e-7 ? "great" : difference < 1e-3 ? "look again" : "worried"); // the course's

export function mount(host, signal) {
  const { steps, size, right, wrong } = JSON.parse(host.dataset.numbers),
    log = Math.log10;
  const at = slider("After", { min: 0, max: steps.length - 1, step: 1, value: 10 }, (k) => `${steps[k]} steps`);
  stage(host, signal, "A check at any step of training", [at], (svg, width, height, grip) => {
    const k = at.value,
      p = plane(svg, [52, 26, width - 68, height - 68], [0, steps.at(-1)], [-17, 1.5]);
    p.axes(
      [0, 100, 200, 300].map((step) => [step, String(step)]),
      [-16, -12, -8, -4, 0].map((e) => [e, e ? power(e) : "1"]),
      "steps of training",
      "",
    );
    p.line(
      [
        [0, -7],
        [steps.at(-1), -7],
      ],
      "gl-soft thin dashed",
    );
    for (const [values, look] of [
      [size, "gl-analytic"],
      [right, "gl-numeric"],
      [wrong, "gl-wrong"],
    ])
      p.line(
        values.map((value, i) => [steps[i], log(value)]),
        look,
      );
    svg.append(
      path(
        [
          [p.x(steps[k]), 26],
          [p.x(steps[k]), height - 42],
        ],
        "line thin",
      ),
    );
    for (const [values, look] of [
      [size, "gl-analytic"],
      [right, "gl-numeric"],
      [wrong, "gl-wrong"],
    ])
      p.dot([steps[k], log(values[k])], look, 6);
    const end = p.x(steps.at(-1)) - 4;
    svg.append(
      text(end, p.y(-7) + 16, "the course’s 1e-7", "gl-soft small end"),
      text(p.x(steps.at(-1) / 2), p.y(-11.6), "size of the gradient", "gl-analytic small end"),
      text(p.x(steps.at(-1) * 0.32), p.y(-3.6), "right code", "gl-numeric small"),
      text(p.x(steps.at(-1) * 0.17), p.y(0.3), "wrong code", "gl-wrong small"),
    );
    for (const y of [0.2, 0.4, 0.6, 0.8])
      grip(p.x(steps[k]), 26 + y * (height - 68), (x) => {
        at.value = Math.round((p.value(x) / steps.at(-1)) * (steps.length - 1));
      });
    return [
      "After ",
      number("step", String(steps[k])),
      " steps the gradient has size ",
      number("size", short(size[k]), "gl-analytic"),
      ". Right code gets ",
      number("right", short(right[k]), "gl-numeric"),
      ", ",
      number("level", level(right[k])),
      "; wrong code ",
      number("wrong", short(wrong[k]), "gl-wrong"),
      ", ",
      number("wronglevel", level(wrong[k])),
      ".",
    ];
  });
}
