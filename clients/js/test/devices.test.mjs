// Devices: keys, fingerprints, and how one lets the next one in, against an API that is written here.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { ApiError, confirm, findDevice, findPairing, fingerprint, makeKeys, pairingMessage, publicKey, register } from "../src/devices.ts";

const ACCOUNT = "0197f7a0-0000-7000-8000-000000000001";
const [LAPTOP, PHONE] = ["0197f7a0-0000-7000-8000-0000000000d1", "0197f7a0-0000-7000-8000-0000000000d2"];

/** An API that answers what it is told to, and remembers what it was asked. */
function api(answer) {
  const asked = [];
  return {
    url: "https://example.com/",
    token: "token-1",
    asked,
    fetch: async (url, { method, headers, body }) => {
      asked.push({ method, path: url.pathname, headers, body: body && JSON.parse(body) });
      const { status = 200, json } = answer(asked.at(-1));
      return new Response(json === undefined ? null : JSON.stringify(json), { status });
    },
  };
}

test("a private key cannot be exported, and the public one is what the API takes", async () => {
  const keys = await makeKeys();
  await assert.rejects(crypto.subtle.exportKey("pkcs8", keys.privateKey));
  assert.match(await publicKey(keys), /^[\w-]{43}$/);
  assert.equal(await fingerprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"), "21fe31dfa154a261626bf854046fd227");
});

test("a device registers with its name, its platform and its public key", async () => {
  const keys = await makeKeys();
  const service = api(() => ({ status: 201, json: { device: { id: PHONE, state: "pending" }, pairing_code: "7q4k-m2xd" } }));
  const { pairing_code } = await register(service, keys, "Phone", "Android");
  assert.equal(pairing_code, "7q4k-m2xd");
  const [{ method, path, headers, body }] = service.asked;
  assert.deepEqual([method, path, headers.authorization], ["POST", "/api/v1/devices", "Bearer token-1"]);
  assert.deepEqual(body, { name: "Phone", platform: "Android", public_key: await publicKey(keys) });
});

test("an active device finds by code whom it lets in, and signs for that key alone", async () => {
  const [laptop, phone] = [await makeKeys(), await makeKeys()];
  const public_key = await publicKey(phone);
  const found = { id: PHONE, name: "Phone", public_key, fingerprint: await fingerprint(public_key) };
  const service = api(({ path }) => ({ json: path.endsWith("/find") ? found : { ...found, state: "active" } }));
  const device = await findPairing(service, "7q4k-m2xd");
  const own = { account: ACCOUNT, device: LAPTOP, keys: laptop };
  assert.equal((await confirm(service, own, "7q4k-m2xd", device)).state, "active");
  const { path, body } = service.asked[1];
  assert.equal(path, `/api/v1/devices/${PHONE}/confirm`);
  assert.equal(body.device, LAPTOP);
  // Written once more, from the document.
  const hex = (id) => Buffer.from(id.replaceAll("-", ""), "hex");
  const message = Buffer.concat([Buffer.from("witness pairing 1\0"), hex(ACCOUNT), hex(LAPTOP), hex(PHONE), Buffer.from(public_key, "base64url")]);
  assert.deepEqual(Buffer.from(pairingMessage(ACCOUNT, LAPTOP, PHONE, public_key)), message);
  const signature = Buffer.from(body.signature, "base64url");
  assert.equal(await crypto.subtle.verify("Ed25519", laptop.publicKey, signature, message), true);
});

test("a fingerprint that is not that of the key is not shown", async () => {
  const public_key = await publicKey(await makeKeys());
  const other = createHash("sha256").update("another").digest("hex").slice(0, 32);
  const service = api(() => ({ json: { id: PHONE, public_key, fingerprint: other } }));
  await assert.rejects(findPairing(service, "7q4k-m2xd"), /another key/);
});

test("a refusal is told with its code", async () => {
  const service = api(() => ({ status: 403, json: { code: "step-up-required" } }));
  await assert.rejects(findDevice(service, PHONE), (error) => error instanceof ApiError && error.status === 403 && error.code === "step-up-required");
  const broken = api(() => ({ status: 502 }));
  await assert.rejects(findDevice(broken, PHONE), { status: 502, code: undefined });
});
