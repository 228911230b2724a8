// <live-block>: Run and Edit for a block that the build has verified. Without this script the block stands as it is.
const here = new URL(".", import.meta.url).href;
const PATIENCE = 90_000; // Pyodide does not say when its download fails: ask again after so long without a sign of life
let worker, waiting, ticket = 0, life;

function start() {
  worker = new Worker(here + "worker.mjs", { type: "module" });
  worker.ran = new Map(); // block -> the code it last ran with in this worker
  worker.onmessage = ({ data }) => { watch(); if (data.id === waiting?.id) waiting.on(data); };
  worker.onerror = (event) => waiting?.on({ failed: event.message || "the worker could not start" });
}

function watch() {
  clearTimeout(life);
  if (waiting && !waiting.running) life = setTimeout(() => waiting?.on({ failed: "no answer" }), PATIENCE);
}

function stop() {
  worker?.terminate();
  worker = undefined;
}

/** Run code of a block in the worker; `show` gets every message until the last. */
function ask(block, code, show) {
  if (!worker) start();
  return new Promise((resolve) => {
    waiting = { id: ++ticket, on(message) {
      if (message.status === "Running") { waiting.running = true; clearTimeout(life); }
      if (message.failed) stop();
      show(message);
      if (message.done || message.failed || message.stopped) { waiting = undefined; clearTimeout(life); resolve(message); }
    } };
    watch();
    worker.postMessage({ id: ticket, base: here, block, code, page: location.pathname });
  });
}

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

class LiveBlock extends HTMLElement {
  connectedCallback() {
    if (this.bar || location.protocol === "file:") return;
    this.block = JSON.parse(this.dataset.block);
    this.shown = this.querySelector(".highlight");
    this.buttons = {};
    this.bar = make("div", { className: "live-bar", role: "group", ariaLabel: "This block" });
    for (const [name, label, hidden] of [["run", "Run"], ["edit", "Edit"], ["reset", "Reset", true], ["stop", "Stop", true], ["all", "Run all", this !== this.page[0]]]) {
      this.buttons[name] = make("button", { type: "button", textContent: label, hidden, className: "live-" + name, onclick: () => this[name]() });
      this.bar.append(this.buttons[name]);
    }
    this.note = make("span", { className: "live-note", role: "status" });
    this.out = make("div", { className: "live-out", hidden: true, tabIndex: 0, role: "region", ariaLabel: "What this block gave here" });
    this.bar.append(this.note);
    this.append(this.bar, this.out);
    const kept = sessionStorage.getItem(this.key);
    if (kept !== null && kept !== this.block.code) this.edit(kept, false);
  }

  get page() { return [...document.querySelectorAll("live-block")]; }
  get key() { return `gradlab-live:${location.pathname}:${this.page.indexOf(this)}:${this.block.code.length}`; }
  get code() { return this.editor ? this.editor.state.doc.toString() : this.block.code; }

  async run() { await this.runUpTo(this); }
  async all() { await this.runUpTo(this.page.at(-1)); }

  /** The blocks above share their names with this one: run those first that have not run as they stand. */
  async runUpTo(last) {
    if (waiting) return;
    const blocks = this.page;
    for (const block of blocks.slice(0, blocks.indexOf(last) + 1)) {
      if (block !== last && worker?.ran.get(block) === block.code) continue;
      const { ok } = await block.alone();
      if (!ok) {
        if (block !== last) last.say("A block above ended in an error, so this one was not run", "error");
        return;
      }
    }
  }

  async alone() {
    const { code } = this, edited = code !== this.block.code;
    this.buttons.stop.hidden = false;
    this.buttons.run.disabled = true;
    this.ariaBusy = "true";
    this.out.replaceChildren();
    const end = await ask(this.block, code, (message) => this.show(message, edited));
    if (end.done) worker?.ran.set(this, code);
    this.buttons.stop.hidden = true;
    this.buttons.run.disabled = false;
    this.ariaBusy = null;
    return end;
  }

  show({ status, text, done, ok, same, html, diff, failed, stopped }, edited) {
    if (status) this.say(status + " …", "busy");
    if (text !== undefined) this.out.replaceChildren(make("pre", { textContent: text }));
    if (html) this.out.replaceChildren(make("div", { className: "live-report", innerHTML: html }));
    this.out.hidden = !text && !html;
    if (stopped) this.say("Stopped. The names of this page are gone; Run starts afresh", "stopped");
    if (failed) {
      this.say(`Python could not be loaded (${failed}). `, "failed");
      this.note.append(make("button", { type: "button", textContent: "Retry", className: "live-retry", onclick: () => this.run() }));
    }
    if (!done) return;
    if (same && ok) this.say(text ? "Same as verified" : "Done, nothing to print, as verified", "same");
    else if (!ok) this.say("Ended in an error", "error");
    else if (edited) this.say("Done", "edited");
    else {
      this.say("Differs from the verified output", "differs");
      this.out.replaceChildren(make("pre", {}, ...diff.split("\n").map((line) =>
        make({ "-": "del", "+": "ins" }[line[0]] ?? "span", { textContent: line.slice(2) + "\n" }))));
    }
  }

  say(text, state) {
    this.note.textContent = text;
    this.dataset.state = state;
  }

  stop() {
    stop();
    waiting?.on({ stopped: true });
  }

  async edit(code = this.block.code, focus = true) {
    if (this.editor) return;
    this.buttons.edit.hidden = true;
    this.buttons.reset.hidden = false;
    const { open } = await import(here + "editor.mjs");
    this.editor = open({
      code: typeof code === "string" ? code : this.block.code,
      run: () => this.run(),
      leave: () => this.buttons.run.focus(),
      changed: (text) => sessionStorage.setItem(this.key, text),
    });
    this.shown.hidden = true;
    this.shown.before(this.editor.dom);
    if (focus) this.editor.focus();
  }

  reset() {
    this.editor?.dom.remove();
    this.editor?.destroy();
    this.editor = undefined;
    sessionStorage.removeItem(this.key);
    this.shown.hidden = false;
    this.buttons.edit.hidden = false;
    this.buttons.reset.hidden = true;
    this.out.hidden = true;
    this.say("", "");
    this.buttons.edit.focus();
  }
}

customElements.get("live-block") || customElements.define("live-block", LiveBlock);
