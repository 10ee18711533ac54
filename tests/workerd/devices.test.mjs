// Devices in real workerd: keys and signatures by WebCrypto, as clients make them.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { after, before, test } from "node:test";

import { account } from "./client.mjs";
import { start } from "./worker.mjs";

const PATH = "/api/v1/devices";
const FIND = "/api/v1/devices/pairings/find";

let worker;
before(async () => {
  worker = await start();
});
after(() => worker?.close());

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
const uuid = (id) => Buffer.from(id.replaceAll("-", ""), "hex");

/** A client with a key pair: what it registers with, and what it says to let another one in. */
async function device() {
  const pair = await webcrypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const raw = Buffer.from(await webcrypto.subtle.exportKey("raw", pair.publicKey));
  return {
    raw,
    key: base64url(raw),
    async confirms(user, { id, code, raw: key }) {
      const domain = Buffer.from("witness pairing 1\0");
      const message = Buffer.concat([domain, uuid(user.user_id), uuid(this.id), uuid(id), key]);
      const signature = await webcrypto.subtle.sign("Ed25519", pair.privateKey, message);
      return { code, device: this.id, signature: base64url(signature) };
    },
    async registers(user, status = 201) {
      const answer = await user.post(PATH, { name: "Phone", platform: "Test", public_key: this.key }, status);
      this.id = answer.body.device?.id;
      this.code = answer.body.pairing_code;
      return answer;
    },
  };
}

test("a device is let in by another one, and of many confirmations at once one succeeds", async () => {
  const user = await account(worker.url);
  const [laptop, phone] = [await device(), await device()];
  const first = (await laptop.registers(user)).body;
  assert.deepEqual([first.device.state, first.pairing_code], ["active", null]);
  const digest = Buffer.from(await webcrypto.subtle.digest("SHA-256", laptop.raw));
  assert.equal(first.device.fingerprint, digest.subarray(0, 16).toString("hex"));
  assert.equal((await phone.registers(user)).body.device.state, "pending");
  const found = (await user.post(FIND, { code: phone.code.toUpperCase() }, 200)).body;
  assert.deepEqual([found.id, found.public_key], [phone.id, phone.key]);

  const confirm = `${PATH}/${phone.id}/confirm`;
  const own = await phone.confirms(user, phone);
  assert.equal((await user.post(confirm, own, 403)).body.code, "confirmation-refused");
  const body = await laptop.confirms(user, phone);
  const answers = await Promise.all(Array.from({ length: 4 }, () => user.post(confirm, body)));
  // Confirmations side by side may also count as guesses that come too early.
  const others = answers.filter(({ status }) => status !== 200);
  assert.equal(others.length, 3);
  for (const { status, body: problem } of others) assert.ok([409, 429].includes(status), problem.code);
  const { items } = (await user.get(PATH)).body;
  assert.deepEqual(items.map(({ state }) => state), ["active", "active"]);
  assert.equal(items.find(({ id }) => id === phone.id).confirmed_by, laptop.id);
});

test("of devices that register at once as the first one, one is", async () => {
  const user = await account(worker.url);
  const devices = await Promise.all(Array.from({ length: 6 }, device));
  await Promise.all(devices.map((each) => each.registers(user)));
  const states = (await user.get(PATH)).body.items.map(({ state }) => state).sort();
  assert.deepEqual(states, ["active", ...Array(5).fill("pending")]);
  assert.equal(devices.filter(({ code }) => code === null).length, 1);
});

test("a revoked device does not come back, and a deleted one leaves its id alone", async () => {
  const user = await account(worker.url);
  const laptop = await device();
  await laptop.registers(user);
  const path = `${PATH}/${laptop.id}`;
  assert.equal((await user.post(`${path}/revoke`, undefined, 200)).body.state, "revoked");
  assert.equal((await laptop.registers(user, 409)).body.code, "conflict");
  const [phone, small] = [await device(), base64url(Buffer.alloc(32))];
  await user.post(PATH, { name: "Nobody", public_key: small }, 422);
  const { body: again } = await phone.registers(user);
  assert.equal(again.device.state, "active", "no active device was left");
  await user.patch(`${PATH}/${phone.id}`, { name: "Old phone" }, 200);
  await user.delete(path);
  await user.get(path, 404);
  await user.delete(path, 404);
  const { items } = (await user.get(PATH)).body;
  assert.deepEqual(items.map(({ name }) => name), ["Old phone"]);
});
