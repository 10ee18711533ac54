// The client's rules ("State machines" of the protocol): what happened goes in, what is to be done comes out. It knows no
// socket, no clock and no cryptography: time (milliseconds of a clock that never goes back) and randomness are arguments.
import { CODES, type Return, afterClose, afterFault, pause } from "./closing.ts";
import type { Cursor, Down, Presence, Up } from "./frames.ts";
import { Inbox, type Work } from "./log.ts";
import { type Done, Queue } from "./queue.ts";
import type { Kept, Queued } from "./store.ts";

/** How long the other side may take to answer: a hello, an authentication, a renewal of keys. */
export const HANDSHAKE = 10_000;
/** How long events may be in flight with nothing heard of the hub; then the connection is taken for dead. */
export const PATIENCE = 30_000;
/** A connection that has held so long was no failure. */
export const STABLE = 5_000;
/** Presence and typing are said once a second at most, by the hub's clock: what is on its way is not always as fast. */
const POLITE = 1_100;
/** The longest pause that is taken from the hub after too many events. */
const LONGEST_THROTTLE = 60_000;

export type Phase = "offline" | "greeting" | "proving" | "open" | "waiting" | "ended";

/** What an application can show of the connection. */
export interface State {
  phase: Phase;
  /** Why the last connection ended: a close code, 1000 if this client closed it. */
  code?: number;
  reason?: string;
  /** How long until the next try, in milliseconds, while waiting. */
  retry_ms?: number;
  /** The hub said that entries pile up for this device, and will cut it. */
  slow?: true;
}

export type Input =
  | { type: "start" }
  | { type: "stop" }
  /** The network may be back: a pause is cut short. */
  | { type: "wake" }
  | { type: "opened" }
  /** The server's hello was checked. */
  | { type: "greeted" }
  | { type: "frame"; frame: Down }
  /** This side found something that ends the connection. */
  | { type: "fault"; code: number; reason: string }
  | { type: "closed"; code: number; reason: string }
  | { type: "tick" }
  /** An event was added to the store. */
  | { type: "send"; event: Queued }
  | { type: "presence"; state: "active" | "idle" }
  | { type: "typing"; stream: string }
  /** The work that was handed out is done and kept, or could not be. */
  | { type: "applied" }
  | { type: "failed"; reason: string };

export type Effect =
  | { type: "connect" }
  | { type: "hello" }
  | { type: "authenticate"; cursor: Cursor | undefined }
  | { type: "rekey" }
  | { type: "frame"; frame: Up }
  | { type: "close"; code: number; reason: string }
  /** Events were given their places: to be kept before the next frame goes out. */
  | { type: "number"; events: Queued[] }
  /** Events left the queue; the cursor, if there is one, is to be kept with that. */
  | { type: "done"; events: Done[]; cursor?: Cursor }
  | { type: "apply"; work: Work }
  | { type: "presence"; presence: Presence }
  | { type: "typing"; device: string; stream: string }
  | { type: "state"; state: State };

export class Client {
  #phase: Phase = "offline";
  #queue: Queue;
  #inbox: Inbox;
  #failures = 0;
  /** When the state ends by itself: a handshake's patience, or a pause's end. */
  #until: number | undefined;
  #openedAt: number | undefined;
  /** When something was last heard, or sent after nothing had been in flight. */
  #heard = 0;
  #pausedUntil: number | undefined;
  #rekeyBy: number | undefined;
  /** What is to be told, and the moment from which on it may be. */
  #received: number | undefined;
  #presence: "active" | "idle" | undefined;
  #said: "active" | "idle" = "active";
  #presenceAt = 0;
  #typingAt = 0;

  constructor(kept: Kept = { queue: [] }) {
    this.#queue = new Queue(kept.queue);
    this.#inbox = new Inbox(kept.cursor);
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** How many events are not acknowledged. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Where reading goes on from, of what is kept. */
  get cursor(): Cursor | undefined {
    return this.#inbox.kept;
  }

  /** When there has to be a `tick`, if nothing happens before. */
  get deadline(): number | undefined {
    const times = [this.#until, this.#rekeyBy];
    if (this.#phase === "open" && this.#rekeyBy === undefined) {
      times.push(this.#pausedUntil);
      if (this.#presence !== undefined) times.push(this.#presenceAt);
    }
    if (this.#queue.flight > 0) times.push(this.#heard + PATIENCE);
    const set = times.filter((time) => time !== undefined);
    return set.length > 0 ? Math.min(...set) : undefined;
  }

  /** @param random at least 0, less than 1 */
  on(input: Input, now: number, random: number): Effect[] {
    const out: Effect[] = [];
    switch (input.type) {
      case "start":
        if (this.#phase === "offline" || this.#phase === "ended") {
          this.#failures = 0;
          this.#connect(now, out);
        }
        break;
      case "stop":
        if (this.#connected) out.push({ type: "close", code: 1000, reason: "" });
        if (this.#phase !== "offline") this.#leave("offline", 1000, "", out);
        break;
      case "wake":
        if (this.#phase === "waiting") this.#connect(now, out);
        break;
      case "opened":
        if (this.#phase === "greeting") out.push({ type: "hello" });
        break;
      case "greeted":
        if (this.#phase === "greeting") {
          this.#phase = "proving";
          this.#until = now + HANDSHAKE;
          out.push({ type: "authenticate", cursor: this.#inbox.place }, this.#state());
        }
        break;
      case "frame":
        if (this.#connected) this.#frame(input.frame, now, random, out);
        break;
      case "fault":
        if (this.#connected) this.#fault(input.code, input.reason, now, random, out);
        break;
      case "closed":
        if (this.#connected) this.#closed(input, afterClose(input.code), now, random, out);
        break;
      case "tick":
        this.#tick(now, random, out);
        break;
      case "send":
        this.#queue.add(input.event);
        break;
      case "presence":
        this.#presence = this.#said = input.state;
        break;
      case "typing":
        if (this.#phase === "open" && this.#rekeyBy === undefined && now >= this.#typingAt) {
          this.#typingAt = now + POLITE;
          out.push({ type: "frame", frame: { type: "typing", stream: input.stream } });
        }
        break;
      case "applied":
        this.#received = this.#inbox.applied() ?? this.#received;
        break;
      case "failed":
        this.#inbox.failed();
        if (this.#connected) this.#fault(1000, input.reason, now, random, out);
        break;
    }
    this.#pump(now, out);
    return out;
  }

  get #connected(): boolean {
    return this.#phase === "greeting" || this.#phase === "proving" || this.#phase === "open";
  }

  #state(more: Omit<State, "phase"> = {}): Effect {
    return { type: "state", state: { phase: this.#phase, ...more } };
  }

  #connect(now: number, out: Effect[]): void {
    this.#phase = "greeting";
    this.#until = now + HANDSHAKE;
    out.push({ type: "connect" }, this.#state());
  }

  /** The connection is gone: what was under way over it begins anew with the next one. */
  #leave(phase: Phase, code: number, reason: string, out: Effect[], retry_ms?: number): void {
    this.#phase = phase;
    this.#queue.rewind();
    this.#inbox.rewind();
    this.#until = this.#openedAt = this.#pausedUntil = this.#rekeyBy = this.#received = undefined;
    out.push(this.#state({ code, ...(reason && { reason }), ...(retry_ms !== undefined && { retry_ms }) }));
  }

  #closed(why: { code: number; reason: string }, how: Return, now: number, random: number, out: Effect[]): void {
    if (how === "never") return this.#leave("ended", why.code, why.reason, out);
    if (this.#openedAt !== undefined && now - this.#openedAt >= STABLE) this.#failures = 0;
    const wait = pause(how, this.#failures, random);
    this.#failures += 1;
    this.#leave("waiting", why.code, why.reason, out, wait);
    this.#until = now + wait;
  }

  #fault(code: number, reason: string, now: number, random: number, out: Effect[]): void {
    out.push({ type: "close", code, reason });
    this.#closed({ code, reason }, afterFault(code), now, random, out);
  }

  #tick(now: number, random: number, out: Effect[]): void {
    const over = (time: number | undefined): boolean => time !== undefined && now >= time;
    if (this.#phase === "waiting") {
      if (over(this.#until)) this.#connect(now, out);
    } else if (this.#connected) {
      const silent = this.#queue.flight > 0 && over(this.#heard + PATIENCE);
      if (over(this.#until) || over(this.#rekeyBy) || silent) this.#fault(CODES.timeout, "no answer", now, random, out);
      else if (over(this.#pausedUntil)) this.#pausedUntil = undefined;
    }
  }

  #frame(frame: Down, now: number, random: number, out: Effect[]): void {
    this.#heard = now;
    const rule = (broken: string): void => this.#fault(CODES.rule, broken, now, random, out);
    if ((this.#phase === "proving") !== (frame.type === "established")) return rule("a frame out of its turn");
    switch (frame.type) {
      case "established": {
        this.#phase = "open";
        this.#until = undefined;
        this.#openedAt = now;
        this.#inbox.begin({ epoch: frame.epoch, offset: frame.offset });
        if (this.#said === "idle") this.#presence = "idle"; // a hub takes who comes for active
        this.#settled(this.#queue.settle(frame.acknowledged), out);
        out.push(this.#state());
        break;
      }
      case "ack": {
        if (!this.#queue.has(frame.seq)) return rule("an acknowledgement of what was not sent");
        const done = this.#queue.acknowledge(frame);
        const cursor = frame.reached === undefined ? undefined : this.#inbox.reach(frame.reached);
        if (done.length > 0) out.push({ type: "done", events: done, ...(cursor && { cursor }) });
        break;
      }
      case "gap":
        // Nothing that was acknowledged is missing: a hub that says so is told the truth by a new handshake.
        if (frame.expected <= this.#queue.acknowledged || !this.#queue.has(frame.expected - 1)) return rule("no such gap");
        this.#settled(this.#queue.settle(frame.expected - 1), out);
        break;
      case "throttled":
        this.#queue.rewind();
        this.#pausedUntil = now + Math.min(frame.retry_ms, LONGEST_THROTTLE);
        break;
      case "deliver":
        if (!this.#inbox.deliver(frame.entries)) return rule("entries of another log");
        break;
      case "missed":
        this.#inbox.missed(frame.from, frame.to);
        break;
      case "resync":
        this.#inbox.resync({ epoch: frame.epoch, offset: frame.offset });
        break;
      case "slow":
        out.push(this.#state({ slow: true }));
        break;
      case "expiring":
        if (this.#rekeyBy === undefined) {
          this.#rekeyBy = now + HANDSHAKE;
          out.push({ type: "rekey" });
        }
        break;
      case "rekeyed":
        if (this.#rekeyBy === undefined) return rule("keys that nobody asked for");
        this.#rekeyBy = undefined;
        break;
      case "presence":
        out.push({ type: "presence", presence: { device: frame.device, state: frame.state, last_seen: frame.last_seen } });
        break;
      case "typing":
        out.push({ type: "typing", device: frame.device, stream: frame.stream });
        break;
    }
  }

  #settled({ done, numbered }: { done: Done[]; numbered: Queued[] }, out: Effect[]): void {
    if (numbered.length > 0) out.push({ type: "number", events: numbered });
    if (done.length > 0) out.push({ type: "done", events: done });
  }

  /** Hands out what can be done now. */
  #pump(now: number, out: Effect[]): void {
    const work = this.#inbox.next();
    if (work) out.push({ type: "apply", work });
    if (this.#phase !== "open" || this.#rekeyBy !== undefined) return;
    if (this.#received !== undefined) {
      out.push({ type: "frame", frame: { type: "received", offset: this.#received } });
      this.#received = undefined;
    }
    if (this.#presence !== undefined && now >= this.#presenceAt) {
      out.push({ type: "frame", frame: { type: "presence", state: this.#presence } });
      this.#presence = undefined;
      this.#presenceAt = now + POLITE;
    }
    if (this.#pausedUntil !== undefined) return;
    if (this.#queue.flight === 0) this.#heard = now;
    for (let next = this.#queue.next(); next; next = this.#queue.next()) {
      if (next.numbered.length > 0) out.push({ type: "number", events: next.numbered });
      out.push({ type: "frame", frame: next.frame });
    }
  }
}
