// Accounts in real workerd: mails, one-time tokens, guesses that are counted by an object.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { Client, PASSWORD, account, logIn } from "./client.mjs";
import { administrator, mail as newest, token } from "./mailbox.mjs";
import { GENEROUS, start } from "./worker.mjs";

const ANOTHER = "another horse battery staple";

let worker;
let admin;
before(async () => {
  worker = await start();
  admin = await administrator(worker);
});
after(() => worker?.close());

const mail = (kind, to) => newest(admin, kind, to);

const login = (email, password, more = {}) =>
  new Client(worker.url).post("/api/v1/auth/login", { email, password, ...more });

test("an address is confirmed by the token of its mail, once however often it is sent", async () => {
  const email = "verify@example.com";
  const user = await account(worker.url, { email });
  assert.equal((await user.get("/api/v1/auth/me")).body.email_verified, false);
  const body = { token: token(await mail("welcome", email)) };
  const answers = await Promise.all(Array.from({ length: 8 }, () => user.post("/api/v1/auth/verify-email", body)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, ...Array(7).fill(422)]);
  assert.equal((await user.get("/api/v1/auth/me")).body.email_verified, true);
});

test("a password that is reset by mail ends every session, and its token is good once", async () => {
  const email = "reset@example.com";
  const user = await account(worker.url, { email });
  const stranger = new Client(worker.url);
  const known = await stranger.post("/api/v1/auth/forgot-password", { email }, 202);
  const unknown = await stranger.post("/api/v1/auth/forgot-password", { email: "nobody@example.com" }, 202);
  assert.equal(known.text, unknown.text);
  const body = { token: token(await mail("reset", email)), password: ANOTHER };
  const answers = await Promise.all(Array.from({ length: 4 }, () => stranger.post("/api/v1/auth/reset-password", body)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 422, 422, 422]);
  await user.get("/api/v1/auth/me", 401);
  await user.post("/api/v1/auth/refresh", { refresh_token: user.refresh_token }, 401);
  assert.equal((await login(email, PASSWORD)).status, 401);
  assert.equal((await login(email, ANOTHER)).status, 200);
});

test("a password and an address are changed by whoever knows the password", async () => {
  const email = "change@example.com";
  const user = await account(worker.url, { email });
  const elsewhere = await logIn(worker.url, email);
  await user.post("/api/v1/auth/change-password", { current_password: "wrong", password: ANOTHER }, 401);
  await user.post("/api/v1/auth/change-password", { current_password: PASSWORD, password: ANOTHER }, 204);
  await user.get("/api/v1/auth/me");
  await elsewhere.get("/api/v1/auth/me", 401);
  await user.post("/api/v1/auth/change-email", { email: "changed@example.com", password: ANOTHER }, 202);
  const confirm = { token: token(await mail("change_email", "changed@example.com")) };
  await user.post("/api/v1/auth/change-email/confirm", confirm, 204);
  const me = await user.get("/api/v1/auth/me");
  assert.deepEqual([me.body.email, me.body.email_verified], ["changed@example.com", true]);
  assert.equal((await login(email, ANOTHER)).status, 401);
});

test("guesses sent side by side are counted, survive an eviction, and do not slow the owner's device down", async () => {
  const email = "guessed@example.com";
  const { device_token } = await account(worker.url, { email });
  const known = (await login(email, "wrong")).body;
  const unknown = (await login("unknown@example.com", "wrong")).body;
  assert.deepEqual({ ...known, request_id: 0 }, { ...unknown, request_id: 0 });
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => login(email, `guess ${n}`)));
  const looked = answers.filter(({ status }) => status === 401).length;
  // Five before each has to wait, of which one is used; a slow machine may fit one in after two seconds.
  assert.ok(looked >= 4 && looked <= 7, `${looked} guesses were looked at`);
  for (const { status, body, headers } of answers.filter(({ status }) => status !== 401)) {
    assert.deepEqual([status, body.code], [429, "too-many-attempts"]);
    assert.ok(Number(headers["retry-after"]) >= 1);
  }
  await login(email, "wrong, so that the next one has to wait again");
  const ids = await worker.worker.listDurableObjectIds("Attempts");
  assert.ok(ids.length > 0);
  for (const id of ids) await worker.worker.evictDurableObject("Attempts", { id });
  assert.equal((await login(email, PASSWORD)).status, 429);
  assert.equal((await login(email, PASSWORD, { device_token })).status, 200);
});

test("a provider is handed each mail once", async () => {
  const received = [];
  const provider = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      received.push({ path: request.url, headers: request.headers, body: JSON.parse(text) });
      response.writeHead(200, { "content-type": "application/json" }).end('{"id":"x"}');
    });
  });
  await new Promise((listening) => provider.listen(0, "127.0.0.1", listening));
  const vars = {
    ...GENEROUS,
    MAIL_PROVIDER: "resend",
    MAIL_FROM: "Witness <hello@example.com>",
    MAIL_URL: `http://127.0.0.1:${provider.address().port}`,
  };
  const other = await start({ vars, secrets: { MAIL_API_KEY: "re_secret" } });
  try {
    await account(other.url, { email: "ada@example.com" });
    const { DB } = await other.worker.getEnv();
    const patience = AbortSignal.timeout(20_000);
    const rows = async () => (await DB.prepare("SELECT delivered_at, sealed FROM mails").all()).results;
    while ((await rows()).some(({ delivered_at }) => delivered_at === null)) patience.throwIfAborted();
    assert.deepEqual((await rows()).map(({ sealed }) => sealed), [""]);
    assert.equal(received.length, 1);
    const [{ path, headers, body }] = received;
    assert.deepEqual([path, headers.authorization, body.to], ["/emails", "Bearer re_secret", ["ada@example.com"]]);
    assert.match(headers["idempotency-key"], /^mail-/);
    assert.match(body.text, /\/account\/verify#token=/);
  } finally {
    await other.close();
    provider.close();
  }
});

test("administrators see how the engines do", async () => {
  const ada = await account(worker.url);
  await ada.post("/api/v1/engines/tarot/calculate", { spread: "single_card" }, 200);
  const { body } = await admin.get("/api/v1/admin/engines/metrics");
  const tarot = body.items.find(({ engine }) => engine === "tarot");
  assert.ok(tarot.calls >= 1 && tarot.embedded >= 1 && tarot.errors === 0);
  assert.equal(typeof tarot.p95_ms, "number");
});
