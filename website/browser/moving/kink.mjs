// ReLU's kink slides through the stencil: what the quotient measures, what each side says, what a check makes of it.
import { choice, fixed, number, plane, short, slider, stage, text } from "./svg.mjs";

const level = (difference) => (difference <= 1e-7 ? "great" : difference < 1e-3 ? "look again" : "worried"); // the course's

export function mount(host, signal) {
  const place = slider("Kink, in ε", { min: -2, max: 2, step: 0.1, value: -0.3 }, (value) => fixed(value, 1));
  const backprop = choice("Backprop says", ["1", "0", "0.5"]);

  stage(host, signal, "A kink to be moved through the stencil", [place, backprop], (svg, width, height, grip) => {
    const kink = place.value,
      analytic = +backprop.value;
    const relu = (x) => Math.max(x - kink, 0); // x and the kink in steps: θ stands at 0
    const central = (relu(1) - relu(-1)) / 2,
      behind = relu(0) - relu(-1),
      ahead = relu(1) - relu(0);
    const beside = width >= 520,
      [w, h] = beside ? [width / 2, height] : [width, height / 2];

    const left = plane(svg, [26, 26, w - 50, h - 52], [-2.2, 2.2], [-0.4, 3.4]);
    left.axes(
      [
        [-1, "θ − ε"],
        [0, "θ"],
        [1, "θ + ε"],
      ],
      [],
      "",
      "relu",
    );
    left.line(
      [
        [-2.2, 0],
        [kink, 0],
        [2.2, 2.2 - kink],
      ].map(([x]) => [x, relu(x)]),
      "thin",
    );
    left.line(
      [
        [-1, relu(-1)],
        [1, relu(1)],
      ],
      "gl-numeric thick",
    );
    for (const x of [-1, 1]) left.dot([x, relu(x)], "gl-numeric", 5);
    left.dot([0, relu(0)], "gl-analytic", 5);
    left.dot([kink, 0], "", 6);
    left.add(text(left.x(-2.2) + 10, left.y(3.1), `secant ${fixed(central)}`, "gl-numeric"));
    left.add(text(left.x(-2.2) + 10, left.y(3.1) + 18, `behind ${fixed(behind)}, ahead ${fixed(ahead)}`, "gl-soft"));
    grip(left.x(kink), left.y(0), (x) => {
      place.value = left.value(x);
    });

    const right = plane(
      svg,
      [(beside ? w : 0) + 32, (beside ? 0 : h) + 26, w - 56, h - 52],
      [-2.2, 2.2],
      [-0.15, 1.25],
    );
    right.axes(
      [
        [-1, "−ε"],
        [0, "0"],
        [1, "ε"],
      ],
      [
        [0, "0"],
        [0.5, "½"],
        [1, "1"],
      ],
      "",
      "slope, by the place of the kink",
    );
    right.line(
      [
        [-2.2, 1],
        [0, 1],
      ],
      "gl-analytic thick",
    );
    right.line(
      [
        [0, 0],
        [2.2, 0],
      ],
      "gl-analytic thick",
    );
    right.line(
      [
        [-2.2, 1],
        [-1, 1],
        [1, 0],
        [2.2, 0],
      ],
      "gl-numeric",
    );
    right.dot([kink, central], "gl-numeric", 6);
    right.add(
      text(right.x(0.1), right.y(1) + 5, "true", "gl-analytic"),
      text(right.x(0.25), right.y(0.5), "measured", "gl-numeric"),
    );
    grip(right.x(kink), right.y(central), (x) => {
      place.value = right.value(x);
    });

    const size = Math.abs(analytic) + Math.abs(central),
      difference = size && Math.abs(analytic - central) / size;
    const agrees = kink === 0 ? analytic >= 0 && analytic <= 1 : analytic === (kink < 0 ? 1 : 0);
    const flat = kink > 0 && analytic === 0; // the cost does not move at θ, and backprop says so
    const why = flat
      ? " (the cost does not move here, so nothing was compared)"
      : kink === 0
        ? " (at a kink, any slope between those of both sides is right)"
        : Math.abs(kink) < 1
          ? " (shorter steps no longer reach the kink)"
          : "";
    return [
      "Numeric slope ",
      number("numeric", fixed(central)),
      "; behind ",
      number("behind", fixed(behind)),
      ", ahead ",
      number("ahead", fixed(ahead)),
      ". The course’s check: ",
      number("difference", short(difference)),
      ", ",
      number("level", level(difference)),
      ". gradlab: ",
      number(
        "verdict",
        flat ? "UNTESTED" : agrees ? "AGREES" : "WRONG",
        flat ? "" : agrees ? "gl-agrees" : "gl-wrong",
      ),
      why,
      ".",
    ];
  });
}
