// What a relay allows, and what a frame has to be.

/** Ends a connection. */
export class Fault extends Error {
  constructor(code, reason) {
    super(reason);
    this.code = code;
  }
}

export const BATCH = 100;
export const BODY_BYTES = 48 * 1024;
export const FRAME_BYTES = 64 * 1024;
export const KEY_EVENTS = 1000;
export const KEY_WARNING = 600;
export const KEY_MILLIS = 24 * 3_600_000;
export const PAGE = { entries: 64, bytes: 60 * 1024 };
export const WINDOW = { entries: 128, bytes: 256 * 1024 };
export const SKEW = 5 * 60_000;
export const STREAMS = 256;
export const CONNECTIONS = 20;
/** Entries: so many are kept, removed at a time, and at most so old. */
export const RETENTION = { most: 50_000, step: 500, age: 30 * 24 * 3_600_000 };

export const limits = (scale) => ({
  frame_bytes: FRAME_BYTES, body_bytes: BODY_BYTES, batch: BATCH, per_second: 20 * scale, burst: 200 * scale,
  per_minute: 3000 * scale, streams: STREAMS, key_events: KEY_EVENTS,
});

/** A leaky bucket: up to when it is used up, as one time. */
export class Rate {
  #used = 0;
  constructor(each, burst) {
    Object.assign(this, { each, burst });
  }
  /** Takes so many events; milliseconds to wait if there are too many. */
  take(events, now) {
    const after = Math.min(Math.max(this.#used, now), now + this.burst) + events * this.each;
    if (after - now > this.burst) return Math.ceil(after - now - this.burst);
    this.#used = after;
    return 0;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const STREAM = /^[a-z0-9._-]{1,64}$/;
const whole = (least) => (value) => Number.isSafeInteger(value) && value >= least;
const text = (length) => (value) => typeof value === "string" && value.length === length;
const optional = (rule) => (value) => value === undefined || rule(value);
const bytes = new TextEncoder();
const body = (value) =>
  typeof value === "string" && (value.length * 3 <= BODY_BYTES || bytes.encode(value).length <= BODY_BYTES);

const event = {
  id: (value) => UUID.test(value), seq: whole(1), stream: (value) => STREAM.test(value) && value !== "system",
  expires_at: optional(whole(0)), body,
};
const FRAMES = {
  hello: { versions: Array.isArray, ephemeral: text(43), nonce: text(43) },
  authenticate: {
    account: (value) => UUID.test(value), device: (value) => UUID.test(value), signature: text(86),
    epoch: optional(text(22)), offset: optional(whole(0)),
  },
  event,
  events: { events: (value) => Array.isArray(value) && value.length > 0 && value.length <= BATCH && value.every(isEvent) },
  received: { offset: whole(0) },
  rekey: { ephemeral: text(43), nonce: text(43) },
  presence: { state: (value) => value === "active" || value === "idle" },
  typing: { stream: (value) => STREAM.test(value) && value !== "system" },
};

function fits(shape, value, own) {
  for (const name in shape) if (!shape[name](value[name])) return false;
  for (const name in value) if (!(name in shape) && name !== own) return false;
  return true;
}
function isEvent(value) {
  return typeof value === "object" && value !== null && fits(event, value);
}

/** The frame that a text says. */
export function read(json) {
  let frame;
  try {
    frame = JSON.parse(json);
  } catch {
    throw new Fault(4007, "not JSON");
  }
  if (typeof frame?.type !== "string") throw new Fault(4007, "not a frame");
  const shape = Object.hasOwn(FRAMES, frame.type) ? FRAMES[frame.type] : undefined;
  if (!shape || !fits(shape, frame, "type")) throw new Fault(4006, "not a frame that a device sends");
  return frame;
}
