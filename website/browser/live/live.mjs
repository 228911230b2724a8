// <live-block>: Run and Edit for a block that the build has verified. Without this script the block stands as it is.
const here = new URL(".", import.meta.url).href;
const PATIENCE = 90_000; // Pyodide does not say when its download fails: ask again after so long without a sign of life
let worker,
  waiting,
  ticket = 0,
  life;

function start() {
  worker = new Worker(here + "worker.js", { type: "module" });
  worker.ran = new WeakMap(); // block -> the code that it last ran with, without an error, in this worker
  worker.onmessage = ({ data }) => {
    watch();
    if (waiting && (data.id ?? waiting.id) === waiting.id) waiting.on(data);
  };
  worker.onerror = (event) => waiting?.on({ failed: event.message || "the worker could not start" });
}

function watch() {
  clearTimeout(life);
  if (waiting && !waiting.running) life = setTimeout(() => waiting?.on({ failed: "no answer" }), PATIENCE);
}

function end() {
  worker?.terminate();
  worker = undefined;
}

/** Run a block's code in the worker; the block shows every message until the last. */
function ask(owner, code, fresh, show) {
  if (!worker) start();
  return new Promise((resolve) => {
    waiting = {
      id: ++ticket,
      owner,
      on(message) {
        if (message.status === "Running") {
          waiting.running = true;
          clearTimeout(life);
        }
        if (message.failed) end();
        show(message);
        if (message.done || message.failed || message.stopped) {
          waiting = undefined;
          clearTimeout(life);
          resolve(message);
        }
      },
    };
    watch();
    worker.postMessage({ id: ticket, base: here, block: owner.block, code, fresh, page: location.pathname });
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
    this.shown = this.querySelector(".highlight pre");
    this.buttons = {};
    const first = this === document.querySelector("live-block");
    this.bar = make("div", { className: "live-bar", role: "group", ariaLabel: "This block" });
    for (const [name, label, hidden] of [
      ["run", "Run"],
      ["edit", "Edit"],
      ["reset", "Reset", true],
      ["stop", "Stop", true],
      ...(first ? [["all", "Run all"]] : []),
    ]) {
      this.buttons[name] = make("button", {
        type: "button",
        textContent: label,
        hidden,
        className: "live-" + name,
        onclick: () => this[name](),
      });
      this.bar.append(this.buttons[name]);
    }
    this.note = make("span", { className: "live-note", role: "status" });
    this.out = make("div", {
      className: "live-out",
      hidden: true,
      tabIndex: 0,
      role: "group",
      ariaLabel: "What this block gave here",
    });
    this.bar.append(this.note);
    this.append(this.bar, this.out);
    const kept = sessionStorage.length ? sessionStorage.getItem(this.key) : null; // a key takes time: it counts blocks
    const box = this.closest(".live-playground");
    if (kept !== null && kept !== this.block.code) this.edit(kept, false);
    if (box) import(here + "play.js").then(({ play }) => play(box, make));
    if (first && document.querySelector("[data-hunt], .lab-progress"))
      import(here + "labs.js").then(({ mount }) => mount(make));
  }

  /** The reader went on to another page: what runs is ended, what is loading is loaded for the next page. */
  disconnectedCallback() {
    if (waiting?.owner !== this) return;
    if (waiting.running) end();
    else worker?.postMessage({ drop: waiting.id });
    waiting.on({ stopped: true });
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

  run() {
    return this.runUpTo(
      this,
      this.page.filter((block) => block.block.home === this.block.home),
    );
  }
  all() {
    return this.runUpTo(this.page.at(-1), this.page);
  }

  /** The blocks above share their names with the last: run those first that have not run as they stand. True if all is well. */
  async runUpTo(last, blocks) {
    if (waiting)
      return waiting.owner !== last && last.say("Another block is running: wait for it, or stop it", "waiting");
    last.say("", ""); // what was said of it before no longer holds
    let edited = false; // what stands below an edit may print something else
    for (const block of blocks.slice(0, blocks.indexOf(last) + 1)) {
      edited ||= block.code !== block.block.code;
      if (block !== last && worker?.ran.get(block) === block.code) continue;
      const { ok, done } = await block.alone(!blocks.some((other) => worker?.ran.has(other)), edited);
      if (ok) continue;
      if (block !== last && done) last.say("A block above ended in an error, so this one was not run", "error");
      return;
    }
    return true;
  }

  async alone(fresh, edited) {
    const { code } = this;
    this.buttons.stop.hidden = false;
    this.buttons.run.ariaDisabled = "true"; // not disabled: that would take the focus away
    this.ariaBusy = "true";
    this.out.replaceChildren();
    const last = await ask(this, code, fresh, (message) => this.show(message, edited));
    if (last.ok) worker?.ran.set(this, code);
    this.buttons.stop.hidden = true;
    this.buttons.run.ariaDisabled = null;
    this.ariaBusy = null;
    this.dispatchEvent(new CustomEvent("live-ran", { detail: last }));
    return last;
  }

  show({ status, text, done, ok, same, html, told, diff, failed, stopped }, edited) {
    if (status) this.say(status + " …", "busy");
    if (stopped) this.say("Stopped. The names of this page are gone; Run starts afresh", "stopped");
    if (failed) {
      this.say(`Python could not be loaded (${failed}). `, "failed");
      this.note.append(
        make("button", { type: "button", textContent: "Retry", className: "live-retry", onclick: () => this.run() }),
      );
    }
    if (text !== undefined) this.out.replaceChildren(...this.told(text, html, told));
    this.out.hidden = !this.out.firstChild;
    if (!done) return;
    if (!ok) this.say("Ended in an error", "error");
    else if (same) this.say(text ? "Same as verified" : "Done, nothing to print, as verified", "same");
    else if (edited) this.say("Done", "edited");
    else {
      this.say("Differs from the verified output", "differs");
      this.out.replaceChildren(
        make(
          "pre",
          {},
          ...diff
            .split("\n")
            .map((line) =>
              make({ "-": "del", "+": "ins" }[line[0]] ?? "span", { textContent: line.slice(2) + "\n" }),
            ),
        ),
      );
    }
  }

  /** What was printed; and the report or picture that its last value is, with its own text folded away. */
  told(text, html, told) {
    const printed = text ? [make("pre", { textContent: text })] : [];
    if (!html) return printed;
    const report = make("div", { className: "live-report", innerHTML: html });
    if (!told || !text) return [...printed, report];
    return [report, make("details", {}, make("summary", { textContent: "As text" }), ...printed)];
  }

  say(text, state) {
    this.note.textContent = text;
    this.dataset.state = state || "";
  }

  stop() {
    end();
    waiting?.on({ stopped: true });
    this.buttons.run.focus();
  }

  async edit(code = this.block.code, focus = true) {
    if (this.editor) return;
    let editor;
    try {
      editor = await import(here + "editor.js");
    } catch {
      return this.say("The editor could not be loaded: try again", "failed");
    }
    if (this.editor) return;
    this.buttons.edit.hidden = true;
    this.buttons.reset.hidden = false;
    this.editor = editor.open({
      code,
      run: () => this.run(),
      leave: () => this.buttons.run.focus(),
      changed: (text) => sessionStorage.setItem(this.key, text),
    });
    this.shown.hidden = true;
    this.shown.before(this.editor.dom);
    if (focus) this.editor.focus();
  }

  /** Other code in the editor, as if it had been typed. */
  async write(code) {
    await this.edit();
    this.editor?.dispatch({ changes: { from: 0, to: this.editor.state.doc.length, insert: code } });
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

const idle = self.requestIdleCallback ?? setTimeout;

/** Code that is wider than its box can be moved by keyboard. Material sees to it when a block comes into view: too late for Tab. */
function reach() {
  const seen = [...document.querySelectorAll("pre > code:not([tabindex])")].filter(
    (code) => !code.closest("details:not([open])"),
  );
  const wide = seen.filter((code) => code.scrollWidth > code.clientWidth);
  for (const code of wide) code.tabIndex = 0; // all were measured before: the page is laid out once
}
idle(reach);
document.fonts.addEventListener("loadingdone", () => idle(reach)); // in its own font code is wider than in the one before

// Material wraps code and tables when they come into view, without what a keyboard or a screen reader needs.
const mended = {
  "md-code__nav": (nav) => {
    nav.role = "none";
  }, // one landmark for each block would be hundreds
  "md-typeset__scrollwrap": (wrap) => {
    if (wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0;
  },
};
const mend = (element) => mended[element.className]?.(element);
document.querySelectorAll(Object.keys(mended).map((name) => "." + name)).forEach(mend);
new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes) {
      mend(node);
      if (node.querySelector?.("article pre")) idle(reach); // another page
    }
}).observe(document.body, { childList: true, subtree: true });

// Pages that were visited can be read, and run, without a network.
if (location.protocol !== "file:")
  idle(() =>
    navigator.serviceWorker
      ?.register(new URL("../../offline.js", here))
      .then(() => navigator.serviceWorker.ready)
      .then(({ active }) =>
        active.postMessage([
          location.href.split("#")[0],
          ...performance.getEntriesByType("resource").map((one) => one.name),
        ]),
      )
      .catch(() => {}),
  ); // a private window, a host that forbids it: all is as before
