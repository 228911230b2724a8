// What the first page's picture says: the check's own words for each broken place, and for touched entries the same kind.

const values = (packed) =>
  Float32Array.from(
    Int8Array.from(atob(packed), (byte) => byte.charCodeAt(0)),
    (v) => v / 127,
  );

/** The data of the page, with numbers in the place of packed bytes. */
export function recall({ numeric, variants }) {
  const right = values(variants.right.analytic);
  const one = (variant) => ({
    ...variant,
    analytic: variant.analytic ? values(variant.analytic) : right,
    off: values(variant.off),
  });
  const all = Object.entries(variants).map(([name, variant]) => [name, one(variant)]);
  return { numeric: values(numeric), variants: Object.fromEntries(all) };
}

/** By how much the difference is magnified, beside the two rows above it. */
export function times(factor) {
  if (factor > 1e6) return `× ${factor.toLocaleString("en")}`;
  if (factor > 1.05) return `× ${factor < 9.5 ? factor.toFixed(1).replace(".0", "") : Math.round(factor)}`;
  return factor > 0.95 ? "× 1" : `÷ ${(1 / factor).toFixed(1).replace(".0", "")}`;
}

/** The report of what is broken: a place in the code, or entries that were touched. */
export function reported({ variants }, broken, touched) {
  if (!touched.size) return variants[broken];
  const { right } = variants;
  const [verdict, of] = ["WRONG", right.blocks.W1[2]];
  const [first] = touched;
  const analytic = right.analytic.slice(),
    off = new Float32Array(analytic.length);
  for (const entry of touched) {
    analytic[entry] += 1;
    off[entry] = 1;
  }
  return {
    verdict,
    sentence: "the gradient does not match the cost in 1 of 4 blocks: W1.",
    finding:
      touched.size === 1
        ? `Only W1[${Math.floor(first / 64)}, ${first % 64}] is wrong, the rest of W1 agrees.`
        : `${touched.size} of its ${of} entries are wrong, all others agree.`,
    seen: touched.size === 1 ? "That is where you touched it." : "That is where you touched them.",
    blocks: { ...right.blocks, W1: [verdict, touched.size, of] },
    analytic,
    off,
    times: 1,
  };
}
