// One connection: its keys and counters, which stand in the socket's attachment, and sealed frames.
import { base64url, fromBase64url, utf8 } from "./bytes.mjs";
import { Fault, KEY_EVENTS, KEY_MILLIS, KEY_WARNING, WINDOW } from "./rules.mjs";

const FRAME = /^(0|[1-9][0-9]{0,15}) ([A-Za-z0-9_-]{22}) /;

/** A frame's JSON behind eight bytes for its number: encoded once, and numbered for each receiver. */
export function encode(json) {
  const bytes = new Uint8Array(8 + json.length * 3);
  const { written } = new TextEncoder().encodeInto(json, bytes.subarray(8));
  return { json, bytes: bytes.subarray(0, 8 + written) };
}

/** The first 16 bytes of HMAC-SHA-256. WebCrypto takes the bytes when it is called: they may be numbered anew afterwards. */
async function tag(key, number, { bytes }) {
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes), 0, 16);
}

/** The counters of new keys. */
const FRESH = { incoming: 0, outgoing: 0, events: 0, warned: false };

const importKey = (raw) => crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

export class Session {
  #keys;
  #out = Promise.resolve();
  /** Frames on their way: their last entry, how many they have and how large they are. */
  #flight = [];
  #used = { entries: 0, bytes: 0 };
  /** What comes in is handled one after another. */
  line = Promise.resolve();

  constructor(connection, kept) {
    this.connection = connection;
    this.kept = kept;
  }

  get open() {
    return this.kept.state === "open";
  }

  /** Writes keys and counters into the attachment. */
  save() {
    this.connection.setState(this.kept);
  }

  /** After hibernation: keys are imported again, and the window counted again. */
  async wake(log) {
    if (!this.open) return;
    const { up, down, sent, received, device } = this.kept;
    this.#keys = { up: await importKey(up), down: await importKey(down) };
    const { entries, bytes } = log.between(received, sent, device);
    if (entries > 0) this.#fly({ last: sent, entries, bytes });
  }

  /** The device is let in: `place` says where it goes on from, when its keys are ready. */
  async begin(device, { h2, up, down }, place) {
    const keys = { up: await importKey(up), down: await importKey(down) };
    const sent = place();
    this.kept = { state: "open", device, h2, sent, received: sent, idle: false, ...FRESH, up, down, made: Date.now() };
    this.#keys = keys;
  }

  /** The last frame under the old keys; then the new ones. */
  async renew(answer, { up, down }) {
    const keys = { up: await importKey(up), down: await importKey(down) };
    this.send(encode(answer));
    this.#keys = keys;
    Object.assign(this.kept, FRESH, { up, down, made: Date.now() });
  }

  /** Seals and sends a frame; the attachment is to be saved in the same turn. */
  send(frame) {
    const number = this.kept.outgoing++;
    const made = tag(this.#keys.down, number, frame);
    this.#out = this.#out.then(async () => {
      const text = `${number} ${base64url(await made)} ${frame.json}`;
      try {
        this.connection.send(text);
      } catch {
        // It is gone; that it is will be told.
      }
    });
  }

  tell(frame) {
    this.send(encode(JSON.stringify(frame)));
  }

  /** The JSON of the frame that comes next. */
  async unseal(text) {
    const [head, number, given] = FRAME.exec(text) ?? [];
    if (number !== String(this.kept.incoming)) throw new Fault(4004, "number");
    const json = text.slice(head.length);
    const expected = await tag(this.#keys.up, this.kept.incoming, encode(json));
    // Its spelling is compared too: there is one.
    if (!crypto.subtle.timingSafeEqual(utf8(base64url(expected)), utf8(given))) throw new Fault(4004, "tag");
    this.kept.incoming += 1;
    return json;
  }

  /** So many events went either way under these keys. */
  count(events) {
    this.kept.events += events;
  }

  get keysAreOver() {
    return this.kept.events >= KEY_EVENTS || Date.now() - this.kept.made >= KEY_MILLIS;
  }

  /** Says once that the keys end soon. */
  warn() {
    const { events, made, warned } = this.kept;
    if (warned || (events < KEY_WARNING && Date.now() - made < KEY_MILLIS * 0.9)) return;
    this.kept.warned = true;
    this.tell({ type: "expiring", at: made + KEY_MILLIS, events_left: Math.max(0, KEY_EVENTS - events) });
  }

  /** How much more may be on its way. */
  get room() {
    return { entries: WINDOW.entries - this.#used.entries, bytes: WINDOW.bytes - this.#used.bytes };
  }

  #fly(load) {
    this.#flight.push(load);
    this.#used.entries += load.entries;
    this.#used.bytes += load.bytes;
  }

  deliver(frame, last, entries, bytes) {
    this.#fly({ last, entries, bytes });
    this.kept.sent = last;
    this.send(frame);
    this.count(entries);
    this.warn();
  }

  received(offset) {
    if (offset > this.kept.sent) throw new Fault(4006, "offset: not sent yet");
    this.kept.received = Math.max(this.kept.received, offset);
    while (this.#flight.length > 0 && this.#flight[0].last <= offset) {
      const { entries, bytes } = this.#flight.shift();
      this.#used.entries -= entries;
      this.#used.bytes -= bytes;
    }
  }
}
