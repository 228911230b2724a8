// The first page's picture: touch a line of backprop, or an entry of its gradient, and see what the check says.
// All that it shows was computed by the build; of touched entries the words are made here, as the check has them.
import { recall, reported, times } from "./breaking.mjs";
import { make } from "./svg.mjs";

const SIDE = 8,
  UNITS = 10,
  SIZE = SIDE * SIDE,
  WIDE = UNITS * (SIDE + 1) - 1;
const ROWS = ["analytic", "numeric", "off"];

export function mount(host, signal) {
  const found = recall(JSON.parse(host.dataset.found));
  const $ = (which) => host.querySelector(which);
  const touched = new Set(); // entries of W1's gradient
  let broken = "right", // or the name of a place in the code
    cursor = -1,
    frame,
    colours;

  const rows = Object.fromEntries(ROWS.map((name) => [name, row($(`[data-row=${name}]`))]));
  const mend = make("button", { type: "button", textContent: "Mend", className: "hero-mend", hidden: true });
  $(".hero-head").append(mend);
  for (const place of host.querySelectorAll(".hero-place")) place.replaceWith(switched(place));

  function row(box) {
    const canvas = make("canvas", { width: WIDE, height: SIDE, ariaHidden: "true" });
    box.append(canvas);
    return { canvas, pen: canvas.getContext("2d"), now: new Float32Array(UNITS * SIZE), warm: 0 };
  }

  function switched(place) {
    const { name, right, wrong } = place.dataset;
    const button = make("button", { type: "button", textContent: right, className: "hero-place" });
    button.title = wrong ? `${right.trim()} → ${wrong.trim()}` : `without ${right.trim()}`;
    Object.assign(button.dataset, { name, right, wrong });
    button.onclick = () => {
      touched.clear();
      broken = broken === name ? "right" : name;
      refresh();
    };
    return button;
  }

  /** The site's own colours, light or dark, as numbers. */
  function mixed() {
    const probe = host.appendChild(make("i"));
    probe.style.forcedColorAdjust = "none"; // else a reader with colours of their own sees black squares
    const pen = make("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    const rgb = (name) => {
      probe.style.color = `var(--gl-${name})`;
      pen.fillStyle = getComputedStyle(probe).color;
      pen.fillRect(0, 0, 1, 1);
      return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const names = ["analytic", "numeric", "wrong", "bound", "ink", "code"];
    const all = Object.fromEntries(names.map((name) => [name, rgb(name)]));
    probe.remove();
    return all;
  }

  function draw(name) {
    const { pen, now, warm } = rows[name];
    const image = pen.createImageData(WIDE, SIDE);
    const blend = (from, to, share) => from.map((value, k) => value + (to[k] - value) * share);
    const up = name === "off" ? blend(colours.bound, colours.wrong, warm) : colours[name];
    now.forEach((value, entry) => {
      const unit = Math.floor(entry / SIZE),
        pixel = entry % SIZE;
      const at = 4 * (Math.floor(pixel / SIDE) * WIDE + unit * (SIDE + 1) + (pixel % SIDE));
      const share = Math.min(1, Math.abs(value)) ** 0.8;
      let colour = blend(colours.code, value > 0 ? up : colours.ink, value > 0 ? share : 0.62 * share);
      if (name === "analytic" && entry === cursor) colour = colours.wrong;
      image.data.set([...colour, 255], at);
    });
    pen.putImageData(image, 0, 0);
  }

  function show(goals, warm, quick) {
    cancelAnimationFrame(frame);
    const from = ROWS.map((name) => ({ values: rows[name].now.slice(), warm: rows[name].warm }));
    const length = quick || matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 380;
    const start = performance.now();
    const step = (time) => {
      const t = length ? Math.min(1, Math.max(0, (time - start) / length)) : 1;
      const s = t * t * (3 - 2 * t);
      ROWS.forEach((name, k) => {
        const goal = goals[name];
        rows[name].now = from[k].values.map((value, i) => value + (goal[i] - value) * s);
        rows[name].warm = from[k].warm + (warm - from[k].warm) * s;
        draw(name);
      });
      if (t < 1) frame = requestAnimationFrame(step);
    };
    step(start);
  }

  function refresh(quick) {
    for (const place of host.querySelectorAll(".hero-place")) {
      const { name, right, wrong } = place.dataset;
      place.ariaPressed = String(name === broken);
      place.classList.toggle("hero-gone", name === broken && !wrong);
      place.textContent = name === broken && wrong ? wrong : right;
    }
    const report = reported(found, broken, touched);
    const bad = report.verdict !== "AGREES";
    const first = make("p", {}, make("strong", {}, report.verdict), `: ${report.sentence}`);
    const told = [report.finding, report.seen].filter(Boolean);
    const last = (k) => (k === told.length - 1 ? "hero-seen" : "");
    $(".hero-word").replaceChildren(first, ...told.map((words, k) => make("p", { className: last(k) }, words)));
    host.classList.toggle("hero-bad", bad);
    const chip = ([name, [verdict, wrong, of]]) => {
      if (verdict === "AGREES") return make("li", {}, `${name} ✓`);
      return make("li", { className: "gl-wrong" }, `${name} ✗${wrong === of ? "" : ` ${wrong} of ${of}`}`);
    };
    $(".hero-blocks").replaceChildren(...Object.entries(report.blocks).map(chip));
    $(".hero-name.hero-off span").textContent = times(report.times) + (bad ? "" : ": round-off, no shape");
    mend.hidden = !bad;
    show({ analytic: report.analytic, numeric: found.numeric, off: report.off }, bad ? 1 : 0, quick);
  }

  mend.onclick = () => {
    touched.clear();
    broken = "right";
    refresh();
    host.querySelector("button.hero-place").focus();
  };

  // Entries are touched with a pointer, or chosen by arrow keys and spoiled with the space bar.
  const { canvas } = rows.analytic;
  Object.assign(canvas, { className: "hero-touch", tabIndex: 0, ariaHidden: null, role: "application" });
  canvas.ariaLabel = "Entries of backprop’s gradient of W1: arrow keys choose one, the space bar spoils it";
  let adding,
    down = false;
  const touch = (entry, begin) => {
    if (entry < 0) return;
    if (begin) adding = !touched.has(entry);
    if (touched.has(entry) === adding) return;
    broken = "right";
    if (adding) touched.add(entry);
    else touched.delete(entry);
    refresh(true);
  };
  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = Math.floor((WIDE * (event.clientX - box.left)) / box.width),
      y = Math.floor((SIDE * (event.clientY - box.top)) / box.height),
      column = x % (SIDE + 1);
    if (x < 0 || y < 0 || x >= WIDE || y >= SIDE || column === SIDE) return -1;
    return SIZE * Math.floor(x / (SIDE + 1)) + SIDE * y + column;
  };
  canvas.onpointerdown = (event) => {
    down = true;
    canvas.setPointerCapture(event.pointerId);
    touch(under(event), true);
  };
  canvas.onpointermove = (event) => down && touch(under(event));
  const up = () => {
    down = false;
  };
  canvas.onpointerup = up;
  canvas.onpointercancel = up;
  canvas.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -SIDE, ArrowDown: SIDE }[event.key];
    const at = cursor < 0 ? 27 : cursor;
    if (step) cursor = Math.max(0, Math.min(UNITS * SIZE - 1, cursor < 0 ? at : at + step));
    else if (event.key === " " || event.key === "Enter") {
      cursor = at;
      touch(cursor, true);
    } else return;
    draw("analytic");
    event.preventDefault();
  };
  canvas.onblur = () => {
    cursor = -1;
    draw("analytic");
  };

  const recolour = () => {
    colours = mixed();
    for (const name of ROWS) draw(name);
  };
  const schemes = new MutationObserver(recolour);
  schemes.observe(document.body, { attributes: true, attributeFilter: ["data-md-color-scheme"] });
  signal.addEventListener("abort", () => {
    schemes.disconnect();
    cancelAnimationFrame(frame);
  });
  colours = mixed();
  host.dataset.broken = "";
  refresh(true);
}
