// What has to outlive the page or the process: events that are not acknowledged yet, and what was received. One client
// at a time uses a store.
import type { Cursor, Entry } from "./frames.ts";

/** An event that waits in the client's own store until it is acknowledged. */
export interface Queued {
  id: string;
  stream: string;
  body: string;
  /** After this, milliseconds since 1970, nobody needs it. */
  expires_at?: number;
  /** Its place among the events of this device; it is given one before it is sent for the first time. */
  seq?: number;
}

/** What a store had kept when it was opened. */
export interface Kept {
  /** In the order in which they were added. */
  queue: Queued[];
  /** Where reading goes on from; nothing in a store that has not received anything. */
  cursor?: Cursor | undefined;
}

/** Every promise settles only when what was asked is done; what was done is there after a crash. */
export interface Store {
  open(): Promise<Kept>;
  /** Puts an event at the end of the queue. */
  add(event: Queued): Promise<void>;
  /** Keeps the places of events that are in the queue, all of them or none. */
  number(events: Queued[]): Promise<void>;
  /** Takes acknowledged events out of the queue; with that keeps the cursor, if there is one. */
  remove(ids: string[], cursor?: Cursor): Promise<void>;
  /** Keeps entries together with the cursor behind them, both or neither. There may be no entries. */
  keep(entries: Entry[], cursor: Cursor): Promise<void>;
  close(): Promise<void>;
}

/** A store for a single run: everything is forgotten when the process ends. */
export class MemoryStore implements Store {
  /** What was received, in order. Empty it as you like. */
  readonly entries: Entry[] = [];
  readonly #queue = new Map<string, Queued>();
  #cursor: Cursor | undefined;

  async open(): Promise<Kept> {
    return { queue: Array.from(this.#queue.values(), (event) => ({ ...event })), cursor: this.#cursor };
  }

  async add(event: Queued): Promise<void> {
    this.#queue.set(event.id, { ...event });
  }

  async number(events: Queued[]): Promise<void> {
    for (const event of events) if (this.#queue.has(event.id)) this.#queue.set(event.id, { ...event });
  }

  async remove(ids: string[], cursor?: Cursor): Promise<void> {
    for (const id of ids) this.#queue.delete(id);
    if (cursor) this.#cursor = { ...cursor };
  }

  async keep(entries: Entry[], cursor: Cursor): Promise<void> {
    this.entries.push(...entries);
    this.#cursor = { ...cursor };
  }

  async close(): Promise<void> {}
}
