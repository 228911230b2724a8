// Where a page is scrolled to. Material notes it in the history 0.1 s after it was scrolled: by then a link may have been
// followed, or Back, and the entry is that of a page which is not there yet. It would open where the last one was left.
let shown = location.pathname;
const replace = history.replaceState;

history.replaceState = (...entry) => {
  if (location.pathname === shown) replace.apply(history, entry);
};
window.document$?.subscribe(() => {
  shown = location.pathname;
});
