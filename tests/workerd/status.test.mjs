// Status over time and errors by kind in the real runtime: the cron trigger, the sealer's object, D1, a Worker without KV.
// Time goes by in the database: what was written moves back by a step.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client, account } from "./client.mjs";
import { administrator } from "./mailbox.mjs";
import { start } from "./worker.mjs";

const STEP = 300_000;

let worker;
let DB;
let admin;
let ada;
let stranger;

before(async () => {
  // Without the cache, which the house can do without.
  worker = await start({ change: (config) => ({ ...config, kv_namespaces: [] }) });
  ({ DB } = await worker.worker.getEnv());
  admin = await administrator(worker);
  ada = await account(worker.url);
  stranger = new Client(worker.url);
});
after(() => worker?.close());

const rows = async (query, ...values) => (await DB.prepare(query).bind(...values).all()).results;

/** Waits until it is so; what it waits for is an alarm of about two seconds. */
async function until(what, holds) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = await holds();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`it never came: ${what}`);
}

/** The cron trigger, to an object that remembers nothing; samples of before moved back by a step. */
async function sample() {
  for (let step = 1; step >= -1; step -= 2) {
    const sql = step === 1 ? `UPDATE status_samples SET at = -(at - ${STEP})` : "UPDATE status_samples SET at = -at";
    await DB.prepare(sql).run();
  }
  await worker.worker.evictDurableObject("Sealer", { name: "audit" });
  await worker.worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date() });
  await until("a sample", async () => (await rows("SELECT max(at) AS at FROM status_samples"))[0].at > Date.now() - STEP);
}

test("a Worker without KV is degraded, by its status and after two samples by an incident", async () => {
  const ready = (await stranger.get("/ready")).body;
  assert.equal(ready.status, "degraded");
  assert.deepEqual(ready.checks.map(({ name, ok }) => [name, ok]), [
    ["database", true],
    ["cache", false],
    ["objects", true],
    ["assets", true],
  ]);
  await sample();
  // What the administrator did may have had the sealer look before the clock did.
  const [{ count }] = await rows("SELECT count(*) AS count FROM status_samples WHERE component = 'cache'");
  assert.equal((await rows("SELECT * FROM status_incidents")).length, count > 1 ? 1 : 0);
  await sample();
  const { items } = (await admin.get("/api/v1/admin/status/incidents")).body;
  assert.deepEqual(items.map(({ component, state, cause, ended_at }) => [component, state, cause, ended_at]), [
    ["cache", "down", "failed", null],
  ]);
  await admin.post(`/api/v1/admin/status/incidents/${items[0].id}/note`, { text: "We know.", public: true }, 200);
  const { body, headers } = await stranger.get("/status");
  assert.equal(headers["cache-control"], "public, max-age=60");
  assert.equal(body.state, "degraded");
  assert.deepEqual(body.open.map(({ component, note }) => [component, note]), [["cache", "We know."]]);
  const cache = body.components.find(({ name }) => name === "cache");
  assert.deepEqual([cache.state, cache.day.uptime], ["down", 0]);
  const database = body.components.find(({ name }) => name === "database");
  assert.deepEqual([database.state, database.day.uptime], ["operational", 1]);
  assert.ok(database.day.observed > 0 && database.day.observed < 0.05, JSON.stringify(database));
  const changes = (await admin.get("/api/v1/admin/alerts/history?rule=status:cache")).body.items;
  assert.deepEqual(changes.map(({ state }) => state), ["firing"]);
  await ada.get("/api/v1/admin/status/incidents", 403);
});

test("errors are grouped without their values, resolved, and open again when they come again", async () => {
  const fail = async () => {
    await DB.prepare("ALTER TABLE readings RENAME TO hidden").run();
    const { status } = await worker.worker.fetch("/api/v1/readings", { headers: { authorization: `Bearer ${ada.token}` } });
    await DB.prepare("ALTER TABLE hidden RENAME TO readings").run();
    assert.ok(status >= 500, String(status));
  };
  const group = async () => {
    const { items } = (await admin.get("/api/v1/admin/errors?sort=count")).body;
    return items.find(({ action }) => action === "list_readings");
  };
  // An isolate writes every quarter of a minute, behind an answer.
  const counted = (count) => until(`${count} errors`, async () => {
    await stranger.get("/ready");
    const found = await group();
    return found?.count >= count ? found : undefined;
  });
  await fail();
  const first = await counted(1);
  assert.match(first.cause, /no such table: readings/);
  assert.deepEqual([first.state, first.severity, first.day], ["open", "error", first.count]);
  const target = `/api/v1/admin/errors/${first.fingerprint}`;
  const { headers } = await admin.get(target);
  const resolved = await admin.patch(target, { state: "resolved" }, 200, { headers: { "if-match": headers.etag } });
  assert.equal(resolved.body.state, "resolved");
  await fail();
  const again = await counted(first.count + 1);
  assert.deepEqual([again.state, again.regressed], ["open", true]);
  const report = (await admin.get(target)).body;
  assert.equal(report.hours.reduce((sum, { count }) => sum + count, 0), again.count);
  await ada.get("/api/v1/admin/errors", 403);
});
