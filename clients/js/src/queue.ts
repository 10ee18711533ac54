// Events on their way out, in the order in which they were made. A run at the head has its places (`seq`), one after
// another from the one after the last that is acknowledged; of those, some are in flight over this connection.
import type { Ack, Outgoing, Up } from "./frames.ts";
import type { Queued } from "./store.ts";
import { utf8 } from "./bytes.ts";

/** The most events in flight, and in a frame. */
export const FLIGHT = 100;
/** Bytes of events in a frame; number, tag and the frame's own text fit beside them in 64 KiB. */
export const FRAME_BYTES = 64_000;

/** An event that left the queue. */
export interface Done {
  id: string;
  stream: string;
  /** Its place in the log and in the stream, where the hub has told them: of the last event of a frame. */
  offset?: number;
  stream_seq?: number;
  /** It had expired, and nobody is given it. */
  expired?: true;
}

/** The bytes of an event in a frame, whatever its place is. */
export const size = (event: Queued): number =>
  utf8(JSON.stringify({ type: "event", ...event, seq: Number.MAX_SAFE_INTEGER })).length + 1;

const outgoing = ({ id, seq, stream, expires_at, body }: Queued): Outgoing => ({
  id,
  seq: seq as number,
  stream,
  ...(expires_at !== undefined && { expires_at }),
  body,
});

export class Queue {
  #events: Queued[];
  #acknowledged = 0;
  #flight = 0;

  constructor(events: Queued[] = []) {
    this.#events = events.map((event) => ({ ...event }));
  }

  get length(): number {
    return this.#events.length;
  }

  /** How many were sent over this connection and are not acknowledged. */
  get flight(): number {
    return this.#flight;
  }

  /** The last place that is acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  add(event: Queued): void {
    this.#events.push({ ...event });
  }

  /** Nothing is in flight any more: all of it goes out again. */
  rewind(): void {
    this.#flight = 0;
  }

  /** Whether an acknowledgement can be of this queue: nothing is acknowledged that has no place. */
  has(seq: number): boolean {
    return seq <= this.#acknowledged || this.#events[seq - this.#acknowledged - 1]?.seq === seq;
  }

  /** Everything up to that place is kept by the hub. */
  acknowledge({ seq, offset, stream_seq, expired }: Omit<Ack, "type">): Done[] {
    const done: Done[] = [];
    for (let event = this.#events[0]; event?.seq !== undefined && event.seq <= seq; event = this.#events[0]) {
      const place = {
        ...(offset !== undefined && { offset }),
        ...(stream_seq !== undefined && { stream_seq }),
        ...(expired && { expired }),
      };
      done.push({ id: event.id, stream: event.stream, ...(event.seq === seq && place) });
      this.#events.shift();
    }
    this.#flight = Math.max(0, this.#flight - done.length);
    this.#acknowledged = Math.max(this.#acknowledged, seq);
    return done;
  }

  /**
   * What the hub says is the last place that it has kept, whatever this queue thought: of a store that was lost or set
   * back, events go on behind it. Events that the hub has under another place it knows by their ids.
   * @returns the events that left, and those whose places changed
   */
  settle(acknowledged: number): { done: Done[]; numbered: Queued[] } {
    this.#flight = 0;
    this.#acknowledged = 0;
    const done = this.acknowledge({ seq: acknowledged });
    const numbered: Queued[] = [];
    for (const [at, event] of this.#events.entries()) {
      if (event.seq === undefined) break;
      if (event.seq !== acknowledged + 1 + at) numbered.push(Object.assign(event, { seq: acknowledged + 1 + at }));
    }
    return { done, numbered: numbered.map((event) => ({ ...event })) };
  }

  /** The frame that goes out next, and those of its events that were given their place now; nothing if it has to wait. */
  next(): { frame: Up; numbered: Queued[] } | undefined {
    const batch: Queued[] = [];
    let bytes = 0;
    for (const event of this.#events.slice(this.#flight, FLIGHT)) {
      bytes += size(event);
      if (batch.length > 0 && bytes > FRAME_BYTES) break;
      batch.push(event);
    }
    const [only] = batch;
    if (!only) return undefined;
    const numbered: Queued[] = [];
    for (const [at, event] of batch.entries()) {
      if (event.seq !== undefined) continue;
      event.seq = this.#acknowledged + 1 + this.#flight + at;
      numbered.push({ ...event });
    }
    this.#flight += batch.length;
    const events = batch.map(outgoing);
    const frame: Up = events.length === 1 ? { type: "event", ...outgoing(only) } : { type: "events", events };
    return { frame, numbered };
  }
}
