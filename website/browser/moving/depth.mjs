// How much of a gradient is left in each layer of a deep network, and how much of that the check can see.
import { draw, number, path, plane, power, short, slider, stage, text } from "./svg.mjs";

export function mount(host, signal) {
  const { size, bound } = JSON.parse(host.dataset.numbers),
    log = Math.log10,
    last = size.length;
  const layer = slider(
    "Layer",
    { min: 1, max: last, step: 1, value: Math.round(last * 0.5) },
    (value) => `${value} of ${last}`,
  );
  stage(host, signal, "Gradient and bound in each layer", [layer], (svg, width, height, grip) => {
    const low = Math.floor(
        Math.min(...size, ...bound)
          .toExponential()
          .split("e")[1],
      ),
      high = 0,
      at = layer.value;
    const p = plane(svg, [52, 26, width - 68, height - 68], [1, last], [low, high]);
    const across = Array.from({ length: last }, (_, k) => k + 1).filter(
      (k) => k === 1 || k % (width < 520 ? 10 : 5) === 0,
    );
    p.axes(
      across.map((k) => [k, String(k)]),
      Array.from({ length: Math.floor((high - low) / 4) + 1 }, (_, k) => high - 4 * k).map((k) => [
        k,
        k ? power(k) : "1",
      ]),
      "layer",
      "size of a slope",
    );
    const points = (values) => values.map((value, k) => [k + 1, log(value)]);
    p.area([[1, low], ...points(bound), [last, low]], "gl-bound");
    p.line(points(bound), "gl-bound");
    p.line(points(size), "gl-analytic");
    for (const point of points(size)) p.dot(point, "gl-analytic", 2.5);
    svg.append(
      path(
        [
          [p.x(at), p.y(log(size[at - 1]))],
          [p.x(at), p.y(log(bound[at - 1]))],
        ],
        "line thick",
      ),
    );
    p.dot([at, log(size[at - 1])], "gl-analytic", 7);
    svg.append(
      text(p.x(last) - 6, p.y(low) - 12, "bound of the check", "gl-soft end"),
      draw("circle", { cx: p.x(at), cy: p.y(log(bound[at - 1])), r: 5, class: "gl-bound" }),
    );
    grip(p.x(at), p.y(log(size[at - 1])), (x) => {
      layer.value = p.value(x);
    });
    const digits = log(size[at - 1] / bound[at - 1]);
    return [
      "Layer ",
      number("layer", String(at)),
      ": slopes of about ",
      number("size", short(size[at - 1]), "gl-analytic"),
      ", known to ",
      number("bound", short(bound[at - 1])),
      ". ",
      digits >= 1 ? "The check can see " : "",
      digits >= 1 ? number("digits", String(Math.floor(digits))) : number("digits", "0"),
      digits >= 1 ? ` digit${digits >= 2 ? "s" : ""} of them.` : " digits: nothing can be told here.",
    ];
  });
}
