// The server's end of the relay for tests: the handshake and the sealed frames on WebCrypto, written after the document
// and sharing no code with the client, and a WebSocket class that is connected to it. Frames behind it go to hub.mjs.
const { subtle } = globalThis.crypto;

const b64 = (bytes) => Buffer.from(bytes).toString("base64url");
const raw = (text) => Buffer.from(text, "base64url");
const id = (text) => Buffer.from(text.replaceAll("-", ""), "hex");
const sha256 = async (...parts) => Buffer.from(await subtle.digest("SHA-256", Buffer.concat(parts)));
const label = (text) => Buffer.from(`${text}\0`);
const u32 = (value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
const u64 = (value) => Buffer.concat([u32(Math.floor(value / 2 ** 32)), u32(value >>> 0)]);

/** HKDF by hand from HMAC (RFC 5869): one block is all that is asked for. */
async function hmac(key, data) {
  const made = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return Buffer.from(await subtle.sign("HMAC", made, data));
}
const expand = async (prk, direction, h2) => hmac(prk, Buffer.concat([label(`witness relay 1 ${direction}`), h2, Buffer.from([1])]));

async function share() {
  const pair = await subtle.generateKey("X25519", false, ["deriveBits"]);
  const nonce = Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(32)));
  return { pair, nonce, ephemeral: Buffer.from(await subtle.exportKey("raw", pair.publicKey)) };
}
async function agree(pair, theirs) {
  const key = await subtle.importKey("raw", theirs, "X25519", false, []);
  return Buffer.from(await subtle.deriveBits({ name: "X25519", public: key }, pair.privateKey, 256));
}

/** A server with an identity key and devices that it knows. */
export class Server {
  constructor(hub) {
    Object.assign(this, { hub, devices: new Map(), versions: [1], sessions: [] });
    /** Changes a text on its way: (text, session, direction) => text, texts, or nothing. */
    this.tamper = undefined;
    /** Changes what the server's hello says before it is sent: an attacker's place. */
    this.forge = undefined;
  }

  async begin() {
    this.identity = await subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    this.key = Buffer.from(await subtle.exportKey("raw", this.identity.publicKey));
    return this;
  }

  /** The identity key as clients pin it. */
  get pinned() {
    return b64(this.key);
  }

  async add(device, keys) {
    this.devices.set(device, keys.publicKey);
  }

  /** A client has connected. */
  accept(socket) {
    const session = new Session(this, socket);
    this.sessions.push(session);
    return session;
  }

  /** A WebSocket class whose other end is this server. */
  socket() {
    const server = this;
    return class {
      constructor(url, protocols) {
        this.url = url;
        this.protocols = protocols;
        this.session = server.accept(this);
        setImmediate(() => this.onopen?.({}));
      }

      send(text) {
        this.session.arrive(text);
      }

      close(code, reason) {
        // As browsers have it.
        if (Buffer.byteLength(reason ?? "") > 123) throw new SyntaxError("the reason is too long");
        if (code !== 1000 && !(code >= 3000 && code <= 4999)) throw new RangeError("not a code for applications");
        this.closedWith = code;
        this.session.end(code, reason);
      }
    };
  }
}

class Session {
  constructor(server, socket) {
    Object.assign(this, { server, socket, state: "greeting", open: true, sent: 0, received: 0, line: Promise.resolve(), texts: [] });
  }

  /** A text came from the client. */
  arrive(text) {
    const tampered = this.server.tamper ? this.server.tamper(text, this, "up") : text;
    for (const one of [tampered].flat()) {
      if (one !== undefined) this.line = this.line.then(() => this.open && this.take(one));
    }
  }

  /** A text goes to the client. */
  say(text) {
    if (!this.open) return;
    this.texts.push(text);
    const tampered = this.server.tamper ? this.server.tamper(text, this, "down") : text;
    for (const one of [tampered].flat()) if (one !== undefined) setImmediate(() => this.socket.onmessage?.({ data: one }));
  }

  end(code, reason = "") {
    if (!this.open) return;
    this.open = false;
    if (this.connection) this.server.hub.disconnect(this.connection);
    this.ended = code;
  }

  /** The server closes the connection, after what it has said. */
  close(code, reason = "") {
    if (!this.open) return;
    this.end(code);
    setImmediate(() => this.socket.onclose?.({ code, reason }));
  }

  async take(text) {
    if (this.state === "greeting") return this.greet(text);
    if (this.state === "proving") return this.prove(JSON.parse(text));
    const json = await this.unseal(text);
    if (json === undefined) return this.close(4004, "number or tag");
    const frame = JSON.parse(json);
    if (frame.type === "rekey") return this.rekey(frame);
    return this.server.hub.up(this.connection, frame);
  }

  async greet(text) {
    const hello = JSON.parse(text);
    const { server } = this;
    const version = Math.max(...hello.versions.filter((one) => server.versions.includes(one)));
    if (!Number.isFinite(version)) return this.close(4005, "version");
    const own = await share();
    const sent = Buffer.from(text);
    const partial = Buffer.concat([u32(version), own.ephemeral, own.nonce]);
    this.h1 = await sha256(label("witness relay 1 hello"), u32(sent.length), sent, partial);
    const signature = await subtle.sign("Ed25519", server.identity.privateKey, Buffer.concat([label("witness relay 1 server"), this.h1]));
    this.prk = await hmac(this.h1, await agree(own.pair, raw(hello.ephemeral)));
    const key = (await sha256(server.key)).subarray(0, 8).toString("hex");
    const answer = { type: "hello", version, ephemeral: b64(own.ephemeral), nonce: b64(own.nonce), key, signature: b64(signature) };
    this.state = "proving";
    return this.say(JSON.stringify(server.forge ? server.forge(answer) : answer));
  }

  async prove(frame) {
    const { account, device, epoch, offset } = frame;
    const place = epoch === undefined ? Buffer.alloc(24) : Buffer.concat([raw(epoch), u64(offset)]);
    this.h2 = await sha256(label("witness relay 1 client"), this.h1, id(account), id(device), place);
    const key = this.server.devices.get(device);
    const message = Buffer.concat([label("witness relay 1 device"), this.h2]);
    if (!key || !(await subtle.verify("Ed25519", key, raw(frame.signature), message))) return this.close(4002, "signature");
    await this.keys(this.prk);
    this.state = "open";
    this.device = device;
    const cursor = epoch === undefined ? undefined : { epoch, offset };
    // The hub speaks at once; what it says is sealed one after another.
    const out = { line: Promise.resolve() };
    const send = (down) => (out.line = out.line.then(() => this.seal(JSON.stringify(down))));
    this.out = out;
    this.connection = this.server.hub.connect(device, cursor, send, (code, reason) => this.close(code, reason));
    return undefined;
  }

  async keys(prk) {
    [this.up, this.down] = [await expand(prk, "up", this.h2), await expand(prk, "down", this.h2)];
    this.sent = this.received = 0;
  }

  async rekey(frame) {
    const own = await share();
    await this.out.line;
    const parts = [raw(frame.nonce), own.nonce, raw(frame.ephemeral), own.ephemeral];
    const salt = await sha256(label("witness relay 1 rekey"), this.h2, ...parts);
    const prk = await hmac(salt, await agree(own.pair, raw(frame.ephemeral)));
    // Nothing may slip in between the last frame under the old keys and the new ones.
    this.out.line = this.out.line.then(async () => {
      await this.seal(JSON.stringify({ type: "rekeyed", ephemeral: b64(own.ephemeral), nonce: b64(own.nonce) }));
      await this.keys(prk);
      this.renewed = (this.renewed ?? 0) + 1;
    });
    await this.out.line;
  }

  async seal(json) {
    const tag = (await hmac(this.down, Buffer.concat([u64(this.sent), Buffer.from(json)]))).subarray(0, 16);
    this.say(`${this.sent} ${b64(tag)} ${json}`);
    this.sent += 1;
  }

  async unseal(text) {
    const [number, tag] = text.split(" ", 2);
    if (number !== String(this.received) || tag === undefined) return undefined;
    const json = text.slice(number.length + tag.length + 2);
    const expected = (await hmac(this.up, Buffer.concat([u64(this.received), Buffer.from(json)]))).subarray(0, 16);
    if (tag !== b64(expected)) return undefined;
    this.received += 1;
    return json;
  }
}

/** A clock that stands still until it is told; timers ring when it passes them. */
export class Clock {
  constructor() {
    this.time = 0;
    this.timers = new Set();
  }

  get platform() {
    return {
      now: () => this.time,
      timer: (call, ms) => {
        const timer = { call, at: this.time + ms };
        this.timers.add(timer);
        return () => this.timers.delete(timer);
      },
    };
  }

  advance(ms) {
    this.time += ms;
    for (const timer of [...this.timers]) {
      if (timer.at > this.time || !this.timers.delete(timer)) continue;
      timer.call();
    }
  }
}

/** Lets everything run that can run, until that holds. Each turn lets the clock go on, if there is one. */
export async function until(holds, clock, ms = 0, turns = 200_000) {
  for (let turn = 0; turn < turns; turn += 1) {
    if (holds()) return;
    await new Promise(setImmediate);
    if (clock && ms > 0 && turn % 50 === 49) clock.advance(ms);
  }
  throw new Error("it did not come to that");
}
