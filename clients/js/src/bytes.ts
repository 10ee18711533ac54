// Bytes as the transcripts join them.

/** Bytes that WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const utf8 = (text: string): Bytes => encoder.encode(text);

/** The parts one after another; a text stands for its UTF-8. */
export function join(...parts: (Uint8Array | string)[]): Bytes {
  const all = parts.map((part) => (typeof part === "string" ? utf8(part) : part));
  const joined = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Four bytes, most significant first. */
export function u32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Eight bytes, most significant first. */
export function u64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/**
 * The 16 bytes of an id (RFC 9562).
 * @throws RangeError for what is no UUID
 */
export function uuid(text: string): Bytes {
  if (!UUID.test(text)) throw new RangeError("not a UUID");
  return Uint8Array.from(text.replaceAll("-", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Whether both are the same; takes as long for any two of one length. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (const [at, byte] of one.entries()) difference |= byte ^ (other[at] as number);
  return difference === 0;
}
