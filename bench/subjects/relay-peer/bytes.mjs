// Bytes as the protocol joins and writes them.
const encoder = new TextEncoder();
const ALPHABET = { alphabet: "base64url" };

export const utf8 = (text) => encoder.encode(text);
export const base64url = (bytes) => bytes.toBase64({ ...ALPHABET, omitPadding: true });
export const fromBase64url = (text) => Uint8Array.fromBase64(text, ALPHABET);
export const uuid = (text) => Uint8Array.fromHex(text.replaceAll("-", ""));
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export function join(...parts) {
  const all = parts.map((part) => (typeof part === "string" ? utf8(part) : part));
  const joined = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A big-endian number of 4 or 8 bytes. */
export function number(value, length) {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  if (length === 4) view.setUint32(0, value);
  else view.setBigUint64(0, BigInt(value));
  return bytes;
}
