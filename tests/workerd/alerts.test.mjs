// Windows and alerts in the real runtime: the cron trigger, the sealer's object, collectors, D1; a webhook that fails twice
// before it takes what it is told, and mail. Time goes by in the database: what was written moves back by a step.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Client, account } from "./client.mjs";
import { administrator, mail } from "./mailbox.mjs";
import { GENEROUS, secret, start } from "./worker.mjs";

const STEP = 300_000;
const RULE = "availability_fast";
const key = secret();

let worker;
let DB;
let admin;
let ada;
let hook;
/** What the webhook was told, and what it answers next. */
const told = [];
const answers = [];

before(async () => {
  hook = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    told.push({ method: request.method, headers: request.headers, body: Buffer.concat(parts).toString() });
    response.writeHead(answers.shift() ?? 200).end();
  }).listen(0, "127.0.0.1");
  await once(hook, "listening");
  const vars = {
    ...GENEROUS,
    ALERT_MAILS: "ops@example.com",
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${hook.address().port}/hook`,
  };
  worker = await start({ vars, secrets: { ALERT_WEBHOOK_SECRET: key } });
  ({ DB } = await worker.worker.getEnv());
  admin = await administrator(worker);
  ada = await account(worker.url);
});
after(async () => {
  await worker?.close();
  hook?.close();
});

const rows = async (query, ...values) => (await DB.prepare(query).bind(...values).all()).results;

/** Waits until it is so; what it waits for is an alarm of about two seconds. */
async function until(what, holds) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = await holds();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  const lines = worker.logs().map((entry) => JSON.stringify(entry)).filter((line) => line.includes("upkeep"));
  assert.fail(`it never came: ${what}\n${lines.slice(-5).join("\n")}`);
}

/** The cron trigger, to an object that remembers nothing. */
async function cron() {
  await worker.worker.evictDurableObject("Sealer", { name: "audit" });
  await worker.worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date() });
}

const end = () => Date.now() - (Date.now() % STEP);

/** A step goes by, and what was counted in it is gathered. */
async function gather() {
  await admin.get("/metrics"); // Hands over what the isolate has.
  await DB.batch(
    [
      `UPDATE metric_sums SET at = at - ${STEP}, tried_at = tried_at - ${STEP}`,
      `UPDATE metric_windows SET at = -(at - ${STEP}) WHERE step = ${STEP}`,
      `UPDATE metric_windows SET at = -at WHERE step = ${STEP}`,
    ].map((sql) => DB.prepare(sql)),
  );
  const [before] = await rows("SELECT at FROM metric_sums");
  await cron();
  await until("a window", async () => {
    const [sums] = await rows("SELECT at FROM metric_sums");
    return sums && (!before || sums.at > before.at);
  });
}

const alert = async () => {
  const { body } = await admin.get("/api/v1/admin/alerts");
  return body.items.find(({ rule }) => rule === RULE);
};

/** What the webhook was told of the rule. */
const about = () => told.map(({ body }) => JSON.parse(body)).filter(({ rule }) => rule === RULE);

test("errors fire an alert; mail and webhook tell of it, the webhook at the third try, and of its end", async () => {
  await gather();
  assert.deepEqual(await rows("SELECT * FROM metric_windows"), [], "the first gathering begins");
  for (let call = 0; call < 30; call += 1) await new Client(worker.url).get("/api/v1/engines");
  await gather();
  assert.equal((await alert()).state, "ok");

  await DB.prepare("ALTER TABLE readings RENAME TO hidden").run();
  for (let call = 0; call < 40; call += 1) {
    const { status } = await worker.worker.fetch("/api/v1/readings", { headers: { authorization: `Bearer ${ada.token}` } });
    assert.ok(status >= 500, String(status));
  }
  await DB.prepare("ALTER TABLE hidden RENAME TO readings").run();
  answers.push(500, 503);
  await gather();
  const fired = await alert();
  assert.deepEqual([fired.state, fired.since], ["firing", new Date(end()).toISOString()]);
  assert.ok(fired.value > fired.above, JSON.stringify(fired));
  const letter = await mail(admin, "alert", "ops@example.com");
  assert.match(letter.text, /What to do: docs\/runbooks\/bad-release\.md/);
  // The run goes on after what it wrote, and tells at its end.
  const says = (entry) => JSON.stringify(entry).includes(`upkeep: alert ${RULE}: firing`);
  await until("a line of the log", async () => worker.logs().some(says));

  // Whatever was refused is due again; two tries failed, of this rule or of the others that errors fire.
  const waiting = async () => (await rows("SELECT id FROM alert_changes WHERE webhook = 'waiting'")).length;
  const undecided = "SELECT id FROM alert_changes WHERE webhook = 'waiting' AND failure IS NULL";
  const decided = () => until("what came of it", async () => (await rows(undecided)).length === 0);
  await decided();
  assert.ok((await waiting()) > 0, "it failed");
  for (let run = 0; run < 2 && (await waiting()) > 0; run += 1) {
    await DB.prepare("UPDATE alert_changes SET next_attempt_at = 1, failure = NULL WHERE webhook = 'waiting'").run();
    await cron();
    await decided();
  }
  await until("that it takes it", async () => (await waiting()) === 0);
  const said = about();
  assert.ok(said.length >= 1 && new Set(said.map(({ id }) => id)).size === 1, JSON.stringify(said));
  const changes = (await admin.get("/api/v1/admin/alerts/history")).body.items;
  assert.equal(told.length, changes.reduce((sum, { attempts }) => sum + attempts, 0));
  assert.ok(told.length >= changes.length + 2, "two attempts failed");
  for (const { method, headers, body } of told) {
    const [, time, tag] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["witness-signature"]);
    const own = createHmac("sha256", Buffer.from(key, "base64url")).update(`${time}.${body}`).digest();
    assert.ok(method === "POST" && timingSafeEqual(own, Buffer.from(tag, "hex")), body);
    assert.ok(Math.abs(Date.now() / 1000 - Number(time)) < 120, time);
  }

  for (let window = 0; window < 3; window += 1) {
    assert.equal((await alert()).state, "firing", `after ${window} windows that are well`);
    for (let call = 0; call < 30; call += 1) await new Client(worker.url).get("/api/v1/engines");
    await gather();
  }
  assert.equal((await alert()).state, "ok");
  await until("the end", () => about().some(({ state }) => state === "ok"));
  const kinds = (await rows("SELECT kind FROM audit_records WHERE subject_id = ? ORDER BY rowid", RULE)).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["alert.fired", "alert.ended"]);
});

test("promtool accepts the rules that the build makes for Prometheus", () => {
  const file = fileURLToPath(new URL("../../docs/prometheus-rules.yaml", import.meta.url));
  const checked = spawnSync("promtool", ["check", "rules", file], { encoding: "utf8" });
  assert.equal(checked.error, undefined, "promtool is missing: scripts/test.sh installs it");
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  const rules = readFileSync(new URL("../../schema/alerts.yaml", import.meta.url), "utf8").match(/^\w+:$/gm);
  assert.match(checked.stdout, new RegExp(`SUCCESS: ${rules.length} rules found`));
});

test("what was gathered is drawn and added up, for administrators", async () => {
  const { body } = await admin.get("/api/v1/admin/metrics/history?range=hour");
  assert.equal(body.step_seconds, 300);
  assert.ok(body.points.some(({ errors }) => errors >= 40), JSON.stringify(body.points));
  const usage = (await admin.get("/analytics/usage")).body;
  const readings = usage.items.find(({ name }) => name === "list_readings");
  assert.ok(readings.calls >= 40 && readings.errors >= 40, JSON.stringify(readings));
  assert.ok(usage.days.at(-1).people >= 1, JSON.stringify(usage.days));
  const engines = (await admin.get("/analytics/usage?by=engine")).body;
  assert.deepEqual(engines.items.filter(({ d1 }) => d1 !== null), []);
  const rooms = (await admin.get("/analytics/usage?by=feature")).body.items.map(({ name }) => name);
  assert.ok(rooms.includes("oracle") && rooms.includes("ops"), rooms.join());
  for (const path of ["/api/v1/admin/metrics/history", "/api/v1/admin/alerts", "/analytics/usage"]) await ada.get(path, 403);
});
