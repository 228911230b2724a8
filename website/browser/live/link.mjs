// Code in the part of an address that browsers send to nobody: what comes after #. Whoever opens it reads it before it runs.
const START = "#code=";
const MOST = 200_000; // characters: a short link must not unpack to what fills the memory

/** An address of this page that carries a text. */
export async function linkTo(text) {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return location.href.split("#")[0] + START + letters.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The text that an address carries; null if it carries none, undefined if that cannot be read. */
export async function textOf(address) {
  const at = address.indexOf(START);
  if (at < 0) return null;
  try {
    const letters = atob(
      address
        .slice(at + START.length)
        .replace(/-/g, "+")
        .replace(/_/g, "/"),
    );
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const reader = plain.pipeThrough(new TextDecoderStream("utf-8", { fatal: true })).getReader();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
      if (text.length > MOST) return undefined;
    }
    return text;
  } catch {
    return undefined;
  }
}
