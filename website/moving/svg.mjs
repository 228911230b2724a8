// What the moving pictures share: elements, a plane with axes, sliders and choices, and the stage on which they stand.
const SVG = "http://www.w3.org/2000/svg";
let made = 0;

/** An element of SVG. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An element of HTML. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Words at a place. `look` is a list of classes: a colour by what it means, where the text begins or ends. */
export const text = (x, y, words, look = "") => draw("text", { x, y, class: look }, words);

/** A path through points in pixels; `look` says of which colour, and whether it is a line or filled. */
export function path(points, look) {
  const known = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  return draw("path", { class: look, d: known.length ? "M" + known.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L") : "" });
}

export const dot = ([cx, cy], look, r = 4) => draw("circle", { cx, cy, r, class: look });

/** -1.5 as −1.50. */
export const fixed = (value, digits = 2) => value.toFixed(digits).replace("-", "−");

/** Three digits of a number of any size. */
export function short(value) {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value);
  const words = value === 0 || (size >= 1e-3 && size < 1e3) ? value.toPrecision(3) : value.toExponential(2);
  return words.replaceAll("-", "−");
}

/** Power of ten as text. */
export const power = (exponent) => "10" + [...String(exponent)].map((digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)]).join("");

/** A number in the sentence below a picture, named for whoever wants to read it by program. */
export function number(name, words) {
  const element = make("b", {}, words);
  element.dataset.of = name;
  return element;
}

/** Coordinates in a rectangle of pixels, and its axes. Ticks are pairs of value and label. */
export function plane(svg, [left, top, width, height], [x0, x1], [y0, y1]) {
  const x = (value) => left + (width * (value - x0)) / (x1 - x0);
  const y = (value) => top + (height * (y1 - value)) / (y1 - y0);
  const at = (points) => points.map(([a, b]) => [x(a), y(b)]);
  const add = (...elements) => svg.append(...elements);
  return {
    x, y, at, add,
    value: (pixel) => x0 + ((pixel - left) * (x1 - x0)) / width,
    line: (points, look) => add(path(at(points), look + " line")),
    area: (points, look) => add(path(at(points), look + " area")),
    curve: (f, look) => add(path(at(Array.from({ length: 121 }, (_, k) => x0 + ((x1 - x0) * k) / 120).map((t) => [t, f(t)]).filter(([, value]) => value >= y0 && value <= y1)), look + " line")),
    dot: (point, look, r) => add(dot(at([point])[0], look, r)),
    axes(across, up, name = "", title = "") {
      const bottom = top + height;
      add(path([[left, top], [left, bottom], [left + width, bottom]], "gl-soft thin line"));
      for (const [value, words] of across) add(path([[x(value), bottom], [x(value), bottom + 4]], "gl-soft thin line"), text(x(value), bottom + 18, words, "gl-soft middle"));
      for (const [value, words] of up) add(path([[left - 4, y(value)], [left, y(value)]], "gl-soft thin line"), text(left - 7, y(value) + 5, words, "gl-soft end"));
      add(text(left + width, bottom + 36, name, "end"), text(left, top - 9, title));
    },
  };
}

/** A slider with its name and its value in words. */
export function slider(label, range, words = String) {
  const id = `moving-${++made}`;
  const input = make("input", { type: "range", id, ...range }), output = make("output");
  output.setAttribute("for", id);
  input.value = range.value; // once more: the first was cut to a range from 0 to 100
  const show = () => { output.textContent = input.ariaValueText = words(+input.value); };
  show();
  return {
    element: make("div", { className: "moving-slider" }, make("label", { htmlFor: id }, label), input, output),
    show,
    get value() { return +input.value; },
    set value(value) { input.value = value; },
  };
}

/** One of several, by name. */
export function choice(label, names) {
  const id = `moving-${++made}`;
  const select = make("select", { id }, ...names.map((name) => make("option", {}, name)));
  return {
    element: make("div", { className: "moving-choice" }, make("label", { htmlFor: id }, label), select),
    show() {},
    get value() { return select.value; },
  };
}

/**
 * Put a picture in the place of the static one, and take it away when `signal` says so.
 * `paint(svg, width, height)` draws all of it and returns what the sentence below says; with `grip(x, y, moved)` it names
 * points that can be dragged. It is called again after every change.
 */
export function stage(host, signal, label, controls, paint) {
  const svg = draw("svg", { "aria-hidden": "true" });
  const says = make("p", { className: "moving-says", ariaLive: "polite" });
  const parts = controls.map((control) => control.element ?? control);
  const live = make("div", { className: "moving-live", role: "group", ariaLabel: label }, svg, make("div", { className: "moving-controls" }, ...parts), says);
  let grips = [], held;

  function again() {
    const { width, height } = svg.getBoundingClientRect();
    if (!width) return;
    grips = [];
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren();
    says.replaceChildren(...paint(svg, width, height, (x, y, moved) => grips.push({ x, y, moved })));
    controls.forEach((control) => control.show?.());
  }

  const place = (event) => { const box = svg.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  function nearest([x, y]) {
    const far = (grip) => Math.hypot(grip.x - x, grip.y - y);
    const best = grips.reduce((one, other) => (one && far(one) <= far(other) ? one : other), undefined);
    return best && far(best) < 28 ? best : undefined;
  }
  const on = (what, act) => svg.addEventListener(what, act, { signal });
  on("pointerdown", (event) => {
    held = nearest(place(event))?.moved;
    if (!held) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
  });
  on("pointermove", (event) => {
    svg.classList.toggle("grab", Boolean(held || nearest(place(event))));
    if (!held) return;
    held(...place(event));
    again();
  });
  for (const end of ["pointerup", "pointercancel"]) on(end, () => { held = undefined; });
  live.addEventListener("input", again, { signal });
  host.append(live);
  host.dataset.live = "";
  const size = new ResizeObserver(again);
  size.observe(svg);
  signal.addEventListener("abort", () => { size.disconnect(); live.remove(); delete host.dataset.live; });
  return again;
}
