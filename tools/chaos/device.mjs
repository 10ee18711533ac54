// A device of the chaos run: the reference client on a store that outlives it, a clock that is wrong, and a record of what
// it sent, heard and was told.
import { MemoryStore, connect } from "../../clients/js/src/index.ts";

const TYPE = /^\d+ \S{22} \{"type":"([a-z]+)"/;

/** A WebSocket class that counts frames by their type. */
export function watched(counts) {
  return class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        const [, type] = TYPE.exec(String(data).slice(0, 80)) ?? [];
        if (type) counts[type] = (counts[type] ?? 0) + 1;
      });
    }
  };
}

/** A store that says when something was kept, and can begin as it was at some time. */
class Store extends MemoryStore {
  onKept = () => {};
  async keep(entries, cursor) {
    await super.keep(entries, cursor);
    this.onKept();
  }
  async restore({ entries, queue, cursor }) {
    for (const event of queue) await this.add(event);
    await super.keep(entries, cursor);
  }
}

export class ChaosDevice {
  #store;
  #options;
  #platform;
  #relay;
  #opens = 0;
  #date = 0;
  #changed = () => {};
  record;
  /** Whether it knows where it reads from: from then on everything of others is meant for it. */
  begun = false;
  reconnects = 0;
  resyncs = 0;
  /** Nothing more is to be sent for the moment. */
  held = false;
  /** Why connections ended, by code, and what the client would not go on after. */
  codes = {};
  ended;

  /** `skew` is by how many milliseconds its clock is wrong. */
  constructor({ user, options, WebSocket: Socket, skew, changed }) {
    this.#changed = changed;
    this.skew = skew;
    this.record = { user, sent: [], acknowledged: [], kept: [], told: [], missed: [] };
    this.#platform = { WebSocket: Socket, date: () => this.#date };
    this.#options = {
      ...options,
      onEvent: ({ offset, body }) => {
        this.record.told.push(offset);
        this.#changed(body);
      },
      onMissed: (range) => void this.record.missed.push(range),
      onResync: () => void (this.resyncs += 1),
      onAcknowledged: (events) => {
        this.record.acknowledged.push(...events);
        this.#changed();
      },
      onState: ({ phase, code, reason }) => this.#state(phase, code, reason),
    };
    this.#use(new Store());
  }

  #use(store) {
    this.#store = store;
    this.record.kept = store.entries;
    this.#options.store = store;
    store.onKept = () => {
      this.begun = true;
      this.#changed();
    };
  }

  #state(phase, code, reason) {
    if (phase === "open") {
      this.#opens += 1;
      if (this.#opens > 1) this.reconnects += 1;
    }
    if (code !== undefined) this.codes[code] = (this.codes[code] ?? 0) + 1;
    if (phase === "ended") this.ended = `${code} ${reason ?? ""}`;
    this.#changed();
  }

  get running() {
    return this.#relay !== undefined;
  }

  get queued() {
    return this.#relay?.queued ?? Infinity;
  }

  async start() {
    this.#opens = 0;
    this.#relay = await connect(this.#options, this.#platform);
  }

  async stop() {
    const relay = this.#relay;
    this.#relay = undefined;
    await relay.close();
  }

  /** How its store is now, but that places are not in it: as if it were set back to before the events were sent. */
  async snapshot() {
    const { queue, cursor } = await this.#store.open();
    return { queue: queue.map(({ seq, ...event }) => event), cursor, entries: [...this.#store.entries], told: this.record.told.length };
  }

  /** Sets the store of a client that is stopped back: what was acknowledged and received since is not known to it any more. */
  async setBack({ queue, cursor, entries, told }) {
    const store = new Store();
    await store.restore({ queue, cursor, entries });
    this.#use(store);
    const again = new Set(queue.map(({ id }) => id));
    this.record.acknowledged = this.record.acknowledged.filter(({ id }) => !again.has(id));
    this.record.told.length = told;
  }

  async send(stream, body, ttl) {
    this.#date = Date.now() + this.skew;
    const expires_at = ttl === undefined ? {} : { expires_at: this.#date + ttl };
    const id = await this.#relay.send(stream, body, ttl === undefined ? {} : { ttl });
    this.record.sent.push({ id, stream, body, ...expires_at });
  }
}
