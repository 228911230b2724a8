// Two values and their difference, digit by digit: what is the same vanishes, and of the rest the last digits are rounding.
import { draw, number, path, power, short, slider, stage, text } from "./svg.mjs";

const AT = 0.7,
  DIGITS = 16; // after the point
const f = (t) => ((t / 6 + 0.5) * t + 1) * t + 1,
  SLOPE = 1 + AT + (AT * AT) / 2;

export function mount(host, signal) {
  const exponent = slider("ε", { min: -15, max: -1, step: 1, value: -10 }, power);
  stage(host, signal, "Digits that a subtraction loses", [exponent], (svg, width, height, grip) => {
    const eps = Number(`1e${exponent.value}`),
      plus = f(AT + eps),
      minus = f(AT - eps),
      difference = plus - minus,
      exact = 2 * SLOPE * eps + eps ** 3 / 3;
    const rows = [plus, minus, difference].map((value) => value.toFixed(DIGITS)),
      upper = [...rows[0]],
      differs = upper.findIndex((digit, k) => digit !== rows[1][k]),
      same = differs < 0 ? upper.length : differs;
    const off = Math.abs(difference - exact),
      right = (k) => off < 0.5 * 10 ** (k < 1 ? 0 : 1 - k); // is the digit at place k one of the exact difference?
    const wide = width >= 560,
      left = wide ? 150 : 66,
      pitch = (width - left) / (upper.length + 0.5),
      top = (height - 150) / 2,
      x = (k) => left + (k + 0.5) * pitch,
      y = (row) => top + 24 + 38 * row + 12 * (row === 2);
    svg.append(draw("rect", { x: left, y: top, width: same * pitch, height: 76, class: "band" }));
    const names = wide ? ["f(0.7 + ε)", "f(0.7 − ε)", "difference"] : ["plus", "minus", ""];
    const counts = { left: 0, right: 0 };
    for (const [row, shown] of rows.entries()) {
      svg.append(text(left - 8, y(row), names[row], "end"));
      for (const [k, digit] of [...shown].entries()) {
        const gone = k < same;
        if (row === 2 && gone) continue;
        if (row === 2 && digit !== ".") {
          counts.left += 1;
          counts.right += right(k) ? 1 : 0;
        }
        const look = gone ? "gl-soft" : row < 2 || digit === "." || right(k) ? "gl-numeric" : "gl-wrong";
        svg.append(text(x(k), y(row), digit, `middle ${look} ${wide ? "digit" : "small"}`));
      }
    }
    svg.append(
      path(
        [
          [left, top + 80],
          [width, top + 80],
        ],
        "thin line",
      ),
    );
    grip(x(same - 0.5), y(0), (at) => {
      exponent.value = -Math.round((at - left) / pitch - 1);
    });
    const slope = difference / (2 * eps);
    return [
      "ε = ",
      number("eps", power(exponent.value)),
      ": ",
      number("same", String(same - (same > 1))),
      same === upper.length ? " digits are the same: nothing is left. " : " digits are the same and vanish, ",
      ...(same === upper.length
        ? []
        : [
            number("left", String(counts.left), "gl-numeric"),
            " are left, ",
            number("right", String(counts.right)),
            " of them right. ",
          ]),
      "Divided by 2ε: ",
      number("slope", slope.toFixed(10)),
      ", off by ",
      number("error", short(Math.abs(slope - SLOPE)), "gl-wrong"),
      ".",
    ];
  });
}
