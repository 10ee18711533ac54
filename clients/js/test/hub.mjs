// A hub for tests, after the protocol's sections "The log" and "Presence": frames come in and go out as objects. It
// shares no code with the client. Faults are asked for by the test: throttling, retention, another epoch.

const LIMITS = { frame_bytes: 65536, body_bytes: 49152, batch: 100, per_second: 20, burst: 200, per_minute: 3000, streams: 256, key_events: 1000 };
const SKEW = 5 * 60_000;

export class Hub {
  constructor({ window = 8, epoch = "AAAAAAAAAAAAAAAAAAAAAA", clock = () => 0, deviceOf = undefined } = {}) {
    this.window = window;
    this.epoch = epoch;
    this.clock = clock;
    this.deviceOf = deviceOf;
    this.log = []; // entries that are left, by offset
    this.end = 0; // the last offset that was given
    this.streams = new Map();
    this.senders = new Map(); // device -> { acknowledged, places: seq -> { id, ack } }
    this.ids = new Map(); // id -> ack
    this.connections = new Set();
    this.throttle = () => 0; // milliseconds, asked before an event is kept
    this.sessions = 0;
  }

  sender(device) {
    if (!this.senders.has(device)) this.senders.set(device, { acknowledged: 0, places: new Map() });
    return this.senders.get(device);
  }

  /** A device is authenticated. `send` takes the frames for it, `close` a code. */
  connect(device, cursor, send, close = () => {}) {
    const connection = { device, send, close, open: true, gapped: false, sent: 0, received: 0, flying: [] };
    this.connections.add(connection);
    this.sessions += 1;
    const session = `00000000-0000-4000-8000-${String(this.sessions).padStart(12, "0")}`;
    const { acknowledged } = this.sender(device);
    const { epoch, end: offset, window } = this;
    send({ type: "established", session, epoch, acknowledged, offset, expires_at: this.clock() + 86_400_000, window, limits: LIMITS });
    if (cursor && (cursor.epoch !== epoch || cursor.offset > offset)) {
      connection.sent = offset;
      send({ type: "resync", epoch, offset });
    } else {
      connection.sent = cursor?.offset ?? offset;
    }
    this.deliver(connection);
    return connection;
  }

  disconnect(connection) {
    connection.open = false;
    this.connections.delete(connection);
  }

  refuse(connection, code, reason) {
    this.disconnect(connection);
    connection.close(code, reason);
  }

  /** The retention removes everything up to that offset. */
  forget(offset) {
    this.log = this.log.filter((entry) => entry.offset > offset);
  }

  /** Something that the server changed. */
  system(body) {
    this.keep({ class: "system", stream: "system", id: `00000000-0000-4000-9000-${String(this.end + 1).padStart(12, "0")}`, body: JSON.stringify(body) });
    this.spread();
  }

  keep(entry) {
    const stream_seq = (this.streams.get(entry.stream) ?? 0) + 1;
    this.streams.set(entry.stream, stream_seq);
    this.end += 1;
    this.log.push({ offset: this.end, stream_seq, at: this.clock(), ...entry });
    return { offset: this.end, stream_seq };
  }

  spread() {
    for (const connection of this.connections) this.deliver(connection);
  }

  deliver(connection) {
    const first = this.log[0]?.offset ?? this.end + 1;
    if (connection.sent + 1 < first) {
      connection.send({ type: "missed", from: connection.sent + 1, to: first - 1 });
      connection.sent = first - 1;
    }
    const entries = [];
    for (const entry of this.log) {
      if (entry.offset <= connection.sent) continue;
      if (connection.flying.length + entries.length >= this.window) break;
      connection.sent = entry.offset;
      if (entry.device !== connection.device) entries.push(entry);
    }
    if (entries.length === 0) return;
    connection.flying.push(...entries.map(({ offset }) => offset));
    connection.send({ type: "deliver", entries });
  }

  /** A frame of a device. */
  up(connection, frame) {
    if (!connection.open) return;
    switch (frame.type) {
      case "event":
        return this.take(connection, [frame]);
      case "events":
        if (frame.events.length > LIMITS.batch) return this.refuse(connection, 4006, "too many events");
        return this.take(connection, frame.events);
      case "received": {
        const last = connection.flying.filter((offset) => offset <= frame.offset).at(-1);
        if (last !== frame.offset) return this.refuse(connection, 4006, "what was not delivered cannot be received");
        connection.flying = connection.flying.filter((offset) => offset > frame.offset);
        connection.received = frame.offset;
        return this.deliver(connection);
      }
      case "presence":
        return this.tell(connection, { ...frame, last_seen: this.clock() });
      case "typing":
        return this.tell(connection, frame);
      default:
        return this.refuse(connection, 4006, `no ${frame.type} here`);
    }
  }

  tell(connection, frame) {
    for (const other of this.connections) if (other !== connection) other.send({ ...frame, device: connection.device });
  }

  take(connection, events) {
    let last;
    let wait = 0;
    for (const event of events) {
      const answer = this.one(connection, event);
      if (!connection.open) return;
      if (answer === "gap") continue;
      if (answer === "throttled") {
        wait = this.wait;
        break;
      }
      last = answer;
    }
    this.spread();
    if (last) connection.send({ ...last, reached: connection.sent });
    if (wait > 0) connection.send({ type: "throttled", retry_ms: wait });
  }

  one(connection, event) {
    const sender = this.sender(connection.device);
    const next = sender.acknowledged + 1;
    if (event.seq > next) {
      if (!connection.gapped) connection.send({ type: "gap", expected: next });
      connection.gapped = true;
      return "gap";
    }
    if (event.seq < next) {
      const place = sender.places.get(event.seq);
      if (place.id !== event.id) return this.refuse(connection, 4006, "two events cannot have one place");
      return place.ack;
    }
    connection.gapped = false;
    this.wait = this.throttle();
    if (this.wait > 0) return "throttled";
    let ack = this.ids.get(event.id);
    if (ack) ack = { ...ack, seq: event.seq };
    else if (event.expires_at !== undefined && event.expires_at < this.clock() - SKEW) ack = { type: "ack", seq: event.seq, expired: true };
    else {
      const { type: _, ...fields } = event;
      ack = { type: "ack", seq: event.seq, ...this.keep({ class: "private", device: connection.device, ...fields }) };
    }
    this.ids.set(event.id, ack);
    sender.acknowledged = event.seq;
    sender.places.set(event.seq, { id: event.id, ack });
    return ack;
  }
}
