// The thin shell: what the rules want done is done here, by a WebSocket, a store and a clock. What has to happen in order
// stands in a line: one for frames that come in, one for what goes to the store and out.
import { Channel } from "./channel.ts";
import { Client, type Effect, type Input, type State } from "./client.ts";
import { CODES, Fault } from "./closing.ts";
import type { Down, Entry, Presence } from "./frames.ts";
import { type Agreed, type Greeting, type Share, checkHello, greet, makeShare, prove, publish } from "./handshake.ts";
import { read } from "./frames.ts";
import type { Work } from "./log.ts";
import type { Done } from "./queue.ts";
import type { Queued, Store } from "./store.ts";

export const PROTOCOL = "witness.relay.v1";

type Awaitable = void | Promise<void>;

export interface Handlers {
  /** An entry of the log, in order and once. It is kept by the store when this is called; the next waits for its end. */
  onEvent?(entry: Entry): Awaitable;
  /** Retention removed entries from `from` to `to` before this device had them. */
  onMissed?(range: { from: number; to: number }): Awaitable;
  /** The log began anew: fetch the state by the API. Entries that come afterwards are newer. */
  onResync?(): Awaitable;
  /** Events that left the queue, because they are kept or had expired. */
  onAcknowledged?(events: Done[]): void;
  onPresence?(presence: Presence): void;
  onTyping?(typing: { device: string; stream: string }): void;
  onState?(state: State): void;
}

export interface Options extends Handlers {
  /** Where the service is: `https://host`. */
  url: string;
  account: string;
  device: string;
  /** The device's Ed25519 key pair; the private key may be one that cannot be exported. */
  keys: { privateKey: CryptoKey };
  /** The server's identity keys that are believed: 32 bytes each, base64url. */
  serverKeys: readonly string[];
  /** The versions that the server is known to speak, if they are. */
  serverVersions?: readonly number[];
  store: Store;
}

/** What a connection takes from where it runs. */
export interface Platform {
  WebSocket: typeof WebSocket;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Milliseconds since 1970, by a clock that may be wrong: what `expires_at` is counted from. */
  date(): number;
  /** Calls after so many milliseconds; what it returns calls that off. */
  timer(call: () => void, ms: number): () => void;
  random(): number;
}

/** The address of an account's hub. */
export function address(url: string, account: string): string {
  const target = new URL("/api/v1/relay/connect", url);
  target.protocol = target.protocol.replace("http", "ws");
  target.searchParams.set("account", account);
  return target.href;
}

/** A line of tasks, one after another. A task that fails does not stop those behind it. */
class Line {
  #end: Promise<unknown> = Promise.resolve();
  then<T>(task: () => T | Promise<T>): Promise<T> {
    const done = this.#end.then(task);
    this.#end = done.catch(() => undefined);
    return done;
  }
}

/** Tells a listener. What it throws is the application's own fault: it is thrown where nothing here is stopped by it. */
async function tell(listener: () => Awaitable): Promise<void> {
  try {
    await listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class Connection {
  readonly #options: Options;
  readonly #platform: Platform;
  readonly #client: Client;
  readonly #out = new Line();
  #socket: WebSocket | undefined;
  #greeting: Greeting | undefined;
  #agreed: Agreed | undefined;
  #channel: Channel | undefined;
  #share: Share | undefined;
  #callOff: (() => void) | undefined;
  #applying: Promise<void> = Promise.resolve();

  constructor(options: Options, client: Client, platform: Platform) {
    this.#options = options;
    this.#client = client;
    this.#platform = platform;
  }

  get client(): Client {
    return this.#client;
  }

  /** Keeps an event, and sends it as soon as that can be. */
  send(event: Queued): Promise<void> {
    return this.#out.then(async () => {
      await this.#options.store.add(event);
      this.on({ type: "send", event });
    });
  }

  /** Ends when everything that is under way in the store has ended. */
  async settled(): Promise<void> {
    await this.#applying;
    await this.#out.then(() => undefined);
  }

  /** Something happened. */
  on(input: Input): void {
    const { now, random } = this.#platform;
    const effects = this.#client.on(input, now(), random());
    this.#callOff?.();
    const { deadline } = this.#client;
    this.#callOff =
      deadline === undefined
        ? undefined
        : this.#platform.timer(() => this.on({ type: "tick" }), Math.max(0, deadline - now()));
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    const { onAcknowledged, onPresence, onTyping, onState, store } = this.#options;
    switch (effect.type) {
      case "connect":
        return this.#connect();
      case "close":
        return this.#close(effect.code, effect.reason);
      case "hello":
        return this.#send(async () => {
          this.#greeting = await greet(await makeShare());
          return this.#greeting.text;
        });
      case "authenticate":
        return this.#send(async () => {
          const { account, device, keys } = this.#options;
          const proof = await prove(this.#agreed as Agreed, account, device, keys.privateKey, effect.cursor);
          this.#channel = new Channel(proof.keys);
          return proof.text;
        });
      case "rekey":
        return this.#send(async (channel) => {
          this.#share = await makeShare();
          return channel?.seal(JSON.stringify({ type: "rekey", ...(await publish(this.#share)) }));
        });
      case "frame":
        return this.#send((channel) => channel?.seal(JSON.stringify(effect.frame)));
      case "number":
        return this.#keep(() => store.number(effect.events));
      case "done":
        void tell(() => onAcknowledged?.(effect.events));
        return this.#keep(() => store.remove(effect.events.map(({ id }) => id), effect.cursor));
      case "apply":
        this.#applying = this.#apply(effect.work);
        return;
      case "presence":
        return void tell(() => onPresence?.(effect.presence));
      case "typing":
        return void tell(() => onTyping?.({ device: effect.device, stream: effect.stream }));
      case "state":
        return void tell(() => onState?.(effect.state));
    }
  }

  #connect(): void {
    const { account, url } = this.#options;
    const socket = new this.#platform.WebSocket(address(url, account), [PROTOCOL]);
    const line = new Line();
    this.#socket = socket;
    this.#channel = this.#agreed = this.#greeting = this.#share = undefined;
    const current = (task: () => void | Promise<void>): void => {
      void line.then(async () => {
        if (socket !== this.#socket) return;
        try {
          await task();
        } catch (error) {
          if (socket === this.#socket) this.#fault(error);
        }
      });
    };
    socket.onopen = () => current(() => this.on({ type: "opened" }));
    socket.onmessage = ({ data }) => current(() => this.#receive(socket, data));
    socket.onclose = ({ code, reason }) =>
      current(() => {
        this.#socket = undefined;
        this.on({ type: "closed", code, reason });
      });
  }

  async #receive(socket: WebSocket, data: unknown): Promise<void> {
    if (typeof data !== "string") throw new Fault(CODES.binary, "a binary frame");
    if (!this.#channel) {
      if (!this.#greeting || this.#agreed) throw new Fault(CODES.rule, "a frame out of its turn");
      const { serverKeys, serverVersions } = this.#options;
      const agreed = await checkHello(this.#greeting, data, serverKeys, serverVersions);
      if (socket !== this.#socket) return;
      this.#agreed = agreed;
      return this.on({ type: "greeted" });
    }
    const channel = this.#channel;
    const frame = read(await channel.open(data));
    if (frame.type === "hello") throw new Fault(CODES.rule, "a frame out of its turn");
    if (frame.type === "rekeyed") {
      if (!this.#share) throw new Fault(CODES.rule, "keys that nobody asked for");
      await channel.renew(this.#share, frame);
      this.#share = undefined;
    }
    if (socket === this.#socket) this.on({ type: "frame", frame: frame as Down });
  }

  /** Sends what the task makes, in its turn, unless the connection is another one by then. */
  #send(make: (channel: Channel | undefined) => string | undefined | Promise<string | undefined>): void {
    const socket = this.#socket;
    void this.#out.then(async () => {
      if (!socket || socket !== this.#socket) return;
      try {
        const text = await make(this.#channel);
        // One that is closing takes nothing any more, and a browser complains of it.
        const closing = socket.readyState > 1;
        if (text !== undefined && socket === this.#socket && !closing) socket.send(text);
      } catch (error) {
        if (socket === this.#socket) this.#fault(error);
      }
    });
  }

  /** Writes to the store, in its turn. What could not be written is an end of the connection, not of the client. */
  #keep(write: () => Promise<void>): void {
    void this.#out.then(async () => {
      try {
        await write();
      } catch (error) {
        if (this.#socket) this.on({ type: "fault", code: 1000, reason: `the store failed: ${message(error)}` });
      }
    });
  }

  async #apply(work: Work): Promise<void> {
    const { onEvent, onMissed, onResync, store } = this.#options;
    try {
      if (work.type === "missed") await onMissed?.({ from: work.from, to: work.to });
      if (work.type === "resync") await onResync?.();
      // In line with what else writes a cursor, so that none overtakes another.
      await this.#out.then(() => store.keep(work.type === "entries" ? work.entries : [], work.cursor));
    } catch (error) {
      return this.on({ type: "failed", reason: `not kept: ${message(error)}` });
    }
    if (work.type === "entries" && onEvent) {
      for (const entry of work.entries) await tell(() => onEvent(entry));
    }
    this.on({ type: "applied" });
  }

  #fault(error: unknown): void {
    const code = error instanceof Fault ? error.code : 1000;
    this.on({ type: "fault", code, reason: message(error) });
  }

  #close(code: number, reason: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(code, reason.replace(/[^ -~]/g, "?").slice(0, 120)); // at most 123 bytes (RFC 6455, 5.5)
  }
}
