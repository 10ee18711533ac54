// base64url without padding (RFC 4648, section 5): how bytes are written in frames.
import type { Bytes } from "./bytes.ts";

const ALPHABET = /^[A-Za-z0-9_-]*$/;

/** The text of bytes. */
export function encode(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The bytes of a text. There is one text for the same bytes: padding, white space and loose bits at the end are refused.
 * @param length how many bytes it has to be
 * @throws RangeError for any other text
 */
export function decode(text: string, length?: number): Bytes {
  if (!ALPHABET.test(text) || text.length % 4 === 1) throw new RangeError("not base64url");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  if (encode(bytes) !== text) throw new RangeError("not the shortest base64url");
  if (length !== undefined && bytes.length !== length) throw new RangeError(`not ${length} bytes`);
  return bytes;
}
