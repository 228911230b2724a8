// HTML that Python made, let into the page: reports and pictures of gradlab's own kind, and nothing else.
// Code in a block may be anybody's, so what comes from it can neither leave its box nor look like the page around it.

const TAGS = new Set(
  (
    "a abbr b br caption circle clippath code defs desc details div dl dt dd em figcaption figure g h3 h4 i li line " +
    "ol p path polygon polyline pre rect small span strong sub summary sup svg table tbody td text tfoot th thead title tr tspan ul"
  ).split(" "),
);
const DROPPED = new Set(["script", "style", "template", "iframe", "object", "embed", "noscript", "textarea", "math"]);
const NAMES = new Set(
  (
    "aria-hidden aria-label clip-path colspan cx cy d dominant-baseline dx dy fill fill-opacity font-family font-size " +
    "font-style font-weight height id opacity open points preserveaspectratio r role rowspan rx ry scope stroke " +
    "stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity stroke-width text-anchor title transform viewbox width " +
    "x x1 x2 xmlns y y1 y2"
  ).split(" "),
);
const OWN_CLASS = /^gradlab-[\w-]+$/; // of the page's own classes none: they could cover the page, or pass for its words
const INSIDE = /^(#|(\.\.\/)*[\w-]+\/)[\w./#-]*$/; // a place on this site
const LINKED = new Set(["fill", "stroke", "clip-path"]);

export const tagAllowed = (tag) => TAGS.has(tag.toLowerCase());
export const tagDropped = (tag) => DROPPED.has(tag.toLowerCase());

/** The value that an attribute may have; nothing if it may not be there. */
export function attribute(tag, name, value) {
  const low = name.toLowerCase();
  if (low === "class")
    return (
      value
        .split(/\s+/)
        .filter((one) => OWN_CLASS.test(one))
        .join(" ") || undefined
    );
  if (low === "href") return tag.toLowerCase() === "a" && INSIDE.test(value) ? value : undefined;
  if (!NAMES.has(low)) return undefined;
  if (low === "id") return /^gradlab-[\w-]+$/.test(value) ? value : undefined;
  if (LINKED.has(low) && /url\s*\(/i.test(value) && !/^url\(#gradlab-[\w-]+\)$/.test(value)) return undefined;
  return value;
}

/** The nodes of `html` that may be shown. It is parsed in a document of its own, in which nothing loads or runs. */
export function allowed(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  return [...body.childNodes].flatMap(clean);
}

function clean(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data)];
  if (node.nodeType !== Node.ELEMENT_NODE || tagDropped(node.localName)) return [];
  const inside = [...node.childNodes].flatMap(clean);
  if (!tagAllowed(node.localName)) return inside; // the words stay
  const made = document.createElementNS(node.namespaceURI, node.localName);
  for (const { name, value } of node.attributes) {
    const kept = attribute(node.localName, name, value);
    if (kept !== undefined) made.setAttribute(name, kept);
  }
  made.append(...inside);
  return [made];
}
