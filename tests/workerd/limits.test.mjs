// Quotas as they are: a free account has ten requests a minute, an address ten attempts with credentials.
//
// No interval of a minute admits more than that, wherever it begins; so a test that ends within a minute sees exactly
// the quota, and none here takes as long. Where even that is not to matter, the clock is held (HELD_CLOCK).
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Client, account, logIn } from "./client.mjs";
import { start } from "./worker.mjs";

// A Worker for each test: all of them log in from one address.
let worker;
afterEach(() => worker?.close());
const begin = async (vars, options) => (worker = await start({ vars: { LIMIT_SCALE: "1", ...vars }, ...options }));

const burst = (client, count, path = "/api/v1/auth/me") =>
  Promise.all(Array.from({ length: count }, () => client.send("GET", path)));

const admitted = (answers) => answers.filter(({ status }) => status === 200).length;

/** The windows of a RateLimit header: policy -> its parameters. */
const windows = (header) =>
  Object.fromEntries(
    header.split(", ").map((item) => {
      const [name, ...parameters] = item.split(";");
      return [JSON.parse(name), Object.fromEntries(parameters.map((text) => text.split("=")).map(([k, v]) => [k, Number(v)]))];
    }),
  );

test("of thirty requests at once a free account gets exactly ten through", async () => {
  await begin();
  const user = await account(worker.url);
  const answers = await burst(user, 30);
  assert.equal(admitted(answers), 10);
  const passed = answers.filter(({ status }) => status === 200);
  const left = passed.map(({ headers }) => windows(headers.ratelimit).minute.r);
  assert.deepEqual(left.sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const { headers } of passed) {
    assert.equal(headers["ratelimit-policy"], '"minute";q=10;w=60, "hour";q=100;w=3600, "day";q=1000;w=86400');
    const scarce = windows(headers.ratelimit).minute.r <= 1;
    assert.equal(headers["ratelimit-warning"], scarce ? '"minute"' : undefined);
  }
  for (const { status, body, headers } of answers.filter(({ status }) => status !== 200)) {
    assert.deepEqual([status, body.code], [429, "quota-exceeded"]);
    assert.match(body.detail, /"minute"/);
    const seconds = Number(headers["retry-after"]);
    assert.ok(seconds >= 1 && seconds <= 65, headers["retry-after"]);
    assert.equal(windows(headers.ratelimit).minute.t, seconds);
  }
});

test("two Workers on one object let exactly fifty of two hundred requests through", async () => {
  // Fifty a minute, so that isolates take leases of two units; the clocks of both Workers and of the object stand.
  const held = { HELD_CLOCK: new Date().toISOString(), LIMIT_SCALE: "5", LIMITER_FALLBACK: "refuse" };
  await begin(held, { beside: true });
  const user = await account(worker.url);
  const ask = async (handle) => {
    const answer = await handle.fetch("/api/v1/auth/me", { headers: { authorization: `Bearer ${user.token}` } });
    await answer.text();
    return { status: answer.status, hop: answer.headers.get("server-timing").includes("object") };
  };
  const both = [worker.worker, worker.beside];
  const answers = [];
  // First one after the other, so that leases are taken and used.
  for (let number = 0; number < 6; number += 1) for (const handle of both) answers.push(await ask(handle));
  assert.equal(admitted(answers), 12);
  for (const own of [0, 1]) {
    const leased = answers.filter((_, index) => index % 2 === own).filter(({ hop }) => !hop);
    assert.ok(leased.length > 0, "both Workers served under a lease");
  }
  await worker.worker.evictDurableObject("Admission", { name: `user:${user.user_id}` });
  const rest = Array.from({ length: 188 }, (_, number) => ask(both[number % 2]));
  answers.push(...(await Promise.all(rest)));
  const statuses = Object.groupBy(answers, ({ status }) => status);
  assert.deepEqual([answers.length, statuses[200].length, statuses[429].length], [200, 50, 150]);
});

test("an evicted admission object goes on counting where it was", async () => {
  await begin();
  const user = await account(worker.url);
  const before = await burst(user, 4);
  await worker.worker.evictDurableObject("Admission", { name: `user:${user.user_id}` });
  const after = await burst(user, 20);
  assert.deepEqual([admitted(before), admitted(after)], [4, 6]);
});

test("an evicted admission object still knows that a session has ended", async () => {
  // A free account's requests hold no lease: each one asks the object.
  await begin();
  const user = await account(worker.url);
  const second = await logIn(worker.url, user.email);
  await user.send("POST", "/api/v1/auth/logout", 204);
  await worker.worker.evictDurableObject("Admission", { name: `user:${user.user_id}` });
  const [ended, other] = [await user.send("GET", "/api/v1/auth/me"), await second.send("GET", "/api/v1/auth/me")];
  assert.deepEqual([ended.status, other.status], [401, 200]);
});

test("one account's quota is not another's", async () => {
  await begin();
  const [user, other] = [await account(worker.url), await account(worker.url)];
  const [mine, hers] = await Promise.all([burst(user, 15), burst(other, 3)]);
  assert.deepEqual([admitted(mine), admitted(hers)], [10, 3]);
});

test("an address has ten attempts with credentials a minute, right or wrong", async () => {
  await begin();
  await account(worker.url);
  const guess = (number) => ({ email: "ada@example.com", password: `guess number ${number}` });
  const send = (_, number) => new Client(worker.url).post("/api/v1/auth/login", guess(number));
  const answers = await Promise.all(Array.from({ length: 25 }, send));
  const refused = answers.filter(({ body }) => body.code === "quota-exceeded");
  // Registering and logging in were counted as well: what they left is tried, all else is refused.
  const { "credential-minute": minute } = windows(refused[0].headers.ratelimit);
  assert.equal(minute.r, 0);
  assert.ok(refused.length >= 17, `${refused.length} refused`);
  assert.ok(answers.length - refused.length > 0);
});

test("documents and health cost an account nothing", async () => {
  await begin();
  const user = await account(worker.url);
  const free = [...(await burst(user, 5, "/health")), ...(await burst(user, 5, "/api/engines"))];
  const rest = await burst(user, 12);
  assert.deepEqual([admitted(free), admitted(rest)], [10, 10]);
});

test("who does not heed refusals is answered late", async () => {
  await begin();
  const user = await account(worker.url);
  assert.equal(admitted(await burst(user, 12)), 10);
  // Goes on asking, one request after the other, until the Worker itself says that it held an answer back.
  for (let held = 0; held < 1_000; ) {
    const answer = await user.send("GET", "/api/v1/auth/me", 429);
    assert.equal(answer.body.code, "quota-exceeded");
    held = Number(/total;dur=(\d+)/.exec(answer.headers["server-timing"])[1]);
  }
});
