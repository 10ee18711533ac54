// The relay's client: devices of one person that stay in step (docs/relay.md).
import { Client } from "./client.ts";
import { Connection, type Options, type Platform } from "./connection.ts";
import { FRAME_BYTES, size } from "./queue.ts";
import { decode } from "./base64url.ts";
import { utf8, uuid } from "./bytes.ts";
import type { Cursor } from "./frames.ts";
import type { Queued } from "./store.ts";

export type { Phase, State } from "./client.ts";
export type { Handlers, Options, Platform } from "./connection.ts";
export type { Cursor, Entry, Limits, Presence } from "./frames.ts";
export type { Done } from "./queue.ts";
export { IndexedDbStore } from "./indexeddb.ts";
export { type Kept, MemoryStore, type Queued, type Store } from "./store.ts";
export * from "./devices.ts";

const STREAM = /^[a-z0-9._-]{1,64}$/;
const BODY_BYTES = 48 * 1024;

/** A connection that comes again by itself until it is closed. */
export interface Relay {
  /**
   * Keeps an event and sends it when that can be. It is safe once the promise has settled: from then on the store has it
   * until the hub has.
   * @param stream 1 to 64 of `a-z 0-9 . _ -`, not `system`
   * @param body at most 48 KiB, encrypted by you
   * @param options.ttl after so many milliseconds nobody needs it
   * @returns the event's id
   * @throws RangeError for a stream or a body that the hub would refuse
   */
  send(stream: string, body: string, options?: { ttl?: number }): Promise<string>;
  /** Tells the other devices whether somebody is there. */
  presence(state: "active" | "idle"): void;
  /** Tells the other devices that somebody types; once a second at most, and kept nowhere. Streams are those of `send`. */
  typing(stream: string): void;
  /** Cuts a pause short: the network may be back. */
  wake(): void;
  /** How many events are not acknowledged yet. */
  readonly queued: number;
  /** Where reading goes on from, of what is kept. */
  readonly cursor: Cursor | undefined;
  /** Ends the connection and closes the store; what is not acknowledged stays in it. */
  close(): Promise<void>;
}

/** What the browser or Node gives. */
const HERE: Omit<Platform, "WebSocket"> = {
  now: () => performance.now(),
  date: () => Date.now(),
  timer: (call, ms) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

function writable(stream: string): string {
  if (!STREAM.test(stream) || stream === "system") throw new RangeError("not the name of a stream");
  return stream;
}

function checked(stream: string, body: string, ttl: number | undefined, date: () => number): Queued {
  writable(stream);
  if (!body.isWellFormed()) throw new RangeError("the body is not well-formed text");
  if (utf8(body).length > BODY_BYTES) throw new RangeError("the body is longer than 48 KiB");
  if (ttl !== undefined && !(Number.isFinite(ttl) && ttl >= 0)) throw new RangeError("not a time to live");
  const id = crypto.randomUUID();
  const event = { id, stream, body, ...(ttl !== undefined && { expires_at: Math.round(date() + ttl) }) };
  if (size(event) > FRAME_BYTES) throw new RangeError("the body does not fit into a frame");
  return event;
}

/**
 * Opens the store and keeps a connection to the account's hub. One client at a time may use a device: two that send in one
 * device's name would give two events one place.
 * @throws RangeError if an id is no UUID or a server's key is not 32 bytes
 */
export async function connect(options: Options, platform: Partial<Platform> = {}): Promise<Relay> {
  const { account, device, serverKeys, store } = options;
  for (const id of [account, device]) uuid(id);
  for (const key of serverKeys) decode(key, 32);
  const kept = await store.open();
  const here = { ...HERE, WebSocket: globalThis.WebSocket, ...platform };
  const connection = new Connection(options, new Client(kept), here);
  const { client } = connection;
  const wake = (): void => connection.on({ type: "wake" });
  let closed = false;
  if ("window" in globalThis) addEventListener("online", wake);
  connection.on({ type: "start" });
  return {
    send: async (stream, body, { ttl } = {}) => {
      if (closed) throw new Error("the relay is closed");
      const event = checked(stream, body, ttl, here.date);
      await connection.send(event);
      return event.id;
    },
    presence: (state) => connection.on({ type: "presence", state }),
    typing: (stream) => connection.on({ type: "typing", stream: writable(stream) }),
    wake,
    get queued() {
      return client.queued;
    },
    get cursor() {
      return client.cursor;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      if ("window" in globalThis) removeEventListener("online", wake);
      connection.on({ type: "stop" });
      await connection.settled();
      await store.close();
    },
  };
}
