// The handshake and the sealed frames against a server that was written for itself: what is right goes through, and
// whatever an attacker on the way changes ends the connection before anything is believed.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Channel } from "../src/channel.ts";
import { makeKeys } from "../src/devices.ts";
import { checkHello, greet, keyName, makeShare, prove } from "../src/handshake.ts";
import { connect } from "../src/index.ts";
import { MemoryStore } from "../src/store.ts";
import { frame as contract, schemas } from "./contract.mjs";
import { Hub } from "./hub.mjs";
import { Clock, Server, until } from "./server.mjs";

const ACCOUNT = "0197f7a0-0000-7000-8000-000000000001";
const DEVICES = ["0197f7a0-0000-7000-8000-0000000000d1", "0197f7a0-0000-7000-8000-0000000000d2"];

/** A server with one hub, and clients that connect to it. */
async function world(hub = new Hub()) {
  const server = await new Server(hub).begin();
  const clock = new Clock();
  const keys = [await makeKeys(), await makeKeys()];
  for (const [at, device] of DEVICES.entries()) await server.add(device, keys[at]);
  const join = async (at = 0, more = {}) => {
    const seen = { states: [], events: [], acknowledged: [], presence: [], typing: [], missed: [], resyncs: 0 };
    const options = {
      url: "https://relay.example.com",
      account: ACCOUNT,
      device: DEVICES[at],
      keys: keys[at],
      serverKeys: [server.pinned],
      store: new MemoryStore(),
      onState: (state) => seen.states.push(state),
      onEvent: (entry) => void seen.events.push(entry),
      onAcknowledged: (events) => seen.acknowledged.push(...events),
      onPresence: (presence) => seen.presence.push(presence),
      onTyping: (typing) => seen.typing.push(typing),
      onMissed: (range) => void seen.missed.push(range),
      onResync: () => void (seen.resyncs += 1),
      ...more,
    };
    const relay = await connect(options, { ...clock.platform, random: () => 0.5, WebSocket: server.socket() });
    return { relay, seen, store: options.store };
  };
  return { server, hub, clock, join, keys };
}

const phase = ({ seen }) => seen.states.at(-1)?.phase;
/** Connected, and with the place kept from which on it reads. */
const opened = (client) => until(() => phase(client) === "open" && client.relay.cursor !== undefined);
/** Waits for the connection to have ended, and gives how. */
async function ended(client) {
  await until(() => ["waiting", "ended"].includes(phase(client)));
  return client.seen.states.at(-1);
}
const bodies = ({ seen }) => seen.events.map(({ body }) => body);

test("a device proves itself, sends, receives and knows what is kept", async () => {
  const { join, server } = await world();
  const [one, other] = [await join(0), await join(1)];
  await opened(one);
  await opened(other);
  const { url, protocols } = server.sessions[0].socket;
  assert.equal(url, `wss://relay.example.com/api/v1/relay/connect?account=${ACCOUNT}`);
  assert.deepEqual(protocols, ["witness.relay.v1"]);
  const id = await one.relay.send("notes", "first ü \u2028 \"'");
  await one.relay.send("notes", "second");
  await until(() => other.seen.events.length === 2 && one.seen.acknowledged.length === 2);
  assert.deepEqual(bodies(other), ["first ü \u2028 \"'", "second"]);
  assert.equal(other.seen.events[0].id, id);
  assert.deepEqual(one.seen.events, []);
  assert.equal(one.relay.queued, 0);
  assert.deepEqual(one.seen.acknowledged[0], { id, stream: "notes", offset: 1, stream_seq: 1 });
  one.relay.presence("idle");
  one.relay.typing("notes");
  await until(() => other.seen.presence.length === 1 && other.seen.typing.length === 1);
  assert.equal(other.seen.presence[0].state, "idle");
  await Promise.all([one.relay.close(), other.relay.close()]);
  await assert.rejects(one.relay.send("notes", "late"), /closed/);
});

test("every frame of either side is one of the contract", async () => {
  const { join, server, hub, clock } = await world();
  const faults = [];
  const seen = { Up: new Map(), Down: new Map() };
  server.tamper = (text, session, direction) => {
    const value = JSON.parse(text.slice(text.indexOf("{")));
    const known = direction === "up" ? "Up" : "Down";
    // The place that an acknowledgement may name beside its own is held to where the contract has it.
    if (value.type === "ack" && !schemas.AckFrame.properties.reached) delete value.reached;
    try {
      contract(known, value);
    } catch (error) {
      faults.push(error.message);
    }
    seen[known].set(value.type, value);
    return text;
  };
  let throttled = 0;
  const [one, other] = [await join(0), await join(1)];
  await Promise.all([opened(one), opened(other)]);
  for (const part of ["1", "2", "3"]) void one.relay.send("a", part, { ttl: 60_000 });
  other.relay.typing("a");
  one.relay.presence("idle");
  hub.system({ changed: true });
  for (const connection of hub.connections) connection.send({ type: "expiring", at: 0, events_left: 1 });
  await until(() => one.relay.queued === 0 && other.relay.cursor.offset === 4 && server.sessions.every(({ renewed }) => renewed === 1));
  hub.throttle = () => (throttled++ === 0 ? 300 : 0);
  for (let at = 0; at < 5; at += 1) await one.relay.send("a", "more");
  await until(() => one.relay.queued === 0 && other.relay.cursor.offset === 9, clock, 100);
  await other.relay.close();
  await one.relay.send("a", "unseen");
  await until(() => one.relay.queued === 0);
  hub.forget(hub.end);
  const again = await join(1, { store: other.store });
  await until(() => again.seen.missed.length === 1);
  await again.relay.close();
  hub.epoch = "BBBBBBBBBBBBBBBBBBBBBA";
  const restored = await join(1, { store: other.store });
  await until(() => restored.seen.resyncs === 1);
  for (const connection of hub.connections) {
    connection.send({ type: "gap", expected: hub.sender(connection.device).acknowledged + 1 });
    connection.send({ type: "slow" });
  }
  await until(() => restored.seen.states.some(({ slow }) => slow));
  assert.deepEqual(faults, []);
  const missing = (known) => Object.keys(schemas[`Frame${known}`].discriminator.mapping).filter((type) => !seen[known].has(type));
  assert.deepEqual([missing("Up"), missing("Down")], [[], []], "all of them were exchanged");
});

test("a device goes on from what it has kept", async () => {
  const { join } = await world();
  const one = await join(0);
  const other = await join(1);
  await opened(other);
  await one.relay.send("a", "1");
  await until(() => other.seen.events.length === 1);
  await until(() => other.relay.cursor?.offset === 1);
  await other.relay.close();
  await one.relay.send("a", "2");
  await until(() => one.relay.queued === 0);
  const again = await join(1, { store: other.store });
  await until(() => again.seen.events.length === 1);
  assert.deepEqual(bodies(again), ["2"]);
  assert.deepEqual(other.store.entries.map(({ body }) => body), ["1", "2"]);
});

test("keys are renewed in the middle of a conversation and nothing is lost", async () => {
  const { join, server, hub } = await world();
  const [one, other] = [await join(0), await join(1)];
  await opened(one);
  await opened(other);
  for (let at = 0; at < 60; at += 1) {
    await one.relay.send("a", `${at}`);
    if (at % 20 !== 10) continue;
    // In the midst of what is on its way.
    for (const connection of hub.connections) connection.send({ type: "expiring", at: 0, events_left: 100 });
    for (const part of ["x", "y"]) await other.relay.send("b", part);
    await until(() => server.sessions.every(({ renewed }) => renewed === (at + 10) / 20));
  }
  await until(() => other.seen.events.length === 60 && one.seen.events.length === 6);
  await one.relay.send("a", "60");
  await until(() => other.seen.events.length === 61);
  assert.deepEqual(bodies(other), Array.from({ length: 61 }, (_, at) => `${at}`));
  assert.equal(server.sessions.length, 2, "without a new connection");
});

test("a server with another key is not believed, however well it signs", async () => {
  const { join } = await world();
  const { server: stranger } = await world();
  const client = await join(0, { serverKeys: [stranger.pinned] });
  const state = await ended(client);
  assert.equal(state.code, 4002);
  assert.match(state.reason, /not pinned/);
  assert.ok(state.retry_ms >= 30_000);
});

test("a server's signature over anything else is refused", async () => {
  const random = Buffer.alloc(32, 7).toString("base64url");
  const forgeries = {
    signature: (hello) => ({ ...hello, signature: Buffer.alloc(64, 1).toString("base64url") }),
    nonce: (hello) => ({ ...hello, nonce: random }),
    ephemeral: (hello) => ({ ...hello, ephemeral: random }),
  };
  for (const [name, forge] of Object.entries(forgeries)) {
    const { join, server } = await world();
    server.forge = forge;
    const state = await ended(await join());
    assert.equal(state.code, 4002, name);
    assert.ok(server.sessions.every((session) => session.connection === undefined), "nothing was proven to it");
  }
});

test("a hello that was changed on its way to the server is noticed by its signature", async () => {
  const { join, server } = await world();
  server.tamper = (text, session, direction) =>
    direction === "up" && text.includes('"hello"') ? text.replace('"versions":[1]', '"versions":[1,1]') : text;
  assert.equal((await ended(await join())).code, 4002);
});

test("a version that was not offered, or is not the highest of both, is refused", async () => {
  for (const version of [2, 0]) {
    const { join, server } = await world();
    server.forge = (hello) => ({ ...hello, version });
    const state = await ended(await join());
    assert.equal(state.code, version === 0 ? 4007 : 4005);
  }
  const { join } = await world();
  assert.equal((await ended(await join(0, { serverVersions: [2] }))).code, 4005);
  const stranger = await world();
  stranger.server.versions = [2];
  assert.deepEqual(await ended(await stranger.join()), { phase: "ended", code: 4005, reason: "version" });
});

test("a hello whose key is of small order is refused", async () => {
  const { join, server } = await world();
  // Even if the server itself signed it: zeros agree to zeros with whomever.
  const { subtle } = globalThis.crypto;
  const greeting = await greet(await makeShare());
  const [ephemeral, nonce] = [Buffer.alloc(32), Buffer.alloc(32, 9)];
  const text = Buffer.from(greeting.text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const parts = [Buffer.from("witness relay 1 hello\0"), length, text, Buffer.from([0, 0, 0, 1]), ephemeral, nonce];
  const h1 = Buffer.from(await subtle.digest("SHA-256", Buffer.concat(parts)));
  const signed = Buffer.concat([Buffer.from("witness relay 1 server\0"), h1]);
  const signature = Buffer.from(await subtle.sign("Ed25519", server.identity.privateKey, signed));
  const b64 = (bytes) => bytes.toString("base64url");
  const hello = { type: "hello", version: 1, ephemeral: b64(ephemeral), nonce: b64(nonce), key: await keyName(server.key), signature: b64(signature) };
  await assert.rejects(checkHello(greeting, JSON.stringify(hello), [server.pinned]), /no agreement/);
  // The same with a key that agrees is taken, so it is that rule which refuses.
  await opened(await join());
});

test("a device that the server does not know, or whose signature is wrong, is ended", async () => {
  const { join, keys } = await world();
  assert.deepEqual(await ended(await join(0, { keys: keys[1] })), { phase: "ended", code: 4002, reason: "signature" });
});

test("what a device goes on from cannot be changed on the way", async () => {
  const { join, server } = await world();
  const one = await join(0);
  const other = await join(1);
  await until(() => other.relay.cursor !== undefined);
  await one.relay.send("a", "1");
  await until(() => other.relay.cursor?.offset === 1);
  await other.relay.close();
  server.tamper = (text, session, direction) => (direction === "up" ? text.replace('"offset":1', '"offset":9') : text);
  assert.equal((await ended(await join(1, { store: other.store }))).code, 4002);
});

test("a frame that was sent back, or comes under another device's keys, is not believed", async () => {
  const { server, keys } = await world();
  const session = async (device) => {
    const greeting = await greet(await makeShare());
    const socket = new (server.socket())("wss://relay.example.com", []);
    const said = await new Promise((resolve) => {
      socket.onmessage = ({ data }) => resolve(data);
      socket.send(greeting.text);
    });
    const agreed = await checkHello(greeting, said, [server.pinned]);
    return new Channel((await prove(agreed, ACCOUNT, device, keys[0].privateKey)).keys);
  };
  const [one, other] = [await session(DEVICES[0]), await session(DEVICES[0])];
  const text = await one.seal('{"type":"slow"}');
  assert.match(text, /^0 [\w-]{22} \{"type":"slow"\}$/);
  await assert.rejects(one.open(text), { code: 4004 }, "reflected");
  await assert.rejects(other.open(text), { code: 4004 }, "of another session");
  for (const wrong of ["", "0", "0 ", text.slice(2), `+${text}`, `1${text}`, text.replace("0 ", "0  "), text.replace("0 ", "00 ")])
    await assert.rejects(one.open(wrong), { code: 4004 }, wrong);
});

test("tampered, repeated, left out and reordered frames are not believed", async () => {
  const sealed = /^\d+ \S{22} /;
  const attacks = {
    "a changed body": (text) => text.replace("the body", "another."),
    "a changed tag": (text) => text.replace(/ (.)/, (_, letter) => ` ${letter === "A" ? "B" : "A"}`),
    "a leading zero": (text) => `0${text}`,
    "another number": (text) => text.replace(/^\d+/, (number) => `${Number(number) + 1}`),
    "a frame twice": (text) => [text, text],
    "a frame left out": () => undefined,
    "a frame of garbage": () => "0 garbage",
    "an empty frame": () => "",
    "a frame that is not sealed": (text) => text.replace(sealed, ""),
    "a frame that was cut": (text) => text.slice(0, -1),
  };
  for (const [name, attack] of Object.entries(attacks)) {
    const { join, server } = await world();
    const [one, other] = [await join(0), await join(1)];
    await opened(one);
    await opened(other);
    let attacked = 0;
    server.tamper = (text, session, direction) => {
      const victim = direction === "down" && session === server.sessions[1] && text.includes('"deliver"');
      return victim && attacked++ === 0 ? attack(text) : text;
    };
    await one.relay.send("a", "the body");
    await until(() => attacked > 0);
    await one.relay.send("a", "second");
    await until(() => other.seen.states.some(({ code }) => code === 4004));
    assert.equal(server.sessions[1].socket.closedWith, 4004, name);
    assert.ok(!other.seen.events.some(({ body }) => body !== "the body" && body !== "second"), name);
  }
});

test("after an attack the client comes again and has everything once", async () => {
  const { join, server, clock } = await world();
  const [one, other] = [await join(0), await join(1)];
  await opened(one);
  await opened(other);
  let count = 0;
  server.tamper = (text, session, direction) => {
    if (direction !== "down" || !text.includes('"deliver"')) return text;
    count += 1;
    return count % 3 === 1 ? text.replace("the body", "a body!!") : count % 3 === 2 ? [text, text] : text;
  };
  for (let at = 0; at < 30; at += 1) await one.relay.send("a", `the body ${at}`);
  await until(() => other.seen.events.length === 30, clock, 1000);
  assert.deepEqual(bodies(other), Array.from({ length: 30 }, (_, at) => `the body ${at}`));
  assert.ok(server.sessions.length > 3);
});

test("frames of another session are refused by both sides", async () => {
  const { join, server } = await world();
  const first = await join(1);
  await opened(first);
  const [old] = server.sessions[0].texts.slice(-1);
  await first.relay.close();
  server.tamper = (text, session, direction) => (direction === "down" && /^0 /.test(text) ? old : text);
  const again = await join(1, { store: first.store });
  const { code } = await ended(again);
  assert.equal(code, 4004);
});

test("binary frames and frames that are none end the connection", async () => {
  const { join, server } = await world();
  const client = await join();
  await opened(client);
  server.sessions[0].socket.onmessage({ data: new ArrayBuffer(4) });
  assert.equal((await ended(client)).code, 4003);

  const second = await world();
  const victim = await second.join();
  await opened(victim);
  await second.server.sessions[0].seal('{"type":"nothing"}');
  assert.equal((await ended(victim)).code, 4007);
});
