// Kept results in the built Worker: one question to a remote engine for all who have it at once, on the real objects and
// KV; forgetting, making ahead and figures by administrators.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startEngine } from "../engine/engine.mjs";
import { Client, account } from "./client.mjs";
import { administrator } from "./mailbox.mjs";
import { GENEROUS, secret, start } from "./worker.mjs";

const ENGINE_SECRET = secret();
const JWT_SECRET = secret();
const TARGET = "/api/v1/engines/biorhythm/calculate";
const SLOW = 600;

let calculator;
let engine;
let worker;
let user;
let day = 0;

before(async () => {
  calculator = await start({ secrets: { JWT_SECRET } });
  user = await account(calculator.url);
  engine = await startEngine({ secret: ENGINE_SECRET });
  // A deadline that a busy machine keeps.
  const vars = { ...GENEROUS, ENGINE_URL: engine.url, ENGINE_DEADLINE_MS: "15000" };
  worker = await start({ vars, secrets: { JWT_SECRET, ENGINE_SECRET }, beside: true });
});
after(async () => {
  await Promise.all([worker, calculator].map((started) => started?.close()));
  await engine?.close();
});

/** A question that was not asked before. */
function question() {
  day += 1;
  return { birth_date: "1990-04-12", target_date: new Date(Date.UTC(2026, 0, day)).toISOString().slice(0, 10) };
}

/** The same, after the engine was taught its answer by the Worker that has no remote one. */
async function taught() {
  const input = question();
  engine.teach((await user.post(TARGET, input, 200)).body);
  return input;
}

async function ask(handle, input) {
  const headers = { authorization: `Bearer ${user.token}`, "content-type": "application/json" };
  const answer = await handle.fetch(TARGET, { method: "POST", headers, body: JSON.stringify(input) });
  assert.equal(answer.status, 200);
  return answer.json();
}

/** Asks the same many times at once, of both Workers. */
async function together(input, count = 40) {
  const both = [worker.worker, worker.beside];
  const before = engine.asked.length;
  const answers = await Promise.all(Array.from({ length: count }, (_, number) => ask(both[number % 2], input)));
  return { answers, calls: engine.asked.length - before };
}

test("many requests for one thing that nobody has ask the remote engine once", async () => {
  engine.does(["slow", SLOW]);
  const { answers, calls } = await together(await taught());
  assert.equal(calls, 1);
  for (const { source, degraded, ...rest } of answers) {
    assert.ok(source === "remote" || source === "cache", source);
    assert.equal(degraded, false);
    const { source: _, degraded: __, ...first } = answers[0];
    assert.deepEqual(rest, first);
  }
  assert.deepEqual(engine.wrong, []);
});

test("who asks while another Worker is asking waits for its answer", async () => {
  engine.does(["slow", SLOW]);
  const input = await taught();
  const before = engine.asked.length;
  const first = ask(worker.worker, input);
  while (engine.asked.length === before) await new Promise((resolve) => setTimeout(resolve, 10));
  const second = ask(worker.beside, input);
  const [one, other] = await Promise.all([first, second]);
  assert.deepEqual([one.source, other.source, engine.asked.length - before], ["remote", "remote", 1]);
});

test("those who wait for an engine that fails have their answer when it has failed, and it is not kept", async () => {
  engine.does("reset");
  const input = await taught();
  const { answers, calls } = await together(input, 12);
  assert.ok(calls >= 1 && calls <= 9, `${calls} calls for twelve requests`);
  for (const { source, degraded } of answers) assert.deepEqual([source, degraded], ["embedded", true]);
  engine.does("well");
  const again = await ask(worker.beside, input);
  assert.deepEqual([again.source, again.degraded], ["remote", false]);
});

test("administrators see what the cache does, empty it by tag, and have the next day's forecasts made ahead", async () => {
  const admin = await administrator(calculator);
  const own = new Client(calculator.url, user.token);
  const input = question();
  const sources = [];
  for (let number = 0; number < 3; number += 1) sources.push((await own.post(TARGET, input, 200)).body.source);
  assert.deepEqual(sources, ["embedded", "cache", "cache"]);
  const { body: stats } = await admin.get("/cache/stats?hours=1");
  const figures = stats.engines.find((found) => found.engine === "biorhythm");
  assert.ok(figures.isolate >= 2 && figures.embedded >= 1 && figures.bytes > 500, JSON.stringify(figures));
  assert.ok(stats.isolate.entries >= 1 && stats.hit_rate > 0);
  await own.get("/cache/stats", 403);

  const marked = await admin.post("/api/v1/admin/cache/invalidate", { tags: ["engine:biorhythm"] }, 200);
  assert.deepEqual(marked.body, { marked: 1, removed: 0, more: false });
  assert.equal((await own.post(TARGET, input, 200)).body.source, "embedded");
  assert.equal((await own.post(TARGET, input, 200)).body.source, "cache");

  await own.put("/api/v1/user/profile/update", { birth_date: "1990-04-12" }, 200);
  const body = { user_ids: [user.user_id] };
  const tomorrow = new Date(Date.now() + 86_400_000);
  // The forecast of the day, and that of the week if one begins.
  const made = tomorrow.getUTCDay() === 1 ? 2 : 1;
  const warmed = await admin.post("/api/v1/admin/cache/warm", body, 200);
  assert.deepEqual(warmed.body, { made, kept: 0, without: 0 });
  const again = await admin.post("/api/v1/admin/cache/warm", body, 200);
  assert.deepEqual(again.body, { made: 0, kept: made, without: 0 });
  const date = tomorrow.toISOString().slice(0, 10);
  const { body: forecast } = await own.get(`/api/v1/forecasts/daily?date=${date}`, 200);
  assert.deepEqual([forecast.source, forecast.from], ["cache", date]);
});
