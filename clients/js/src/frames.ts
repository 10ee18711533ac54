// The frames of the relay (schema/frames.yaml), as this client sends and reads them. Times are milliseconds since 1970.
import { CODES, Fault } from "./closing.ts";

/** Where reading goes on from: the log, and the last entry of it that is kept. */
export interface Cursor {
  epoch: string;
  offset: number;
}

/** An entry of the log. */
export interface Entry {
  offset: number;
  /** Whose it is: the devices' or the server's. */
  class: "private" | "system";
  stream: string;
  stream_seq: number;
  id: string;
  /** The device that sent it, and its place among that device's events, if it is private. */
  device?: string;
  seq?: number;
  at: number;
  expires_at?: number;
  /** What it says; JSON, if it is of the system. */
  body: string;
}

/** An event as it is sent. */
export interface Outgoing {
  id: string;
  seq: number;
  stream: string;
  expires_at?: number;
  body: string;
}

export interface Limits {
  frame_bytes: number;
  body_bytes: number;
  batch: number;
  per_second: number;
  burst: number;
  per_minute: number;
  streams: number;
  key_events: number;
}

/** Another device came, went, or says that somebody is there. */
export interface Presence {
  device: string;
  state: "active" | "idle" | "offline";
  /** When it was last heard of. */
  last_seen: number;
}

export interface ServerHello {
  type: "hello";
  version: number;
  ephemeral: string;
  nonce: string;
  key: string;
  signature: string;
}

export interface Established {
  type: "established";
  session: string;
  epoch: string;
  acknowledged: number;
  offset: number;
  expires_at: number;
  window: number;
  limits: Limits;
}

export interface Ack {
  type: "ack";
  seq: number;
  offset?: number;
  stream_seq?: number;
  expired?: true;
  /** Everything of others up to this offset was sent over this connection before. */
  reached?: number;
}

export type Rekeyed = { type: "rekeyed"; ephemeral: string; nonce: string };

/** What a hub sends under seal. */
export type Down =
  | Established
  | Ack
  | { type: "gap"; expected: number }
  | { type: "deliver"; entries: Entry[] }
  | { type: "missed"; from: number; to: number }
  | ({ type: "resync" } & Cursor)
  | { type: "slow" }
  | { type: "throttled"; retry_ms: number }
  | { type: "expiring"; at: number; events_left: number }
  | Rekeyed
  | ({ type: "presence" } & Presence)
  | { type: "typing"; device: string; stream: string };

/** What a device sends under seal. */
export type Up =
  | ({ type: "event" } & Outgoing)
  | { type: "events"; events: Outgoing[] }
  | { type: "received"; offset: number }
  | { type: "rekey"; ephemeral: string; nonce: string }
  | { type: "presence"; state: "active" | "idle" }
  | { type: "typing"; stream: string };

type Kind = "text" | "count" | "place" | "object" | "entries";
type Shape = Record<string, Kind>;

/** What the client relies on. A field that is not here is the application's to read, or of a later server. */
const SHAPES: Record<string, Shape> = {
  hello: { version: "place", ephemeral: "text", nonce: "text", key: "text", signature: "text" },
  established: {
    session: "text",
    epoch: "text",
    acknowledged: "count",
    offset: "count",
    expires_at: "count",
    window: "place",
    limits: "object",
  },
  ack: { seq: "place" },
  gap: { expected: "place" },
  deliver: { entries: "entries" },
  missed: { from: "place", to: "place" },
  resync: { epoch: "text", offset: "count" },
  slow: {},
  throttled: { retry_ms: "count" },
  expiring: { at: "count", events_left: "count" },
  rekeyed: { ephemeral: "text", nonce: "text" },
  presence: { device: "text", state: "text", last_seen: "count" },
  typing: { device: "text", stream: "text" },
};
const ENTRY: Shape = {
  offset: "place",
  class: "text",
  stream: "text",
  stream_seq: "place",
  id: "text",
  at: "count",
  body: "text",
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function has(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "count":
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case "place":
      return Number.isSafeInteger(value) && (value as number) >= 1;
    case "object":
      return isObject(value);
    case "entries":
      return Array.isArray(value) && value.every((entry) => fits(ENTRY, entry));
  }
}

const fits = (shape: Shape, value: unknown): boolean =>
  isObject(value) && Object.entries(shape).every(([name, kind]) => has(kind, value[name]));

/**
 * The frame that a text says.
 * @throws Fault 4007 if it is none
 */
export function read(json: string): Down | ServerHello {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Fault(CODES.shape, "not JSON");
  }
  const type = isObject(value) ? value["type"] : undefined;
  const shape = typeof type === "string" && Object.hasOwn(SHAPES, type) ? SHAPES[type] : undefined;
  if (!shape || !fits(shape, value)) throw new Fault(CODES.shape, "not a frame");
  return value as Down | ServerHello;
}
