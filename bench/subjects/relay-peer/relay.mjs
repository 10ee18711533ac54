// The hub of one account: a partyserver with hibernation. Its log is the queue; sessions live in the attachments.
import { Server } from "partyserver";

import { greet, prove, renew } from "./handshake.mjs";
import { Log } from "./log.mjs";
import { CONNECTIONS, FRAME_BYTES, Fault, KEY_MILLIS, RETENTION, Rate, SKEW, STREAMS, WINDOW, limits, read } from "./rules.mjs";
import { Session, encode } from "./session.mjs";

const KEY = "SELECT public_key FROM devices WHERE id = ?2 AND user_id = ?1 AND state = 'active'";
const deliver = (entries) => encode(`{"type":"deliver","entries":[${entries.join(",")}]}`);

export class Relay extends Server {
  static options = { hibernate: true };

  #log;
  #sessions = new Map();
  #changed = new Set();
  #rates = new Map();
  #tidied = 0;

  async onStart() {
    this.scale = Number(this.env.RELAY_SCALE ?? 1);
    this.#log = new Log(this.ctx.storage.sql);
    this.#tidied = this.#log.offset;
    for (const connection of this.getConnections()) {
      const session = new Session(connection, connection.state);
      this.#sessions.set(connection.id, session);
      await session.wake(this.#log);
    }
    // What was written and not sent is sent now.
    for (const session of this.#open()) this.#pump(session);
    this.#settle();
  }

  onConnect(connection) {
    const session = new Session(connection, { state: "greeting" });
    this.#sessions.set(connection.id, session);
    session.save();
  }

  onMessage(connection, message) {
    const session = this.#sessions.get(connection.id);
    if (!session) return undefined;
    session.line = session.line.then(async () => {
      if (!this.#sessions.has(connection.id)) return;
      try {
        if (typeof message !== "string") throw new Fault(4003, "a binary frame");
        if (message.length > FRAME_BYTES) throw new Fault(4009, "too large");
        await this.#take(session, message);
      } catch (error) {
        this.#close(session, error);
      }
      this.#changed.add(session);
      this.#settle();
    });
    return session.line;
  }

  onClose(connection) {
    this.#leave(connection.id);
    this.#settle();
  }

  onError(connection) {
    this.onClose(connection);
  }

  #close(session, error) {
    if (!(error instanceof Fault)) console.error(error.stack);
    const [code, reason] = error instanceof Fault ? [error.code, error.message] : [4013, ""];
    session.connection.close(code, reason);
    this.#leave(session.connection.id);
  }

  #leave(id) {
    const session = this.#sessions.get(id);
    if (!this.#sessions.delete(id) || !session.open) return;
    const { device } = session.kept;
    if (!this.#open().some((other) => other.kept.device === device)) this.#tellOthers(session, { type: "presence", device, state: "offline", last_seen: Date.now() });
  }

  #open() {
    return Array.from(this.#sessions.values()).filter((session) => session.open);
  }

  /** Attachments are written once for all that a turn changed. */
  #settle() {
    for (const session of this.#changed) if (this.#sessions.has(session.connection.id)) session.save();
    this.#changed.clear();
  }

  async #take(session, text) {
    if (!session.open) return session.kept.state === "greeting" ? this.#greet(session, text) : this.#prove(session, text);
    const frame = read(await session.unseal(text));
    if (frame.type === "rekey") {
      const { answer, keys } = await renew(session.kept.h2, frame);
      return session.renew(answer, keys);
    }
    if (session.keysAreOver) throw new Fault(4011, "the keys have expired");
    switch (frame.type) {
      case "event":
        return this.#events(session, [frame]);
      case "events":
        return this.#events(session, frame.events);
      case "received":
        session.received(frame.offset);
        return this.#pump(session);
      case "presence":
        session.kept.idle = frame.state === "idle";
        return this.#tellOthers(session, this.#presence(session));
      case "typing":
        return this.#tellOthers(session, { type: "typing", device: session.kept.device, stream: frame.stream });
      default:
        throw new Fault(4006, "type: the handshake is over");
    }
  }

  async #greet(session, text) {
    const hello = read(text);
    if (hello.type !== "hello") throw new Fault(4006, "a hello comes first");
    const { answer, remembered } = await greet(text, hello, this.env);
    session.kept = { state: "proving", ...remembered };
    session.save();
    session.connection.send(answer);
  }

  async #prove(session, text) {
    const frame = read(text);
    if (frame.type !== "authenticate" || frame.account !== this.name) throw new Fault(4006, "authenticate comes next");
    const { device } = frame;
    const known = await this.env.DB.prepare(KEY).bind(frame.account, device).first("public_key");
    if (!known) throw new Fault(4002, "signature");
    const keys = await prove(session.kept, frame, known);
    if (this.#open().length >= CONNECTIONS * this.scale) throw new Fault(4012, "too many connections");
    const { epoch } = this.#log;
    const knows = () => frame.epoch === epoch && frame.offset <= this.#log.offset;
    await session.begin(device, keys, () => (knows() ? frame.offset : this.#log.offset));
    const { offset } = this.#log;
    session.tell({
      type: "established", session: crypto.randomUUID(), epoch, acknowledged: this.#log.acknowledged(device), offset,
      expires_at: session.kept.made + KEY_MILLIS, window: WINDOW.entries, limits: limits(this.scale),
    });
    if (frame.epoch !== undefined && !knows()) session.tell({ type: "resync", epoch, offset });
    for (const other of this.#open()) if (other.kept.device !== device) session.tell(this.#presence(other));
    this.#tellOthers(session, this.#presence(session));
    this.#pump(session);
  }

  #presence({ kept: { device, idle } }) {
    return { type: "presence", device, state: idle ? "idle" : "active", last_seen: Date.now() };
  }

  #tellOthers(session, frame) {
    const shared = encode(JSON.stringify(frame));
    for (const other of this.#open()) {
      if (other === session || other.kept.device === session.kept.device) continue;
      other.send(shared);
      this.#changed.add(other);
    }
  }

  #rate(whose, each, burst) {
    if (!this.#rates.has(whose)) this.#rates.set(whose, new Rate(each / this.scale, burst));
    return this.#rates.get(whose);
  }

  #events(session, events) {
    const { device } = session.kept;
    const now = Date.now();
    const expected = this.#log.acknowledged(device) + 1;
    if (events.some(({ seq }, at) => seq !== events[0].seq + at)) throw new Fault(4006, "seq: a batch is in order");
    session.count(events.length);
    if (events[0].seq > expected) {
      if (!session.gap) session.tell({ type: "gap", expected });
      session.gap = (session.gap ?? 0) + 1;
      if (session.gap > 1000) throw new Fault(4006, "seq: those before it are missing");
      return;
    }
    const wait = this.#rate("person", 40, 60_000).take(events.length, now) || this.#rate(device, 50, 10_000).take(events.length, now);
    if (wait > 0) return session.tell({ type: "throttled", retry_ms: wait });
    session.gap = 0;
    const before = this.#log.offset;
    const fresh = [];
    let place;
    try {
      for (const event of events) place = this.#one(device, event, now, fresh);
    } finally {
      this.#fanOut(device, before, fresh);
    }
    session.tell({ type: "ack", seq: events.at(-1).seq, ...place, reached: session.kept.sent });
    session.warn();
    if (this.#log.offset - this.#tidied >= RETENTION.step) {
      this.#log.tidy(now, now - SKEW);
      this.#tidied = this.#log.offset;
    }
  }

  #one(device, event, now, fresh) {
    const expired = event.expires_at < now - SKEW;
    if (event.seq <= this.#log.acknowledged(device)) {
      const found = this.#log.find(event.id);
      if (!found && !(event.expires_at < now + 30 * 60_000)) throw new Fault(4006, "seq: another event has this place");
      return found ?? { expired: true };
    }
    if (expired) {
      this.#log.pass(device, event.seq);
      return { expired: true };
    }
    if (!this.#log.streams.has(event.stream) && this.#log.streams.size >= STREAMS) throw new Fault(4006, "stream: there are too many");
    const kept = this.#log.insert(device, event, now);
    if (!kept) {
      this.#log.pass(device, event.seq);
      return this.#log.find(event.id);
    }
    fresh.push(kept.entry);
    return { offset: kept.offset, stream_seq: kept.stream_seq };
  }

  /** Hands out what was just written: to who has all before it as it is, to others from the log. */
  #fanOut(device, before, fresh) {
    if (fresh.length === 0) return;
    const frame = deliver(fresh);
    const { offset } = this.#log;
    const bytes = fresh.reduce((sum, entry) => sum + entry.length, 0);
    for (const session of this.#open()) {
      this.#changed.add(session);
      const level = session.kept.sent === before;
      const { room } = session;
      if (level && session.kept.device === device) session.kept.sent = offset;
      else if (level && fresh.length <= Math.min(room.entries, 64) && bytes <= Math.min(room.bytes, 60 * 1024)) session.deliver(frame, offset, fresh.length, bytes);
      else this.#pump(session);
    }
  }

  /** Sends what the log has for a connection, as far as there is room. */
  #pump(session) {
    this.#changed.add(session);
    const { kept } = session;
    if (kept.sent < this.#log.floor) {
      session.tell({ type: "missed", from: kept.sent + 1, to: this.#log.floor });
      kept.sent = this.#log.floor;
    }
    while (kept.sent < this.#log.offset) {
      const { room } = session;
      if (room.entries <= 0 || room.bytes <= 0) return;
      const page = this.#log.page(kept.sent, kept.device, Date.now() - SKEW, room);
      if (page.entries.length === 0) kept.sent = this.#log.offset;
      else session.deliver(deliver(page.entries), page.last, page.entries.length, page.bytes);
    }
  }
}
