// Quotas as they are: a free account has ten requests a minute, an address ten attempts with credentials.
//
// A test may fall on the end of a minute. It then counts two windows, sees that from its own clock, which is the
// Worker's too, and begins anew with another account; three times in a row that cannot happen.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Client, account, logIn } from "./client.mjs";
import { start } from "./worker.mjs";

const MINUTE = 60_000;
const minute = () => Math.floor(Date.now() / MINUTE);

// A Worker for each test: all of them log in from one address.
let worker;
beforeEach(async () => (worker = await start({ vars: { LIMIT_SCALE: "1" } })));
afterEach(() => worker?.close());

/** Runs `attempt` until one lies within a minute of the clock. */
async function withinAMinute(attempt) {
  for (let attempts = 0; attempts < 3; attempts += 1) {
    const user = await account(worker.url);
    const began = minute();
    const found = await attempt(user);
    if (minute() === began) return found;
  }
  throw new Error("three attempts that each crossed a minute");
}

const burst = (client, count, path = "/api/v1/auth/me") =>
  Promise.all(Array.from({ length: count }, () => client.send("GET", path)));

const admitted = (answers) => answers.filter(({ status }) => status === 200).length;

test("of thirty requests at once a free account gets exactly ten through", async () => {
  const answers = await withinAMinute((user) => burst(user, 30));
  assert.equal(admitted(answers), 10);
  const passed = answers.filter(({ status }) => status === 200);
  const left = passed.map(({ headers }) => Number(/r=(\d+)/.exec(headers.ratelimit)[1]));
  assert.deepEqual(left.sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const { headers } of passed) {
    assert.equal(headers["ratelimit-policy"], '"minute";q=10;w=60');
    assert.match(headers.ratelimit, /^"minute";r=\d+;t=\d+$/);
  }
  for (const { status, body, headers } of answers.filter(({ status }) => status !== 200)) {
    assert.deepEqual([status, body.code], [429, "quota-exceeded"]);
    const seconds = Number(headers["retry-after"]);
    assert.ok(seconds >= 1 && seconds <= 60, headers["retry-after"]);
  }
});

test("an evicted admission object goes on counting where it was", async () => {
  const first = await withinAMinute(async (user) => {
    const before = await burst(user, 4);
    await worker.worker.evictDurableObject("Admission", { name: `user:${user.user_id}` });
    const after = await burst(user, 20);
    return { before, after };
  });
  assert.deepEqual([admitted(first.before), admitted(first.after)], [4, 6]);
});

test("an evicted admission object still knows that a session has ended", async () => {
  // A free account's requests hold no lease: each one asks the object.
  const { ended, other } = await withinAMinute(async (user) => {
    const second = await logIn(worker.url, user.email);
    await user.send("POST", "/api/v1/auth/logout", 204);
    await worker.worker.evictDurableObject("Admission", { name: `user:${user.user_id}` });
    return { ended: await user.send("GET", "/api/v1/auth/me"), other: await second.send("GET", "/api/v1/auth/me") };
  });
  assert.deepEqual([ended.status, other.status], [401, 200]);
});

test("one account's quota is not another's", async () => {
  const both = await withinAMinute(async (user) => {
    const other = await account(worker.url);
    const [mine, hers] = await Promise.all([burst(user, 15), burst(other, 3)]);
    return { mine, hers };
  });
  assert.deepEqual([admitted(both.mine), admitted(both.hers)], [10, 3]);
});

test("an address has ten attempts with credentials a minute, right or wrong", async () => {
  const attempts = () => {
    const guess = (number) => ({ email: "ada@example.com", password: `guess number ${number}` });
    const send = (_, number) => new Client(worker.url).post("/api/v1/auth/login", guess(number));
    return Promise.all(Array.from({ length: 25 }, send));
  };
  const answers = await withinAMinute(attempts);
  const tried = answers.filter(({ body }) => body.code === "invalid-credentials");
  // Two of the ten were spent on the account.
  assert.deepEqual([tried.length, answers.filter(({ status }) => status === 429).length], [8, 17]);
});

test("documents and health cost an account nothing", async () => {
  const { free, rest } = await withinAMinute(async (user) => {
    const free = [...(await burst(user, 5, "/health")), ...(await burst(user, 5, "/api/engines"))];
    return { free, rest: await burst(user, 12) };
  });
  assert.equal(admitted(free), 10);
  assert.equal(admitted(rest), 10);
});
