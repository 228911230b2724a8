// The playground: two blocks that a click opens for editing, examples to begin with, what the reader has written, links
// and files. A link's code is put into the editor and waits for Run.
import { fileOf, partsOf } from "./file.mjs";
import { linkTo, textOf } from "./link.mjs";
import { all, forget, fresh, keep } from "./versions.mjs";

const here = new URL(".", import.meta.url).href;
const AT = "gradlab-version-at"; // which version this tab shows

export async function play(box, make) {
  if (box.querySelector(".live-play")) return;
  const [setting, backprop] = box.querySelectorAll("live-block");
  const blocks = { setting, backprop };
  const examples = [...document.querySelectorAll("live-block")]
    .filter((block) => block.named && block !== setting)
    .map((block) => ({ name: block.named, setting: setting.block.code, backprop: block.block.code }));
  const said = make("span", { className: "live-note", role: "status" });
  const now = () => ({ setting: setting.code, backprop: backprop.code });
  const same = (one, other) => one.setting === other.setting && one.backprop === other.backprop;
  const replaced = []; // {before, after} of what was written into both editors at once, for undo across them
  let { versions: mine, broken } = all(),
    chosen = examples[0],
    writing = false;

  const choose = make("select", {
    onchange: () => show([...examples, ...mine][choose.selectedIndex]),
  });
  const remove = make("button", { type: "button", textContent: "Delete", onclick: discard });
  const known = (code) => [...mine, ...examples].find((version) => same(version, code));

  /** The list as it is now. */
  function list() {
    const options = (versions) => versions.map(({ name }) => make("option", { textContent: name }));
    const own = make("optgroup", { label: "Mine, kept in this browser" }, ...options(mine));
    choose.replaceChildren(
      make("optgroup", { label: "Examples" }, ...options(examples)),
      ...(mine.length ? [own] : []),
    );
    choose.selectedIndex = [...examples, ...mine].indexOf(chosen);
    remove.hidden = !mine.includes(chosen);
    try {
      sessionStorage.setItem(AT, chosen.id ?? "");
    } catch {
      // then a reload begins with the last version
    }
  }

  async function write(code) {
    const before = now();
    writing = true;
    for (const [part, block] of Object.entries(blocks)) if (block.code !== code[part]) await block.write(code[part]);
    writing = false;
    return { before, after: now() };
  }

  /** Put a version into the editors, one after the other. What was there is one of `mine`, or an example. */
  let shown = Promise.resolve();
  const show = (version, words = "") => {
    shown = shown.then(async () => {
      chosen.unsettled = false;
      chosen = version;
      const step = await write(version);
      if (!same(step.before, step.after)) replaced.push(step);
      if (!same(step.after, version)) chosen = known(step.after) ?? own(step.after); // the editor could not be loaded
      list();
      say(words);
    });
    return shown;
  };

  /** A version of the reader's own that begins with this code. */
  function own(code, name = "Mine") {
    const version = { ...fresh(name, mine), setting: code.setting, backprop: code.backprop };
    mine.push(version);
    store(version);
    return version;
  }

  function store(version) {
    const id = version.id;
    if (!keep(version)) return say("This browser keeps nothing: save your code as a file");
    if (id === version.id) return;
    const others = all().versions.filter((one) => one.id !== version.id); // one of them is what the other tab wrote
    version.name = fresh(version.name, others).name;
    mine = [...others, version];
    keep(version);
  }

  /** The reader has typed in one part, or undone: what is there becomes the chosen version, or a new one. */
  function typed(part, undone) {
    if (writing) return;
    const code = now();
    const whole = undone && other(part, code);
    if (whole) return write(whole).then(() => typed(part, false));
    const found = known(code);
    if (found === chosen) return;
    if (found) {
      if (chosen.unsettled) drop(chosen); // typed, and taken back
      chosen = found;
    } else if (mine.includes(chosen)) {
      Object.assign(chosen, code);
      store(chosen);
    } else {
      chosen = own(code);
      chosen.unsettled = true; // until it runs, or another is chosen
    }
    list();
  }

  /** Undo goes back over a choice in one editor: what the choice left behind in the other. */
  function other(part, code) {
    const rest = part === "setting" ? "backprop" : "setting";
    const step = replaced.find(
      ({ before, after }) => before[part] !== after[part] && before[rest] !== after[rest] && halves(before, after),
    );
    function halves(before, after) {
      const back = code[part] === before[part] && code[rest] === after[rest];
      return back || (code[part] === after[part] && code[rest] === before[rest]);
    }
    return step && (code[part] === step.before[part] ? step.before : step.after);
  }

  function drop(version) {
    forget(version);
    mine = mine.filter((one) => one !== version);
  }

  function discard() {
    const gone = chosen;
    drop(gone);
    const back = () => {
      mine.push(gone);
      store(gone);
      show(gone);
    };
    show(examples[0], `${gone.name} is deleted. `).then(() =>
      said.append(make("button", { type: "button", textContent: "Bring it back", onclick: back })),
    );
  }

  const say = (words) => said.replaceChildren(words);
  const calls =
    ({ calls }) =>
    (code) => [...calls(code.setting), ...calls(code.backprop)];
  const editor = () => import(`${here}editor.js`).then(calls).catch(() => () => []); // without it no test is made

  async function take(text, name, words) {
    const code = partsOf(text, await editor());
    await show(known(code) ?? own(code, name), words);
    backprop.say("Read it, then run it", "edited");
  }

  const file = make("input", { type: "file", accept: ".py,text/x-python", hidden: true });
  file.onchange = async () => {
    const [given] = file.files;
    const text = await given.text();
    file.value = "";
    await take(text, given.name, `${given.name} is open`);
  };
  const save = async () => {
    const code = now(),
      text = fileOf(code, (await editor())(code));
    const url = URL.createObjectURL(new Blob([text], { type: "text/x-python" }));
    make("a", { href: url, download: "test_backprop.py" }).click();
    URL.revokeObjectURL(url);
    const tested = /^def test_/m.test(text);
    say(
      tested
        ? "Saved: pytest test_backprop.py runs the check"
        : "Saved without a test: no check stands at the top level",
    );
  };
  const link = async () => {
    const address = await linkTo(fileOf(now(), [])).catch(() => {});
    if (!address) return say("This browser cannot make a link: save your code as a file");
    try {
      await navigator.clipboard.writeText(address);
      say(`Link copied, ${address.length} characters: the code is in it, and no server sees it`);
    } catch {
      history.replaceState(history.state, "", address);
      say("The link stands in the address bar: the code is in it, and no server sees it");
    }
  };

  for (const [part, block] of Object.entries(blocks)) {
    block.shown.onclick = () => getSelection().isCollapsed && block.edit(); // who selects it only wants to copy it
    block.addEventListener("live-typed", ({ detail: { undone } }) => typed(part, undone));
    block.addEventListener("live-ran", () => {
      chosen.unsettled = false;
    });
    block.reset = () => {
      const code = { ...now(), [part]: block.block.code };
      show(known(code) ?? own(code)); // what was there stays in the list
    };
  }
  const bar = make(
    "div",
    { className: "live-bar live-play", role: "group", ariaLabel: "Playground" },
    make("label", { textContent: "Begin with " }, choose),
    remove,
    make("button", { type: "button", textContent: "Save with its test", onclick: save }),
    make("button", { type: "button", textContent: "Open a file", onclick: () => file.click() }),
    make("button", { type: "button", textContent: "Copy a link", onclick: link }),
    file,
    said,
  );
  bar.onkeydown = (event) => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault(); // who has chosen something has not been in the editor since
    backprop.undo(event.shiftKey);
  };
  box.append(bar);

  const arrive = async () => {
    const text = await textOf(location.href);
    if (text === null) return false;
    history.replaceState(history.state, "", location.href.split("#")[0]); // a reload shows what was made of it
    if (text === undefined) say("The code in this link cannot be read: was it copied whole?");
    else await take(text, "From a link", "This code came with the link. Nothing of it has run");
    return true;
  };
  addEventListener("hashchange", function again() {
    if (box.isConnected) arrive();
    else removeEventListener("hashchange", again);
  });
  addEventListener("storage", function again({ key }) {
    if (!box.isConnected) return removeEventListener("storage", again);
    if (!key?.startsWith("gradlab-version:")) return;
    mine = all().versions.map((version) => (version.id === chosen.id ? chosen : version));
    if (chosen.id && !mine.includes(chosen)) mine.push(chosen); // deleted there, in use here
    list();
  });

  await Promise.all([setting.ready, backprop.ready]);
  const last = begin(mine);
  if (setting.edited || backprop.edited) chosen = known(now()) ?? own(now());
  list();
  if (await arrive()) return;
  if (chosen === examples[0] && last) await show(last, `${last.name}, kept from before`);
  if (broken)
    say(`${broken} of your versions cannot be read any more; what this browser has of them is left as it is`);
}

/** What a tab begins with: what it showed before a reload, else what was changed last. */
function begin(mine) {
  let at = null;
  try {
    at = sessionStorage.getItem(AT);
  } catch {
    // a browser that keeps nothing
  }
  if (at === "") return undefined; // an example was chosen
  return mine.find(({ id }) => id === at) ?? [...mine].sort((a, b) => a.changed - b.changed).at(-1);
}
