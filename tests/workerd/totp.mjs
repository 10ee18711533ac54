// The code of an authenticator, from the RFCs and nothing else.
import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An authenticator with a secret in base32 (RFC 4648 section 6): codes of the step it began in, and those after it. */
export function authenticator(secret) {
  const began = Math.floor(Date.now() / 30_000);
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  /** RFC 6238. The first code and the next one are good for half a minute at least. */
  return (offset = 0) => {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(began + offset));
    const mac = createHmac("sha1", key).update(counter).digest();
    return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  };
}
