// What was counted in the built Worker: the text that Prometheus reads, judged by promtool, and the report on the database
// with what D1 itself says of rows.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";

import { Client, account } from "./client.mjs";
import { administrator } from "./mailbox.mjs";
import { start } from "./worker.mjs";

let worker;
let admin;
let ada;

before(async () => {
  worker = await start({ beside: true });
  admin = await administrator(worker);
  ada = await account(worker.url);
});
after(() => worker?.close());

/** The value of a sample; 0 where there is none. */
function sample(text, name) {
  const line = text.split("\n").find((line) => line.startsWith(`${name} `));
  return line ? Number(line.slice(name.length + 1)) : 0;
}

const metrics = async () => (await admin.get("/metrics")).text;

test("promtool finds nothing wrong with the figures", async () => {
  await ada.get("/api/v1/readings");
  await new Client(worker.url).get("/api/v1/readings", 401);
  const text = await metrics();
  const checked = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  assert.equal(checked.error, undefined, "promtool is missing: scripts/test.sh installs it");
  assert.deepEqual([checked.status, checked.stdout + checked.stderr], [0, ""], text);
  assert.match(text, /^# TYPE witness_request_duration_seconds histogram$/m);
  assert.ok(!text.includes("@"), "no address is in it");
});

test("a request is counted with the rows that D1 says it read and wrote", async () => {
  const path = "/api/v1/readings";
  const labels = 'operation="list_readings"';
  const earlier = await metrics();
  // Each another address, so that none is answered from what is kept.
  for (let call = 1; call <= 5; call += 1) await ada.get(`${path}?limit=${call}`);
  const later = await metrics();
  const grown = (name) => sample(later, name) - sample(earlier, name);
  assert.equal(grown(`witness_requests_total{${labels},status="2xx"}`), 5);
  assert.equal(grown(`witness_request_duration_seconds_count{${labels}}`), 5);
  assert.equal(grown(`witness_request_units_total{${labels},unit="d1"}`), 5);
  assert.equal(grown('witness_query_calls_total{query="reading/list",outcome="ok"}'), 5);

  const { body } = await admin.get("/performance/database?limit=100&order=calls");
  const query = (name) => body.queries.find((one) => one.query === name);
  const insert = query("identity/user_insert") ?? assert.fail(JSON.stringify(body.queries));
  assert.ok(insert.rows_written >= 1, JSON.stringify(insert));
  assert.ok(query("identity/user_find_by_email").rows_read >= 1);
  const registered = body.operations.find((one) => one.operation === "register_user");
  assert.ok(registered.rows_written >= insert.rows_written && registered.d1 >= 1, JSON.stringify(registered));
  assert.equal(body.dropped, 0);
});

test("figures of several Workers add up and survive the eviction of their collectors", async () => {
  const name = 'witness_requests_total{operation="find_engine",status="2xx"}';
  const earlier = sample(await metrics(), name);
  const path = "/api/v1/engines/tarot";
  for (const handle of [worker.worker, worker.beside]) assert.equal((await handle.fetch(path)).status, 200);
  // The figures are asked of both, so that both hand over what they have.
  const headers = { authorization: `Bearer ${admin.token}` };
  assert.equal((await worker.beside.fetch("/metrics", { headers })).status, 200);
  assert.equal(sample(await metrics(), name) - earlier, 2);
  for (const shard of ["0", "1", "2", "3"]) await worker.worker.evictDurableObject("Collector", { name: shard });
  assert.equal(sample(await metrics(), name) - earlier, 2);
});

test("the figures are for administrators", async () => {
  for (const path of ["/metrics", "/performance/database"]) {
    await new Client(worker.url).get(path, 401);
    await ada.get(path, 403);
  }
});
