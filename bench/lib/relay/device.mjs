// A device of the load: sends, acknowledges what it is delivered and renews its keys. Anything that a quiet run does not
// have (a gap, a refusal, a connection that ends) makes the figures worthless and is an error.
import { WebSocket } from "ws";

import { Channel } from "./channel.mjs";

const PROTOCOL = "witness.relay.v1";
const PATIENCE = 60_000;

/** A promise that fails in place of hanging. */
export function within(what, start) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: nothing for ${PATIENCE / 1000} s`)), PATIENCE);
    start((value) => (clearTimeout(timer), resolve(value)), (error) => (clearTimeout(timer), reject(error)));
  });
}

export class Device {
  #socket;
  #channel;
  #came = [];
  #waiting = [];
  #renewing = false;
  #closing = false;
  /** The last `seq` that was given, and the last that is acknowledged. */
  seq = 0;
  acknowledged = 0;
  /** Entries and frames that were delivered, and the offset of the last one. */
  entries = 0;
  frames = 0;
  offset = 0;
  onAck = () => {};
  onDeliver = () => {};
  onError = () => {};

  /** `who` has url, account, device, privateKey and pinned. */
  constructor(who) {
    this.who = who;
  }

  /** Connects; with a cursor goes on from there. Settles when the device is in. */
  connect(cursor) {
    const { url, account } = this.who;
    this.#channel = new Channel();
    this.#socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/relay/connect?account=${account}`, [PROTOCOL], { perMessageDeflate: false });
    return within("a handshake", (resolve, reject) => {
      this.onError = reject;
      let stage = 0;
      this.#socket.on("open", () => this.#socket.send(this.#channel.hello()));
      this.#socket.on("error", (error) => this.onError(error));
      this.#socket.on("close", (code, reason) => this.#closing || this.onError(new Error(`closed with ${code} ${reason}`)));
      this.#socket.on("message", (data) => {
        // The moment is noted before the frame is looked at; what came together is looked at together.
        if (stage === 2) return this.#take(performance.now(), data);
        try {
          const text = data.toString();
          if (stage === 0) this.#socket.send(this.#channel.authenticate(text, { ...this.who, cursor }));
          else {
            const frame = this.#channel.open(text);
            if (frame.type !== "established") throw new Error(`${frame.type} in place of established`);
            this.acknowledged = this.seq = frame.acknowledged;
            this.epoch = frame.epoch;
            this.end = frame.offset;
            resolve(frame);
          }
          stage += 1;
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #take(at, data) {
    this.#came.push([at, data]);
    if (this.#came.length === 1) setImmediate(() => this.#look());
  }

  #look() {
    const came = this.#came;
    this.#came = [];
    try {
      for (const [at, data] of came) this.#frame(this.#channel.open(data.toString()), at);
    } catch (error) {
      this.onError(error);
    }
  }

  #frame(frame, at) {
    switch (frame.type) {
      case "ack":
        this.acknowledged = frame.seq;
        return this.onAck(frame, at);
      case "deliver": {
        const { offset } = frame.entries.at(-1);
        if (frame.entries[0].offset <= this.offset) throw new Error("an entry came twice");
        this.offset = offset;
        this.entries += frame.entries.length;
        this.frames += 1;
        this.onDeliver(frame.entries, at);
        return this.say({ type: "received", offset });
      }
      case "expiring":
        this.#renewing = true;
        return this.#socket.send(this.#channel.rekey());
      case "rekeyed": {
        this.#channel.rekeyed(frame);
        this.#renewing = false;
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const one of waiting) this.say(one);
        return undefined;
      }
      case "presence":
        return undefined;
      default:
        throw new Error(`the hub says ${JSON.stringify(frame)}`);
    }
  }

  say(frame) {
    if (this.#renewing) this.#waiting.push(frame);
    else this.#socket.send(this.#channel.seal(JSON.stringify(frame)));
  }

  /** Sends events, one in a frame of its own or several in one. */
  send(events) {
    for (const event of events) event.seq = this.seq += 1;
    this.say(events.length === 1 ? { type: "event", ...events[0] } : { type: "events", events });
  }

  /** Settles when everything that was sent is acknowledged. */
  settled() {
    if (this.acknowledged >= this.seq) return Promise.resolve();
    return within("acknowledgements", (resolve, reject) => {
      const before = this.onAck;
      this.onError = reject;
      this.onAck = (frame, at) => {
        before(frame, at);
        if (this.acknowledged >= this.seq) resolve();
      };
    });
  }

  async close() {
    this.#closing = true;
    await new Promise((resolve) => {
      this.#socket.on("close", resolve);
      this.#socket.close(1000);
    });
  }
}
