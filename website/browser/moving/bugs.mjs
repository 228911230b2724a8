// Choose a bug, and see which blocks it spoils: the pattern says where to look.
import { choice, number, plane, short, stage, text } from "./svg.mjs";

export function mount(host, signal) {
  const bugs = JSON.parse(host.dataset.numbers),
    names = Object.keys(bugs);
  const which = choice("Bug", names);
  stage(host, signal, "Which blocks a bug spoils", [which], (svg, width, height) => {
    const blocks = Object.entries(bugs[which.value]);
    const p = plane(svg, [40, 30, width - 60, height - 72], [-0.02, 1.04], [-0.5, blocks.length - 0.5]);
    const ticks = [
      [0, "0"],
      [1 / 3, "⅓"],
      [0.5, "½"],
      [0.6, "⅗"],
      [1, "1"],
    ];
    p.axes(ticks, [], "relative difference", "output above, input below");
    blocks.forEach(([name, difference], k) => {
      const y = blocks.length - 1 - k,
        look = difference > 1e-7 ? "gl-wrong" : "gl-agrees";
      p.line(
        [
          [0, y],
          [difference, y],
        ],
        look + " thick",
      );
      p.dot([difference, y], look, 8);
      svg.append(text(34, p.y(y) + 5, name, look + " end"));
      if (difference > 1e-7)
        svg.append(text(Math.min(p.x(difference) + 12, width - 44), p.y(y) - 6, short(difference), "small gl-wrong"));
    });
    const wrong = blocks.filter(([, difference]) => difference > 1e-7).map(([name]) => name),
      right = blocks.map(([name]) => name).filter((name) => !wrong.includes(name));
    return [
      number("bug", which.value),
      ". Wrong: ",
      number("wrong", wrong.join(", ") || "none", "gl-wrong"),
      ". Right: ",
      number("right", right.join(", ") || "none", "gl-agrees"),
      ".",
    ];
  });
}
