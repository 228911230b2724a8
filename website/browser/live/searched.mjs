// Words that were searched for, marked on the page that was found. The theme would mark a single letter in every word that has
// it, rewrite the page to do so, and leave the words in the address that a reader copies: here they are painted, no more.
const UNMARKED = ".cm-editor, .katex, svg, button, .headerlink";
const WORD = /[\p{L}\p{N}_]+/gu;
let searched = window.searched, // from an address, before the theme has read it
  at = location.pathname;

/** Mark every word of the article that begins like one of these; a single letter is only itself. */
function mark() {
  const begun = [...((at === location.pathname && searched) || "").toLowerCase().matchAll(WORD)].map(
    ([word]) => word,
  );
  const meant = (word) => begun.some((one) => (one.length > 1 ? word.startsWith(one) : word === one));
  const found = [],
    texts = document.createNodeIterator(document.querySelector("main article"), NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); begun.length && text; text = texts.nextNode()) {
    if (text.parentElement.closest(UNMARKED)) continue;
    for (const { 0: word, index } of text.data.matchAll(WORD)) {
      if (!meant(word.toLowerCase())) continue;
      const range = new Range();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      found.push(range);
    }
  }
  CSS.highlights.set("searched", new Highlight(...found));
}

if (CSS.highlights) {
  window.document$?.subscribe(mark);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && CSS.highlights.delete("searched"));
}

/** The link to what was found, if this click opens it here: a new tab takes the words from its address. */
const followed = ({ target, ctrlKey, metaKey }) =>
  !ctrlKey && !metaKey && target.closest?.(".md-search-result__link");

document.addEventListener(
  "click",
  (event) => {
    const link = followed(event);
    if (event.target.closest?.("a")) searched = "";
    if (!link) return;
    const to = new URL(link.href);
    link.whole ??= link.href;
    searched = new URL(link.whole).searchParams.get("h");
    at = to.pathname;
    to.searchParams.delete("h");
    link.href = to;
    if (CSS.highlights && at === location.pathname) mark(); // and once more if the theme exchanges the article all the same
  },
  true,
);
document.addEventListener("click", (event) => {
  const link = followed(event);
  if (link && !event.defaultPrevented) link.href = link.whole; // the theme leaves it to the browser: the page is loaded anew
});
