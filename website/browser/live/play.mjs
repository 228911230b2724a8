// The playground: two blocks that a click opens for editing, examples to begin with, and files. Code never comes from a link.
const CUT = "# %% backprop"; // between the two parts in a file, as notebooks in plain Python mark their cells

export function play(box, make) {
  if (box.querySelector(".live-play")) return;
  const [setting, backprop] = box.querySelectorAll("live-block");
  const examples = [...document.querySelectorAll("live-block")].filter((block) => block.named && block !== setting);
  const choose = make("select", {}, ...examples.map((block) => make("option", { textContent: block.named })));
  choose.onchange = () => backprop.write(examples[choose.selectedIndex].block.code);

  for (const block of [setting, backprop]) {
    block.shown.onclick = () => getSelection().isCollapsed && block.edit(); // who selects it only wants to copy it
  }
  const file = make("input", { type: "file", accept: ".py,text/x-python", hidden: true });
  file.onchange = async () => {
    const parts = (await file.files[0].text()).split(CUT + "\n");
    file.value = "";
    await setting.write(parts.length > 1 ? parts[0].trimEnd() : "");
    await backprop.write(parts.at(-1).trim());
    backprop.say("Opened: read it, then run it", "edited");
  };
  const save = () => {
    const url = URL.createObjectURL(
      new Blob([`${setting.code}\n\n${CUT}\n${backprop.code}\n`], { type: "text/x-python" }),
    );
    make("a", { href: url, download: "backprop.py" }).click();
    URL.revokeObjectURL(url);
  };
  box.append(
    make(
      "div",
      { className: "live-bar live-play", role: "group", ariaLabel: "Playground" },
      make("label", { textContent: "Begin with " }, choose),
      make("button", { type: "button", textContent: "Save as a file", onclick: save }),
      make("button", { type: "button", textContent: "Open a file", onclick: () => file.click() }),
      file,
    ),
  );
}
