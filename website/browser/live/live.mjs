// <live-block>: Run and Edit for a block that the build has verified. Without this script the block stands as it is.
import { allowed } from "./allowed.mjs";
import * as drafts from "./drafts.mjs";
import { make } from "./make.mjs";
import * as python from "./python.mjs";
import { cut, owner, running, verdict } from "./status.mjs";
import "./place.mjs";
import "./searched.mjs";
import "./surroundings.mjs";

const here = new URL(".", import.meta.url).href;
const root = new URL("../../", here); // of the site

class LiveBlock extends HTMLElement {
  connectedCallback() {
    if (this.bar || location.protocol === "file:") return;
    this.block = JSON.parse(this.dataset.block);
    this.shown = this.querySelector(".highlight pre");
    const first = this === document.querySelector("live-block");
    this.furnish(first);
    const kept = drafts.read(this.key);
    if (kept !== null && kept !== this.block.code) this.ready = this.restore(kept);
    const box = this.closest(".live-playground");
    if (box) import(here + "play.js").then(({ play }) => play(box, make));
    if (first && document.querySelector("[data-hunt], [data-trap], .lab-progress"))
      import(here + "labs.js").then(({ mount }) => mount(make));
  }

  /** The bar above the code, and below it what Run gives and what the page's own code printed. */
  furnish(first) {
    this.buttons = {};
    this.bar = make("div", { className: "live-bar", role: "group", ariaLabel: "This block" });
    for (const [name, label, hidden] of [
      ["run", "Run"],
      ["edit", "Edit"],
      ["reset", "Reset", true],
      ["copy", "Copy", true],
      ["stop", "Stop", true],
      ...(first ? [["all", "Run all"]] : []),
    ]) {
      const onclick = () => this[name]();
      this.buttons[name] = make("button", {
        type: "button",
        textContent: label,
        hidden,
        className: `live-${name}`,
        onclick,
      });
      this.bar.append(this.buttons[name]);
    }
    let near;
    this.buttons.run.onpointerenter = () => {
      near = setTimeout(python.warm, 120); // who passes by loads nothing
    };
    this.buttons.run.onpointerleave = () => clearTimeout(near);
    this.note = make("span", { className: "live-note", role: "status" });
    this.bar.append(this.note);
    this.out = make("div", {
      className: "live-out",
      hidden: true,
      tabIndex: 0,
      role: "group",
      ariaLabel: "What this block gave here",
    });
    this.given = this.querySelector(":scope > .language-text");
    const summary = make("summary", { textContent: "What the page’s code printed" });
    this.fold = make("details", { className: "live-given", hidden: true }, summary);
    this.prepend(this.bar);
    this.append(this.out, this.fold);
  }

  async restore(kept) {
    await this.edit(kept, false);
    if (this.editor) this.say("Your version, kept from before; Reset brings back the page’s", "edited");
  }

  disconnectedCallback() {
    clearInterval(this.clock);
    python.leave(this);
  }

  get page() {
    return [...document.querySelectorAll("live-block")];
  }
  get key() {
    return `gradlab-live:${location.pathname}:${this.page.indexOf(this)}:${this.block.code.length}`;
  }
  get named() {
    return this.shown.parentElement.querySelector(".filename")?.textContent;
  }
  get code() {
    return this.editor ? this.editor.state.doc.toString() : this.block.code;
  }
  get edited() {
    return this.code !== this.block.code;
  }

  run(front = this) {
    const beside = this.page.filter((block) => block.block.home === this.block.home);
    return this.runUpTo(this, beside, front);
  }
  all() {
    return this.runUpTo(this.page.at(-1), this.page, this);
  }

  /**
   * The blocks above share their names with the last: run those first that have not run as they stand. True if all is well.
   * What goes on is said, and stopped, where it was asked for: in the front.
   */
  async runUpTo(last, blocks, front = last) {
    const busy = python.current();
    if (busy)
      return busy.front !== front && front.say("Another block is running: wait for it, or stop it", "waiting");
    if (front === last) front.say("", ""); // what was said of it before no longer holds
    front.busy(true);
    const due = blocks.slice(0, blocks.indexOf(last) + 1);
    try {
      for (const [k, block] of due.entries()) {
        if (block !== last && python.hasRun(block, block.code)) continue;
        const fresh = !blocks.some((other) => python.hasRun(other));
        const above = due.slice(0, k).map((one) => [one, one.code]);
        const place = block === last ? "" : ` block ${k + 1} of ${due.length}`;
        const { ok, done } = await block.alone({ fresh, above, front, place });
        if (ok) continue;
        if (block !== front && done) front.say(cut(due.indexOf(front), k, due.length), "error");
        return;
      }
      return true;
    } finally {
      front.busy(false);
      for (const block of this.page) if (block.dataset.state === "waiting") block.say(...(block.word ?? ["", ""]));
      if (front.dataset.state === "busy") front.say(...(front.word ?? ["", ""])); // of its own code, not of what ran after it
    }
  }

  busy(yes) {
    this.buttons.stop.hidden = !yes;
    this.buttons.run.ariaDisabled = yes ? "true" : null; // not disabled: that would take the focus away
    this.ariaBusy = yes ? "true" : null;
  }

  async alone({ fresh, above, front, place }) {
    const { code, edited } = this;
    const verified = python.trusted() && !!document.querySelector(".gl-verified");
    const below = above.some(([one, code]) => code !== one.block.code);
    const whose = { edited, below, verified, after: !fresh && python.mixed(this), code, above };
    const start = performance.now();
    let status = "Running",
      running_since = start;
    const tell = () => front.say(running(status, (performance.now() - running_since) / 1000, place), "busy");
    front.clock = setInterval(() => status === "Running" && tell(), 1000);
    this.ariaBusy = "true"; // what it gave before stays, pale, until there is something else
    const last = await python.ask(this, front, code, fresh, (message) => {
      if (message.status) {
        status = message.status;
        running_since = performance.now();
        tell();
      }
      this.show(message, whose, front);
    });
    clearInterval(front.clock);
    if (this !== front) this.ariaBusy = null;
    this.dispatchEvent(new CustomEvent("live-ran", { detail: last }));
    return last;
  }

  show(message, whose, front) {
    const { text, done, failed, stopped } = message;
    if (stopped) front.say("Stopped. The names of this page are gone; Run starts afresh", "stopped");
    if (failed) front.failed(failed);
    if (text === undefined && !stopped && !failed) return;
    const late = this.code !== whose.code; // it was written over, or reset, while this ran
    this.out.replaceChildren(...(text === undefined ? [] : this.parts(message)));
    this.out.dataset.of = late ? "Output of what stood here before" : owner(whose);
    // The page's own output stands already: a second copy of it would tell nothing. A picture is none.
    const told =
      done && message.ok && message.same && !whose.edited && !whose.below && (!message.html || message.told);
    this.out.hidden = !this.out.firstChild || told || (late && !this.edited);
    if (done && late) this.say(this.edited ? "Changed while it ran: run it again" : "", this.edited ? "edited" : "");
    else if (done) {
      const [words, state] = verdict(message, whose);
      this.gave = { words, state, above: whose.above };
      this.say(words, state);
      if (state === "differs") this.out.replaceChildren(difference(message.diff));
      this.recheck();
    }
    this.settle();
  }

  /** What was said of a block holds as long as the blocks above are those that ran before it. */
  recheck() {
    if (!this.gave || this.ariaBusy) return;
    const { words, state, above, old } = this.gave,
      changed = above.some(([one, code]) => one.code !== code);
    if (changed === !!old) return;
    this.gave.old = changed;
    if (changed) this.say("A block above has changed since: run it again", "edited");
    else this.say(words, state);
  }

  /** This block's code is another than a moment ago: so is what stands below it. */
  another() {
    this.gave = undefined;
    for (const block of this.page) if (block !== this) block.recheck();
    this.dispatchEvent(new CustomEvent("live-another"));
  }

  failed(why) {
    this.unloaded(`Python could not be loaded (${why}). `, () => this.run());
  }

  /** What could not be fetched, and a button that tries again. */
  unloaded(words, onclick) {
    this.say(words, "failed");
    this.note.append(make("button", { type: "button", textContent: "Retry", className: "live-retry", onclick }));
  }

  /** What was printed; and the report or picture that its last value is, with its own text folded away. */
  parts({ text, html, told, hint }) {
    const way = hint ? [make("p", { className: "live-hint" }, hint.text, ...linked(hint.page))] : [];
    const printed = [...way, ...(text ? [make("pre", { textContent: text })] : [])];
    if (!html) return printed;
    const report = make("div", { className: "live-report" }, ...allowed(html));
    for (const code of report.querySelectorAll(".gradlab-finding > strong")) {
      const href = new URL(`reference/findings/#${code.textContent.toLowerCase()}`, root);
      code.replaceChildren(make("a", { href, textContent: code.textContent }));
    }
    if (!told || !text) return [...printed, report];
    return [report, make("details", {}, make("summary", { textContent: "As text" }), ...printed)];
  }

  /** One output at a time: the page's own, until the code is another, or Run gave something else; then it is folded away. */
  settle() {
    const { edited } = this;
    this.toggleAttribute("data-own", edited);
    if (!this.given) return;
    if (edited && !this.fold.contains(this.given)) this.fold.append(this.given);
    if (!edited && this.fold.contains(this.given)) this.out.before(this.given);
    this.fold.hidden = !edited;
    this.given.hidden =
      !edited && !this.out.hidden && !this.out.querySelector(":scope > .live-report:only-child svg");
  }

  /** The code is another than that which gave what stands below. */
  changed(text, undone) {
    const { edited } = this;
    if (!drafts.write(this.key, edited ? text : null)) this.lost = true;
    if (!edited) this.out.hidden = true; // as on the page again, with what the page's code printed
    this.settle();
    this.another();
    this.dispatchEvent(new CustomEvent("live-typed", { detail: { undone } }));
    if (this.ariaBusy) return;
    const lost = this.lost ? "; this browser keeps nothing, so a reload loses it" : "";
    if (!edited) this.say("", "");
    else this.say((this.out.hidden ? "Your version" : "Changed since: run it again") + lost, "edited");
  }

  say(words, state = "") {
    this.note.textContent = words;
    this.dataset.state = state;
    if (state !== "busy" && state !== "waiting") this.word = [words, state]; // what holds when that is over
  }

  stop() {
    python.stop();
    this.buttons.run.focus();
  }

  async edit(code = this.block.code, focus = true) {
    if (this.editor) return;
    let editor;
    try {
      editor = await import(here + "editor.js");
      this.undo = (again) => this.editor && (again ? editor.redo : editor.undo)(this.editor);
      this.replace = (text) => editor.replace(this.editor, text);
    } catch {
      return this.unloaded("The editor could not be loaded: try again, or reload the page. ", () =>
        this.edit(code, focus),
      );
    }
    if (this.editor) return;
    if (this.dataset.state === "failed") this.say("", "");
    if (focus) python.warm(); // who edits will run it
    this.writing(true);
    this.editor = editor.open({
      code,
      run: () => this.run(),
      leave: () => this.buttons.run.focus(),
      changed: (text, undone) => this.changed(text, undone),
    });
    this.shown.hidden = true;
    this.shown.before(this.editor.dom);
    this.settle();
    if (focus) this.editor.focus();
  }

  writing(yes) {
    this.buttons.edit.hidden = yes;
    this.buttons.reset.hidden = this.buttons.copy.hidden = !yes;
  }

  /** The theme, which hears of this click next, copies what its button carries. */
  copy() {
    this.buttons.copy.dataset.clipboardText = this.code || "\n";
  }

  /** Other code in the editor, as if it had been typed. */
  async write(code) {
    await this.edit(undefined, false);
    if (this.editor) this.replace(code);
  }

  reset() {
    this.editor?.dom.remove();
    this.editor?.destroy();
    this.editor = undefined;
    drafts.write(this.key, null);
    this.shown.hidden = false;
    this.writing(false);
    this.out.hidden = true;
    this.settle();
    this.say("", "");
    this.another();
    this.buttons.edit.focus();
  }
}

/** Lines of the page's output and of this one, marked. */
function difference(diff) {
  const kinds = { "-": "del", "+": "ins" };
  const lines = diff.split("\n").map((line) => make(kinds[line[0]] ?? "span", { textContent: line.slice(2) + "\n" }));
  return make("pre", {}, ...lines);
}

/** A link to a page of this site, named as the page is; nothing where there is none. Code in a block may have sent it. */
function linked(page) {
  const to = page && new URL(page.at, root);
  return to?.href.startsWith(root.href) ? [" ", make("a", { href: to, textContent: page.name })] : [];
}

customElements.get("live-block") || customElements.define("live-block", LiveBlock);
