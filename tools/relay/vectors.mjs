// Handshakes of the relay by WebCrypto alone, written from docs/relay.md; it shares no code with the Worker.
//
//   node tools/relay/vectors.mjs            writes tests/truth/relay/vectors.json
//   node tools/relay/vectors.mjs --check    makes it again and compares; follows tests/truth/relay/house.json, which
//                                           the Worker's rules wrote, as the client that it was written to
//
// Everything comes from a seed, so that the file is the same on every machine.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const { subtle } = globalThis.crypto;
const COUNT = 24;
const VECTORS = new URL("../../tests/truth/relay/vectors.json", import.meta.url);
const HOUSE = new URL("../../tests/truth/relay/house.json", import.meta.url);

const utf8 = (text) => new TextEncoder().encode(text);
const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64url"));
const join = (...parts) => new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === "string" ? utf8(part) : part))));
const u32 = (number) => join(Buffer.from(number.toString(16).padStart(8, "0"), "hex"));
const u64 = (number) => join(Buffer.from(number.toString(16).padStart(16, "0"), "hex"));
const idBytes = (id) => new Uint8Array(Buffer.from(id.replaceAll("-", ""), "hex"));
const ZERO = new Uint8Array([0]);

const sha256 = async (...parts) => new Uint8Array(await subtle.digest("SHA-256", join(...parts)));

async function hmac(key, ...parts) {
  const imported = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, join(...parts)));
}

/** HKDF-SHA-256, extract and expand at once as WebCrypto has it. */
async function hkdf(secret, salt, info) {
  const key = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, 256));
}

/** A private key of RFC 8410 from its 32 bytes, and its public half. */
async function pair(algorithm, seed) {
  const kind = algorithm === "Ed25519" ? "70" : "6e";
  const pkcs8 = join(Buffer.from(`302e020100300506032b65${kind}04220420`, "hex"), seed);
  const usages = algorithm === "Ed25519" ? ["sign"] : ["deriveBits"];
  const key = await subtle.importKey("pkcs8", pkcs8, algorithm, true, usages);
  return { key, public: bytesOf((await subtle.exportKey("jwk", key)).x) };
}

const point = (bytes) => subtle.importKey("raw", bytes, "X25519", true, []);
const agree = async (own, theirs) =>
  new Uint8Array(await subtle.deriveBits({ name: "X25519", public: await point(theirs) }, own.key, 256));
const sign = async (own, message) => new Uint8Array(await subtle.sign("Ed25519", own.key, message));

async function verify(key, signature, message) {
  const imported = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  return subtle.verify("Ed25519", imported, signature, message);
}

// The transcript and the keys, after "Handshake" and "Rotation".

const firstHash = (helloC, version, ephemeral, nonce) =>
  sha256("witness relay 1 hello", ZERO, u32(utf8(helloC).length), helloC, u32(version), ephemeral, nonce);
const secondHash = (h1, { account, device, epoch, offset }) =>
  sha256(
    ...["witness relay 1 client", ZERO, h1, idBytes(account), idBytes(device)],
    ...[epoch === undefined ? new Uint8Array(16) : bytesOf(epoch), u64(offset ?? 0)],
  );
const serverMessage = (h1) => join("witness relay 1 server", ZERO, h1);
const deviceMessage = (h2) => join("witness relay 1 device", ZERO, h2);

async function channel(shared, salt, h2) {
  const key = (direction) => hkdf(shared, salt, join("witness relay 1 ", direction, ZERO, h2));
  return { up: await key("up"), down: await key("down"), sent: { up: 0, down: 0 } };
}

async function seal(keys, way, json) {
  const number = keys.sent[way]++;
  const tag = (await hmac(keys[way], u64(number), json)).slice(0, 16);
  return `${number} ${base64url(tag)} ${json}`;
}

const rekeySalt = (h2, nonceC, nonceS, ephemeralC, ephemeralS) =>
  sha256("witness relay 1 rekey", ZERO, h2, nonceC, nonceS, ephemeralC, ephemeralS);

// What goes over the wire.

const uuid = (bytes) => {
  const hex = Buffer.from(bytes.slice(0, 16)).toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `7${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)];
  return parts.join("-");
};

/** The same hello in other spellings: what counts is the text. */
function helloText(index, ephemeral, nonce) {
  const fields = { type: "hello", versions: [[1], [1, 2], [7, 1, 3]][index % 3], ephemeral, nonce };
  switch (index % 4) {
    case 1:
      return JSON.stringify(fields, null, 2);
    case 2:
      return JSON.stringify({ nonce, ephemeral, versions: fields.versions, type: "hello" });
    case 3:
      return JSON.stringify(fields).replace('"hello"', '"h\\u0065llo"').replace("{", " { ");
    default:
      return JSON.stringify(fields);
  }
}

const BODIES = ["", "c2VhbGVk", "ünïcödé ☂ 🜁", 'quoted "and" \\ broken\nover lines\t', "x".repeat(300), "\u007f\u2028"];

function frames(index, id) {
  const body = (at) => BODIES[(index + at) % BODIES.length];
  const event = (seq) => ({ id: id(`event ${seq}`), seq, stream: "notes.2026", body: body(seq) });
  const entry = (offset) => ({
    ...{ offset, class: "private", stream: "notes.2026", stream_seq: offset, id: id(`entry ${offset}`) },
    ...{ device: id("other device"), seq: offset, at: 1772348400000 + offset, body: body(offset) },
  });
  const up = [
    { type: "event", ...event(1) },
    { type: "events", events: [2, 3, 4].map(event) },
    { type: "received", offset: 9007199254740991 },
    { type: "presence", state: "idle" },
    { type: "typing", stream: "a" },
  ];
  const down = [
    { type: "ack", seq: 1, offset: 5, stream_seq: 2 },
    { type: "deliver", entries: [1, 2].map(entry) },
    { type: "gap", expected: 2 },
    { type: "presence", device: id("other device"), state: "offline", last_seen: 1772348400000 },
    { type: "slow" },
  ];
  return { up: up.slice(0, 1 + (index % 5)), down: down.slice(0, 1 + ((index + 2) % 5)) };
}

async function sealedFrames(keys, index, id) {
  const { up, down } = frames(index, id);
  const all = (way, list) => list.map((frame) => ({ way, json: JSON.stringify(frame) }));
  const out = [];
  for (const { way, json } of [...all("down", down), ...all("up", up)]) {
    out.push({ way, text: await seal(keys, way, json) });
  }
  return out;
}

async function vector(index) {
  const seed = (label) => sha256("witness relay vectors", ZERO, u32(index), label);
  const ids = {};
  for (const label of ["account", "device", "session", "other device"]) ids[label] = uuid(await seed(label));
  for (let at = 1; at <= 4; at += 1) {
    for (const label of [`event ${at}`, `entry ${at}`]) ids[label] = uuid(await seed(label));
  }
  const id = (label) => ids[label];
  const identitySeed = await sha256("witness relay identity", u32(index % 3));
  const identity = await pair("Ed25519", identitySeed);
  const deviceSeed = await seed("device key");
  const device = await pair("Ed25519", deviceSeed);
  const client = await pair("X25519", await seed("client ephemeral"));
  const server = await pair("X25519", await seed("server ephemeral"));
  const [nonceC, nonceS] = [await seed("client nonce"), await seed("server nonce")];

  const helloC = helloText(index, base64url(client.public), base64url(nonceC));
  const h1 = await firstHash(helloC, 1, server.public, nonceS);
  const helloS = JSON.stringify({
    ...{ type: "hello", version: 1, ephemeral: base64url(server.public), nonce: base64url(nonceS) },
    key: Buffer.from((await sha256(identity.public)).slice(0, 8)).toString("hex"),
    signature: base64url(await sign(identity, serverMessage(h1))),
  });
  const from = index % 2 ? { epoch: base64url((await seed("epoch")).slice(0, 16)), offset: index * 2 ** 40 + index } : {};
  const who = { account: ids.account, device: ids.device, ...from };
  const h2 = await secondHash(h1, who);
  const authenticate = JSON.stringify({
    ...{ type: "authenticate", account: who.account, device: who.device },
    ...{ signature: base64url(await sign(device, deviceMessage(h2))), ...from },
  });
  const shared = await agree(client, server.public);
  const first = await channel(shared, h1, h2);
  const firstFrames = await sealedFrames(first, index, id);

  const again = await pair("X25519", await seed("client ephemeral again"));
  const serverAgain = await pair("X25519", await seed("server ephemeral again"));
  const [nonceC2, nonceS2] = [await seed("client nonce again"), await seed("server nonce again")];
  const hello = (type, own, nonce) => JSON.stringify({ type, ephemeral: base64url(own.public), nonce: base64url(nonce) });
  const asked = await seal(first, "up", hello("rekey", again, nonceC2));
  const answered = await seal(first, "down", hello("rekeyed", serverAgain, nonceS2));
  const sharedAgain = await agree(again, serverAgain.public);
  const salt = await rekeySalt(h2, nonceC2, nonceS2, again.public, serverAgain.public);
  const second = await channel(sharedAgain, salt, h2);
  return {
    ...{ account: who.account, device: who.device, ...from },
    identity_seed: base64url(identitySeed),
    device_seed: base64url(deviceSeed),
    device_public: base64url(device.public),
    client_private: base64url(await seed("client ephemeral")),
    server: { ephemeral: base64url(server.public), nonce: base64url(nonceS), shared: base64url(shared) },
    ...{ hello_c: helloC, hello_s: helloS, authenticate, frames: firstFrames },
    again: {
      client_private: base64url(await seed("client ephemeral again")),
      server: { ephemeral: base64url(serverAgain.public), nonce: base64url(nonceS2), shared: base64url(sharedAgain) },
      ...{ asked, answered, frames: await sealedFrames(second, index + 1, id) },
    },
  };
}

const wrong = (what) => {
  throw new Error(`relay vectors: ${what}`);
};

/** Follows one connection of the house from the client's side. */
async function follow(one, index) {
  const here = (what, fits) => fits || wrong(`house.json, ${index}: ${what}`);
  const identity = await pair("Ed25519", bytesOf(one.identity_seed));
  const device = await pair("Ed25519", bytesOf(one.device_seed));
  const hello = JSON.parse(one.hello_s);
  const h1 = await firstHash(one.hello_c, hello.version, bytesOf(hello.ephemeral), bytesOf(hello.nonce));
  here("the server's signature", await verify(identity.public, bytesOf(hello.signature), serverMessage(h1)));
  here("the key's name", hello.key === Buffer.from((await sha256(identity.public)).slice(0, 8)).toString("hex"));
  const said = JSON.parse(one.authenticate);
  const h2 = await secondHash(h1, said);
  here("the device's signature", await verify(device.public, bytesOf(said.signature), deviceMessage(h2)));
  const shared = await agree(await pair("X25519", bytesOf(one.client_private)), bytesOf(hello.ephemeral));
  const json = (text) => text.split(" ").slice(2).join(" ");
  const opened = async (keys, sealed) => {
    for (const { way, text } of sealed) here(`a frame ${way}`, text === (await seal(keys, way, json(text))));
  };
  const first = await channel(shared, h1, h2);
  await opened(first, one.frames);
  const { asked, answered } = one.again;
  await opened(first, [{ way: "up", text: asked }, { way: "down", text: answered }]);
  const [theirs, ours] = [JSON.parse(json(answered)), JSON.parse(json(asked))];
  const again = await agree(await pair("X25519", bytesOf(one.again.client_private)), bytesOf(theirs.ephemeral));
  const parts = [ours.nonce, theirs.nonce, ours.ephemeral, theirs.ephemeral].map(bytesOf);
  await opened(await channel(again, await rekeySalt(h2, ...parts), h2), one.again.frames);
}

/** All vectors as the text of their file. */
export async function vectors() {
  const all = [];
  for (let index = 0; index < COUNT; index += 1) all.push(await vector(index));
  return `${JSON.stringify(all, null, 1)}\n`;
}

/** Throws unless both files are as they should be; tells how many connections they have. */
export async function check() {
  if (readFileSync(VECTORS, "utf8") !== (await vectors())) wrong("vectors.json is not what this script writes");
  const house = JSON.parse(readFileSync(HOUSE, "utf8"));
  if (house.length < COUNT) wrong("house.json is too short");
  for (const [index, one] of house.entries()) await follow(one, index);
  return { vectors: COUNT, house: house.length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === "--check") {
    const { vectors: made, house } = await check();
    console.log(`${made} handshakes made again, ${house} of the house followed`);
  } else writeFileSync(VECTORS, await vectors());
}
