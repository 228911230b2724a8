// One line for right and for wrong gradients: wherever it stands, it calls some right ones wrong or some wrong ones right.
import { choice, draw, number, path, plane, power, short, slider, stage, text } from "./svg.mjs";

export function mount(host, signal) {
  const strips = JSON.parse(host.dataset.numbers),
    log = Math.log10;
  const which = choice(
    "Measure",
    strips.map(({ title }) => title),
  );
  const line = slider("Line", { min: -9, max: 5, step: 0.1, value: -7 }, (value) => short(10 ** value));
  let before = which.value;

  stage(
    host,
    signal,
    "A threshold to be dragged over right and wrong gradients",
    [which, line],
    (svg, width, height, grip) => {
      const {
        right,
        wrong,
        line: usual,
        powers: [low, high],
      } = strips.find(({ title }) => title === which.value);
      if (which.value !== before) {
        before = which.value;
        line.value = log(usual);
      }
      const at = Math.min(Math.max(line.value, low), high);
      const p = plane(svg, [56, 40, width - 72, height - 96], [low - 0.3, high + 0.3], [-0.7, 1.7]);
      const every = width < 520 ? 2 : 1;
      p.axes(
        Array.from({ length: high - low + 1 }, (_, k) => low + k)
          .filter((k) => (k - low) % every === 0)
          .map((k) => [k, power(k)]),
        [],
        "",
        which.value,
      );
      svg.append(text(48, p.y(1) + 5, "right", "gl-agrees end"), text(48, p.y(0) + 5, "wrong", "gl-wrong end"));
      svg.append(
        draw("rect", {
          x: p.x(at),
          y: 40,
          width: Math.max(0, p.x(high + 0.3) - p.x(at)),
          height: height - 96,
          class: "band",
        }),
      );
      const alarms = right.filter((value) => log(value) > at).length,
        misses = wrong.filter((value) => log(value) <= at).length;
      for (const [values, y, look, mistaken] of [
        [right, 1, "gl-agrees", (v) => v > at],
        [wrong, 0, "gl-wrong", (v) => v <= at],
      ]) {
        for (const value of values)
          svg.append(
            draw("circle", {
              cx: p.x(log(value)),
              cy: p.y(y),
              r: mistaken(log(value)) ? 8 : 5.5,
              class: look + (mistaken(log(value)) ? " mistaken" : ""),
            }),
          );
      }
      svg.append(
        path(
          [
            [p.x(at), 40],
            [p.x(at), height - 56],
          ],
          "line thick",
        ),
        text(Math.min(p.x(at) + 8, width - 70), 54, "called wrong", "small gl-soft"),
      );
      for (const y of [0.15, 0.4, 0.65, 0.9])
        grip(p.x(at), 40 + y * (height - 96), (x) => {
          line.value = p.value(x);
        });
      return [
        "Line at ",
        number("line", short(10 ** at)),
        ": ",
        number("alarms", String(alarms), "gl-agrees"),
        ` false alarm${alarms === 1 ? "" : "s"} of ${right.length}, `,
        number("misses", String(misses), "gl-wrong"),
        ` miss${misses === 1 ? "" : "es"} of ${wrong.length}. `,
        alarms + misses ? "" : "Here the line tells all of them apart.",
      ];
    },
  );
}
