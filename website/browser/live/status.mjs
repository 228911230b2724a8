// What a block says of itself, in words. "Verified" is said of the page's own code only, and only where a record says so.

const NOTHING = "nothing to print";
const VALUED = "nothing printed: print(…) shows the value of the last line"; // who comes from a notebook expects it

/** Seconds as a reader wants them: 0.05 s, 1.2 s, 74 s. */
export const seconds = (time) =>
  `${time < 0.995 ? time.toFixed(2) : time < 9.95 ? time.toFixed(1) : Math.round(time)} s`;

/** While it goes on: nothing about time before there is something to wait for. */
export const running = (status, time, place = "") =>
  `${status}${status === "Running" ? place : ""}${time < 1 ? "" : `, ${Math.floor(time)} s`} …`;

/**
 * Words and state when Python has answered.
 * edited: this block's code is the reader's; below: a block above it is; after: such code has run in the names of this page;
 * verified: the page carries a record of its run, and Python has run nobody else's code since it started.
 */
export function verdict(
  { ok, same, text = "", html = "", valued = false, time = 0, line },
  { edited, below, verified, after = false },
) {
  const printed = text.trim() ? "" : `, ${valued && edited && !html ? VALUED : NOTHING}`;
  const before = after ? "; code of yours ran before: reload the page for fresh names" : "";
  const edit = edited ? "" : below ? "; a block above is your version" : before;
  if (!ok) return [`Stopped by an error${line ? ` in line ${line}` : ""}${edit}`, "error"];
  if (edited) return [`Your version: done${printed}, in ${seconds(time)}`, "edited"];
  if (below) return [`Done, with an edited block above${printed}, in ${seconds(time)}`, "edited"];
  if (!same) return [`Differs from what this page shows${edit}`, "differs"];
  if (printed) return [`Done${printed}, in ${seconds(time)}`, "same"];
  return [`${verified ? "Same as verified" : "Same as on this page"}, here, in ${seconds(time)}`, "same"];
}

/** What stands above an output: whose it is. */
export const owner = ({ edited, below }) =>
  edited ? "Output of your version" : below ? "Output, with an edited block above" : "Output here";

/** Which block ended in an error, beside the button that ran them all: one above it, or one below. */
export const cut = (front, at, all) =>
  at < front
    ? "A block above ended in an error, so this one was not run"
    : `Block ${at + 1} of ${all} ended in an error, so those below it were not run`;
