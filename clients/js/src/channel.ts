// Sealed frames: `<number> <tag> <json>`. A frame of another number, direction, session or device has another tag.
import { encode } from "./base64url.ts";
import { type Bytes, join, same, u64, utf8 } from "./bytes.ts";
import { CODES, Fault } from "./closing.ts";
import { type Keys, type Share, renew } from "./handshake.ts";

const TAG = 16;
const FRAME = /^(0|[1-9][0-9]{0,15}) ([A-Za-z0-9_-]{22}) /;

/** The tag of a frame: the first 16 bytes of HMAC-SHA-256 (RFC 2104). */
async function tag(key: CryptoKey, number: number, json: string): Promise<Bytes> {
  const whole = await globalThis.crypto.subtle.sign("HMAC", key, join(u64(number), json));
  return new Uint8Array(whole, 0, TAG);
}

/** The client's end of a connection that is established. */
export class Channel {
  #keys: Keys;
  #sent = 0;
  #received = 0;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** A frame's text. Texts have to be sent in the order of the calls. */
  async seal(json: string): Promise<string> {
    const number = this.#sent++;
    return `${number} ${encode(await tag(this.#keys.up, number, json))} ${json}`;
  }

  /**
   * The JSON of the frame that comes next. One at a time: a call begins when that before it has ended.
   * @throws Fault 4004 for every other text
   */
  async open(text: string): Promise<string> {
    const [head, number, given] = FRAME.exec(text) ?? [];
    if (head === undefined || number !== String(this.#received)) throw new Fault(CODES.forged, "a frame's number is wrong");
    const json = text.slice(head.length);
    const expected = encode(await tag(this.#keys.down, this.#received, json));
    if (!same(utf8(expected), utf8(given as string))) throw new Fault(CODES.forged, "a frame's tag is wrong");
    this.#received += 1;
    return json;
  }

  /** Goes on with new keys, from number 0 in both directions. Nothing may be sealed or opened meanwhile. */
  async renew(share: Share, theirs: { ephemeral: string; nonce: string }): Promise<void> {
    this.#keys = await renew(this.#keys.h2, share, theirs);
    this.#sent = 0;
    this.#received = 0;
  }
}
