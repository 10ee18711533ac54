// What was received, on its way to the application: one piece of work at a time, in order, each entry once. The cursor
// moves with the work that it is kept with, so whatever is cut off in between is fetched again.
import type { Cursor, Entry } from "./frames.ts";

/** Something for the application, to be kept together with the cursor behind it. */
export type Work =
  | { type: "entries"; entries: Entry[]; cursor: Cursor }
  /** Retention removed entries before this device had them. */
  | { type: "missed"; from: number; to: number; cursor: Cursor }
  /** The log is another one: the state has to be fetched by the API. */
  | { type: "resync"; cursor: Cursor }
  /** The device has no cursor and begins here. */
  | { type: "begun"; cursor: Cursor };

export class Inbox {
  #kept: Cursor | undefined;
  /** Behind all that was taken in. */
  #place: Cursor | undefined;
  /** The hub's log is not the one that is known, and it has not said yet where to go on. */
  #foreign = false;
  #work: Work[] = [];
  #running: Work | undefined;
  /** The work under way came over a connection that is gone. */
  #late = false;

  constructor(kept?: Cursor) {
    this.#kept = this.#place = kept && { ...kept };
  }

  /** The cursor that is kept. */
  get kept(): Cursor | undefined {
    return this.#kept;
  }

  /** Where a new connection goes on from. */
  get place(): Cursor | undefined {
    return this.#place;
  }

  /** A connection is established with a hub whose log is that one and ends there: who has no cursor begins there. */
  begin(log: Cursor): void {
    this.#foreign = this.#place !== undefined && this.#place.epoch !== log.epoch;
    if (this.#place) return;
    this.#place = log;
    this.#work.push({ type: "begun", cursor: log });
  }

  /** Takes entries in; those that were there before are left out. Says whether they can be of the log that is known. */
  deliver(entries: Entry[]): boolean {
    if (this.#foreign || !this.#place) return false;
    const { epoch } = this.#place;
    let { offset } = this.#place;
    const fresh = entries.filter((entry) => {
      if (entry.offset <= offset) return false;
      offset = entry.offset;
      return true;
    });
    if (fresh.length === 0) return true;
    this.#place = { epoch, offset };
    const last = this.#work.at(-1);
    if (last?.type === "entries") {
      last.entries.push(...fresh);
      last.cursor = this.#place;
    } else {
      this.#work.push({ type: "entries", entries: fresh, cursor: this.#place });
    }
    return true;
  }

  missed(from: number, to: number): void {
    if (this.#foreign || !this.#place || to <= this.#place.offset) return;
    this.#place = { epoch: this.#place.epoch, offset: to };
    this.#work.push({ type: "missed", from, to, cursor: this.#place });
  }

  resync(cursor: Cursor): void {
    this.#foreign = false;
    this.#place = cursor;
    this.#work.push({ type: "resync", cursor });
  }

  /**
   * There was nothing else for this device up to that place: its own events are not delivered to it.
   * @returns the cursor, if that can be kept because nothing before it is still to be kept
   */
  reach(offset: number): Cursor | undefined {
    if (this.#foreign || !this.#place || offset <= this.#place.offset) return undefined;
    this.#place = { epoch: this.#place.epoch, offset };
    if (this.#running || this.#work.length > 0) return undefined;
    this.#kept = this.#place;
    return this.#kept;
  }

  /** The next piece of work, if none is under way. */
  next(): Work | undefined {
    if (this.#running) return undefined;
    this.#running = this.#work.shift();
    this.#late = false;
    return this.#running;
  }

  /**
   * The work that was handed out is kept.
   * @returns the place of its last entry, if it had any and the hub of this connection waits to hear of it
   */
  applied(): number | undefined {
    const work = this.#running;
    this.#running = undefined;
    if (!work) return undefined;
    this.#kept = work.cursor;
    return work.type === "entries" && !this.#late ? work.cursor.offset : undefined;
  }

  /** The work that was handed out is not kept: all since then has to come again. */
  failed(): void {
    this.#running = undefined;
    this.rewind();
  }

  /** The connection is gone. What is being kept will be; all after it has to come again. */
  rewind(): void {
    this.#work = [];
    this.#late = true;
    this.#place = this.#running?.cursor ?? this.#kept;
  }
}
