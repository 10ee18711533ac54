// Devices at the relay, for tests: with the reference client, and frame by frame.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { Channel } from "../../clients/js/src/channel.ts";
import { MemoryStore, confirm, connect, makeKeys, register } from "../../clients/js/src/index.ts";
import { checkHello, greet, makeShare, prove, publish } from "../../clients/js/src/handshake.ts";
import { PROTOCOL, address } from "../../clients/js/src/connection.ts";

/** After so many milliseconds without what is waited for a test fails instead of hanging. */
const PATIENCE = 30_000;

/** What the relay tells of itself. */
export async function relay(url) {
  const answer = await fetch(`${url}/api/v1/relay`);
  assert.equal(answer.status, 200);
  return answer.json();
}

/** Things that happen, to be awaited. */
export class Happenings {
  all = [];
  #waiting = new Set();

  push(one) {
    this.all.push(one);
    for (const look of this.#waiting) look();
  }

  /** The first of `all` that fits, from `from` on. */
  async find(fits, what = "something", from = 0) {
    const found = () => this.all.slice(from).find(fits);
    if (found()) return found();
    const { promise, resolve, reject } = Promise.withResolvers();
    const look = () => found() && resolve(found());
    const timer = setTimeout(() => reject(new Error(`${what} did not happen: ${JSON.stringify(this.all).slice(-600)}`)), PATIENCE);
    this.#waiting.add(look);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(look);
    });
  }

  /** Comes back when there are so many. */
  count(number) {
    return this.find(() => this.all.length >= number, `${number} things`);
  }
}

/** An active device of an account; further ones are let in by the first. */
export async function device(user, first) {
  const keys = await makeKeys();
  const api = { url: user.url, token: user.token };
  const { device: made, pairing_code: code } = await register(api, keys, "Device");
  if (first) await confirm(api, { account: user.user_id, device: first.id, keys: first.keys }, code, made);
  return { id: made.id, keys };
}

/** A device with the reference client, connected. */
export async function client(user, { id, keys }, { store = new MemoryStore(), url = user.url, ...more } = {}) {
  const { keys: identities } = await relay(user.url);
  const [events, states, acknowledged, presences, others] = Array.from({ length: 5 }, () => new Happenings());
  const opened = await connect({
    url,
    account: user.user_id,
    device: id,
    keys,
    serverKeys: identities.map(({ public_key: key }) => key),
    store,
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
    onAcknowledged: (done) => done.forEach((one) => acknowledged.push(one)),
    onPresence: (presence) => presences.push(presence),
    onMissed: (range) => others.push({ missed: range }),
    onResync: () => others.push({ resync: true }),
    ...more,
  });
  return { id, relay: opened, store, events, states, acknowledged, presences, others, open: () => states.find(({ phase }) => phase === "open", "open") };
}

/** A device frame by frame: every step by itself, and nothing done that is not asked for. */
export class Raw {
  frames = new Happenings();
  #socket;
  #sent = [];

  constructor(user, { id, keys } = {}) {
    Object.assign(this, { user, id: id ?? randomUUID(), keys });
  }

  /** Opens a socket at the hub of `account`. */
  async open(account = this.user.user_id) {
    this.frames = new Happenings();
    this.closed = Promise.withResolvers();
    this.#socket = new WebSocket(address(this.user.url, account), [PROTOCOL]);
    this.#socket.binaryType = "arraybuffer";
    const { promise, resolve, reject } = Promise.withResolvers();
    const { frames, closed } = this;
    this.#socket.onopen = resolve;
    this.#socket.onerror = () => reject(new Error("the socket did not open"));
    this.#socket.onmessage = ({ data }) => frames.push(data);
    this.#socket.onclose = ({ code, reason }) => closed.resolve({ code, reason });
    await promise;
    assert.equal(this.#socket.protocol, PROTOCOL);
  }

  /** Sends a text or bytes as they are. */
  say(data) {
    if (typeof data === "string") this.#sent.push(data);
    this.#socket.send(data);
  }

  get said() {
    return this.#sent.at(-1);
  }

  /** Says hello, and checks the answer against the server's keys. */
  async greet({ versions } = {}) {
    const { keys, versions: spoken } = await relay(this.user.url);
    const greeting = await greet(await makeShare(), versions);
    this.say(greeting.text);
    const answer = await this.frames.find(() => true, "the server's hello");
    this.serverHello = answer;
    this.agreed = await checkHello(greeting, answer, keys.map(({ public_key: key }) => key), spoken);
  }

  /** Proves who it is, or says to be. */
  async prove({ account = this.user.user_id, device = this.id, cursor } = {}) {
    const proof = await prove(this.agreed, account, device, this.keys.privateKey, cursor);
    this.channel = new Channel(proof.keys);
    this.opened = 1;
    this.say(proof.text);
  }

  /** The whole way in; gives `established`. */
  async enter(options) {
    await this.open();
    await this.greet();
    await this.prove(options);
    return this.next();
  }

  /** The next sealed frame. */
  async next() {
    await this.frames.count(this.opened + 1);
    return JSON.parse(await this.channel.open(this.frames.all[this.opened++]));
  }

  /** The next frame of that type. */
  async frame(type) {
    for (;;) {
      const frame = await this.next();
      if (frame.type === type) return frame;
    }
  }

  async send(frame) {
    this.say(await this.channel.seal(JSON.stringify(frame)));
  }

  event(seq, body = "", stream = "notes") {
    return this.send({ type: "event", id: randomUUID(), seq, stream, body });
  }

  /** Asks for new keys. */
  async askForKeys() {
    this.share = await makeShare();
    await this.send({ type: "rekey", ...(await publish(this.share)) });
  }

  /** Has new keys. */
  async rekey() {
    await this.askForKeys();
    await this.channel.renew(this.share, await this.frame("rekeyed"));
  }

  close() {
    this.#socket.close(1000);
  }

  /** By which code the hub ended it. */
  async code() {
    const timer = AbortSignal.timeout(PATIENCE);
    const late = new Promise((_, reject) => timer.addEventListener("abort", () => reject(new Error("nothing was closed"))));
    return (await Promise.race([this.closed.promise, late])).code;
  }
}
