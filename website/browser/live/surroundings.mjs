// What every page gets beside its blocks: code and tables that a keyboard can move, and reading without a network.
const idle = self.requestIdleCallback ?? setTimeout;

/** Code, or a report's table, that is wider than its box can be moved by keyboard. Material sees to it when a block comes into view: too late for Tab. */
function reach() {
  const seen = [...document.querySelectorAll(":is(pre > code, .gl-reported table):not([tabindex])")].filter(
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
for (const element of document.querySelectorAll(".md-code__nav, .md-typeset__scrollwrap")) mend(element);
new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes) {
      mend(node);
      if (node.querySelector?.("article pre")) idle(reach); // another page
    }
}).observe(document.body, { childList: true, subtree: true });

// Pages that were visited can be read, and run, without a network. A private window or a host may forbid it: all is as before.
async function offline({ serviceWorker }) {
  const tell = async () => {
    const loaded = performance.getEntriesByType("resource").map((one) => one.name);
    (await serviceWorker.ready).active.postMessage([location.href.split("#")[0], ...loaded]);
  };
  serviceWorker.addEventListener("controllerchange", tell); // another build has come, which does not know this page yet
  await serviceWorker.register(new URL("../../offline.js", import.meta.url));
  await tell();
}
if (location.protocol !== "file:" && navigator.serviceWorker?.register)
  idle(() => offline(navigator).catch(() => {}));
